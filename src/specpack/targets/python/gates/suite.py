"""Gate `suite`: all tests pass, twice, the second time in another order.

Path: test-statics -> **suite** -> sandbox -> findings that start a repair.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from specpack.model.finding import Finding, GateResult
from specpack.model.target import RunResult, Verification
from specpack.targets.python.citation import is_test_path, name_test, read_citations
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.call import describe_call
from specpack.targets.python.gates.failure_text import FailureText, blend, normalise, read_failure
from specpack.targets.python.gates.running import REPORT, parse_report, read_contents, run_pytest
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.gates.view import View, read_file, read_view

GATE = "suite"
SKIPPED_SHARE = 0.2
"""Share of tests of another origin that may be skipped."""
NO_EXCEPTION = "no exception"
"""What a test expects that fails by an exception instead of by an assertion."""
_ENDINGS = {0: "all tests passed", 1: "some tests failed", 2: "collection failed", 5: "no test was collected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """One run: test id -> failure for those that failed, and the ids of the others; parameters are folded."""

    failed: Mapping[str, str]
    passed: frozenset[str]
    skipped: frozenset[str]
    cases: Mapping[str, str]
    """Failed test -> the parameters of its first failing case, as pytest names them."""
    broken: Mapping[str, str]
    """Path that could not be collected -> traceback."""
    executed: int


def check_tree(verification: Verification) -> GateResult:
    """Run the suite twice. Reports: GT090 to GT096."""
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    view = read_view(verification)
    contents = read_contents(verification)
    paths = [path for path in view.texts if is_test_path(path)]
    if not paths:
        return conclude(GATE, [reject(Code.SUITE_EMPTY, GATE, "the tree has no test file")])
    runs: list[Outcomes] = []
    for seed, order in enumerate((paths, paths[::-1])):
        result = run_pytest(verification, contents, [f"--junitxml={REPORT}", *order], seed=seed)
        outcomes = _read_outcomes(result)
        if outcomes is None or not _agrees(result, outcomes):
            return conclude(GATE, [_describe_end(result)])
        runs.append(outcomes)
    first, second = runs
    citations = read_citations([read_file(view, path) for path in paths])
    found = [
        *_check_collection(first, view),
        *_check_failures(first, second, verification, view, citations),
        *_check_stability(first, second, citations),
        *_check_heard(first, citations),
    ]
    return conclude(GATE, found, _measure(first))


def _measure(outcomes: Outcomes) -> tuple[tuple[str, str], ...]:
    return (
        ("tests executed", str(outcomes.executed)),
        ("tests passed", str(len(outcomes.passed))),
        ("tests failed", str(len(outcomes.failed))),
        ("passed", json.dumps(sorted(outcomes.passed))),
    )


def _read_outcomes(result: RunResult) -> Outcomes | None:
    root = parse_report(result.files.get(REPORT))
    if root is None:
        return None
    failed: dict[str, str] = {}
    cases: dict[str, str] = {}
    broken: dict[str, str] = {}
    passed: set[str] = set()
    skipped: set[str] = set()
    executed = 0
    for case in root.iter("testcase"):
        path, text = _path_of(case), _text_of(case)
        if case.get("classname", "") == "" and case.find("error") is not None:
            broken[case.get("name", "").replace(".", "/") + ".py"] = text
            continue
        test = name_test(path, case.get("name", ""))
        if case.find("skipped") is not None:
            skipped.add(test)
        elif text:
            failed.setdefault(test, text)
            cases.setdefault(test, case.get("name", "").partition("[")[2].removesuffix("]"))
            executed += 1
        else:
            passed.add(test)
            executed += 1
    return Outcomes(
        failed=failed,
        cases=cases,
        passed=frozenset(passed) - frozenset(failed),
        skipped=frozenset(skipped),
        broken=broken,
        executed=executed,
    )


def _path_of(case: ElementTree.Element) -> str:
    return case.get("file") or case.get("classname", "").replace(".", "/") + ".py"


def _text_of(case: ElementTree.Element) -> str:
    """Return the traceback of a test that failed or broke, or an empty text."""
    for kind in ("failure", "error"):
        element = case.find(kind)
        if element is not None:
            return element.text or element.get("message") or "failed"
    return ""


def _agrees(result: RunResult, outcomes: Outcomes) -> bool:
    """Return whether the exit status, which the tree's code cannot write, tells the same as the report."""
    if result.timed_out:
        return False
    bad = bool(outcomes.failed or outcomes.broken)
    return result.status == 0 if not bad and outcomes.executed else result.status in (1, 2, 5)


