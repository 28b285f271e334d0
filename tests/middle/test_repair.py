"""Repair over the pack `tiny`. All replies, rulings and findings are synthetic."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny import COUNT, Blocks, Script, answer_all, data, lock_of, make_engine, read_material, render_tests

from specpack.middle.conclude import conclude, conclude_files
from specpack.middle.disputes import read_disputes
from specpack.middle.endings import Exhausted
from specpack.middle.engine import Engine
from specpack.middle.phases.material import Material
from specpack.middle.phases.ruling import digest_finding, expected_is_first
from specpack.middle.repair import Ambiguous, Unrepairable, repair
from specpack.model.conclusion import Outcome, Phase
from specpack.model.finding import Finding
from specpack.model.question import Label, Request
from specpack.providers.scripted import ScriptedProvider

EXPECTED, OBSERVED = "expected-forty-one", "observed-forty-two"


def make_finding(*, first: bool, **changes: Any) -> Finding:
    """Return a dispute whose question shows the test's outcome first, or second."""
    for number in range(99):
        finding = Finding(
            code="GT090",
            gate="toy/suite",
            message=f"test `counts` fails, one of {number}",
            test="tests/tally.toy::counts",
            clauses=("tally.cgqa6",),
            expected=EXPECTED,
            observed=OBSERVED,
            evidence=("drive: record north twice",),
        )
        finding = replace(finding, **changes)
        if expected_is_first(finding) is first:
            return finding
    raise AssertionError("no finding of that order")


