"""The tree of a YAML or JSON text, each node with its place.

Path: notation -> **nodes** -> openapi, jsonschema, pointers. Aliases are kept as such and never unfolded, so that no
walk over a tree takes longer than its text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_GAP = "\0"
_AROUND_GAP = re.compile(r"[\s,\-\[{]*\0[\s,\0\]}]*")


class Shape(StrEnum):
    """What a node is."""

    SCALAR = "scalar"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key of a mapping with its value; `start` is the offset of the key, `end` that of the end of the value."""

    key: str
    start: int
    key_end: int
    node: "Node"

    @property
    def end(self) -> int:
        """Where the entry ends."""
        return max(self.node.end, self.key_end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value; offsets are those of the document's text, half-open."""

    shape: Shape
    start: int
    end: int
    value: str = ""
    """Of a scalar, its content with escapes resolved, never turned into a number or a truth value."""
    quoted: bool = False
    entries: tuple[Entry, ...] = ()
    items: "tuple[Node, ...]" = ()
    target: "Node | None" = None
    """What an alias stands for; never an alias itself."""

    @property
    def real(self) -> "Node":
        """The node itself, or what it stands for."""
        return self.target or self

    def find_entry(self, key: str) -> Entry | None:
        """Return the first entry of a mapping with this key; what a merge key brings in counts last."""
        real = self.real
        found = next((entry for entry in real.entries if entry.key == key), None)
        if found is None and (merged := next((entry.node for entry in real.entries if entry.key == "<<"), None)):
            sources = [merged] if merged.real.shape is Shape.MAPPING else list(merged.real.items)
            inner = (entry for source in sources for entry in source.real.entries if entry.key == key)
            found = next(inner, None)
        return found

    def find(self, *keys: str) -> "Node | None":
        """Return the value below keys, each in the mapping before it."""
        node: Node | None = self.real
        for key in keys:
            entry = node.find_entry(key) if node else None
            node = entry.node.real if entry else None
        return node

    def text(self, key: str) -> str:
        """Return the scalar below a key, empty where there is none."""
        found = self.find(key)
        return found.value if found and found.shape is Shape.SCALAR else ""

    def is_true(self, key: str) -> bool:
        """Whether a key says true."""
        found = self.find(key)
        return bool(found and found.shape is Shape.SCALAR and not found.quoted and found.value.lower() == "true")

    def is_false(self, key: str) -> bool:
        """Whether a key says false."""
        found = self.find(key)
        return bool(found and found.shape is Shape.SCALAR and not found.quoted and found.value.lower() == "false")

    def words(self, key: str) -> tuple[str, ...]:
        """Return the scalars of the sequence below a key."""
        found = self.find(key)
        return tuple(item.real.value for item in found.items if item.real.shape is Shape.SCALAR) if found else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a text: a code, its case, a place, fields of the message, and why."""

    code: str
    case: str = ""
    start: int = 0
    end: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The tree of a text, None where it has none, and what is wrong with it."""

    root: Node | None
    faults: tuple[Fault, ...] = ()


def walk_nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it in source order, aliases not followed."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        below = [entry.node for entry in node.entries] or list(node.items)
        waiting += reversed(below)


def fold_source(text: str, start: int, end: int, without: list[tuple[int, int]]) -> str:
    """Return the words of a range, white space folded and some ranges in it left out with the marks around them."""
    pieces, at = [], start
    for first, last in sorted(without):
        if first >= at and last <= end:
            pieces += [text[at:first], _GAP]
            at = last
    pieces.append(text[at:end])
    return " ".join(_AROUND_GAP.sub(" ", "".join(pieces)).split())


def find_repeated(entries: list[Entry]) -> Iterator[Fault]:
    """Yield a fault for each key that a mapping has a second time.

    Reports: SP024.
    """
    seen: set[str] = set()
    for entry in entries:
        if entry.key in seen and entry.key != "<<":
            yield Fault(code="SP024", start=entry.start, end=entry.key_end, fields={"key": entry.key})
        seen.add(entry.key)
