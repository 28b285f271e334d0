"""What a build is foreseen to ask, beside what it then asks. All replies are synthetic."""

import asyncio
import shutil
from pathlib import Path

import pytest
from tiny import PACK, Script, answer_all, copy_pack, lock_of, make_engine, read_material

from specpack.frontend.changes import compare_packs
from specpack.frontend.identity import render_identities
from specpack.middle.conclude import conclude
from specpack.middle.foresight import Foresight, foresee_questions, list_concerned
from specpack.middle.lock import Lock
from specpack.middle.phases.material import Material
from specpack.middle.store import Store

TALLY = (PACK / "behaviour" / "tally.md").read_text("utf-8")
HOUSE = (PACK / "policy" / "house.md").read_text("utf-8")


class Built:
    """The pack `tiny` built once, then edited."""

    def __init__(self, folder: Path) -> None:
        self.pack = copy_pack(folder)
        self.store = folder / "store"
        self.before = read_material(self.pack)
        (self.pack / "specpack.ids").write_text(render_identities(self.before.understanding.identities), "utf-8")
        engine, _ = make_engine(self.before, self.store, Script(answer_all(self.before)))
        asyncio.run(conclude(engine, self.before))
        self.lock = lock_of(engine)

    def edit(self, path: str, old: str, new: str) -> Material:
        file = self.pack / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        return read_material(self.pack)

    def foresee(self, after: Material) -> Foresight:
        comparison = compare_packs(self.before.understanding, after.understanding)
        changed = [change.id for change in comparison.clauses]
        return foresee_questions(after, Store(self.store, read_only=True), self.lock, Lock(), changed)

    def ask(self, after: Material) -> set[str]:
        """Return the labels that a build of the edited pack asks."""
        engine, provider = make_engine(after, self.store, Script(answer_all(after)), lock=self.lock)
        asyncio.run(conclude(engine, after))
        return {label for request in provider.requests for label in request.labels}


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path)


def test_nothing_is_asked_where_nothing_differs(built: Built) -> None:
    known = built.foresee(built.before)
    assert (known.recorded, known.whole, known.asked, known.dropped) == (True, True, (), ())
    assert known.kept == len(built.lock.pins)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("behaviour/tally.md", "at 9999 visits", "at 99 visits"),
        ("behaviour/tally.md", "MUST reject an unknown gate", "MUST refuse an unknown gate"),
        ("behaviour/tally.md", "The service SHOULD stop counting at 9999 visits to one gate.\n\n", ""),
        ("behaviour/tally.md", "1 to 8 letters", "1 to 9 letters"),
        ("behaviour/tally.md", "## Limits", "## Bounds"),
        ("policy/house.md", "\n", "\n\n"),
    ],
)
def test_what_is_certain_is_asked_and_nothing_is_asked_unforeseen(built: Built, path: str, old: str, new: str) -> None:
    after = built.edit(path, old, new)
    known = built.foresee(after)
    asked = built.ask(after)
    certain = {reask.label for reask in known.asked if reask.certain}
    assert certain <= asked <= {reask.label for reask in known.asked}
    assert all(reask.after for reask in known.asked if not reask.certain)


def test_a_question_names_the_clause_and_the_part_that_differ(built: Built) -> None:
    after = built.edit("behaviour/tally.md", "at 9999 visits", "at 99 visits")
    clause = next(c.id for c in after.understanding.clauses.values() if "99 visits" in c.text)
    known = {reask.label: reask for reask in built.foresee(after).asked}
    assert known["behaviour/tally/limits"].parts == ("Section `tally/limits`",)
    assert known["write/report"].parts == ("Clauses",)
    assert all(known[label].clauses == (clause,) for label in ("behaviour/tally/limits", "write/report", "test/tally"))
    assert not {"write/count", "test/driver", "policy/house"} & {x for x in known if known[x].certain}
    assert known["design"].after == ("behaviour/tally/limits",)


def test_a_removed_clause_is_named_by_the_question_that_showed_it(built: Built) -> None:
    gone = next(c.id for c in built.before.understanding.clauses.values() if "9999" in c.text)
    after = built.edit("behaviour/tally.md", "The service SHOULD stop counting at 9999 visits to one gate.\n\n", "")
    known = {reask.label: reask for reask in built.foresee(after).asked}
    assert known["behaviour/tally/limits"].clauses == (gone,)


def test_a_policy_is_asked_and_may_change_all_that_it_binds(built: Built) -> None:
    rule = next(line for line in HOUSE.splitlines() if "MUST" in line)
    after = built.edit("policy/house.md", rule, rule.replace("MUST", "SHOULD", 1))
    known = {reask.label: reask for reask in built.foresee(after).asked}
    assert known["policy/house"].certain
    assert {label for label in known if not known[label].certain} >= {"behaviour/tally/limits", "design"}


def test_a_section_that_is_gone_is_no_longer_asked(built: Built) -> None:
    start = TALLY.index("## Limits")
    after = built.edit("behaviour/tally.md", TALLY[start:], "")
    assert built.foresee(after).dropped == ("behaviour/tally/limits",)


def test_a_lock_whose_store_is_lost_foresees_all_questions(built: Built) -> None:
    shutil.rmtree(built.store)
    known = built.foresee(built.before)
    assert (known.kept, known.whole) == (0, False)
    assert {reask.reason for reask in known.asked if reask.label != "design"} == {"its answer is in no store here"}


def test_the_store_is_only_read(built: Built) -> None:
    def list_files() -> set[str]:
        return {path.relative_to(built.store).as_posix() for path in built.store.rglob("*")}

    before = list_files()
    built.foresee(built.edit("behaviour/tally.md", "at 9999 visits", "at 99 visits"))
    assert list_files() == before


def test_without_a_record_the_questions_of_changed_clauses_are_listed(built: Built) -> None:
    clauses = {c.text: c.id for c in built.before.understanding.clauses.values()}
    report = next(i for t, i in clauses.items() if "on request" in t)
    house = next(
        c.id for c in built.before.understanding.clauses.values() if c.document == "policy/house.md" and c.force
    )
    understanding = built.before.understanding
    known = list_concerned([(understanding, [report]), (understanding, [house])], understanding)
    assert (known.recorded, known.whole) == (False, False)
    assert [(reask.label, reask.clauses) for reask in known.asked] == [
        ("policy/house", (house,)),
        ("behaviour/tally/reading", (report,)),
    ]
