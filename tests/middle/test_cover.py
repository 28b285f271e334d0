"""Which clauses of a test group its tests have to name."""

import json

import pytest
from tiny import copy_pack, design_value, read_material, render_tests

from specpack.middle.codec import parse_data
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.material import Material
from specpack.middle.phases.test import ask_groups
from specpack.model.clause import Kind
from specpack.model.conclusion import DesignConclusion
from specpack.model.question import ReplyBlock

DOCUMENT = """\
# Rules

## Printing

The service MUST NOT:

- print a label twice. {#twice}
- print a label on red paper. {#red}
"""
PROSE = """\
# Strips

## Form

A strip is a line of dashes. It ends a paragraph. Other strips follow it.
A strip must be longer than two dashes, one would think. {#long}

A strip MUST stand alone. {#alone}
"""
TWICE, RED = "rules.twice", "rules.red"


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return read_material(
        copy_pack(tmp_path_factory.mktemp("cover"), behaviour__rules=DOCUMENT, behaviour__strips=PROSE)
    )


def judge(material: Material, planned: list[str], cited: list[str]) -> list[str]:
    """Return what the gate of a group with these clauses says to tests that name those."""
    group = {"id": "rules", "paths": ["tests/rules.toy"], "clauses": planned}
    value = design_value(material)
    design, _ = parse_data(DesignConclusion, json.dumps({**value, "groups": [*value["groups"], group]}))
    ask = next(a for a in ask_groups(material, {DESIGN: design}) if a.question.label == "test/rules")
    block = ReplyBlock(kind="file", path="tests/rules.toy", text=render_tests(cited))
    return [f.message for f in ask.judge([block]).findings if "no test of the group" in f.message]


def lead_in(material: Material) -> str:
    clauses = material.clauses_of(d for d in material.understanding.pack.documents if d.key == "rules")
    return next(c.id for c in clauses if c.kind is Kind.GROUP)


def test_every_binding_clause_of_the_group_is_named(material: Material):
    assert judge(material, [TWICE, RED], [TWICE, RED]) == []
    assert len(judge(material, [TWICE, RED], [TWICE])) == 1


def test_who_names_all_items_has_named_their_lead_in(material: Material):
    assert judge(material, [lead_in(material), TWICE, RED], [TWICE, RED]) == []
    assert any(lead_in(material) in m for m in judge(material, [lead_in(material), TWICE, RED], [TWICE]))


def test_a_lead_in_whose_other_items_are_tested_elsewhere_needs_no_test_here(material: Material):
    assert judge(material, [lead_in(material), TWICE], [TWICE]) == []


def test_prose_with_a_lower_case_must_needs_no_test_of_its_own(material: Material):
    assert material.understanding.clauses["strips.long"].force
    assert judge(material, ["strips/form"], ["strips.alone"]) == []
    assert len(judge(material, ["strips/form"], ["strips.long"])) == 1
