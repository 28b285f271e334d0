"""Runs the collected tests once as they are, then once for each unit with that unit's functions replaced.

Path: instrumented tree -> **stub_plugin**, inside the sandbox -> `results.jsonl` -> stubs.

A pytest plug-in. It is never imported by specpack: its text is put beside the tree and it runs there. Each round is a
forked child, made after collection, so that every round starts from the same state.
"""

import json
import os
import signal
import time
from pathlib import Path

import pytest
import specpack_switch  # type: ignore[import-not-found]
from _pytest.runner import runtestprotocol

FOLDER = Path("/tree/.specpack")
RESULTS = FOLDER / "out" / "results.jsonl"
SECONDS = 120.0
WHOLE_SECONDS = 600.0
"""Limit of the suite as it is; with a unit replaced, the tests that cite it have less."""
FACTOR = 10.0
FLOOR = 1.0


class Stuck(BaseException):
    """A test ran far longer than it does on the whole product; no handler of the product is meant to catch it."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run all rounds instead of the plain loop, two at a time; stop where the first one cannot finish."""
    units = json.loads((FOLDER / "units.json").read_text(encoding="utf-8"))
    began = time.monotonic()
    if run_rounds([("", session.items)], WHOLE_SECONDS, SECONDS):
        for_test = FLOOR + (time.monotonic() - began) * FACTOR
        rounds = [(unit, [item for item in session.items if name_test(item.nodeid) in tests]) for unit, tests in units]
        run_rounds(rounds, min(SECONDS, for_test * len(session.items) + FLOOR), for_test)
    return True


def name_test(case: str) -> str:
    """Return the name of a test without its parameters."""
    return case.partition("[")[0]


def run_rounds(rounds: list[tuple[str, list[pytest.Item]]], seconds: float, for_test: float) -> bool:
    """Run tests in children with one unit replaced in each; return whether all came to their end in time."""
    waiting, finished = list(rounds), True
    running: dict[int, float] = {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            unit, items = waiting.pop(0)
            child = os.fork()
            if child == 0:
                try:
                    run_tests(items, unit, for_test)
                finally:
                    os._exit(0)
            running[child] = time.monotonic() + seconds
        for child, end in list(running.items()):
            if os.waitpid(child, os.WNOHANG)[0]:
                del running[child]
            elif time.monotonic() > end:
                os.kill(child, 9)
                os.waitpid(child, 0)
                del running[child]
                finished = False
        time.sleep(0.005)
    return finished


def stop_test(number: int, frame: object) -> None:  # noqa: ARG001
    """End the running test."""
    raise Stuck(f"signal {number}")


def run_tests(items: list[pytest.Item], unit: str, seconds: float) -> None:
    """Run tests and write a line before and after each: unit, test, and whether it passed within the limit."""
    signal.signal(signal.SIGALRM, stop_test)
    specpack_switch.active = unit
    os.environ["SPECPACK_STUB"] = unit
    for item in items:
        item.repr_failure = describe_briefly  # type: ignore[method-assign]
    with RESULTS.open("a", encoding="utf-8") as results:
        for item, following in zip(items, [*items[1:], None], strict=True):
            write_line(results, unit, item.nodeid, "started")
            signal.setitimer(signal.ITIMER_REAL, seconds)
            reports = runtestprotocol(item, log=False, nextitem=following)
            signal.setitimer(signal.ITIMER_REAL, 0)
            failed = any(report.failed for report in reports)
            write_line(results, unit, item.nodeid, "failed" if failed else "passed")


def describe_briefly(*_: object, **__: object) -> str:
    """Return a word in place of a traceback, which would be most of the cost: that a test failed is all that counts."""
    return "failed"


def write_line(results, unit: str, test: str, outcome: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Write one result at once, so that a killed round keeps what it has."""
    results.write(json.dumps([unit, test, outcome]) + "\n")
    results.flush()
