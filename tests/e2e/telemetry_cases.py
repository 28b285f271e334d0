"""What is sent to the service and what the pack says of it, written down by hand.

Path: pack, read by a person -> **cases** -> probe.
"""

import gzip
import zlib

EVENT_ID = "01KJMBQDNT3WQ3TK2VD9WRG5S6"
IDS = "01KJMBQDNT3WQ3TK2VD9WR"
"""The first 22 of the 26 characters of every event id that is used."""
USER = "6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8"
OTHER_USER = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
THIRD_USER = "ffffffff-0000-4000-a000-000000000003"
FOURTH_USER = "ffffffff-0000-4000-b000-000000000004"
LINE = (
    b'{"schema_version":1,"event_id":"01KJMBQDNT3WQ3TK2VD9WRG5S6","user_id":"6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8",'
    b'"occurred_at":"2026-03-01T09:30:00.250Z","visit_count":3,"event_name":"item_opened","parameter":"sku-118"}'
)
"""The event of the pack as the stored line without its LF; also a body that is accepted."""
PATH = "events/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz"
_FIELDS = {
    "schema_version": "1",
    "event_id": f'"{EVENT_ID}"',
    "user_id": f'"{USER}"',
    "occurred_at": '"2026-03-01T09:30:00.250Z"',
    "visit_count": "3",
    "event_name": '"item_opened"',
    "parameter": '"sku-118"',
}


def write_event(**changes: str) -> bytes:
    """Return the event of the pack with these fields written as the given JSON text."""
    return b"{" + ",".join(f'"{n}":{v}' for n, v in {**_FIELDS, **changes}.items()).encode() + b"}"


def pad(body: bytes, size: int) -> bytes:
    """Return the body followed by spaces up to `size` bytes."""
    return body.ljust(size)


WITNESSES: dict[str, tuple[int, bytes]] = {
    "body-too-large": (413, pad(LINE, 4097)),
    "body-not-utf8": (400, b"\xff"),
    "json-malformed": (400, b"{"),
    "json-duplicate-name": (400, b'{"parameter":"a","parameter":"a"}'),
    "json-not-object": (400, b"[]"),
    "field-unknown": (400, b'{"colour":"red"}'),
    "field-missing": (400, b"{}"),
    "schema-version-not-integer": (400, write_event(schema_version="true")),
    "schema-version-unsupported": (400, write_event(schema_version="2")),
    "event-id-not-string": (400, write_event(event_id="7")),
    "event-id-malformed": (400, write_event(event_id='"81KJMBQDNT3WQ3TK2VD9WRG5S6"')),
    "user-id-not-string": (400, write_event(user_id="null")),
    "user-id-malformed": (400, write_event(user_id='"6F1D3C52-8A0B-4E77-9C41-2B7F5A90D3E8"')),
    "time-not-string": (400, write_event(occurred_at="1772357400")),
    "time-malformed": (400, write_event(occurred_at='"2026-03-01T09:30:00Z"')),
    "time-out-of-range": (400, write_event(occurred_at='"2019-12-31T23:59:59.999Z"')),
    "time-not-real": (400, write_event(occurred_at='"2026-02-29T09:30:00.000Z"')),
    "visit-count-not-integer": (400, write_event(visit_count="1.0")),
    "visit-count-out-of-range": (400, write_event(visit_count="0")),
    "event-name-not-string": (400, write_event(event_name="[]")),
    "event-name-unknown": (400, write_event(event_name='"Page_Viewed"')),
    "parameter-not-string": (400, write_event(parameter="{}")),
    "parameter-too-long": (400, write_event(parameter='"' + "a" * 65 + '"')),
    "parameter-control-character": (400, write_event(parameter='"\\u0009"')),
    "parameter-empty": (400, write_event(event_name='"error_shown"', parameter='""')),
}
"""`error_id` -> status and the body of its witness, for the errors that a body alone provokes."""

MEDIA_TYPES = {
    "application/json": "204",
    "application/json;charset=utf-8": "204",
    "Application/JSON \t;\t Charset=UTF-8": "204",
    'application/json;charset="utf-8"': "415 media-type-unsupported",
    "application/json;charset=utf8": "415 media-type-unsupported",
    "application/json;": "415 media-type-unsupported",
    "application/json;charset =utf-8": "415 media-type-unsupported",
    "application/json;charset=utf-8;q=1": "415 media-type-unsupported",
    "application/json, application/json": "415 media-type-unsupported",
    "application/problem+json": "415 media-type-unsupported",
    "": "415 media-type-unsupported",
}
ENCODINGS = {"identity": "204", "Identity": "204", **dict.fromkeys(("gzip", "br", "identity, identity"), "415")}

