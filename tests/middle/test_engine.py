"""The engine over small questions of its own. All replies are synthetic: no model wrote them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny import lock_of, render_answer

from specpack.middle.answers import read_answer, write_reply
from specpack.middle.asking import Event, Revision, Settings
from specpack.middle.endings import Exhausted, WaitingForAnswers
from specpack.middle.engine import Engine
from specpack.middle.lock import Lock, Pin
from specpack.middle.requests import digest_question, render_request
from specpack.middle.store import Store, verify_store
from specpack.model.conclusion import Phase
from specpack.model.failure import Rejected, Unavailable
from specpack.model.finding import Finding
from specpack.model.question import (
    Accepted,
    Ask,
    Ending,
    Expected,
    Label,
    Part,
    Question,
    Reply,
    ReplyBlock,
    Request,
    Usage,
)
from specpack.providers.relay import RelayProvider
from specpack.providers.scripted import ScriptedProvider

TO_NEW = dict.fromkeys(Phase, "m:new")
FRAMING = "# Framing\n"


def reject(message: str) -> Finding:
    return Finding(code="TY001", gate="toy", message=message)


def judge_text(blocks: Sequence[ReplyBlock]) -> Accepted:
    """Reject each line that begins with `bad`, by name."""
    findings = tuple(reject(f"`{line}` is bad") for line in blocks[0].text.splitlines() if line.startswith("bad"))
    return Accepted(value=blocks[0].text, findings=findings)


def refuse(blocks: Sequence[ReplyBlock]) -> Accepted:
    raise AssertionError("a recalled answer is not judged")


def make_ask(
    label: str,
    slice_: str = "slice",
    *,
    keep: bool = False,
    judge: Callable[[Sequence[ReplyBlock]], Accepted] = judge_text,
    rests_on: str = "",
) -> Ask:
    question = Question(
        label=Label(label),
        phase=Phase(label.partition("/")[0]),
        contract="# Contract\n",
        parts=(Part(title="Slice", text=f"{label}: {slice_}"),),
        derived=(Part(title="Conclusions", text=rests_on),) if rests_on else (),
        expected=(Expected(kind="file", path=f"{label}.toy"),),
    )
    return Ask(question=question, decode=lambda blocks: blocks[0].text, judge=judge, keep=keep)


def answer(label: str, text: str) -> str:
    return render_answer(label, [("file", f"{label}.toy", text)])


class Model:
    """Gives each label its texts one after the other, the last one for ever; `good` where it has none."""

    def __init__(self, **texts: list[str]) -> None:
        self.texts = {name.replace("__", "/"): list(given) for name, given in texts.items()}

    def __call__(self, request: Request) -> str:
        return "\n".join(answer(label, self._next(label)) for label in request.labels)

    def _next(self, label: str) -> str:
        texts = self.texts.get(label, ["good"])
        return texts.pop(0) if len(texts) > 1 else texts[0]


def make_engine(
    store: Path | Store,
    model: Callable[[Request], str] | None = None,
    *,
    lock: Lock | None = None,
    by: str = "scripted:test",
    report: Callable[[Event], None] = lambda event: None,
    **settings: Any,
) -> tuple[Engine, list[Request]]:
    provider = ScriptedProvider(model or Model())
    provider.name = by
    engine = Engine(
        store=store if isinstance(store, Store) else Store(store),
        lock=lock or Lock(),
        shipped=Lock(),
        provider=(lambda phase: provider) if model else None,
        settings=Settings(**settings),
        framing=FRAMING,
        report=report,
    )
    return engine, provider.requests


def run(engine: Engine, *asks: Ask) -> dict[str, Any]:
    return dict(asyncio.run(engine.ask(asks)))


def labels(requests: Sequence[Request]) -> list[tuple[str, ...]]:
    return [tuple(request.labels) for request in requests]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


class TestRecall:
    def test_from_the_lock_without_provider_or_gate(self, store: Path):
        first, _ = make_engine(store, Model(write__a=["one"]))
        run(first, make_ask("write/a"))
        again, _ = make_engine(store, lock=lock_of(first), frozen=True)
        assert run(again, make_ask("write/a", judge=refuse)) == {"write/a": "one\n"}
        assert lock_of(again) == lock_of(first)

    def test_from_the_store_without_a_lock(self, store: Path):
        first, _ = make_engine(store, Model(write__a=["one"]))
        run(first, make_ask("write/a"))
        again, _ = make_engine(store)
        assert run(again, make_ask("write/a", judge=refuse)) == {"write/a": "one\n"}
        assert lock_of(again) == lock_of(first)

    def test_the_lock_wins_over_other_answers_in_the_store(self, store: Path):
        first, _ = make_engine(store, Model(write__a=["one"]))
        run(first, make_ask("write/a"))
        second, _ = make_engine(store, Model(write__a=["two"]), fresh=True, sample=1)
        run(second, make_ask("write/a"))
        for engine, text in ((first, "one\n"), (second, "two\n")):
            again, _ = make_engine(store, lock=lock_of(engine))
            assert run(again, make_ask("write/a")) == {"write/a": text}

    def test_a_pinned_answer_that_left_the_store_is_asked_again(self, store: Path, tmp_path: Path):
        first, _ = make_engine(store, Model(write__a=["one"]))
        run(first, make_ask("write/a"))
        again, requests = make_engine(tmp_path / "empty", Model(write__a=["two"]), lock=lock_of(first))
        assert run(again, make_ask("write/a")) == {"write/a": "two\n"}
        assert len(requests) == 1

    def test_values_stand_in_the_order_of_the_asks(self, store: Path):
        engine, _ = make_engine(store, Model())
        run(engine, make_ask("write/b"))
        assert list(run(engine, make_ask("write/c"), make_ask("write/b"), make_ask("write/a"))) == [
            "write/c",
            "write/b",
            "write/a",
        ]

    def test_without_a_model_the_label_is_named(self, store: Path):
        engine, _ = make_engine(store)
        with pytest.raises(Rejected, match="`write/a` has no answer, and no model was named"):
            run(engine, make_ask("write/a"))


class TestEarlyCutoff:
    def test_only_the_edited_question_is_asked(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, *(make_ask(f"write/{n}") for n in "abc"))
        again, requests = make_engine(store, Model(), lock=lock_of(first))
        run(again, make_ask("write/a"), make_ask("write/b", "edited"), make_ask("write/c"))
        assert labels(requests) == [("write/b",)]

    def test_an_edit_taken_back_asks_nothing(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        second, _ = make_engine(store, Model(), lock=lock_of(first))
        run(second, make_ask("write/a", "edited"))
        third, _ = make_engine(store, lock=lock_of(second))
        run(third, make_ask("write/a"))
        assert lock_of(third) == lock_of(first)

    def test_a_renamed_label_with_the_same_question_reuses_the_answer(self, store: Path):
        ask = make_ask("write/a")
        first, _ = make_engine(store, Model(write__a=["one"]))
        run(first, ask)
        moved = Ask(
            question=Question(
                label=Label("write/z"),
                phase=ask.question.phase,
                contract=ask.question.contract,
                parts=ask.question.parts,
                expected=ask.question.expected,
            ),
            decode=ask.decode,
            judge=ask.judge,
        )
        again, _ = make_engine(store)
        assert run(again, moved) == {"write/z": "one\n"}
        frozen, _ = make_engine(store, lock=lock_of(again), frozen=True)
        assert run(frozen, moved) == {"write/z": "one\n"}


class TestAttempts:
    def test_all_errors_and_the_rejected_answer_are_fed_back(self, store: Path):
        engine, requests = make_engine(store, Model(write__a=["bad one\nbad two", "good"]))
        assert run(engine, make_ask("write/a")) == {"write/a": "good\n"}
        assert len(requests) == 2
        assert "Findings" not in requests[0].text
        for told in ("`bad one` is bad", "`bad two` is bad", "### Earlier answer", "bad one\nbad two\n"):
            assert told in requests[1].text

    def test_framing_is_fed_back_too(self, store: Path):
        engine, requests = make_engine(store, Model(write__a=["\0", "good"]))
        run(engine, make_ask("write/a"))
        assert "U+0000" in requests[1].text

    def test_attempts_are_bounded(self, store: Path):
        engine, requests = make_engine(store, Model(write__a=[f"bad {n}" for n in range(9)]), attempts=3)
        with pytest.raises(Exhausted) as exhausted:
            run(engine, make_ask("write/a"))
        assert len(requests) == 3
        assert exhausted.value.status == 1
        assert exhausted.value.label == "write/a"
        assert [f.message for f in exhausted.value.findings] == ["`bad 2` is bad"]
        assert "in 3 attempts: `bad 2` is bad" in exhausted.value.message

    def test_an_attempt_that_repeats_ends_the_loop(self, store: Path):
        engine, requests = make_engine(store, Model(write__a=["bad"]), attempts=5)
        with pytest.raises(Exhausted) as exhausted:
            run(engine, make_ask("write/a"))
        assert len(requests) == 2
        told = "no answer to `write/a` was accepted in 2 attempts, and asking again would repeat the same question: "
        assert exhausted.value.message.startswith(told)

    @pytest.mark.parametrize("text", ["", "I had rather not."])
    def test_a_reply_without_blocks_counts_once_a_request(self, store: Path, text: str):
        engine, requests = make_engine(store, lambda request: text)
        for _ in range(2):
            with pytest.raises(Exhausted, match="in 2 attempts, and asking again would repeat the same question"):
                run(engine, make_ask("write/a"))
            assert len(requests) == 2
            engine, _ = make_engine(store, lambda request: text)

    def test_a_question_that_would_repeat_ends_after_all_others_were_judged(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=["bad"], write__b=["bad 1", "good"]))
        with pytest.raises(Exhausted, match="`write/a`"):
            run(engine, make_ask("write/a"), make_ask("write/b"))
        again, requests = make_engine(store)
        assert run(again, make_ask("write/b")) == {"write/b": "good\n"}
        assert requests == []

    def test_only_the_rejected_question_of_a_bundle_is_asked_again(self, store: Path):
        engine, requests = make_engine(store, Model(write__a=["bad", "better"]))
        values = run(engine, make_ask("write/a"), make_ask("write/b"))
        assert values == {"write/a": "better\n", "write/b": "good\n"}
        assert labels(requests) == [("write/a", "write/b"), ("write/a",)]

    def test_the_answer_names_all_its_attempts_the_accepted_one_last(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=["bad 1", "bad 2", "good"]))
        run(engine, make_ask("write/a"))
        found = engine.answers[Label("write/a")]
        assert len(set(found.attempts)) == 3
        assert "good" in engine.store.read_bytes(engine.store.read_value(found.attempts[-1])["text"]).decode()
        assert found.base == digest_question(make_ask("write/a").question) != found.question

    def test_an_exhausted_build_asks_nothing_when_it_runs_again(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=[f"bad {n}" for n in range(9)]))
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"))
        again, requests = make_engine(store, Model())
        with pytest.raises(Exhausted):
            run(again, make_ask("write/a"))
        assert requests == []

    def test_another_model_may_try_what_one_could_not(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=[f"bad {n}" for n in range(9)]))
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"))
        again, requests = make_engine(store, Model(write__a=["bad other", "good"]), by="m:other")
        assert run(again, make_ask("write/a")) == {"write/a": "good\n"}
        assert "Findings" not in requests[0].text
        assert "bad other" in requests[1].text
        assert len(again.answers[Label("write/a")].attempts) == 2
        assert lock_of(again).pins[0].by == "m:other"

    def test_another_model_is_bounded_too(self, store: Path):
        asked = []
        for by in ("m:one", "m:two", "m:two", "m:two"):
            engine, requests = make_engine(store, Model(write__a=[f"bad {by} {n}" for n in range(9)]), by=by)
            with pytest.raises(Exhausted, match="in 3 attempts"):
                run(engine, make_ask("write/a"))
            asked.append(len(requests))
        assert asked == [3, 3, 0, 0]

    def test_an_attempt_of_another_model_counts_while_there_are_more(self, store: Path):
        def answer_once(request: Request) -> str:
            if "Findings" in request.text:
                raise Unavailable("the line is dead")
            return answer("write/a", "bad")

        engine, _ = make_engine(store, answer_once)
        with pytest.raises(Unavailable):
            run(engine, make_ask("write/a"))
        again, requests = make_engine(store, Model(write__a=["good"]), by="m:other")
        assert run(again, make_ask("write/a")) == {"write/a": "good\n"}
        assert "`bad` is bad" in requests[0].text

    def test_a_rejected_answer_is_accepted_once_its_gate_is_mended(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=[f"bad {n}" for n in range(9)]))
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"))
        lenient = make_ask("write/a", judge=lambda blocks: Accepted(value=blocks[0].text))
        again, _ = make_engine(store)
        assert run(again, lenient) == {"write/a": "bad 0\n"}

    def test_accepted_siblings_of_an_exhausted_question_are_kept(self, store: Path):
        engine, _ = make_engine(store, Model(write__a=[f"bad {n}" for n in range(9)]))
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"), make_ask("write/b"))
        again, requests = make_engine(store)
        assert run(again, make_ask("write/b")) == {"write/b": "good\n"}
        assert requests == []

    def test_progress_is_reported(self, store: Path):
        events: list[Event] = []
        engine, _ = make_engine(store, Model(write__a=["bad", "good"]), report=events.append)
        run(engine, make_ask("write/a"))
        kinds = [event.kind for event in events]
        assert kinds == ["asked", "answered", "rejected", "asked", "answered", "accepted"]
        assert [f.message for f in events[2].findings] == ["`bad` is bad"]


class TestCut:
    """Replies that ended at the limit of their tokens."""

    @staticmethod
    def cut(store: Path, *texts: str, **settings: Any) -> tuple[Engine, list[Request]]:
        """Return an engine whose provider cuts its replies at the limit, the last one for ever."""
        given = list(texts)
        limit = settings.setdefault("output_limit", 64)

        class Cutting(ScriptedProvider):
            async def answer(self, request: Request) -> Reply:
                reply = await super().answer(request)
                return replace(reply, ending=Ending.CUT, usage=Usage(input=1, output=limit))

        provider = Cutting(lambda request: given.pop(0) if len(given) > 1 else given[0])
        engine, _ = make_engine(store, Model(), **settings)
        engine._find_provider = lambda phase: provider
        return engine, provider.requests

    def test_a_whole_looking_answer_at_the_end_is_not_accepted(self, store: Path):
        engine, requests = self.cut(store, answer("write/a", "good"))
        with pytest.raises(Exhausted, match=r"in 2 attempts, and asking again .*: the reply was cut") as exhausted:
            run(engine, make_ask("write/a"))
        assert len(requests) == 2
        assert "`--output-limit`" in exhausted.value.help

    def test_the_limit_is_told_to_the_user_and_not_to_the_model(self, store: Path):
        events: list[Event] = []
        engine, requests = self.cut(store, "half", report=events.append)
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"))
        assert "the reply was cut at the limit" in requests[1].text
        assert "--output-limit" not in requests[1].text
        assert ["--output-limit" in event.findings[0].help for event in events if event.findings] == [True, True]

    def test_a_higher_limit_is_tried_and_the_same_one_is_not(self, store: Path):
        engine, _ = self.cut(store, "half")
        with pytest.raises(Exhausted):
            run(engine, make_ask("write/a"))
        again, requests = make_engine(store, Model(), output_limit=64)
        with pytest.raises(Exhausted):
            run(again, make_ask("write/a"))
        assert requests == []
        again, requests = make_engine(store, Model(), output_limit=128)
        assert run(again, make_ask("write/a")) == {"write/a": "good\n"}
        assert len(requests) == 1

    def test_a_higher_limit_that_still_cuts_ends_again(self, store: Path):
        for limit in (64, 128, 256):
            engine, requests = self.cut(store, "half", output_limit=limit)
            with pytest.raises(Exhausted, match="in 2 attempts"):
                run(engine, make_ask("write/a"))
            assert len(requests) == 2

    def test_a_server_with_a_lower_limit_of_its_own_ends_too(self, store: Path):
        """The replies of both runs are the same to the byte, and so are their records."""
        for _ in range(2):
            engine, requests = self.cut(store, "half")
            engine.settings = replace(engine.settings, output_limit=128)
            with pytest.raises(Exhausted, match="in 2 attempts"):
                run(engine, make_ask("write/a"))
            assert len(requests) == 2

    def test_what_is_whole_in_a_cut_reply_is_kept(self, store: Path):
        begun = answer("write/b", "half").rpartition("\n")[0]
        engine, _ = self.cut(store, answer("write/a", "good") + "\n" + begun)
        with pytest.raises(Exhausted, match="`write/b`"):
            run(engine, make_ask("write/a"), make_ask("write/b"))
        again, requests = make_engine(store, Model())
        assert run(again, make_ask("write/a"), make_ask("write/b")) == {"write/a": "good\n", "write/b": "good\n"}
        assert labels(requests) == [("write/b",)]


class TestResume:
    def test_a_reply_without_its_answers_is_not_asked_for_again(self, store: Path):
        asks = [make_ask("write/a"), make_ask("write/b")]
        questions = [ask.question for ask in asks]
        request = render_request(questions, framing=FRAMING)
        text = "\n".join(answer(label, f"kept {label}") for label in request.labels)
        reply = Reply(text=text, by="scripted:test", date="2026-01-01", usage=Usage(input=0, output=0))
        write_reply(Store(store), request, reply, {q.label: digest_question(q) for q in questions}, 0)
        engine, _ = make_engine(store)
        assert run(engine, *asks) == {"write/a": "kept write/a\n", "write/b": "kept write/b\n"}
        assert {a.by for a in engine.answers.values()} == {"scripted:test"}

    def test_a_failing_provider_loses_nothing_that_came_back(self, store: Path):
        def fail(request: Request) -> str:
            if "write/b" in request.labels:
                raise Unavailable("the line is dead")
            return Model()(request)

        engine, _ = make_engine(store, fail, bundle=1)
        with pytest.raises(Unavailable, match="the line is dead"):
            run(engine, *(make_ask(f"write/{n}") for n in "abc"))
        again, requests = make_engine(store, Model(), bundle=1)
        run(again, *(make_ask(f"write/{n}") for n in "abc"))
        assert labels(requests) == [("write/b",)]

    def test_a_bug_of_a_provider_is_not_hidden_by_waiting(self, store: Path):
        def crash(request: Request) -> str:
            raise ZeroDivisionError

        engine, _ = make_engine(store, crash)
        with pytest.raises(ZeroDivisionError):
            run(engine, make_ask("write/a"))


class TestAhead:
    """Early phases in one request: policy/p, behaviour/a and behaviour/b, design."""

    @staticmethod
    def steps(
        judged: list[str], *, keep: bool = False, **slices: str
    ) -> list[Callable[[Mapping[Label, Any]], Sequence[Ask]]]:
        def note(label: str, values: Mapping[Label, Any], *rests: str) -> Ask:
            def judge(blocks: Sequence[ReplyBlock]) -> Accepted:
                judged.append(f"{label} {blocks[0].text.strip()}")
                return judge_text(blocks)

            shown = "".join(values.get(Label(rest), "") for rest in rests)
            kept = keep and label == "design"
            return make_ask(label, slices.get(label.replace("/", "__"), "s"), keep=kept, judge=judge, rests_on=shown)

        def policy(values: Mapping[Label, Any]) -> Sequence[Ask]:
            return [note("policy/p", values)]

        def behaviour(values: Mapping[Label, Any]) -> Sequence[Ask]:
            return [note(f"behaviour/{n}", values, "policy/p") for n in "ab"]

        def design(values: Mapping[Label, Any]) -> Sequence[Ask]:
            return [note("design", values, "behaviour/a", "behaviour/b")]

        return [policy, behaviour, design]

    def conclude(self, engine: Engine, **slices: Any) -> tuple[dict[str, Any], list[str]]:
        judged: list[str] = []
        return dict(asyncio.run(engine.ask_steps(self.steps(judged, **slices), ahead=True))), judged

    def test_one_request_answers_all(self, store: Path):
        engine, requests = make_engine(store, Model())
        values, judged = self.conclude(engine)
        assert labels(requests) == [("policy/p", "behaviour/a", "behaviour/b", "design")]
        assert list(values) == ["policy/p", "behaviour/a", "behaviour/b", "design"]
        assert judged == [f"{label} good" for label in values]
        assert len({a.attempts for a in engine.answers.values()}) == 1

    def test_the_answer_is_filed_under_the_question_as_it_is_known_in_the_end(self, store: Path):
        engine, _ = make_engine(store, Model(behaviour__a=["says this"]))
        self.conclude(engine)
        design = self.steps([])[2]({Label("behaviour/a"): "says this\n", Label("behaviour/b"): "good\n"})[0]
        assert engine.answers[Label("design")].base == digest_question(design.question)

    def test_after_a_rejected_behaviour_the_design_of_that_reply_is_not_used(self, store: Path):
        model = Model(behaviour__b=["bad", "better"], design=["first", "second"])
        engine, requests = make_engine(store, model)
        values, judged = self.conclude(engine)
        assert values["design"] == "second\n"
        assert labels(requests)[1] == ("behaviour/b", "design")
        assert not any(entry == "design first" for entry in judged)
        assert "`bad` is bad" in requests[1].text
        assert len(engine.answers[Label("behaviour/b")].attempts) == 2

    def test_after_a_rejected_policy_nothing_of_that_reply_is_used(self, store: Path):
        model = Model(policy__p=["bad", "better"], behaviour__a=["first", "second"], design=["first", "second"])
        engine, requests = make_engine(store, model)
        values, judged = self.conclude(engine)
        assert labels(requests) == [("policy/p", "behaviour/a", "behaviour/b", "design")] * 2
        assert (values["behaviour/a"], values["design"]) == ("second\n", "second\n")
        assert not {"behaviour/a first", "design first"} & set(judged)

    def test_a_rejected_design_is_asked_alone_with_its_findings(self, store: Path):
        engine, requests = make_engine(store, Model(design=["bad", "better"]))
        values, _ = self.conclude(engine)
        assert values["design"] == "better\n"
        assert labels(requests)[1:] == [("design",)]
        assert "`bad` is bad" in requests[1].text

    def test_attempts_ahead_count(self, store: Path):
        engine, requests = make_engine(store, Model(design=[f"bad {n}" for n in range(9)]), attempts=3)
        with pytest.raises(Exhausted):
            self.conclude(engine)
        assert len(requests) == 3

    def test_a_build_that_runs_again_goes_on_from_what_came_back(self, store: Path):
        model = Model(behaviour__b=["bad", "better"], design=["first", "second"])
        first, _ = make_engine(store, model)
        values, _ = self.conclude(first)
        again, _ = make_engine(store)
        assert self.conclude(again)[0] == values
        assert lock_of(again) == lock_of(first)

    def test_replies_alone_are_enough_to_go_on(self, store: Path, tmp_path: Path):
        first, _ = make_engine(store, Model(behaviour__b=["bad", "better"], design=["first", "second"]))
        values, _ = self.conclude(first)
        killed = Store(tmp_path / "killed")
        for request, reply in Store(store).list_entries("replies"):
            record = Store(store).read_value(reply)
            assert isinstance(record, dict)
            for digest in (record["text"], record["request"]):
                killed.put_bytes(Store(store).read_bytes(digest))
            killed.put_value(record)
            killed.add_reply(request, reply)
        again, _ = make_engine(killed)
        assert self.conclude(again)[0] == values

    def test_a_design_that_rested_on_an_answer_since_replaced_is_not_used(self, store: Path):
        """The second reply holds `b` and a design that was shown the first `a`; then `a` is edited."""
        model = Model(behaviour__a=["one", "two"], behaviour__b=["bad", "better"], design=["first", "second", "third"])
        first, _ = make_engine(store, model)
        assert self.conclude(first)[0]["design"] == "second\n"
        again, requests = make_engine(store, model)
        values, _ = self.conclude(again, behaviour__a="edited")
        assert labels(requests) == [("behaviour/a", "design")]
        assert values["design"] == "third\n"

    def test_an_edited_question_is_not_answered_by_what_was_answered_ahead(self, store: Path):
        first, _ = make_engine(store, Model())
        self.conclude(first)
        again, requests = make_engine(store, Model(), lock=lock_of(first))
        self.conclude(again, behaviour__a="edited")
        assert "behaviour/a" in requests[0].labels
        assert "behaviour/b" not in requests[0].labels

    def test_an_answer_that_is_kept_while_it_passes_its_gates_is_taken_from_any_reply(self, store: Path):
        model = Model(behaviour__b=["bad", "better"], design=["first", "second"])
        engine, requests = make_engine(store, model)
        values, _ = self.conclude(engine, keep=True)
        assert values["design"] == "first\n"
        assert labels(requests)[1:] == [("behaviour/b",)]

    def test_without_ahead_each_phase_is_asked_alone(self, store: Path):
        engine, requests = make_engine(store, Model())
        asyncio.run(engine.ask_steps(self.steps([]), ahead=False))
        assert labels(requests) == [("policy/p",), ("behaviour/a", "behaviour/b"), ("design",)]


class TestFrozen:
    def test_the_missing_label_is_named_and_nothing_is_asked(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        frozen, requests = make_engine(store, Model(), lock=lock_of(first), frozen=True)
        with pytest.raises(Rejected, match="no recorded answer for `write/b`"):
            run(frozen, make_ask("write/a"), make_ask("write/b"))
        assert requests == []

    def test_an_answer_in_the_store_that_is_not_pinned_does_not_count(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        frozen, _ = make_engine(store, frozen=True)
        with pytest.raises(Rejected, match="no recorded answer for `write/a`"):
            run(frozen, make_ask("write/a"))

    def test_an_edited_question_is_not_answered_by_the_old_pin(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        frozen, _ = make_engine(store, lock=lock_of(first), frozen=True)
        with pytest.raises(Rejected, match="no recorded answer for `write/a`"):
            run(frozen, make_ask("write/a", "edited"))

    def test_a_pinned_answer_that_is_not_in_the_store_is_named(self, store: Path, tmp_path: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        frozen, _ = make_engine(tmp_path / "empty", lock=lock_of(first), frozen=True)
        with pytest.raises(Rejected, match="answer for `write/a` is missing from the store"):
            run(frozen, make_ask("write/a"))


class TestSwapped:
    @pytest.mark.parametrize("frozen", [True, False])
    def test_answers_exchanged_in_the_lock_are_found(self, store: Path, frozen: bool):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"), make_ask("write/b"))
        a, b = sorted(lock_of(first).pins, key=lambda pin: pin.label)
        swapped = Lock(
            pins=(
                Pin(label=a.label, question=a.question, answer=b.answer, by=a.by),
                Pin(label=b.label, question=b.question, answer=a.answer, by=b.by),
            )
        )
        engine, requests = make_engine(store, Model(), lock=swapped, frozen=frozen)
        with pytest.raises(Rejected, match="pins an answer to another question for `write/a`"):
            run(engine, make_ask("write/a"), make_ask("write/b"))
        assert requests == []

    def test_a_kept_answer_must_be_one_of_its_label(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("design", keep=True), make_ask("write/b"))
        design, other = sorted(lock_of(first).pins, key=lambda pin: pin.label)
        swapped = Lock(pins=(Pin(label="design", question=design.question, answer=other.answer, by=design.by),))
        engine, _ = make_engine(store, lock=swapped, frozen=True)
        with pytest.raises(Rejected, match="pins an answer to another question for `design`"):
            run(engine, make_ask("design", keep=True))

    def test_what_is_no_answer_is_said_so(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        pin = lock_of(first).pins[0]
        question = Pin(label=pin.label, question=pin.question, answer=pin.question, by=pin.by)
        engine, _ = make_engine(store, lock=Lock(pins=(question,)), frozen=True)
        with pytest.raises(Unavailable, match="is not an answer"):
            run(engine, make_ask("write/a"))


class TestFresh:
    def test_pins_and_stored_answers_are_ignored_once(self, store: Path):
        first, _ = make_engine(store, Model(write__a=["old"]))
        run(first, make_ask("write/a"))
        fresh, requests = make_engine(store, Model(write__a=["new"]), lock=lock_of(first), fresh=True, sample=1)
        assert run(fresh, make_ask("write/a")) == {"write/a": "new\n"}
        assert run(fresh, make_ask("write/a")) == {"write/a": "new\n"}
        assert len(requests) == 1

    def test_a_fresh_build_that_stopped_goes_on_under_its_number(self, store: Path):
        make = [make_ask("write/a"), make_ask("write/b")]
        first, _ = make_engine(store, Model(write__a=["new"]), fresh=True, sample=1)
        run(first, make[0])
        again, requests = make_engine(store, Model(write__a=["newer"]), fresh=True, sample=1)
        assert run(again, *make)["write/a"] == "new\n"
        assert labels(requests) == [("write/b",)]
        other, requests = make_engine(store, Model(write__a=["newer"]), fresh=True, sample=2)
        assert run(other, *make)["write/a"] == "newer\n"
        assert labels(requests) == [("write/a", "write/b")]

    def test_what_a_registry_said_is_reused_and_pinned(self, store: Path):
        question = make_ask("resolve/toy").question
        blocks = [ReplyBlock(kind="file", path="lockfile", text="p==1\n")]
        first, _ = make_engine(store)
        first.compute(question, "registry", lambda: blocks)
        fresh, _ = make_engine(store, fresh=True, sample=1)
        assert fresh.compute(question, "registry", lambda: pytest.fail("asked twice")) == tuple(blocks)
        assert lock_of(fresh) == lock_of(first)

    def test_a_registry_is_asked_once_and_never_when_frozen(self, store: Path):
        question = make_ask("resolve/toy").question
        frozen, _ = make_engine(store, frozen=True)
        with pytest.raises(Rejected, match="no recorded answer for `resolve/toy`"):
            frozen.compute(question, "registry", lambda: pytest.fail("asked"))
        first, _ = make_engine(store)
        first.compute(question, "registry", lambda: [ReplyBlock(kind="file", path="lockfile", text="p==1\n")])
        again, _ = make_engine(store, lock=lock_of(first), frozen=True)
        assert again.compute(question, "registry", lambda: pytest.fail("asked twice"))[0].text == "p==1\n"
        assert [pin.by for pin in lock_of(again).pins] == ["registry"]


class TestUpgrade:
    def build(self, store: Path) -> Lock:
        first, _ = make_engine(store, Model(write__a=["old"], write__b=["old"]), by="m:old")
        run(first, make_ask("write/a"), make_ask("write/b"))
        return lock_of(first)

    def test_what_another_model_answered_is_asked_again(self, store: Path):
        lock = self.build(store)
        engine, requests = make_engine(store, Model(write__a=["new"]), lock=lock, by="m:new", upgrade=TO_NEW)
        assert run(engine, make_ask("write/a")) == {"write/a": "new\n"}
        assert len(requests) == 1
        assert [pin.by for pin in lock_of(engine).pins] == ["m:new"]

    def test_what_the_same_model_answered_is_not(self, store: Path):
        lock = self.build(store)
        engine, requests = make_engine(store, Model(), lock=lock, by="m:old", upgrade=dict.fromkeys(Phase, "m:old"))
        assert run(engine, make_ask("write/a")) == {"write/a": "old\n"}
        assert requests == []

    def test_an_upgrade_that_stopped_goes_on(self, store: Path):
        lock = self.build(store)
        first, _ = make_engine(store, Model(write__a=["new"]), lock=lock, by="m:new", upgrade=TO_NEW)
        run(first, make_ask("write/a"))
        again, requests = make_engine(store, Model(write__b=["new"]), lock=lock, by="m:new", upgrade=TO_NEW)
        values = run(again, make_ask("write/a"), make_ask("write/b"))
        assert values == {"write/a": "new\n", "write/b": "new\n"}
        assert labels(requests) == [("write/b",)]

    def test_without_upgrade_another_model_changes_nothing(self, store: Path):
        lock = self.build(store)
        engine, requests = make_engine(store, Model(), lock=lock, by="m:new")
        assert run(engine, make_ask("write/a")) == {"write/a": "old\n"}
        assert requests == []


class TestKept:
    def test_a_pinned_answer_that_passes_the_gates_of_the_new_question_is_kept(self, store: Path):
        first, _ = make_engine(store, Model(design=["cut"]))
        run(first, make_ask("design", keep=True))
        again, requests = make_engine(store, Model(), lock=lock_of(first))
        edited = make_ask("design", "edited", keep=True)
        assert run(again, edited) == {"design": "cut\n"}
        assert requests == []
        pin = lock_of(again).pins[0]
        assert pin.question == digest_question(edited.question)
        assert pin.answer == lock_of(first).pins[0].answer
        frozen, _ = make_engine(store, lock=lock_of(again), frozen=True)
        assert run(frozen, make_ask("design", "edited", keep=True, judge=refuse)) == {"design": "cut\n"}

    def test_one_that_fails_them_is_asked(self, store: Path):
        first, _ = make_engine(store, Model(design=["cut"]))
        run(first, make_ask("design", keep=True))
        strict = make_ask("design", "edited", keep=True, judge=lambda blocks: _want("wider", blocks))
        again, requests = make_engine(store, Model(design=["wider"]), lock=lock_of(first))
        assert run(again, strict) == {"design": "wider\n"}
        assert len(requests) == 1

    def test_others_are_never_kept(self, store: Path):
        first, _ = make_engine(store, Model())
        run(first, make_ask("write/a"))
        again, requests = make_engine(store, Model(), lock=lock_of(first))
        run(again, make_ask("write/a", "edited"))
        assert len(requests) == 1

    def test_within_a_build_too(self, store: Path):
        engine, requests = make_engine(store, Model(design=["cut"]))
        run(engine, make_ask("design", keep=True))
        run(engine, make_ask("design", "edited", keep=True))
        assert len(requests) == 1


def _want(text: str, blocks: Sequence[ReplyBlock]) -> Accepted:
    good = blocks[0].text.strip() == text
    return Accepted(value=blocks[0].text, findings=() if good else (reject(f"not {text}"),))


class TestRevise:
    def revise(self, engine: Engine, ask: Ask, why: str = "a test fails", **more: Any) -> dict[str, Any]:
        revision = Revision(ask=ask, findings=(reject(why),), **more)
        return dict(asyncio.run(engine.revise([revision])))

    def test_the_chain_leads_from_the_final_answer_to_the_first(self, store: Path):
        ask = make_ask("write/a")
        engine, _ = make_engine(store, Model(write__a=["one", "two", "three"]))
        run(engine, ask)
        first = engine.answers[Label("write/a")]
        self.revise(engine, ask)
        second = engine.answers[Label("write/a")]
        ruling = engine.store.put_value({"ruling": 1})
        assert self.revise(engine, ask, "another fails", rulings=(ruling,)) == {"write/a": "three\n"}
        third = engine.answers[Label("write/a")]
        assert second.chain == (first.digest,)
        assert third.chain == (first.digest, second.digest, ruling)
        assert {first.base, second.base, third.base} == {digest_question(ask.question)}
        assert read_answer(engine.store, third.chain[0]).blocks[0].text == "one\n"

    def test_the_lock_pins_the_final_answer_and_replay_asks_no_gate(self, store: Path):
        ask = make_ask("write/a")
        engine, _ = make_engine(store, Model(write__a=["one", "two"]))
        run(engine, ask)
        self.revise(engine, ask)
        frozen, _ = make_engine(store, lock=lock_of(engine), frozen=True)
        assert run(frozen, make_ask("write/a", judge=refuse)) == {"write/a": "two\n"}
        assert run(make_engine(store)[0], make_ask("write/a", judge=refuse)) == {"write/a": "two\n"}

    def test_the_question_shows_the_reason_and_the_earlier_answer(self, store: Path):
        ask = make_ask("write/a")
        engine, requests = make_engine(store, Model(write__a=["one", "two"]))
        run(engine, ask)
        self.revise(engine, ask, extra=(Part(title="Ruling", text="the clauses demand four"),))
        for told in ("a test fails", "the clauses demand four", "one\n"):
            assert told in requests[1].text

    def test_a_further_attempt_is_still_told_why(self, store: Path):
        ask = make_ask("write/a")
        engine, requests = make_engine(store, Model(write__a=["one", "bad", "\0", "two"]))
        run(engine, ask)
        self.revise(engine, ask, extra=(Part(title="Ruling", text="the clauses demand four"),))
        assert len(requests) == 4
        for request in requests[1:]:
            assert "a test fails" in request.text
            assert "the clauses demand four" in request.text
        assert "`bad` is bad" in requests[2].text

    def test_repeating_the_earlier_answer_ends_without_a_further_request(self, store: Path):
        ask = make_ask("write/a")
        engine, requests = make_engine(store, Model(write__a=["one"]))
        run(engine, ask)
        assert self.revise(engine, ask) == self.revise(engine, ask) == {"write/a": "one\n"}
        assert len(requests) == 2

    def test_revisions_are_bounded(self, store: Path):
        ask = make_ask("write/a")
        engine, requests = make_engine(store, Model(write__a=[f"text {n}" for n in range(99)]), revisions=2)
        run(engine, ask)
        with pytest.raises(Exhausted):
            for n in range(50):
                self.revise(engine, ask, f"reason {n}")
        assert len(requests) <= 6

    def test_a_build_that_runs_again_goes_on_from_the_revised_answer(self, store: Path):
        ask = make_ask("write/a")
        engine, _ = make_engine(store, Model(write__a=["one", "two"]))
        run(engine, ask)
        self.revise(engine, ask)
        again, _ = make_engine(store)
        run(again, ask)
        assert again.answers == engine.answers


class TestSideBySide:
    def test_phases_never_share_a_request(self, store: Path):
        engine, requests = make_engine(store, Model())
        run(engine, make_ask("write/a"), make_ask("test/a"), make_ask("write/b"))
        assert sorted(labels(requests)) == [("test/a",), ("write/a",), ("write/b",)]

    @pytest.mark.parametrize("jobs", [1, 2, 5])
    def test_no_more_requests_at_once_than_jobs(self, store: Path, jobs: int):
        class Slow:
            name = "slow:test"
            now = most = 0

            async def answer(self, request: Request) -> Reply:
                self.now += 1
                self.most = max(self.most, self.now)
                await asyncio.sleep(0.01)
                self.now -= 1
                usage = Usage(input=0, output=0)
                return Reply(text=Model()(request), by=self.name, date="2026-01-01", usage=usage)

        slow = Slow()
        engine, _ = make_engine(store, Model(), jobs=jobs, bundle=1)
        engine._find_provider = lambda phase: slow
        run(engine, *(make_ask(f"write/{n}") for n in range(6)))
        assert slow.most == jobs

    def test_two_engines_at_once_on_one_store(self, store: Path):
        def echo(request: Request) -> str:
            return "\n".join(answer(label, f"{label} by digest") for label in request.labels)

        asks = [make_ask(f"write/{n}") for n in range(12)]
        first, _ = make_engine(store, echo, bundle=1, jobs=4)
        second, _ = make_engine(store, echo, bundle=3, jobs=4)

        async def both() -> list[dict[Label, Any]]:
            return await asyncio.gather(first.ask(asks), second.ask(asks))

        one, two = asyncio.run(both())
        assert one == two
        assert verify_store(Store(store)) == ()
        third, _ = make_engine(store)
        assert run(third, *asks) == one
        again, _ = make_engine(store)
        run(again, *asks)
        assert lock_of(again) == lock_of(third)


class TestWaiting:
    def relay(self, store: Path, folder: Path, **settings: Any) -> Engine:
        engine, _ = make_engine(store, Model(), **settings)
        engine._find_provider = lambda phase: RelayProvider(folder, "me", len)
        return engine

    def test_all_waiting_bundles_are_told_together(self, store: Path, tmp_path: Path):
        engine = self.relay(store, tmp_path / "relay", bundle=1)
        with pytest.raises(WaitingForAnswers) as waiting:
            run(engine, *(make_ask(f"write/{n}") for n in "abc"))
        assert waiting.value.status == 4
        assert waiting.value.message.startswith("3 requests wait for an answer: ")
        assert sorted(labels(waiting.value.requests)) == [("write/a",), ("write/b",), ("write/c",)]
        assert len(list((tmp_path / "relay").glob("*.request.md"))) == 3

    def test_answers_that_are_there_are_taken_and_the_rest_waits(self, store: Path, tmp_path: Path):
        folder = tmp_path / "relay"
        asks = [make_ask(f"write/{n}") for n in "abc"]
        with pytest.raises(WaitingForAnswers) as waiting:
            run(self.relay(store, folder, bundle=1), *asks)
        for request in waiting.value.requests[:2]:
            self.put(folder, request)
        with pytest.raises(WaitingForAnswers, match="1 request waits") as waiting:
            run(self.relay(store, folder, bundle=1), *asks)
        assert labels(waiting.value.requests) == [("write/c",)]
        self.put(folder, waiting.value.requests[0])
        engine = self.relay(store, folder, bundle=1)
        assert len(run(engine, *asks)) == 3
        assert {pin.by for pin in lock_of(engine).pins} == {"relay:me"}

    def test_the_cut_into_bundles_stays_while_some_answers_are_missing(self, store: Path, tmp_path: Path):
        folder = tmp_path / "relay"
        asks = [make_ask(f"write/{n}") for n in "abcd"]
        with pytest.raises(WaitingForAnswers) as first:
            run(self.relay(store, folder, bundle=2_000), *asks)
        assert labels(first.value.requests) == [("write/a", "write/b"), ("write/c", "write/d")]
        self.put(folder, first.value.requests[0])
        with pytest.raises(WaitingForAnswers) as second:
            run(self.relay(store, folder, bundle=2_000), *asks)
        assert [r.digest for r in second.value.requests] == [first.value.requests[1].digest]

    def test_a_failure_is_told_before_what_waits(self, store: Path, tmp_path: Path):
        folder = tmp_path / "relay"
        engine = self.relay(store, folder, bundle=1, window=2_000)
        with pytest.raises(Rejected, match="`write/b`"):
            run(engine, make_ask("write/a"), make_ask("write/b", "long " * 5_000))
        assert len(list(folder.glob("*.request.md"))) == 1

    @staticmethod
    def put(folder: Path, request: Request) -> None:
        path = next(p for p in folder.glob("*.request.md") if request.digest[:8] in p.name)
        path.with_name(path.name.replace(".request.md", ".answer.md")).write_text(Model()(request), encoding="utf-8")
