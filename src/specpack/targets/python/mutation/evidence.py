"""One run in the sandbox: which test reaches which function, and which test notices which mutant.

Path: schemata -> **evidence** -> gates `reach`, `mutation`.
"""

import functools
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from specpack.model.target import RunResult, Verification
from specpack.targets.python.gates.running import FOLDER, run_pytest
from specpack.targets.python.mutation.anatomy import Routine
from specpack.targets.python.mutation.schemata import PROBE

PLUGIN = "specpack_evidence"
_PLACES = ("", "src/", f"{FOLDER}/")
"""Where a process of the tests may look for modules, whatever environment it is given."""
RESULTS = f"{FOLDER}/out/evidence.jsonl"
SECONDS = 900.0
MUTANT_SECONDS = 60.0
NOTICED = ("assert", "crash", "timeout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of one mutant: the tests that noticed it, and how many it met of those that reach its function."""

    mutant: str
    """Number of the function; `all-N` for the whole core at once, `shadow-N` for a helper of the tests."""
    operator: str
    noticed: Mapping[str, str]
    """Test -> `assert`, `crash` or `timeout`."""
    unmoved: frozenset[str]
    """Tests that passed although a function that they reached gave another value; known of `all` and `shadow` only."""
    met: int
    of: int
    applied: bool
    """Whether any call gave another value than before; a mutant that never did says nothing."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The baseline and the trials; `flaw` says why it cannot be relied on, empty where it can."""

    reached: Mapping[str, frozenset[int]]
    """Passing test -> numbers of the functions that ran in it."""
    raised: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Passing test -> numbers of the functions that raised in it."""
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    shadows: frozenset[int] = frozenset()
    """Helpers of the tests in which the product never ran, and that the product never called."""
    loaded: frozenset[int] = frozenset()
    """Functions that run while modules are loaded: no mutant of them can be tried afterwards."""
    trials: tuple[Trial, ...] = ()
    flaw: str = ""

    @functools.cached_property
    def reaching(self) -> Mapping[int, tuple[str, ...]]:
        """Number -> the passing tests in which the function ran."""
        found: dict[int, list[str]] = {}
        for test, numbers in self.reached.items():
            for number in numbers:
                found.setdefault(number, []).append(test)
        return {number: tuple(tests) for number, tests in found.items()}


def collect_evidence(
    verification: Verification,
    contents: Mapping[str, bytes],
    marked: Mapping[str, str],
    paths: Sequence[str],
    *,
    product: Sequence[Routine],
    targets: Sequence[Routine],
    helpers: Sequence[Routine],
    suspects: Collection[int],
) -> Evidence:
    """Run the tests and the mutants.

    Args:
        verification: Sandbox and environment; both must be there.
        contents: The tree.
        marked: Files with watches, which replace those of the tree.
        paths: Test files.
        product: Functions of the product.
        targets: Those of them that are taken away one by one.
        helpers: Functions of the tests that compute something. One that no product function runs in, and that none
            calls, is changed in the tests that reach no product at all.
        suspects: Numbers of those of them that are changed in every test that reaches them.
    """
    assert verification.sandbox is not None and verification.environment is not None
    plan = {
        "product": [routine.number for routine in product],
        "targets": [routine.number for routine in targets],
        "suspects": sorted(suspects),
        "helpers": [routine.number for routine in helpers],
        "jobs": max(1, os.cpu_count() or 1),
        "seconds": SECONDS * 0.9,
        "mutant": MUTANT_SECONDS,
    }
    package = resources.files(__package__ or "")
    tree = {
        **contents,
        **{path: text.encode() for path, text in marked.items()},
        f"{FOLDER}/{PLUGIN}.py": package.joinpath("evidence_plugin.py").read_bytes(),
        **{f"{folder}{PROBE}.py": package.joinpath("probe.py").read_bytes() for folder in _PLACES},
        f"{FOLDER}/plan.json": json.dumps(plan).encode(),
    }
    result = run_pytest(
        verification,
        tree,
        ["-p", PLUGIN, *paths],
        harvest=(RESULTS,),
        seconds=SECONDS,
    )
    return read_evidence(result)


def read_evidence(result: RunResult) -> Evidence:
    """Return what a run wrote; lines that are none of ours are passed over."""
    lines = list(parse_lines(result.files.get(RESULTS, b"")))
    tests = [line for line in lines if isinstance(line.get("test"), str)]
    if not any(line.get("baseline") == "done" for line in lines):
        told = (result.stdout.strip() or result.stderr.strip()).splitlines()
        why = "the limit of time was reached" if result.timed_out or tests else " ".join(told[-3:])[:300]
        return Evidence(reached={}, flaw=f"the tests did not come to an end under watch: {why}")
    passed = [line for line in tests if line.get("outcome") == "passed"]
    cut = sum(int(line["cut"]) for line in lines if "cut" in line)
    return Evidence(
        reached={line["test"]: _read_numbers(line.get("hits")) for line in passed},
        raised={line["test"]: _read_numbers(line.get("raised")) for line in passed},
        failed=tuple(line["test"] for line in tests if line.get("outcome") in ("assert", "crash", "timeout")),
        skipped=tuple(line["test"] for line in tests if line.get("outcome") == "skipped"),
        shadows=next((_read_numbers(line["shadows"]) for line in lines if "shadows" in line), frozenset()),
        loaded=next((_read_numbers(line["loaded"]) for line in lines if "loaded" in line), frozenset()),
        trials=_read_trials(lines),
        flaw=f"{cut} mutants were left out at the limit of time" if cut else "",
    )


def _read_trials(lines: Sequence[Mapping[str, Any]]) -> tuple[Trial, ...]:
    own: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in lines:
        if isinstance(line.get("mutant"), str) and isinstance(line.get("operator"), str):
            own.setdefault((line["mutant"], line["operator"]), []).append(line)
    return tuple(_read_trial(mutant, operator, told) for (mutant, operator), told in own.items())


def _read_trial(mutant: str, operator: str, lines: Sequence[Mapping[str, Any]]) -> Trial:
    outcomes = {str(line["by"]): line for line in lines if "by" in line}
    noticed = {test: str(line.get("how")) for test, line in outcomes.items() if line.get("how") in NOTICED}
    ends: Mapping[str, Any] = next((line for line in lines if "met" in line), {})
    return Trial(
        mutant=mutant,
        operator=operator,
        noticed=noticed,
        unmoved=frozenset(t for t, line in outcomes.items() if t not in noticed and line.get("changed")),
        met=int(ends.get("met", 0)),
        of=int(ends.get("of", 0)),
        applied=bool(noticed) or bool(ends.get("applied")),
    )


def parse_lines(content: bytes) -> list[Mapping[str, Any]]:
    """Return the JSON objects of a file that came out of the sandbox, one a line; other lines are passed over."""
    found: list[Mapping[str, Any]] = []
    for line in content.decode("utf-8", "replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _read_numbers(value: object) -> frozenset[int]:
    return frozenset(n for n in value if isinstance(n, int)) if isinstance(value, list) else frozenset()
