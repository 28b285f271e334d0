import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpack.middle.framing import (
    ANY_PATH,
    MAX_BLOCK_CHARACTERS,
    MAX_BLOCK_LINES,
    Framed,
    label_nonce,
    normalise_text,
    parse_reply,
    render_end,
    render_marker,
)
from specpack.model.question import Expected, Label

UNIT = Label("write/store")
OTHER = Label("write/other")
FILE = Expected(kind="file", path="shop/store.toy")
SECOND = Expected(kind="file", path="shop/second.toy")
DATA = Expected(kind="data", optional=True)
N = label_nonce(UNIT)
END = render_end(UNIT)


def block(text: str, expected: Expected = FILE, label: Label = UNIT) -> str:
    return f"{render_marker(expected, label)}\n{text}\n{render_end(label)}\n"


def parse(text: str, *expected: Expected) -> Framed:
    return parse_reply(text, {UNIT: expected or (FILE, DATA)})[UNIT]


def messages(framed: Framed) -> str:
    return "\n".join(finding.message for finding in framed.findings)


def test_marker_lines_are_those_of_the_contract():
    assert render_marker(FILE, UNIT) == f"==== specpack file shop/store.toy {N} ===="
    assert f"==== end {N} ====" == END
    assert len(N) == 8
    assert label_nonce(UNIT) != label_nonce(OTHER)


def test_whole_answer_is_accepted():
    framed = parse(block("one\ntwo") + block("{}", DATA))
    assert not framed.findings
    assert [(b.kind, b.path, b.text) for b in framed.blocks] == [
        ("file", "shop/store.toy", "one\ntwo\n"),
        ("data", "-", "{}\n"),
    ]


