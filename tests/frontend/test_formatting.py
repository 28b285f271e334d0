"""Canonical form: what it looks like, that it comes to rest, and that nothing is lost by it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packs_of_text import codes, make_document, make_pack, understand

from specpack.frontend.formatting.layout import WIDTH, render_document
from specpack.frontend.formatting.packs import Formatted, format_pack
from specpack.frontend.proof import find_losses
from specpack.frontend.understand import understand_pack
from specpack.model.understanding import Understanding
from specpack.reading import read_pack

ROOT = Path(__file__).parents[2]
PACKS = sorted(
    [
        *(path for path in (ROOT / "examples").iterdir() if path.is_dir()),
        ROOT / "src/specpack/std/pack",
        *(path for path in (ROOT / "tests/cases").glob("*/*/pack")),
    ]
)
SENTENCE = (
    "The gate MUST count every person who passes it before noon and keep the number until the evening of that day"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#  Gate  ##\n", "# Gate\n"),
        ("## MUST: Gate\n", "## Gate (MUST)\n"),
        ("## Gate [SHALL NOT]:\n", "## Gate (SHALL NOT)\n"),
        ("## LOCKED MUST: Gate {#g}\n", "## Gate (LOCKED, MUST) {#g}\n"),
        ("## Gate (PREFERRED)\n", "## Gate (PREFERRED)\n"),
        ("Gate\n====\n", "# Gate\n"),
        ("Gate MUST\n---\n", "## Gate MUST\n"),
        ("# A\nOne.\n# B\n\n\n\nTwo.", "# A\n\nOne.\n\n# B\n\nTwo.\n"),
        ("X MUST:\n* a\n    * b\n* c\n", "X MUST:\n\n- a\n  - b\n- c\n"),
        ("- a\n\t- b\n", "- a\n  - b\n"),
        ("- a\n\n\n- b\n- c\n", "- a\n\n- b\n\n- c\n"),
        ("1)  a\n\n    more\n2)  b\n", "1) a\n\n   more\n2) b\n"),
        ("* a\n\n- b\n", "- a\n\n* b\n"),
        ("One rule. Another\nrule   here.\n", "One rule.\nAnother rule here.\n"),
        ("See e.g. A. Smith.\n", "See e.g. A. Smith.\n"),
        ("a  \nb\\\nc   \n", "a  \nb\\\nc\n"),
        ("Rule. {#x}\nMore.\n", "Rule. {#x}\nMore.\n"),
        ("Use `a  b` and\n`c\n  d`.\n", "Use `a  b` and `c d`.\n"),
        ("Names:\nfirst one\nsecond one\n", "Names:\nfirst one\nsecond one\n"),
        ("*   a\n\n    ```\n    x  \n      y\n    ```\n", "- a\n\n  ```\n  x  \n    y\n  ```\n"),
        ("", ""),
    ],
)
def test_canonical_form(text: str, expected: str) -> None:
    assert render_document(text) == expected
    assert render_document(expected) == expected


VERBATIM = [
    "---\nrole:   x  \n---",
    "<!-- a   b\n\n  c -->",
    "```py\nx = 1  \n\n\n  - y\n```",
    "    code  here",
    "| a   | b |\n|---|:-:|\n|   1 | `x|y`  |",
    "> quote  with   spaces\n> - x\nlazy",
    '[ref]: http://x.org/y   "a title"',
    "<div>\n  text\n</div>",
]


@pytest.mark.parametrize("piece", VERBATIM)
def test_what_is_no_prose_keeps_every_byte(piece: str) -> None:
    before = "" if piece.startswith("---") else "Lead [ref].\n\n"
    rendered = render_document(f"{before}{piece}\n\n\nAfter.\n")
    assert f"{before}{piece}\n\nAfter.\n" == rendered


def test_lines_are_at_most_as_long_as_told_and_break_in_no_code_link_or_quotation() -> None:
    for filler in range(40):
        whole = [
            "`code  of words that stay`",
            "[a link of words](http://x.org/y)",
            '"quoted words together"',
            "[a ref][b c]",
        ]
        text = f"{'w' * filler} {SENTENCE} {' and '.join(whole)} and so it goes on.\n"
        rendered = render_document(text)
        assert all(len(line) <= WIDTH for line in rendered.splitlines())
        assert all(piece in rendered for piece in whole)
        assert rendered.split() == text.split()


@pytest.mark.parametrize("word", ["-", "+", "1.", "2)", "#", ">", "|", "---", "===", "```", "<b>", "on violation"])
def test_no_line_begins_with_what_would_be_another_block(word: str) -> None:
    for filler in range(60):
        text = f"{'w' * filler} {SENTENCE} {word} and the rest of the same sentence.\n"
        rendered = render_document(text)
        assert rendered.split() == text.split()
        assert not any(line.startswith(word) for line in rendered.splitlines()[1:])
        assert not find_losses(understand(text), understand(rendered))


def test_bare_lines_stay_an_enumeration() -> None:
    text = "#  Gate\n\nThe gate MUST know:\nfirst name\nlast name\n"
    formatted = format_text(text)
    assert codes(understand(formatted.texts["shelf.md"])).count("SP011") == codes(understand(text)).count("SP011") == 1


def format_text(text: str, *, explicit: bool = False) -> Formatted:
    return format_pack(understand(text), explicit=explicit)


def test_a_document_that_would_be_read_otherwise_is_refused_with_its_place_and_others_are_not() -> None:
    # "Refer to" is read as a reference only where one blank parts the two words.
    broken = make_document("# A\n\nThe gate counts. Refer\nto the manual when it must stop counting.\n", "broken.md")
    other = make_document("#  B\n\nThe gate MUST open.\n", "other.md")
    formatted = format_pack(understand_pack(make_pack(broken, other)))
    assert list(formatted.texts) == ["other.md"]
    assert [(loss.span.document, loss.span.line) for loss in formatted.refused] == [("broken.md", 3)]


def test_explicit_modality_keeps_force_and_words() -> None:
    text = (
        "# Gate\n\n## Rules (MUST)\n\nThe gate counts.\n\n### Night {#night}\n\nThe gate is dark.\n\n"
        "### Rationale\n\nIt saves.\n\n## More\n\nThe gate must:\n\n- close\n- log\n\nThe bell shall not ring.\n"
    )
    formatted = format_text(text, explicit=True)
    assert formatted.texts["shelf.md"] == (
        text.replace("Night {#night}", "Night (MUST) {#night}")
        .replace("must:", "MUST:")
        .replace("shall not", "SHALL NOT")
    )
    before, after = understand(text), understand(formatted.texts["shelf.md"])
    assert {c.id: c.force for c in before.clauses.values()} == {c.id: c.force for c in after.clauses.values()}
    assert "SP111" in codes(before) and "SP111" not in codes(after)


def test_explicit_leaves_what_would_change_a_force() -> None:
    text = "# Gate (SHOULD)\n\nThe gate must close.\n"
    assert not format_text(text, explicit=True).texts


def test_without_explicit_no_letter_changes() -> None:
    text = "#  Gate\n\nThe gate must   close.\n"
    assert format_text(text).texts["shelf.md"] == "# Gate\n\nThe gate must close.\n"


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("explicit", [False, True])
def test_all_packs_of_the_repository_can_be_formatted_and_come_to_rest(pack: Path, explicit: bool) -> None:
    understanding = read_pack(pack)
    formatted = format_pack(understanding, explicit=explicit)
    assert not formatted.refused
    check_settled(understanding, formatted, explicit=explicit)


def check_settled(understanding: Understanding, formatted: Formatted, *, explicit: bool) -> None:
    """Prove that a second run changes nothing and that no letter of a word went missing."""
    pack = understanding.pack
    documents = tuple(replace(d, text=formatted.texts.get(d.name, d.text)) for d in pack.documents)
    again = understand_pack(replace(pack, documents=documents))
    assert not find_losses(understanding, again)
    assert not format_pack(again, explicit=explicit).texts
    for before, after in zip(pack.documents, documents, strict=True):
        if not explicit:
            assert sorted(re.findall(r"[^\W_]", before.text)) == sorted(re.findall(r"[^\W_]", after.text))


WORDS = st.sampled_from(
    'The gate MUST NOT close at `night  x` [a](http://x.org) SHOULD must be **bold word**: e.g. this. It "a b" - 1. + '
    "# > | === --- ``` on violation, error_id: {#ab} <b> \\ (MUST) either: [ref] [ ] *em* status: 404".split(" ")
)
PROSE = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "- ", "* ", "  ", "    ", "1. ", "   ", "\t", "> ", "- - "]),
    st.lists(WORDS, min_size=1, max_size=30).map(" ".join),
)
LINES = st.sampled_from(
    [
        *(
            "",
            "",
            "# T",
            "## MUST: Rules",
            "## Rules [SHOULD] ##",
            "Title\n---",
            "### Notes",
            "- ",
            "10) ",
            "    - ",
            "> ",
        ),
        *("```\nx  \n\n y\n```", "~~~", "| a | b |\n|---|---|\n| `x` |  y |", "***", "<!-- c\nd -->", "<div>"),
        *("[ref]: http://x", "    code", "names:", "one two", "X MUST:", "a  ", "- X must:\n  - log"),
    ]
)
DOCUMENTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "---\nx: 1  \n---\n"]),
    st.lists(PROSE | LINES, max_size=14).map("\n".join),
    st.sampled_from(["", "\n", "\n\n"]),
)


@settings(deadline=None)
@given(DOCUMENTS, st.booleans())
def test_formatting_comes_to_rest_and_loses_nothing(text: str, explicit: bool) -> None:
    understanding = understand(text)
    check_settled(understanding, format_pack(understanding, explicit=explicit), explicit=explicit)
