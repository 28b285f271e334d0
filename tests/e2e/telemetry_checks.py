"""How the probe tells the outcome of a check, and the names that all its parts use.

Path: probe, its parts -> **checks** -> one JSON line a check -> test.
"""

import json
from pathlib import Path

from telemetry_service import Service
from telemetry_storage import CloudStorage

WORK = Path(__file__).resolve().parent.parent
ROOT = WORK / "codebase"
OUTPUT = WORK / "output"
BUCKET = "telemetry-events"


def tell(check: str, expected: object, got: object) -> None:
    """Print the outcome of a check; of two dictionaries only what differs."""
    ok = json.dumps(expected, sort_keys=True) == json.dumps(got, sort_keys=True)
    if not ok and isinstance(expected, dict) and isinstance(got, dict):
        differing = [n for n in {**expected, **got} if (n in expected, expected.get(n)) != (n in got, got.get(n))]
        expected = {n: expected[n] for n in differing if n in expected}
        got = {n: got[n] for n in differing if n in got}
    print(json.dumps({"check": check, "ok": ok, "expected": expected, "got": got}), flush=True)  # noqa: T201


def compare(check: str, rows: dict[str, tuple[bytes, str]], service: Service) -> None:
    """Post the body of each row and check that the outcomes are those of the rows."""
    tell(check, {n: outcome for n, (_, outcome) in rows.items()}, {n: service.post(b) for n, (b, _) in rows.items()})


def find_unknown_calls(storage: CloudStorage) -> list[str]:
    """Return what was asked of storage besides creations, listings and readings."""
    return sorted({call.kind for call in storage.calls} - {"create", "list", "read"})