def _describe_end(result: RunResult) -> Finding:
    if result.timed_out:
        observed = "the run was stopped at its limit of time or space"
    else:
        ending = _ENDINGS.get(result.status, f"exit status {result.status}")
        lines = (result.stderr.strip() or result.stdout.strip()).splitlines()
        observed = normalise(f"{ending}; {' '.join(lines[-6:])}")
    message = "the suite did not come to an end that its report confirms"
    return reject(Code.SUITE_UNFINISHED, GATE, message, observed=observed)


def _check_collection(outcomes: Outcomes, view: View) -> Iterator[Finding]:
    for path, text in sorted(outcomes.broken.items()):
        told = read_failure(text)
        frame = told.frames[-1] if told.frames else None
        place = frame.path if frame is not None else path
        message = f"`{path}` cannot be collected: {told.observed}"
        yield reject(
            Code.COLLECTION,
            GATE,
            message,
            unit=view.layout.find_unit(place),
            path=place,
            line=frame.line if frame is not None else None,
            observed=told.observed,
        )


def _check_failures(
    first: Outcomes,
    second: Outcomes,
    verification: Verification,
    view: View,
    citations: Mapping[str, tuple[str, ...]],
) -> Iterator[Finding]:
    total = first.executed
    for test, text in sorted(first.failed.items()):
        if test not in second.failed:
            continue
        path = test.partition("::")[0]
        source = view.texts.get(path, "")
        told, again = read_failure(text, source), read_failure(second.failed[test], source)
        unit, place, line = _attribute(told, view, path)
        clauses = citations.get(test, ())
        yield reject(
            Code.TEST_FAILED,
            GATE,
            f"test `{test.partition('::')[2]}` fails, one of {len(first.failed)} among {total}",
            unit=unit or _find_only_unit(clauses, verification),
            test=test,
            path=place,
            line=line,
            clauses=clauses,
            expected=blend(told.expected, again.expected) or NO_EXCEPTION,
            observed=blend(told.observed, again.observed),
            evidence=describe_call(test, source, first.cases[test]),
        )
    own = verification.facts is None or len(first.skipped) > SKIPPED_SHARE * (total + len(first.skipped))
    for test in sorted(first.skipped | second.skipped) if own else ():
        message = f"test `{test.partition('::')[2]}` is skipped"
        clauses = citations.get(test, ())
        yield reject(Code.SUITE_SKIPPED, GATE, message, test=test, path=test.partition("::")[0], clauses=clauses)


def _attribute(told: FailureText, view: View, path: str) -> tuple[str | None, str, int | None]:
    """Return unit, path and line of the deepest frame in the product, else of the last one in tests."""
    if told.frames:
        last = told.frames[-1]
        unit = view.layout.find_unit(last.path)
        if unit is not None:
            return unit, last.path, last.line
        own = [frame for frame in told.frames if frame.path == path]
        return None, path, (own or told.frames)[-1].line
    return None, path, None


def _find_only_unit(clauses: Sequence[str], verification: Verification) -> str | None:
    """Return the unit that alone names one of the clauses, or None."""
    units = [unit.id for unit in verification.design.units if set(clauses) & set(unit.clauses)]
    return units[0] if len(units) == 1 else None


def _check_stability(first: Outcomes, second: Outcomes, citations: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for test in sorted(set(first.failed) ^ set(second.failed)):
        message = f"test `{test.partition('::')[2]}` passes in one order of files and fails in the other"
        clauses = citations.get(test, ())
        yield reject(Code.SUITE_UNSTABLE, GATE, message, test=test, path=test.partition("::")[0], clauses=clauses)
    if first.executed != second.executed and not (first.broken or second.broken):
        message = f"the suite ran {first.executed} tests and then {second.executed} in another order"
        yield reject(Code.SUITE_UNSTABLE, GATE, message)


def _check_heard(outcomes: Outcomes, citations: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    if not outcomes.executed and not outcomes.broken and not outcomes.skipped:
        yield reject(Code.SUITE_EMPTY, GATE, "pytest ran no test")
        return
    heard = outcomes.passed | outcomes.skipped | set(outcomes.failed)
    for test in citations:
        path = test.partition("::")[0]
        if test not in heard and path not in outcomes.broken:
            message = f"test `{test.partition('::')[2]}` was never run"
            yield reject(Code.SUITE_UNHEARD, GATE, message, test=test, path=path, clauses=citations[test])
