"""Numbers that leave a question: whether the ends of a range belong to it, and of what a number counts.

Path: passages -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rule R6.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import DocumentName

_NUMBER = r"\d{1,3}(?:[,_ ]\d{3})+|\d+(?:\.\d+)?"
_RANGE = re.compile(
    rf"\bbetween\s+({_NUMBER})\s+and\s+({_NUMBER})"
    rf"|\bfrom\s+({_NUMBER})\s+(?:up\s+)?to\s+({_NUMBER})"
    r"|(?<![\w./:-])(\d+)\s*(?:-|\u2013|\.\.\.?)\s*(\d+)(?![\w/:-])(?!\.\d)",
    re.I,
)
_ENDS = re.compile(
    r"\b(?:inclusive(?:ly)?|exclusive(?:ly)?|including|excluding|both\s+ends|half[- ]open|ends?\s+included)\b",
    re.I,
)
_RULE_OF_RANGES = re.compile(
    r"\b(?:ranges?|bounds?|intervals?|limits?)\b[^.\n]{0,80}\b(?:inclusive|include|includes|exclusive|exclude|both\s+ends|belong)\b",
    re.I,
)
_DIMENSION = re.compile(
    r"\b(?P<what>length|size|timeout|duration|delay|interval|lifetime|ttl|width|height|weight|distance|period|expiry|age)"
    rf"\b[^.;]{{0,60}}?(?<![\w.\u02d1-])(?P<number>{_NUMBER})"
    r"(?=\s*(?:[.;,)]|\Z|\b(?:and|or|inclusive|exclusive|at|when|if|unless|by)\b))",
    re.I,
)
_UNIT = compile_phrases(
    """
    bytes?, bits?, octets?, characters?, chars?, code points?, code units?, letters?, digits?, [kmg]i?b, ms, s, sec,
    seconds?, milliseconds?, microseconds?, nanoseconds?, minutes?, hours?, days?, weeks?, months?, years?, mm, cm, km,
    metres?, meters?, pixels?, px, pt, inch(?:es)?, percent, kg, grams?,
    (in/of) (words/lines/items/elements/entries/records/rows/fields/tokens/pages/steps/attempts)
    """,
)
"""What a number may count; things that are no units by themselves only where a length is given in them."""


def check_ranges(reading: Reading) -> Iterator[Diagnostic]:
    """Report ranges that do not say whether their ends belong to them, in packs that give no rule for all of theirs.

    Reports: SP331.
    """
    texts: dict[str, list[str]] = {}
    for drafting in reading.draftings.values():
        texts.setdefault(drafting.document.pack, []).append(drafting.document.text)
    settled = {pack for pack, own in texts.items() if any(_RULE_OF_RANGES.search(text) for text in own)}
    for passage in list_passages(reading):
        force = passage.clause.force
        if force is not None and force.binding and passage.drafting.document.pack not in settled:
            yield from _check_range(passage)


def check_units(reading: Reading) -> Iterator[Diagnostic]:
    """Report numbers without a unit, in documents that give none for what they count.

    Reports: SP332.
    """
    told: dict[tuple[DocumentName, str], bool] = {}
    for passage in list_passages(reading):
        force = passage.clause.force
        if force is not None and force.binding:
            yield from _check_unit(passage, told)


def _check_range(passage: Passage) -> Iterator[Diagnostic]:
    for match in _RANGE.finditer(passage.mask):
        low, high = (re.sub(r"[,_ ]", "", number) for number in match.groups() if number)
        if float(low) < float(high) and not _ENDS.search(passage.clause.composed):
            fields = {"range": passage.words(*match.span()), "low": low, "high": high}
            yield build_diagnostic("SP331", passage.span(*match.span()), fields=fields, clauses=[passage.clause.id])
            return


def _check_unit(passage: Passage, told: dict[tuple[DocumentName, str], bool]) -> Iterator[Diagnostic]:
    """Report a number without a unit; `told` remembers which documents give a unit beside which word."""
    match = _DIMENSION.search(passage.mask)
    if match is None or _UNIT.search(passage.clause.composed):
        return
    word = match["what"].lower()
    key = (passage.clause.document, word)
    if key not in told:
        beside = re.finditer(rf"\b{word}s?\b[^.\n]{{0,80}}", passage.drafting.document.text, re.I)
        told[key] = any(_UNIT.search(found[0]) for found in beside)
    if not told[key]:
        fields = {"number": match["number"], "what": word}
        yield build_diagnostic("SP332", passage.span(*match.span("number")), fields=fields, clauses=[passage.clause.id])
