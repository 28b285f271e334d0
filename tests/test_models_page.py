"""The table of failures in `docs/models.md` says what runs print, and each of its links names a test that exists."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from specpack.middle.limiter import KEPT, TRIES
from specpack.model.provider import ProviderSettings
from tests.e2e.failures import CALLED, ENDING, RETRIED, WAITING, Failure

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "models.md"
SILENCE = next(field.default for field in fields(ProviderSettings) if field.name == "silence")

LETTERS = {
    KEPT: "a",
    "all replies are in the store": "b",
    "nothing of it was stored; all that was stored before is kept": "c",
    "all earlier answers are in the store": "d",
    "all answers so far are in the store": "e",
}
"""What a message says was kept -> its letter in the table."""

TESTS: tuple[tuple[str, tuple[Failure, ...]], ...] = (
    ("tests/e2e/test_failures.py::test_a_failure_and_how_to_go_on", ENDING),
    ("tests/e2e/test_failures.py::test_what_fails_for_long", RETRIED),
    ("tests/e2e/test_failures.py::test_a_program_that_cannot_answer", CALLED),
    (
        "tests/e2e/test_failures.py::test_relay_waits",
        (WAITING,),
    ),
)
"""Test that runs the rows -> the rows."""


def render_row(failure: Failure, test: str) -> str:
    """Return the line of the table for a failure."""
    message = failure.message.replace("life for … s", f"life for {SILENCE:g} s")
    path, _, name = test.partition("::")
    return (
        f"| {failure.name} | {count_again(failure)} | {failure.status} | {quote(message)} | {LETTERS[failure.kept]} "
        f"| {quote(failure.help)} | [{name}](../{path}) |"
    )


def count_again(failure: Failure) -> str:
    """Say how often the question is asked again before the build ends."""
    if failure in RETRIED:
        return f"{TRIES - 1} times"
    again = max(0, failure.requests - 1)
    return ("no", "once", "twice", "3 times", "4 times")[again]


def quote(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def list_rows() -> Iterator[tuple[Failure, str]]:
    for test, failures in TESTS:
        for failure in failures:
            yield failure, test


def list_functions(path: Path) -> set[str]:
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("failure", "test"), tuple(list_rows()), ids=lambda value: getattr(value, "name", ""))
def test_a_row_of_the_table_is_what_its_test_expects_of_a_run(failure: Failure, test: str) -> None:
    assert render_row(failure, test) in PAGE.read_text(encoding="utf-8").splitlines()


def test_the_table_has_no_other_row() -> None:
    text = PAGE.read_text(encoding="utf-8").split("## When it fails", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "../tests/" in line]
    assert len(rows) == len(list(list_rows()))


def test_each_letter_stands_for_what_a_message_says_was_kept() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kept, letter in LETTERS.items():
        assert f"- {letter}: {quote(kept)}\n" in text


def test_each_linked_test_exists() -> None:
    links = re.findall(r"\[`?(test_\w+)`?\]\(\.\./(tests/[\w/]+\.py)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) >= len(list(list_rows()))
    for name, path in links:
        assert name in list_functions(ROOT / path), f"{path}::{name}"
