"""Offsets of one text turned into spans, each in logarithmic time.

Path: read -> **places** -> markdown, clauses, checks.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from specpack.model.span import DocumentName, Span

_BREAK = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Places:
    """The line starts of a document, so that spans need no scan of the text."""

    document: DocumentName
    text: str
    starts: tuple[int, ...]
    """Offset of the first character of each line."""

    def span(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`, as `specpack.model.span.locate` would."""
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Span(
            document=self.document,
            start=start,
            end=end,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
        )

    def line_end(self, line: int) -> int:
        """Return the offset of the end of a line (counted from 0), without its line break."""
        return self.starts[line + 1] - 1 if line + 1 < len(self.starts) else len(self.text)

    def _position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def index_places(document: DocumentName, text: str) -> Places:
    """Return the places of a text; its lines end in LF."""
    return Places(document, text, (0, *(match.end() for match in _BREAK.finditer(text))))


def list_records(document: DocumentName, text: str) -> Iterator[tuple[str, Span]]:
    """Yield the lines of a file that holds one record a line, blank lines and comments (`#`) left out."""
    places = index_places(document, text)
    for number, line in enumerate(text.split("\n")):
        if line.strip() and not line.startswith("#"):
            yield line, places.span(places.starts[number], places.line_end(number))
