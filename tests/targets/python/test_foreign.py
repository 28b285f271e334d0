"""The gates on trees that specpack did not make."""

from collections.abc import Mapping

import pytest

from specpack.model.finding import Verdict
from specpack.model.target import Facts, Verification
from specpack.model.tree import File, Origin

from .shop import TARGET

TARIFF = '''\
"""Tariffs of a ferry."""


class UnknownVehicle(ValueError):
    """No tariff is known."""


RATES = {"bicycle": 350, "car": 1900, "lorry": 6400}


def fare(vehicle: str, length: float) -> int:
    """Return the fare in cents; above six metres half as much again."""
    if vehicle not in RATES:
        raise UnknownVehicle("vehicle-unknown")
    rate = RATES[vehicle]
    return rate * 3 // 2 if length > 6.0 else rate
'''
CLI = '''\
"""The command of the ferry."""

import sys

from ferry.tariff import UnknownVehicle, fare


def main(arguments: list[str]) -> int:
    """Print a fare; 2 for a vehicle that is not known."""
    try:
        print(fare(arguments[0], float(arguments[1])))
    except UnknownVehicle as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
'''
TESTS = """\
import subprocess
import sys

import pytest

from ferry.cli import main
from ferry.tariff import UnknownVehicle, fare


@pytest.mark.parametrize(("vehicle", "length", "cents"), [("car", 4.2, 1900), ("car", 6.1, 2850), ("lorry", 6.0, 6400)])
def test_fares(vehicle, length, cents):
    assert fare(vehicle, length) == cents


class TestCommand:
    def test_it_prints_the_fare(self, capsys):
        assert main(["bicycle", "1.8"]) == 0
        assert capsys.readouterr().out == "350\\n"

    def test_it_refuses_what_it_does_not_know(self):
        told = subprocess.run([sys.executable, "-m", "ferry.cli", "horse", "2"], capture_output=True, text=True)
        assert (told.returncode, told.stderr) == (2, "vehicle-unknown\\n")


def test_the_library_refuses_too():
    with pytest.raises(UnknownVehicle):
        fare("horse", 2.0)
"""
MANIFEST = '[project]\nname = "ferry"\nversion = "1"\nscripts = { ferry = "ferry.cli:main" }\n'
FERRY: Mapping[str, str] = {
    "pyproject.toml": MANIFEST,
    "ferry/__init__.py": "",
    "ferry/tariff.py": TARIFF,
    "ferry/cli.py": CLI,
    "tests/test_ferry.py": TESTS,
    "Makefile": "test: lint\n\tpython -m pytest -q\n\nlint:\n\truff check .\n",
}
STRICT = Facts(entry_points=("ferry.cli:main", "ferry.tariff"), error_ids=("vehicle-unknown",), strict=True)


@pytest.fixture
def verify(sandbox, environment):
    def run(files=FERRY, facts=STRICT):
        tree = {path: File(text=text, origin=Origin.UNIT, owner="tree") for path, text in files.items()}
        found = TARGET.find_project(tree, facts)
        verification = Verification(
            tree=tree,
            design=found.design,
            clauses={},
            error_ids=facts.error_ids,
            sandbox=sandbox,
            environment=environment,
            facts=facts,
        )
        for gate in TARGET.gates(facts):
            result = TARGET.run_gate(gate, verification)
            if result.verdict is not Verdict.PASS:
                return gate, {finding.code for finding in result.findings} or {result.reason}
        return "", set()

    return run


def add(path: str, text: str, files: Mapping[str, str] = FERRY) -> dict[str, str]:
    return {**files, path: files.get(path, "") + text}


def swap(path: str, old: str, new: str) -> dict[str, str]:
    assert old in FERRY[path]
    return {**FERRY, path: FERRY[path].replace(old, new)}


@pytest.mark.parametrize("facts", [STRICT, Facts()])
def test_an_honest_tree_passes(verify, facts):
    assert verify(FERRY, facts) == ("", set())


