"""Ids that survive edits: the identity file, minting, matching."""

import random
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpack.frontend.identity import (
    Candidate,
    match_documents,
    match_identities,
    mint_id,
    parse_identities,
    record_identities,
    render_identities,
    render_slug,
)
from specpack.model.pack import Identity
from specpack.model.span import DocumentName

IDS = DocumentName("specpack.ids")


def clause(text: str, *, key: str = "a", section: str = "S", leadin: str = "", anchor: str | None = None) -> Candidate:
    return Candidate(key=key, document=f"{key}.md", path=("T", section), leadin=leadin, text=text, anchor=anchor)


def settle(new: list[Candidate], old: tuple[Identity, ...] = ()) -> tuple[Identity, ...]:
    ids, gone, _ = match_identities(old, new)
    return record_identities(ids, new, gone)


def ids_of(new: list[Candidate], old: tuple[Identity, ...] = ()) -> list[str]:
    return list(match_identities(old, new)[0])


def test_slugs() -> None:
    titles = ["Public Interface (v1.2)", "  R\u00e9sum\u00e9_file ", "\u4ed5\u69d8 A", "***"]
    assert [render_slug(title) for title in titles] == ["public-interface-v1-2", "resume-file", "\u4ed5\u69d8-a", ""]


def test_minting_folds_space_and_case_and_never_takes_a_taken_id() -> None:
    one = mint_id("events", ["Ingest"], "The server MUST:", "accept  JSON", ())
    assert one == mint_id("events", ["ingest"], "the server must:", "Accept\nJSON ", ())
    assert one.startswith("events.")
    assert set(one[7:]) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    assert len(one) == 12
    two = mint_id("events", ["Ingest"], "The server MUST:", "accept JSON", {one})
    three = mint_id("events", ["Ingest"], "The server MUST:", "accept JSON", {one, two})
    assert len({one, two, three}) == 3
    others = [
        mint_id("events", ["Egress"], "The server MUST:", "accept JSON", ()),
        mint_id("events", ["Ingest"], "", "accept JSON", ()),
        mint_id("events", ["Ingest"], "The server MUST:", "accept XML", ()),
    ]
    assert one not in others


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "X ", "y"]), st.booleans()), max_size=30))
def test_memory_of_attempts_changes_no_id(clauses: list[tuple[str, str, bool]]) -> None:
    plain: set[str] = set()
    remembered: set[str] = set()
    attempts: dict[tuple[str, str], int] = {}
    for key, text, elsewhere in clauses:
        one = mint_id(key, ["S"], "", text, plain)
        assert mint_id(key, ["S"], "", text, remembered, attempts) == one
        taken = {one, mint_id(key, ["S"], "", "z", plain)} if elsewhere else {one}
        plain |= taken
        remembered |= taken


def test_many_equal_clauses_have_the_ids_of_one_at_a_time() -> None:
    taken: set[str] = set()
    for _ in range(40):
        taken.add(mint_id("a", ("T", "S"), "", "the same", taken))
    assert set(ids_of([clause("the same")] * 40)) == taken


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(
    st.lists(
        st.tuples(texts, st.lists(texts, max_size=3), texts, texts, st.booleans()), max_size=6, unique_by=lambda t: t[0]
    )
)
def test_the_file_keeps_every_identity(lines: list[tuple[str, list[str], str, str, bool]]) -> None:
    identities = tuple(
        Identity(id=f"k.{name}", document="a.md", path=tuple(path), leadin=leadin, text=text, removed=removed)
        for name, path, leadin, text, removed in lines
    )
    text = render_identities(identities)
    assert text.count("\n") == len(identities) + 1
    parsed, diagnostics = parse_identities(text, IDS)
    assert diagnostics == ()
    assert parsed == tuple(sorted(identities, key=lambda identity: identity.id))


def test_an_insertion_touches_two_lines_of_the_file() -> None:
    new = [clause(f"the record number {n} must be kept") for n in range(9)]
    first = settle(new)
    second = settle([*new[:4], clause("each visit opens exactly one journal"), *new[4:]], first)
    before, after = Counter(render_identities(first).split("\n")), Counter(render_identities(second).split("\n"))
    assert (sum((before - after).values()), sum((after - before).values())) == (1, 2)


