"""YAML text to nodes.

Path: documents -> **yamltree** -> nodes -> openapi, jsonschema. The library is imported when the first YAML document is
read; of it only the stream of events is used, in its version without C, whose marks are the same on every machine.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specpack.frontend.schemas.nodes import Composed, Entry, Fault, Node, Shape, find_repeated

if TYPE_CHECKING:
    from yaml.events import Event

MOST_DEPTH = 100
MOST_CHARACTERS = 4 << 20
"""A larger text takes the library most of a minute."""
MOST_UNFOLDED = 1_000_000
"""Nodes that a text may have with its aliases unfolded; whoever reads the document has to unfold them."""


@dataclass(slots=True)
class _Open:
    """A collection that is not closed yet; `key` is the key whose value comes next."""

    start: int
    mapping: bool
    anchor: str | None
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    key: tuple[str, int, int] | None = None
    size: int = 1
    end: int = 0
    """End of the last member so far; -1 in flow style, whose own mark ends it."""


class _FaultError(Exception):
    """The text cannot be read."""

    def __init__(self, case: str, start: int, end: int, note: str = "") -> None:
        super().__init__(case)
        self.case, self.start, self.end, self.note = case, start, end, note


def compose_yaml(text: str) -> Composed:
    """Return the tree of the first document of a YAML text; a blank text has none.

    Reports: SP023 (no YAML, too deep, too large, aliases that swell), SP024 (key twice) as faults.
    """
    import yaml

    builder = _Builder(text)
    try:
        if len(text) > MOST_CHARACTERS:
            raise _FaultError("large", 0, 0)
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if not builder.feed(event):
                break
    except _FaultError as error:
        return Composed(root=None, faults=(_report(error),))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = min(mark.index, len(text)) if mark else len(text)
        broken = _FaultError("", place, min(place + 1, len(text)), error.problem or "")
        return Composed(root=None, faults=(_report(broken),))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        place = getattr(error, "position", 0)
        place = min(place, len(text)) if isinstance(place, int) else 0
        reason = getattr(error, "reason", "") or str(error).partition("\n")[0]
        broken = _FaultError("", place, min(place + 1, len(text)), reason)
        return Composed(root=None, faults=(_report(broken),))
    return Composed(root=builder.root, faults=tuple(sorted(builder.faults, key=lambda fault: fault.start)))


def _report(error: _FaultError) -> Fault:
    fields = {
        "notation": "YAML",
        "most": str(MOST_DEPTH),
        "unfolded": f"{MOST_UNFOLDED:,}",
        "size": str(MOST_CHARACTERS >> 20),
    }
    note = f"the reader says: {error.note}" if error.note else ""
    return Fault(code="SP023", case=error.case, start=error.start, end=error.end, fields=fields, note=note)


class _Builder:
    """Makes nodes of events, without recursion."""

    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._text = text
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        """Anchor -> its node, and how many nodes that is with aliases unfolded."""

    def feed(self, event: "Event") -> bool:
        """Take one event; False where the first document ends. Raises _FaultError."""
        import yaml

        assert event.start_mark
        assert event.end_mark
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.DocumentEndEvent):
            return False
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(self._stack) >= MOST_DEPTH:
                raise _FaultError("depth", start, min(start + 1, len(self._text)))
            mapping = isinstance(event, yaml.MappingStartEvent)
            end = -1 if event.flow_style else 0
            self._stack.append(_Open(start=start, mapping=mapping, anchor=event.anchor, end=end))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close(end)
        elif isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(event.anchor or "")
            if known is None:
                opened = any(holder.anchor == event.anchor for holder in self._stack)
                raise _FaultError(
                    "circle" if opened else "", start, end, "" if opened else "an alias without an anchor"
                )
            node, size = known
            self._take(Node(shape=Shape.ALIAS, start=start, end=end, target=node), size)
        elif isinstance(event, yaml.ScalarEvent):
            last = max(start, end - len(self._text[start:end]) + len(self._text[start:end].rstrip()))
            value = event.value.encode("utf-8", "replace").decode()
            node = Node(shape=Shape.SCALAR, start=start, end=last, value=value, quoted=event.style is not None)
            if event.anchor:
                self._anchors[event.anchor] = (node, 1)
            self._take(node, 1)
        return True

    def _take(self, node: Node, size: int) -> None:
        """Add a value, or the key of the next one."""
        if not self._stack:
            self.root = node
            return
        holder = self._stack[-1]
        holder.size += size
        if holder.size > MOST_UNFOLDED:
            raise _FaultError("aliases", node.start, node.end)
        if holder.end >= 0:
            holder.end = max(holder.end, node.end)
        if not holder.mapping:
            holder.items.append(node)
        elif holder.key is None:
            key = node.real.value if node.real.shape is Shape.SCALAR else self._text[node.start : node.end]
            holder.key = (key, node.start, node.end)
        else:
            name, start, end = holder.key
            holder.entries.append(Entry(key=name, start=start, key_end=end, node=node))
            holder.key = None

    def _close(self, end: int) -> None:
        """End the innermost collection; one in block style ends with its last member."""
        done = self._stack.pop()
        last = end if done.end < 0 else max(done.end, done.start)
        if done.mapping:
            self.faults += find_repeated(done.entries)
        node = Node(
            shape=Shape.MAPPING if done.mapping else Shape.SEQUENCE,
            start=done.start,
            end=last,
            entries=tuple(done.entries),
            items=tuple(done.items),
        )
        if done.anchor:
            self._anchors[done.anchor] = (node, done.size)
        self._take(node, done.size)
