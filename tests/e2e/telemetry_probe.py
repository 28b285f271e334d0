"""The end-to-end check of the generated telemetry service; runs inside the sandbox, where this folder is `/tree/probe`.

Path: zip -> sandbox -> **probe** -> service -> storage -> one JSON line a check -> test.

The codebase lies in `/tree/codebase`. Every expectation is a literal that a person took from the pack.
"""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import telemetry_cases as cases
from telemetry_checks import BUCKET, OUTPUT, ROOT, WORK, find_unknown_calls, tell
from telemetry_recording import check_failures, check_recording
from telemetry_reports import check_report, check_restart
from telemetry_requests import check_requests
from telemetry_service import AGENT, Service, build_environment, check_headers
from telemetry_storage import CloudStorage, Fault

CLOCK = WORK / "clock"
MARKS = (cases.IDS, "6f1d3c52", "6F1D3C52", "sku-118", "events/", "secret-", AGENT, "Traceback", "told to fail")
"""Texts that come from outside, or betray a stack trace: none may be in the output of the service."""


def main() -> None:
    """Run all checks in order; a group that breaks down tells so as a failed check and the next one runs."""
    os.environ["STORAGE_EMULATOR_HOST"] = (storage := CloudStorage()).url
    OUTPUT.mkdir()
    before = set(_list_files())
    run_group("storage", lambda: check_storage(storage))
    run_group("import", check_import)
    environment = build_environment(STORAGE_EMULATOR_HOST=storage.url, TELEMETRY_BUCKET=BUCKET)
    for group in (check_requests, check_recording, check_report, check_restart, check_failures):
        storage.fault = None
        storage.buckets[BUCKET] = {}
        name = group.__name__.removeprefix("check_")
        run_group(name, lambda group=group, name=name: run_service(name, environment, group, storage))
    for name, bucket in (("unset", {}), ("empty", {"TELEMETRY_BUCKET": ""})):
        run_group(f"bucket-{name}", lambda n=name, b=bucket: check_bucket(n, build_environment(**b)))
    run_group("credentials", check_credentials)
    run_group("clock", lambda: check_clock(storage, environment))
    tell("no file is kept", [], sorted(set(_list_files()) - before))


def run_group(name: str, group: Callable[[], None]) -> None:
    """Run the checks of a group; a breakdown is told as a failure of the check `NAME: runs to its end`."""
    broken = ""
    try:
        group()
    except Exception as error:  # noqa: BLE001
        broken = f"{type(error).__name__}: {error} at line {_find_line(error)}"
    tell(f"{name}: runs to its end", "", broken)


def run_service(
    name: str, environment: dict[str, str], group: Callable[[Service, CloudStorage], list[str]], storage: CloudStorage
) -> None:
    """Run a group against a fresh service; check its end, the headers of all its responses, and its output.

    `group` returns the messages of the log records that the service has to have written, in order.
    """
    service = Service(ROOT, OUTPUT / name, environment)
    tell(f"{name}: the service listens", True, service.started or service.output()[1][-1000:])
    try:
        messages = group(service, storage) if service.started else []
    finally:
        tell(f"{name}: ends by SIGTERM", True, service.stop())
        tell(f"{name}: headers of all responses", [], [f for r in service.responses for f in check_headers(r)][:10])
    check_output(name, service, messages)


def check_output(name: str, service: Service, messages: list[str]) -> None:
    """Check that the output holds exactly these messages, each at the end of a line, and nothing from outside."""
    stdout, stderr = service.output()
    lines = stderr.splitlines()
    logged = [line[line.index("error_id=") :] for line in lines if "error_id=" in line]
    tell(f"{name}: log records", messages, logged)
    tell(f"{name}: nothing else is written", ["", []], [stdout, [line for line in lines if "error_id=" not in line]])
    tell(f"{name}: nothing from outside is written", [], [mark for mark in MARKS if mark in stdout + stderr])


def check_storage(storage: CloudStorage) -> None:
    """Try our own server by the official client, before the service is judged by it."""
    from google.api_core import exceptions
    from google.cloud import storage as official

    client = official.Client()
    bucket = client.create_bucket(BUCKET)

    def create(name: str, content: bytes, **options: object) -> str:
        try:
            bucket.blob(name).upload_from_string(content, **options)
        except exceptions.GoogleAPIError as error:
            return type(error).__name__
        return "created"

    first = create("a/1", b"\x00one\r\n--", content_type="application/gzip", if_generation_match=0)
    second = create("a/1", b"two", content_type="application/gzip", if_generation_match=0)
    tell("storage: a second creation fails", ["created", "PreconditionFailed"], [first, second])
    read = bucket.blob("a/1").download_as_bytes(raw_download=True)
    tell("storage: bytes come back", "\x00one\r\n--", read.decode())
    blob = next(iter(bucket.list_blobs(prefix="a/")))
    generations = [create("a/1", b"x", if_generation_match=blob.generation + n) for n in (1, 0)]
    tell("storage: another generation fails", ["PreconditionFailed", "created"], generations)
    slow = bucket.blob("a/2", chunk_size=256 << 10)
    with slow.open("wb", if_generation_match=0) as file:
        file.write(b"resumed")
    tell("storage: resumable upload", "resumed", bucket.blob("a/2").download_as_bytes().decode())
    for number in range(3, 12):
        create(f"a/{number:02}", b"")
    create("b/1", b"")
    names = [blob.name for blob in bucket.list_blobs(prefix="a/")]
    ordered = [*(f"a/0{n}" for n in range(3, 10)), "a/1", "a/10", "a/11", "a/2"]
    tell("storage: listing over pages", ordered, names)
    storage.plant(BUCKET, "z", gzip.compress(b"plain"), content_encoding="gzip")
    raw, plain = (bucket.blob("z").download_as_bytes(raw_download=flag) for flag in (True, False))
    tell("storage: decompression on the way", ["plain", "plain"], [gzip.decompress(raw).decode(), plain.decode()])
    storage.fault = Fault(kind="create", status=403)
    tell("storage: told to fail", "Forbidden", create("a/9", b""))
    storage.fault = Fault(kind="list", status=404, at=2)
    failed = ""
    try:
        list(bucket.list_blobs(prefix="a/"))
    except exceptions.NotFound as error:
        failed = type(error).__name__
    tell("storage: told to fail on the second page", "NotFound", failed)
    tell("storage: nothing unknown is asked", [], find_unknown_calls(storage))


