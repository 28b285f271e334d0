"""Connectives with two readings: and/or, a bare "or", a list that does not say how its items join.

Path: passages -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rule R15.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.reading import Reading
from specpack.model.clause import Clause, ClauseId, Force, Kind
from specpack.model.diagnostic import Applicability, Diagnostic, Edit

_AND_OR = re.compile(r"\band\s?/\s?or\b|\band\s*\(or\)|\bor\s?/\s?and\b", re.I)
_OR = compile_phrases(
    "or",
    after=r"(?!\s+(?:later|more|less|fewer|greater|higher|lower|newer|older|earlier|equal|above|below|not|longer|shorter|"
    r"larger|smaller|better|so|both|else|otherwise|after|before|any|every|all|other|another)\b)",
)
_SETTLED = compile_phrases(
    r"""
    either, whether, both, whichever, (one/any/some) of, at (least/most), exactly, only, not, no, none, nor,
    never, neither, nothing, without, other than, except, unless, if, when, whenever, while, until, before,
    after, where, that, which, who, whose, for, each, every, any, all, a choice, may, can, refuse, reject,
    forbid, prevent, avoid, depend\w*
    """,
)
"""Words in front of an "or" that say how many, deny, or open a condition: then it has one reading."""
_JUNCTION = compile_phrases(
    """
    all, any, one, either, each, every, both, none, neither, at least, exactly, and, or, whichever, first, next,
    order, steps?
    """,
)
_ENDS_JOINED = re.compile(r"(?:\b(?:and|or)|,\s*(?:and|or))\s*[;,.]?\s*\Z|\A\s*(?:and|or)\b", re.I)


def check_connectives(reading: Reading) -> Iterator[Diagnostic]:
    """Report connectives that can be read in two ways.

    Reports: SP311, SP312, SP313.
    """
    for passage in list_passages(reading):
        if passage.clause.force is None:
            continue
        match = _AND_OR.search(passage.mask)
        if match:
            yield _report_and_or(passage, match)
        elif passage.clause.force is Force.MUST and passage.modal:
            yield from _check_or(passage)
    yield from _check_lists(reading)


def _report_and_or(passage: Passage, match: re.Match[str]) -> Diagnostic:
    span = passage.span(*match.span())
    edits = tuple(
        Edit(span=span, text=text, title=title, applicability=Applicability.NEEDS_DECISION)
        for text, title in (("and", "demand both"), ("or", "demand at least one: write `at least one of` in front"))
    )
    return build_diagnostic("SP311", span, clauses=[passage.clause.id], edits=edits)


def _check_or(passage: Passage) -> Iterator[Diagnostic]:
    """Report the first "or" between what an obligation demands, where no word says how many of it."""
    demand = passage.mask[passage.modal :]
    for match in _OR.finditer(demand):
        before = demand[: match.start()]
        if _SETTLED.search(passage.mask[: passage.modal + match.start()]) or re.search(r"[,;:(]", before):
            return
        start = passage.modal + match.start()
        yield build_diagnostic("SP312", passage.span(start, start + 2), clauses=[passage.clause.id])
        return


def _check_lists(reading: Reading) -> Iterator[Diagnostic]:
    """Report lists of conditions or of what defines a term that do not say whether all or one of them is meant."""
    items: dict[ClauseId, list[Clause]] = {}
    for clause in reading.clauses.values():
        if clause.parent:
            items.setdefault(clause.parent, []).append(clause)
    for passage in list_passages(reading):
        below = items.get(passage.clause.id, [])
        conditions = [clause for clause in below if clause.kind is Kind.CONDITION]
        if len(conditions) < 2 or _JUNCTION.search(passage.mask):
            continue
        if any(_ENDS_JOINED.search(clause.text) for clause in conditions):
            continue
        start = max(0, len(passage.mask.rstrip()) - 1)
        yield build_diagnostic(
            "SP313",
            passage.span(start, start + 1),
            secondary=[(conditions[0].span, "all of these, or one of them"), (conditions[1].span, "")],
            clauses=[passage.clause.id],
        )
