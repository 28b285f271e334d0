"""The telemetry example, end to end: the recorded codebase is built, started and driven through HTTP in the sandbox.

Nothing here is shown to a model: what the probe expects was taken from the pack by a person.
"""

import json
import shutil
from pathlib import Path

import pytest

from specpack.backend.archive import read_archive
from specpack.backend.sandbox import choose_sandbox
from specpack.driver import build, cache_folder
from specpack.model.target import RunResult, Sandbox
from specpack.options import BuildOptions, Home
from specpack.targets import load_target
from specpack.targets.python.environment import find_python, find_toolchain

pytestmark = pytest.mark.sandbox

HERE = Path(__file__).parent
PACK = HERE.parents[1] / "examples" / "telemetry"
LOCKFILE = "requirements.lock"
CLOCK = "telemetry_clock.py"

RUNS = (
    "requests",
    "recording",
    "report",
    "restart",
    "failures",
    "bucket-unset",
    "bucket-empty",
    "credentials",
    "clock",
)
GROUPS = ("storage", "import", *RUNS)
ERRORS = """
path-not-found method-not-allowed media-type-unsupported content-encoding-unsupported body-too-large body-not-utf8
json-malformed json-duplicate-name json-not-object field-unknown field-missing schema-version-not-integer
schema-version-unsupported event-id-not-string event-id-malformed user-id-not-string user-id-malformed time-not-string
time-malformed time-out-of-range time-not-real time-in-future visit-count-not-integer visit-count-out-of-range
event-name-not-string event-name-unknown parameter-not-string parameter-too-long parameter-control-character
parameter-empty storage-write-failed storage-read-failed internal-error
""".split()
EXPECTED = {
    *(f"{group}: runs to its end" for group in GROUPS),
    *(f"{run}: the service listens" for run in RUNS),
    *(f"{run}: ends by SIGTERM" for run in RUNS),
    *(f"{run}: headers of all responses" for run in RUNS),
    *(f"{run}: log records" for run in RUNS),
    *(f"{run}: nothing else is written" for run in RUNS),
    *(f"{run}: nothing from outside is written" for run in RUNS),
    *(f"error: {error}" for error in ERRORS),
    "storage: a second creation fails",
    "storage: bytes come back",
    "storage: another generation fails",
    "storage: resumable upload",
    "storage: listing over pages",
    "storage: decompression on the way",
    "storage: told to fail",
    "storage: told to fail on the second page",
    "storage: nothing unknown is asked",
    "import: needs nothing",
    "other paths, whatever the method",
    "HEAD of another path",
    "other methods",
    "HEAD",
    "preflight",
    "bare preflight with a body",
    "an error with an Origin header",
    "order of request checks",
    "order of the checks of headers",
    "order of field checks",
    "rejected requests do not use storage",
    "media types",
    "no media type",
    "content encodings",
    "sizes of bodies",
    "chunked bodies",
    "forms of event_id",
    "forms of user_id",
    "forms of time",
    "a near future passes",
    "integers",
    "names and parameters",
    "JSON texts",
    "the event of the pack is accepted",
    "one creation, under its precondition, is all",
    "the path of the object",
    "type and encoding of the object",
    "gzip header: magic, flags, time",
    "the stored line",
    "the same event again",
    "its id and hour with other content",
    "again: creations only",
    "again: the first object stays",
    "another hour is another object",
    "an event written otherwise",
    "its stored line",
    "twelve at once at one path",
    "a lost answer is asked for again",
    "nothing else is asked of storage",
    "report over nothing",
    "report of the pack's sample",
    "skipped objects",
    "objects outside of `events/`",
    "readable objects",
    "a stored event of the future",
    "256 MiB in one object",
    "report over all together",
    "each listed object is read once",
    "the report asks for nothing else",
    "the body of a GET is ignored",
    "restart: a second instance",
    "restart: the same report",
    "restart: the same event",
    "restart: nothing is written",
    "restart: nothing changed",
    "no such bucket for a creation",
    "a failed event is not stored",
    "the second page fails",
    "a precondition of a listing fails",
    "a read fails",
    "a listed object is gone",
    "a listing is asked for again",
    "after failures an event is accepted",
    *(f"error: bucket-not-configured ({kind})" for kind in ("unset", "empty")),
    *(f"bucket {kind}: an event" for kind in ("unset", "empty")),
    *(f"bucket {kind}: a bad event" for kind in ("unset", "empty")),
    *(f"bucket {kind}: preflight" for kind in ("unset", "empty")),
    "no client can be constructed",
    "clock: 300.000 and 300.001 seconds",
    "clock: 300.000001 seconds",
    "clock: parts of a second count",
    "clock: read before the later checks",
    "clock: not read in vain",
    "no file is kept",
}


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    found = choose_sandbox()
    if found is None:
        pytest.skip("no sandbox tier works on this machine, and generated code runs nowhere else")
    return found


@pytest.fixture(scope="session")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replay the recording on a copy of the pack, so that no state is left in the example."""
    if not Home(PACK).recording.is_dir():
        pytest.fail("`examples/telemetry/recording` is absent: `make record` makes it")
    folder = tmp_path_factory.mktemp("telemetry")
    copy = shutil.copytree(PACK, folder / "telemetry", ignore=shutil.ignore_patterns(".specpack"))
    built = build(BuildOptions(pack=copy, output=folder / "telemetry.zip", frozen=True))
    return built.delivered.archive


def run_probe(archive: Path, sandbox: Sandbox) -> RunResult:
    """Unpack a codebase into the sandbox and probe it with the packages that its own lockfile pins."""
    codebase = read_archive(archive)
    environment = load_target("python").prepare(codebase[LOCKFILE].decode(), cache_folder())
    tree = {f"codebase/{path}": content for path, content in codebase.items()}
    tree |= {f"probe/{file.name}": file.read_bytes() for file in HERE.glob("telemetry_*.py")}
    tree["clock/sitecustomize.py"] = (HERE / CLOCK).read_bytes()
    command = [str(find_python(environment)), "probe/telemetry_probe.py"]
    return sandbox.run(command, tree=tree, read_only=find_toolchain(environment), seconds=300.0)


def find_failures(result: RunResult) -> list[str]:
    """Return one line for each check that failed, is missing, or is there without being expected."""
    checks = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    names = [check["check"] for check in checks]
    failed = [f"{c['check']}: expected {c['expected']!r}, got {c['got']!r}" for c in checks if not c["ok"]]
    failed += [f"missing: {name}" for name in sorted(EXPECTED - set(names))]
    failed += [f"not expected: {name}" for name in sorted(set(names) - EXPECTED)]
    failed += [f"twice: {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    if result.status or result.timed_out:
        failed.append(f"the probe ended with {result.status}, timed out {result.timed_out}: {result.stderr[-2000:]}")
    return failed


def test_the_generated_service_does_what_the_pack_says(archive: Path, sandbox: Sandbox) -> None:
    failures = find_failures(run_probe(archive, sandbox))
    assert not failures, "\n".join([f"{len(failures)} of {len(EXPECTED)} checks fail", *failures])
