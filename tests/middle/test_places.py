"""What a design has to place, for documents that speak in modals and for those that hardly do."""

from pathlib import Path

import pytest
from tiny import copy_pack, design_blocks, design_value, read_material

from specpack.middle.phases.design import ask_design
from specpack.middle.phases.material import Material
from specpack.middle.phases.places import Place, list_places, render_places
from specpack.model.question import ReplyBlock

SPARSE = """\
# Marks

## Strips

A strip is a line of three or more dashes. It ends the paragraph before it:

```text
---
```

Other strips follow the same rule. A strip may stand between blanks.

## Why strips

Rationale: strips were there before.

## Fields

- A field ends at a comma.
- A field MUST NOT be longer than 80 characters.
"""


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return read_material(copy_pack(tmp_path_factory.mktemp("sparse"), behaviour__marks=SPARSE))


def find_place(material: Material, title: str) -> Place:
    return next(p for p in list_places(material) if p.title == f"`{title}`")


def texts(material: Material, place: Place) -> list[str]:
    return [material.understanding.clauses[i].text.strip() for i in place.clauses]


def test_a_document_with_modals_lists_its_binding_clauses(material: Material):
    place = find_place(material, "tally/recording")
    assert not place.whole
    assert all(material.understanding.clauses[i].force for i in place.clauses)


def test_a_section_of_few_modals_is_placed_whole(material: Material):
    strips = find_place(material, "marks/strips")
    assert strips.whole
    assert any("three or more dashes" in text for text in texts(material, strips))
    assert "- `marks/strips`: the whole section" in render_places([strips])


def test_so_is_a_section_of_it_that_has_a_modal(material: Material):
    fields = find_place(material, "marks/fields")
    assert fields.whole
    assert len(fields.clauses) == 2


def test_lead_ins_reasons_and_definitions_need_no_place(material: Material):
    said = texts(material, find_place(material, "marks/strips"))
    assert not any(text.endswith(":") for text in said)
    assert not any(p.title == "`marks/why-strips`" for p in list_places(material))
    assert not any(p.title == "`tally/definitions`" for p in list_places(material))


def test_documents_beside_behaviour_are_placed_but_need_no_test(material: Material):
    others = [p for p in list_places(material) if p.title.startswith("document ")]
    assert others and not any(p.tested or p.whole for p in others)


def test_places_do_not_depend_on_the_order_of_documents(material: Material, tmp_path: Path):
    again = read_material(copy_pack(tmp_path, behaviour__marks="\n" + SPARSE))
    assert render_places(list_places(again)) == render_places(list_places(material))


def judge(material: Material, **changes: object) -> list[str]:
    ask = ask_design(material, {})[0]
    blocks = [ReplyBlock(kind=k, path=p, text=t) for k, p, t in design_blocks(material, **changes)]
    return [f.message for f in ask.judge(blocks).findings]


def test_a_design_that_places_single_clauses_of_such_a_section_is_rejected(material: Material):
    units = design_value(material)["units"]
    bare = [{**u, "clauses": [c for c in u["clauses"] if not c.startswith("marks/")]} for u in units]
    first = find_place(material, "marks/strips").clauses[0]
    bare[0]["clauses"].append(first)
    told = [m for m in judge(material, units=bare) if "in no unit" in m]
    assert any("`marks/strips` is to be placed whole" in m and "name the section by its key" in m for m in told)
    assert not [m for m in judge(material) if "placed whole" in m]


def test_a_clause_may_be_set_aside_from_tests_for_a_reason(material: Material):
    groups = design_value(material)["groups"]
    fewer = [{**g, "clauses": [c for c in g["clauses"] if c != "marks/fields"]} for g in groups]
    assert any("in no test group and not in `untested`" in m for m in judge(material, groups=fewer))
    aside = [{"clauses": ["marks/fields"], "reason": "only a printer can break it"}]
    assert not [m for m in judge(material, groups=fewer, untested=aside) if "marks/fields" in m]
    assert any("gives no reason" in m for m in judge(material, groups=fewer, untested=[{**aside[0], "reason": " "}]))
