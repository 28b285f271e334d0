"""OpenAPI documents: clauses with ids and places, sections, slices with what they refer to, faults."""

import json

import pytest
from packs_of_text import codes, make_document, make_pack

from specpack.frontend.understand import understand_pack
from specpack.middle.slices import Slicer
from specpack.model.clause import Clause, Kind
from specpack.model.understanding import Understanding

SHELF = """\
openapi: 3.1.0
info:
  title: Shelf
  version: 1.0.0
  description: |
    A shelf lends books.

    Every answer MUST be JSON.
servers:
  - url: /v1
# Who may come in.
security:
  - card: []
paths:
  /books:
    # The list of books.
    get:
      operationId: listBooks
      tags: [Books]
      parameters:
        - $ref: '#/components/parameters/limit'
        - {name: title, in: query, schema: {type: string, maxLength: 40}}
      responses:
        '200':
          description: The books by title.
          content:
            application/json:
              schema:
                type: array
                items: {$ref: '#/components/schemas/Book'}
        default: {description: Anything else.}
    post:
      tags: [Books]
      description: >-
        Adds a book. A client SHOULD send each book once. The shelf MUST NOT
        keep two books with one title.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Book'}
      responses:
        '201': {description: The book stands in the shelf.}
        '409':
          description: The title is taken.
          content:
            application/json:
              example: {error_id: title-taken}
  /readers/{id}:
    get:
      operationId: showReader
      tags: [Readers]
      security: []
      responses:
        '200': {$ref: '#/components/responses/Reader'}
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
components:
  parameters:
    limit: {name: limit, in: query, required: true, schema: {type: integer, minimum: 1}}
  responses:
    Reader:
      description: A reader.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Reader'}
  schemas:
    Book:
      type: object
      required: [title]
      additionalProperties: false
      properties:
        title: {type: string, minLength: 1}
        state:
          enum: [in, out]
    Reader:
      type: object
      required: [id]
      properties:
        id: {type: integer}
        books:
          type: array
          items:
            type: object
            required: [due]
            properties:
              due: {type: string, format: date}
  securitySchemes:
    card: {type: apiKey, in: header, name: Card}
"""


def read(text: str, path: str = "shelf.yml") -> Understanding:
    return understand_pack(make_pack(make_document(text, path)))


def find(understanding: Understanding, name: str) -> Clause:
    return next(clause for clause in understanding.clauses.values() if clause.id == f"shelf.{name}")


def source(text: str, clause: Clause) -> str:
    return text[clause.span.start : clause.span.end]


def test_a_document_in_good_order_is_quiet() -> None:
    assert codes(read(SHELF)) == []


@pytest.mark.parametrize(
    ("name", "kind", "force"),
    [
        ("listBooks", Kind.GROUP, "MUST"),
        ("listBooks-limit", Kind.ROW, "MUST"),
        ("listBooks-title", Kind.ROW, None),
        ("listBooks-200", Kind.ROW, "MUST"),
        ("listBooks-default", Kind.ROW, None),
        ("post-books", Kind.GROUP, "MUST"),
        ("post-books-request", Kind.ROW, "MUST"),
        ("showReader-security", Kind.ROW, None),
        ("readers-id-id", Kind.ROW, "MUST"),
        ("schemas-Book", Kind.GROUP, None),
        ("schemas-Book-title", Kind.ROW, "MUST"),
        ("schemas-Book-state", Kind.ROW, None),
        ("schemas-Book-closed", Kind.ROW, "MUST NOT"),
        ("schemas-Reader-books-due", Kind.ROW, "MUST"),
        ("securitySchemes-card", Kind.ROW, None),
        ("security", Kind.ROW, "MUST"),
        ("servers", Kind.ROW, None),
    ],
)
def test_each_part_is_a_clause_with_the_force_of_the_format(name: str, kind: Kind, force: str | None) -> None:
    clause = find(read(SHELF), name)
    assert (clause.kind, clause.force) == (kind, force)


def test_spans_are_the_words_of_the_source() -> None:
    understanding = read(SHELF)
    conflict = find(understanding, "post-books-409")
    assert source(SHELF, conflict).startswith("'409':\n          description: The title is taken.")
    assert source(SHELF, conflict).endswith("example: {error_id: title-taken}")
    assert (conflict.span.line, conflict.span.column) == (44, 9)
    assert source(SHELF, find(understanding, "schemas-Book-title")) == "title: {type: string, minLength: 1}"
    assert source(SHELF, find(understanding, "listBooks-title")).startswith("{name: title, in: query")
    assert find(understanding, "schemas-Book-title").composed == "schemas Book title: {type: string, minLength: 1}"
    assert ("minlength", "1") in find(understanding, "schemas-Book-title").attributes


