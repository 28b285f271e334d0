"""What the report says: over nothing, over one object at a time, over many, and after a restart.

Path: probe -> **reports** -> service -> storage.
"""

import json

import telemetry_cases as cases
from telemetry_checks import BUCKET, OUTPUT, ROOT, tell
from telemetry_service import Service, build_environment
from telemetry_storage import CloudStorage

_BOMB_ALLOWANCE = 96 << 20
ZERO = dict.fromkeys(
    ("page_viewed", "search_performed", "item_opened", "item_shared", "signup_completed", "error_shown"), 0
)
_BODIES = tuple(
    cases.write_event(
        event_id=f'"{cases.IDS}{number}"',
        occurred_at=f'"2026-02-{day}T{hour}:59:59.999Z"',
        user_id=f'"{user}"',
        event_name=f'"{name}"',
        parameter=f'"{parameter}"',
    )
    for number, day, hour, user, name, parameter in (
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


def check_report(service: Service, storage: CloudStorage) -> list[str]:
    """Check the report over nothing, over the sample of the pack, over each malformed object, over all together."""
    objects = storage.buckets[BUCKET]
    tell("report over nothing", build_report(), read_report(service))
    _post_sample(service, storage)
    sample = build_report({"page_viewed": 2, "item_opened": 1, "error_shown": 1}, {"payment-declined": 3}, skipped=1)
    tell("report of the pack's sample", sample, read_report(service))
    skipped, outside, counted = {}, {}, {}
    for name, content in cases.MALFORMED.items():
        skipped[name] = _report_over(service, storage, cases.PATH, content)
    for path in cases.MISPLACED:
        skipped[path] = _report_over(service, storage, path, cases.pack(cases.LINE + b"\n"))
    tell("skipped objects", dict.fromkeys(skipped, build_report(skipped=1)), skipped)
    for path in cases.OUTSIDE:
        storage.calls.clear()
        report = _report_over(service, storage, path, cases.pack(cases.LINE + b"\n"))
        outside[path] = [report, [call.name for call in storage.calls if call.kind == "read"]]
    tell("objects outside of `events/`", {path: [build_report(), []] for path in outside}, outside)
    for name, content in cases.READABLE.items():
        counted[name] = _report_over(service, storage, cases.PATH, content)
    coded = cases.pack(cases.LINE + b"\n")
    counted["content encoding"] = _report_over(service, storage, cases.PATH, coded, content_encoding="gzip")
    tell("readable objects", dict.fromkeys(counted, build_report({"item_opened": 1})), counted)
    future = cases.write_event(occurred_at='"2099-12-31T23:59:59.999Z"') + b"\n"
    path = "events/2099/12/31/23/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz"
    ahead = _report_over(service, storage, path, cases.pack(future))
    tell("a stored event of the future", build_report({"item_opened": 1}), ahead)
    peak = service.measure_memory()
    bomb = _report_over(service, storage, cases.PATH, cases.write_bomb())
    grown = service.measure_memory() - peak
    tell("256 MiB in one object", [build_report(skipped=1), 0], [bomb, max(0, grown - _BOMB_ALLOWANCE)])
    objects.clear()
    _fill(service, storage)
    storage.calls.clear()
    tell("report over all together", _build_whole_report(), read_report(service, "/?event_name=page_viewed"))
    reads = sorted(call.name for call in storage.calls if call.kind == "read")
    tell("each listed object is read once", sorted(n for n in objects if n.startswith("events/")), reads)
    tell("the report asks for nothing else", [], sorted({c.kind for c in storage.calls} - {"list", "read"}))
    with_body = service.call("GET", body=b"\xff" * 5000, headers=[("Content-Type", "text/plain")])
    tell("the body of a GET is ignored", "200 report", with_body.outcome)
    return []


def check_restart(service: Service, storage: CloudStorage) -> list[str]:
    """Fill storage by one run of the service, then report and post again by another: storage alone is the memory."""
    _fill(service, storage)
    before = read_report(service)
    stored = dict(storage.buckets[BUCKET])
    environment = build_environment(STORAGE_EMULATOR_HOST=storage.url, TELEMETRY_BUCKET=BUCKET)
    other = Service(ROOT, OUTPUT / "beside", environment)
    try:
        beside = [read_report(other), other.post(_BODIES[0])]
        tell("restart: a second instance", [before, "204"], beside)
        service.stop()
        after = read_report(other)
    finally:
        other.stop()
    again = Service(ROOT, OUTPUT / "again", environment)
    try:
        tell("restart: the same report", [_build_whole_report()] * 3, [before, after, read_report(again)])
        tell("restart: the same event", "204", again.post(_BODIES[0]))
    finally:
        again.stop()
    tell("restart: nothing is written", [["", ""]] * 2, [list(other.output()), list(again.output())])
    tell("restart: nothing changed", True, storage.buckets[BUCKET] == stored)
    return []


def build_report(
    users: dict[str, int] | None = None, kinds: dict[str, int] | None = None, *, skipped: int = 0
) -> dict[str, object]:
    """Return a report with these counts and zero for every other event name."""
    return {"users_by_event": {**ZERO, **(users or {})}, "errors_by_kind": kinds or {}, "skipped_objects": skipped}


def read_report(service: Service, path: str = "/") -> object:
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
    return read_report(service)


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


def _post_sample(service: Service, storage: CloudStorage) -> None:
    """Store what the sample of `behaviour/report.md` describes."""
    rows = [(cases.USER, "page_viewed", "/"), (cases.OTHER_USER, "page_viewed", "/")]
    rows += [(cases.USER, "item_opened", "a"), *[(cases.OTHER_USER, "error_shown", "payment-declined")] * 3]
    for number, (user, name, parameter) in enumerate(rows):
        fields = {"user_id": user, "event_name": name, "parameter": parameter, "event_id": f"{cases.IDS}004{number}"}
        service.post(cases.write_event(**{field: f'"{value}"' for field, value in fields.items()}))
    storage.plant(BUCKET, "events/2026/03/01/09/note", b"")


def _build_whole_report() -> dict[str, object]:
    users = {
        "page_viewed": 2,
        "search_performed": 1,
        "item_opened": 1,
        "item_shared": 3,
        "signup_completed": 1,
        "error_shown": 3,
    }
    kinds = {"payment-declined": 3, "Payment-declined": 1, "caf\u00e9": 1, "cafe\u0301": 1}
    return build_report(users, kinds, skipped=7)