def test_a_tree_is_read_off_its_files():
    tree = {path: File(text=text, origin=Origin.UNIT, owner="t") for path, text in FERRY.items()}
    found = TARGET.find_project(tree, Facts())
    assert [e.target for e in found.design.entry_points] == ["ferry.cli:main", "ferry.cli", "ferry.tariff"]
    assert [u.paths[0] for u in found.design.units] == ["ferry/__init__.py", "ferry/cli.py", "ferry/tariff.py"]
    assert [g.paths[0] for g in found.design.groups] == ["tests/test_ferry.py"]
    assert any("ferry.cli:main" in guess for guess in found.guesses)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"a.py": "def f(): ...", "test_a.py": "def test_f(): ..."}, ["a"]),
        ({"src/a/__init__.py": "from a.b import f\n", "src/a/b.py": "def f(): ..."}, ["a"]),
        ({"a/__init__.py": "", "a/app.py": "@app.route('/x')\ndef x(): ...", "a/_b.py": "def f(): ..."}, ["a.app"]),
        ({"a/__init__.py": "", "a/handlers.py": "@functions_framework.http\ndef x(r): ..."}, ["a.handlers"]),
        (
            {"a/__main__.py": "print()", "a/__init__.py": "from a.c import g\n", "a/c.py": "def g(): ..."},
            ["a.__main__", "a"],
        ),
    ],
)
def test_entry_points_are_inferred(files, names):
    tree = {path: File(text=text + "\n", origin=Origin.UNIT, owner="t") for path, text in files.items()}
    assert [e.target for e in TARGET.find_project(tree, Facts()).design.entry_points] == names


NOTHING = "\n\ndef test_nothing():\n    "


@pytest.mark.parametrize(
    ("files", "gate", "code"),
    [
        (swap("Makefile", "pytest -q", "pytest -q || true"), "intake", "GT004"),
        (swap("Makefile", "pytest -q", "pytest tests/test_more.py"), "intake", "GT004"),
        (
            add("tests/conftest.py", "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n"),
            "tampering",
            "GT074",
        ),
        (
            add("tests/conftest.py", "import os\n\n\ndef pytest_sessionfinish():\n    os._exit(0)\n"),
            "tampering",
            "GT074",
        ),
        (
            add("tests/conftest.py", "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n"),
            "tampering",
            "GT074",
        ),
        (
            add("ferry/tariff.py", "\n\nclass Any:\n    def __eq__(self, other):\n        return True\n"),
            "tampering",
            "GT077",
        ),
        (
            swap(
                "ferry/tariff.py",
                "    rate = RATES",
                '    import os\n    if "PYTEST_CURRENT_TEST" in os.environ:\n        return 1\n    rate = RATES',
            ),
            "tampering",
            "GT053",
        ),
        (swap("ferry/tariff.py", "    rate =", "    # pragma: no cover\n    rate ="), "tampering", "GT051"),
        (swap("ferry/tariff.py", '"""Tariffs of a ferry."""\n', "import requestz\n"), "dependencies", "GT100"),
        (add("ferry/tariff.py", "def broken(:\n"), "syntax", "GT005"),
        (
            swap(
                "ferry/tariff.py", "    rate =", '    query = f"SELECT fare FROM t WHERE name = {vehicle}"\n    rate ='
            ),
            "literals",
            "GT111",
        ),
        (swap("ferry/cli.py", "except UnknownVehicle as error", "except Exception"), "review", "GT120"),
        (swap("ferry/cli.py", "import sys\n", "import sys\nimport threading\n"), "review", "GT122"),
        (
            {
                **add(
                    "tests/test_ferry.py",
                    "\n\ndef test_reference():\n    from ferry.reference import fare\n\n"
                    "    assert fare('car', 1.0) == 1900\n",
                ),
                "ferry/reference.py": TARIFF,
            },
            "structure",
            "GT135",
        ),
        (add("tests/test_ferry.py", NOTHING + 'fare("car", 1.0)\n'), "test-statics", "GT065"),
        (add("tests/test_ferry.py", NOTHING + "assert True\n"), "test-statics", "GT066"),
        (
            add("tests/test_ferry.py", NOTHING + "with pytest.raises(Exception):\n        fare('x', 1.0)\n"),
            "test-statics",
            "GT067",
        ),
        (
            add(
                "tests/test_ferry.py",
                "\n\ndef test_patched(monkeypatch):\n"
                "    monkeypatch.setattr('ferry.tariff.fare', lambda *a: 1)\n    assert main(['car', '1']) == 0\n",
            ),
            "test-statics",
            "GT063",
        ),
        (
            add(
                "tests/test_ferry.py",
                "\n\n@pytest.mark.skipif('CI' not in __import__('os').environ, reason='slow')"
                + NOTHING.lstrip("\n").join(["\n", ""])
                + "assert fare('car', 1.0) == 1900\n",
            ),
            "test-statics",
            "GT064",
        ),
        (
            add("tests/test_ferry.py", NOTHING + "assert 'RATES' in open('ferry/tariff.py').read()\n"),
            "test-statics",
            "GT075",
        ),
        (swap("tests/test_ferry.py", "6.1, 2850", "6.1, 2851"), "suite", "GT090"),
        (swap("tests/test_ferry.py", ', "vehicle-unknown\\n")', ", told.stderr)"), "witness", "GT187"),
        (
            add(
                "ferry/tariff.py",
                "\n\ndef season(month: int) -> str:\n"
                "    name = 'high' if month in (7, 8) else 'low'\n    return name\n",
            ),
            "reach",
            "GT180",
        ),
        (
            {
                **swap("tests/test_ferry.py", '("car", 6.1, 2850), ', ""),
                "ferry/tariff.py": TARIFF.replace("rate * 3 // 2 if length > 6.0 else rate", "surcharge(rate, length)")
                + "\n\ndef surcharge(rate, length):\n    more = rate // 2 if length > 6.0 else 0\n"
                "    return rate + more\n\n\n"
                "def note(vehicle):\n    told = vehicle + ' goes'\n    return told + '.'\n",
                "tests/test_note.py": "from ferry.tariff import RATES, note\n\n\ndef test_note():\n"
                "    note('car')\n    assert RATES\n",
            },
            "mutation",
            "GT182",
        ),
    ],
)
def test_what_is_planted_is_found_at_its_gate(verify, files, gate, code):
    found = verify(files)
    assert found[0] == gate, found
    assert code in found[1]