_SURROGATE_KEY = b'{"\\udc00":1}'
JSON_TEXTS: dict[str, tuple[bytes, str]] = {
    "no byte": (b"", "400 json-malformed"),
    "white space": (b" \r\n\t", "400 json-malformed"),
    "byte order mark": (b"\xef\xbb\xbf" + LINE, "400 json-malformed"),
    "NaN": (write_event(visit_count="NaN"), "400 json-malformed"),
    "Infinity": (write_event(visit_count="Infinity"), "400 json-malformed"),
    "-Infinity": (b"-Infinity", "400 json-malformed"),
    "lone surrogate": (write_event(parameter='"\\ud800"'), "400 json-malformed"),
    "lone low surrogate in a name": (_SURROGATE_KEY, "400 json-malformed"),
    "surrogates in the wrong order": (write_event(parameter='"\\ude00\\ud83d"'), "400 json-malformed"),
    "encoded surrogate": (b'"\xed\xa0\x80"', "400 body-not-utf8"),
    "overlong": (b'"\xc0\xaf"', "400 body-not-utf8"),
    "33 levels": (b"[" * 33 + b"]" * 33, "400 json-malformed"),
    "33 levels of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "400 json-malformed"),
    "32 levels": (b"[" * 32 + b"]" * 32, "400 json-not-object"),
    "4,096 opened arrays": (b"[" * 4096, "400 json-malformed"),
    "2,048 levels": (b"[" * 2048 + b"]" * 2048, "400 json-malformed"),
    "raw control character": (write_event(parameter='"\t"'), "400 json-malformed"),
    "leading zero": (write_event(visit_count="03"), "400 json-malformed"),
    "trailing comma": (LINE[:-1] + b",}", "400 json-malformed"),
    "second value": (LINE + b"{}", "400 json-malformed"),
    "single quotes": (b"{'a':1}", "400 json-malformed"),
    "no-break space": (b"\xc2\xa0{}", "400 json-malformed"),
    "duplicate and malformed": (b'{"a":1,"a":1', "400 json-malformed"),
    "duplicate at depth": (b'{"x":[{"y":{"a":1,"a":2}}]}', "400 json-duplicate-name"),
    "duplicate by an escape": (b'{"a":1,"\\u0061":2}', "400 json-duplicate-name"),
    "duplicate below an array": (b'[{"a":1,"a":2}]', "400 json-duplicate-name"),
    "unknown beside missing": (b'{"schema_version":0,"Parameter":1}', "400 field-unknown"),
    "unknown beside all": (LINE[:-1] + b',"extra":null}', "400 field-unknown"),
    "one missing": (LINE.replace(b',"parameter":"sku-118"', b""), "400 field-missing"),
    "null at the top": (b"null", "400 json-not-object"),
}

