"""What a build would cost before anything is asked: tokens, money, and time at a number of requests side by side.

Path: foresight -> **planning** -> plan. Everything here is an estimate and says so: what an answer needs is taken from
the answer that the last build has for the question, else from the mean of its phase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from specpack.middle.foresight import Foresight, Reask
from specpack.model.question import Label

_USUAL = {"policy": 400, "interventions": 500, "behaviour": 900, "design": 6_000, "write": 1_800, "test": 5_000}
"""Tokens of an answer by phase, where the last build has none: means of the recorded examples."""
_STAGES = (("policy", "interventions"), ("behaviour",), ("design",), ("write", "test"))
"""Phases whose questions may be out at the same time, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the surroundings give: requests side by side, tokens a second of one answer, dollars a million tokens."""

    jobs: int = 8
    tokens_per_second: float = 50.0
    price_in: float | None = None
    price_out: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The questions that are sure to be asked, and what they need."""

    foresight: Foresight
    tokens_in: int
    tokens_out: int
    critical_tokens: int
    """Tokens that have to be written one after the other at the given number of requests side by side."""
    seconds: float
    cost: float | None


def plan_build(foresight: Foresight, rates: Rates) -> Plan:
    """Return what the certain questions of a build need."""
    asked = [reask for reask in foresight.asked if reask.certain]
    tokens_in = sum(reask.tokens for reask in asked)
    tokens_out = sum(map(expect_tokens, asked))
    critical = sum(
        _schedule((expect_tokens(r) for r in asked if _phase(r.label) in stage), rates.jobs) for stage in _STAGES
    )
    cost = None
    if rates.price_in is not None and rates.price_out is not None:
        cost = (tokens_in * rates.price_in + tokens_out * rates.price_out) / 1_000_000
    return Plan(
        foresight=foresight,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        critical_tokens=critical,
        seconds=critical / rates.tokens_per_second,
        cost=cost,
    )


def expect_tokens(reask: Reask) -> int:
    """Return how many tokens the answer of a question is likely to need."""
    return reask.answer_tokens or _USUAL.get(_phase(reask.label), 0)


def _phase(label: Label) -> str:
    return label.partition("/")[0]


def _schedule(sizes: Iterable[int], jobs: int) -> int:
    """Return when the last of some answers ends, the longest begun first, as a list schedule has it."""
    ends: Sequence[int] = [0] * max(1, jobs)
    for size in sorted(sizes, reverse=True):
        ends = sorted(ends)
        ends = [ends[0] + size, *ends[1:]]
    return max(ends)
