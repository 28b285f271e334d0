"""The links of TOON's text, and its judge in the sandbox on fixtures of our own."""

import json
import sys
from pathlib import Path

import pytest
from benchmarks.external import toon
from benchmarks.external.case import Place

from specpack.backend.sandbox import choose_sandbox
from specpack.model.target import Sandbox

CODEC = '''"""Knows the value 7 and one object, and says which options it was given."""
import sys
command, *options = sys.argv[1:]
text = sys.stdin.buffer.read().decode()
if text == "stop":
    sys.exit(3)
if text == "crash":
    sys.exit(1)
if options:
    text = " ".join(options)
elif command == "decode":
    text = {"7": "7.0", "yes": "1", "two": '{"a": 1, "b": [true, null]}'}.get(text, text)
sys.stdout.buffer.write(text.encode())
'''

ENCODE = [
    ("same bytes", 7, "7", {}),
    ("other bytes", 7, "7\n", {}),
    ("negative zero is given as one", "-0", "-0.0", {}),
    (
        "options",
        7,
        "--indent-size 4 --delimiter tab --key-folding safe",
        {"indent": 4, "delimiter": "\t", "keyFolding": "safe"},
    ),
    ("a number below two is no switch", 7, "--flatten-depth 1", {"flattenDepth": 1}),
]
DECODE = [
    ("same number", "7", 7, {}),
    ("a number is no boolean", "yes", True, {}),
    ("same object", "two", {"a": 1, "b": [True, None]}, {}),
    ("another order of keys", "two", {"b": [True, None], "a": 1}, {}),
    ("no JSON", "{", None, {}),
    ("lenient", "x", "unread", {"strict": False}),
    ("an error", "stop", None, None),
    ("a crash is no error", "crash", None, None),
]


def encode_fixtures(category: str, rows: list[tuple[str, object, object, dict[str, object] | None]]) -> str:
    tests = [
        {"name": name, "input": given, "expected": wanted, "options": options or {}, "shouldError": options is None}
        for name, given, wanted, options in rows
    ]
    return json.dumps({"version": "1", "category": category, "tests": tests}).replace('"input": "-0"', '"input": -0')


def test_links_to_files_beside_the_text_become_absolute_and_no_word_changes() -> None:
    text = "See [`a.md`](./a.md), [tests/](./tests/), [1](#1-words) and ./run. [b](https://b.example/./b)"
    home = "https://github.com/toon-format/spec/blob/main/"
    told = toon.link_outside(text)
    assert told == text.replace("](./", f"]({home}")
    assert toon.link_outside(told) == told


@pytest.mark.sandbox
def test_text_bytes_values_and_errors_are_judged(tmp_path: Path) -> None:
    sandbox: Sandbox | None = choose_sandbox()
    if sandbox is None:
        pytest.skip("no sandbox tier works on this machine, and generated code runs nowhere else")
    place = Place(tmp_path)
    for category, rows in (("encode", ENCODE), ("decode", DECODE)):
        (place.suite / category).mkdir(parents=True)
        (place.suite / category / "own.json").write_text(encode_fixtures(category, rows), encoding="utf-8")
    tree = {"toon/__init__.py": b"", "toon/__main__.py": CODEC.encode()}
    result = toon.score(place, tree, Path(sys.prefix), sandbox)
    assert result.note == ""
    assert set(result.passed) == {
        "encode/own: same bytes",
        "encode/own: negative zero is given as one",
        "encode/own: options",
        "encode/own: a number below two is no switch",
        "decode/own: same number",
        "decode/own: same object",
        "decode/own: an error",
    }
    assert result.failed["decode/own: lenient"] == "expected 'unread', got b'--strict off'"
    assert result.failed["decode/own: a crash is no error"] == "expected status 3, got 1"
    assert {name.partition(": ")[2] for name in result.failed} == {
        "other bytes",
        "a number is no boolean",
        "another order of keys",
        "no JSON",
        "lenient",
        "a crash is no error",
    }
