"""How a YAML or JSON document is cut into blocks, and what each of them refers to.

Path: nodes -> openapi, jsonschema -> **outline** -> blocks, pointers, groups.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specpack.frontend.places import Places
from specpack.frontend.schemas.nodes import Entry, Node, Shape
from specpack.model.clause import Block, BlockKind

_COMMENT = re.compile(r"[ \t]*#[^\n]*")
_QUOTED = frozenset({"example", "examples", "default", "enum", "const", "x-example", "x-examples"})
"""Below these keys stands data, not schema."""


class Place(StrEnum):
    """What a part is for the sections of its document."""

    SHARED = "shared"
    """Holds for all operations: servers, security, what the service is."""
    HOLDER = "holder"
    """A key whose members are parts."""
    OPERATION = "operation"
    COMPONENT = "component"
    SILENT = "silent"
    """Nothing that a user of the system could notice: licence, contact, version."""


@dataclass(slots=True, kw_only=True)
class Part:
    """A key that becomes a block; a holder's block ends where its first member begins."""

    entry: Entry
    place: Place
    section: tuple[str, ...]
    parent: int | None = None
    """Index of the holder."""
    floor: int = 0
    """Where what stands before it ends; comments below that belong to this part."""
    group: str = ""
    """Of an operation, the title of the section that it belongs to."""
    path: str = ""
    first: int | None = None
    """Of a holder, the index of its first member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A `$ref`, the name of a security scheme, or an alias: something elsewhere that a block needs.

    `target` is the reference as it is written; an alias has none but leads to `node`.
    """

    start: int
    end: int
    target: str = ""
    node: Node | None = None
    scheme: str = ""
    """The name, where a security scheme is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The tree of a document with its parts, one a block; no parts where the document is plain data."""

    root: Node
    title: str = ""
    parts: tuple[Part, ...] = ()
    pointers: tuple[Pointer, ...] = ()


class Cutting:
    """Parts on the way, in source order."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def add(
        self,
        entry: Entry,
        place: Place,
        section: tuple[str, ...],
        *,
        parent: int | None = None,
        floor: int = 0,
        group: str = "",
        path: str = "",
    ) -> int:
        """Append a part and return its index."""
        self.parts.append(
            Part(entry=entry, place=place, section=section, parent=parent, floor=floor, group=group, path=path)
        )
        index = len(self.parts) - 1
        if parent is not None and self.parts[parent].first is None:
            self.parts[parent].first = index
        return index

    def add_members(self, holder: int, place: Place, name: str) -> None:
        """Append each member of a holder as a part below the section `name`."""
        entry = self.parts[holder].entry
        floor = entry.key_end
        for member in entry.node.entries:
            self.add(member, place, (name, member.key), parent=holder, floor=floor)
            floor = member.end


def render_blocks(parts: Sequence[Part], places: Places, *, comments: bool) -> tuple[Block, ...]:
    """Return the blocks of parts in source order.

    Args:
        parts: All of a document.
        places: The document's text.
        comments: Whether the notation has comments; those above a key belong to it.
    """
    text = places.text
    starts = [_find_start(part, places, comments=comments) for part in parts]
    blocks: list[Block] = []
    for index, part in enumerate(parts):
        start = starts[index]
        end = starts[part.first] if part.first is not None else _find_end(part, text, comments=comments)
        end = max(start, start + len(text[start:end].rstrip()))
        blocks.append(
            Block(
                index=index,
                kind=BlockKind.SCHEMA,
                span=places.span(start, end),
                text=text[start:end],
                section=part.section,
                parent=part.parent,
                informative=part.place is Place.SILENT,
            )
        )
    return tuple(blocks)


def _find_start(part: Part, places: Places, *, comments: bool) -> int:
    """Return where the line of a key begins, or the key where something else stands before it in its line."""
    text, start = places.text, part.entry.start
    line = bisect_right(places.starts, start) - 1
    if text[places.starts[line] : start].strip():
        return start
    while comments and line and places.starts[line - 1] >= part.floor:
        above = text[places.starts[line - 1] : places.line_end(line - 1)]
        if not _COMMENT.fullmatch(above):
            break
        line -= 1
    return places.starts[line]


def _find_end(part: Part, text: str, *, comments: bool) -> int:
    """Return where the value of a key ends, with a comment in the same line."""
    end = part.entry.end
    match = _COMMENT.match(text, end) if comments else None
    return match.end() if match else end


def find_pointers(root: Node) -> Iterator[Pointer]:
    """Yield what a document refers to, in source order; data such as examples refers to nothing."""
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, mapping = waiting.pop()
        if node.shape is Shape.ALIAS:
            yield Pointer(start=node.start, end=node.end, node=node.target)
        below: list[tuple[Node, bool]] = [(item, False) for item in node.items]
        for entry in node.entries:
            value = entry.node
            refers = value.value if entry.key == "$ref" else mapping and value.value.startswith("#/")
            if value.shape is Shape.SCALAR and refers:
                yield Pointer(start=value.start, end=value.end, target=value.value)
            elif entry.key not in _QUOTED:
                below.append((value, entry.key == "mapping"))
        waiting += reversed(below)
