"""Clauses: each construct of real packs, read right."""

import pytest
from packs_of_text import codes, read_clauses, show, understand

from specpack.model.clause import Bearer, Kind
from specpack.model.pack import Role


@pytest.mark.parametrize(
    ("text", "force"),
    [
        ("The shelf MUST go.", "MUST/explicit"),
        ("The shelf MUST\nNOT go.", "MUST NOT/explicit"),
        ("The shelf **MUST NOT** go.", "MUST NOT/explicit"),
        ("The shelf MUST never go.", "MUST NOT/explicit"),
        ("The shelf MUST only go.", "MUST/explicit"),
        ("The shelf SHALL go.", "MUST/explicit"),
        ("The shelf SHALL NOT go.", "MUST NOT/explicit"),
        ("Going is REQUIRED.", "MUST/explicit"),
        ("Going is RECOMMENDED.", "SHOULD/explicit"),
        ("Going is NOT RECOMMENDED.", "SHOULD NOT/explicit"),
        ("The shelf SHOULD NOT go.", "SHOULD NOT/explicit"),
        ("Going is OPTIONAL.", "MAY/explicit"),
        ("The shelf MAY go.", "MAY/explicit"),
        ("No shelf MAY go.", "MUST NOT/explicit"),
        ("ASSUME: shelves go.", "ASSUME/explicit"),
        ("The shelf must go.", "MUST/implied"),
        ("The shelf must not go.", "MUST NOT/implied"),
        ("The shelf goes.", ""),
    ],
)
def test_own_modal(text: str, force: str) -> None:
    assert [found for _, found, _ in show(read_clauses(text))] == [force]


@pytest.mark.parametrize(
    "text",
    [
        "The word `MUST` binds.",
        'The word "MUST" binds.',
        "A MUST requirement binds.",
        "The words MUST, SHOULD and MAY bind.",
        "The tags (MUST / SHOULD / MAY) bind.",
        "All SHOULD rules bind.",
        "The page [what MUST hold](https://example.org) binds.",
        "A shelf is a MUST.",
    ],
)
def test_mentions_are_no_use(text: str) -> None:
    assert [found for _, found, _ in show(read_clauses(text))] == [""]


def test_lead_in_gives_force_two_levels_down() -> None:
    clauses = read_clauses("The shelf MUST hold:\n\n- books\n  - in red\n  - in blue\n- maps\n")
    assert show(clauses) == [
        ("group", "MUST/explicit", "The shelf MUST hold:"),
        ("group", "MUST/lead-in", "books"),
        ("norm", "MUST/lead-in", "in red"),
        ("norm", "MUST/lead-in", "in blue"),
        ("norm", "MUST/lead-in", "maps"),
    ]
    assert clauses[2].composed == "The shelf MUST hold: books in red"
    assert clauses[2].parent == clauses[1].id


def test_heading_tags_stop_at_rationale_and_definitions() -> None:
    text = """# Shelf

## Order (MUST)

Books stand upright.

Maps MAY lie.

### Rationale

Maps are large.

### Definitions

- map: a drawing

## SHOULD: Colour

Bindings are red.

## Talk

The shelf is quiet.
"""
    assert show(read_clauses(text)) == [
        ("norm", "MUST/heading", "Books stand upright."),
        ("norm", "MAY/explicit", "Maps MAY lie."),
        ("rationale", "", "Maps are large."),
        ("definition", "", "map: a drawing"),
        ("norm", "SHOULD/heading", "Bindings are red."),
        ("norm", "", "The shelf is quiet."),
    ]


def test_locked_is_change_control_and_must() -> None:
    text = "# S\n\n## A (LOCKED)\n\nIt is red.\n\nIt SHOULD be dry.\n\n### B\n\nIt is low.\n\n## C\n\nIt is old.\n"
    clauses = read_clauses(text)
    assert [(c.locked, f"{c.force or ''}") for c in clauses] == [
        (True, "MUST"),
        (True, "SHOULD"),
        (True, "MUST"),
        (False, ""),
    ]


def test_non_goals_are_inverse_norms() -> None:
    clauses = read_clauses("# S\n\n## NON-GOALS\n\n- selling books\n\n## Out of scope\n\n- binding books\n")
    assert [found for _, found, _ in show(clauses)] == ["NON-GOALS/heading"] * 2


