"""A small honest codebase as data: a shop that prices baskets and keeps orders behind a boundary."""

from collections.abc import Mapping
from dataclasses import replace

from specpack.model.conclusion import (
    BoundaryInterface,
    DesignConclusion,
    EntryPoint,
    Package,
    Signatures,
    SourceFile,
    TestGroup,
    Unit,
)
from specpack.model.target import Project, Sandbox, Verification
from specpack.model.tree import File, Origin, Tree
from specpack.targets.python import PythonTarget

PRICING = '''\
"""Prices baskets."""

from dataclasses import dataclass


class EmptyBasket(Exception):
    """A basket without a line cannot be priced."""


@dataclass(frozen=True)
class Line:
    """One article, its price in cents and how many."""

    article: str
    cents: int
    count: int = 1


def price(lines: tuple[Line, ...]) -> int:
    """Return the sum in cents; ten or more articles take a tenth off."""
    if not lines:
        raise EmptyBasket("E-EMPTY")
    total = sum(line.cents * line.count for line in lines)
    return total * 9 // 10 if sum(line.count for line in lines) >= 10 else total
'''

ORDERS = '''\
"""Keeps orders behind a boundary."""

from typing import Protocol

from shop.pricing import Line, price


class OrderStore(Protocol):
    """Where orders are kept."""

    def save(self, number: str, cents: int) -> None:
        """Keep one order."""
        ...


class Desk:
    """Takes orders."""

    def __init__(self, store: OrderStore) -> None:
        """Keep the store."""
        self._store = store

    def order(self, number: str, lines: tuple[Line, ...]) -> int:
        """Price the lines, keep the order and return the price in cents."""
        cents = price(lines)
        self._store.save(number, cents)
        return cents
'''

MAIN = '''\
"""Starts the shop."""

from shop.orders import Desk, OrderStore


def create_desk(store: OrderStore) -> Desk:
    """Return a desk over the store."""
    return Desk(store)
'''

DRIVER = '''\
"""Reaches the product for the tests."""

from main import create_desk
from shop.pricing import Line
from tests.fakes import MemoryStore


class Shop:
    """The product with a fake store."""

    def __init__(self) -> None:
        """Start the product."""
        self.store = MemoryStore()
        self._desk = create_desk(self.store)

    def order(self, number: str, *lines: tuple[str, int, int]) -> int:
        """Order lines of article, cents and count."""
        return self._desk.order(number, tuple(Line(*line) for line in lines))
'''

FAKES = '''\
"""Stands in for boundaries."""


class MemoryStore:
    """Keeps orders in memory."""

    def __init__(self) -> None:
        """Begin empty."""
        self.saved: dict[str, int] = {}

    def save(self, number: str, cents: int) -> None:
        """Keep one order."""
        self.saved[number] = cents
'''

TESTS = '''\
"""Orders are priced and kept."""

import pytest

from tests.driver import Shop


def test_order_is_priced():
    """The price is the sum over the lines.

    Clauses: prices.sum01
    """
    assert Shop().order("1", ("tea", 250, 2), ("cup", 400, 1)) == 900, "two teas and a cup"


def test_ten_articles_take_a_tenth_off():
    """Ten articles are cheaper.

    Clauses: prices.tenth
    """
    assert Shop().order("1", ("tea", 100, 10)) == 900, "a tenth off"


def test_order_is_kept():
    """An order is kept under its number.

    Clauses: orders.kept1, prices.sum01
    """
    shop = Shop()
    shop.order("7", ("tea", 250, 1))
    assert shop.store.saved == {"7": 250}, "kept under its number"


def test_empty_basket_is_refused():
    """A basket needs a line.

    Clauses: prices.empty
    """
    with pytest.raises(ValueError, match="E-EMPTY"):
        Shop().order("1")
'''
TESTS = TESTS.replace("pytest.raises(ValueError", "pytest.raises(EmptyBasket").replace(
    "from tests.driver import Shop", "from tests.driver import EmptyBasket, Shop"
)
DRIVER = DRIVER.replace("import Line", "import EmptyBasket, Line").replace(
    "\n\nclass Shop", '\n\n__all__ = ["EmptyBasket", "Shop"]\n\n\nclass Shop'
)

FILES: Mapping[str, str] = {
    "shop/pricing.py": PRICING,
    "shop/orders.py": ORDERS,
    "main.py": MAIN,
    "tests/driver.py": DRIVER,
    "tests/fakes.py": FAKES,
    "tests/test_orders.py": TESTS,
}

