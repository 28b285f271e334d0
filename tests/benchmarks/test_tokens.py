"""Output tokens in all and on the critical path."""

import os
from pathlib import Path

from benchmarks.external.tokens import Exchange, Spent, find_critical_path, measure_store, read_exchanges

from specpack.middle.answers import write_answer, write_reply
from specpack.middle.store import Store
from specpack.model.conclusion import Phase
from specpack.model.pack import Digest
from specpack.model.question import Expected, Label, Question, Reply, ReplyBlock, Request, Usage


def exchange(labels: str, output: int, asked: float, answered: float, accepted: str | None = None) -> Exchange:
    named = tuple(labels.split())
    kept = frozenset(named if accepted is None else accepted.split())
    return Exchange(labels=named, output=output, asked=asked, answered=answered, accepted=kept)


def weigh(*exchanges: Exchange) -> list[int]:
    return [e.output for e in find_critical_path(exchanges)]


def test_nothing_was_asked() -> None:
    assert find_critical_path(()) == ()


def test_write_and_test_stand_side_by_side() -> None:
    early = exchange("behaviour/a design", 100, 0, 10)
    units, tests = exchange("write/a write/b", 70, 11, 30), exchange("test/a", 90, 11, 20)
    assert weigh(early, units, tests) == [100, 90]


def test_answers_that_come_one_after_another_were_still_asked_at_once() -> None:
    sections = [exchange(f"behaviour/{n}", 50 + n, 0, 10 + n) for n in range(3)]
    assert weigh(*sections) == [52]


def test_an_attempt_follows_the_one_before_it_and_nothing_beside_it() -> None:
    small, big = exchange("write/a", 10, 0, 5, accepted=""), exchange("write/b", 100, 0, 6)
    again = exchange("write/a", 20, 7, 9)
    assert weigh(small, big, again) == [100]
    assert weigh(small, exchange("write/b", 25, 0, 6), again) == [10, 20]


def test_a_stage_waits_for_the_stages_before_it() -> None:
    chain = [
        exchange("policy/house", 1, 0, 1),
        exchange("interventions", 2, 2, 3),
        exchange("behaviour/a", 3, 4, 5),
        exchange("design", 4, 6, 7),
        exchange("test/a", 5, 8, 9),
        exchange("ruling/x", 6, 10, 11),
    ]
    assert weigh(*chain) == [1, 2, 3, 4, 5, 6]


def test_what_is_opened_again_waits_for_everything() -> None:
    unit, tests = exchange("write/a", 10, 0, 5), exchange("test/a", 100, 0, 6)
    ruling = exchange("ruling/t", 3, 7, 8)
    again = exchange("write/a", 20, 9, 10)
    assert weigh(unit, tests, ruling, again) == [100, 3, 20]
    assert weigh(unit, tests, exchange("write/a", 20, 7, 8)) == [100, 20]


def test_a_gap_puts_the_way_back_on_the_path() -> None:
    early = exchange("behaviour/a design", 50, 0, 1)
    unit = exchange("write/a", 10, 2, 3)
    asked_again = exchange("behaviour/a", 5, 4, 5)
    assert weigh(early, unit, asked_again, exchange("write/a", 12, 6, 7)) == [50, 10, 5, 12]


def write_exchange(
    store: Store, phase: Phase, label: str, asked: float, answered: float, text: str, *, accept: bool
) -> None:
    question = Question(
        label=Label(label), phase=phase, contract="contract", parts=(), expected=(Expected(kind="data"),)
    )
    body = f"{label} {asked}"
    digest = store.put_bytes(f"system\0{body}".encode())
    request = Request(system="system", text=body, labels=(question.label,), phases=(phase,), digest=digest, tokens=1)
    reply = Reply(text=text, by="relay:x", date="2026-01-01", usage=Usage(input=9, output=len(text), estimated=True))
    record = write_reply(store, request, reply, {question.label: Digest("0" * 64)}, 0)
    if accept:
        blocks = [ReplyBlock(kind="data", path="-", text=text)]
        write_answer(store, question, Digest("1" * 64), blocks, by="relay:x", attempts=[record])
    for name, when in ((digest, asked), (record, answered)):
        os.utime(store.root / "objects" / name[:2] / name, (when, when))


def test_a_store_tells_what_was_spent(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    write_exchange(store, Phase.DESIGN, "design", 10, 20, "d" * 40, accept=True)
    write_exchange(store, Phase.WRITE, "write/a", 30, 40, "w" * 7, accept=False)
    write_exchange(store, Phase.TEST, "test/a", 30, 50, "t" * 12, accept=True)
    write_exchange(store, Phase.WRITE, "write/a", 60, 70, "v" * 6, accept=True)
    told = read_exchanges(store.root)
    assert [(e.labels, e.asked, e.answered) for e in told] == [
        (("design",), 10, 20),
        (("write/a",), 30, 40),
        (("test/a",), 30, 50),
        (("write/a",), 60, 70),
    ]
    assert [sorted(e.accepted) for e in told] == [["design"], [], ["test/a"], ["write/a"]]
    assert measure_store(store.root) == Spent(requests=4, questions=4, output=65, critical=53, rounds=3)


def test_a_build_that_asked_nothing_spent_nothing(tmp_path: Path) -> None:
    assert measure_store(tmp_path / "absent") == Spent()
