"""Words that no test can hold a system to: escapes, unmeasurable words, sets left open.

Path: passages -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rules R7, R8 and R9.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic

_ABLE = (
    "(possible/practical/practicable/feasible/appropriate/applicable/necessary/needed/reasonable/desired/convenient)"
)
_ESCAPE = compile_phrases(
    f"""
    (where/wherever/if/when/whenever/as far as/so far as/unless) (?:it is )?(?:at all )?{_ABLE}, as {_ABLE}, as
    much as {_ABLE}, to the (extent/degree) {_ABLE}, unless (impractical/impossible), (best/reasonable)
    efforts?, ideally, preferably, if at all, normally, generally, usually, typically, in most cases
    """,
)
_NOUN_BEHIND = re.compile(r"\s+[a-z]+s\s+[a-z]+", re.A)
"""A noun and its verb behind "possible", which is then its adjective: "where possible duplicates wait"."""
_UNMEASURED = compile_phrases(
    """
    minimal(?:ly)?, minimi[sz]es?, maximal(?:ly)?, maximi[sz]es?, optimal(?:ly)?, optimi[sz]es?, fast(?:er)?,
    quick(?:ly)?, rapid(?:ly)?, prompt(?:ly)?, timely, efficient(?:ly)?, robust(?:ly)?, user[- ]friendly,
    reasonabl[ey], easy, easily, adequate(?:ly)?, sufficient(?:ly)?, appropriate(?:ly)?, suitabl[ey],
    acceptabl[ey], proper(?:ly)?, intuitive(?:ly)?, seamless(?:ly)?, graceful(?:ly)?, flexibl[ey], nicely?,
    sensibl[ey], meaningful(?:ly)?, significant(?:ly)?, approximately, roughly, scalabl[ey], lightweight,
    modern, state[- ]of[- ]the[- ]art, high[- ](quality/performance), good (quality/performance), as
    (soon/few/little/small/short) as possible
    """,
)
_MEASURE = re.compile(r"\d")
"""A number that the vague word may be measured by."""
_OPEN = compile_phrases(
    """
    etc, and so (on/forth), and the like, among (other things/others), or similar, including but not limited to,
    including without limitation, including but is not limited to
    """,
)
_INCLUDING = compile_phrases(
    "including",
    after=r"(?=\s+(?!both\b|the\s+(?:ends?|bounds?|first|last|limits?)\b|\d)\S[^.;:]*(?:,|\band\b|\bor\b))",
)
_WHOLE = compile_phrases("all, every, each, any, whole, entire, everything, anything, no, none, nothing")


def check_vagueness(reading: Reading) -> Iterator[Diagnostic]:
    """Report escape clauses, unmeasurable words and open sets under a MUST.

    Reports: SP301, SP302, SP303.
    """
    for passage in list_passages(reading):
        if passage.clause.force is not None and passage.clause.force.binding:
            yield from _check_passage(passage)


def _check_passage(passage: Passage) -> Iterator[Diagnostic]:
    escape = next((m for m in _ESCAPE.finditer(passage.mask) if not _is_adjective(passage.mask, m)), None)
    if escape:
        yield _report("SP301", passage, escape)
    word = next((m for m in _UNMEASURED.finditer(passage.mask) if not escape or not _overlap(m, escape)), None)
    if word and not _MEASURE.search(passage.mask):
        yield _report("SP302", passage, word, where=_find_position(passage, word))
    left_open = _OPEN.search(passage.mask)
    if left_open is None:
        found = next((m for m in _INCLUDING.finditer(passage.mask) if not _bounds(passage.mask, m)), None)
        left_open = found if found and not _WHOLE.search(passage.mask[: found.start()]) else None
    if left_open:
        yield _report("SP303", passage, left_open)


def _bounds(mask: str, match: re.Match[str]) -> bool:
    """Whether "including" closes a range, as in "up to and including line 80"."""
    return mask[: match.start()].rstrip().lower().endswith(" and")


def _is_adjective(mask: str, match: re.Match[str]) -> bool:
    """Whether the word at the end of an escape belongs to a noun behind it."""
    return bool(re.search(rf"{_ABLE.replace('/', '|')}\Z", match[0], re.I) and _NOUN_BEHIND.match(mask, match.end()))


def _find_position(passage: Passage, word: re.Match[str]) -> str:
    """Return which part of the clause holds a word: its condition or its consequence."""
    before = passage.mask[: word.start()]
    opened = re.search(r"\b(?:if|when|whenever|while|unless|until|once|where)\b", before, re.I)
    closed = opened and re.search(r"[,;]", before[opened.end() :])
    return "condition" if opened and not closed else "consequence"


def _overlap(first: re.Match[str], second: re.Match[str]) -> bool:
    return first.start() < second.end() and second.start() < first.end()


def _report(code: str, passage: Passage, match: re.Match[str], **fields: str) -> Diagnostic:
    start, end = match.span()
    word = passage.words(start, end)
    span = passage.span(start, end)
    return build_diagnostic(code, span, fields={"word": word, **fields}, clauses=[passage.clause.id])