SIGNATURES: Mapping[str, str] = {
    "shop/pricing.py": """\
from dataclasses import dataclass


class EmptyBasket(Exception): ...


@dataclass(frozen=True)
class Line:
    article: str
    cents: int
    count: int = 1


def price(lines: tuple[Line, ...]) -> int: ...
""",
    "shop/orders.py": '''\
from typing import Protocol

from shop.pricing import Line


class OrderStore(Protocol):
    def save(self, number: str, cents: int) -> None: ...


class Desk:
    def __init__(self, store: OrderStore) -> None: ...
    def order(self, number: str, lines: tuple[Line, ...]) -> int:
        """Price, keep, return the price."""
        ...
''',
    "main.py": """\
from shop.orders import Desk, OrderStore


def create_desk(store: OrderStore) -> Desk: ...
""",
    "tests/driver.py": """\
from tests.fakes import MemoryStore


class Shop:
    store: MemoryStore
    def __init__(self) -> None: ...
    def order(self, number: str, *lines: tuple[str, int, int]) -> int: ...
""",
    "tests/fakes.py": """\
class MemoryStore:
    saved: dict[str, int]
    def __init__(self) -> None: ...
    def save(self, number: str, cents: int) -> None: ...
""",
}

DESIGN = DesignConclusion(
    units=(
        Unit(
            id="pricing",
            paths=("shop/pricing.py",),
            purpose="prices baskets",
            clauses=("prices.sum01", "prices.tenth", "prices.empty"),
        ),
        Unit(
            id="orders",
            paths=("shop/orders.py",),
            purpose="keeps orders",
            clauses=("orders.kept1",),
            depends=("pricing",),
        ),
        Unit(id="start", paths=("main.py",), purpose="starts", clauses=("orders.kept1",), depends=("orders",)),
    ),
    entry_points=(EntryPoint(kind="library", target="main:create_desk", unit="start"),),
    groups=(
        TestGroup(id="driver", paths=("tests/driver.py", "tests/fakes.py"), clauses=()),
        TestGroup(id="orders", paths=("tests/test_orders.py",), clauses=("orders.kept1", "prices.sum01")),
    ),
    boundaries=(BoundaryInterface(name="orders", unit="orders"),),
    signatures=tuple(Signatures(path=path, text=text) for path, text in SIGNATURES.items()),
)

CLAUSES = {clause: f"text of {clause}" for clause in ("prices.sum01", "prices.tenth", "prices.empty", "orders.kept1")}
TARGET = PythonTarget()


def make_package(name: str, imports: str) -> Package:
    """Return a listed package."""
    return Package(name=name, imports=imports, reason="needed", clauses=("orders.kept1",))


def change_signatures(path: str, text: str) -> DesignConclusion:
    """Return the design with another signatures block for the path."""
    blocks = tuple(block for block in DESIGN.signatures if block.path != path)
    return replace(DESIGN, signatures=(*blocks, Signatures(path=path, text=text)))


def read_files(*paths: str, **changed: str) -> tuple[SourceFile, ...]:
    """Return answered files of the shop."""
    return tuple(SourceFile(path=path, text=changed.get(path, FILES[path])) for path in paths)


def change(path: str, old: str, new: str) -> dict[str, str]:
    """Return the shop with one piece of one file replaced, which must be there."""
    assert old in FILES[path], old
    return {**FILES, path: FILES[path].replace(old, new)}


def build_tree(files: Mapping[str, str] = FILES, design: DesignConclusion = DESIGN, lockfile: str = "") -> Tree:
    """Return the assembled, not yet cleaned, codebase."""
    project = Project(name="Shop", version="0.1.0", design=design, lockfile=lockfile)
    answered = {
        path: File(text=text, origin=Origin.TEST if path.startswith("tests/") else Origin.UNIT, owner="write/x")
        for path, text in files.items()
    }
    return {**TARGET.scaffold(project, answered), **answered}


def build_verification(
    files: Mapping[str, str] = FILES,
    design: DesignConclusion = DESIGN,
    *,
    sandbox: Sandbox | None = None,
    environment=None,
    error_ids: tuple[str, ...] = ("E-EMPTY",),
    **extra: File,
) -> Verification:
    """Return what the gates are given for these files."""
    return Verification(
        tree={**build_tree(files, design), **extra},
        design=design,
        clauses=CLAUSES,
        error_ids=error_ids,
        sandbox=sandbox,
        environment=environment,
    )


def run_gate(gate: str, verification: Verification) -> list[str]:
    """Run a gate and return the codes that it gives."""
    return [finding.code for finding in TARGET.run_gate(gate, verification).findings]
