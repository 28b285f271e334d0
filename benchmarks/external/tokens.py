"""Count the output tokens of a build: in all, and on its critical path.

Path: store of a build -> **tokens** -> report.

A request is an *exchange* once it has a reply. It was asked when its text was first written to the store, and answered
when its reply's record was. Exchange B *rests on* exchange A where A was answered before B was asked, and one of these
holds:

1. they carry a question of the same label: B is the next attempt;
2. a question of B belongs to a later stage than one of A. Stages are policy, interventions, behaviour, design, then
   write and test together, then rulings: a stage waits for the one before it, and what stands in one stage waits for
   nothing else in it;
3. a question of B was answered and accepted before B was asked: a gate of the whole codebase, a gap or a ruling has
   opened it again, and that waits for everything.

Requests that were out at the same time therefore run side by side, also where their answers came one after another.
The *critical path* is the chain of exchanges, each resting on the one before, with the most output tokens. It is what
a build cannot do faster with more hands. The times only order; how long an answer took does not enter, and where the
times of the store's files are lost by copying, so is the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpack.middle.store import Store
from specpack.model.pack import Digest

STAGES = ("policy", "interventions", "behaviour", "design", "write", "ruling")
_SIDE_BY_SIDE = {"test": "write"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with its reply. Times are in seconds of any one clock."""

    labels: tuple[str, ...]
    output: int
    asked: float
    answered: float
    accepted: frozenset[str]
    """Those labels whose answer this reply gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a build spent. Tokens are estimates where the provider does not count."""

    requests: int = 0
    questions: int = 0
    output: int = 0
    critical: int = 0
    rounds: int = 0
    """Exchanges on the critical path."""


def measure_store(folder: Path) -> Spent:
    """Return what the replies in a store's own folder cost; those that ship with `std` are not among them."""
    exchanges = read_exchanges(folder)
    path = find_critical_path(exchanges)
    return Spent(
        requests=len(exchanges),
        questions=sum(len(e.labels) for e in exchanges),
        output=sum(e.output for e in exchanges),
        critical=sum(e.output for e in path),
        rounds=len(path),
    )


def read_exchanges(folder: Path) -> tuple[Exchange, ...]:
    """Return the exchanges of a store in the order of asking."""
    if not folder.is_dir():
        return ()
    store = Store(folder)
    accepted: dict[str, set[str]] = {}
    for _, digest in store.list_entries("answers"):
        answer: Any = store.read_value(digest)
        for attempt in answer["attempts"][-1:]:
            accepted.setdefault(attempt, set()).add(answer["label"])
    return tuple(
        sorted(
            (_read(store, request, reply, accepted) for request, reply in store.list_entries("replies")),
            key=lambda e: (e.asked, e.answered, e.labels),
        )
    )


def _read(store: Store, request: Digest, reply: Digest, accepted: dict[str, set[str]]) -> Exchange:
    record: Any = store.read_value(reply)
    objects = store.root / "objects"
    return Exchange(
        labels=tuple(record["questions"]),
        output=record["usage"]["output"],
        asked=(objects / request[:2] / request).stat().st_mtime,
        answered=(objects / reply[:2] / reply).stat().st_mtime,
        accepted=frozenset(accepted.get(reply, ())),
    )


def find_critical_path(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """Return the chain with the most output tokens, first exchange first; () for none."""
    ordered = sorted(exchanges, key=lambda e: (e.answered, e.asked))
    best: list[tuple[int, tuple[Exchange, ...]]] = []
    for index, exchange in enumerate(ordered):
        before = [best[i] for i, earlier in enumerate(ordered[:index]) if _rests_on(exchange, earlier, ordered)]
        tokens, path = max(before, key=lambda chain: chain[0], default=(0, ()))
        best.append((tokens + exchange.output, (*path, exchange)))
    return max(best, key=lambda chain: chain[0], default=(0, ()))[1]


def _rests_on(later: Exchange, earlier: Exchange, all_of_them: Sequence[Exchange]) -> bool:
    if earlier.answered > later.asked:
        return False
    if not set(later.labels).isdisjoint(earlier.labels):
        return True
    if max(map(_stage, later.labels), default=0) > min(map(_stage, earlier.labels), default=0):
        return True
    return any(not other.accepted.isdisjoint(later.labels) for other in all_of_them if other.answered <= later.asked)


def _stage(label: str) -> int:
    name = label.partition("/")[0]
    name = _SIDE_BY_SIDE.get(name, name)
    return STAGES.index(name) if name in STAGES else len(STAGES)
