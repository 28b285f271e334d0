"""The judges in the sandbox, on suites of our own: a do-nothing implementation, a good one, a broken one."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.external import commonmark, meridian
from benchmarks.external.case import Place, Result

from specpack.backend.sandbox import choose_sandbox
from specpack.model.target import Sandbox

pytestmark = pytest.mark.sandbox

ENVIRONMENT = Path(sys.prefix)
TESTS = "suite/reference-implementations/python/tests"

ECHO = '''"""Knows one word."""
import sys
text = sys.stdin.read()
if text == "stop":
    sys.exit(3)
sys.stdout.write(f"<p>{text}</p>" if text else "")
'''

LIBRARY = '''"""A library that knows the form `A-B-n` alone."""


class EUIDError(ValueError):
    pass


def validate(euid):
    if not euid.startswith("A-B-"):
        raise EUIDError("no such form")
    return euid


def is_valid(euid):
    return euid.startswith("A-B-")


def encode(integer, prefix, *, domain_code):
    return f"{domain_code}-{prefix}-{integer}"


def assert_registered_domain(code):
    if code != "A":
        raise EUIDError(code)
    return code


def assert_prefix_issuer_app_code(domain_code, prefix, issuer):
    return "someone.else"
'''

SUITE = """import meridian_euid
import pytest


def test_the_wording_is_not_judged():
    with pytest.raises(meridian_euid.EUIDError, match="other words"):
        meridian_euid.validate("x")


def test_the_class_is_judged():
    with pytest.raises(KeyError):
        meridian_euid.validate("x")


def test_reserved_domain_metadata():
    raise AssertionError("left out")
"""

VECTORS = {
    "valid": [{"euid": "A-B-7", "domain_code": "A", "prefix": "B", "integer": 7}],
    "invalid": [{"euid": "x", "reason": "no form"}, {"euid": "A-B-", "reason": "no number"}],
    "governance": {
        "registered_domains": [{"domain_code": "A"}],
        "prefix_claims": [{"domain_code": "A", "prefix": "B", "issuer_app_code": "some.one"}],
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    found = choose_sandbox()
    if found is None:
        pytest.skip("no sandbox tier works on this machine, and generated code runs nowhere else")
    return found


@pytest.fixture
def examples(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.suite.mkdir()
    texts = [("", ""), ("word", "<p>word</p>"), ("word ", "<p>word</p>"), ("stop", "")]
    even = [{"number": 2 * i, "markdown": given, "html": wanted} for i, (given, wanted) in enumerate(texts, 1)]
    (place.suite / "examples.json").write_text(json.dumps(even), encoding="utf-8")
    return place


@pytest.fixture
def vectors(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    tests = tmp_path / TESTS
    tests.mkdir(parents=True)
    (tests / "__init__.py").write_text("")
    (tests / "test_api.py").write_text(SUITE)
    (tests / "test_cli.py").write_text("from meridian_euid.cli import main\n\n\ndef test_command():\n    main([])\n")
    (place.suite / "test-vectors").mkdir()
    (place.suite / "test-vectors" / "v3.json").write_text(json.dumps(VECTORS))
    return place


def encode_tree(tree: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in tree.items()}


def test_examples_are_compared_byte_for_byte(examples: Place, sandbox: Sandbox) -> None:
    tree = encode_tree({"commonmark/__init__.py": "", "commonmark/__main__.py": ECHO})
    result = commonmark.score(examples, tree, ENVIRONMENT, sandbox)
    assert result.passed == ("example 2", "example 4")
    assert "got b'<p>word </p>'" in result.failed["example 6"]
    assert "ends with 3" in result.failed["example 8"]


def test_doing_nothing_passes_where_nothing_is_wanted(examples: Place, sandbox: Sandbox) -> None:
    tree = encode_tree(dict(commonmark.CASE.floor))
    assert commonmark.score(examples, tree, ENVIRONMENT, sandbox).passed == ("example 2", "example 8")


def test_vectors_count_one_by_one(vectors: Place, sandbox: Sandbox) -> None:
    result = meridian.score(vectors, encode_tree({"meridian_euid/__init__.py": LIBRARY}), ENVIRONMENT, sandbox)
    assert set(result.passed) == {
        "test_api.py::test_the_wording_is_not_judged",
        "test_each_vector.py::test_valid[A-B-7]",
        "test_each_vector.py::test_invalid[no form]",
        "test_each_vector.py::test_domain[A]",
    }
    assert set(result.failed) == {
        "test_api.py::test_the_class_is_judged",
        "test_each_vector.py::test_invalid[no number]",
        "test_each_vector.py::test_claim[A-B]",
        "test_cli.py: cannot be imported",
    }


def test_the_floor_of_a_library_is_low(vectors: Place, sandbox: Sandbox) -> None:
    result = meridian.score(vectors, encode_tree(dict(meridian.CASE.floor)), ENVIRONMENT, sandbox)
    assert result.passed == ("test_cli.py::test_command",)
    assert len(result.failed) == 7


def test_a_package_that_is_not_there_passes_nothing(vectors: Place, sandbox: Sandbox) -> None:
    result = meridian.score(vectors, {}, ENVIRONMENT, sandbox)
    assert result.passed == ()
    assert "No module named 'meridian_euid'" in result.failed["test_api.py: cannot be imported"]


def test_a_judge_that_is_ended_passes_nothing_and_says_why(vectors: Place, sandbox: Sandbox) -> None:
    tree = encode_tree({"meridian_euid/__init__.py": "import os\nos._exit(7)\n"})
    result = meridian.score(vectors, tree, ENVIRONMENT, sandbox)
    assert replace(result, note="") == Result(passed=(), failed={})
    assert "ended with 7" in result.note
