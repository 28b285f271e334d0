"""Phrases found in texts, one by one and many at once."""

import pytest

from specpack.frontend.phrases import compile_phrases, find_phrases, index_phrases


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        ("as soon as possible", "as soon\nas  possible", "as soon\nas  possible"),
        ("best (effort/efforts)", "by Best Efforts only", "Best Efforts"),
        ("keep (?:\\S+ ){0_2}?in mind", "keep old users in mind", "keep old users in mind"),
        ("etc, and so on", "a, b, etc.", "etc"),
        ("etc", "fetch", None),
    ],
)
def test_a_pattern_of_phrases(phrases: str, text: str, found: str | None) -> None:
    match = compile_phrases(phrases).search(text)
    assert (match[0] if match else None) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The credit boards meet.", ["credit boards"]),
        ("A `Credit` **Board**, twice: credit\nboard", ["Credit` **Board", "credit\nboard"]),
        ("One entry of many entries", ["entry", "entries"]),
        ("a creditor, a board, and credit", []),
        ("credit", []),
    ],
)
def test_many_phrases_at_once(text: str, found: list[str]) -> None:
    phrases = index_phrases(["Credit Board", "entries", "credit boards", "***"])
    assert [text[start:end] for _, start, end in find_phrases(text, phrases)] == found
