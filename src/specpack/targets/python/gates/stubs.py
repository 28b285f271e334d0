"""Gate `stubs`: take a unit's functions away and a test that cites its clauses must fail.

Path: suite -> **stubs** -> ledger (which clauses are tested).
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import resources

from specpack.model.conclusion import Unit
from specpack.model.finding import Finding, GateResult
from specpack.model.target import RunResult, Verification
from specpack.targets.python.citation import is_test_path, name_test, read_citations
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.instrument import SWITCH, SWITCH_TEXT, instrument_file
from specpack.targets.python.gates.running import FOLDER, read_contents, run_pytest
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.gates.view import View, read_file, read_view

GATE = "stubs"
PLUGIN = "specpack_stubs"
RESULTS = f"{FOLDER}/out/results.jsonl"
SECONDS = 900.0


def check_tree(verification: Verification) -> GateResult:
    """Run the tests that cite a unit's clauses once more for each unit that has functions.

    The facts hold `noticed`, a JSON object of unit -> tests that cite its clauses and fail without it, and `exempt`, a
    JSON list of units without a function that does anything.

    Reports: GT150, GT151.
    """
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    view = read_view(verification)
    paths = [path for path in view.texts if is_test_path(path)]
    citations = read_citations([read_file(view, path) for path in paths])
    contents, guarded = _instrument(verification, view, citations)
    result = run_pytest(
        verification,
        contents,
        ["-p", PLUGIN, *paths],
        harvest=(RESULTS,),
        seconds=SECONDS,
    )
    outcomes = _read_outcomes(result)
    sound = {test for test, passed in outcomes.get("", {}).items() if passed}
    if not sound:
        return refuse(GATE, "no test passes before anything is replaced")
    cited = {unit.id for unit in verification.design.units if _find_citing(unit, verification, citations)}
    missing = [unit for unit in guarded if unit not in outcomes and unit in cited]
    if missing:
        return refuse(GATE, f"the run ended before unit `{missing[0]}` was replaced")
    killed = {unit: _find_killed(sound, outcomes.get(unit, {})) for unit in guarded}
    found = [finding for unit in guarded for finding in _judge(unit, killed[unit], citations, verification)]
    exempt = [unit.id for unit in verification.design.units if unit.id not in guarded]
    return conclude(GATE, found, [("noticed", json.dumps(killed)), ("exempt", json.dumps(exempt))])


def find_clauses(unit: Unit, verification: Verification) -> frozenset[str]:
    """Return the ids that a test may cite for the unit: its clauses, and the assumptions that rest on them."""
    wanted = set(unit.clauses)
    for assumption in verification.design.assumptions:
        if wanted & set(assumption.clauses):
            wanted.add(assumption.id)
    return frozenset(wanted)


def _instrument(
    verification: Verification, view: View, citations: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, bytes], list[str]]:
    """Return the tree with switches, the plug-in beside it, and the ids of units that have one, in order."""
    contents = read_contents(verification)
    guarded: set[str] = set()
    for path in view.product:
        unit = view.layout.find_unit(path)
        if unit is not None:
            text, count = instrument_file(view.texts[path], path, unit)
            if count:
                contents[path] = text.encode()
                guarded.add(unit)
    ordered = [unit.id for unit in verification.design.units if unit.id in guarded]
    plugin = resources.files(__package__ or "").joinpath("stub_plugin.py").read_bytes()
    contents |= {
        f"{FOLDER}/{PLUGIN}.py": plugin,
        f"{FOLDER}/{SWITCH}.py": SWITCH_TEXT.encode(),
        f"{FOLDER}/units.json": json.dumps(
            [[u.id, _find_citing(u, verification, citations)] for u in verification.design.units if u.id in guarded]
        ).encode(),
    }
    return contents, ordered


def _read_outcomes(result: RunResult) -> dict[str, dict[str, bool]]:
    """Return unit ("" for none) -> test -> whether it passed with all its parameters; a test cut short failed."""
    outcomes: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    cases: dict[tuple[str, str], str] = {}
    for line in result.files.get(RESULTS, b"").decode("utf-8", "replace").splitlines():
        try:
            unit, case, outcome = json.loads(line)
        except ValueError:
            continue
        cases[str(unit), str(case)] = str(outcome)
    for (unit, case), outcome in cases.items():
        path, _, name = case.partition("::")
        test = name_test(path, name)
        outcomes[unit][test] = outcomes[unit].get(test, True) and outcome == "passed"
    return outcomes


def _find_killed(sound: set[str], without: Mapping[str, bool]) -> list[str]:
    return sorted(test for test in sound if not without.get(test, True))


def _find_citing(unit: Unit, verification: Verification, citations: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the tests that cite a clause of the unit; all tests for a unit without clauses."""
    clauses = find_clauses(unit, verification)
    return [test for test, ids in citations.items() if not clauses or clauses & set(ids)]


def _judge(
    id: str, killed: list[str], citations: Mapping[str, tuple[str, ...]], verification: Verification
) -> Iterator[Finding]:
    unit = next(unit for unit in verification.design.units if unit.id == id)
    citing = _find_citing(unit, verification, citations)
    if not citing:
        message = f"no test cites a clause of unit `{id}`"
        yield reject(Code.UNIT_UNCITED, GATE, message, unit=id, path=unit.paths[0], clauses=unit.clauses, tests=True)
    elif not killed:
        message = f"unit `{id}` can be replaced by nothing and every test that cites its clauses still passes"
        evidence = (f"tests that cite its clauses: {len(citing)}",)
        yield reject(
            Code.UNIT_UNTESTED,
            GATE,
            message,
            unit=id,
            path=unit.paths[0],
            clauses=unit.clauses,
            evidence=evidence,
            tests=True,
        )
