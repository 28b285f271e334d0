"""Words that end a heading as a tag would: which are tags, and which tag they stand for."""

import pytest

from specpack.frontend.headings import KNOWN
from specpack.frontend.tags import find_capitals, find_suspect, is_acronym, suggest_tag


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("PREFERRED", "RECOMMENDED"),
        ("OUGHT", "SHOULD"),
        ("must not", "MUST NOT"),
        ("MANDATORY", "MUST"),
        ("FORBIDDEN", "MUST NOT"),
        ("MSUT", "MUST"),
        ("SHOULD NTO", "SHOULD NOT"),
        ("PERMITTED", "MAY"),
        ("FROZEN", "LOCKED"),
        ("FROBNICATE", ""),
    ],
)
def test_the_nearest_tag_is_near_by_strength_or_letters(tag: str, nearest: str) -> None:
    assert suggest_tag(tag, KNOWN) == nearest


@pytest.mark.parametrize(
    ("title", "suspect"),
    [
        ("Lending (FROBNICATE)", "FROBNICATE"),
        ("Lending [OUGHT]:", "OUGHT"),
        ("Lending (must not)", "must not"),
        ("Lending (Should)", "Should"),
        ("Releases (May)", ""),
        ("Lending (of books)", ""),
        ("Lending (UTF-8)", ""),
        ("The (OUGHT) word", ""),
        ("[Lending](OUGHT)", ""),
    ],
)
def test_only_a_word_alone_at_the_end_is_suspect(title: str, suspect: str) -> None:
    assert find_suspect(title) == suspect


def test_an_acronym_is_known_used_or_made_of_its_title() -> None:
    used = find_capitals("# A (OUGHT)\n\nThe EPC code (GTIN) of a book (ISBN-13).\n")
    assert used == {"EPC", "ISBN"}
    assert is_acronym("EPC", "Labels (EPC)", used)
    assert is_acronym("HTTP", "Requests (HTTP)", used)
    assert is_acronym("SKU", "Stock Keeping Unit (SKU)", used)
    assert not is_acronym("OUGHT", "A (OUGHT)", used)
    assert not is_acronym("must", "A (must)", {"must"})
