"""Replies that are one JSON object: the schema they are held to, and how they become blocks."""

import json
from typing import Any

import pytest

from specpack.middle.codec import parse_data
from specpack.middle.framing import ANY_PATH, label_nonce, parse_reply
from specpack.middle.structured import DATA, render_schema, unwrap_reply
from specpack.model.conclusion import BehaviourConclusion, InterventionsConclusion, Phase, PolicyConclusion, Ruling
from specpack.model.question import Expected, Label, Question

ONE, TWO = Label("behaviour/a"), Label("policy/b")
FORMS = (BehaviourConclusion, InterventionsConclusion, PolicyConclusion, Ruling)


def make_question(label: str, *expected: Expected) -> Question:
    return Question(label=Label(label), phase=Phase.BEHAVIOUR, contract="", parts=(), expected=expected)


def data(form: type[Any]) -> Expected:
    return Expected(kind="data", form=form)


def list_objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in list_objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for value in schema.values() for found in list_objects(value)]


def test_a_property_for_each_question_by_its_nonce():
    questions = [make_question(ONE, data(BehaviourConclusion)), make_question(TWO, data(PolicyConclusion))]
    schema = json.loads(render_schema(questions))
    assert schema["required"] == [label_nonce(ONE), label_nonce(TWO)]
    assert schema["properties"][label_nonce(TWO)] == {"$ref": "#/$defs/PolicyConclusion"}


@pytest.mark.parametrize("form", FORMS)
def test_every_object_is_closed_and_complete_and_holds_no_prose(form: type[Any]):
    text = render_schema([make_question(ONE, data(form))])
    objects = list_objects(json.loads(text))
    assert len(objects) > 1
    assert all(o["additionalProperties"] is False and o["required"] == list(o["properties"]) for o in objects)
    assert not {"description", "default", "title"} & set(json.loads(text)["$defs"][form.__name__])


@pytest.mark.parametrize(
    "expected",
    [
        (Expected(kind="file", path="a.toy"), Expected(kind="data", optional=True)),
        (data(Ruling), Expected(kind="signatures", path=ANY_PATH)),
        (Expected(kind="data"),),
    ],
)
def test_where_more_than_typed_data_is_expected_there_is_no_schema(expected: tuple[Expected, ...]):
    assert render_schema([make_question(ONE, data(Ruling)), make_question(TWO, *expected)]) == ""


def test_an_object_becomes_the_blocks_of_its_questions():
    value = {"outcome": "first", "clauses": ["a.b"], "reason": "é"}
    text = json.dumps({label_nonce(ONE): value, label_nonce(TWO): {}})
    framed = parse_reply(unwrap_reply(text, [ONE, TWO]), {ONE: [DATA], TWO: [DATA]})
    assert json.loads(framed[ONE].blocks[0].text) == value
    assert framed[ONE].findings == () and framed[TWO].findings == ()


def test_a_marker_inside_a_string_does_not_break_the_block():
    value = {"reason": "==== end 00000000 ====\n==== specpack data - 00000000 ===="}
    text = unwrap_reply(json.dumps({label_nonce(ONE): value}), [ONE])
    framed = parse_reply(text, {ONE: [DATA]})[ONE]
    assert framed.findings == () and json.loads(framed.blocks[0].text) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '{"other": {}}', "[1]", "prose {", '{"a": ' * 5_000, json.dumps({label_nonce(TWO): 1, "x": 2})],
)
def test_any_other_reply_stays_as_it_is(text: str):
    assert unwrap_reply(text, [ONE, TWO]) == text


def test_an_answer_left_out_of_the_object_is_missing():
    text = unwrap_reply(json.dumps({label_nonce(ONE): {}}), [ONE, TWO])
    framed = parse_reply(text, {ONE: [DATA], TWO: [DATA]})
    assert framed[ONE].findings == ()
    assert [f.message for f in framed[TWO].findings] == ["block `data -` is missing"]


def test_a_value_that_is_no_object_is_rejected_with_its_reason():
    text = unwrap_reply(json.dumps({label_nonce(ONE): [1]}), [ONE])
    block = parse_reply(text, {ONE: [DATA]})[ONE].blocks[0]
    assert parse_data(Ruling, block.text)[1][0].message == "the data block is not one JSON object"
