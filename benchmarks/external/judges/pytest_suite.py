"""Runs a pytest suite beside the judged code and writes each test's outcome.

Path: sandbox -> **pytest_suite** -> results. Arguments: the folder of tests; a JSON list of tests to leave out.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

_raises = pytest.raises


def raises(expected: Any, *arguments: Any, **options: Any) -> Any:
    """Stand in for `pytest.raises`: the class of an error is judged, the wording of its message is not."""
    options.pop("match", None)
    return _raises(expected, *arguments, **options)


class Recorder:
    """Keeps the outcome of each test that is not left out."""

    def __init__(self, left_out: list[str]) -> None:
        """Take the names of the tests to leave out."""
        self.left_out = set(left_out)
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave tests out."""
        items[:] = [item for item in items if getattr(item, "originalname", item.name) not in self.left_out]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file of tests could not be read: none of its tests can pass."""
        if report.failed:
            self.outcomes[f"{report.nodeid.rpartition('tests/')[2]}: cannot be imported"] = str(report.longrepr)[-600:]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first failure, else that the test passed; a skipped test did not pass."""
        name = report.nodeid.rpartition("tests/")[2]
        if report.failed or report.skipped:
            self.outcomes.setdefault(name, str(report.longrepr)[-600:] or "skipped")
        elif report.when == "teardown":
            self.outcomes.setdefault(name, "")


if __name__ == "__main__":
    pytest.raises = raises  # type: ignore[assignment]
    recorder = Recorder(json.loads(sys.argv[2]))
    options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--continue-on-collection-errors"]
    pytest.main([*options, "--rootdir", sys.argv[1], sys.argv[1]], plugins=[recorder])
    passed = [name for name, why in recorder.outcomes.items() if not why]
    failed = {name: why for name, why in recorder.outcomes.items() if why}
    Path("results.json").write_text(json.dumps({"passed": passed, "failed": failed}), encoding="utf-8")
