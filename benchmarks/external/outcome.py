"""Read what a judge left behind in the sandbox.

Path: sandbox -> **outcome** -> score.
"""

import json

from benchmarks.external.case import RESULTS, Result

from specpack.model.target import RunResult


def read_result(told: RunResult) -> Result:
    """Return the judge's result; one that did not come to its end passes nothing and says so."""
    ending = (told.stderr.strip() or told.stdout.strip())[-2000:]
    why = "the time was up" if told.timed_out else f"the judge ended with {told.status}"
    try:
        data = json.loads(told.files[RESULTS])
        passed, failed = tuple(dict.fromkeys(data["passed"])), dict(data["failed"])
    except (KeyError, ValueError):
        return Result(passed=(), failed={}, note=f"{why}: {ending}")
    note = f"{why}: {ending}" if told.timed_out or told.status else ""
    return Result(passed=tuple(case for case in passed if case not in failed), failed=failed, note=note)
