import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpack.middle.codec import parse_data
from specpack.model.conclusion import (
    BehaviourConclusion,
    DesignConclusion,
    Outcome,
    PolicyConclusion,
    Ruling,
)


def messages(kind: type[Any], data: object) -> list[str]:
    text = data if isinstance(data, str) else json.dumps(data)
    value, findings = parse_data(kind, text)
    assert (value is None) is bool(findings)
    assert all(f.code == "BU102" and "\n" not in f.message for f in findings)
    return [f.message for f in findings]


def test_a_conclusion_comes_back_typed():
    data = {"outcome": "first", "clauses": ["a.b"], "why": "because", "readings": []}
    value, findings = parse_data(Ruling, json.dumps(data))
    assert not findings
    assert value == Ruling(outcome=Outcome.FIRST, clauses=("a.b",), why="because")


def test_lists_that_may_be_empty_may_be_left_out():
    assert parse_data(BehaviourConclusion, "{}") == (BehaviourConclusion(), ())


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```\n", "\n\n```json\n{}\n```\n\n"])
def test_a_fence_around_the_data_is_tolerated(fence: str):
    assert parse_data(BehaviourConclusion, fence) == (BehaviourConclusion(), ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("yes", "not JSON"),
        ("{", "not JSON"),
        ('{"rules": [],}', "not JSON"),
        ("{} {}", "not JSON"),
        ("{}\nThat is all.", "not JSON"),
        ("[]", "not one JSON object"),
        ("null", "not one JSON object"),
        ('"{}"', "not one JSON object"),
    ],
)
def test_what_is_no_object_is_said_so(text: str, reason: str):
    assert [reason in m for m in messages(BehaviourConclusion, text)] == [True]


@pytest.mark.parametrize("nest", ["[" * 100_000 + "]" * 100_000, '{"rules":' * 5_000 + "1" + "}" * 5_000])
def test_deep_nesting_is_a_finding_not_a_crash(nest: str):
    assert messages(BehaviourConclusion, nest)


def test_deep_nesting_in_a_field_is_told_briefly():
    found = messages(BehaviourConclusion, '{"rules": ' + "[" * 300 + "]" * 300 + "}")
    assert found
    assert all(len(m) < 400 for m in found)


def test_unknown_fields_are_named_at_every_depth():
    rule = {"rule": "r", "clauses": ["a.b"], "confidence": "high"}
    found = messages(BehaviourConclusion, {"rules": [rule], "notes": "n"})
    assert found == [
        "`BehaviourConclusion.rules.0` has no field `confidence`",
        "`BehaviourConclusion` has no field `notes`",
    ]


def test_all_errors_are_reported_at_once():
    broken = {
        "bindings": [
            {"clause": 1, "phases": ["wirte"], "check": "gate"},
            {"phases": "write", "check": "never", "because": "x"},
        ],
        "conflicts": {},
        "summary": "s",
    }
    told = "\n".join(messages(PolicyConclusion, broken))
    for place in (
        "bindings.0.clause",
        "bindings.0.phases.0",
        "bindings.1.clause",
        "bindings.1.phases",
        "bindings.1.check",
        "conflicts",
    ):
        assert f"data field `{place}`" in told
    assert "`PolicyConclusion.bindings.1` has no field `because`" in told
    assert "`PolicyConclusion` has no field `summary`" in told


@pytest.mark.parametrize(
    "value",
    [{"why": 3}, {"why": None}, {"why": ["x"]}, {"clauses": "a.b"}, {"clauses": [1]}, {"clauses": {"a": 1}}],
)
def test_wrong_types_are_not_coerced(value: dict[str, object]):
    right = {"outcome": "first", "clauses": [], "why": ""}
    assert len(messages(Ruling, right | value)) >= 1
    assert not messages(Ruling, right)


def test_missing_fields_are_named():
    assert [m.split(":")[0] for m in messages(Ruling, {})] == [
        "data field `outcome`",
        "data field `clauses`",
        "data field `why`",
    ]


def test_duplicate_keys_are_errors_at_every_depth():
    text = '{"rules": [], "rules": [{"rule": "a", "rule": "b", "clauses": []}]}'
    assert sorted(messages(BehaviourConclusion, text)) == [
        "field `rule` stands twice in one object",
        "field `rules` stands twice in one object",
    ]


@pytest.mark.parametrize("text", ['{"a\\nb": 1}', '{"rules": [], "a\\u2028b": 1}', json.dumps({"k" * 9_000: 1})])
def test_strange_field_names_stay_on_one_short_line(text: str):
    assert all(len(m) < 200 and len(m.splitlines()) == 1 for m in messages(BehaviourConclusion, text))


def test_findings_have_one_order():
    text = json.dumps(dict.fromkeys("zyxwvutsrq", 1))
    assert messages(BehaviourConclusion, text) == [
        f"`BehaviourConclusion` has no field `{name}`" for name in sorted("zyxwvutsrq")
    ]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
_fields = st.sampled_from(["units", "groups", "entry_points", "id", "paths", "clauses", "depends", "kind", "target"])


@given(st.dictionaries(_fields, _json | st.lists(st.dictionaries(_fields, _json))))
def test_any_object_is_judged_without_a_crash(data: dict[str, object]):
    messages(DesignConclusion, data)


@given(st.text(max_size=60))
def test_any_text_is_judged_without_a_crash(text: str):
    messages(Ruling, text)
