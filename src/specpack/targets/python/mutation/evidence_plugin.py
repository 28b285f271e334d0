"""Runs the collected tests once as they are, then once for each mutant, and writes down who noticed.

Path: instrumented tree -> **evidence_plugin**, inside the sandbox -> `evidence.jsonl` -> evidence.

A pytest plug-in. It is never imported by specpack: its text is put beside the tree and it runs there. Each run is a
forked child, made after collection, so that every run starts from the same state. The plan tells which functions are to
be taken away; a mutant ends with the first test that notices it by an assertion, and one that nobody notices has met
every test that reaches its function.
"""

import ast
import contextlib
import json
import os
import resource
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import pytest
import specpack_probe as probe
from _pytest.outcomes import Failed
from _pytest.runner import runtestprotocol

FOLDER = Path("/tree/.specpack")
RESULTS = FOLDER / "out" / "evidence.jsonl"
PARTS = FOLDER / "parts"
BYTES = 2 << 30
FACTOR, FLOOR = 10.0, 1.0
NOTICED = ("assert", "crash", "timeout")
CRASHES = 8
"""Tests that crash on a mutant before it counts as noticed by crashes alone."""


class Stuck(BaseException):
    """A test ran far longer than it does on the whole product; no handler of the product is meant to catch it."""


def pytest_collection_modifyitems(items):
    """Keep the items in an order that does not depend on the machine."""
    items.sort(key=lambda item: item.nodeid)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Note how a test failed, in whichever of its three stages."""
    outcome = yield
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        by_assertion = call.excinfo.errisinstance((AssertionError, Failed))
        item.specpack_how = "assert" if by_assertion else "timeout" if call.excinfo.errisinstance(Stuck) else "crash"
        report = outcome.get_result()
        if report.outcome == "skipped":
            item.specpack_how = "xfail"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Run the baseline, then the mutants of the plan."""
    plan = json.loads((FOLDER / "plan.json").read_text(encoding="utf-8"))
    PARTS.mkdir(exist_ok=True)
    end = time.monotonic() + plan["seconds"]
    baseline = PARTS / "baseline"
    publish([{"loaded": sorted(probe.hits)}])
    child = start(lambda: run_baseline(session, baseline), plan["seconds"])
    finished = wait(child, time.monotonic() + plan["seconds"] / 2)
    lines = read_lines(baseline)
    publish([*lines, {"baseline": "done" if finished else "cut"}])
    if finished:
        Campaign(session, plan, lines, end).run()
    return True


class Campaign:
    """The mutants of one plan, side by side."""

    def __init__(self, session, plan, baseline, end):
        self.items = {item.nodeid: item for item in session.items}
        self.plan, self.end = plan, end
        self.tests = {line["test"]: line for line in baseline if "test" in line and line["outcome"] == "passed"}
        self.last = next(
            (line for line in baseline if "returned" in line), {"returned": {}, "shadows": [], "suspects": []}
        )
        self.reaching = {}
        for test, line in sorted(self.tests.items(), key=lambda pair: (len(pair[1]["hits"]), pair[1]["seconds"])):
            for number in line["hits"]:
                self.reaching.setdefault(number, []).append(test)
        self.noticed = set()

    def run(self):
        """Run the mutants of single functions, then ask of each test whom it defends: the product or a helper."""
        targets = [number for number in self.plan["targets"] if number in self.reaching]
        returned = self.last["returned"]
        self.work(
            Task((number,), operator, self.reaching[number])
            for operator in ("nothing", "nudge", "const")
            for number in targets
            if operator != "const" or str(number) in returned
        )
        product = set(self.plan["product"])
        idle = {test for test, line in self.tests.items() if not product.intersection(line["hits"])}
        met = {n: [t for t in tests if n in self.last["suspects"] or t in idle] for n, tests in self.reaching.items()}
        shadows = {number: met[number] for number in self.last["shadows"] if met.get(number)}
        suspects = sorted({test for tests in shadows.values() for test in tests} - idle)
        parts = [suspects[start :: self.plan["jobs"]] for start in range(self.plan["jobs"])]
        self.work(
            Task(tuple(targets), operator, part, every=True, name=f"all-{number}")
            for operator in ("nothing", "nudge")
            for number, part in enumerate(parts)
            if part
        )
        self.work(
            Task((number,), "nudge", tests, every=True, name=f"shadow-{number}") for number, tests in shadows.items()
        )

    def work(self, tasks):
        """Run tasks until all are done or time is up; a function that is noticed needs no further mutant."""
        running, waiting = {}, list(tasks)
        while waiting or running:
            while waiting and len(running) < self.plan["jobs"] and time.monotonic() < self.end:
                task = waiting.pop(0)
                if task.numbers[0] in self.noticed and not task.every:
                    continue
                budget = sum(FLOOR + self.tests[test]["seconds"] * FACTOR for test in task.tests)
                limit = min(budget, self.plan["mutant"])
                child = start(partial(self.run_mutant, task), limit)
                running[child] = (task, time.monotonic() + limit + FLOOR)
            if not running:
                break
            for child, (task, end) in list(running.items()):
                ended = os.waitpid(child, os.WNOHANG)[0]
                if not ended and time.monotonic() > end:
                    with contextlib.suppress(OSError):
                        os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    ended = child
                if ended:
                    del running[child]
                    lines = read_lines(task.part)
                    publish(lines)
                    if not task.every and any(line.get("how") == "assert" for line in lines):
                        self.noticed.add(task.numbers[0])
            time.sleep(0.002)
        if waiting:
            publish([{"cut": len(waiting)}])

    def run_mutant(self, task):
        """Run the tests that reach what returns something else."""
        probe.active, probe.operator, probe.product = frozenset(task.numbers), task.operator, frozenset()
        kept = self.last["returned"]
        probe.returned = {n: ast.literal_eval(kept[str(n)]) for n in task.numbers if str(n) in kept}
        os.environ["SPECPACK_MUTANT"] = " ".join([task.operator, *map(str, task.numbers)])
        hits = Path(os.environ["SPECPACK_HITS"])
        applied, crashes, met = False, 0, 0
        with task.part.open("a", encoding="utf-8") as file:
            for test in task.tests:
                probe.applied = False
                how = run_item(self.items[test], FLOOR + self.tests[test]["seconds"] * FACTOR)
                changed = probe.applied or any(told[2] for told in read_children(hits))
                applied, met = applied or changed, met + 1
                if task.every or how in NOTICED:
                    write_line(file, {**task.key, "by": test, "how": how, "changed": changed})
                    crashes += how in NOTICED and how != "assert"
                if not task.every and (how == "assert" or crashes >= CRASHES):
                    break
            write_line(file, {**task.key, "met": met, "of": len(task.tests), "applied": applied})


