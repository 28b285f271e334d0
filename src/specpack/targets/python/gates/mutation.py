"""Gate `mutation`: take each function of the core away, and a test must notice by what it asserts.

Path: reach -> **mutation** -> deliver or repair. Names the second copy where tests defend one instead of the product.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.analysis import Analysis, analyse_tree, find_clauses_of
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.mutation.anatomy import Routine
from specpack.targets.python.mutation.betrayal import (
    CRASHES_ONLY,
    Standing,
    Suspect,
    find_betrayals,
    find_standings,
    find_suspects,
)

GATE = "mutation"
_MOST_TESTS = 5


def check_tree(verification: Verification) -> GateResult:
    """Judge the core by its mutants, and the tests by whom they defend. Reports: GT182, GT183, GT184, GT185."""
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    analysis = analyse_tree(verification)
    if not analysis.evidence.reached or analysis.evidence.flaw:
        return refuse(GATE, analysis.evidence.flaw or "no test passes under watch")
    standings = find_standings(analysis.core, analysis.evidence)
    suspects = tuple(find_suspects(analysis.routines))
    found = [
        *_check_pseudo(analysis, standings, suspects),
        *_check_crashes(analysis, standings),
        *_check_betrayals(analysis, suspects),
        *_check_shadows(analysis, standings, suspects),
    ]
    counts = Counter(standings.values())
    facts = [(standing.value, str(counts[standing])) for standing in Standing]
    return conclude(GATE, found, [*facts, ("suspects", json.dumps([suspect.told for suspect in suspects]))])


def _check_pseudo(
    analysis: Analysis, standings: Mapping[int, Standing], suspects: Sequence[Suspect]
) -> Iterator[Finding]:
    for routine in analysis.core:
        if standings[routine.number] is Standing.PSEUDO:
            trials = [t for t in analysis.evidence.trials if t.mutant == str(routine.number) and t.applied]
            tests = analysis.evidence.reaching[routine.number]
            evidence = (
                f"changed by: {', '.join(trial.operator for trial in trials)}",
                f"ran in {len(tests)} tests: {_list_tests(tests)}",
                *(suspect.told for suspect in suspects if suspect.original.number == routine.number),
            )
            message = f"`{routine.name}` of `{routine.path}` can return anything and every test still passes"
            yield _report(Code.CORE_PSEUDO, analysis, routine, message, evidence)


def _check_crashes(analysis: Analysis, standings: Mapping[int, Standing]) -> Iterator[Finding]:
    """Report a core of which too much is noticed only because something breaks."""
    crashing = [r for r in analysis.core if standings[r.number] is Standing.CRASH_ONLY]
    if analysis.core and len(crashing) > max(2, CRASHES_ONLY * len(analysis.core)):
        message = f"{len(crashing)} of {len(analysis.core)} core functions are noticed only because something crashes"
        places = tuple(routine.place for routine in crashing)
        yield reject(Code.CORE_CRASHES, GATE, message, path=crashing[0].path, line=crashing[0].line, evidence=places)


def _check_betrayals(analysis: Analysis, suspects: Sequence[Suspect]) -> Iterator[Finding]:
    helpers = {routine.number: routine for routine in analysis.helpers}
    for betrayal in find_betrayals(helpers, analysis.evidence):
        path, _, name = betrayal.test.partition("::")
        helper = betrayal.helpers[0]
        evidence = (
            f"fails when `{helper.place}` returns something else",
            "passes when everything that it reaches of the product does",
            *(suspect.told for suspect in suspects if suspect.helper.number == helper.number),
        )
        yield reject(
            Code.BETRAYAL,
            GATE,
            f"test `{name}` checks `{helper.name}` of `{helper.path}`, and not the product",
            test=f"{path}::{name.partition('[')[0]}",
            path=path,
            line=None,
            evidence=evidence,
        )


def _check_shadows(
    analysis: Analysis, standings: Mapping[int, Standing], suspects: Sequence[Suspect]
) -> Iterator[Finding]:
    """Report helpers that share their literals with functions of the product which nothing checks."""
    weak = (Standing.PSEUDO, Standing.UNREACHED)
    for suspect in suspects:
        if standings.get(suspect.original.number) in weak and suspect.helper.number in analysis.evidence.shadows:
            helper, original = suspect.helper, suspect.original
            message = f"`{helper.name}` of `{helper.path}` looks like a second `{original.name}`, which no test checks"
            yield reject(Code.SHADOW, GATE, message, path=helper.path, line=helper.line, evidence=(suspect.told,))


def _report(code: Code, analysis: Analysis, routine: Routine, message: str, evidence: tuple[str, ...]) -> Finding:
    return reject(
        code,
        GATE,
        message,
        unit=analysis.view.layout.find_unit(routine.path),
        path=routine.path,
        line=routine.line,
        clauses=find_clauses_of(analysis, routine.path),
        evidence=evidence,
        tests=True,
    )


def _list_tests(tests: Sequence[str]) -> str:
    shown = ", ".join(f"`{test.partition('::')[2]}`" for test in tests[:_MOST_TESTS])
    return shown + (f" and {len(tests) - _MOST_TESTS} more" if len(tests) > _MOST_TESTS else "")
