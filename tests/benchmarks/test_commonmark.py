"""The split of CommonMark's examples, and what unlinking does to the prose."""

from benchmarks.external.commonmark import Example, split_examples, unlink_definitions

FENCE = "`" * 32


def render(markdown: str, html: str) -> str:
    return f"{FENCE} example\n{markdown}.\n{html}{FENCE}\n"


SPEC = "\n".join(
    [
        "# Title",
        "Before.",
        render("a→b\n", "<p>a→b</p>\n"),
        "Between.",
        render("# second\n", "<h1>second</h1>\n"),
        "After the second.",
        render("", ""),
        render("```\n.\n```\n", "x\n"),
        "<!-- END TESTS -->",
        render("not counted\n", "n\n"),
    ]
)


def test_even_examples_go_and_odd_ones_stay_as_they_are() -> None:
    kept, examples = split_examples(SPEC)
    assert [e.number for e in examples] == [1, 2, 3, 4]
    assert render("a→b\n", "<p>a→b</p>\n") in kept
    assert render("", "") in kept
    assert "second</h1>" not in kept
    assert "```\n.\n```" not in kept
    assert render("not counted\n", "n\n") in kept


def test_nothing_else_changes() -> None:
    kept, _ = split_examples(SPEC)
    without = SPEC
    for even in (render("# second\n", "<h1>second</h1>\n"), render("```\n.\n```\n", "x\n")):
        assert even in without
        without = without.replace(even, "")
    assert kept == without


def test_the_judge_sees_tabs() -> None:
    _, examples = split_examples(SPEC)
    assert examples[0] == Example(number=1, markdown="a\tb\n", html="<p>a\tb</p>\n")
    assert examples[2] == Example(number=3, markdown="", html="")


def test_only_links_to_made_anchors_lose_their_target() -> None:
    text = "A [full reference link](@) is long. See [full](#full-reference-link) and [lists](#lists)."
    assert unlink_definitions(text) == "A [full reference link](@) is long. See full and [lists](#lists)."