HOSTILE = {
    "file not owned": (block("x") + block("y", SECOND), "`file shop/second.toy` is not one that this question owns"),
    "path that climbs": (block("x", Expected(kind="file", path="../../x")), "is not one that this question owns"),
    "kind not owned": (block("x") + block("y", Expected(kind="patch", path="shop/store.toy")), "is not one that"),
    "data with a path": (block("x") + block("{}", Expected(kind="data", path="x.json")), "is not one that"),
    "path twice": (block("x") + block("y"), "`file shop/store.toy` stands twice"),
    "path twice, the same text": (block("x") + block("x"), "stands twice"),
    "none": ("", "`file shop/store.toy` is missing"),
    "only prose": ("I cannot do that.", "`file shop/store.toy` is missing"),
    "empty file": (block("\n \n"), "is empty"),
    "NUL": (block("a\0b"), "U+0000"),
    "escape": (block("a\x1b[2J"), "U+001B"),
    "bytes of another encoding": (block(b"caf\xe9".decode("utf-8", "replace")), "U+FFFD"),
    "missing end": (f"{render_marker(FILE, UNIT)}\none\n", "has no end marker"),
    "cut in the end marker": (f"{render_marker(FILE, UNIT)}\none\n{END[:-6]}", "stands where no block ends or begins"),
    "end of another question": (f"{render_marker(FILE, UNIT)}\none\n==== end 00000000 ====\n", "no block ends"),
    "nonce of nobody": (block("x").replace(N, "00000000"), "has the nonce `00000000`"),
    "nonce without digits": (block("x").replace(N, "nonce"), "stands where no block ends or begins"),
    "nonce in capitals": (block("x").replace(N, N.upper()), "is missing"),
    "marker too short": (block("x").replace("==== specpack", "=== specpack"), "stands where no block ends or begins"),
    "marker without a path": (block("x").replace(" shop/store.toy", ""), "stands where no block ends or begins"),
    "marker inside a file": (
        f"{render_marker(FILE, UNIT)}\none\n{render_marker(SECOND, UNIT)}\ntwo\n{END}\n",
        "stands inside the block of `shop/store.toy`",
    ),
    "own marker inside a file": (
        f"{render_marker(FILE, UNIT)}\none\n{render_marker(FILE, UNIT)}\ntwo\n{END}\n",
        "stands inside the block",
    ),
    "text like a marker inside a file": (block("one\n==== end of file ====\ntwo"), "no block ends or begins"),
    "end twice": (block("one") + END + "\n" + block("two", SECOND), "no block ends or begins"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_reply_is_rejected_with_its_reason(name: str):
    text, reason = HOSTILE[name]
    framed = parse(text)
    assert reason in messages(framed)
    assert all(f.code == "BU101" and "\n" not in f.message for f in framed.findings)


def test_a_million_lines_are_rejected_in_a_moment():
    assert "larger than" in messages(parse(block("x\n" * 1_000_000)))
    assert "is missing" in messages(parse("==== nothing ====\n" * 1_000_000))


@pytest.mark.parametrize(
    "line",
    ["=" * 300_000, "=" * 100_000 + " " * 100_000, "==== specpack " + "a " * 200_000, "==== end" + " " * 200_000],
)
def test_long_lines_like_markers_do_not_hang(line: str):
    framed = parse(f"{line}\n{block('x')}{line}")
    assert [b.text for b in framed.blocks] == ["x\n"]
    assert not framed.findings


def test_findings_stay_short_whatever_the_reply_names():
    for framed in (parse(block("x", Expected(kind="file", path="p" * 50_000))), parse("==== specpack " + "k" * 9_000)):
        assert framed.findings
        assert all(len(f.message) < 400 for f in framed.findings)


def test_size_limits_are_inclusive():
    assert not parse(block("\n".join(["x"] * MAX_BLOCK_LINES))).findings
    assert parse(block("\n".join(["x"] * (MAX_BLOCK_LINES + 1)))).findings
    assert not parse(block("x" * (MAX_BLOCK_CHARACTERS - 1))).findings
    assert parse(block("x" * MAX_BLOCK_CHARACTERS)).findings


@pytest.mark.parametrize("cut", range(1, len(block("one\ntwo\nthree"))))
def test_truncated_answer_is_never_accepted(cut: int):
    whole = block("one\ntwo\nthree")
    framed = parse(whole[:cut])
    complete = END in whole[:cut]
    assert bool(framed.findings) is not complete
    if complete:
        assert framed.blocks[0].text == "one\ntwo\nthree\n"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_truncation_after_data_is_not_accepted_as_a_whole_file(cut: float):
    text = block("{}", DATA) + block("one\n" * 40)
    framed = parse(text[: int(len(text) * cut)])
    assert framed.findings or all(b.kind == "data" for b in framed.blocks)


@pytest.mark.parametrize(
    "text",
    [
        f"Sure, here it is:\n\n```\n{block('one')}```\nI hope that it helps.",
        f"```text\n{block('one')}\n```",
        f"# Answer\n=====\n\n{block('one')}\n=====\nDone ====",
        block("one").replace("\n", "\r\n"),
        "\ufeff\n" + block("one"),
        block("one").replace("====\n", "==== \t\n"),
        block("one\n\n\n"),
        block("one").rstrip("\n"),
    ],
)
def test_what_stands_around_blocks_is_tolerated(text: str):
    framed = parse(text)
    assert not framed.findings
    assert [b.text for b in framed.blocks] == ["one\n"]


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n", "\r\n\r\n"])
def test_a_file_ends_in_exactly_one_line_feed(end: str):
    framed = parse(block(f"one\r\ntwo{end}"))
    assert [b.text for b in framed.blocks] == ["one\ntwo\n"]


def test_lines_of_equals_signs_belong_to_the_file():
    text = "Title\n=====\n\n==== not a marker ====\n===\n"
    assert [b.text for b in parse(block(text)).blocks] == [text]


def test_a_question_does_not_pay_for_another_ones_fault():
    text = f"{render_marker(FILE, UNIT)}\none\n" + block("two", SECOND, OTHER)
    framed = parse_reply(text, {UNIT: [FILE], OTHER: [SECOND]})
    assert "stands inside the block" in messages(framed[UNIT])
    assert not framed[OTHER].findings
    assert [b.text for b in framed[OTHER].blocks] == ["two\n"]


def test_strays_are_told_only_to_questions_that_lack_something():
    text = block("two", SECOND, OTHER) + block("x").replace(N, "00000000")
    framed = parse_reply(text, {UNIT: [FILE], OTHER: [SECOND]})
    assert not framed[OTHER].findings
    assert "00000000" in messages(framed[UNIT])


def test_open_paths_need_at_least_one_block_and_no_path_twice():
    open_ = Expected(kind="signatures", path=ANY_PATH)
    a, b = Expected(kind="signatures", path="a.toy"), Expected(kind="signatures", path="b.toy")
    assert not parse(block("x", a) + block("y", b), open_).findings
    assert "is missing" in messages(parse("", open_))
    assert "stands twice" in messages(parse(block("x", a) + block("y", a), open_))


def test_files_may_be_missing_beside_data_and_are_then_the_phases_to_judge():
    assert not parse(block('{"gaps": []}', DATA)).findings
    assert "is missing" in messages(parse("", FILE, DATA))


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from([render_marker(FILE, UNIT), END, render_marker(SECOND, OTHER), render_end(OTHER)]),
            st.sampled_from(["====", "==== specpack", "==== end", "\r", "\n", "```", "\0", f"==== end {N}"]),
        ),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n", "", " "]),
)
def test_any_text_is_read_without_a_crash_and_never_gives_what_it_does_not_hold(pieces: list[str], glue: str):
    text = glue.join(pieces)
    for framed in parse_reply(text, {UNIT: [FILE, DATA], OTHER: [SECOND]}).values():
        for accepted in framed.blocks:
            assert accepted.text.endswith("\n")
            assert not accepted.text.endswith("\n\n")
            if not framed.findings:
                assert set(accepted.text.split()) <= set(text.split())
        if not framed.findings:
            assert framed.blocks