def test_lines_that_a_merge_left_are_reported_in_place() -> None:
    good = render_identities(settle([clause("keep the record for a year")]))
    bad = good + "<<<<<<< ours\n" + '["x"]\n' + "[" * 100_000 + "\n" + '["a.b","a.md",[1],"","",""]\n'
    parsed, diagnostics = parse_identities(bad, IDS)
    assert len(parsed) == 1
    assert [d.span.line for d in diagnostics if d.span] == [3, 4, 5, 6]
    assert {d.code for d in diagnostics} == {"SP018"}


def test_one_id_for_two_clauses_is_reported_unless_one_is_removed() -> None:
    one = Identity(id="a.1", document="a.md", path=(), leadin="", text="one")
    text = render_identities([one, replace(one, text="two")])
    assert [d.code for d in parse_identities(text, IDS)[1]] == ["SP018"]
    for pair in ([one, replace(one, removed=True)], [replace(one, removed=True), one], [one, one]):
        assert parse_identities(render_identities(pair), IDS) == ((one,), ())


def test_twins_get_different_ids_in_source_order() -> None:
    twins = [clause("must be kept"), clause("must be kept"), clause("must be kept")]
    first = ids_of(twins)
    assert len(set(first)) == 3
    assert ids_of(twins) == first
    assert ids_of(twins, settle(twins)) == first


def test_a_twin_removed_is_told_by_what_stands_around_it() -> None:
    new = [clause(text) for text in ("alpha first", "must be kept", "beta second", "must be kept", "gamma third")]
    old = settle(new)
    ids = ids_of(new)
    assert ids_of([new[0], *new[2:]], old) == [ids[0], *ids[2:]]


def test_a_reworded_clause_keeps_its_id() -> None:
    new = [
        clause("the server must answer within 200 milliseconds of the request"),
        clause("events older than thirty days must be deleted every night"),
    ]
    reworded = [replace(new[0], text="the server must answer within 250 milliseconds of each request"), new[1]]
    assert ids_of(reworded, settle(new)) == ids_of(new)


def test_a_moved_clause_keeps_its_id() -> None:
    new = [clause("events older than thirty days must be deleted"), clause("the clock is taken from the caller")]
    moved = [new[1], replace(new[0], document="b.md", key="b", path=("Else",), leadin="Storage:")]
    assert ids_of(moved, settle(new)) == ids_of(new)[::-1]


def test_a_renamed_document_keeps_all_ids_even_of_twins() -> None:
    new = [clause("status: 400"), clause("must be kept"), clause("status: 400"), clause("must be kept")]
    renamed = [replace(candidate, document="z/new.md") for candidate in new]
    assert ids_of(renamed, settle(new)) == ids_of(new)


def test_a_renamed_section_keeps_all_ids_even_of_twins() -> None:
    new = [
        clause(text, section=section) for section in "PQ" for text in ("status: 400", "must be kept", "must be kept")
    ]
    renamed = [replace(c, path=("T", "Renamed")) if c.path[1] == "P" else c for c in new]
    assert ids_of(renamed, settle(new)) == ids_of(new)


def test_a_new_clause_does_not_inherit_from_an_unrelated_removed_one() -> None:
    old = settle([clause("the cache holds at most one thousand entries")])
    new = [clause("passwords must be hashed with a salt per user")]
    ids, gone, doubts = match_identities(old, new)
    assert ids[0] != old[0].id
    assert [(identity.id, identity.removed) for identity in gone] == [(old[0].id, True)]
    assert doubts == ()


def test_a_short_text_far_away_is_another_clause() -> None:
    old = settle([clause("status: 400", section="Create"), clause("the list is sorted by name", section="Read")])
    ids, gone, _ = match_identities(old, [replace(clause("status: 400", key="b"), path=("Other",))])
    assert ids[0] not in {identity.id for identity in old}
    assert len(gone) == 2


def test_a_tie_is_not_guessed_but_shown() -> None:
    base = "the exporter must write every batch of telemetry to the bucket"
    old = settle([clause(f"{base} one"), clause("middle clause about something else"), clause(f"{base} two")])
    new = [clause("an opening remark on storage"), clause(f"{base} three"), clause("a closing remark on queues")]
    ids, gone, doubts = match_identities(old, new)
    assert ids[1] not in {identity.id for identity in old}
    assert [(doubt.new, doubt.accepted) for doubt in doubts] == [(1, False)]
    assert doubts[0].old.id in {identity.id for identity in gone}


