"""The end-to-end check of the generated telemetry service; runs inside the sandbox, where this folder is `/work/probe`.

Path: zip -> sandbox -> **probe** -> service -> storage -> one JSON line a check -> test.

The codebase lies in `/work/codebase`. Every expectation is a literal that a person took from the pack.
"""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import telemetry_cases as cases
from telemetry_service import AGENT, PREFLIGHT, Response, Service, build_environment, check_headers
from telemetry_storage import Call, CloudStorage, Fault

WORK = Path(__file__).resolve().parent.parent
ROOT = WORK / "codebase"
CLOCK = WORK / "clock"
BUCKET = "telemetry-events"
MARKS = (cases.IDS, "6f1d3c52", "6F1D3C52", "sku-118", "events/", "secret-", AGENT, "Traceback", "told to fail")
"""Texts that come from outside, or betray a stack trace: none may be in the output of the service."""
ZERO = dict.fromkeys(
    ("page_viewed", "search_performed", "item_opened", "item_shared", "signup_completed", "error_shown"), 0
)
_CREATED = Call(kind="create", name=cases.PATH, precondition="0")
_BOMB_ALLOWANCE = 96 << 20


def main() -> None:
    """Run all checks in order; a group that breaks down tells so as a failed check and the next one runs."""
    os.environ["STORAGE_EMULATOR_HOST"] = (storage := CloudStorage()).url
    (WORK / "output").mkdir()
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


def tell(check: str, expected: object, got: object) -> None:
    """Print the outcome of a check; of two dictionaries only what differs."""
    ok = json.dumps(expected, sort_keys=True) == json.dumps(got, sort_keys=True)
    if not ok and isinstance(expected, dict) and isinstance(got, dict):
        differing = [n for n in {**expected, **got} if (n in expected, expected.get(n)) != (n in got, got.get(n))]
        expected = {n: expected[n] for n in differing if n in expected}
        got = {n: got[n] for n in differing if n in got}
    print(json.dumps({"check": check, "ok": ok, "expected": expected, "got": got}), flush=True)


def run_group(name: str, group: Callable[[], None]) -> None:
    """Run the checks of a group; a breakdown is told as a failure of the check `NAME: runs to its end`."""
    broken = ""
    try:
        group()
    except Exception as error:
        broken = f"{type(error).__name__}: {error} at line {_find_line(error)}"
    tell(f"{name}: runs to its end", "", broken)


def run_service(
    name: str, environment: dict[str, str], group: Callable[[Service, CloudStorage], list[str]], storage: CloudStorage
) -> None:
    """Run a group against a fresh service; check its end, the headers of all its responses, and its output.

    `group` returns the messages of the log records that the service has to have written, in order.
    """
    service = Service(ROOT, WORK / "output" / name, environment)
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
    tell("storage: nothing unknown is asked", [], _unknown_calls(storage))


