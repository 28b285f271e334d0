"""Two versions of a pack compared: what differs, and what is told about it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frontend.packs_of_text import make_document, make_pack, understand

from specpack.frontend.changes import compare_packs
from specpack.frontend.flips import Version, find_flips
from specpack.frontend.levers import Lever, find_lever, find_turns, is_small, render_turns
from specpack.frontend.packs import compose_pack
from specpack.frontend.pieces import compare_words, count_edited, split_tokens
from specpack.frontend.sources import Source, read_source
from specpack.frontend.understand import understand_pack
from specpack.model.change import Aspect, ClauseChange, Comparison, DocumentAspect, Presence
from specpack.model.clause import ClauseId
from specpack.model.pack import Role
from specpack.model.understanding import Understanding

CASES = Path(__file__).parent.parent / "cases" / "changes"
FOLDERS = sorted(CASES.iterdir())
TOP = "# Shelf\n\n## Lending\n\n"
TWO = f"{TOP}The shelf MUST lend two books to a reader.\n\nThe shelf MUST keep the card until the book comes back.\n"


def read_version(folder: Path) -> Understanding:
    """Return a pack that extends nothing."""
    pack, earlier = compose_pack(
        read_source(folder), edition="2026.1", find_std=lambda: Source(name="std"), read=read_source, root=folder
    )
    return understand_pack(pack, earlier)


def render_versions(folder: Path) -> str:
    """Return a line for each clause that the last version changes, and for each diagnostic, flips among them."""
    versions = [Version(name=f"version {f.name}", understanding=read_version(f)) for f in sorted(folder.iterdir())]
    comparison = compare_packs(versions[-2].understanding, versions[-1].understanding)
    flips = find_flips(versions, len(versions) - 1)
    lines = [f"{change.id}: {', '.join(change.aspects)}" for change in comparison.clauses]
    for diagnostic in (*comparison.diagnostics, *flips):
        place = (
            f"{diagnostic.span.document}:{diagnostic.span.line}:{diagnostic.span.column}" if diagnostic.span else "-"
        )
        lines.append(f"{diagnostic.code} {diagnostic.severity} {place} {diagnostic.message}")
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_versions_are_reported_as_expected(folder: Path) -> None:
    found = render_versions(folder / "versions")
    expected = folder / "expected.txt"
    if os.environ.get("SPECPACK_REWRITE") == "1":
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    assert folder.name.partition("_")[0] in {line.split()[0] for line in found.splitlines()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_near_miss_is_not_reported(folder: Path) -> None:
    code = folder.name.partition("_")[0]
    assert [line for line in render_versions(folder / "near_miss").splitlines() if line.startswith(code)] == []


def compare(old: str, new: str) -> Comparison:
    """Return what differs between two packs of one document, neither of which has an identity file."""
    return compare_packs(understand(old), understand(new))


def find_only(comparison: Comparison) -> ClauseChange:
    (change,) = comparison.clauses
    return change


def list_codes(comparison: Comparison) -> list[str]:
    return [diagnostic.code for diagnostic in comparison.diagnostics]


@pytest.mark.parametrize(
    ("old", "new", "aspects"),
    [
        ("MUST lend two books", "MUST lend\ntwo books", (Aspect.SPACING,)),
        ("MUST lend two books", "MUST lend *two* books", (Aspect.MARKUP,)),
        ("MUST lend two books", "MUST lend `two` books", (Aspect.MARKUP,)),
        ("MUST lend two books", "MUST lend three books", (Aspect.REWORDED,)),
        ("MUST lend two books", "SHOULD lend two books", (Aspect.REWORDED, Aspect.FORCE)),
        ("## Lending", "## Lending (LOCKED)", (Aspect.LOCKED,)),
        ("## Lending", "## Loans", (Aspect.MOVED,)),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)
def test_an_edit_has_its_aspects(old: str, new: str, aspects: tuple[Aspect, ...]) -> None:
    text = f"{TOP}The shelf MUST lend two books to a reader.\n"
    change = find_only(compare(text, text.replace(old, new)))
    assert change.aspects == aspects
    assert change.meaning is (aspects[0] not in (Aspect.SPACING, Aspect.MARKUP, Aspect.MOVED))


def test_the_same_pack_has_no_difference() -> None:
    comparison = compare(TWO, TWO)
    assert (comparison, comparison.meaning) == (Comparison(documents=(), settings=(), clauses=()), False)


def test_order_alone_is_a_move_of_as_few_clauses_as_possible() -> None:
    rules = [f"The shelf MUST keep its {part} clean at all times.\n" for part in ("top", "back", "doors", "legs")]
    comparison = compare(TOP + "\n".join(rules), TOP + "\n".join([rules[3], *rules[:3]]))
    change = find_only(comparison)
    assert (change.aspects, change.after and change.after.text.split()[5]) == ((Aspect.MOVED,), "legs")
    assert not comparison.meaning


def test_a_sample_is_read_with_its_white_space() -> None:
    text = TOP + "The file MUST be:\n\n```\na:\n  b\n```\n"
    assert [c.aspects for c in compare(text, text.replace("  b", "    b")).clauses] == [(Aspect.REWORDED,)]
    assert [c.aspects for c in compare(text, text.replace("  b", "  b  ")).clauses] == [(Aspect.SPACING,)]


def test_a_remark_that_changes_changes_no_meaning() -> None:
    text = f"{TWO}\n## Rationale\n\nBooks are dear to the readers.\n"
    comparison = compare(text, text.replace("dear to", "loved by"))
    assert (find_only(comparison).aspects, comparison.meaning) == ((Aspect.REWORDED,), False)
    assert list_codes(comparison) == []


def test_attributes_and_definitions_are_told() -> None:
    rule = TOP + "- The shelf MUST refuse a torn card.\n  - status: 400\n"
    changes = compare(rule, rule.replace("400", "422")).clauses
    assert any(Aspect.ATTRIBUTES in change.aspects for change in changes)
    term = "# Shelf\n\n## Definitions\n\n- **reader**: a person with a card\n"
    assert find_only(compare(term, term.replace("card", "key"))).aspects == (Aspect.REWORDED, Aspect.DEFINITION)


def test_where_a_force_came_from_is_told_for_both_versions() -> None:
    text = "# Shelf\n\n## Lending (MUST)\n\nThe shelf lends two books.\n"
    change = find_only(compare(text, text.replace("(MUST)", "(SHOULD)")))
    assert change.origins == (
        'the heading "Lending (MUST)" (shelf.md:3)',
        'the heading "Lending (SHOULD)" (shelf.md:3)',
    )


def test_a_lead_in_changes_what_is_below_it_and_is_told_once() -> None:
    text = TOP + "The shelf MUST show:\n\n- the title of each book\n- the name of each reader\n"
    comparison = compare(text, text.replace("MUST", "SHOULD"))
    below = [c for c in comparison.clauses if Aspect.LEADIN in c.aspects]
    assert [c.aspects for c in below] == [(Aspect.LEADIN, Aspect.FORCE)] * 2
    assert list_codes(comparison) == ["SP802"]
    assert comparison.diagnostics[0].clauses == tuple(c.id for c in below)


def test_a_removed_norm_stands_where_it_was_and_a_permission_is_no_loss() -> None:
    text = f"{TWO}\nThe shelf MAY ring a bell at noon.\n"
    comparison = compare(text, TOP + "The shelf MUST keep the card until the book comes back.\n")
    assert [(c.aspects, c.after) for c in comparison.clauses] == [((Aspect.REMOVED,), None)] * 2
    (told,) = comparison.diagnostics
    assert (told.code, told.message) == ("SP804", "1 norm of `Lending` in `shelf.md` is gone")


def test_two_rules_in_one_are_merged_and_not_lost() -> None:
    one = "The shelf MUST keep the card until the book comes back, and lend two books to a reader.\n"
    comparison = compare(TWO, TOP + one)
    merged = next(c for c in comparison.clauses if Aspect.MERGED in c.aspects)
    assert merged.related == tuple(c.id for c in comparison.clauses if c.after)
    assert "SP804" not in list_codes(comparison)
    split = next(c for c in compare(TOP + one, TWO).clauses if Aspect.SPLIT in c.aspects)
    assert split.after is not None
    assert split.related != ()


def test_a_whole_document_that_is_gone_is_told_once() -> None:
    books = make_document(TWO, "books.md")
    cards = make_document("# Cards\n\n## Use\n\nA card MUST be blue.\n\nA card MUST be flat.\n", "cards.md")
    old, new = (understand_pack(make_pack(*documents)) for documents in ((books, cards), (books,)))
    comparison = compare_packs(old, new)
    assert [(d.before and d.before.name, d.aspects) for d in comparison.documents] == [
        ("cards.md", (DocumentAspect.REMOVED,))
    ]
    assert [d.message for d in comparison.diagnostics] == ["2 norms of `cards.md` are gone"]
    assert [d.aspects for d in compare_packs(new, old).documents] == [(DocumentAspect.ADDED,)]


def test_a_renamed_document_keeps_its_clauses() -> None:
    old = understand_pack(make_pack(make_document(TWO, "books.md")))
    new = understand_pack(make_pack(make_document(TWO.replace("two books", "ten books"), "loans.md")))
    comparison = compare_packs(old, new)
    assert [d.aspects for d in comparison.documents] == [(DocumentAspect.RENAMED,)]
    assert [c.aspects for c in comparison.clauses] == [(Aspect.REWORDED,)]


def test_role_and_manifest_are_compared() -> None:
    old = understand_pack(make_pack(make_document(TWO)))
    new = understand_pack(make_pack(make_document(TWO, role=Role.PLATFORM), target="go", version="2"))
    comparison = compare_packs(old, new)
    assert [(s.key, s.before, s.after, s.meaning) for s in comparison.settings] == [
        ("version", "1", "2", False),
        ("target", "python", "go", True),
    ]
    assert [(d.aspects, d.meaning) for d in comparison.documents] == [((DocumentAspect.ROLE,), True)]


def test_a_clause_that_the_manifest_sets_aside_is_told() -> None:
    policy = make_document("# House\n\n## Style\n\nCode MUST be short.\n", "style.md", Role.POLICY, "house")
    old = understand_pack(make_pack(policy, make_document(TWO)))
    name = next(c.id for c in old.clauses.values() if c.document == "house:style.md" and c.force)
    new = understand_pack(make_pack(policy, make_document(TWO), overrides={name: "long code is fine"}))
    change = find_only(compare_packs(old, new))
    assert (change.id, change.aspects) == (name, (Aspect.SET_ASIDE,))
    assert find_only(compare_packs(new, old)).aspects == (Aspect.RESTORED,)


def test_an_id_of_the_identity_file_decides_over_words() -> None:
    old = understand(TWO)
    first = next(c for c in old.clauses.values() if c.force)
    new = understand_pack(
        replace(old.pack, documents=(make_document(f"{TOP}A shelf that is full MUST ring.\n"),), identities={"app": ()})
    )
    renamed = replace(next(c for c in new.clauses.values() if c.force), id=first.id)
    kept = {c.id: c for c in new.clauses.values() if not c.force}
    comparison = compare_packs(old, replace(new, clauses={**kept, ClauseId(renamed.id): renamed}))
    assert (comparison.clauses[0].id, comparison.clauses[0].aspects) == (first.id, (Aspect.REWORDED,))


def test_a_locked_clause_that_is_edited_is_told_as_that_alone() -> None:
    text = TWO.replace("## Lending", "## Lending (LOCKED)")
    assert list_codes(compare(text, text.replace("MUST lend two", "SHOULD lend three"))) == ["SP806"]


@pytest.mark.parametrize(
    ("old", "new", "lever", "told"),
    [
        ("a or b", "a and b", Lever.CONNECTIVE, "turns `or` into `and`"),
        ("exactly one card", "at least one card", Lever.QUANTIFIER, "turns `exactly` into `at least`"),
        ("it is kept", "it is not kept", Lever.NEGATION, "adds `not`"),
        ("only a reader", "a reader", Lever.QUANTIFIER, "takes out `only`"),
        ("within 4,096 bytes", "within 8,192 bytes", Lever.NUMBER, "turns `4,096` into `8,192`"),
        ("x < 3", "x <= 3", Lever.NUMBER, "turns `<` into `<=`"),
        ("it SHOULD ring", "it MUST ring", Lever.MODAL, "turns `SHOULD` into `MUST`"),
    ],
)
def test_levers_are_found(old: str, new: str, lever: Lever, told: str) -> None:
    turns = find_turns(compare_words(old, new))
    assert ([turn.levers for turn in turns], render_turns(turns)) == ([frozenset({lever})], told)


def test_words_that_only_moved_within_an_edit_are_no_levers() -> None:
    assert find_turns(compare_words("a red or blue card", "a scarlet card")) != ()
    assert find_turns(compare_words("a red card", "a scarlet card")) == ()
    assert find_turns(compare_words("two cards here", "there two cards")) == ()
    assert find_lever("orchard") is None


def test_an_edit_of_more_than_four_words_is_not_small() -> None:
    assert is_small(compare_words("a b c d", "not x y z"))
    assert not is_small(compare_words("a b c d e", "not x y z v"))
    assert count_edited(compare_words("a, b", "a; b.")) == 0


WORDS = st.text(alphabet="ab12 ,.-<\u00e9", max_size=40)


@given(WORDS, WORDS)
def test_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = compare_words(old, new)
    for side, text in ((Presence.OLD, old), (Presence.NEW, new)):
        held = [t.strip() for p in pieces if p.presence in (side, Presence.BOTH) for t in split_tokens(p.text)]
        assert "".join(held) == "".join(token.strip() for token in split_tokens(text))


DIAGNOSED = sorted(folder for folder in (CASES.parent / "diagnostics").iterdir() if (folder / "near_miss").is_dir())


@pytest.mark.parametrize("folder", DIAGNOSED, ids=lambda folder: folder.name)
def test_any_two_packs_can_be_compared_and_none_differs_from_itself(folder: Path) -> None:
    one, other = read_version(folder / "pack"), read_version(folder / "near_miss")
    assert compare_packs(one, one).clauses == ()
    for old, new in ((one, other), (other, one)):
        changes = compare_packs(old, new).clauses
        assert len({change.id for change in changes}) == len(changes)
        kept = {change.before.id for change in changes if change.before and change.after}
        gone = {change.id for change in changes if change.after is None}
        fresh = {change.id for change in changes if change.before is None}
        assert gone <= old.clauses.keys() - kept
        assert fresh <= new.clauses.keys() - old.clauses.keys()
        assert len(old.clauses) - len(gone) == len(new.clauses) - len(fresh)


def test_a_flip_before_the_old_version_is_not_told_again() -> None:
    texts = ["at least two", "exactly two", "at least two", "at least two thick"]
    versions = [
        Version(name=str(n), understanding=understand(f"{TOP}The shelf MUST lend {t} books to a reader.\n"))
        for n, t in enumerate(texts)
    ]
    assert [d.message.partition("` ")[2] for d in find_flips(versions, 1)] == [
        "goes back from `exactly` to `at least`, which it left in 1"
    ]
    assert find_flips(versions, 3) == ()
    assert find_flips(versions[:1], 0) == ()


def test_a_force_that_flips_by_its_heading_is_told() -> None:
    tags = ("MUST", "SHOULD", "MUST")
    versions = [
        Version(name=str(n), understanding=understand(f"# Shelf\n\n## Lending ({tag})\n\nThe shelf lends two books.\n"))
        for n, tag in enumerate(tags)
    ]
    assert [d.message.partition("` ")[2] for d in find_flips(versions, 2)] == [
        "goes back from `SHOULD` to `MUST`, which it left in 1"
    ]