def test_a_weak_match_between_known_neighbours_is_made_and_shown() -> None:
    around = [clause("the first rule stays as it is"), clause("the last rule stays as it is too")]
    old_text = "retry uploads three times with exponential backoff before giving up"
    new_text = "failed uploads wait and go out with exponential backoff later"
    old = settle([around[0], clause(old_text), around[1]])
    ids, _, doubts = match_identities(old, [around[0], clause(new_text), around[1]])
    assert ids[1] == next(identity.id for identity in old if identity.text == old_text)
    assert [(doubt.new, doubt.accepted) for doubt in doubts] == [(1, True)]


def test_an_anchor_wins_and_survives_everything() -> None:
    plain = [clause("the token expires after an hour"), clause("the token is renewed on use")]
    old = settle(plain)
    named = [replace(plain[0], anchor="expiry"), plain[1]]
    ids, gone, _ = match_identities(old, named)
    assert ids == ("a.expiry", ids_of(plain)[1])
    assert [identity.id for identity in gone] == [ids_of(plain)[0]]
    kept = record_identities(ids, named, gone)
    rewritten = [clause("completely other words stand here today", anchor="expiry"), plain[1]]
    assert ids_of(rewritten, kept)[0] == "a.expiry"
    twice = [clause("one thing", anchor="x"), clause("other thing", anchor="x")]
    assert ids_of(twice)[0] == "a.x"
    assert len(set(ids_of(twice))) == 2


def test_a_removed_id_returns_only_with_the_very_same_clause() -> None:
    new = [clause("the list is sorted by name"), clause("the page size is fifty entries")]
    first = settle(new)
    second = settle(new[1:], first)
    assert [identity.removed for identity in second].count(True) == 1
    assert ids_of(new, second) == ids_of(new)
    other = [replace(new[0], path=("Elsewhere",)), new[1]]
    assert ids_of(other, second)[0] not in {identity.id for identity in second}


def test_reserved_ids_are_left_to_their_pack() -> None:
    new = [clause("the list is sorted by name")]
    taken = ids_of(new)
    ids, _, _ = match_identities((), new, reserved=taken)
    assert ids[0] not in taken
    assert match_identities(settle(new), new, reserved=taken)[0][0] not in taken


def test_a_key_moves_to_the_document_that_holds_its_clauses() -> None:
    text = "The server must keep each event. Events older than a year are removed at night."
    old = settle([clause("The server must keep each event."), clause("Events older than a year are removed at night.")])
    assert match_documents(old, {"a.md": "anything"}) == {"a.md": "a"}
    assert match_documents(old, {"new.md": f"# New\n\n{text}\n", "other.md": "nothing alike here"}) == {"new.md": "a"}
    assert match_documents(old, {"other.md": "nothing alike here"}) == {}
    assert match_documents(old, {"x.md": text, "y.md": text}) == {}


WORDS = [
    f"{a}{b}" for a in ("ra", "to", "mi", "ku", "se", "lo", "pa", "ne") for b in ("dar", "lin", "vex", "mop", "tig")
]


def build_pack(seed: random.Random) -> list[Candidate]:
    """Return clauses of three documents; some texts are short and stand there several times."""
    new = []
    for key in ("events", "store", "query"):
        for section in range(3):
            for number in range(seed.randint(1, 6)):
                size = seed.choice([2, 6, 9, 12])
                words = [seed.choice(WORDS[:4] if size == 2 else WORDS) for _ in range(size)]
                leadin = seed.choice(["", "The server MUST:"])
                unique = [] if size == 2 else [f"w{len(new)}x{number}"]
                new.append(clause(" ".join(words + unique), key=key, section=f"Part {section}", leadin=leadin))
    return new


