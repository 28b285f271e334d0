"""What becomes of an accepted event: the stored object byte by byte, idempotence, and storage that fails.

Path: probe -> **recording** -> service -> storage.
"""

import gzip
from concurrent.futures import ThreadPoolExecutor

import telemetry_cases as cases
from telemetry_checks import BUCKET, find_unknown_calls, tell
from telemetry_reports import build_report, read_report
from telemetry_service import Service
from telemetry_storage import Call, CloudStorage, Fault

_CREATED = Call(kind="create", name=cases.PATH, precondition="0")


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
        b' {"parameter":"\\u0041\\"\\\\\\/\\u00e9\xc3\xa9\\ud83d\\ude00\xe2\x80\xa8<&>\\u0080",\n'
        b'"event_name":"page_viewed","visit_count":1000000 ,"occurred_at":"2020-01-02T03:04:05.006Z","user_id":"'
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
    tell("nothing else is asked of storage", [[], 0], [find_unknown_calls(storage), max(0, storage.lookups - 1)])
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
    tell("a listing is asked for again", build_report({"item_opened": 1}), read_report(service))
    storage.fault = None
    tell("after failures an event is accepted", "204", service.post(cases.LINE))
    return messages


def _unpack(content: bytes) -> list[object]:
    """Return the content of gzip members, and how many there are."""
    return [gzip.decompress(content).decode(), content.count(b"\x1f\x8b\x08")]
