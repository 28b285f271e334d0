"""Wording that binds without a keyword: one diagnostic a document, so that one habit is one finding.

Path: reading -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator, Sequence

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.drafts import Remark
from specpack.frontend.reading import Reading
from specpack.model.clause import ClauseId, Force
from specpack.model.diagnostic import Applicability, Diagnostic, Edit

_MOST_PLACES = 5
_KEYWORD = re.compile(r"(?:must|shall)(?P<negated>\s+not)?", re.I)


def check_wording(reading: Reading) -> Iterator[Diagnostic]:
    """Report lower-case and implied modality, imperatives, and keywords that bind nobody.

    Reports: SP111, SP114, SP120.
    """
    for code, noun, verbs in (
        ("SP111", "sentence", ("binds", "bind", "binds")),
        ("SP114", "sentence", ("gives", "give", "gives")),
        ("SP120", "passage", ("uses", "use", "uses")),
    ):
        groups: dict[str, list[tuple[Remark, tuple[ClauseId, ...]]]] = {}
        for remark, ids in reading.remarks.get(code, ()):
            groups.setdefault(remark.span.document, []).append((remark, ids))
        for document, found in groups.items():
            yield _summarise(reading, code, document, noun, verbs, found)


def _summarise(
    reading: Reading,
    code: str,
    document: str,
    noun: str,
    verbs: tuple[str, str, str],
    found: Sequence[tuple[Remark, tuple[ClauseId, ...]]],
) -> Diagnostic:
    """Return one diagnostic for all places of a document, the first few shown."""
    first, ids = found[0]
    word = first.fields.get("word") or _shorten(reading.clauses[ids[0]].text)
    fields = {
        "count": count_things(len(found), noun),
        "document": document,
        "word": word,
        verbs[2]: verbs[0] if len(found) == 1 else verbs[1],
    }
    more = [(remark.span, "here as well") for remark, _ in found[1:_MOST_PLACES]]
    rest = len(found) - _MOST_PLACES
    notes = [f"{rest} more in this document"] if rest > 0 else []
    clauses = [clause for _, pair in found for clause in pair]
    edits = (
        [edit for remark, pair in found for edit in _offer_capitals(reading, remark, pair)] if code == "SP111" else []
    )
    return build_diagnostic(code, first.span, fields=fields, secondary=more, notes=notes, clauses=clauses, edits=edits)


def _offer_capitals(reading: Reading, remark: Remark, ids: Sequence[ClauseId]) -> Iterator[Edit]:
    """Yield the edit that writes a lower-case keyword in capitals, where its clause has that force already."""
    span = remark.span
    word = reading.documents[span.document].text[span.start : span.end]
    match = _KEYWORD.fullmatch(word)
    if match and all(reading.clauses[i].force is (Force.MUST_NOT if match["negated"] else Force.MUST) for i in ids):
        title = f"write `{' '.join(word.upper().split())}` in capitals"
        yield Edit(span=span, text=word.upper(), title=title, applicability=Applicability.SAFE)


def _shorten(text: str) -> str:
    """Return the first words of a text."""
    words = text.replace("`", "").split()
    return " ".join(words[:6]) + (" ..." if len(words) > 6 else "")
