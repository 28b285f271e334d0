"""Clauses of an OpenAPI document: what each operation takes, demands and answers, and each component.

Path: openapi, shapes -> **operations** -> drafts.
"""

import re
from collections.abc import Callable, Iterable

from specpack.frontend.drafts import Draft, Remark
from specpack.frontend.schemas.nodes import Entry, Node, Shape
from specpack.frontend.schemas.openapi import is_operation, list_variables, name_operation
from specpack.frontend.schemas.outline import Part, Place
from specpack.frontend.schemas.shapes import Ranges, Writer, list_error_ids, list_facets
from specpack.model.clause import Block, Force, Kind
from specpack.model.span import Span

_STATUS = re.compile(r"[1-5](?:\d\d|XX)", re.I)

Resolve = Callable[[Node], Node | None]
"""A node -> itself, what its `$ref` names in the same document, or None where that is elsewhere."""


class Operations:
    """Writes the clauses of one OpenAPI document, block by block."""

    def __init__(self, writer: Writer, resolve: Resolve) -> None:
        self._writer, self._resolve = writer, resolve
        self._operations: dict[str, Span] = {}
        """Operation id -> the first place that has it."""

    def draft_part(self, block: Block, part: Part) -> None:
        """Add the clauses of one block."""
        entry = part.entry
        if part.place is Place.OPERATION:
            method, _, path = part.section[-1].partition(" ")
            self._draft_operation(block, entry, method, path or method)
        elif part.place is Place.COMPONENT:
            self._draft_component(block, entry, part.section[0])
        elif part.path:
            self._draft_path(block, part)
        elif part.place is Place.SILENT:
            self._writer.finish(self._writer.add(block, Kind.RATIONALE, entry), [])
        elif part.place is Place.SHARED:
            self._draft_shared(block, entry, part.section)

    def _draft_shared(self, block: Block, entry: Entry, section: tuple[str, ...]) -> None:
        """Add the clause of a key that holds for the whole service."""
        demands = entry.key == "security" and _demands(entry.node)
        asks = demands or entry.key in ("security", "servers", "host", "basePath", "schemes", "consumes", "produces")
        draft = self._writer.add(block, Kind.ROW if asks else Kind.INFORMATION, entry, name=entry.key if asks else "")
        draft.leadin = section[0] if section[0] != entry.key else ""
        if asks:
            draft.attributes = [("name", entry.key)]
        if demands:
            self._writer.oblige(draft, Force.MUST, entry.start, entry.key_end)
        taken = []
        if entry.key == "description":
            holder = Node(shape=Shape.MAPPING, start=entry.start, end=entry.end, entries=(entry,))
            taken = self._writer.describe(block, holder, draft, "info")
        self._writer.finish(draft, taken)

    def _draft_path(self, block: Block, part: Part) -> None:
        """Add the clauses of what the operations of a path share and the block holds."""
        path = part.path
        members = part.entry.node.entries if part.entry.key == path else (part.entry,)
        for entry in members:
            if entry.end > block.span.end or entry.start < block.span.start:
                continue
            if entry.key == "parameters":
                self._draft_parameters(block, entry.node, None, path, path.strip("/") or "root")
            else:
                draft = self._writer.add(block, Kind.INFORMATION, entry, leadin=path)
                self._writer.finish(draft, [])

    def _draft_operation(self, block: Block, entry: Entry, method: str, path: str) -> None:
        """Add the clauses of one operation."""
        node, label = entry.node, block.section[-1]
        name = name_operation(node, method, path)
        draft = self._writer.add(block, Kind.GROUP, entry, leadin=f"{path}:", name=name)
        draft.attributes = [("method", method), ("path", path)]
        self._writer.oblige(draft, Force.MUST, entry.start, entry.key_end)
        self._note_operation(node)
        taken = self._writer.describe(block, node, draft, label)
        for member in node.entries:
            if member.key == "parameters":
                taken += self._draft_parameters(block, member.node, draft, label, name)
            elif member.key == "requestBody":
                taken.append(self._draft_body(block, member, draft, label, f"{name}-request"))
            elif member.key == "responses":
                for status in member.node.entries:
                    taken.append(self._draft_response(block, status, draft, label, f"{name}-{status.key}"))
            elif member.key == "security":
                row = self._writer.add(block, Kind.ROW, member, leadin=label, name=f"{name}-security", parent=draft)
                row.attributes = [("name", "security")]
                if _demands(member.node):
                    self._writer.oblige(row, Force.MUST, member.start, member.key_end)
                self._writer.finish(row, [])
                taken.append((member.start, member.end))
        self._writer.finish(draft, taken)

    def _note_operation(self, node: Node) -> None:
        """Remark an operation id that another operation has.

        Reports: SP025.
        """
        entry = node.find_entry("operationId")
        if entry is None or not entry.node.value:
            return
        drafting = self._writer.drafting
        name, span = entry.node.value, drafting.places.span(entry.node.start, entry.node.end)
        first = self._operations.setdefault(name, span)
        if first is not span:
            remark = Remark(code="SP025", span=span, fields={"name": name}, secondary=((first, "the first"),))
            drafting.remarks.append(remark)

    def _draft_parameters(self, block: Block, node: Node, parent: Draft | None, label: str, name: str) -> Ranges:
        """Add a clause for each parameter of a list."""
        taken: Ranges = []
        for item in node.items:
            real = self._resolve(item) or item
            key = real.text("name") or item.text("$ref").rpartition("/")[2]
            place = (item.start, item.end)
            draft = self._writer.add_range(
                block, Kind.ROW, place, leadin=f"{label} parameters:", name=f"{name}-{key}", parent=parent
            )
            self._fill_parameter(block, draft, item, real, f"{label} {key}", f"{name}-{key}")
            taken.append(place)
        return taken

    def _fill_parameter(self, block: Block, draft: Draft, node: Node, real: Node, label: str, name: str) -> None:
        """Set force, attributes and text of a parameter; `real` is what its `$ref` names."""
        shape = real.find("schema")
        draft.attributes = [
            ("name", real.text("name") or name),
            *list_facets(real),
            *(list_facets(shape) if shape else ()),
        ]
        if real.is_true("required"):
            entry = node.find_entry("required") or node.find_entry("$ref")
            start, end = (entry.start, entry.end) if entry else (node.start, node.end)
            self._writer.oblige(draft, Force.MUST, start, end)
        self._writer.finish(draft, self._draft_content(block, node, draft, label, name))

    def _draft_body(self, block: Block, entry: Entry, parent: Draft | None, label: str, name: str) -> tuple[int, int]:
        """Add the clauses of a request body and return its range."""
        leadin = label if parent else f"{label.partition(' ')[0]}:"
        draft = self._writer.add(block, Kind.ROW, entry, leadin=leadin, name=name, parent=parent)
        real = self._resolve(entry.node) or entry.node
        draft.attributes = [("name", entry.key)]
        if real.is_true("required"):
            self._writer.oblige(draft, Force.MUST, entry.start, entry.key_end)
        inner = f"{label} request" if parent else label
        self._writer.finish(draft, self._draft_content(block, entry.node, draft, inner, name))
        return entry.start, entry.end

    def _draft_response(
        self, block: Block, entry: Entry, parent: Draft | None, label: str, name: str
    ) -> tuple[int, int]:
        """Add the clauses of a response and return its range; one with a status obliges."""
        status = bool(_STATUS.fullmatch(entry.key))
        leadin = f"{label} responses:" if parent else label
        draft = self._writer.add(block, Kind.ROW, entry, leadin=leadin, name=name, parent=parent)
        real = self._resolve(entry.node) or entry.node
        draft.attributes = [("status" if parent else "name", entry.key)]
        if description := " ".join(real.text("description").split()):
            draft.attributes.append(("description", description))
        if not (status and entry.key.startswith(("1", "2", "3"))) and (ids := list_error_ids([entry.node])):
            draft.attributes.append(("error_id", ", ".join(ids)))
        if status and parent:
            self._writer.oblige(draft, Force.MUST, entry.start, entry.key_end)
        self._writer.finish(draft, self._draft_content(block, entry.node, draft, f"{label} {entry.key}", name))
        return entry.start, entry.end

    def _draft_content(self, block: Block, node: Node, owner: Draft, label: str, name: str) -> Ranges:
        """Add the clauses of headers, media types and schemas below a parameter, body or response."""
        taken = self._writer.describe(block, node, owner, label)
        for entry in node.entries:
            if entry.key == "schema":
                taken += self._writer.draft_shape(block, entry.node, owner, label, name)
            elif entry.key == "content":
                for media in entry.node.entries:
                    shape = media.node.find_entry("schema")
                    if shape and media.node.shape is Shape.MAPPING:
                        taken += self._writer.draft_shape(block, shape.node, owner, label, name)
            elif entry.key == "headers":
                for header in entry.node.entries:
                    draft = self._writer.add(
                        block, Kind.ROW, header, leadin=f"{label} header", name=f"{name}-{header.key}", parent=owner
                    )
                    draft.attributes = [("name", header.key)]
                    if header.node.is_true("required"):
                        self._writer.oblige(draft, Force.MUST, header.start, header.key_end)
                    self._writer.finish(draft, [])
                    taken.append((header.start, header.end))
        return taken

    def _draft_component(self, block: Block, entry: Entry, kind: str) -> None:
        """Add the clauses of one component."""
        node = entry.node
        label, name = f"{kind} {entry.key}", f"{kind}-{entry.key}"
        if kind == "schemas":
            draft = self._writer.add(block, Kind.GROUP, entry, leadin=f"{kind}:", name=name)
            draft.attributes = list_facets(node)
            self._writer.finish(draft, self._writer.draft_shape(block, node, draft, label, name))
        elif kind == "responses":
            self._draft_response(block, entry, None, kind, name)
        elif kind == "requestBodies":
            self._draft_body(block, entry, None, label, name)
        elif kind == "examples":
            self._writer.finish(self._writer.add(block, Kind.SAMPLE, entry, leadin=f"{kind}:"), [])
        else:
            draft = self._writer.add(block, Kind.ROW, entry, leadin=f"{kind}:", name=name)
            self._fill_parameter(block, draft, node, node, label, name)
            draft.attributes[0] = ("name", entry.key)


