"""Gives each fixture to the judged command: text of `encode` byte for byte, value of `decode`, status of an error.

Path: sandbox -> **toon_fixtures** -> results.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SECONDS = 10.0
REJECTED = 3
_OPTIONS = {
    "indent": "--indent-size",
    "delimiter": "--delimiter",
    "keyFolding": "--key-folding",
    "flattenDepth": "--flatten-depth",
    "strict": "--strict",
    "expandPaths": "--expand-paths",
}
_VALUES = {",": "comma", "\t": "tab", "|": "pipe", True: "on", False: "off"}


def read_fixtures(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, command and fixture; a negative zero stays one."""
    for path in sorted(folder.glob("*/*.json")):
        data = json.loads(path.read_text(encoding="utf-8"), parse_int=lambda text: -0.0 if text == "-0" else int(text))
        for fixture in data["tests"]:
            yield f"{path.parent.name}/{path.stem}: {fixture['name']}", data["category"], fixture


def check_fixture(command: str, fixture: dict[str, Any]) -> str:
    """Return why the command fails a fixture, empty where it passes."""
    arguments = [sys.executable, "-m", "toon", command]
    for name, value in (fixture.get("options") or {}).items():
        known = isinstance(value, str | bool) and value in _VALUES
        arguments += [_OPTIONS[name], _VALUES[value] if known else str(value)]
    given = fixture["input"] if command == "decode" else json.dumps(fixture["input"], ensure_ascii=False)
    try:
        told = subprocess.run(
            arguments, input=given.encode(), capture_output=True, timeout=SECONDS, cwd="product", check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {SECONDS:g} s"
    if fixture.get("shouldError"):
        return "" if told.returncode == REJECTED else f"expected status {REJECTED}, got {told.returncode}"
    if told.returncode:
        return f"ends with {told.returncode}: {told.stderr.decode(errors='replace')[-300:]}"
    wanted = fixture["expected"]
    good = told.stdout == wanted.encode() if command == "encode" else holds_value(told.stdout, wanted)
    return "" if good else f"expected {wanted!r}, got {told.stdout[:400]!r}"


def holds_value(answer: bytes, wanted: object) -> bool:
    """Return whether an answer is a JSON document of that value, with its keys in that order."""
    try:
        told = json.loads(answer.decode(), object_pairs_hook=lambda pairs: ("object", pairs))
    except ValueError:
        return False
    return bool(_tag(told) == _tag(wanted))


def _tag(value: Any) -> Any:
    """Return a value that equals another one's exactly where both are the same JSON value, order of keys included."""
    if isinstance(value, dict):
        value = ("object", list(value.items()))
    if isinstance(value, tuple):
        return ("object", [(key, _tag(item)) for key, item in value[1]])
    if isinstance(value, list):
        return ("array", [_tag(item) for item in value])
    return ("boolean" if isinstance(value, bool) else "other", value)


if __name__ == "__main__":
    fixtures = list(read_fixtures(Path("fixtures")))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda fixture: check_fixture(*fixture[1:]), fixtures))
    outcomes = {name: why for (name, _, _), why in zip(fixtures, told, strict=True)}
    passed = [name for name, why in outcomes.items() if not why]
    failed = {name: why for name, why in outcomes.items() if why}
    Path("results.json").write_text(json.dumps({"passed": passed, "failed": failed}), encoding="utf-8")