def test_key_values_are_attributes_of_one_obligation() -> None:
    clauses = read_clauses("- The shelf MUST refuse wet books.\n  - status: 409\n  - error_id: `book-wet`\n")
    assert [clause.kind for clause in clauses] == [Kind.NORM, Kind.ATTRIBUTE, Kind.ATTRIBUTE]
    assert clauses[0].attributes == (("status", "409"), ("error_id", "book-wet"))
    assert clauses[1].parent == clauses[0].id


@pytest.mark.parametrize("indent", ["    ", "  "])
def test_consequence_as_child_or_sibling(indent: str) -> None:
    text = f"- `title`: text\n  - MUST be short\n{indent}- on violation, error_id: `title-long`\n"
    understanding = understand(text)
    rule = next(c for c in understanding.clauses.values() if c.text == "MUST be short")
    assert rule.attributes == (("error_id", "title-long"),)
    assert "SP013" not in codes(understanding)


def test_consequence_on_the_next_line() -> None:
    clauses = read_clauses("- `title`: text\n  - MUST be short\n    on violation, error_id: `title-long`\n")
    assert clauses[1].attributes == (("error_id", "title-long"),)
    assert clauses[1].text == "MUST be short"


@pytest.mark.parametrize("lead", ["The shelf MUST answer via:", "The shelf MUST do one of:", "It MUST hold either:"])
def test_alternatives_are_one_obligation(lead: str) -> None:
    clauses = read_clauses(f"{lead}\n\n- letter\n- bell\n")
    assert [(c.kind, c.modality is None) for c in clauses] == [
        (Kind.GROUP, False),
        (Kind.ALTERNATIVE, True),
        (Kind.ALTERNATIVE, True),
    ]


def test_bullets_before_the_rest_of_a_sentence_are_its_condition() -> None:
    clauses = read_clauses("If:\n\n- the book is wet\n- the book is old\n\nthe shelf MUST refuse it.\n")
    assert [clause.kind for clause in clauses] == [Kind.GROUP, Kind.CONDITION, Kind.CONDITION, Kind.NORM]
    assert clauses[3].composed == "If: the book is wet; the book is old: the shelf MUST refuse it."


def test_bullets_before_a_modal_are_its_subject() -> None:
    clauses = read_clauses("Each of:\n\n- the book\n- the map\n\nMUST be dry.\n")
    assert [clause.kind for clause in clauses] == [Kind.GROUP, Kind.SUBJECT, Kind.SUBJECT, Kind.NORM]


def test_two_modals_are_two_clauses_with_the_subject_carried() -> None:
    clauses = read_clauses("The shelf SHOULD note the time but MUST NOT list readers.")
    assert show(clauses) == [
        ("norm", "SHOULD/explicit", "The shelf SHOULD note the time"),
        ("norm", "MUST NOT/explicit", "MUST NOT list readers."),
    ]
    assert clauses[1].composed == "The shelf MUST NOT list readers."


def test_modal_in_a_condition_makes_no_clause() -> None:
    clauses = read_clauses("If a reader MAY come again, the shelf MUST wait. It MUST keep cards that MAY be used.")
    assert [found for _, found, _ in show(clauses)] == ["MUST/explicit", "MUST/explicit"]


def test_sentences_survive_abbreviations_decimals_and_code() -> None:
    clauses = read_clauses("It MUST wait, e.g. 2.5 seconds. The `a. B` MUST go, cf. No. 3. `x` MUST stay.")
    assert [clause.text for clause in clauses] == [
        "It MUST wait, e.g. 2.5 seconds.",
        "The `a. B` MUST go, cf. No. 3.",
        "`x` MUST stay.",
    ]


def test_rows_are_clauses_and_inherit_from_the_sentence_above() -> None:
    text = "The shelf MUST send the error of the row:\n\n| `error_id` | when |\n|---|---|\n| `wet` | a \\| b |\n"
    row = read_clauses(text + "| | |\n")[1]
    assert row.kind is Kind.ROW
    assert row.text == "`error_id`: `wet`; when: a | b"
    assert row.attributes == (("error_id", "wet"), ("when", "a | b"))
    assert show([row])[0][1] == "MUST/lead-in"
    assert row.composed.startswith("The shelf MUST send the error of the row: ")


def test_rows_without_a_lead_in_have_no_force() -> None:
    clauses = read_clauses("The shelf MUST be dry.\n\n| a |\n|---|\n| b |\n")
    assert show(clauses)[1] == ("row", "", "a: b")
    assert clauses[1].composed == "a: b"


