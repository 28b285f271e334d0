"""JSON Schema documents: the root, its properties, and the definitions that it shares.

Path: nodes -> **jsonschema** -> outline, drafts.
"""

from specpack.frontend.schemas.nodes import Node, Shape
from specpack.frontend.schemas.outline import Cutting, Part, Place
from specpack.frontend.schemas.shapes import Writer, list_facets
from specpack.model.clause import Block, Force, Kind

_DEFINITIONS = ("$defs", "definitions")
_SILENT = frozenset({"$schema", "$id", "$comment", "$vocabulary", "title"})
_INNER = frozenset({"items", "allOf", "oneOf", "anyOf", "description"})
_MARKS = frozenset({"properties", "allOf", "oneOf", "anyOf", "enum", "items", *_DEFINITIONS})
_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})


def is_schema(root: Node) -> bool:
    """Whether a tree is a JSON Schema: it says so, or has a type and what only a schema has."""
    if root.shape is not Shape.MAPPING:
        return False
    if "json-schema" in root.text("$schema"):
        return True
    keys = {entry.key for entry in root.entries if entry.node.shape is not Shape.SCALAR}
    return (root.text("type") in _TYPES and bool(keys & _MARKS)) or bool(keys & {"$defs"})


def cut_schema(root: Node) -> tuple[Part, ...]:
    """Return the parts of a JSON Schema: one a property of the root, a definition, or another key of the root."""
    cutting = Cutting()
    floor = 0
    for entry in root.entries:
        full = entry.node.shape is Shape.MAPPING and bool(entry.node.entries)
        if entry.key == "properties" and full:
            holder = cutting.add(entry, Place.HOLDER, ("properties",), floor=floor)
            cutting.add_members(holder, Place.OPERATION, "properties")
        elif entry.key in _DEFINITIONS and full:
            holder = cutting.add(entry, Place.HOLDER, ("definitions",), floor=floor)
            cutting.add_members(holder, Place.COMPONENT, "definitions")
        else:
            place = Place.SILENT if entry.key in _SILENT else Place.SHARED
            cutting.add(entry, place, (), floor=floor)
        floor = entry.end
    return tuple(cutting.parts)


def draft_schema_part(writer: Writer, root: Node, title: str, block: Block, part: Part) -> None:
    """Add the clauses of one block of a JSON Schema called `title`."""
    entry = part.entry
    if part.place is Place.SILENT:
        writer.finish(writer.add(block, Kind.RATIONALE, entry), [])
    elif part.place is Place.COMPONENT:
        draft = writer.add(block, Kind.GROUP, entry, leadin="definitions:", name=f"definitions-{entry.key}")
        draft.attributes = list_facets(entry.node)
        label = f"definitions {entry.key}"
        writer.finish(draft, writer.draft_shape(block, entry.node, draft, label, label))
    elif part.place is Place.OPERATION:
        required = root.find("required")
        wanted = next((i for i in required.items if i.real.value == entry.key), None) if required else None
        owner = writer.add(block, Kind.ROW, entry, leadin=title, name=f"root-{entry.key}")
        owner.attributes = [("name", entry.key), *list_facets(entry.node)]
        if wanted is not None:
            writer.oblige(owner, Force.MUST, wanted.start, wanted.end)
        name = f"root-{entry.key}"
        writer.finish(owner, writer.draft_shape(block, entry.node, owner, f"{title} {entry.key}", name))
    elif part.place is Place.SHARED:
        draft = writer.add(block, Kind.ROW, entry, leadin=title, name=f"root-{entry.key}")
        draft.attributes = [("name", entry.key)]
        if entry.key == "additionalProperties" and root.is_false(entry.key):
            writer.oblige(draft, Force.MUST_NOT, entry.start, entry.end)
        inner = Node(shape=Shape.MAPPING, start=entry.start, end=entry.end, entries=(entry,))
        writer.finish(draft, writer.draft_shape(block, inner, draft, title, "root") if part.entry.key in _INNER else [])