def check_import() -> None:
    """Import `main.py` with no variable set: it succeeds, says nothing, and the root is the only folder added."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import main; main.telemetry"
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program, str(ROOT)], env={}, cwd="/", capture_output=True, check=False
    )
    tell("import: needs nothing", [0, "", ""], [done.returncode, done.stdout.decode(), done.stderr.decode()[-1000:]])


def check_bucket(name: str, environment: dict[str, str]) -> None:
    """Check a service without the name of a bucket: only what needs storage fails, with no client constructed."""

    def check(service: Service, storage: CloudStorage | None) -> list[str]:
        tell(f"error: bucket-not-configured ({name})", "500 bucket-not-configured", service.call("GET").outcome)
        tell(f"bucket {name}: an event", "500 bucket-not-configured", service.post(cases.LINE))
        tell(f"bucket {name}: a bad event", "400 field-missing", service.post(b"{}"))
        tell(f"bucket {name}: preflight", "204", service.call("OPTIONS").outcome)
        return ["error_id=bucket-not-configured cause=none"] * 2

    run_service(f"bucket-{name}", environment, check, None)


def check_credentials() -> None:
    """Check a service whose client cannot be constructed, twice, so that a second request tries anew."""

    def check(service: Service, storage: CloudStorage | None) -> list[str]:
        got = [service.post(cases.LINE), service.call("GET").outcome, service.call("OPTIONS").outcome]
        tell("no client can be constructed", ["500 storage-write-failed", "500 storage-read-failed", "204"], got)
        cause = "cause=DefaultCredentialsError"
        return [f"error_id=storage-write-failed {cause}", f"error_id=storage-read-failed {cause}"]

    environment = build_environment(TELEMETRY_BUCKET=BUCKET, NO_GCE_CHECK="true")
    run_service("credentials", environment, check, None)


def check_clock(storage: CloudStorage, environment: dict[str, str]) -> None:
    """Check the limit of 300 seconds to the microsecond, then a clock that fails, by a clock that is set from here."""
    now = CLOCK / "now"
    storage.buckets[BUCKET] = {}

    def check(service: Service, storage: CloudStorage) -> list[str]:
        now.write_text("2026-03-01T09:25:00.250000+00:00")
        times = {"250": "204", "251": "400 time-in-future"}
        tell("clock: 300.000 and 300.001 seconds", times, _post_at(service, times))
        now.write_text("2026-03-01T09:25:00.250999+00:00")
        times = {"250": "204", "251": "400 time-in-future"}
        tell("clock: 300.000001 seconds", times, _post_at(service, times))
        now.write_text("2026-03-01T09:25:00.999000+00:00")
        tell("clock: parts of a second count", {"999": "204"}, _post_at(service, {"999": ""}))
        now.write_text("fail")
        tell("error: internal-error", "500 internal-error", service.post(cases.LINE))
        late = cases.write_event(visit_count='"secret-count"')
        tell("clock: read before the later checks", "500 internal-error", service.post(late))
        early = cases.write_event(occurred_at='"2026-02-29T00:00:00.000Z"')
        unread = [service.post(early), service.call("OPTIONS").outcome, service.call("GET").outcome]
        tell("clock: not read in vain", ["400 time-not-real", "204", "200 report"], unread)
        return ["error_id=internal-error cause=ClockFailure"] * 2

    run_service("clock", environment | {"PYTHONPATH": str(CLOCK), "CLOCK_ROOT": str(ROOT)}, check, storage)


def _post_at(service: Service, milliseconds: dict[str, str]) -> dict[str, str]:
    return {ms: service.post(cases.write_event(occurred_at=f'"2026-03-01T09:30:00.{ms}Z"')) for ms in milliseconds}


def _list_files() -> Iterator[str]:
    """Give the files that the service could have left behind; what Python and the probe write is none of them."""
    for root in (ROOT, Path("/tmp"), Path("/dev/shm")):
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (str(Path(folder) / name) for name in names)


def _find_line(error: Exception) -> int:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace.tb_lineno if trace else 0


if __name__ == "__main__":
    main()
