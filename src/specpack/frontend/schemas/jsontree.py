"""JSON text to nodes.

Path: documents -> **jsontree** -> nodes -> openapi, jsonschema. The reader of the standard library tells no places.
"""

import json
import re
from dataclasses import dataclass, field

from specpack.frontend.schemas.nodes import Composed, Entry, Fault, Node, Shape, find_repeated

MOST_DEPTH = 100
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_PLAIN = re.compile(r"(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])")


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is not closed yet; `key` is the key whose value comes next."""

    start: int
    mapping: bool
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    key: tuple[str, int, int] | None = None

    def take(self, node: Node) -> None:
        """Add a value."""
        if self.key is not None:
            name, start, end = self.key
            self.entries.append(Entry(key=name, start=start, key_end=end, node=node))
            self.key = None
        else:
            self.items.append(node)


class _BrokenError(Exception):
    """The text is no JSON at a place."""

    def __init__(self, place: int, expected: str, case: str = "") -> None:
        super().__init__(expected)
        self.place, self.expected, self.case = place, expected, case


def compose_json(text: str) -> Composed:
    """Return the tree of a JSON text as RFC 8259 has it; a blank text has none.

    Reports: SP023 (no JSON, too deep), SP024 (key twice) as faults.
    """
    if not text.strip():
        return Composed(root=None)
    faults: list[Fault] = []
    try:
        root = _read_text(text, faults)
    except _BrokenError as broken:
        fields = {"notation": "JSON", "most": str(MOST_DEPTH)}
        note = f"the reader expects {broken.expected}" if broken.expected else ""
        place = min(broken.place, len(text))
        fault = Fault(
            code="SP023", case=broken.case, start=place, end=min(place + 1, len(text)), fields=fields, note=note
        )
        return Composed(root=None, faults=(fault,))
    return Composed(root=root, faults=tuple(sorted(faults, key=lambda fault: fault.start)))


def _read_text(text: str, faults: list[Fault]) -> Node:
    """Return the one value of a text. Raises _BrokenError."""
    stack: list[_Open] = []
    at = _skip(text, 0)
    while True:
        node: Node | None
        if text[at : at + 1] in ("{", "["):
            if len(stack) >= MOST_DEPTH:
                raise _BrokenError(at, "", "depth")
            stack.append(_Open(start=at, mapping=text[at] == "{"))
            at = _skip(text, at + 1)
            if text[at : at + 1] != ("}" if stack[-1].mapping else "]"):
                at = _read_key(text, at, stack[-1])
                continue
            node, at = None, at
        else:
            node, at = _read_scalar(text, at)
        while True:
            if node is None:
                node, at = _close(stack.pop(), at, faults), at + 1
            if not stack:
                rest = _skip(text, at)
                if rest < len(text):
                    raise _BrokenError(rest, "nothing after the value")
                return node
            stack[-1].take(node)
            at = _skip(text, at)
            mark = text[at : at + 1]
            if mark == ",":
                at = _read_key(text, _skip(text, at + 1), stack[-1])
                break
            if mark != ("}" if stack[-1].mapping else "]"):
                raise _BrokenError(at, "a comma or `}`" if stack[-1].mapping else "a comma or `]`")
            node = None


def _read_key(text: str, at: int, holder: _Open) -> int:
    """Read the key of the next entry of a mapping and return where its value begins; nothing in a sequence."""
    if not holder.mapping:
        return at
    match = _STRING.match(text, at)
    if match is None:
        raise _BrokenError(at, "a key in double quotes")
    holder.key = (_decode(match[0]), at, match.end())
    at = _skip(text, match.end())
    if text[at : at + 1] != ":":
        raise _BrokenError(at, "a colon")
    return _skip(text, at + 1)


def _read_scalar(text: str, at: int) -> tuple[Node, int]:
    match = _STRING.match(text, at)
    if match:
        return Node(shape=Shape.SCALAR, start=at, end=match.end(), value=_decode(match[0]), quoted=True), match.end()
    match = _PLAIN.match(text, at)
    if match is None:
        raise _BrokenError(at, "a value")
    return Node(shape=Shape.SCALAR, start=at, end=match.end(), value=match[0]), match.end()


def _decode(literal: str) -> str:
    """Return the content of a string; half of a surrogate pair becomes a question mark."""
    return str(json.loads(literal)).encode("utf-8", "replace").decode()


def _close(opened: _Open, at: int, faults: list[Fault]) -> Node:
    """Return the node of what ends with the mark at `at`."""
    if not opened.mapping:
        return Node(shape=Shape.SEQUENCE, start=opened.start, end=at + 1, items=tuple(opened.items))
    faults += find_repeated(opened.entries)
    return Node(shape=Shape.MAPPING, start=opened.start, end=at + 1, entries=tuple(opened.entries))


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
