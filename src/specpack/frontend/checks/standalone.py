"""Clauses that do not stand alone: pronouns, undefined orders, nobody to obey, too much at once.

Path: passages -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rules R2, R18, R19, R24.
"""

import re
from collections.abc import Iterable, Iterator

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.reading import Reading
from specpack.model.clause import Bearer, Kind, Source
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import Span

_PRONOUN = re.compile(
    r"\A[\W_]*(?P<word>it|they|this|these|that|those|he|she)\s+(?:also\s+|then\s+)?"
    r"(?=(?:MUST|SHALL|SHOULD|MAY|must|shall|should|may|can|cannot|is|are|has|have|will)\b)",
    re.I,
)
_FIRST = compile_phrases(
    """
    first (?:such |failing |failed |violated |broken
    )?(error/failure/violation/match/problem/fault/rule/check/condition), (by/in) (?:order of
    )?(priority/precedence)(?: order)?, the (highest/lowest)[- ]priority
    """,
)
_ORDERED = compile_phrases(
    r"""
    in (this/that/the following/the same/ascending/descending/alphabetical/source/input/document/reading) order,
    in (rising/falling/reverse/lexicographic\w*) order, in the order
    (of/in/that/given/shown/listed/above/below), order(?:ed)? by, order of (?:the
    )?(table/list/rows/steps/checks/evaluation/columns/lines), order[^.]{0_40} (is/as), sorted, from (?:the
    )?(top/left/first/highest/lowest), one after the other, (step/rank/row/rule/check)s? [0-9]+, before
    (any/every/each/all/the), ranks?, numbered, earlier row, outranks?, takes? precedence, first[^.]{0_80} then
    """,
)
_ORDER_COLUMN = re.compile(r"\|\s*(?:#|no\.?|step|order|rank|priority|precedence|position|nr\.?)\s*\|", re.I)
_NUMBERED = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]", re.M)
_PASSIVE = re.compile(
    r"\A\s*(?:also\s+|then\s+|always\s+|never\s+|only\s+)?be\s+(?:\w+ly\s+)?(?!between\b|red\b)\w+(?:ed|en|wn|pt|lt|de|ught|ound)\b",
    re.I,
)
_BY = re.compile(r"\bby\b|\bvia\b|\bthrough\b", re.I)
_ACTIVE = re.compile(r"\A\s*(?:also\s+|then\s+|always\s+|never\s+|only\s+)?(?!be\b|NOT\b|not\b)[a-z]+", re.A)
_JOINING = re.compile(r"\b(?:and|or|but|nor|as\s+well\s+as|while|whereas)\b|;", re.I)
_MIND = compile_phrases(
    r"""
    (keep/bear/have/hold) (?:\S+ ){0_6}?in mind, be (aware/mindful/conscious) (of/that), be (mindful/careful),
    strive, endeavou?r, pay attention, take (?:great |special )?care, think (about/of/hard/carefully)
    """,
)
_MIND_OF_MODEL = compile_phrases("understand, consider, remember, try, attempt, aim, focus, reali[sz]e, reflect, know")
_LONG, _JOINTS = 35, 4
_MOST = 5


def check_standalone(reading: Reading) -> Iterator[Diagnostic]:
    """Report clauses that cannot be read, obeyed or checked by themselves.

    Reports: SP321, SP341, SP342, SP602.
    """
    passages = [p for p in list_passages(reading) if p.clause.force is not None]
    yield from _summarise("SP321", (found for p in passages if (found := _find_pronoun(p))))
    yield from _summarise("SP341", _find_passives(passages))
    for passage in passages:
        yield from _check_size(passage)
        yield from _check_mind(passage)


def _find_pronoun(passage: Passage) -> tuple[Passage, Span] | None:
    match = _PRONOUN.match(passage.mask)
    own = passage.clause.kind is Kind.NORM and passage.clause.parent is None
    if not match or not own or passage.clause.composed != passage.clause.text:
        return None
    return passage, passage.span(*match.span("word"))


