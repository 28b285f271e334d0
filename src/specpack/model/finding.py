"""What gates say about generated output.

Path: answer or tree -> gate -> **finding** -> repair, report.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a gate rejects.

    Normalised, so that the same defect is the same value anywhere: no absolute paths, times, addresses or durations in
    any field. `expected` and `observed` are short texts; `observed` is never shown to a tester.
    """

    code: str
    gate: str
    message: str
    """What is wrong, in one line that stands alone."""
    unit: str | None = None
    test: str | None = None
    """`tests/test_x.py::test_name`, without parameters."""
    path: str | None = None
    line: int | None = None
    clauses: tuple[str, ...] = ()
    expected: str = ""
    observed: str = ""
    evidence: tuple[str, ...] = ()
    tests: bool = False
    """Whether the tests are to be mended and not the unit, which they are about."""
    help: str = ""


class Verdict(StrEnum):
    """Outcome of a gate. `COULD_NOT_RUN` is never a pass."""

    PASS = "pass"  # noqa: S105 - a verdict
    BLOCKER = "blocker"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """One gate's verdict; `findings` only with a blocker, `reason` only where it could not run."""

    gate: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """Measured facts worth keeping, such as `("tests passed", "41")`."""
