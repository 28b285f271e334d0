"""The name that may have been meant: the same as the standard library finds, in bounded time."""

from difflib import get_close_matches

from hypothesis import given
from hypothesis import strategies as st

from specpack.frontend import nearest
from specpack.frontend.nearest import Suggester

names = st.text("abc-", max_size=8)


@given(names, st.lists(names, max_size=12), st.sampled_from([0.0, 0.5, 0.6, 0.7, 1.0]))
def test_finds_what_the_library_puts_first(name: str, known: list[str], cutoff: float) -> None:
    expected = get_close_matches(name, known, n=1, cutoff=cutoff)
    assert Suggester().find_nearest(name, known, cutoff=cutoff) == (expected[0] if expected else None)


def test_gives_up_where_there_is_too_much_to_compare() -> None:
    many = [f"name-{number}" for number in range(nearest._MOST_NAMES)]
    suggester = Suggester()
    assert suggester.find_nearest("name-7", many) == "name-7"
    assert suggester.find_nearest("name-7", [*many, "other"]) is None
    for _ in range(nearest._MOST_COMPARED // len(many)):
        suggester.find_nearest("zzz", many)
    assert suggester.find_nearest("name-7", many) is None