def check_orders(reading: Reading) -> Iterator[Diagnostic]:
    """Report clauses that rest on an order, in a pack none of whose own documents gives one.

    Reports: SP322.
    """
    binding = [p for p in list_passages(reading) if p.clause.force and p.clause.force.binding]
    found = [(p, m) for p in binding if (m := _FIRST.search(p.mask))]
    for pack in dict.fromkeys(p.drafting.document.pack for p, _ in found):
        texts = [d.document.text for d in reading.draftings.values() if d.document.pack == pack]
        if any(p.search(t) for t in texts for p in (_ORDERED, _ORDER_COLUMN, _NUMBERED)):
            continue
        for passage, match in found:
            if passage.drafting.document.pack == pack:
                fields = {"word": passage.words(*match.span())}
                yield build_diagnostic("SP322", passage.span(*match.span()), fields=fields, clauses=[passage.clause.id])


def _find_passives(passages: Iterable[Passage]) -> Iterator[tuple[Passage, Span]]:
    """Yield passive demands of documents in which nobody is ever said to do anything."""
    by_document: dict[str, list[Passage]] = {}
    for passage in passages:
        modality = passage.clause.modality
        if modality and modality.source is Source.EXPLICIT and passage.modal:
            by_document.setdefault(passage.clause.document, []).append(passage)
    for own in by_document.values():
        found = []
        for passage in own:
            match = _PASSIVE.match(passage.mask[passage.modal :])
            if match and not _BY.search(passage.mask[passage.modal :]):
                start = passage.modal + len(match[0]) - len(match[0].lstrip())
                found.append((passage, passage.span(start, passage.modal + match.end())))
        active = sum(bool(_ACTIVE.match(p.mask[p.modal :])) for p in own)
        if not active or len(found) < active:
            yield from found


def _check_size(passage: Passage) -> Iterator[Diagnostic]:
    words, joints = len(passage.mask.split()), len(_JOINING.findall(passage.mask))
    if words > _LONG and joints >= _JOINTS and passage.clause.kind is Kind.NORM:
        fields = {"words": str(words), "joints": str(joints)}
        yield build_diagnostic("SP342", passage.clause.span, fields=fields, clauses=[passage.clause.id])


def _check_mind(passage: Passage) -> Iterator[Diagnostic]:
    match = _MIND.search(passage.mask, passage.modal)
    if match is None and passage.clause.bearer is Bearer.GENERATOR and passage.modal:
        tail = re.match(r"\s*(?:always\s+|NOT\s+)?", passage.mask[passage.modal :])
        start = passage.modal + (tail.end() if tail else 0)
        match = _MIND_OF_MODEL.match(passage.mask, start)
    if match:
        fields = {"word": passage.words(*match.span())}
        yield build_diagnostic("SP602", passage.span(*match.span()), fields=fields, clauses=[passage.clause.id])


def _summarise(code: str, found: Iterable[tuple[Passage, Span]]) -> Iterator[Diagnostic]:
    """Yield one diagnostic a document, so that one habit is one finding."""
    groups: dict[str, list[tuple[Passage, Span]]] = {}
    for passage, span in found:
        groups.setdefault(passage.clause.document, []).append((passage, span))
    for document, places in groups.items():
        first, span = places[0]
        offset = span.start - first.draft.start
        fields = {
            "count": count_things(len(places), "clause"),
            "document": document,
            "word": first.words(offset, offset + span.end - span.start),
            "opens": "opens" if len(places) == 1 else "open",
            "says": "says" if len(places) == 1 else "say",
        }
        more = [(place, "here as well") for _, place in places[1:_MOST]]
        notes = [f"{len(places) - _MOST} more in this document"] if len(places) > _MOST else []
        clauses = [passage.clause.id for passage, _ in places]
        yield build_diagnostic(code, span, fields=fields, secondary=more, notes=notes, clauses=clauses)
