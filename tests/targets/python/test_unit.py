"""Files of units: each case fires, and a near miss beside it does not."""

from dataclasses import replace

import pytest

from specpack.model.conclusion import SourceFile

from .shop import DESIGN, FILES, PRICING, TARGET, change, change_signatures, make_package


def check(text, path="shop/pricing.py", design=DESIGN, *, left_out=("GT165", "GT167")):
    """Return the codes; planted lines are not made to carry docstrings or to stand at the top unless a test asks."""
    unit = next(unit.id for unit in design.units if path in unit.paths)
    found = TARGET.check_unit([SourceFile(path=path, text=text)], design, unit)
    return [finding.code for finding in found if finding.code not in left_out and finding.code != "GT166"]


@pytest.mark.parametrize("path", ["shop/pricing.py", "shop/orders.py", "main.py"])
def test_sound_files_have_no_finding(path):
    assert check(FILES[path], path) == []


def test_the_paths_are_exactly_those_of_the_unit():
    files = [SourceFile(path="shop/pricing.py", text=PRICING)]
    other = SourceFile(path="shop/other.py", text="")
    assert [f.code for f in TARGET.check_unit([], DESIGN, "pricing")] == ["GT045"]
    assert [f.code for f in TARGET.check_unit([*files, other], DESIGN, "pricing")] == ["GT045"]
    assert [f.code for f in TARGET.check_unit([*files, *files], DESIGN, "pricing")] == ["GT045"]
    assert [f.code for f in TARGET.check_unit(files, DESIGN, "absent")] == ["GT039"]


def test_syntax_errors_are_found_with_their_line():
    finding = TARGET.check_unit([SourceFile(path="shop/pricing.py", text="x = 1\ny = (\n")], DESIGN, "pricing")[0]
    assert (finding.code, finding.line, finding.unit) == ("GT005", 2, "pricing")


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("def price(lines", "def cost(lines", ["GT046", "GT047"]),
        ("tuple[Line, ...]) -> int:", "list[Line]) -> int:", ["GT048"]),
        ("tuple[Line, ...]) -> int:", "tuple[Line, ...]):", ["GT048"]),
        ("tuple[Line, ...]) -> int:", "tuple['Line', ...]) -> 'int':", []),
        ("tuple[Line, ...]) -> int:", "tuple[Line, ...], more: int = 1) -> int:", ["GT048"]),
        ("count: int = 1", "count: float = 1", ["GT048"]),
        ("    cents: int\n", "", ["GT046"]),
        ("(Exception)", "(object)", ["GT048"]),
        ("@dataclass(frozen=True)", "@dataclass(frozen=True, slots=True)", []),
        ("@dataclass(frozen=True)\n", "", ["GT048"]),
    ],
)
def test_declared_signatures_are_kept(old, new, codes):
    assert sorted(set(check(change("shop/pricing.py", old, new)["shop/pricing.py"]))) == codes


def test_a_literal_default_is_kept_and_an_open_one_is_free():
    block = "from shop.pricing import Line\ndef price(lines: tuple[Line, ...], off: int = {}) -> int: ...\n"
    text = (
        "from shop.pricing import Line\n\n\ndef price(lines: tuple[Line, ...], off: int = 9) -> int:\n    return off\n"
    )
    for default, codes in (("9", []), ("...", []), ("8", ["GT048"])):
        assert check(text, design=change_signatures("shop/pricing.py", block.format(default))) == codes


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("def more() -> None: ...", ["GT047"]),
        ("def _more() -> None: ...", []),
        ("class More: ...", ["GT047"]),
        ("LIMIT = 3", ["GT047"]),
        ("_LIMIT = 3", []),
        ("__all__ = ['price']", []),
    ],
)
def test_public_names_are_declared(added, codes):
    assert check(f"{PRICING}\n\n{added}\n") == codes


def test_a_public_method_is_declared_unless_a_base_may_ask_for_it():
    text = FILES["shop/orders.py"]
    added = "\n    def cancel(self) -> None:\n        self._store.save('', 0)\n"
    assert check(text + added, "shop/orders.py") == ["GT047"]
    based = text.replace("class Desk:", "class Desk(_Handler):").replace(
        "from typing import Protocol\n",
        "from http.server import BaseHTTPRequestHandler as _Handler\nfrom typing import Protocol\n",
    )
    assert check(based + added, "shop/orders.py") == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("import json", []),
        ("import numpy", ["GT049"]),
        ("import flask.views", []),
        ("from shop import orders", ["GT049"]),
        ("from shop.absent import x", ["GT049"]),
        ("from shop import absent", ["GT049"]),
        ("from .orders import Desk", ["GT049"]),
        ("from flask import *", ["GT055"]),
        ("import pytest", ["GT054"]),
        ("from tests import fakes", ["GT054"]),
        ("import unittest.mock", ["GT054"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from decimal import Decimal", []),
    ],
)
def test_imports_stay_in_the_closed_world(line, codes):
    design = replace(DESIGN, packages=(make_package("flask", "flask"),))
    assert check(PRICING.replace("from dataclasses", f"{line}\nfrom dataclasses", 1), design=design) == codes


