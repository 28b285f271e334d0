"""Sentences of a masked block, and the parts of a sentence that has several modals.

Path: masking, modality -> **splitting** -> clauses.
"""

import re
from dataclasses import dataclass

from specpack.frontend.masking import FILLER
from specpack.frontend.modality import Modal

_STOP = re.compile(r"[.!?][\"')\]\u201d]*(?=\s)|(?<=\S)(?=\n[ \t]*(?:on (?:violation|failure|error)\b))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|approx|incl|resp|no|sec|fig|eq|ch|vol|art|max|min|dr|mr|mrs|ms|prof|st|inc|ltd|al|ca|"
    r"viz|p|pp|ed|eds|ref|refs|dept|est|var)|(?-i:\b[A-Z])|\A\s*\d{1,3})\.\Z",
    re.I,
)
_START = re.compile(r"\s+[\"'(\[\u201c*_]*[A-Z0-9\u00c0-\u00de" + FILLER + r"]")
_ANY_START = re.compile(r"\s+[\"'(\[\u201c*_]*\w")
_SEAM = re.compile(
    r"\s*(?:;\s*(?:and|but|or)?|,\s*(?:and|but|or|yet|then|in\s+which\s+case)|,(?=\s+(?-i:REQUIRED|OPTIONAL|RECOMMENDED|must|shall|should)\b)"
    r"|\b(?:and|but|or|yet)\b)\s+",
    re.I,
)
_FRONT = re.compile(
    r"\A[\W_]*(?:if|when|whenever|where|wherever|while|unless|although|though|once|as|after|before)\b", re.I
)
_SUBORDINATE = re.compile(
    r"\b(?<!in )(?:that|which|who|whom|whose|if|when|where|whether|unless|because|since|what|how|than|as)\s+"
    r"(?:[^\s,;]+\s+){0,6}\Z"
)
_WINDOW = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a sentence with one modal; `subject` is the range of the subject carried from the part before."""

    start: int
    end: int
    modal: Modal | None = None
    subject: tuple[int, int] | None = None


def split_sentences(mask: str, *, lower: bool = False) -> tuple[tuple[int, int], ...]:
    """Return the ranges of the sentences of a mask, white space trimmed; empty for a blank text.

    Abbreviations, decimals, initials and code do not end a sentence; a line that begins "on violation" begins one. With
    `lower`, a sentence may begin with a small letter.
    """
    ranges = []
    start = 0
    for match in _STOP.finditer(mask):
        end = match.end()
        if match[0]:
            if not (_ANY_START if lower else _START).match(mask, end):
                continue
            if match[0][0] == "." and _ABBREVIATION.search(mask[max(start, match.start() - 12) : match.start() + 1]):
                continue
        ranges.append((start, end))
        start = end
    ranges.append((start, len(mask)))
    return tuple(pair for first, last in ranges if (pair := _trim(mask, first, last)))


def split_modals(mask: str, start: int, end: int, modals: tuple[Modal, ...]) -> tuple[Part, ...]:
    """Return the parts of a sentence, one for each modal that governs one.

    A modal in a subordinate clause governs no part of its own; a condition in front stays with the first part.
    """
    mains = _find_mains(mask, start, modals)
    if not mains:
        return (Part(start=start, end=end, modal=modals[0] if modals else None),)
    parts = [Part(start=start, end=end, modal=mains[0])]
    subject = (start, mains[0].start)
    for modal in mains[1:]:
        before = parts[-1]
        low = max(before.modal.end if before.modal else start, modal.start - _WINDOW)
        seams = list(_SEAM.finditer(mask, low, modal.end))
        seam = next((s for s in reversed(seams) if s.end() <= modal.start), None)
        if seam is None:
            continue
        parts[-1] = Part(start=before.start, end=seam.start(), modal=before.modal, subject=before.subject)
        own = mask[seam.end() : modal.start].strip()
        parts.append(Part(start=seam.end(), end=end, modal=modal, subject=None if own else subject))
        if own:
            subject = (seam.end(), modal.start)
    return tuple(parts)


def _find_mains(mask: str, start: int, modals: tuple[Modal, ...]) -> tuple[Modal, ...]:
    """Return the modals that stand in a main clause."""
    mains = []
    front = _FRONT.match(mask[start : start + 20])
    for index, modal in enumerate(modals):
        if index == 0 and len(modals) > 1:
            between = mask[modal.end : modals[1].start][:400]
            joined = re.search(r",\s*(?:and|but|or|yet)\b", between, re.I)
            if front and "," in between and not joined and "," not in mask[start : modal.start][:400]:
                continue
        before = mask[max(start, modal.start - _WINDOW) : modal.start]
        if index and _SUBORDINATE.search(before):
            continue
        mains.append(modal)
    return tuple(mains)


def _trim(mask: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range without white space at its ends, or None for a blank one."""
    while start < end and mask[start].isspace():
        start += 1
    while end > start and mask[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None
