"""JSON Schema documents: properties, definitions, references to other schemas."""

from packs_of_text import codes, make_document, make_pack

from specpack.frontend.understand import understand_pack
from specpack.middle.slices import Slicer
from specpack.model.understanding import Understanding

BOOK = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.com/book",
  "title": "Book",
  "description": "A book of the shelf. It MUST have a title.",
  "type": "object",
  "required": ["title"],
  "additionalProperties": false,
  "properties": {
    "title": {"type": "string", "minLength": 1},
    "author": {"$ref": "#/$defs/person"},
    "parts": {"type": "array", "items": {"oneOf": [{"properties": {"page": {}}, "required": ["page"]}]}}
  },
  "$defs": {
    "person": {"$anchor": "who", "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    "unused": {"type": "integer", "description": "A count \\u2014 it SHOULD be small."}
  }
}
"""
SHELF = """\
$schema: https://json-schema.org/draft/2020-12/schema
type: array
items: {$ref: https://example.com/book}
contains: {$ref: 'book.json#who'}
"""


def read(*texts: tuple[str, str]) -> Understanding:
    return understand_pack(make_pack(*(make_document(text, path) for path, text in texts)))


def forces(understanding: Understanding) -> dict[str, str | None]:
    return {clause.id: clause.force for clause in understanding.clauses.values()}


def test_properties_and_definitions_are_clauses() -> None:
    understanding = read(("book.json", BOOK))
    found = forces(understanding)
    assert codes(understanding) == []
    assert found["book.root-title"] == found["book.definitions-person-name"] == "MUST"
    assert found["book.root-additionalProperties"] == "MUST NOT"
    assert found["book.root-author"] is None
    assert found["book.root-parts-page"] is None
    texts = [clause.text for clause in understanding.clauses.values() if clause.force in ("MUST", "SHOULD")]
    assert "It MUST have a title." in texts
    assert "A count \\u2014 it SHOULD be small." in texts


def test_a_property_is_shown_with_its_definition_only() -> None:
    text = Slicer(read(("book.json", BOOK))).render_clauses(["book.root-author"])
    assert '"person": {"$anchor": "who"' in text
    assert "unused" not in text
    assert "minLength" not in text


def test_schemas_refer_to_each_other_by_id_and_anchor() -> None:
    understanding = read(("book.json", BOOK), ("shelf.yaml", SHELF))
    assert codes(understanding) == []
    assert '"minLength": 1' in Slicer(understanding).render_clauses(["shelf.root-items"])
    contained = Slicer(understanding).render_clauses(["shelf.root-contains"])
    assert '"$anchor": "who"' in contained
    assert "minLength" not in contained


def test_a_schema_that_contains_itself_ends() -> None:
    text = '{"type": "object", "properties": {"next": {"$ref": "#"}, "other": {"$ref": "#/properties/other"}}}'
    understanding = read(("node.json", text))
    assert codes(understanding) == []
    assert '"next": {"$ref": "#"}' in Slicer(understanding).render_clauses(["node.root-other", "node.root-next"])