def test_imports_of_other_units_need_depends():
    units = tuple(replace(unit, depends=()) if unit.id == "orders" else unit for unit in DESIGN.units)
    assert check(FILES["shop/orders.py"], "shop/orders.py", replace(DESIGN, units=units)) == ["GT049"]


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("_X = open('x').read()", ["GT050"]),
        ("import os\n_X = os.environ.get('X')", ["GT050"]),
        ("print('hello')", ["GT050"]),
        ("for _i in range(3):\n    pass", ["GT050"]),
        ("try:\n    import json as _json\nexcept ImportError:\n    _json = None", ["GT050"]),
        ("from decimal import Decimal\n_RATE = Decimal('0.1')", []),
        ("import re\n_WORD = re.compile(r'[a-z]+')", []),
        ("import logging\n_log = logging.getLogger(__name__)", []),
        ("_KINDS = frozenset({'a', 'b'})", []),
        ("def _pair(name: str) -> tuple[str, int]:\n    return name, len(name)\n\n\n_TABLE = (_pair('a'),)", []),
        ("def _read(name: str) -> str:\n    return open(name).read()\n\n\n_X = _read('a')", ["GT050"]),
        ("def _walk(n: int) -> int:\n    while n:\n        n -= 1\n    return n\n\n\n_X = _walk(9)", ["GT050"]),
        ("if __name__ == '__main__':\n    print(price(()))", []),
    ],
)
def test_import_does_no_work(added, codes):
    assert check(f"{PRICING}\n\n{added}\n") == codes


def test_a_declared_name_may_be_made_by_a_call():
    text = FILES["main.py"] + "\n\ndef make_app() -> Desk:\n    return open_desk()\n\n\napp = make_app()\n"
    block = "from shop.orders import Desk, OrderStore\ndef create_desk(store: OrderStore) -> Desk: ...\n"
    block += "def make_app() -> Desk: ...\n"
    assert check(text, "main.py", change_signatures("main.py", block)) == ["GT047", "GT050"]
    assert check(text, "main.py", change_signatures("main.py", block + "app: Desk\n")) == []


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("_cache = {}", ["GT052"]),
        ("_TABLE = {'a': 1}", []),
        ("_TABLE = {'a': 1}\n\n\ndef _add() -> None:\n    _TABLE['b'] = 2", ["GT052"]),
        ("_TABLE = ['a']\n\n\ndef _add() -> None:\n    _TABLE.append('b')", ["GT052"]),
        ("_n = 0\n\n\ndef _add() -> None:\n    global _n\n    _n = 1", ["GT052"]),
        ("def _f() -> list[int]:\n    found = []\n    found.append(1)\n    return found", []),
    ],
)
def test_modules_hold_no_state_that_changes(added, codes):
    assert check(f"{PRICING}\n\n{added}\n") == codes


@pytest.mark.parametrize(
    "comment", ["# noqa", "# type: ignore", "# pragma: no cover", "# pylint: disable=all", "#noqa: F401", "# fmt: off"]
)
def test_no_comment_silences_a_check(comment):
    assert check(f"{PRICING}\n\n_X = 1  {comment}\n") == ["GT051"]


def test_words_of_tools_in_a_sentence_or_a_string_are_fine():
    assert check(f"{PRICING}\n\n# the type: ignored by callers\n_X = 'noqa'\n") == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("import os\n    return 'PYTEST_CURRENT_TEST' in os.environ", ["GT053"]),
        ("import os\n    return os.environ.get('TESTING')", ["GT053"]),
        ("import sys\n    return 'pytest' in sys.modules", ["GT053"]),
        ("return 1 if is_testing else 2", ["GT053"]),
        ("return 'TESTIMONY'", []),
        ("return 1 if latest else 2", []),
    ],
)
def test_no_path_is_for_tests_alone(body, codes):
    assert check(f"{PRICING}\n\ndef _f():\n    {body}\n") == codes


