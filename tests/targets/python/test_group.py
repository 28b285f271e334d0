"""Test groups: each case fires, and a near miss beside it does not."""

from dataclasses import replace

import pytest

from specpack.model.conclusion import SourceFile

from .shop import DESIGN, DRIVER, FAKES, FILES, TARGET, TESTS, change_signatures, make_package, read_files

HEAD = '"""Tests."""\n\nimport pytest\n\nfrom tests.driver import Shop, check_saved\n\n\n'


def check(text, design=DESIGN):
    """Return the codes; planted assertions are not made to carry messages unless a test asks."""
    files = [SourceFile(path="tests/test_orders.py", text=text)]
    return [finding.code for finding in TARGET.check_group(files, design, "orders") if finding.code != "GT076"]


def check_driver(driver=DRIVER, fakes=FAKES, design=DESIGN):
    files = [SourceFile(path="tests/driver.py", text=driver), SourceFile(path="tests/fakes.py", text=fakes)]
    return [finding.code for finding in TARGET.check_group(files, design, "driver")]


def write_test(body, docstring="Says.\n\n    Clauses: prices.sum01\n    ", name="test_x"):
    return f'{HEAD}def {name}():\n    """{docstring}"""\n    {body}\n'


def test_sound_groups_have_no_finding():
    assert check(TESTS) == []
    assert check_driver() == []


def test_paths_are_exactly_those_of_the_group():
    assert [f.code for f in TARGET.check_group([], DESIGN, "orders")] == ["GT045"]
    assert [f.code for f in TARGET.check_group(read_files("tests/driver.py"), DESIGN, "driver")] == ["GT045"]
    assert [f.code for f in TARGET.check_group(read_files("main.py"), DESIGN, "orders")] == ["GT045", "GT045"]
    assert [f.code for f in TARGET.check_group([], DESIGN, "absent")] == ["GT039"]


@pytest.mark.parametrize(
    ("docstring", "codes", "cited"),
    [
        ("Says.\n\n    Clauses: a.b, assume.c-d\n    ", [], ("a.b", "assume.c-d")),
        ("Clauses: a.b", [], ("a.b",)),
        ("Says.\n\n    Clauses: a.b,\n    assume.c-d, e.f\n    ", [], ("a.b", "assume.c-d", "e.f")),
        ("Clauses: a.b\n    e.f", ["GT061"], ()),
        ("Says. Clauses: a.b", ["GT061"], ()),
        ("Clauses: a.b\n\n    Says.", ["GT061"], ()),
        ("Clauses: this and that", ["GT061"], ()),
        ("Clauses:", ["GT061"], ()),
        ("Says.", ["GT060"], ()),
        ("Clauses: a.b, a.b", [], ("a.b",)),
    ],
)
def test_each_test_cites(docstring, codes, cited):
    text = write_test("assert Shop().order('1') == 1", docstring)
    assert check(text) == codes
    found = TARGET.cited_ids([SourceFile(path="tests/test_orders.py", text=text)])
    assert found == {"tests/test_orders.py::test_x": cited}


def test_only_test_files_cite():
    assert TARGET.cited_ids([SourceFile(path="tests/driver.py", text=write_test("pass"))]) == {}
    assert TARGET.cited_ids([SourceFile(path="tests/test_x.py", text="def test_x(:")]) == {}


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("Shop().order('1')", ["GT065"]),
        ("assert Shop().order('1') == 1", []),
        ("check_saved(Shop(), {})", []),
        ("Shop().check_saved({})", ["GT065"]),
        ("assert True", ["GT066"]),
        ("x = 1\n    assert x == x", ["GT066"]),
        ("assert 1 == 1", ["GT066"]),
        ("assert (Shop().order('1'), 'message')", ["GT066"]),
        ("assert Shop().order('1') or True", ["GT066"]),
        ("with pytest.raises(Exception):\n        Shop().order('1')", ["GT067"]),
        ("with pytest.raises((ValueError, Exception)):\n        Shop().order('1')", ["GT067"]),
        ("with pytest.raises(ValueError):\n        Shop().order('1')", []),
        (
            "try:\n        assert Shop().order('1') == 1\n    except Exception as e:\n        print(e)",
            ["GT068", "GT120"],
        ),
        ("try:\n        assert Shop().order('1') == 1\n    finally:\n        print(1)", []),
        ("_agree(1)", ["GT065"]),
    ],
)
def test_each_test_asserts_something_that_can_fail(body, codes):
    assert sorted(check(write_test(body))) == codes


