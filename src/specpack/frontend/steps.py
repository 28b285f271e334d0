"""Numbered steps: the numbers that the tables of a document have, and the numbers that its text cites.

Path: tables, masking -> **steps** -> references.
"""

import re
from collections.abc import Iterable, Iterator

from specpack.frontend.drafts import Draft
from specpack.model.clause import Kind

_CITED = re.compile(
    r"\b[Ss]teps?\s+(\d{1,4}\b(?:\s*(?:,|to|and|or|through|\u2013|-)(?:\s+and|\s+or)?\s*\d{1,4}\b)*)(?!\.\d|%)"
)
_NUMBER = re.compile(r"\d+")
_WHOLE = re.compile(r"\d{1,4}")


def list_steps(drafts: Iterable[Draft]) -> frozenset[int]:
    """Return the numbers in the columns called `step` of a document's tables, none where no table has one."""
    cells = (
        value
        for draft in drafts
        if draft.kind is Kind.ROW
        for key, value in draft.attributes
        if key in ("step", "steps", "step number")
    )
    return frozenset(int(value) for value in cells if _WHOLE.fullmatch(value))


def find_steps(mask: str) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and number of each step that a text cites, both ends of a range."""
    for match in _CITED.finditer(mask):
        for number in _NUMBER.finditer(match[1]):
            yield match.start(1) + number.start(), match.start(1) + number.end(), int(number[0])
