"""Turns what a gate found into its result, always in the same order.

Path: findings -> **verdict** -> report, repair.
"""

from collections.abc import Iterable

from specpack.model.finding import Finding, GateResult, Verdict


def conclude(gate: str, findings: Iterable[Finding], facts: Iterable[tuple[str, str]] = ()) -> GateResult:
    """Return a pass without findings, else a blocker with each finding once, sorted by path and line."""
    ordered = sorted(dict.fromkeys(findings), key=_place)
    verdict = Verdict.BLOCKER if ordered else Verdict.PASS
    return GateResult(gate=gate, verdict=verdict, findings=tuple(ordered), facts=tuple(facts))


def refuse(gate: str, reason: str) -> GateResult:
    """Return the result of a gate that could not run, which is never a pass."""
    return GateResult(gate=gate, verdict=Verdict.COULD_NOT_RUN, reason=reason)


def _place(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path or "", finding.line or 0, finding.code, finding.message)