@pytest.mark.parametrize(
    "files",
    [
        add(
            "tests/conftest.py", "def pytest_addoption(parser):\n    parser.addoption('--slow', action='store_true')\n"
        ),
        add(
            "tests/test_ferry.py",
            "\n\n@pytest.mark.skipif(sys.platform == 'win32', reason='no fork')\n"
            "def test_more():\n    assert fare('car', 1.0) == 1900\n",
        ),
        add(
            "tests/test_ferry.py",
            "\n\ndef test_a_known_vehicle_does_not_raise():\n    '''It does not raise.'''\n    fare('car', 1.0)\n",
        ),
        add(
            "tests/test_ferry.py",
            "\n\ndef test_time(monkeypatch):\n"
            "    monkeypatch.setattr('ferry.cli.sys.argv', ['x'])\n    assert fare('car', 1.0) == 1900\n",
        ),
        swap("ferry/cli.py", "        return 2\n", "        return 2\n    except OSError:\n        raise\n"),
        add("ferry/tariff.py", 'WORDS = ("select", "{}", "from here")\n'),
    ],
)
def test_what_only_looks_alike_passes(verify, files):
    assert verify(files) == ("", set())


def test_an_import_that_may_fail_asks_for_nothing(verify):
    guarded = "try:\n    import tomlkit\nexcept ImportError:\n    tomlkit = None\n"
    assert verify(swap("ferry/tariff.py", '"""Tariffs of a ferry."""\n', guarded)) == ("", set())


def test_a_boundary_may_be_replaced(verify):
    clock = "import time\n\n\ndef now() -> float:\n    seconds = time.time() + 0.0\n    return seconds\n"
    files = {
        **swap("ferry/cli.py", "from ferry.tariff", "from ferry import clock\nfrom ferry.tariff"),
        "ferry/clock.py": clock,
    }
    files["ferry/cli.py"] = files["ferry/cli.py"].replace("print(fare(", "print(clock.now() > 0 and fare(")
    files["tests/test_ferry.py"] += (
        "\n\ndef test_clock(monkeypatch, capsys):\n    monkeypatch.setattr('ferry.clock.now', lambda: 5.0)\n"
        "    assert main(['car', '1']) == 0\n    assert capsys.readouterr().out == '1900\\n'\n"
    )
    facts = Facts(
        **{name: getattr(STRICT, name) for name in ("entry_points", "error_ids", "strict")},
        boundaries=("ferry/clock.py",),
    )
    assert verify(files, facts) == ("", set())
    assert verify(files)[1] == {"GT063"}
