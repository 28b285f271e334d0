"""Gate `reach`: every function and every branch of the core runs in some test.

Path: suite -> **reach** -> mutation.
"""

from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.analysis import Analysis, analyse_tree, find_clauses_of
from specpack.targets.python.gates.verdict import conclude, refuse

GATE = "reach"


def check_tree(verification: Verification) -> GateResult:
    """Check what the tests run of what the entry points come to. Reports: GT180, GT181."""
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    analysis = analyse_tree(verification)
    if not analysis.evidence.reached:
        return refuse(GATE, analysis.evidence.flaw or "no test passes under watch")
    reached = analysis.evidence.reaching
    strict = verification.facts is None or verification.facts.strict
    found = [*_check_functions(analysis), *(_check_branches(analysis) if strict else ())]
    facts = (
        ("core functions", str(len(analysis.core))),
        ("reached", str(sum(r.number in reached for r in analysis.core))),
        ("branches", str(len(analysis.branches))),
        ("branches taken", str(sum(branch.number in reached for branch in analysis.branches))),
    )
    return conclude(GATE, found, facts)


def _check_functions(analysis: Analysis) -> Iterator[Finding]:
    for routine in analysis.core:
        if routine.number not in analysis.evidence.reaching and routine.number not in analysis.evidence.loaded:
            yield reject(
                Code.CORE_UNREACHED,
                GATE,
                f"`{routine.name}` of `{routine.path}` never runs in a test, and an entry point comes to it",
                unit=analysis.view.layout.find_unit(routine.path),
                path=routine.path,
                line=routine.line,
                clauses=find_clauses_of(analysis, routine.path),
                tests=True,
            )


def _check_branches(analysis: Analysis) -> Iterator[Finding]:
    core = {r.number for r in analysis.core if r.number in analysis.evidence.reaching}
    for branch in analysis.branches:
        if branch.business and branch.routine in core and branch.number not in analysis.evidence.reaching:
            routine = analysis.routines[branch.routine]
            yield reject(
                Code.BRANCH_UNREACHED,
                GATE,
                f"no test takes the branch `{branch.told}` of `{routine.name}`",
                unit=analysis.view.layout.find_unit(branch.path),
                path=branch.path,
                line=branch.line,
                clauses=find_clauses_of(analysis, branch.path),
                tests=True,
            )