def test_a_limit_is_part_of_the_revision_of_its_property_only() -> None:
    before, after = read(SHELF), read(SHELF.replace("minLength: 1", "minLength: 2"))
    assert {c for c in before.clauses if before.clauses[c].rev != after.clauses[c].rev} == {"shelf.schemas-Book-title"}


def test_sentences_of_descriptions_are_read_as_in_markdown() -> None:
    understanding = read(SHELF)
    spoken = [
        (c.force, c.text) for c in understanding.clauses.values() if c.modality and c.modality.source == "explicit"
    ]
    assert spoken == [
        ("MUST", "Every answer MUST be JSON."),
        ("SHOULD", "A client SHOULD send each book once."),
        ("MUST NOT", "The shelf MUST NOT keep two books with one title."),
    ]
    posted = find(understanding, "post-books")
    assert "MUST NOT" not in posted.text
    (added,) = (c for c in understanding.clauses.values() if c.text == "Adds a book.")
    assert (added.parent, added.force) == (posted.id, None)


def test_an_error_id_of_an_example_has_the_description_as_its_condition() -> None:
    understanding = read(SHELF)
    assert [(error.id, error.clauses) for error in understanding.errors] == [
        ("title-taken", (find(understanding, "post-books-409").id,))
    ]


def test_ids_survive_an_edit_elsewhere_and_a_moved_path() -> None:
    before = read(SHELF)
    after = read(SHELF.replace("  /books:", "  /titles:").replace("title: Shelf", "title: Desk"))
    assert find(after, "listBooks-200").id in before.clauses


def test_a_small_document_is_one_section() -> None:
    understanding = read(SHELF)
    (section,) = understanding.sections
    assert section.key == "shelf"
    assert set(section.clauses) == set(understanding.clauses)


def pad(text: str) -> str:
    """Return the document with descriptions that make it too large for one section."""
    words = "Shelves are long and wide and full of books. " * 120
    return text.replace("operationId: listBooks", f"summary: {words}\n      operationId: listBooks").replace(
        "operationId: showReader", f"summary: {words}\n      operationId: showReader"
    )


def test_sections_are_tags_and_shared_components() -> None:
    understanding = read(pad(SHELF))
    cut = {section.key: set(section.clauses) for section in understanding.sections}
    assert list(cut) == ["shelf/books", "shelf/readers", "shelf/components"]
    assert {"shelf.listBooks", "shelf.schemas-Book-title", "shelf.servers", "shelf.security"} - cut["shelf/books"] == {
        "shelf.servers"
    }
    assert {"shelf.showReader", "shelf.schemas-Reader", "shelf.readers-id-id"} <= cut["shelf/readers"]
    assert cut["shelf/components"] == {"shelf.securitySchemes-card"}
    assert sum(len(clauses) for clauses in cut.values()) == len(set().union(*cut.values()))


def test_a_section_shows_its_lines_word_for_word() -> None:
    understanding = read(pad(SHELF))
    slicer = Slicer(understanding)
    text = slicer.render_section(slicer.sections["shelf/readers"])
    assert text.startswith("```yaml\npaths:\n")
    assert "‹shelf.showReader-200›\n        '200': {$ref: '#/components/responses/Reader'}" in text
    assert "    Reader:\n      type: object\n      required: [id]\n      properties:" in text
    assert "‹shelf.readers-id-id›\n      - {name: id, in: path, required: true, schema: {type: integer}}" in text
    assert "listBooks" not in text
    preamble = slicer.render_preamble(slicer.sections["shelf/readers"])
    assert "  - url: /v1" in preamble
    assert "# Who may come in.\n" in preamble
    assert "card: {type: apiKey, in: header, name: Card}" in preamble
    assert "version: 1.0.0" not in preamble


def test_a_slice_holds_what_its_clauses_refer_to_over_several_steps() -> None:
    slicer = Slicer(read(SHELF))
    text = slicer.render_clauses(["shelf.showReader-200"])
    assert "    Reader:\n      description: A reader." in text
    assert "due: {type: string, format: date}" in text
    assert "listBooks" not in text
    assert "Book:" not in text
    assert text.count("‹") == 1


def test_an_edit_of_one_operation_changes_one_section() -> None:
    before, after = (Slicer(read(pad(text))) for text in (SHELF, SHELF.replace("The books by title", "All books")))
    changed = [
        key
        for key, section in before.sections.items()
        if before.render_section(section) != after.render_section(after.sections[key])
        or before.render_preamble(section) != after.render_preamble(after.sections[key])
    ]
    assert changed == ["shelf/books"]


