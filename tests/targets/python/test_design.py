"""Designs: each case names the one thing that is changed in a sound design, and the codes that answer it."""

from dataclasses import replace

import pytest

from specpack.model.conclusion import BoundaryInterface, EntryPoint, Signatures, Unit
from specpack.model.conclusion import TestGroup as Group

from .shop import DESIGN, TARGET, change_signatures, make_package


def check(design):
    return [finding.code for finding in TARGET.check_design(design, "shop")]


def change_unit(id, **fields):
    return replace(DESIGN, units=tuple(replace(u, **fields) if u.id == id else u for u in DESIGN.units))


def add_unit(path, **fields):
    unit = Unit(id="extra", paths=(path,), purpose="more", clauses=(), **fields)
    block = Signatures(path=path, text="def more() -> None: ...\n")
    return replace(DESIGN, units=(*DESIGN.units, unit), signatures=(*DESIGN.signatures, block))


def enter(**fields):
    return replace(DESIGN, entry_points=(replace(DESIGN.entry_points[0], **fields),))


def test_a_sound_design_has_no_finding():
    assert TARGET.check_design(DESIGN, "shop") == ()


@pytest.mark.parametrize(
    "path",
    [
        "other/more.py",
        "more.py",
        "shop/more.txt",
        "tests/more.py",
        "shop/my-more.py",
        "/shop/more.py",
        "shop/../more.py",
        "shop/class.py",
        "shop",
        "shop//more.py",
    ],
)
def test_a_unit_path_stands_below_the_package(path):
    assert "GT020" in check(add_unit(path))


@pytest.mark.parametrize("path", ["shop/more.py", "shop/deep/more.py"])
def test_a_path_below_the_package_is_fine(path):
    assert check(add_unit(path)) == []


def test_a_root_module_is_fine_where_an_entry_point_names_it():
    design = add_unit("more.py")
    entry = EntryPoint(kind="command", target="more:more", unit="extra")
    assert check(replace(design, entry_points=(*design.entry_points, entry))) == []


def test_a_root_module_may_not_hide_the_standard_library():
    design = add_unit("json.py")
    entry = EntryPoint(kind="command", target="json:more", unit="extra")
    assert "GT020" in check(replace(design, entry_points=(*design.entry_points, entry)))


def test_a_path_has_one_owner():
    assert "GT021" in check(change_unit("orders", paths=("shop/orders.py", "shop/pricing.py")))


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        (Group(id="more", paths=("tests/more.py",), clauses=()), ["GT022"]),
        (Group(id="more", paths=("tests/deep/test_more.py",), clauses=()), ["GT022"]),
        (Group(id="more", paths=("tests/conftest.py",), clauses=()), ["GT022"]),
        (Group(id="more", paths=(), clauses=()), ["GT022"]),
        (Group(id="more", paths=("tests/test_more.py",), clauses=()), []),
    ],
)
def test_groups_own_test_files(group, codes):
    assert check(replace(DESIGN, groups=(*DESIGN.groups, group))) == codes


def test_the_driver_group_is_needed_and_owns_its_two_files_alone():
    assert "GT023" in check(replace(DESIGN, groups=DESIGN.groups[1:]))
    wide = replace(DESIGN.groups[0], paths=("tests/driver.py", "tests/fakes.py", "tests/test_more.py"))
    assert check(replace(DESIGN, groups=(wide, DESIGN.groups[1]))) == ["GT022"]


def test_each_file_has_one_block():
    def without(path):
        return replace(DESIGN, signatures=tuple(block for block in DESIGN.signatures if block.path != path))

    for path in ("shop/pricing.py", "tests/driver.py", "tests/fakes.py"):
        assert "GT024" in check(without(path)), path
    assert check(replace(DESIGN, signatures=(*DESIGN.signatures, DESIGN.signatures[0]))) == ["GT025"]
    stray = Signatures(path="shop/stray.py", text="def f() -> None: ...\n")
    assert check(replace(DESIGN, signatures=(*DESIGN.signatures, stray))) == ["GT025"]


def test_an_init_file_needs_no_block():
    assert check(change_unit("pricing", paths=("shop/pricing.py", "shop/__init__.py"))) == []


