"""Schemas to clauses: each property is one, required where the schema says so.

Path: nodes, prose -> **shapes** -> openapi, jsonschema.
"""

import re
from collections.abc import Iterable

from specpack.frontend.definitions import is_error_key
from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.listing import is_id
from specpack.frontend.schemas.nodes import Entry, Node, Shape, fold_source, walk_nodes
from specpack.frontend.schemas.prose import draft_description
from specpack.model.clause import Block, Force, Kind, Modality, Source

Ranges = list[tuple[int, int]]

_FACETS = (
    *("$ref", "type", "format", "enum", "const", "pattern", "default", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties", "nullable", "readOnly", "writeOnly", "deprecated", "in"),
)
_ALL, _SOME = ("allOf",), ("oneOf", "anyOf")
_INSIDE = ("items", "additionalProperties", "prefixItems", "contains", "unevaluatedProperties")
_NOT_NAMED = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST_NAME = 64


class Writer:
    """Adds the clauses of one document to its drafting."""

    def __init__(self, drafting: Drafting) -> None:
        self.drafting = drafting
        self._text = drafting.document.text
        self._names: set[str] = set()

    def add(
        self, block: Block, kind: Kind, entry: Entry, *, leadin: str = "", name: str = "", parent: Draft | None = None
    ) -> Draft:
        """Add the clause of a key without its text, which `finish` sets once its parts are known.

        Args:
            block: The block that holds the key.
            kind: What the clause is.
            entry: The key and its value.
            leadin: What stands in front of the text.
            name: What its id is made of, where no other clause of the document has it.
            parent: The clause that it belongs to.
        """
        return self.add_range(block, kind, (entry.start, entry.end), leadin=leadin, name=name, parent=parent)

    def add_range(
        self,
        block: Block,
        kind: Kind,
        place: tuple[int, int],
        *,
        leadin: str = "",
        name: str = "",
        parent: Draft | None = None,
    ) -> Draft:
        """Add the clause of a range, as `add` does."""
        base = block.span.start
        end = min(place[1], block.span.end)
        draft = self.drafting.add(block, kind, place[0] - base, end - base, "")
        draft.leadin, draft.parent = leadin, parent.index if parent else None
        anchor = _NOT_NAMED.sub("-", name).strip("-_")
        if anchor and len(anchor) <= _LONGEST_NAME and anchor not in self._names:
            self._names.add(anchor)
            draft.anchor = anchor
        return draft

    def finish(self, draft: Draft, without: Ranges) -> None:
        """Set the text of a clause: the words of its range but for those that have clauses of their own."""
        draft.text = fold_source(self._text, draft.start, draft.end, without)

    def oblige(self, draft: Draft, force: Force, start: int, end: int) -> None:
        """Give a clause the force that the format gives it at a place."""
        span = self.drafting.places.span(start, end)
        draft.modality = Modality(force=force, source=Source.FORMAT, span=span)

    def describe(self, block: Block, node: Node, owner: Draft, leadin: str) -> Ranges:
        """Add the sentences of a description."""
        return draft_description(self.drafting, block, node, owner, leadin)

    def draft_shape(
        self, block: Block, node: Node, owner: Draft, leadin: str, name: str, *, firm: bool = True
    ) -> Ranges:
        """Add the clauses of a schema's properties and descriptions, and return their ranges.

        Args:
            block: The block that holds the schema.
            node: The schema; nothing comes of a reference or an alias.
            owner: The clause that the schema belongs to.
            leadin: What stands in front of the names of properties.
            name: What the ids of properties begin with.
            firm: Whether `required` holds; it does not in one of several alternatives.
        """
        taken: Ranges = self.describe(block, node, owner, leadin) if node.shape is Shape.MAPPING else []
        for entry in node.entries:
            value = entry.node
            if entry.key == "properties" and value.shape is Shape.MAPPING:
                required = node.find("required")
                for member in value.entries:
                    wanted = _find_word(required, member.key) if firm and required else None
                    taken.append(self.draft_property(block, member, wanted, owner, leadin, name, firm=firm))
            elif entry.key == "additionalProperties" and node.is_false(entry.key):
                draft = self.add(block, Kind.ROW, entry, leadin=leadin, name=f"{name}-closed", parent=owner)
                draft.attributes = [("additionalproperties", "false")]
                self.oblige(draft, Force.MUST_NOT, entry.start, entry.end)
                self.finish(draft, [])
                taken.append((entry.start, entry.end))
            elif entry.key in _INSIDE and value.shape is Shape.MAPPING:
                taken += self.draft_shape(block, value, owner, leadin, name, firm=firm)
            elif entry.key in (*_ALL, *_SOME):
                for item in value.items:
                    taken += self.draft_shape(block, item, owner, leadin, name, firm=firm and entry.key in _ALL)
        return taken

    def draft_property(
        self, block: Block, entry: Entry, required: Node | None, owner: Draft, leadin: str, name: str, *, firm: bool
    ) -> tuple[int, int]:
        """Add the clauses of one property and return its range; `required` is where the schema demands it."""
        draft = self.add(block, Kind.ROW, entry, leadin=leadin, name=f"{name}-{entry.key}", parent=owner)
        draft.attributes = [("name", entry.key), *list_facets(entry.node)]
        if required is not None:
            self.oblige(draft, Force.MUST, required.start, required.end)
        inner = f"{leadin} {entry.key}"
        self.finish(draft, self.draft_shape(block, entry.node, draft, inner, f"{name}-{entry.key}", firm=firm))
        return entry.start, entry.end


def list_facets(node: Node) -> list[tuple[str, str]]:
    """Return type, format, values and limits of a schema."""
    found = []
    for key in _FACETS:
        value = node.find(key)
        if value is None:
            continue
        words = [value.value] if value.shape is Shape.SCALAR else [item.real.value for item in value.items]
        if text := ", ".join(word for word in words if word):
            found.append((key.lower(), text))
    return found


def list_error_ids(nodes: Iterable[Node]) -> list[str]:
    """Return the error ids that examples and fixed values of a response give, in order, each once."""
    found: dict[str, None] = {}
    for node in (inner for outer in nodes for inner in walk_nodes(outer)):
        for entry in node.entries:
            if not is_error_key(entry.key) or entry.key.lower() == "error":
                continue
            value = entry.node.real
            if value.shape is Shape.MAPPING:
                fixed = value.find("const") or value.find("example")
                options = value.find("enum")
                value = fixed or (options.items[0].real if options and len(options.items) == 1 else value)
            if value.shape is Shape.SCALAR and is_id(value.value):
                found[value.value] = None
    return list(found)


def _find_word(sequence: Node, word: str) -> Node | None:
    """Return the item of a sequence that says a word."""
    return next((item for item in sequence.items if item.real.value == word), None)