def note_variables(writer: Writer, root: Node, resolve: Resolve) -> None:
    """Remark variables of a path that no parameter declares, and the reverse.

    Where a parameter stands in another document, nothing is known of its path.

    Reports: SP026.
    """
    paths = root.find("paths")
    for item in paths.entries if paths else ():
        wanted = list_variables(item.key)
        shared = item.node.find("parameters")
        for member in item.node.entries:
            if is_operation(member):
                own = member.node.find("parameters")
                items = [*(shared.items if shared else ()), *(own.items if own else ())]
                _compare(writer, f"{member.key.upper()} {item.key}", member, wanted, items, resolve)
                _note_unused(writer, item.key, wanted, own.items if own else (), resolve)
        if shared is not None:
            _note_unused(writer, item.key, wanted, shared.items, resolve)


def _compare(
    writer: Writer, label: str, member: Entry, wanted: Iterable[str], items: list[Node], resolve: Resolve
) -> None:
    real = [resolve(item) for item in items]
    known = {node.text("name") for node in real if node is not None and node.text("in") == "path"}
    drafting = writer.drafting
    span = drafting.places.span(member.start, member.key_end)
    for name in wanted if None not in real else ():
        if name not in known:
            drafting.remark("SP026", span, case="", name=name, label=label)


def _note_unused(writer: Writer, path: str, wanted: Iterable[str], items: Iterable[Node], resolve: Resolve) -> None:
    for item in items:
        real = resolve(item)
        if real is not None and real.text("in") == "path" and real.text("name") not in wanted:
            span = writer.drafting.places.span(item.start, item.end)
            writer.drafting.remark("SP026", span, case="unused", name=real.text("name"), label=path)


def _demands(security: Node) -> bool:
    """Whether a list of security demands leaves no way without one."""
    return bool(security.items) and all(choice.entries for choice in security.items)