def test_json_on_one_line_has_the_same_clauses() -> None:
    spaced = {
        "openapi": "3.0.3",
        "info": {"title": "Shelf", "version": "1"},
        "paths": {"/books": {"get": {"operationId": "list", "responses": {"200": {"description": "a \\/ b"}}}}},
        "components": {"schemas": {"Book": {"type": "object", "required": ["t"], "properties": {"t": {}}}}},
    }
    dense, wide = (read(json.dumps(spaced, indent=n), "shelf.json") for n in (None, 2))
    assert list(dense.clauses) == list(wide.clauses)
    assert codes(dense) == codes(wide) == []
    assert "shelf.schemas-Book-t" in dense.clauses
    text = Slicer(wide).render_clauses(["shelf.list-200"])
    assert '  "paths": {\n    "/books": {\n      "get": {' in text
    assert "Book" not in text


def test_swagger_2_has_operations_and_definitions() -> None:
    text = (
        "swagger: '2.0'\ninfo: {title: S, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n"
        "      responses:\n        200: {description: d, schema: {$ref: '#/definitions/A'}}\n"
        "definitions:\n  A: {type: object, required: [x], properties: {x: {type: string}}}\n"
    )
    understanding = read(text)
    assert codes(understanding) == []
    assert find(understanding, "a-200").force == find(understanding, "schemas-A-x").force == "MUST"
    assert "required: [x]" in Slicer(understanding).render_clauses(["shelf.a-200"])


def test_references_lead_to_other_documents() -> None:
    api = SHELF.replace("items: {$ref: '#/components/schemas/Book'}", "items: {$ref: 'types/book.json#/$defs/Book'}")
    types = '{"$defs": {"Book": {"type": "object", "required": ["isbn"], "properties": {"isbn": {"type": "string"}}}}}'
    understanding = understand_pack(make_pack(make_document(api, "shelf.yml"), make_document(types, "types/book.json")))
    assert codes(understanding) == []
    text = Slicer(understanding).render_clauses(["shelf.listBooks-200"])
    assert '"isbn": {"type": "string"}' in text
    assert "```json" in text
    assert "‹book." not in text


def test_an_overridden_clause_is_not_shown() -> None:
    understanding = understand_pack(
        make_pack(
            make_document(SHELF, "shelf.yml", pack="lower"),
            make_document("## A\n\nThe desk MUST open.\n", "desk.md"),
            overrides={"shelf.listBooks-default": "no"},
        )
    )
    text = Slicer(understanding).render_clauses(["shelf.listBooks-200"])
    assert "Anything else" not in text
    assert "'200':\n          description: The books by title." in text


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("components/parameters/limit", "components/parameters/limits", "SP208", "'#/components/parameters/limits'"),
        ("- card: []", "- cart: []", "SP208", "cart"),
        ("operationId: showReader", "operationId: listBooks", "SP025", "listBooks\n      tags: [Readers]"),
        ("name: id, in: path", "name: key, in: path", "SP026", "get:\n      operationId: showReader"),
        ("name: id, in: path", "name: key, in: path", "SP026", "{name: key, in: path"),
        ("  /readers/{id}:", "  /readers:", "SP026", "{name: id, in: path"),
        ("'#/components/schemas/Reader'", "'reader.json#/a'", "SP201", "'reader.json#/a'"),
        ("'#/components/schemas/Reader'", "'https://example.com/a.json'", "SP203", "'https://example.com/a.json'"),
        ("        state:\n", "        title:\n", "SP024", "title:\n          enum"),
        ("    Book:\n", "    Book: ]\n", "SP023", "]\n      type: object"),
    ],
)
def test_faults_are_reported_where_they_stand(old: str, new: str, code: str, at: str) -> None:
    text = SHELF.replace(old, new, 1)
    found = [(d.code, d.span.start) for d in read(text).diagnostics if d.span]
    assert (code, text.index(at)) in found
    assert {other for other, _ in found} == {code}


def test_a_dangling_reference_names_the_nearest() -> None:
    (found,) = read(SHELF.replace("parameters/limit", "parameters/limits", 1)).diagnostics
    assert found.help == "the nearest is `#/components/parameters/limit`"


def test_data_in_examples_refers_to_nothing() -> None:
    text = SHELF.replace("example: {error_id: title-taken}", "example: {$ref: '#/nowhere'}")
    assert codes(read(text)) == []


def test_other_yaml_is_one_sample() -> None:
    understanding = read("a: 1\nb: [2, 3]\n")
    (clause,) = understanding.clauses.values()
    assert (clause.kind, clause.text) == (Kind.SAMPLE, "a: 1 b: [2, 3]")
