"""The pack of `specpack new greeter`, and answers to every question of it, for builds against a local server.

All answers made here are synthetic: they exist to drive the machinery, no model wrote them. They are made from the text
of a request alone: labels, nonces and clause ids are read from it.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.providers.wire import Heard, Say

SPECPACK = [sys.executable, "-m", "specpack.cli.main"]
SECONDS = 120
"""Longest run of one command, so that a test ends."""

_KEYED = re.compile(r"(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|SPECPACK|CODEX|CLAUDE)_\w+|(?i:\w+_proxy)")
_QUESTION = re.compile(r"^## Question `(.+?)` of the phase \w+$", re.MULTILINE)
_MARKER = re.compile(r"^==== specpack (\S+) (.+?) ([0-9a-f]{8}) ====", re.MULTILINE)
_CLAUSE = re.compile(r"‹(greeter\.\w+)› The system MUST")

INIT = '''"""Greets by name."""

from greeter.greeting import EmptyName as EmptyName
from greeter.greeting import greet as greet
'''
CODE = '''"""Greets by name."""


class EmptyName(Exception):
    """The name given is empty."""


def greet(name: str) -> str:
    """Return the greeting of a name."""
    if not name:
        raise EmptyName
    return f"Hello, {name}"
'''
SIGNATURES = '''class EmptyName(Exception):
    """The name given is empty."""

def greet(name: str) -> str:
    """Return the greeting of a name."""
'''
DRIVER_SIGNATURES = '''def greet(name: str) -> str:
    """Return what the product answers, or `EmptyName` where it raises that."""
'''
DRIVER = '''"""Reaches the product."""

import greeter


def greet(name: str) -> str:
    """Return what the product answers, or `EmptyName` where it raises that."""
    try:
        return greeter.greet(name)
    except greeter.EmptyName:
        return "EmptyName"
'''
PATHS = ["greeter/__init__.py", "greeter/greeting.py"]
TESTS = '''"""Greetings."""

from tests import driver


def test_a_name_is_greeted() -> None:
    """Clauses: {0}."""
    assert driver.greet("Ann") == "Hello, Ann", "Hello, NAME"


def test_an_empty_name_is_refused() -> None:
    """Clauses: {1}."""
    assert driver.greet("") == "EmptyName", "an empty name raises EmptyName"
'''


def run_specpack(
    *arguments: object, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in a folder, without the keys and proxies of this machine."""
    inherited = {name: value for name, value in os.environ.items() if not _KEYED.fullmatch(name)}
    return subprocess.run(
        [*SPECPACK, *map(str, arguments)],
        cwd=folder,
        env={**inherited, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def make_pack(folder: Path) -> Path:
    """Return the pack `greeter` in a folder, as `specpack new` writes it."""
    done = run_specpack("new", "greeter", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "greeter"


def list_labels(text: str) -> list[str]:
    """Return the labels of a request's questions."""
    return _QUESTION.findall(text)


def answer_request(heard: Heard) -> Say:
    """Return good answers to all questions of a request."""
    return Say(render_answers(heard.text))


def render_answers(text: str, **changes: Mapping[str, str]) -> str:
    """Return good answers to all questions of a request's text; `changes` holds, by phase, other texts of blocks."""
    found = list(_QUESTION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    answers = []
    for match, end in zip(found, ends, strict=True):
        label, own = match[1], text[match.end() : end]
        nonce = _MARKER.findall(own)[-1][2]
        blocks = {**_answer(label, text), **changes.get(label.partition("/")[0], {})}
        for name, content in blocks.items():
            answers += [f"==== specpack {name} {nonce} ====", content.rstrip("\n"), f"==== end {nonce} ===="]
    return "\n".join(answers) + "\n"


def _answer(label: str, text: str) -> dict[str, str]:
    """Return a label's blocks by `kind path`; clause ids are those of the whole request."""
    ids = sorted(set(_CLAUSE.findall(text)), key=text.index)
    phase, _, name = label.partition("/")
    if phase == "behaviour":
        return {"data -": json.dumps({"rules": []})}
    if phase == "design":
        return {
            "data -": json.dumps(_design(), indent=1),
            "signatures greeter/greeting.py": SIGNATURES,
            "signatures tests/driver.py": DRIVER_SIGNATURES,
        }
    if phase == "write":
        return {"file greeter/__init__.py": INIT, "file greeter/greeting.py": CODE}
    if phase == "ruling":
        readings = ["a greeting begins with `Hello`", "a greeting begins with any word"]
        return {"data -": json.dumps({"outcome": "ambiguous", "clauses": ids[:1], "why": "both", "readings": readings})}
    assert phase == "test", label
    if name == "driver":
        return {"file tests/driver.py": DRIVER}
    return {"file tests/test_greeting.py": TESTS.format(*ids)}


def _design() -> dict[str, object]:
    section = ["greeter/greeting"]
    return {
        "units": [{"id": "greeting", "paths": PATHS, "purpose": "greets", "clauses": section}],
        "entry_points": [{"kind": "library", "target": "greeter:greet", "unit": "greeting", "clauses": section}],
        "groups": [
            {"id": "driver", "paths": ["tests/driver.py"], "clauses": []},
            {"id": "greeting", "paths": ["tests/test_greeting.py"], "clauses": section},
        ],
    }