@pytest.mark.parametrize(
    ("handler", "codes"),
    [
        ("except:\n        return 0", ["GT120"]),
        ("except Exception:\n        return 0", ["GT120"]),
        ("except (ValueError, Exception):\n        pass", ["GT120"]),
        ("except Exception as e:\n        raise ValueError('bad') from e", []),
        ("except ValueError:\n        pass", ["GT121"]),
        ("except ValueError:\n        pass  # an empty field counts as none", []),
        ("except ValueError:\n        return 0", []),
    ],
)
def test_errors_are_handled(handler, codes):
    assert check(f"{PRICING}\n\ndef _f(x):\n    try:\n        return int(x)\n    {handler}\n") == codes


def test_concurrency_is_there_only_where_design_asks_for_it():
    text = PRICING.replace("from dataclasses", "import threading\nfrom dataclasses", 1)
    block = next(block.text for block in DESIGN.signatures if block.path == "shop/pricing.py")
    assert check(text) == ["GT122"]
    assert check(text, design=change_signatures("shop/pricing.py", "import threading\n" + block)) == []


def test_shapes_that_are_hard_to_read():
    long = "def _f(x):\n" + "    x += 1\n" * 59
    assert check(f"{PRICING}\n\n{long}") == []
    assert check(f"{PRICING}\n\n{long}    return x\n") == ["GT123"]
    deep = "def _f(x):\n" + "".join("    " * n + "if x:\n" for n in range(1, 6)) + "    " * 6 + "return x\n"
    flat = "def _f(x):\n    if x == 1:\n        return 1\n" + "".join(
        f"    elif x == {n}:\n        return {n}\n" for n in range(2, 9)
    )
    assert check(f"{PRICING}\n\n{deep}") == ["GT124"]
    assert check(f"{PRICING}\n\n{flat}") == []
    assert check(PRICING + "\n" * (500 - PRICING.count("\n"))) == []
    assert check(PRICING + "\n" * (501 - PRICING.count("\n"))) == ["GT125"]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("assert x", ["GT160"]),
        ("return eval(x)", ["GT161"]),
        ("return getattr(x, y)", ["GT161"]),
        ("return getattr(x, 'y', None)", []),
        ("try:\n        return 1\n    except KeyError as e:\n        raise ValueError(x)", ["GT162"]),
        ("try:\n        return 1\n    except KeyError as e:\n        raise ValueError(x) from None", ["GT162"]),
        ("try:\n        return 1\n    except KeyError as e:\n        raise ValueError(x) from e", []),
        ("try:\n        return 1\n    except KeyError as e:\n        raise", []),
        ("try:\n        return 1\n    except KeyError as e:\n        print(e)\n        raise e", []),
        ("import json\n    return json", ["GT165"]),
    ],
)
def test_product_code_keeps_the_rules_of_the_language(body, codes):
    text = f'{PRICING}\n\ndef _f(x, y):\n    """Say."""\n    {body}\n'
    assert check(text, left_out=()) == codes


def test_imports_are_absolute_and_reflection_is_no_import():
    at = "from dataclasses"
    assert check(PRICING.replace(at, f"from . import other\n{at}", 1), left_out=()) == ["GT049", "GT165"]
    assert check(PRICING.replace(at, f"import inspect\n{at}", 1), left_out=()) == ["GT161"]
    assert check(PRICING.replace(at, f"from importlib.resources import files\n{at}", 1), left_out=()) == []


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("def _f(x=[]):\n    'Say.'\n    return x", ["GT163"]),
        ("def _f(x=dict()):\n    'Say.'\n    return x", ["GT163"]),
        ("def _f(x=()):\n    'Say.'\n    return x", []),
        ("@dataclass\nclass _C:\n    x: int", ["GT164"]),
        ("@dataclass(slots=True)\nclass _C:\n    x: int", ["GT164"]),
        ("@dataclass(frozen=True)\nclass _C:\n    x: int", []),
        ("def _f():\n    return 1", ["GT167"]),
        ("# gives one\ndef _f():\n    return 1", []),
        ("class _C:\n    def f(self):\n        return 1", ["GT167"]),
        ("class _C:\n    def __len__(self):\n        return 1", []),
    ],
)
def test_definitions_keep_the_rules_of_the_language(added, codes):
    assert check(f"{PRICING}\n\n{added}\n", left_out=()) == codes


def test_a_module_says_what_it_holds():
    text = PRICING.removeprefix('"""Prices baskets."""\n')
    found = TARGET.check_unit([SourceFile(path="shop/pricing.py", text=text)], DESIGN, "pricing")
    assert [finding.code for finding in found] == ["GT166"]


def test_hostile_nesting_is_a_finding_and_no_crash():
    for text in ("x = " + "+".join(["1"] * 5000), "x = " + "(" * 250 + ")" * 250, "x = " + "-" * 5000 + "1", "\0"):
        assert check(text + "\n") == ["GT005"], text[:20]
    assert "GT005" not in check("_X = " + " + ".join(["1"] * 90) + "\n")
