"""Where something stands in a document.

Path: read -> **span** -> every message, slice and trace.
"""

from dataclasses import dataclass
from typing import NewType

DocumentName = NewType("DocumentName", str)
"""How a document is shown: `behaviour/events.md`, or `std:policy/testing.md` for an extended pack."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A half-open range of one document.

    `start` and `end` are offsets in code points of the document's normalised text; lines and columns count from 1,
    columns in code points. An empty range (`start == end`) marks a place.
    """

    document: DocumentName
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


def locate(document: DocumentName, text: str, start: int, end: int) -> Span:
    """Return the span of `text[start:end]`, lines and columns counted from the text itself."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    end_line = line + text.count("\n", start, end)
    end_column = end - (text.rfind("\n", 0, end) + 1) + 1
    return Span(
        document=document,
        start=start,
        end=end,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
    )


def count_utf16(text: str) -> int:
    """Return how many UTF-16 code units a text takes, the unit of columns in SARIF and in editors."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