class Task:
    """One mutant: functions, what they do instead, the tests to run, and whether each is to be run in any case."""

    def __init__(self, numbers, operator, tests, every=False, name=""):
        self.numbers, self.operator, self.tests, self.every = numbers, operator, tests, every
        self.key = {"mutant": name or str(numbers[0]), "operator": operator}
        self.part = PARTS / f"{self.key['mutant']}-{operator}"


def run_baseline(session, part):
    """Run all tests as they are, and write for each what it reached."""
    hits = Path(os.environ["SPECPACK_HITS"])
    plan = json.loads((FOLDER / "plan.json").read_text(encoding="utf-8"))
    probe.product = frozenset(plan["product"])
    with part.open("a", encoding="utf-8") as file:
        for item in session.items:
            probe.stack.clear()
            probe.hits.clear()
            probe.raised.clear()
            began = time.monotonic()
            how = run_item(item, 120.0)
            reached, raised = set(probe.hits), set(probe.raised)
            for told in read_children(hits):
                reached.update(told[0])
                raised.update(told[1])
            write_line(
                file,
                {
                    "test": item.nodeid,
                    "outcome": how or "passed",
                    "hits": sorted(reached),
                    "raised": sorted(raised),
                    "seconds": round(time.monotonic() - began, 4),
                },
            )
        returned = {number: repr(value) for number, value in probe.returned.items() if len(repr(value)) < 10_000}
        shadows = sorted(set(plan["helpers"]) - probe.driving - probe.served)
        suspects = sorted(set(plan["suspects"]).intersection(shadows))
        write_line(file, {"returned": returned, "shadows": shadows, "suspects": suspects})


def run_item(item, seconds):
    """Run one test with all its fixtures set up and taken down; return how it failed, "" where it passed."""
    item.specpack_how = ""
    item.repr_failure = describe_briefly
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        reports = runtestprotocol(item, log=False, nextitem=None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if any(report.skipped for report in reports):
        return "skipped"
    return item.specpack_how or ("crash" if any(report.failed for report in reports) else "")


def describe_briefly(*_, **__):
    """Return a word in place of a traceback, which would be most of the cost."""
    return "failed"


def start(action, seconds):
    """Run an action in a forked child with limits of its own and return its number."""
    child = os.fork()
    if child:
        return child
    try:
        folder = FOLDER / "hits" / str(os.getpid())
        folder.mkdir(parents=True)
        os.environ["SPECPACK_HITS"] = str(folder)
        signal.signal(signal.SIGALRM, stop_test)
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 5, int(seconds) + 5))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        action()
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)


def stop_test(number, frame):
    """End the running test."""
    raise Stuck(f"signal {number}")


def wait(child, end):
    """Wait for a child until a moment; return whether it came to its end."""
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def read_children(folder):
    """Return what subprocesses of a test left behind, and take it away."""
    found = []
    for path in sorted(folder.iterdir()):
        with contextlib.suppress(OSError, ValueError, SyntaxError):
            found += [ast.literal_eval(line) for line in path.read_text(encoding="ascii").splitlines()]
        with contextlib.suppress(OSError):
            path.unlink()
    return found


def read_lines(part):
    """Return the whole lines of a part; a killed child may have left half of one."""
    found = []
    with contextlib.suppress(OSError):
        for line in part.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found


def publish(lines):
    """Add lines to the results, which this process alone writes."""
    with RESULTS.open("a", encoding="utf-8") as file:
        for line in lines:
            write_line(file, line)


def write_line(file, value):
    """Write one line at once."""
    file.write(json.dumps(value) + "\n")
    file.flush()
