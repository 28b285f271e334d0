import hashlib
import json
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from specpack.middle.canonical import MAX_DEPTH, MAX_INTEGER, decode_canonical, digest_value, encode_canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127))
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=25)


@given(values)
def test_spelling_is_that_of_rfc8785(value):
    assert encode_canonical(value) == rfc8785.dumps(value)


@given(values)
def test_value_survives_the_round_trip(value):
    assert decode_canonical(encode_canonical(value)) == value


@given(st.dictionaries(keys, scalars))
def test_order_of_keys_does_not_matter(value):
    backwards = dict(reversed(value.items()))
    assert digest_value(backwards) == digest_value(value)


def test_digest_is_sha256_of_the_bytes():
    assert (
        digest_value({"b": [1, True, None], "a": "é\n"})
        == hashlib.sha256('{"a":"é\\n","b":[1,true,null]}'.encode()).hexdigest()
    )


def test_tuples_are_lists_and_enum_members_are_strings():
    class Colour(StrEnum):
        RED = "red"

    assert encode_canonical({"c": (Colour.RED, ())}) == b'{"c":["red",[]]}'


@pytest.mark.parametrize(
    ("value", "place", "reason"),
    [
        (1.0, "`$`", "float"),
        ({"usage": {"cost": 0.5}}, "`$.usage.cost`", "float"),
        ({"files": ["a", {"n": 2**53}]}, "`$.files[1].n`", "2^53"),
        ([-(2**53)], "`$[0]`", "2^53"),
        ({"a": {"é": 1}}, "`$.a`", "ASCII"),
        ({"a": {1: 1}}, "`$.a`", "key 1"),
        (["ok", "bad \ud800"], "`$[1]`", "surrogate"),
        ({"a": {1, 2}}, "`$.a`", "`set`"),
        ([b"x"], "`$[0]`", "`bytes`"),
    ],
)
def test_value_outside_the_subset_names_the_place(value, place, reason):
    with pytest.raises(ValueError) as caught:
        encode_canonical(value)
    assert place in str(caught.value)
    assert reason in str(caught.value)


def test_value_that_holds_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match=f"more than {MAX_DEPTH} levels"):
        encode_canonical(loop)


def test_largest_integers_are_exact():
    assert json.loads(encode_canonical([MAX_INTEGER, -MAX_INTEGER])) == [2**53 - 1, 1 - 2**53]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 200_000])
def test_bytes_that_are_not_json_give_value_error(content):
    with pytest.raises(ValueError):
        decode_canonical(content)
