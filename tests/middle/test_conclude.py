"""The phases together, over the pack `tiny`. All replies are synthetic."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny import (
    PACK,
    Blocks,
    Script,
    answer_all,
    copy_pack,
    data,
    lock_of,
    make_engine,
    read_material,
    settle_recording,
)

from specpack.frontend.identity import render_identities
from specpack.middle.conclude import GAP_ROUNDS, conclude
from specpack.middle.engine import Engine
from specpack.middle.phases.material import Material
from specpack.middle.phases.write import ask_units
from specpack.middle.requests import digest_question
from specpack.model.conclusion import Assumption, BehaviourConclusion, Phase
from specpack.model.failure import Rejected, Stopped
from specpack.model.question import Label, Request

TALLY = (PACK / "behaviour" / "tally.md").read_text("utf-8")


def run(engine: Engine, material: Material, **more: Any) -> dict[str, Any]:
    return dict(asyncio.run(conclude(engine, material, **more)))


def asked(requests: list[Request]) -> list[str]:
    return [label for request in requests for label in request.labels]


def gap(clause: str) -> Blocks:
    return [data({"gaps": [{"clauses": [clause], "question": f"what of {clause}?"}]})]


class TestRounds:
    def test_a_cold_build_of_a_small_pack_is_two_rounds(self, tmp_path: Path):
        material = read_material()
        engine, provider = make_engine(material, tmp_path, Script(answer_all(material)))
        run(engine, material)
        assert [r.phases for r in provider.requests] == [
            (Phase.POLICY, Phase.INTERVENTIONS, Phase.BEHAVIOUR, Phase.DESIGN),
            (Phase.WRITE,),
            (Phase.TEST,),
        ]

    def test_a_second_build_asks_nothing_with_and_without_its_lock(self, tmp_path: Path):
        material = read_material()
        first, _ = make_engine(material, tmp_path, Script(answer_all(material)))
        values = run(first, material)
        for lock in (lock_of(first), None):
            again, provider = make_engine(material, tmp_path, Script({}), lock=lock)
            assert run(again, material) == values
            assert provider.requests == []
            assert lock_of(again) == lock_of(first)
        frozen, _ = make_engine(material, tmp_path, None, lock=lock_of(first), frozen=True)
        assert run(frozen, material) == values

    @pytest.mark.parametrize("locked", [True, False])
    def test_an_edited_clause_is_asked_even_where_it_was_answered_ahead(self, tmp_path: Path, locked: bool):
        pack = copy_pack(tmp_path)
        before = read_material(pack)
        (pack / "specpack.ids").write_text(render_identities(before.understanding.identities), "utf-8")
        first, _ = make_engine(before, tmp_path / "store", Script(answer_all(before)))
        run(first, before)
        (pack / "behaviour" / "tally.md").write_text(TALLY.replace("at 9999 visits", "at 99 visits"), "utf-8")
        after = read_material(pack)
        lock = lock_of(first) if locked else None
        again, provider = make_engine(after, tmp_path / "store", Script(answer_all(after)), lock=lock)
        run(again, after)
        assert {"behaviour/tally/limits", "write/report", "test/tally"} <= set(asked(provider.requests))
        unchanged = {
            "policy/house",
            "behaviour/tally/recording",
            "behaviour/tally/reading",
            "write/count",
            "test/driver",
        }
        assert not unchanged & set(asked(provider.requests))


class TestPause:
    @pytest.mark.parametrize("phase", [Phase.POLICY, Phase.INTERVENTIONS, Phase.BEHAVIOUR, Phase.DESIGN, Phase.WRITE])
    def test_a_pause_keeps_everything(self, tmp_path: Path, phase: Phase):
        material = read_material()
        engine, provider = make_engine(material, tmp_path, Script(answer_all(material)))
        with pytest.raises(Stopped, match=f"paused after the phase {phase.value}") as stopped:
            run(engine, material, pause_after=phase)
        assert stopped.value.status == 4
        ranks = [list(Phase).index(p) for r in provider.requests for p in r.phases]
        last = Phase.TEST if phase is Phase.WRITE else phase
        assert max(ranks) == list(Phase).index(last)
        again, more = make_engine(material, tmp_path, Script(answer_all(material)))
        run(again, material)
        assert not set(asked(provider.requests)) & set(asked(more.requests))

    def test_the_summary_is_told_once_behaviour_is_known(self, tmp_path: Path):
        material = read_material()
        told: list[Any] = []
        engine, _ = make_engine(material, tmp_path, Script(answer_all(material)))
        with pytest.raises(Stopped):
            run(engine, material, pause_after=Phase.BEHAVIOUR, summarise=told.append)
        assert len(told) == 1
        assert any(isinstance(value, BehaviourConclusion) for value in told[0].values())


class TestGaps:
    def test_a_gap_asks_its_section_again_and_then_the_reporter(self, tmp_path: Path):
        material = read_material()
        script = Script(
            answer_all(material),
            write__count=[gap("tally.unknown")],
            behaviour__tally__recording=settle_recording(material),
        )
        engine, provider = make_engine(material, tmp_path, script)
        values = run(engine, material)
        again = asked(provider.requests[3:])
        assert again[:2] == ["behaviour/tally/recording", "write/count"]
        assert "what of tally.unknown?" in provider.requests[3].text
        assert "‹assume.known›: `north` is known" in provider.requests[4].text
        assert values["write/count"].files
        assert not values["write/count"].gaps
        frozen, _ = make_engine(material, tmp_path, None, lock=lock_of(engine), frozen=True)
        assert run(frozen, material) == values

    def test_an_assumption_on_other_clauses_travels_along_and_is_in_no_digest(self, tmp_path: Path):
        material = read_material()
        engine, provider = make_engine(material, tmp_path, Script(answer_all(material)))
        values = run(engine, material)
        request = next(r for r in provider.requests if "write/report" in r.labels)
        _, _, own = request.text.partition("Question `write/report`")
        assert "assumption ‹assume.first-visit›: the gates `north` and `south` are known" in own
        ask = next(a for a in ask_units(material, values) if a.question.label == "write/report")
        assert ask.question.context and not any("assume.first-visit" in part.text for part in ask.question.shown)
        assert digest_question(ask.question) == digest_question(replace(ask.question, context=()))

    def test_an_answer_that_reports_gaps_may_leave_its_files_out(self, tmp_path: Path):
        material = read_material()
        script = Script(answer_all(material), test__tally=[gap("tally.unknown")])
        script.queue["behaviour/tally/recording"] = settle_recording(material)
        engine, provider = make_engine(material, tmp_path, script)
        assert run(engine, material)["test/tally"].files
        assert asked(provider.requests).count("test/tally") == 2

    def test_a_gap_is_still_shown_after_a_rejected_attempt_to_close_it(self, tmp_path: Path):
        material = read_material()
        first, settled = settle_recording(material)
        script = Script(
            answer_all(material),
            write__count=[gap("tally.unknown")],
            behaviour__tally__recording=[first, [data({"rules": 1})], settled],
        )
        engine, provider = make_engine(material, tmp_path, script)
        run(engine, material)
        attempts = [r.text for r in provider.requests if r.labels == ("behaviour/tally/recording",)]
        assert len(attempts) == 2
        assert all("what of tally.unknown?" in text for text in attempts)

    @pytest.mark.parametrize("clause", ["tally.2q6cy", "platform.a2jmv", "nobody.knows"])
    def test_a_gap_that_no_section_owns_asks_design(self, tmp_path: Path, clause: str):
        """A section of definitions alone is not asked, so that it cannot be asked again."""
        material = read_material()
        answers = answer_all(material)
        assumed = {"id": "assume.d", "silence": "s", "decision": "d", "clauses": ["platform.a2jmv", "tally.cgqa6"]}
        design = answers["design"]
        settled = [data(json.loads(design[0][2]) | {"assumptions": [assumed]}), *design[1:]]
        script = Script(answers, write__count=[gap(clause)], design=[design, settled])
        engine, provider = make_engine(material, tmp_path, script)
        values = run(engine, material)
        assert asked(provider.requests[3:])[0] == "design"
        assert values["write/count"].files
        frozen, _ = make_engine(material, tmp_path, None, lock=lock_of(engine), frozen=True)
        assert run(frozen, material) == values

    def test_gaps_of_a_section_and_of_design_at_once_can_be_replayed(self, tmp_path: Path):
        material = read_material()
        answers = answer_all(material)
        assumed = {"id": "assume.d", "silence": "s", "decision": "d", "clauses": ["tally.e2shk"]}
        design = answers["design"]
        settled = [data(json.loads(design[0][2]) | {"assumptions": [assumed]}), *design[1:]]
        script = Script(
            answers,
            write__count=[gap("tally.unknown")],
            write__report=[gap("platform.a2jmv")],
            behaviour__tally__recording=settle_recording(material),
            design=[design, settled],
        )
        engine, _ = make_engine(material, tmp_path, script)
        values = run(engine, material)
        frozen, _ = make_engine(material, tmp_path, None, lock=lock_of(engine), frozen=True)
        assert run(frozen, material) == values

    def test_gaps_that_stay_open_end_the_build_with_their_questions(self, tmp_path: Path):
        material = read_material()
        answers = answer_all(material) | {"write/count": gap("tally.unknown")}
        engine, provider = make_engine(material, tmp_path, Script(answers))
        with pytest.raises(Rejected) as rejected:
            run(engine, material)
        assert "what of tally.unknown?" in rejected.value.message
        assert "`tally.unknown`" in rejected.value.help
        assert asked(provider.requests).count("behaviour/tally/recording") <= 1 + GAP_ROUNDS


def test_signatures_travel_as_blocks_and_not_as_data(tmp_path: Path):
    material = read_material()
    answers = answer_all(material)
    design = answers["design"]
    wrong = json.loads(design[0][2]) | {"signatures": [{"path": "tiny/count.toy", "text": "def record"}]}
    script = Script(answers, design=[[data(wrong), *design[1:]]])
    engine, provider = make_engine(material, tmp_path, script)
    run(engine, material)
    assert asked(provider.requests).count("design") == 2
    assert "`signatures` travel as blocks of their own" in provider.requests[1].text


def test_the_order_of_sections_in_the_documents_is_not_seen_by_later_phases():
    material = read_material()
    clash = Assumption(id="assume.same", silence="s", decision="one", clauses=("tally.cgqa6",))
    values = {
        Label("behaviour/tally/b"): BehaviourConclusion(assumptions=(replace(clash, decision="two"),)),
        Label("behaviour/tally/a"): BehaviourConclusion(assumptions=(clash,)),
    }
    merged = material.behaviour(values)
    assert merged == material.behaviour(dict(reversed(values.items())))
    assert [(a.id, a.decision) for a in merged.assumptions] == [("assume.same", "one"), ("assume.same-2", "two")]
