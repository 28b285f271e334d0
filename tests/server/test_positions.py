"""Columns as editors count them, back and forth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, PositionEncodingKind

from specpack.model.span import DocumentName, count_utf16, locate
from specpack.server.positions import Grid

NAME = DocumentName("a.md")
CODECS = {
    PositionEncodingKind.Utf8: ("utf-8", 1),
    PositionEncodingKind.Utf16: ("utf-16-le", 2),
    PositionEncodingKind.Utf32: ("utf-32-le", 4),
}
TEXTS = st.text(st.sampled_from("ab \n\u00e9\u2028\U0001f4d5\ufeff"), max_size=40)


@pytest.mark.parametrize("encoding", CODECS)
@given(text=TEXTS, data=st.data())
def test_an_offset_comes_back_as_it_was(encoding: PositionEncodingKind, text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    grid = Grid(text, encoding)
    span = locate(NAME, text, offset, len(text))
    assert grid.offset(grid.range(span).start) == offset
    codec, width = CODECS[encoding]
    last = text.rpartition("\n")[2]
    assert grid.range(span).end == Position(text.count("\n"), len(last.encode(codec)) // width)


@pytest.mark.parametrize(("line", "character", "offset"), [(0, 99, 3), (1, 99, 5), (9, 0, 5), (1, 1, 4), (1, 2, 5)])
def test_a_place_that_does_not_exist_is_the_nearest_one_before_it(line: int, character: int, offset: int) -> None:
    assert Grid("one\n\U0001f4d5", PositionEncodingKind.Utf16).offset(Position(line, character)) == offset


def test_utf_16_counts_what_lies_outside_of_the_basic_plane_twice() -> None:
    assert [count_utf16(text) for text in ("", "abc", "\u00e9\u2028", "\U0001f4d5x", "\ud83d")] == [0, 3, 2, 3, 1]
