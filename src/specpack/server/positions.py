"""Places of a text as editors count them: lines from 0, columns in code units of the encoding that was agreed.

Path: understanding -> **positions** -> editor. Lines end as in a `Document`: in LF, CRLF or CR, and at nothing else.
"""

from bisect import bisect_right

from lsprotocol.types import Position, PositionEncodingKind, Range

from specpack.model.span import Span

_CODECS: dict[str, tuple[str, int]] = {
    PositionEncodingKind.Utf8: ("utf-8", 1),
    PositionEncodingKind.Utf16: ("utf-16-le", 2),
    PositionEncodingKind.Utf32: ("utf-32-le", 4),
}


class Grid:
    """The lines of one normalised text."""

    def __init__(self, text: str, encoding: str = PositionEncodingKind.Utf16) -> None:
        """Cut a text into lines.

        Args:
            text: The text as `Document.text` holds it, with LF line breaks.
            encoding: How the editor counts columns.
        """
        self._rows = text.split("\n")
        self._starts = [0]
        for row in self._rows[:-1]:
            self._starts.append(self._starts[-1] + len(row) + 1)
        self._codec, self._width = _CODECS.get(encoding, _CODECS[PositionEncodingKind.Utf16])

    def position(self, line: int, column: int) -> Position:
        """Return a place of a span (lines and columns from 1, in code points) as the editor counts."""
        row = self._rows[line - 1] if 0 < line <= len(self._rows) else ""
        return Position(line=line - 1, character=self._count(row[: column - 1]))

    def range(self, span: Span) -> Range:
        """Return a span as the editor counts."""
        return Range(start=self.position(span.line, span.column), end=self.position(span.end_line, span.end_column))

    def range_at(self, start: int, end: int) -> Range:
        """Return the range of two offsets in code points."""
        return Range(start=self._locate(start), end=self._locate(end))

    def offset(self, position: Position) -> int:
        """Return the offset in code points; a place behind the end of a line, or of the text, is that end."""
        if position.line >= len(self._rows):
            return self._starts[-1] + len(self._rows[-1])
        row = self._rows[position.line]
        if row.isascii():
            return self._starts[position.line] + min(position.character, len(row))
        cut = row.encode(self._codec, "surrogatepass")[: position.character * self._width]
        return self._starts[position.line] + len(cut.decode(self._codec, "ignore"))

    def _locate(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return self.position(line, offset - self._starts[line - 1] + 1)

    def _count(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._codec, "surrogatepass")) // self._width
