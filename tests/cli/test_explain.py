"""Each code that anything in the package can show has a page, and `specpack explain` prints it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import specpack
from specpack.cli.explain import find_page
from specpack.frontend import catalogue
from specpack.frontend.faults import READING
from specpack.frontend.rules import UNDERSTANDING
from specpack.middle import codes
from specpack.targets.python import codes as gates

PACKAGE = Path(specpack.__file__).parent
CODE = re.compile(r"(?:SP|GT|BU)\d{3}")


def find_literals(tree: ast.Module) -> set[str]:
    """Return the codes in string literals that are no docstrings and no bare strings beside an attribute."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {code for node in strings if id(node) not in bare for code in CODE.findall(node.value)}


def find_used() -> list[str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return sorted(set().union(*(find_literals(ast.parse(file.read_text(encoding="utf-8"))) for file in files)))


USED = find_used()


def test_codes_of_all_three_kinds_are_found() -> None:
    assert {code[:2] for code in USED} == {"SP", "GT", "BU"}
    assert find_literals(ast.parse('"""SP001"""\nx = "SP002"\n"""SP003"""\ny = f"{x} GT004"\n')) == {"SP002", "GT004"}


@pytest.mark.parametrize("code", USED)
def test_each_code_used_has_a_page(code: str) -> None:
    page = find_page(code)
    assert page is not None
    assert page.startswith(f"# {code}: ")
    assert {"## Reason", "## Cure"} <= set(page.splitlines())


def test_each_code_of_the_pack_is_in_the_catalogue_and_the_other_way_round() -> None:
    assert [code for code in USED if code.startswith("SP")] == list(catalogue.RULES)
    assert [code for code in USED if code.startswith("BU")] == sorted(codes.PAGES) == sorted(codes.Code)
    assert [code for code in USED if code.startswith("GT")] == sorted(gates.CURES) == sorted(gates.Code)


def test_each_page_of_the_catalogue_belongs_to_a_code() -> None:
    pages = {file.stem for file in (PACKAGE / "frontend" / "explain").iterdir()}
    assert pages == set(catalogue.RULES)


def test_wording_of_a_cause_stands_once_and_names_a_code_the_same() -> None:
    rules = [*READING, *UNDERSTANDING]
    assert len({(rule.code, rule.case) for rule in rules}) == len(rules)
    named: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        half = "reading" if rule in READING else "understanding"
        named.setdefault((rule.code, half), set()).add(rule.name)
        assert not rule.message.endswith(".")
        assert not rule.help.endswith(".")
    assert {key: names for key, names in named.items() if len(names) > 1} == {}


def explain(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specpack.cli.main", "explain", code]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("code", ["SP402", "gt065", "BU101"])
def test_command_prints_the_page(code: str) -> None:
    done = explain(code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip() == (find_page(code.upper()) or "").rstrip()


@pytest.mark.parametrize("code", ["SP999", "GT999", "BU999", "../SP001", "XX001", ""])
def test_code_that_does_not_exist_is_wrong_use(code: str) -> None:
    done = explain(code)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no page for the code" in done.stderr