class Build:
    """A concluded build, ready to be repaired."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.material: Material = read_material()
        self.script = Script(answer_all(self.material))
        self.engine: Engine
        self.provider: ScriptedProvider
        self.engine, self.provider = make_engine(self.material, folder, self.script)
        self.values: dict[Label, Any] = asyncio.run(conclude(self.engine, self.material))
        self.provider.requests.clear()

    def rule(self, outcome: str, why: str = "because it says so", **more: Any) -> None:
        ruling = {"outcome": outcome, "clauses": ["tally.cgqa6"], "why": why, "readings": [], **more}
        self.script.rule = lambda request: [data(ruling)]

    def repair(self, *findings: Finding) -> dict[Label, Any]:
        return asyncio.run(repair(self.engine, self.material, self.values, findings))

    def request(self, label: str) -> Request:
        return next(r for r in self.provider.requests if label in r.labels)

    def asked(self) -> set[str]:
        return {label for r in self.provider.requests for label in r.labels if not label.startswith("ruling/")}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path / "store")


ASKED = {
    ("first", True): {"write/count"},
    ("second", False): {"write/count"},
    ("second", True): {"test/tally"},
    ("first", False): {"test/tally"},
    ("both", True): {"test/tally"},
    ("both", False): {"test/tally"},
    ("neither", True): {"write/count", "test/tally"},
    ("neither", False): {"write/count", "test/tally"},
}
"""(outcome, whether the test's outcome is shown first) -> who is asked again."""


@pytest.mark.parametrize(("outcome", "first"), ASKED)
def test_a_ruling_decides_who_is_asked_again(build: Build, outcome: str, first: bool):
    build.rule(outcome)
    changed = build.repair(make_finding(first=first))
    assert build.asked() == ASKED[outcome, first]
    assert set(changed) == ASKED[outcome, first]


@pytest.mark.parametrize("first", [True, False])
def test_an_ambiguous_pack_stops_with_both_readings(build: Build, first: bool):
    build.rule("ambiguous", readings=["twice means two", "twice means both"])
    with pytest.raises(Ambiguous) as stopped:
        build.repair(make_finding(first=first))
    assert "twice means two; or: twice means both" in stopped.value.message
    assert "`tally.cgqa6`" in stopped.value.help
    assert stopped.value.status == 1
    assert build.asked() == set()


def test_an_ambiguous_ruling_without_two_readings_is_asked_again(build: Build):
    answers = iter([[], ["one", "two"]])
    build.script.rule = lambda request: [
        data({"outcome": "ambiguous", "clauses": ["tally.cgqa6"], "why": "w", "readings": next(answers)})
    ]
    with pytest.raises(Ambiguous):
        build.repair(make_finding(first=True))
    assert len(build.provider.requests) == 2
    assert "both readings" in build.provider.requests[1].text


@pytest.mark.parametrize("first", [True, False])
def test_the_ruling_is_blind(build: Build, first: bool):
    build.rule("both")
    finding = make_finding(first=first)
    build.repair(finding)
    text = build.provider.requests[0].text
    assert build.provider.requests[0].phases == (Phase.RULING,)
    assert (text.index(EXPECTED) < text.index(OBSERVED)) is first
    question = text.partition("# Questions")[2]
    for telltale in ("expected:", "observed:", "tests/tally.toy", finding.message, COUNT, "test/tally", "write/count"):
        assert telltale not in question
    assert "drive: record north twice" in question
    assert "‹tally.cgqa6›" in question


def test_the_order_of_outcomes_follows_from_the_finding_alone():
    finding = make_finding(first=True)
    assert digest_finding(replace(finding, line=7, path="x")) == digest_finding(finding)
    assert digest_finding(replace(finding, observed="else")) != digest_finding(finding)


OUTCOMES = [(o.value, first) for o in Outcome if o is not Outcome.AMBIGUOUS for first in (True, False)]


@pytest.mark.parametrize(("outcome", "first"), OUTCOMES)
@pytest.mark.parametrize("why", ["because it says so", f"they demand {EXPECTED}", f"they demand {OBSERVED}, not it"])
def test_a_tester_never_sees_an_observed_value_or_an_implementation(build: Build, outcome: str, first: bool, why: str):
    build.rule(outcome, why=why)
    build.repair(make_finding(first=first))
    for request in build.provider.requests:
        if Phase.TEST in request.phases:
            assert OBSERVED not in request.text
            assert "does add" not in request.text
            assert "test/tally" in request.labels
            assert "GT090" in request.text


@pytest.mark.parametrize("code", ["GT070", "GT120"])
def test_findings_of_tests_without_a_dispute_hide_what_was_observed_too(build: Build, code: str):
    finding = make_finding(first=True, code=code, expected="")
    build.repair(finding)
    assert build.asked() == {"test/tally"}
    assert OBSERVED not in build.request("test/tally").text


def test_a_writer_sees_both_outcomes_the_ruling_and_its_own_answer(build: Build):
    build.rule("first")
    build.repair(make_finding(first=True))
    text = build.request("write/count").text
    for told in (EXPECTED, OBSERVED, "the clauses demand the asserted outcome", "because it says so", "does add"):
        assert told in text
    assert "test case-x" not in text


def test_a_writer_is_not_told_an_expectation_that_the_clauses_exclude(build: Build):
    build.rule("neither")
    build.repair(make_finding(first=True))
    assert f"expected: {EXPECTED}" not in build.request("write/count").text


def test_a_finding_of_a_gate_asks_its_owner_without_a_ruling(build: Build):
    finding = Finding(code="GT030", gate="toy/review", message="`x` swallows", unit="report", path="tiny/report.toy")
    build.repair(finding)
    assert build.asked() == {"write/report"}
    assert len(build.provider.requests) == 1
    assert "`x` swallows" in build.provider.requests[0].text


def test_several_findings_of_one_owner_are_asked_at_once(build: Build):
    build.rule("first")
    disputes = [make_finding(first=True, test=f"tests/tally.toy::t{n}") for n in range(3)]
    gate = Finding(code="GT030", gate="toy/review", message="`x` swallows", unit="count")
    build.repair(*disputes, gate)
    rulings = [r for r in build.provider.requests if r.phases == (Phase.RULING,)]
    assert len(rulings) == 1
    assert len(rulings[0].labels) == 3
    text = build.request("write/count").text
    assert all(f"tests/tally.toy::t{n}" in text for n in range(3))
    assert "`x` swallows" in text


def test_what_nobody_owns_cannot_be_repaired(build: Build):
    with pytest.raises(Unrepairable, match="GT010: `Makefile` is strange"):
        build.repair(Finding(code="GT010", gate="toy/tree", message="`Makefile` is strange", path="Makefile"))
    assert build.provider.requests == []


def test_the_same_dispute_is_ruled_once(build: Build):
    build.rule("first")
    build.script.queue["write/count"] = [[("file", "tiny/count.toy", f"{COUNT}does more\n")]]
    finding = make_finding(first=True)
    build.repair(finding)
    build.repair(finding)
    assert sum(r.phases == (Phase.RULING,) for r in build.provider.requests) == 1


def test_a_unit_that_was_asked_in_vain_is_not_asked_about_it_again(build: Build):
    """A finding that stays goes to the units that could be at fault, one after the other, and then to the author."""
    build.rule("first")
    finding = make_finding(first=True)
    build.repair(finding)
    assert build.asked() == {"write/count"}
    build.repair(finding)
    assert build.asked() == {"write/count", "write/report"}
    with pytest.raises(Unrepairable, match="was asked in vain"):
        build.repair(finding)
    assert sum(Phase.WRITE in request.phases for request in build.provider.requests) == 2


def test_changing_attempts_end_too(build: Build):
    texts: list[Blocks | str] = [[("file", "tiny/count.toy", f"{COUNT}does {n}\n")] for n in range(99)]
    build.script.queue["write/count"] = texts
    with pytest.raises(Exhausted) as exhausted:
        for number in range(50):
            build.rule("first", why=f"reason {number}")
            build.repair(make_finding(first=True, test=f"tests/tally.toy::t{number}", observed=f"{OBSERVED}-{number}"))
    assert exhausted.value.label == "write/count"
    assert len(build.provider.requests) < 20


def test_a_repaired_build_goes_on_and_replays_with_its_disputes(build: Build):
    build.rule("first")
    mended: Blocks = [("file", "tiny/count.toy", f"{COUNT}does better\n")]
    build.script.queue["write/count"] = [mended]
    finding = make_finding(first=True)
    values = build.values | build.repair(finding)
    values = asyncio.run(conclude_files(build.engine, build.material, values))
    assert "does better" in values[Label("write/count")].files[0].text
    disputes = read_disputes(build.engine.store, build.engine.answers.values())
    assert [(d.first, d.second, d.ruling.outcome) for d in disputes] == [(EXPECTED, OBSERVED, Outcome.FIRST)]
    assert disputes[0].call == "drive: record north twice"
    assert disputes[0].ruling.clauses == ("tally.cgqa6",)

    pins = [p for p in lock_of(build.engine).pins if not p.label.startswith("ruling/")]
    frozen, _ = make_engine(
        build.material, build.folder, None, lock=replace(lock_of(build.engine), pins=tuple(pins)), frozen=True
    )
    assert asyncio.run(conclude(frozen, build.material)) == values
    assert read_disputes(frozen.store, frozen.answers.values()) == disputes


def test_disputes_of_a_test_that_was_asked_again_are_read_back(build: Build):
    build.rule("both")
    ids = build.material.slicer.expand(["tally/recording", "tally/reading", "tally/limits"])
    build.script.queue["test/tally"] = [[("file", "tests/tally.toy", render_tests([*ids, "tally.cgqa6"]))]]
    build.repair(make_finding(first=False))
    disputes = read_disputes(build.engine.store, build.engine.answers.values())
    assert [(d.first, d.second) for d in disputes] == [(OBSERVED, EXPECTED)]


def test_without_a_dispute_there_is_none(build: Build):
    assert read_disputes(build.engine.store, build.engine.answers.values()) == ()