_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufeff", include_characters="\n\t"),
    max_size=200,
).filter(lambda t: t.strip() and not any(line.startswith("===") for line in t.split("\n")))


@given(st.lists(st.tuples(st.sampled_from([UNIT, OTHER]), _TEXT), min_size=1, max_size=6))
def test_rendered_answers_come_back_as_they_were(answers: list[tuple[Label, str]]):
    paths = {(label, number): Expected(kind="file", path=f"f{number}.toy") for number, (label, _) in enumerate(answers)}
    reply = "\n".join(block(text, paths[label, number], label) for number, (label, text) in enumerate(answers))
    expected = {label: [e for (owner, _), e in paths.items() if owner == label] for label in {a[0] for a in answers}}
    framed = parse_reply(reply, expected)
    for label in expected:
        assert not framed[label].findings
        assert [b.text for b in framed[label].blocks] == [normalise_text(t) for owner, t in answers if owner == label]


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text: str):
    assert normalise_text(normalise_text(text)) == normalise_text(text)


class TestCutReply:
    """A reply that ended at the limit of its tokens."""

    def test_the_last_question_is_not_whole_even_where_its_blocks_are(self):
        text = block("x") + block("two", SECOND, OTHER)
        framed = parse_reply(text, {UNIT: [FILE, DATA], OTHER: [SECOND]}, cut=True)
        assert framed[UNIT].findings == ()
        assert "cut at the limit" in framed[OTHER].findings[0].message

    def test_questions_that_were_not_reached_say_why(self):
        framed = parse_reply(block("x"), {UNIT: [FILE, DATA], OTHER: [SECOND]}, cut=True)
        assert all("cut at the limit" in framed[label].findings[0].message for label in (UNIT, OTHER))

    def test_a_block_that_was_being_written_is_never_taken(self):
        text = block("two", SECOND, OTHER) + block("x").partition("==== end")[0]
        framed = parse_reply(text, {UNIT: [FILE, DATA], OTHER: [SECOND]}, cut=True)
        assert framed[UNIT].blocks == ()
        assert framed[OTHER].findings == ()