def edit_pack(new: list[Candidate], seed: random.Random) -> tuple[list[Candidate], list[int | None], set[int]]:
    """Return the clauses after one to five edits, which old one each was, and which old ones were touched, by index."""
    rows: list[tuple[int | None, Candidate]] = list(enumerate(new))
    touched: set[int] = set()
    for _ in range(seed.randint(1, 5)):
        kind = seed.choice(["insert", "delete", "move", "reword", "rename"])
        if not rows:
            break
        place = seed.randrange(len(rows))
        source, candidate = rows[place]
        if kind == "insert":
            text = " ".join(["fresh", *(seed.choice(WORDS) for _ in range(7)), str(seed.random())])
            rows.insert(place, (None, replace(candidate, text=text)))
            continue
        if kind == "rename":
            rows = [(s, replace(c, document=f"renamed/{c.key}.md") if c.key == candidate.key else c) for s, c in rows]
            continue
        if source is not None:
            touched.add(source)
        del rows[place]
        if kind == "move":
            target = seed.choice(rows)[1] if rows else candidate
            moved = replace(candidate, path=target.path, document=target.document, key=target.key)
            ends = [n for n, (_, c) in enumerate(rows) if c.document == moved.document]
            rows.insert(ends[-1] + 1 if ends else len(rows), (source, moved))
        elif kind == "reword":
            words = candidate.text.split()
            words[seed.randrange(len(words))] = seed.choice(WORDS)
            rows.insert(place, (source, replace(candidate, text=" ".join(words))))
    return [candidate for _, candidate in rows], [source for source, _ in rows], touched


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 32))
def test_untouched_clauses_keep_their_ids_and_no_id_is_used_twice(number: int) -> None:
    seed = random.Random(number)
    new = build_pack(seed)
    file = settle(new)
    ever: dict[str, Identity] = {}
    for _ in range(4):
        before = {identity.id: identity for identity in file if not identity.removed}
        buried = {identity.id: identity for identity in file if identity.removed}
        old_ids = ids_of(new, file)
        assert set(old_ids) == set(before)
        edited, _, touched = edit_pack(new, seed)
        ids, gone, _ = match_identities(file, edited)
        assert len(set(ids)) == len(ids)
        assert not {identity.id for identity in gone} & set(ids)
        now: dict[tuple[str, ...], Counter[str]] = {}
        for known, candidate in zip(ids, edited, strict=True):
            now.setdefault((candidate.key, *candidate.path, candidate.leadin, candidate.text), Counter())[known] += 1
        untouched = [place for place in range(len(new)) if place not in touched]
        for place in untouched:
            words = (new[place].key, *new[place].path, new[place].leadin, new[place].text)
            twins = [n for n, c in enumerate(new) if (c.key, *c.path, c.leadin, c.text) == words]
            if not touched & set(twins):
                assert {old_ids[n] for n in twins} <= set(now[words])
        for known, candidate in zip(ids, edited, strict=True):
            if known in buried:
                again = (candidate.document, candidate.path, candidate.leadin, candidate.text)
                tomb = buried[known]
                assert again == (tomb.document, tomb.path, tomb.leadin, tomb.text)
        file, diagnostics = parse_identities(render_identities(record_identities(ids, edited, gone)), IDS)
        assert diagnostics == ()
        assert set(ever) <= {identity.id for identity in file}
        ever.update({identity.id: identity for identity in file})
        new = edited


def test_edited_clauses_keep_their_ids_at_the_rates_told(capsys: pytest.CaptureFixture[str]) -> None:
    """One to five edits at a time, 600 scripts: how many surviving clauses keep their id, and how many bear another's.

    A text that stands several times may change places with its twin, which is nobody's loss.
    """
    kept, wrong, survived, reworded = 0, 0, 0, 0
    for number in range(600):
        seed = random.Random(number)
        new = build_pack(seed)
        file = settle(new)
        old_ids = ids_of(new, file)
        edited, sources, touched = edit_pack(new, seed)
        ids, _, _ = match_identities(file, edited)
        owners = {name: place for place, name in enumerate(old_ids)}
        for known, source in zip(ids, sources, strict=True):
            owner = owners.get(known)
            twin = owner is not None and source is not None and new[owner].text == new[source].text
            survived += source is not None
            reworded += source in touched
            kept += source is not None and (owner == source or twin)
            wrong += owner is not None and owner != source and not twin
    with capsys.disabled():
        sys.stdout.write(f"\nidentity: {kept / survived:.2%} of {survived} kept ({reworded} edited), {wrong} wrong\n")
    assert kept / survived >= 0.995
    assert wrong <= survived // 1000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_lost_file_mints_the_same_ids(number: int) -> None:
    new = build_pack(random.Random(number))
    assert ids_of(new) == ids_of(new, settle(new))


@pytest.mark.parametrize("alike", [False, True], ids=["words", "templates"])
def test_ten_thousand_clauses_all_reworded(alike: bool) -> None:
    seed = random.Random(7)
    vocabulary = [f"word{n}" for n in range(4000)]

    def write(n: int, last: str) -> str:
        return f"the field f{n} must be a {last} value" if alike else " ".join([*seed.choices(vocabulary, k=11), last])

    new = [clause(write(n, "valid"), section=str(n // 20)) for n in range(10_000)]
    edited = [replace(c, path=("New", *c.path), text=c.text.replace("valid", "proper")) for c in new]
    ids, gone, _ = match_identities(settle(new), edited)
    assert list(ids) == ids_of(new)
    assert gone == ()
