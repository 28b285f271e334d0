"""The whole of understanding: sections, errors, precedence, overrides, order, and any text at all."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs_of_text import codes, make_document, make_pack, understand

from specpack.frontend.packs import compose_pack
from specpack.frontend.sources import read_source
from specpack.frontend.understand import understand_pack
from specpack.model.clause import ClauseId, Kind
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.pack import Role
from specpack.model.understanding import Understanding

ROOT = Path(__file__).parent.parent.parent


def ids_by_text(understanding: Understanding) -> Mapping[str, ClauseId]:
    return {clause.text: clause.id for clause in understanding.clauses.values()}


def test_sections_are_second_level_headings_with_unique_keys() -> None:
    text = "# S\n\nThe shelf MUST be dry.\n\n## A b\n\nIt is red.\n\n### C\n\nIt is low.\n\n## A b\n\nx is y.\n"
    understanding = understand(text)
    first, second = understanding.sections
    assert (first.key, second.key) == ("shelf/a-b", "shelf/a-b-2")
    assert first.preamble == second.preamble == (0, 1)
    assert (first.blocks, second.blocks) == ((2, 3, 4, 5), (6, 7))
    found = ids_by_text(understanding)
    assert first.clauses == (found["The shelf MUST be dry."], found["It is red."], found["It is low."])


def test_document_without_second_level_headings_is_one_section() -> None:
    (section,) = understand("### A\n\nIt is red.\n\n### B\n\nIt is low.\n").sections
    assert (section.key, len(section.blocks), len(section.clauses)) == ("shelf", 4, 2)


def test_only_behaviour_documents_have_sections() -> None:
    assert understand("# S\n\n## A\n\nThe shelf MUST be red.\n", Role.POLICY).sections == ()


@pytest.mark.parametrize(
    "text",
    [
        "| error_id | when |\n|---|---|\n| `wet` | it rains |\n",
        "The shelf MUST answer with `error_id` `wet` when it rains.",
        "The shelf fails with error `wet` if it rains.",
        "- The book MUST be dry.\n  - error_id: `wet`\n",
        "- `title`: text\n  - MUST be dry\n  - on violation, error_id: `wet`\n",
        "A wet book is refused: status 400, error_id: `wet`, if it rains.",
    ],
)
def test_errors_are_declared_with_their_condition(text: str) -> None:
    understanding = understand(text)
    (error,) = understanding.errors
    assert error.id == "wet"
    assert error.clauses
    assert "SP603" not in codes(understanding)


def test_error_without_condition_is_reported() -> None:
    assert codes(understand("| error_id | status |\n|---|---|\n| `wet` | 400 |\n")) == ["SP603"]


def test_words_about_error_ids_declare_none() -> None:
    text = "The body MUST hold exactly one member, `error_id`, whose value is a string. Each `error_id` MUST be short."
    assert understand(text).errors == ()


CLASH = ("The shelf MUST log the name.", "The shelf MUST NOT log a name.")


def test_equal_rank_is_an_error_across_documents() -> None:
    pack = make_pack(make_document(CLASH[0], "a.md"), make_document(CLASH[1], "b.md"))
    understanding = understand_pack(pack)
    assert codes(understanding) == ["SP403"]
    assert understanding.failed
    assert understanding.overridden == {}


def test_higher_role_wins_whatever_the_order() -> None:
    for first, second in (CLASH, CLASH[::-1]):
        pack = make_pack(make_document(first, "a.md"), make_document(second, "b.md", Role.INTERVENTION))
        understanding = understand_pack(pack)
        found = ids_by_text(understanding)
        assert understanding.overridden == {found[first]: found[second]}
        assert codes(understanding) == ["SP409"]
        assert len(understanding.diagnostics[0].secondary) == 1


def test_locked_wins_over_rank_and_owner_wins_over_rank() -> None:
    locked = make_document(f"# X (LOCKED)\n\n{CLASH[0]}\n", "a.md", Role.POLICY)
    other = make_document(CLASH[1], "b.md", Role.INTERVENTION)
    understanding = understand_pack(make_pack(locked, other))
    found = ids_by_text(understanding)
    assert understanding.overridden == {found[CLASH[1]]: found[CLASH[0]]}
    owner = make_document(CLASH[0], "a.md", Role.POLICY)
    understanding = understand_pack(make_pack(owner, other, owns={"log": "a.md"}))
    found = ids_by_text(understanding)
    assert understanding.overridden == {found[CLASH[1]]: found[CLASH[0]]}


def test_inherited_forces_conflict_too() -> None:
    text = "# S\n\n## A\n\nThe shelf MUST:\n\n- log names\n\n## B\n\nThe shelf MUST NOT log:\n\n- the names\n"
    assert codes(understand(text)) == ["SP403"]


def test_a_condition_makes_another_action() -> None:
    assert codes(understand("The shelf MUST log the name.\n\nThe shelf MUST NOT log the name at night.\n")) == []


def test_overrides_set_clauses_of_extended_packs_aside() -> None:
    base = make_document("A shelf MUST be red. {#red}", "house.md", Role.POLICY, pack="house")
    own = make_document("A shelf MUST be blue. {#blue}")
    overrides = {"house.red": "blue is in", "house.read": "typo", "shelf.blue": "own"}
    understanding = understand_pack(make_pack(base, own, overrides=overrides))
    assert understanding.overridden == {"house.red": None}
    assert [(d.code, d.span) for d in understanding.diagnostics] == [("SP208", None)] * 2
    assert {d.help for d in understanding.diagnostics} >= {"the nearest id is `house.red`"}


def test_identities_are_those_of_the_pack_itself() -> None:
    base = make_document("A shelf MUST be red.", "house.md", Role.POLICY, pack="house")
    pack = make_pack(base, make_document("A shelf MUST be blue."))
    understanding = understand_pack(pack)
    assert [identity.text for identity in understanding.identities] == ["A shelf MUST be blue."]
    again = understand_pack(make_pack(*pack.documents, identities={"app": understanding.identities}))
    assert list(again.clauses) == list(understanding.clauses)


def test_earlier_diagnostics_are_passed_through() -> None:
    earlier = Diagnostic(code="SP102", severity=Severity.INFORMATION, message="a role was inferred")
    assert understand_pack(make_pack(make_document("The shelf MUST go.")), [earlier]).diagnostics == (earlier,)


@pytest.mark.parametrize("name", ["examples/telemetry", "examples/ulid", "src/specpack/std/pack"])
def test_own_packs_have_no_diagnostic(name: str) -> None:
    std = ROOT / "src/specpack/std/pack"
    folder = ROOT / name
    pack, earlier = compose_pack(
        read_source(folder), edition="2026.1", find_std=lambda: read_source(std), read=read_source, root=folder
    )
    assert understand_pack(pack, earlier).diagnostics == ()


WORDS = st.sampled_from(
    [
        *("The shelf", " MUST", " NOT", " SHOULD", " log", " names", ".", ":", "\n", "\n\n", "- ", "  - ", "`x`", "`"),
        *("# A (MUST)\n", "| error_id | when |\n|---|---|\n| `a` | b |\n", "**T**: ", " but", ", and", "If ", "> "),
        *("on violation, error_id: `e`", "1. ", "```\n", "see rule 2", "[a](b.md#c)", "{#n}", "## Rationale\n", "é"),
        *("the same ban applies to:", "\t", "<!-- ", "-->", "_", "*", "\r", "\0", "\u02d1", "either:", "status: 4"),
        *("## Terms (LOCKED)\n", "[shelf.abcde]", "must", '"', "\\", "|"),
    ]
)


def check_any(text: str) -> None:
    understanding = understand(text)
    for name, clause in understanding.clauses.items():
        assert name == clause.id
        span = clause.span
        assert 0 <= span.start < span.end <= len(text)
        source = text[span.start : span.end]
        assert source.strip()
        block = understanding.blocks[span.document][clause.block]
        assert block.span.start <= span.start <= span.end <= block.span.end
        assert clause.parent is None or clause.parent in understanding.clauses
        letters = iter(source)
        if clause.kind is not Kind.ROW:
            assert all(letter in letters for letter in clause.text if letter != " "), "words that the source lacks"
    assert 0 <= understanding.coverage.uncovered <= understanding.coverage.words
    for diagnostic in understanding.diagnostics:
        assert diagnostic.span is None or diagnostic.span.end <= len(text)
    assert understand(text) == understanding


@given(st.lists(WORDS, max_size=40).map("".join))
def test_any_marked_up_text_is_understood(text: str) -> None:
    check_any(text)


@given(st.text(max_size=200))
def test_any_text_is_understood(text: str) -> None:
    check_any(text)
