"""What the evidence says: which core functions nothing checks, and which tests defend a copy instead of the product.

Path: evidence, anatomy, reachability -> **betrayal** -> gates `reach`, `mutation`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specpack.targets.python.mutation.anatomy import Routine, Side
from specpack.targets.python.mutation.evidence import Evidence, Trial

SHARED_LITERALS = 3
"""Distinctive literals that a branching function of the tests shares with one of the product: a suspect."""
_OPS = ("nothing", "nudge")
CRASHES_ONLY = 0.4
"""Share of core functions that may be noticed by crashes alone."""


class Standing(StrEnum):
    """How well the tests hold one function of the core."""

    TESTED = "tested"
    CRASH_ONLY = "noticed by crashes alone"
    PSEUDO = "run and not checked"
    UNREACHED = "not run"
    UNTRIED = "not tried"
    """No mutant of it changed anything, it only runs while modules are loaded, or time ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A function of the tests that may be a second copy of one of the product."""

    helper: Routine
    original: Routine
    shared: tuple[str, ...]

    @property
    def told(self) -> str:
        """Return both places and what they share."""
        return f"{self.helper.place} shares {', '.join(self.shared)} with {self.original.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Betrayal:
    """A passing test that notices a change of a helper, and no change of the product."""

    test: str
    helpers: tuple[Routine, ...]


def find_standings(core: Sequence[Routine], evidence: Evidence) -> Mapping[int, Standing]:
    """Return number -> standing for each function of the core.

    An assertion on any mutant is enough. A test in which the function raised on the whole product and that notices the
    mutant by whatever means has seen the error, which counts as an assertion.
    """
    trials: dict[str, list[Trial]] = {}
    for trial in evidence.trials:
        trials.setdefault(trial.mutant, []).append(trial)
    found: dict[int, Standing] = {}
    for routine in core:
        number = routine.number
        own = trials.get(str(number), [])
        if number not in evidence.reaching:
            found[number] = Standing.UNTRIED if number in evidence.loaded else Standing.UNREACHED
        elif any(_asserts(number, test, how, evidence) for trial in own for test, how in trial.noticed.items()):
            found[number] = Standing.TESTED
        elif any(trial.noticed for trial in own):
            found[number] = Standing.CRASH_ONLY
        elif any(trial.applied and trial.met >= trial.of > 0 for trial in own):
            found[number] = Standing.PSEUDO
        else:
            found[number] = Standing.UNTRIED
    return found


def _asserts(number: int, test: str, how: str, evidence: Evidence) -> bool:
    return how == "assert" or number in evidence.raised.get(test, ())


def find_betrayals(helpers: Mapping[int, Routine], evidence: Evidence) -> Iterator[Betrayal]:
    """Yield the passing tests that defend a helper which never meets the product, and do not defend the product.

    A test defends the product where it fails once all that it reaches of the core returns something else of the same
    type. Where nothing of it can be changed so, or where the product raised in the test, the loss of the whole bodies
    counts instead: then what it asserts may be an error or an effect.
    """
    by_operator = {op: [t for t in evidence.trials if t.mutant.startswith("all-") and t.operator == op] for op in _OPS}
    for trial in evidence.trials:
        if trial.mutant.startswith("shadow-"):
            number = int(trial.mutant.partition("-")[2])
            for test in sorted(trial.noticed):
                if number in helpers and not _defends(test, by_operator, evidence):
                    yield Betrayal(test=test, helpers=(helpers[number],))


def _defends(test: str, trials: Mapping[str, Sequence[Trial]], evidence: Evidence) -> bool:
    if any(test in trial.noticed for trial in trials["nudge"]):
        return True
    changed = any(test in trial.unmoved for trial in trials["nudge"])
    noticed = any(test in trial.noticed for trial in trials["nothing"])
    return noticed and (not changed or bool(evidence.raised.get(test)))


def find_idle(evidence: Evidence, product: Collection[int]) -> Iterator[str]:
    """Yield the passing tests in which no function of the product runs."""
    for test, numbers in sorted(evidence.reached.items()):
        if not numbers & frozenset(product):
            yield test


def find_suspects(routines: Sequence[Routine]) -> Iterator[Suspect]:
    """Yield functions of the tests that branch on literals which a function of the product holds too.

    Evidence only: a fake of a boundary may do so honestly, and so may any repository in six.
    """
    product = [r for r in routines if r.side is Side.PRODUCT and r.literals]
    for helper in routines:
        if helper.side is Side.TESTS and helper.branches:
            for original in product:
                shared = sorted(helper.literals & original.literals)
                if len(shared) >= SHARED_LITERALS:
                    yield Suspect(helper=helper, original=original, shared=tuple(shared))
