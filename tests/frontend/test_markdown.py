"""Blocks: every line in exactly one block, with its place, path and parent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs_of_text import make_document

from specpack.frontend.markdown import parse_blocks
from specpack.model.clause import Block, BlockKind


def check(text: str) -> list[Block]:
    """Return the blocks after proving that they cover the text without overlap."""
    blocks = list(parse_blocks(make_document(text)))
    held: dict[int, int] = {}
    for number, block in enumerate(blocks):
        assert block.index == number
        assert text[block.span.start : block.span.end] == block.text
        for line in range(block.span.line, block.span.end_line + 1):
            assert line not in held, "two blocks hold one line"
            held[line] = number
    for line, words in enumerate(text.split("\n"), 1):
        assert line in held or not words.strip(), f"no block holds line {line}"
    return blocks


def outline(text: str) -> list[tuple[str, int, int | None]]:
    return [(block.kind.value, block.level, block.parent) for block in check(text)]


def test_items_hold_their_own_lines_only() -> None:
    text = "lead:\n- one\n  more\n  - inner\n\n  after\n- two\n"
    assert outline(text) == [
        ("paragraph", 0, None),
        ("item", 1, 0),
        ("item", 2, 1),
        ("paragraph", 0, 1),
        ("item", 1, 0),
    ]


def test_paragraph_leads_in_table_and_fence() -> None:
    text = "Rows:\n\n| a |\n|---|\n| b |\n\nCode:\n\n```\nx\n```\n"
    assert outline(text) == [("paragraph", 0, None), ("table", 0, 0), ("paragraph", 0, None), ("fence", 0, 2)]


def test_fence_in_an_item_names_the_item() -> None:
    assert outline("- one\n\n  ```\n  x\n  ```\n- two\n") == [("item", 1, None), ("fence", 0, 0), ("item", 1, None)]


def test_markup_without_words_is_a_comment() -> None:
    text = "---\nrole: x\n---\n<!-- a -->\n\n***\n\n[x]: http://y\n"
    blocks = check(text)
    assert [block.kind for block in blocks] == [BlockKind.FRONT_MATTER, *[BlockKind.COMMENT] * 3]
    assert all(block.informative for block in blocks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\nx\n\n## Rationale\n\ny\n\n### Deeper\n\nz\n\n## B\n\nw\n", ["y", "z"]),
        ("Note: this.\n\nThat.\n", ["Note: this."]),
        ("**Rationale:** this:\n\n- a\n\nThat.\n", ["**Rationale:** this:", "- a"]),
        ("- Why: b\n  - c\n- d\n", ["- Why: b", "  - c"]),
    ],
)
def test_rationale_is_informative(text: str, expected: list[str]) -> None:
    found = [b.text for b in check(text) if b.informative and b.kind is not BlockKind.HEADING]
    assert found == expected


def test_section_is_the_path_of_titles_without_tags() -> None:
    blocks = check("# A (MUST)\n\n## LOCKED: B {#bee}\n\nx\n\nC\n---\n\ny\n")
    assert [block.section for block in blocks] == [("A",), ("A", "B"), ("A", "B"), ("A", "C"), ("A", "C")]


def test_other_formats_are_one_fence() -> None:
    (block,) = parse_blocks(make_document("\nopenapi: 3.1.0\n# no heading\n", path="api.yaml"))
    assert block.kind is BlockKind.FENCE
    assert block.text == "openapi: 3.1.0\n# no heading"


MARKS = st.sampled_from(
    [
        *("- ", "  ", "\n", "\n\n", "# ", "> ", "| a | b |\n|---|---|\n", "```", "1. ", "---\n", "<!-- ", "-->"),
        *("a", ".", "\t", "[x]: y", "\r", "\0", "é", "<div>", "    ", ":", "*", "===\n"),
    ]
)


@given(st.lists(MARKS, max_size=30).map("".join))
def test_any_markup_is_covered_once(text: str) -> None:
    check(text)