def check_import() -> None:
    """Import `main.py` with no variable set: it succeeds, says nothing, and the root is the only folder added."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import main; main.telemetry"
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program, str(ROOT)], env={}, cwd="/", capture_output=True, check=False
    )
    tell("import: needs nothing", [0, "", ""], [done.returncode, done.stdout.decode(), done.stderr.decode()[-1000:]])


def check_requests(service: Service, storage: CloudStorage) -> list[str]:
    """Check what depends on the request alone: routes, preflight, all rejected events, limits."""
    storage.calls.clear()
    check_routes(service)
    for error, (status, body) in cases.WITNESSES.items():
        tell(f"error: {error}", f"{status} {error}", service.post(body))
    text = service.call("POST", body=cases.LINE, headers=[("Content-Type", "text/plain")])
    tell("error: media-type-unsupported", "415 media-type-unsupported", text.outcome)
    coded = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]
    packed = service.call("POST", body=gzip.compress(cases.LINE), headers=coded)
    tell("error: content-encoding-unsupported", "415 content-encoding-unsupported", packed.outcome)
    ahead = (datetime.now(UTC) + timedelta(seconds=330)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tell("error: time-in-future", "400 time-in-future", service.post(cases.write_event(occurred_at=f'"{ahead}"')))
    _compare("order of request checks", _order_requests(), service)
    steps = {f"{n}. {row[2]}": (cases.write_order_case(n), f"400 {row[2]}") for n, row in enumerate(cases.ORDER)}
    _compare("order of field checks", steps, service)
    tell("rejected requests do not use storage", [], [call.kind for call in storage.calls])
    check_limits(service)
    for name, form in (("event_id", cases.ULIDS), ("user_id", cases.UUIDS)):
        error = f"400 {name.replace('_', '-')}-malformed"
        _compare(
            f"forms of {name}", {n: (cases.write_event(**{name: f'"{v}"'}), error) for n, v in form.items()}, service
        )
    times = {t: (cases.write_event(occurred_at=f'"{t}"'), outcome) for t, outcome in cases.TIMES.items()}
    _compare("forms of time", times, service)
    near = (datetime.now(UTC) + timedelta(seconds=240)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tell("a near future passes", "204", service.post(cases.write_event(occurred_at=f'"{near}"')))
    numbers = {n: (cases.write_event(**{field: v}), o) for n, (field, v, o) in cases.NUMBERS.items()}
    _compare("integers", numbers, service)
    texts = {
        n: (cases.write_event(event_name=f'"{name}"', parameter=f'"{v}"'), o)
        for n, (name, v, o) in cases.PARAMETERS.items()
    }
    _compare("names and parameters", texts, service)
    _compare("JSON texts", cases.JSON_TEXTS, service)
    return []


def check_routes(service: Service) -> None:
    """Check paths, methods and the preflight; storage must stay unused."""
    tell("error: path-not-found", "404 path-not-found", service.call("GET", "/report").outcome)
    paths = ("/report", "/report/", "/index.html", "/x?y=/", "/%20")
    methods = ("GET", "POST", "PUT", "OPTIONS", "DELETE")
    got = {f"{m} {p}": service.call(m, p).outcome for m in methods for p in paths}
    tell("other paths, whatever the method", dict.fromkeys(got, "404 path-not-found"), got)
    tell("HEAD of another path", 404, service.call("HEAD", "/report").status)
    put = service.call("PUT", body=b"\xff", headers=[("Content-Type", "text/plain")])
    tell("error: method-not-allowed", "405 method-not-allowed", put.outcome)
    others = ("DELETE", "PATCH", "TRACE", "PROPFIND", "POSTS")
    refused = {method: service.call(method, "/?q=1").outcome for method in others}
    tell("other methods", dict.fromkeys(others, "405 method-not-allowed"), refused)
    head = service.call("HEAD")
    tell("HEAD", [405, ["GET, OPTIONS, POST"]], [head.status, head.values("Allow")])
    origin = [("Origin", "https://shop.example"), ("Access-Control-Request-Method", "POST")]
    for name, response in (
        ("preflight", service.call("OPTIONS", headers=[*origin, ("Access-Control-Request-Headers", "x-other")])),
        ("bare preflight with a body", service.call("OPTIONS", "/?a=b", b"{", [("Content-Type", "text/plain")])),
    ):
        sent = {header: response.values(header) for header in PREFLIGHT}
        tell(name, ["204", {n: [v] for n, v in PREFLIGHT.items()}], [response.outcome, sent])
    bad = service.call("POST", body=b"{", headers=[("Content-Type", "application/json"), *origin])
    tell("an error with an Origin header", ["400 json-malformed", ["*"]], [bad.outcome, _origin(bad)])


def check_limits(service: Service) -> None:
    """Check media types, content encodings and the size of a body, from both sides of each limit."""
    types = {t: service.call("POST", body=cases.LINE, headers=[("Content-Type", t)]).outcome for t in cases.MEDIA_TYPES}
    tell("media types", cases.MEDIA_TYPES, types)
    none = service.call("POST", body=cases.LINE, headers=[])
    tell("no media type", "415 media-type-unsupported", none.outcome)
    json_type = ("Content-Type", "application/json")
    codings = {
        e: str(service.call("POST", body=cases.LINE, headers=[json_type, ("Content-Encoding", e)]).status)
        for e in cases.ENCODINGS
    }
    tell("content encodings", cases.ENCODINGS, codings)
    sizes = {
        "4,096 bytes": (cases.pad(cases.LINE, 4096), "204"),
        "1 MiB": (b"[" * (1 << 20), "413 body-too-large"),
        "4,097 bytes of two-byte characters": (b'"' + b"\xc3\xa9" * 2048, "413 body-too-large"),
    }
    _compare("sizes of bodies", sizes, service)
    long = cases.pad(cases.LINE, 4097)
    chunked = {
        "event": service.call("POST", body=[cases.LINE[:9], cases.LINE[9:]], headers=[json_type]).outcome,
        "4,097 bytes": service.call("POST", body=[long[:4096], long[4096:]], headers=[json_type]).outcome,
    }
    tell("chunked bodies", {"event": "204", "4,097 bytes": "413 body-too-large"}, chunked)


def check_recording(service: Service, storage: CloudStorage) -> list[str]:
    """Check the stored object, byte by byte, and that a second event at its path changes nothing."""
    objects = storage.buckets[BUCKET]
    storage.calls.clear()
    storage.lookups = 0
    tell("the event of the pack is accepted", "204", service.call("POST", "/?a=b", cases.LINE).outcome)
    tell("one creation, under its precondition, is all", [repr(_CREATED)], [repr(c) for c in storage.calls])
    tell("the path of the object", [cases.PATH], list(objects))
    stored = objects[cases.PATH]
    tell("type and encoding of the object", ["application/gzip", ""], [stored.content_type, stored.content_encoding])
    tell("gzip header: magic, flags, time", "1f8b080000000000", stored.content[:8].hex())
    tell("the stored line", [cases.LINE.decode() + "\n", 1], _unpack(stored.content))
    storage.calls.clear()
    tell("the same event again", "204", service.post(cases.LINE))
    other = cases.write_event(user_id=f'"{cases.OTHER_USER}"', parameter='"secret-other"')
    tell("its id and hour with other content", "204", service.post(other))
    tell("again: creations only", [repr(_CREATED)] * 2, [repr(c) for c in storage.calls])
    tell("again: the first object stays", [[cases.PATH], True], [list(objects), objects[cases.PATH] == stored])
    service.post(cases.write_event(occurred_at='"2026-03-01T10:00:00.000Z"'))
    tell("another hour is another object", [cases.PATH, cases.PATH.replace("/09/", "/10/")], sorted(objects))
    objects.clear()
    mixed = (
        b' {"parameter":"\\u0041\\"\\\\\\/\\u00e9\xc3\xa9\\ud83d\\ude00\xe2\x80\xa8<&>\\u0080",\n"event_name":"page_viewed"'
        b',"visit_count":1000000 ,"occurred_at":"2020-01-02T03:04:05.006Z","user_id":"'
        + cases.USER.encode()
        + b'","event_id":"01KJMBQDNT3WQ3TK2VD9WRG5S6","schema_version":1}\r\n'
    )
    tell("an event written otherwise", "204", service.post(mixed))
    line = (
        '{"schema_version":1,"event_id":"01KJMBQDNT3WQ3TK2VD9WRG5S6","user_id":"6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8",'
        '"occurred_at":"2020-01-02T03:04:05.006Z","visit_count":1000000,"event_name":"page_viewed",'
        '"parameter":"A\\"\\\\/\u00e9\u00e9\U0001f600\u2028<&>\u0080"}\n'
    )
    path = "events/2020/01/02/03/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz"
    tell("its stored line", {path: [line, 1]}, {n: _unpack(o.content) for n, o in objects.items()})
    objects.clear()
    bodies = [cases.write_event(parameter=f'"secret-{n}"') for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(service.post, bodies))
    tell("twelve at once at one path", [["204"] * 12, 1], [outcomes, len(objects)])
    objects.clear()
    storage.fault = Fault(kind="create", status=503, times=1, after=True)
    tell("a lost answer is asked for again", ["204", 1], [service.post(cases.LINE), len(objects)])
    tell("nothing else is asked of storage", [[], 0], [_unknown_calls(storage), max(0, storage.lookups - 1)])
    return []


def check_report(service: Service, storage: CloudStorage) -> list[str]:
    """Check the report over nothing, over the sample of the pack, over each malformed object, over all together."""
    objects = storage.buckets[BUCKET]
    tell("report over nothing", _report(), _read_report(service))
    _post_sample(service, storage)
    sample = _report({"page_viewed": 2, "item_opened": 1, "error_shown": 1}, {"payment-declined": 3}, skipped=1)
    tell("report of the pack's sample", sample, _read_report(service))
    skipped, outside, counted = {}, {}, {}
    for name, content in cases.MALFORMED.items():
        skipped[name] = _report_over(service, storage, cases.PATH, content)
    for path in cases.MISPLACED:
        skipped[path] = _report_over(service, storage, path, cases.pack(cases.LINE + b"\n"))
    tell("skipped objects", dict.fromkeys(skipped, _report(skipped=1)), skipped)
    for path in cases.OUTSIDE:
        storage.calls.clear()
        report = _report_over(service, storage, path, cases.pack(cases.LINE + b"\n"))
        outside[path] = [report, [call.name for call in storage.calls if call.kind == "read"]]
    tell("objects outside of `events/`", dict.fromkeys(outside, [_report(), []]), outside)
    for name, content in cases.READABLE.items():
        counted[name] = _report_over(service, storage, cases.PATH, content)
    coded = cases.pack(cases.LINE + b"\n")
    counted["content encoding"] = _report_over(service, storage, cases.PATH, coded, content_encoding="gzip")
    tell("readable objects", dict.fromkeys(counted, _report({"item_opened": 1})), counted)
    future = cases.write_event(occurred_at='"2099-12-31T23:59:59.999Z"') + b"\n"
    path = "events/2099/12/31/23/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz"
    ahead = _report_over(service, storage, path, cases.pack(future))
    tell("a stored event of the future", _report({"item_opened": 1}), ahead)
    peak = service.measure_memory()
    bomb = _report_over(service, storage, cases.PATH, cases.write_bomb())
    grown = service.measure_memory() - peak
    tell("256 MiB in one object", [_report(skipped=1), 0], [bomb, max(0, grown - _BOMB_ALLOWANCE)])
    objects.clear()
    _fill(service, storage)
    storage.calls.clear()
    tell("report over all together", _whole_report(), _read_report(service, "/?event_name=page_viewed"))
    reads = sorted(call.name for call in storage.calls if call.kind == "read")
    tell("each listed object is read once", sorted(n for n in objects if n.startswith("events/")), reads)
    tell("the report asks for nothing else", [], sorted({c.kind for c in storage.calls} - {"list", "read"}))
    with_body = service.call("GET", body=b"\xff" * 5000, headers=[("Content-Type", "text/plain")])
    tell("the body of a GET is ignored", "200 report", with_body.outcome)
    return []


def check_restart(service: Service, storage: CloudStorage) -> list[str]:
    """Fill storage by one run of the service, then report and post again by another: storage alone is the memory."""
    _fill(service, storage)
    before = _read_report(service)
    stored = dict(storage.buckets[BUCKET])
    environment = build_environment(STORAGE_EMULATOR_HOST=storage.url, TELEMETRY_BUCKET=BUCKET)
    other = Service(ROOT, WORK / "output" / "beside", environment)
    try:
        beside = [_read_report(other), other.post(_BODIES[0])]
        tell("restart: a second instance", [before, "204"], beside)
        service.stop()
        after = _read_report(other)
    finally:
        other.stop()
    again = Service(ROOT, WORK / "output" / "again", environment)
    try:
        tell("restart: the same report", [_whole_report()] * 3, [before, after, _read_report(again)])
        tell("restart: the same event", "204", again.post(_BODIES[0]))
    finally:
        again.stop()
    tell("restart: nothing is written", [["", ""]] * 2, [list(other.output()), list(again.output())])
    tell("restart: nothing changed", True, storage.buckets[BUCKET] == stored)
    return []


def check_failures(service: Service, storage: CloudStorage) -> list[str]:
    """Let storage fail at each action and check the answers; the log must name the cause of each and no more."""
    for number in range(4):
        service.post(cases.write_event(event_id=f'"{cases.IDS}000{number}"'))
    messages = []

    def fail(name: str, fault: Fault, method: str, error: str, cause: str) -> None:
        storage.fault = fault
        got = service.call(method, body=cases.LINE if method == "POST" else b"").outcome
        storage.fault = None
        tell(name, f"500 {error}", got)
        messages.append(f"error_id={error} cause={cause}")

    write, read = "storage-write-failed", "storage-read-failed"
    fail("error: storage-write-failed", Fault(kind="create", status=403), "POST", write, "Forbidden")
    fail("no such bucket for a creation", Fault(kind="create", status=404), "POST", write, "NotFound")
    tell("a failed event is not stored", False, cases.PATH in storage.buckets[BUCKET])
    fail("error: storage-read-failed", Fault(kind="list", status=403), "GET", read, "Forbidden")
    fail("the second page fails", Fault(kind="list", status=400, at=2), "GET", read, "BadRequest")
    fail("a precondition of a listing fails", Fault(kind="list", status=412), "GET", read, "PreconditionFailed")
    fail("a read fails", Fault(kind="read", status=403, at=3), "GET", read, "Forbidden")
    fail("a listed object is gone", Fault(kind="read", status=404, at=2), "GET", read, "NotFound")
    storage.fault = Fault(kind="list", status=503, times=1)
    tell("a listing is asked for again", _report({"item_opened": 1}), _read_report(service))
    storage.fault = None
    tell("after failures an event is accepted", "204", service.post(cases.LINE))
    return messages


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


_BODIES = tuple(
    cases.write_event(
        event_id=f'"{cases.IDS}{id}"',
        occurred_at=f'"2026-02-{day}T{hour}:59:59.999Z"',
        user_id=f'"{user}"',
        event_name=f'"{name}"',
        parameter=f'"{parameter}"',
    )
    for id, day, hour, user, name, parameter in (
        ("0001", "01", "00", cases.USER, "page_viewed", "/secret-home"),
        ("0002", "01", "00", cases.USER, "page_viewed", "/secret-cart"),
        ("0003", "02", "23", cases.OTHER_USER, "page_viewed", "/secret-home"),
        ("0004", "02", "23", cases.OTHER_USER, "search_performed", "red shoes"),
        ("0005", "03", "07", cases.THIRD_USER, "item_opened", "sku-118"),
        ("0006", "03", "07", cases.THIRD_USER, "signup_completed", ""),
        ("0007", "04", "12", cases.USER, "error_shown", "payment-declined"),
        ("0008", "04", "12", cases.USER, "error_shown", "payment-declined"),
        ("0009", "04", "12", cases.USER, "error_shown", "Payment-declined"),
        ("0007", "04", "13", cases.OTHER_USER, "error_shown", "payment-declined"),
        ("0010", "05", "12", cases.FOURTH_USER, "error_shown", "caf\u00e9"),
        ("0011", "05", "12", cases.FOURTH_USER, "error_shown", "cafe\u0301"),
    )
)


def _fill(service: Service, storage: CloudStorage) -> None:
    """Post twelve events, the first twice, and plant what is readable, skipped and outside."""
    for body in (*_BODIES, _BODIES[0]):
        service.post(body)
    for number, user in enumerate((cases.FOURTH_USER, cases.FOURTH_USER, cases.USER, cases.OTHER_USER)):
        event = {"event_id": f'"{cases.IDS}002{number}"', "user_id": f'"{user}"', "event_name": '"item_shared"'}
        content = cases.pack(cases.write_event(**event) + b" \n")
        storage.plant(BUCKET, f"events/2026/03/01/09/{cases.IDS}002{number}.ndjson.gz", content)
    for number, content in enumerate(list(cases.MALFORMED.values())[:5]):
        storage.plant(BUCKET, f"events/2026/03/02/09/{cases.IDS}003{number}.ndjson.gz", content)
    for path in ("events/", "events/secret-note.txt", *cases.OUTSIDE):
        storage.plant(BUCKET, path, cases.pack(cases.LINE + b"\n"))


def _whole_report() -> dict[str, object]:
    users = {
        "page_viewed": 2,
        "search_performed": 1,
        "item_opened": 1,
        "item_shared": 3,
        "signup_completed": 1,
        "error_shown": 3,
    }
    kinds = {"payment-declined": 3, "Payment-declined": 1, "caf\u00e9": 1, "cafe\u0301": 1}
    return _report(users, kinds, skipped=7)


def _post_sample(service: Service, storage: CloudStorage) -> None:
    """Store what the sample of `behaviour/report.md` describes."""
    rows = [(cases.USER, "page_viewed", "/"), (cases.OTHER_USER, "page_viewed", "/")]
    rows += [(cases.USER, "item_opened", "a"), *[(cases.OTHER_USER, "error_shown", "payment-declined")] * 3]
    for number, (user, name, parameter) in enumerate(rows):
        fields = {"user_id": user, "event_name": name, "parameter": parameter, "event_id": f"{cases.IDS}004{number}"}
        service.post(cases.write_event(**{field: f'"{value}"' for field, value in fields.items()}))
    storage.plant(BUCKET, "events/2026/03/01/09/note", b"")


def _report(
    users: dict[str, int] | None = None, kinds: dict[str, int] | None = None, *, skipped: int = 0
) -> dict[str, object]:
    return {"users_by_event": {**ZERO, **(users or {})}, "errors_by_kind": kinds or {}, "skipped_objects": skipped}


def _read_report(service: Service, path: str = "/") -> object:
    """Return the report, or the outcome of a response that is none or that holds a name twice."""
    response = service.call("GET", path)
    if response.outcome != "200 report":
        return response.outcome
    return json.loads(response.body, object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else "name twice")


def _report_over(
    service: Service, storage: CloudStorage, path: str, content: bytes, *, content_encoding: str = ""
) -> object:
    """Return the report over one planted object."""
    storage.buckets[BUCKET].clear()
    storage.plant(BUCKET, path, content, content_encoding=content_encoding)
    return _read_report(service)


def _compare(check: str, rows: dict[str, tuple[bytes, str]], service: Service) -> None:
    """Post the body of each row and check that the outcomes are those of the rows."""
    tell(check, {n: outcome for n, (_, outcome) in rows.items()}, {n: service.post(b) for n, (b, _) in rows.items()})


def _order_requests() -> dict[str, tuple[bytes, str]]:
    return {
        "too long before no UTF-8": (b"\xff" * 4097, "413 body-too-large"),
        "no UTF-8 before malformed": (b"{\xff", "400 body-not-utf8"),
        "malformed before duplicate": (b'{"a":1,"a":2', "400 json-malformed"),
        "duplicate before no object": (b'[{"a":1,"a":2}]', "400 json-duplicate-name"),
        "duplicate before unknown": (b'{"a":1,"a":2}', "400 json-duplicate-name"),
        "unknown before missing": (b'{"a":1}', "400 field-unknown"),
        "missing before the fields": (b'{"schema_version":null}', "400 field-missing"),
    }


def _post_at(service: Service, milliseconds: dict[str, str]) -> dict[str, str]:
    return {ms: service.post(cases.write_event(occurred_at=f'"2026-03-01T09:30:00.{ms}Z"')) for ms in milliseconds}


def _unpack(content: bytes) -> list[object]:
    """Return the content of gzip members, and how many there are."""
    return [gzip.decompress(content).decode(), content.count(b"\x1f\x8b\x08")]


def _origin(response: Response) -> list[str]:
    return response.values("Access-Control-Allow-Origin")


def _unknown_calls(storage: CloudStorage) -> list[str]:
    return sorted({call.kind for call in storage.calls} - {"create", "list", "read"})


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