ULIDS = {
    "lower case": EVENT_ID.lower(),
    "letter U": EVENT_ID[:-1] + "U",
    "letter I": EVENT_ID[:-1] + "I",
    "letter L": EVENT_ID[:-1] + "L",
    "letter O": EVENT_ID[:-1] + "O",
    "25 characters": EVENT_ID[:-1],
    "27 characters": EVENT_ID + "6",
    "line feed": EVENT_ID + "\\n",
    "other digits": EVENT_ID[:-1] + "\u0663",
    "empty": "",
}
UUIDS = {
    "version 1": "6f1d3c52-8a0b-1e77-9c41-2b7f5a90d3e8",
    "variant c": "6f1d3c52-8a0b-4e77-cc41-2b7f5a90d3e8",
    "no hyphens": "6f1d3c528a0b4e779c412b7f5a90d3e8",
    "braces": "{6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8}",
    "letter g": "gf1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8",
    "one upper case letter": "6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3E8",
    "moved hyphen": "6f1d3c5-28a0b-4e77-9c41-2b7f5a90d3e8",
    "space": " 6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8",
}
TIMES = {
    "2026-03-01T09:30:00.250z": "400 time-malformed",
    "2026-03-01t09:30:00.250Z": "400 time-malformed",
    "2026-03-01 09:30:00.250Z": "400 time-malformed",
    "2026-03-01T09:30:00.25Z": "400 time-malformed",
    "2026-03-01T09:30:00.2500Z": "400 time-malformed",
    "2026-03-01T09:30:00,250Z": "400 time-malformed",
    "2026-03-01T09:30:00.250+00:00": "400 time-malformed",
    "20260-3-01T09:30:00.250Z": "400 time-malformed",
    "2026-03-01T09:30:00.25\u0660Z": "400 time-malformed",
    "+026-03-01T09:30:00.250Z": "400 time-malformed",
    "2100-01-01T00:00:00.000Z": "400 time-out-of-range",
    "2019-02-30T09:30:00.250Z": "400 time-out-of-range",
    "0000-00-00T00:00:00.000Z": "400 time-out-of-range",
    "2026-13-01T09:30:00.250Z": "400 time-not-real",
    "2026-00-01T09:30:00.250Z": "400 time-not-real",
    "2026-04-31T09:30:00.250Z": "400 time-not-real",
    "2026-03-01T24:00:00.000Z": "400 time-not-real",
    "2026-03-01T09:60:00.000Z": "400 time-not-real",
    "2026-03-01T09:30:60.000Z": "400 time-not-real",
    "2099-02-29T00:00:00.000Z": "400 time-not-real",
    "2099-12-31T23:59:59.999Z": "400 time-in-future",
    "2024-02-29T23:59:59.999Z": "204",
    "2020-01-01T00:00:00.000Z": "204",
}
NUMBERS: dict[str, tuple[str, str, str]] = {
    "version as text": ("schema_version", '"1"', "400 schema-version-not-integer"),
    "version 1.0": ("schema_version", "1.0", "400 schema-version-not-integer"),
    "version 1e0": ("schema_version", "1e0", "400 schema-version-not-integer"),
    "version 0": ("schema_version", "0", "400 schema-version-unsupported"),
    "version -1": ("schema_version", "-1", "400 schema-version-unsupported"),
    "count true": ("visit_count", "true", "400 visit-count-not-integer"),
    "count as text": ("visit_count", '"3"', "400 visit-count-not-integer"),
    "count 1e2": ("visit_count", "1e2", "400 visit-count-not-integer"),
    "count 1e999": ("visit_count", "1e999", "400 visit-count-not-integer"),
    "count -0": ("visit_count", "-0", "400 visit-count-out-of-range"),
    "count -3": ("visit_count", "-3", "400 visit-count-out-of-range"),
    "count 1000001": ("visit_count", "1000001", "400 visit-count-out-of-range"),
    "count of 3,800 digits": ("visit_count", "9" * 3800, "400 visit-count-out-of-range"),
    "count 1": ("visit_count", "1", "204"),
    "count 1000000": ("visit_count", "1000000", "204"),
}
PARAMETERS: dict[str, tuple[str, str, str]] = {
    "64 code points beyond the basic plane": ("item_opened", "\U0001f600" * 64, "204"),
    "64 escaped surrogate pairs": ("item_opened", "\\ud83d\\ude00" * 64, "204"),
    "65 code points beyond the basic plane": ("item_opened", "\U0001f600" * 65, "400 parameter-too-long"),
    "65 with a control character": ("item_opened", "\\u0000" * 65, "400 parameter-too-long"),
    "U+0000": ("item_opened", "\\u0000", "400 parameter-control-character"),
    "U+001F": ("item_opened", "a\\u001f", "400 parameter-control-character"),
    "U+007F": ("item_opened", "\x7f", "400 parameter-control-character"),
    "line feed": ("item_opened", "a\\n", "400 parameter-control-character"),
    "U+0020 and U+0080": ("item_opened", " \x80\u2028", "204"),
    "spaces for an error": ("error_shown", " ", "204"),
    **{f"empty for {n}": (n, "", "204") for n in ("page_viewed", "search_performed", "item_opened", "item_shared")},
    "empty for signup_completed": ("signup_completed", "", "204"),
    "name with a space": ("item_opened ", "a", "400 event-name-unknown"),
    "empty name": ("", "a", "400 event-name-unknown"),
}

ORDER = (
    ("schema_version", '"1"', "schema-version-not-integer"),
    ("schema_version", "2", "schema-version-unsupported"),
    ("event_id", "1", "event-id-not-string"),
    ("event_id", '"X"', "event-id-malformed"),
    ("user_id", "1", "user-id-not-string"),
    ("user_id", '"X"', "user-id-malformed"),
    ("occurred_at", "1", "time-not-string"),
    ("occurred_at", '"X"', "time-malformed"),
    ("occurred_at", '"2019-13-01T00:00:00.000Z"', "time-out-of-range"),
    ("occurred_at", '"2099-13-01T00:00:00.000Z"', "time-not-real"),
    ("occurred_at", '"2099-12-01T00:00:00.000Z"', "time-in-future"),
    ("visit_count", '"1"', "visit-count-not-integer"),
    ("visit_count", "0", "visit-count-out-of-range"),
    ("event_name", "1", "event-name-not-string"),
    ("event_name", '"X"', "event-name-unknown"),
    ("parameter", "1", "parameter-not-string"),
    ("parameter", '"' + "\\n" * 65 + '"', "parameter-too-long"),
    ("parameter", '"\\n"', "parameter-control-character"),
)
"""Faults in the order of the checks: an event that has one and all later ones fails by that one."""


