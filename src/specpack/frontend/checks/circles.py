"""Circles: documents that send the reader to each other for the same thing, or each claim to go before the other.

Path: reading -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.reading import Reading
from specpack.frontend.references import find_documents
from specpack.model.clause import Block, BlockKind
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import DocumentName, Span

_FILE = r"[`\[(]*((?:[\w.-]+/)*[\w-][\w.-]*\.(?:md|markdown))"
_SENDS = re.compile(
    r"(?P<subject>[^.;:\n]{0,80}?)[\s:,]*\b(?:see|(?:is|are|as)\s+(?:defined|described|listed|given|specified|governed|told)"
    rf"\s+(?:in|by)|refer\s+to|according\s+to)\s+(?:the\s+)?(?:document\s+|file\s+)?{_FILE}",
    re.I,
)
_PREVAILS = re.compile(
    rf"{_FILE}[`\])]*\s+(?:MUST\s+|SHALL\s+)?(?:outranks?|(?:take|have|ha|take)s?\s+precedence\s+over|prevails?\s+over|"
    rf"overrides?|wins?\s+over|goes?\s+before)\s+(?:the\s+)?(?:document\s+|file\s+|(?:rules?|clauses?|sections?)\s+(?:of|in)\s+)?{_FILE}",
    re.I,
)
_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_EMPTY = frozenset("the a an all each every for of this these rules rule and its".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    """One document points to another about a topic."""

    source: DocumentName
    target: DocumentName
    topic: tuple[str, ...]
    span: Span


def check_circles(reading: Reading) -> Iterator[Diagnostic]:
    """Report delegations and precedences between documents that go round in a circle, once each.

    Reports: SP205, SP407.
    """
    paths: dict[str, list[str]] = {}
    for document in reading.pack.documents:
        paths.setdefault(document.pack, []).append(document.path)
    sends: list[_Edge] = []
    prevails: list[_Edge] = []
    for drafting in reading.draftings.values():
        for block in drafting.blocks:
            if block.kind in _PROSE and not block.informative and ".m" in block.text:
                sends += _find_sends(reading, drafting.document.name, block, paths)
                prevails += _find_prevails(reading, drafting.document.name, block, paths)
    for code, edges in (("SP205", sends), ("SP407", prevails)):
        for circle in _find_circles(edges):
            names = " -> ".join(f"`{edge.source}`" for edge in (*circle, circle[0]))
            fields = {"circle": names, "topic": " ".join(circle[0].topic)}
            more = [(edge.span, "and this one") for edge in circle[1:]]
            yield build_diagnostic(code, circle[0].span, fields=fields, secondary=more)


def _find_sends(
    reading: Reading, name: DocumentName, block: Block, paths: Mapping[str, Sequence[str]]
) -> Iterator[_Edge]:
    for match in _SENDS.finditer(block.text):
        target = _find_target(reading, name, match[2], paths)
        topic = _find_topic(match["subject"]) or _find_topic(block.section[-1] if block.section else "")
        if target and target != name and topic:
            span = reading.draftings[name].span(block, match.start(2), match.end(2))
            yield _Edge(source=name, target=target, topic=topic, span=span)


def _find_prevails(
    reading: Reading, name: DocumentName, block: Block, paths: Mapping[str, Sequence[str]]
) -> Iterator[_Edge]:
    for match in _PREVAILS.finditer(block.text):
        first, second = (_find_target(reading, name, match[number], paths) for number in (1, 2))
        if first and second and first != second:
            span = reading.draftings[name].span(block, match.start(1), match.end(2))
            yield _Edge(source=first, target=second, topic=(), span=span)


def _find_target(
    reading: Reading, name: DocumentName, path: str, paths: Mapping[str, Sequence[str]]
) -> DocumentName | None:
    document = reading.documents[name]
    found = find_documents(document, path, paths)
    if len(found) != 1:
        return None
    (target,) = found
    return next((d.name for d in reading.pack.documents if d.path == target and d.pack == document.pack), None)


def _find_topic(text: str) -> tuple[str, ...]:
    words = (word.lower() for word in re.findall(r"[\w-]+", text))
    return tuple(sorted({word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words} - _EMPTY))


def _find_circles(edges: Sequence[_Edge]) -> Iterator[tuple[_Edge, ...]]:
    """Yield the shortest circle through each edge that closes one on its topic, each circle once."""
    onward: dict[tuple[DocumentName, tuple[str, ...]], dict[DocumentName, _Edge]] = {}
    for edge in edges:
        onward.setdefault((edge.source, edge.topic), {}).setdefault(edge.target, edge)
    told: set[frozenset[DocumentName]] = set()
    for edge in (edge for targets in onward.values() for edge in targets.values()):
        reached: dict[DocumentName, tuple[_Edge, ...]] = {edge.target: (edge,)}
        waiting = [edge.target]
        for place in waiting:
            for target, other in onward.get((place, edge.topic), {}).items():
                if target not in reached:
                    reached[target] = (*reached[place], other)
                    waiting.append(target)
        circle = reached.get(edge.source, ())
        documents = frozenset(other.source for other in circle)
        if circle and documents not in told:
            told.add(documents)
            yield circle