PRICE = DESIGN.signatures[0].text


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ("def broken(:\n", ["GT026"]),
        ("def more() -> int:\n    return 1\n", ["GT027"]),
        ("def more(at: int = price(())) -> int: ...\n", ["GT028"]),
        ("def more(at: int = ..., to: int = -1, of: tuple[int, ...] = ()) -> int: ...\n", []),
        ("def more(at) -> int: ...\n", ["GT041"]),
        ("def more(at: int): ...\n", ["GT041"]),
        ("class More:\n    def __init__(self, at: int): ...\n", []),
        ("LIMIT: int\n", []),
        ("LIMIT: int = 3\n", []),
        ("LIMIT: int = price(())\n", ["GT028"]),
        ("from typing import NewType\nNumber = NewType('Number', str)\n", []),
        ("for x in (): ...\n", ["GT029"]),
        ("print(1)\n", ["GT029"]),
        ("def more(at: datetime) -> int: ...\n", ["GT030"]),
        ("from datetime import datetime\ndef more(at: datetime) -> 'Line': ...\n", []),
        ("class More:\n    'Says.'\n    name: str\n    @property\n    def size(self) -> int: ...\n", []),
        ("from typing import Literal\ndef more(at: Literal['now', 'later']) -> int: ...\n", []),
        ("class Kind(str):\n    RED = 'red'\n", []),
    ],
)
def test_blocks_hold_declarations_alone(added, codes):
    assert check(change_signatures("shop/pricing.py", PRICE + "\n\n" + added)) == codes


def test_an_empty_block_declares_nothing():
    assert "GT031" in check(change_signatures("main.py", '"""Nothing."""\n'))


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "main", "kind": "command"},
        {"target": "main:"},
        {"target": "absent"},
        {"target": "main:run it"},
        {"target": "main:missing"},
        {"target": "shop.absent:price"},
        {"kind": "daemon"},
        {"unit": "orders"},
        {"unit": "absent"},
    ],
)
def test_an_entry_point_is_declared(fields):
    assert "GT032" in check(enter(**fields))


def test_a_library_may_offer_a_whole_module():
    assert check(enter(target="main", kind="library")) == []


def test_a_design_needs_an_entry_point():
    assert "GT032" in check(replace(DESIGN, entry_points=()))


def test_dependencies_of_units_are_known_and_acyclic():
    assert check(change_unit("orders", depends=("pricing", "absent"))) == ["GT033"]
    assert check(change_unit("pricing", depends=("start",))) == ["GT034"]
    assert check(change_unit("pricing", depends=("pricing",))) == ["GT034"]


def test_imports_between_blocks_follow_depends():
    assert check(change_unit("orders", depends=())) == ["GT035"]


def test_a_block_imports_only_what_is_there():
    text = "from shop.absent import X\nimport numpy\nfrom shop import nothing\n" + PRICE
    assert check(change_signatures("shop/pricing.py", text)) == ["GT040", "GT040", "GT040"]
    packaged = change_signatures("shop/pricing.py", "import numpy.linalg\n" + PRICE)
    assert check(replace(packaged, packages=(make_package("numpy", "numpy"),))) == []


def test_a_boundary_names_a_unit():
    assert check(replace(DESIGN, boundaries=(BoundaryInterface(name="x", unit="absent"),))) == ["GT039"]


@pytest.mark.parametrize(
    ("package", "codes"),
    [
        (make_package("flask", "flask"), []),
        (make_package("google-cloud-storage", "google.cloud.storage"), []),
        (make_package("uvicorn[standard]", "uvicorn"), []),
        (make_package("flask==3.0", "flask"), ["GT036"]),
        (make_package("flask", "flask-app"), ["GT036"]),
        (make_package("json", "json"), ["GT037"]),
        (make_package("pytest", "pytest"), ["GT037"]),
        (make_package("shop-lib", "shop"), ["GT036"]),
    ],
)
def test_packages_are_named_as_registries_name_them(package, codes):
    assert check(replace(DESIGN, packages=(package,))) == codes


def test_packages_are_listed_once():
    packages = (make_package("Flask_Login", "flask_login"), make_package("flask-login", "other"))
    assert check(replace(DESIGN, packages=packages)) == ["GT038"]


def test_findings_say_unit_path_and_cure():
    finding = TARGET.check_design(change_signatures("shop/pricing.py", PRICE + "print(1)\n"), "shop")[0]
    line = PRICE.count("\n") + 1
    assert (finding.unit, finding.path, finding.line) == ("pricing", "shop/pricing.py", line)
    assert finding.message == "signatures of `shop/pricing.py`: `print(1)` is no declaration"
    assert finding.help
