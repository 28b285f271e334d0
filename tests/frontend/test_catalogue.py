"""The catalogue and those who report: no case without wording, no wording that nobody uses."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import specpack.frontend
from specpack.frontend.catalogue import _WORDING, build_diagnostic
from specpack.model.diagnostic import Severity

FOLDER = Path(specpack.frontend.__file__).parent
TREES = {
    file.relative_to(FOLDER).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.rglob("*.py"))
    if file.name not in ("faults.py", "rules.py")
}


def find_strings(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def find_cases(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield the (code, case) pairs that a call reports, as far as they stand in it word for word."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "reject" and call.args:
        yield from (("SP005", case) for case in find_strings(call.args[0]))
    elif name == "refuse" and len(call.args) > 1:
        yield from (("SP002", case) for case in find_strings(call.args[1]))
    elif name == "FullError":
        yield from (("SP003", case) for case in find_strings(call.args[0]))
    elif name in ("report", "build_diagnostic") and call.args and isinstance(call.args[0], ast.Constant):
        place = 1 if name == "report" and call.args[1:2] and isinstance(call.args[1], ast.Constant) else 2
        cases = [word.value for word in call.keywords if word.arg == "case"]
        if name == "report" and len(call.args) > place:
            cases.append(call.args[place])
        yield from ((str(call.args[0].value), case) for value in cases for case in find_strings(value))


@pytest.mark.parametrize("path", TREES)
def test_each_case_that_is_reported_has_wording(path: str) -> None:
    calls = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)]
    assert [pair for call in calls for pair in find_cases(call) if pair not in _WORDING] == []


def test_cases_are_found_in_the_sources() -> None:
    calls = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = {pair for call in calls for pair in find_cases(call)}
    assert {("SP002", "leaving"), ("SP003", "header"), ("SP005", "digest"), ("SP208", "rule")} <= found
    assert {("SP004", "method"), ("SP001", "entry"), ("SP016", "")} & found == {("SP004", "method"), ("SP001", "entry")}


def test_each_case_is_used() -> None:
    used = {text for tree in TREES.values() for text in find_strings(tree)}
    assert sorted({case for _, case in _WORDING} - used) == []


def test_help_names_what_may_have_been_meant() -> None:
    far = build_diagnostic("SP201", None, fields={"target": "{x}.md", "near": ""})
    near = build_diagnostic("SP201", None, fields={"target": "{x}.md", "near": "y.md"}, severity=Severity.WARNING)
    assert far.message == near.message == "`{x}.md` is not a document of the pack"
    assert (far.help, near.help) == (
        "add it to the pack, or take the reference out",
        "the nearest document is `y.md`",
    )
    assert (far.severity, near.severity) == (Severity.ERROR, Severity.WARNING)