@pytest.mark.parametrize(
    ("fence", "kind"),
    [
        ('```json\n{"a": 1}\n```', Kind.SAMPLE),
        ("```abnf\nx\n```", Kind.GRAMMAR),
        ('```\nexpr = term *("+" term)\nterm = "a" / "b"\n```', Kind.GRAMMAR),
        ("```python\nx = (1)\ny = (2)\n```", Kind.SAMPLE),
        ("```\nhello\n```", Kind.SAMPLE),
    ],
)
def test_fences(fence: str, kind: Kind) -> None:
    (clause,) = read_clauses(fence)
    assert (clause.kind, clause.modality) == (kind, None)


def test_definitions() -> None:
    text = "**Shelf** means a board.\n\n**Book**: bound paper.\n\n## Glossary\n\n- map: a drawing\n- **Ink**: black\n"
    understanding = understand(text)
    assert set(understanding.definitions) == {"shelf", "book", "map", "ink"}
    assert understanding.clauses[understanding.definitions["map"]].text == "map: a drawing"


def test_anchors_are_ids_and_no_text() -> None:
    understanding = understand("# S\n\n## Dry {#dry}\n\n- It MUST be dry. {#rule-1}\n- It MUST be red.\n")
    assert understanding.clauses["shelf.rule-1"].text == "It MUST be dry."  # type: ignore[index]
    assert understanding.clauses["shelf.dry"].kind is Kind.META  # type: ignore[index]


def test_contents_and_references_are_no_norms() -> None:
    clauses = read_clauses("# S (MUST)\n\n## Contents\n\n- [A](#a)\n\n## A\n\n- [B](#s)\n\nSee above.\n")
    assert [c.kind for c in clauses if c.modality is None] == [Kind.REFERENCE]


@pytest.mark.parametrize(
    ("subject", "bearer"),
    [
        ("A test", Bearer.TESTS),
        ("The tests", Bearer.TESTS),
        ("The test suite", Bearer.TESTS),
        ("The generator", Bearer.GENERATOR),
        ("A unit answer", Bearer.GENERATOR),
        ("The design", Bearer.GENERATOR),
        ("The behaviour phase", Bearer.GENERATOR),
        ("The language model", Bearer.GENERATOR),
        ("The data model", Bearer.SYSTEM),
        ("This document", Bearer.PACK),
        ("The pack", Bearer.PACK),
        ("The repository", Bearer.REPOSITORY),
        ("The archive of a build", Bearer.REPOSITORY),
        ("If it is wet, the Makefile", Bearer.REPOSITORY),
        ("The name of a test", Bearer.SYSTEM),
        ("Product code", Bearer.SYSTEM),
    ],
)
def test_bearers(subject: str, bearer: Bearer) -> None:
    (clause,) = read_clauses(f"{subject} MUST be short.", Role.POLICY)
    assert clause.bearer is bearer


def test_in_behaviour_a_generator_is_a_thing_of_the_domain() -> None:
    (clause,) = read_clauses("The generator MUST count up.")
    assert clause.bearer is Bearer.SYSTEM


def test_items_are_bound_like_their_lead_in() -> None:
    clauses = read_clauses("A test MUST NOT:\n\n- sleep\n", Role.POLICY)
    assert clauses[1].bearer is Bearer.TESTS


def test_text_without_a_verb_counts_as_not_understood() -> None:
    understanding = understand("# S\n\n## A\n\nThe shelf is dry.\n\nGrün ist das Regal nicht immer.\n")
    assert understanding.coverage.uncovered == 6
    assert codes(understanding) == ["SP901"]


def test_revision_follows_words_force_and_attributes() -> None:
    def revisions(text: str) -> list[str]:
        return [clause.rev for clause in read_clauses(text) if clause.kind is Kind.NORM]

    base = revisions("# S\n\n## A (MUST)\n\n- It is dry.\n  - status: 1\n")
    assert revisions("# S\n\n## B (MUST)\n\n- It is\n  dry.\n  - status: 1\n") == base
    assert revisions("# S\n\n## A (SHOULD)\n\n- It is dry.\n  - status: 1\n") != base
    assert revisions("# S\n\n## A (MUST)\n\n- It is dry.\n  - status: 2\n") != base