def write_order_case(step: int) -> bytes:
    """Return an event in which the faults from `step` on are all present, the first fault of a field winning."""
    changes: dict[str, str] = {}
    for name, value, _ in ORDER[step:]:
        changes.setdefault(name, value)
    return write_event(**changes)


def pack(content: bytes) -> bytes:
    """Return one gzip member as the service has to write it."""
    return gzip.compress(content, mtime=0)


def _break_checksum(member: bytes) -> bytes:
    return member[:-8] + bytes((member[-8] ^ 1,)) + member[-7:]


def write_bomb() -> bytes:
    """Return a valid gzip member of a quarter of a megabyte that holds 256 MiB of spaces."""
    packer = zlib.compressobj(6, wbits=31)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(256)) + packer.flush()


_GOOD = pack(LINE + b"\n")
MALFORMED: dict[str, bytes] = {
    "no byte": b"",
    "no gzip": LINE + b"\n",
    "zlib, not gzip": zlib.compress(LINE + b"\n"),
    "no trailer": _GOOD[:-8],
    "half a trailer": _GOOD[:-4],
    "wrong checksum": _break_checksum(_GOOD),
    "two members": _GOOD + _GOOD,
    "an empty second member": _GOOD + pack(b""),
    "a byte after": _GOOD + b"\0",
    "a byte before": b"\0" + _GOOD,
    "content of 4,097 bytes": pack(pad(LINE, 4096) + b"\n"),
    "no content": pack(b""),
    "no LF": pack(LINE),
    "LF alone": pack(b"\n"),
    "two LF": pack(LINE + b"\n\n"),
    "LF within": pack(LINE[:-1] + b"\n}\n"),
    "two lines": pack(LINE + b"\n" + LINE + b"\n"),
    "byte order mark": pack(b"\xef\xbb\xbf" + LINE + b"\n"),
    "trailing comma": pack(LINE[:-1] + b",}\n"),
    "duplicate name": pack(LINE[:-1] + b',"parameter":"sku-118"}\n'),
    "array": pack(b"[" + LINE + b"]\n"),
    "unknown field": pack(LINE[:-1] + b',"note":""}\n'),
    "missing field": pack(LINE.replace(b',"parameter":"sku-118"', b"") + b"\n"),
    "latin-1": pack(LINE.replace(b"sku-118", b"caf\xe9") + b"\n"),
    "version 2": pack(write_event(schema_version="2") + b"\n"),
    "upper case user": pack(write_event(user_id=f'"{USER.upper()}"') + b"\n"),
    "count 0": pack(write_event(visit_count="0") + b"\n"),
    "unknown name": pack(write_event(event_name='"item_closed"') + b"\n"),
    "empty error": pack(write_event(event_name='"error_shown"', parameter='""') + b"\n"),
    "65 code points": pack(write_event(parameter='"' + "a" * 65 + '"') + b"\n"),
    "control character": pack(write_event(parameter='"\\t"') + b"\n"),
    "another hour": pack(write_event(occurred_at='"2026-03-01T10:30:00.250Z"') + b"\n"),
    "another id": pack(write_event(event_id=f'"{IDS}0001"') + b"\n"),
}
"""Objects at the path of the pack's event, each with one fault, that the report skips."""

MISPLACED = (
    "events/",
    "events/2026/03/01/09/",
    "events/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
    "events/2026/3/1/9/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
    "events/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson",
    "events/2026/03/01/09/01kjmbqdnt3wq3tk2vd9wrg5s6.ndjson.gz",
    "events//2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
)
"""Paths at which the pack's event is not at its place, so that it is skipped."""

OUTSIDE = (
    "event",
    "events",
    "events-old/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
    "Events/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
    "/events/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
    "copy/events/2026/03/01/09/01KJMBQDNT3WQ3TK2VD9WRG5S6.ndjson.gz",
)
"""Paths that do not begin with `events/`, so that the object is neither read nor counted."""

_LOOSE = b"\x1f\x8b\x08\x08\x01\x02\x03\x04\x00\x03name.txt\x00"
READABLE: dict[str, bytes] = {
    "as written": _GOOD,
    "other order, spaces, CR, escapes": pack(
        b' { "parameter" : "sku\\u002d118" , "event_name":"item_opened","visit_count":3,\t"schema_version":1,"user_id":'
        b'"6f1d3c52-8a0b-4e77-9c41-2b7f5a90d3e8","occurred_at":"2026-03-01T09:30:00.250Z",'
        b'"event_id":"01KJMBQDNT3WQ3TK2VD9WRG5S6"} \r\n'
    ),
    "4,096 bytes": pack(pad(LINE, 4095) + b"\n"),
    "time and name in the gzip header": _LOOSE + _GOOD[10:],
}
"""Objects at the path of the pack's event that the report counts."""