def test_a_helper_of_the_file_may_assert():
    helper = "\n\ndef _agree(x):\n    assert x == Shop().order('1')\n"
    assert check(write_test("_agree(1)") + helper) == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("import json", []),
        ("from tests import driver, fakes", []),
        ("from tests.fakes import MemoryStore", []),
        ("from tests.test_other import x", ["GT062"]),
        ("from shop.pricing import price", ["GT062"]),
        ("import main", ["GT062"]),
        ("import numpy", ["GT062"]),
        ("import importlib", ["GT062"]),
        ("import subprocess", ["GT062"]),
        ("from unittest import mock", ["GT063"]),
        ("from unittest.mock import patch", ["GT063"]),
        ("import socket", ["GT070"]),
        ("import urllib.request", ["GT070"]),
        ("from urllib.parse import quote", []),
        ("from http import HTTPStatus", []),
        ("from inspect import getsource", ["GT075"]),
        ("import inspect", []),
        ("from tests.driver import *", ["GT055"]),
    ],
)
def test_tests_reach_the_product_through_the_driver_alone(line, codes):
    text = write_test("assert Shop().order('1') == 1").replace("import pytest\n", f"import pytest\n{line}\n", 1)
    assert check(text) == codes


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("setattr(Shop, 'order', None)", ["GT063"]),
        ("sys.modules['shop'] = None", ["GT063"]),
        ("pytest.skip('later')", ["GT064"]),
        ("time.sleep(1)", ["GT069"]),
        ("os._exit(0)", ["GT074"]),
        ("sys.exit(0)", ["GT074"]),
        ("eval('1')", ["GT062"]),
        ("print(__file__)", ["GT075"]),
    ],
)
def test_the_running_program_is_left_alone(body, codes):
    assert check(write_test(f"{body}\n    assert Shop().order('1') == 1")) == codes


@pytest.mark.parametrize("marker", ["@pytest.mark.skip", "@pytest.mark.skipif(True, reason='x')", "@pytest.mark.xfail"])
def test_no_test_is_skipped(marker):
    text = write_test("assert Shop().order('1') == 1")
    assert check(text.replace("def test_x", f"{marker}\ndef test_x")) == ["GT064"]
    assert check(text.replace("def test_x", "@pytest.mark.parametrize('a', [1])\ndef test_x")) == []


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("class TestMore:\n    def test_y(self):\n        assert True", ["GT071", "GT071"]),
        ("def outer():\n    def test_y():\n        assert True", ["GT071"]),
        ("class Helper:\n    pass", []),
        ("@pytest.fixture\ndef shop():\n    return Shop()", []),
        ("def pytest_runtest_call(item):\n    pass", ["GT074"]),
        ("pytest_plugins = ['x']", ["GT074"]),
        ("pytestmark = pytest.mark.slow", ["GT074"]),
    ],
)
def test_tests_stand_where_they_are_looked_for(added, codes):
    assert check(write_test("assert Shop().order('1') == 1") + f"\n\n{added}\n") == codes


def test_a_name_is_used_once_and_a_file_holds_a_test():
    once = write_test("assert Shop().order('1') == 1")
    assert "GT072" in check(once + once.removeprefix(HEAD))
    assert check(HEAD) == ["GT073"]


def test_the_driver_imports_the_product_and_its_packages_and_holds_no_test():
    assert check_driver(DRIVER.replace("from main", "import flask\nfrom main")) == ["GT062"]
    packaged = replace(DESIGN, packages=(make_package("flask", "flask"),))
    assert check_driver(DRIVER.replace("from main", "import flask\nfrom main"), design=packaged) == []
    assert check_driver(DRIVER.replace("from main", "import socket\nfrom main")) == []
    assert check_driver(DRIVER.replace("from main", "from shop.absent import x\nfrom main")) == ["GT062"]
    assert check_driver(DRIVER + "\n\ndef test_x() -> None:\n    assert Shop(), 'it starts'\n") == ["GT071", "GT047"]


def test_the_driver_keeps_its_declared_signatures():
    assert check_driver(DRIVER.replace("def order(self, number: str", "def order(self, number: int")) == ["GT048"]
    assert check_driver(fakes=FAKES.replace("def save", "def keep")) == ["GT046", "GT047"]
    block = next(block.text for block in DESIGN.signatures if block.path == "tests/fakes.py")
    missing = change_signatures("tests/fakes.py", block + "\n\nclass Clock: ...\n")
    assert check_driver(design=missing) == ["GT046"]


def test_findings_name_test_line_and_clauses():
    text = write_test("Shop().order('1')")
    finding = TARGET.check_group([SourceFile(path="tests/test_orders.py", text=text)], DESIGN, "orders")[0]
    assert finding.test == "tests/test_orders.py::test_x"
    assert (finding.path, finding.line, finding.clauses) == ("tests/test_orders.py", 8, ("prices.sum01",))
    assert FILES["tests/test_orders.py"] == TESTS


def test_each_assertion_carries_a_message():
    def find(text):
        found = TARGET.check_group([SourceFile(path="tests/test_orders.py", text=text)], DESIGN, "orders")
        return [finding.code for finding in found]

    assert find(write_test("assert Shop().order('1') == 1")) == ["GT076"]
    assert find(write_test("assert Shop().order('1') == 1, 'one line costs one'")) == []


def test_no_test_takes_the_patching_fixture():
    text = write_test("assert Shop().order('1') == 1")
    assert check(text.replace("def test_x()", "def test_x(monkeypatch)")) == ["GT063"]
    assert check(text.replace("def test_x()", "def test_x(tmp_path)")) == []
