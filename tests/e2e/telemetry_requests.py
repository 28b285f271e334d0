"""What depends on the request alone: routes, methods, preflight, limits, every check of an event.

Path: probe -> **requests** -> service.
"""

import gzip
from datetime import UTC, datetime, timedelta

import telemetry_cases as cases
from telemetry_checks import compare, tell
from telemetry_service import PREFLIGHT, Service
from telemetry_storage import CloudStorage


def check_requests(service: Service, storage: CloudStorage) -> list[str]:
    """Check what depends on the request alone: routes, preflight, all rejected events, limits."""
    storage.calls.clear()
    check_routes(service)
    for error, (status, body) in cases.WITNESSES.items():
        tell(f"error: {error}", f"{status} {error}", service.post(body))
    text = service.call("POST", body=cases.LINE, headers=[("Content-Type", "text/plain")])
    tell("error: media-type-unsupported", "415 media-type-unsupported", text.outcome)
    json_type = ("Content-Type", "application/json")
    coded = [json_type, ("Content-Encoding", "gzip")]
    packed = service.call("POST", body=gzip.compress(cases.LINE), headers=coded)
    tell("error: content-encoding-unsupported", "415 content-encoding-unsupported", packed.outcome)
    ahead = (datetime.now(UTC) + timedelta(seconds=330)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tell("error: time-in-future", "400 time-in-future", service.post(cases.write_event(occurred_at=f'"{ahead}"')))
    compare("order of request checks", _order_requests(), service)
    headers = (("Content-Type", "text/plain"), ("Content-Encoding", "gzip"))
    got = [service.call("POST", body=b"\xff" * 4097, headers=h).outcome for h in (headers, (json_type, headers[1]))]
    wanted = ["415 media-type-unsupported", "415 content-encoding-unsupported"]
    tell("order of the checks of headers", wanted, got)
    steps = {f"{n}. {row[2]}": (cases.write_order_case(n), f"400 {row[2]}") for n, row in enumerate(cases.ORDER)}
    compare("order of field checks", steps, service)
    tell("rejected requests do not use storage", [], [call.kind for call in storage.calls])
    check_limits(service)
    for name, form in (("event_id", cases.ULIDS), ("user_id", cases.UUIDS)):
        error = f"400 {name.replace('_', '-')}-malformed"
        compare(
            f"forms of {name}", {n: (cases.write_event(**{name: f'"{v}"'}), error) for n, v in form.items()}, service
        )
    times = {t: (cases.write_event(occurred_at=f'"{t}"'), outcome) for t, outcome in cases.TIMES.items()}
    compare("forms of time", times, service)
    near = (datetime.now(UTC) + timedelta(seconds=240)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tell("a near future passes", "204", service.post(cases.write_event(occurred_at=f'"{near}"')))
    numbers = {n: (cases.write_event(**{field: v}), o) for n, (field, v, o) in cases.NUMBERS.items()}
    compare("integers", numbers, service)
    texts = {
        n: (cases.write_event(event_name=f'"{name}"', parameter=f'"{v}"'), o)
        for n, (name, v, o) in cases.PARAMETERS.items()
    }
    compare("names and parameters", texts, service)
    compare("JSON texts", cases.JSON_TEXTS, service)
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
    tell(
        "an error with an Origin header",
        ["400 json-malformed", ["*"]],
        [bad.outcome, bad.values("Access-Control-Allow-Origin")],
    )


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
    compare("sizes of bodies", sizes, service)
    long = cases.pad(cases.LINE, 4097)
    chunked = {
        "event": service.call("POST", body=[cases.LINE[:9], cases.LINE[9:]], headers=[json_type]).outcome,
        "4,097 bytes": service.call("POST", body=[long[:4096], long[4096:]], headers=[json_type]).outcome,
    }
    tell("chunked bodies", {"event": "204", "4,097 bytes": "413 body-too-large"}, chunked)


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
