"""Values that went back to what they were: `at least`, `exactly`, `at least` in three versions.

Path: versions of a pack, oldest first -> pairing -> **flips** -> diagnostics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.levers import find_turns, is_small
from specpack.frontend.pairing import pair_clauses
from specpack.frontend.pieces import compare_words
from specpack.model.clause import Clause, ClauseId, Force
from specpack.model.diagnostic import Diagnostic
from specpack.model.understanding import Understanding

_NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A pack as it was at one time."""

    name: str
    """How messages call it, such as `commit 1a2b3c4`."""
    understanding: Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One change of a clause from a version to the next: what gave way to what."""

    number: int
    """Index of the later version."""
    old: str
    new: str
    force: bool


def find_flips(versions: Sequence[Version], since: int) -> tuple[Diagnostic, ...]:
    """Return SP805 for each clause of the last version whose value went back to an earlier one.

    A value is the force, or words of a small edit that move a lever. A small edit is undone where the words that it
    brought give way to those that it took out; what else changed in the clause does not matter.

    Args:
        versions: Oldest first.
        since: Only what went back in a version from this index on is told.

    Reports: SP805.
    """
    pairings = [pair_clauses(a.understanding, b.understanding) for a, b in pairwise(versions)]
    found: list[Diagnostic] = []
    for name in versions[-1].understanding.clauses if versions else ():
        steps: list[_Step] = []
        now = name
        for number in range(len(versions) - 1, 0, -1):
            known = pairings[number - 1].before.get(now)
            if known is None:
                break
            before = versions[number - 1].understanding.clauses[known]
            after = versions[number].understanding.clauses[now]
            if before.text != after.text or before.force is not after.force:
                steps[:0] = _list_steps(number, before, after)
            now = known
        found += _report_flips(versions, name, steps, since)
    return tuple(found)


def _list_steps(number: int, before: Clause, after: Clause) -> Iterator[_Step]:
    worded = False
    if before.text != after.text:
        pieces = compare_words(before.text, after.text)
        for turn in find_turns(pieces) if is_small(pieces) else ():
            worded = True
            old, new = (f"`{words}`" if words else _NOTHING for words in (turn.old, turn.new))
            yield _Step(number=number, old=old, new=new, force=False)
    if before.force is not after.force and not worded:
        yield _Step(number=number, old=_show(before.force), new=_show(after.force), force=True)


def _report_flips(
    versions: Sequence[Version], name: ClauseId, steps: Sequence[_Step], since: int
) -> Iterator[Diagnostic]:
    """Report the last step of each value that undoes earlier ones: to a value that it had, over any number of steps."""
    told: set[tuple[str, str]] = set()
    for index in reversed(range(len(steps))):
        step = steps[index]
        if step.number < since or (step.old, step.new) in told:
            continue
        value, left = step.old, None
        for earlier in reversed(steps[:index]):
            if earlier.force is step.force and earlier.new == value and (value != _NOTHING or earlier.old == step.new):
                value = earlier.old
                if value == step.new:
                    left = earlier
                    break
        if left is None:
            continue
        told |= {(step.old, step.new), (step.new, step.old)}
        fields = {"id": name, "now": step.old, "value": step.new, "left": versions[left.number].name}
        clause = versions[-1].understanding.clauses[name]
        yield build_diagnostic("SP805", clause.span, fields=fields, clauses=[name])


def _show(force: Force | None) -> str:
    return f"`{force.value}`" if force else "no force"
