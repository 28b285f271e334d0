"""The gates that run a codebase in the sandbox."""

import json
from dataclasses import replace

import pytest

from specpack.model.conclusion import Assumption
from specpack.model.finding import Verdict
from specpack.targets.python.gates.failure_text import blend, normalise, read_failure
from specpack.targets.python.gates.stubs import find_clauses

from .shop import DESIGN, FILES, TARGET, TESTS, build_verification, change


@pytest.fixture
def verify(sandbox, environment):
    def run(gate, files=FILES, design=DESIGN, **fields):
        verification = build_verification(files, design, sandbox=sandbox, environment=environment)
        return TARGET.run_gate(gate, replace(verification, **fields))

    return run


pytestmark = pytest.mark.sandbox


def test_a_sound_suite_passes_and_is_counted(verify):
    result = verify("suite")
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    facts = dict(result.facts)
    assert (facts["tests passed"], facts["tests failed"]) == ("4", "0")
    assert "tests/test_orders.py::test_order_is_kept" in json.loads(facts["passed"])


def test_without_an_environment_it_could_not_run(verify):
    result = verify("suite", environment=None)
    assert result.verdict is Verdict.COULD_NOT_RUN


def test_a_suite_without_tests_is_no_pass(verify):
    untested = {path: text for path, text in FILES.items() if path != "tests/test_orders.py"}
    assert [f.code for f in verify("suite", untested).findings] == ["GT095"]
    emptied = {**FILES, "tests/test_orders.py": '"""Nothing."""\n'}
    assert [f.code for f in verify("suite", emptied).findings] == ["GT095"]


def test_a_failing_assertion_says_expected_observed_and_clauses(verify):
    result = verify("suite", change("shop/pricing.py", "* 9 //", "* 8 //"))
    assert result.verdict is Verdict.BLOCKER
    (finding,) = result.findings
    assert finding.code == "GT090"
    assert finding.test == "tests/test_orders.py::test_ten_articles_take_a_tenth_off"
    assert (finding.expected, finding.observed) == ("900", "800")
    assert (finding.unit, finding.clauses) == ("pricing", ("prices.tenth",))
    assert (finding.path, finding.line) == ("tests/test_orders.py", 21)


def test_a_crash_in_the_product_is_placed_there(verify):
    result = verify("suite", change("shop/orders.py", "self._store.save(number", "self._absent.save(number"))
    places = {(f.code, f.unit, f.path) for f in result.findings}
    assert places == {("GT090", "orders", "shop/orders.py")}
    assert result.findings[0].observed.startswith("AttributeError: 'Desk' object has no attribute '_absent'")


def test_an_expected_exception_that_is_not_raised(verify):
    result = verify("suite", change("shop/pricing.py", '        raise EmptyBasket("E-EMPTY")', "        return 0"))
    (finding,) = result.findings
    assert (finding.expected, finding.observed) == ("raises EmptyBasket", "no exception")


def test_a_file_that_cannot_be_collected_is_laid_at_its_unit(verify):
    result = verify("suite", change("shop/orders.py", "class Desk:", "_X = 1 / 0\n\n\nclass Desk:"))
    (finding,) = result.findings
    assert (finding.code, finding.unit, finding.path, finding.line) == ("GT091", "orders", "shop/orders.py", 16)
    assert "ZeroDivisionError" in finding.observed


def test_the_same_defect_is_the_same_finding(verify):
    varying = change(
        "tests/test_orders.py",
        '    shop.order("7", ("tea", 250, 1))\n',
        "    assert (id(shop), object()) == 7\n",
    )
    assert verify("suite", varying).findings == verify("suite", varying).findings


def test_skips_are_not_passes(verify):
    skipped = change("tests/test_orders.py", "    shop = Shop()", "    pytest.skip('later')\n    shop = Shop()")
    assert [f.code for f in verify("suite", skipped).findings] == ["GT092"]


@pytest.mark.parametrize(
    "planted", ["import os\n    os._exit(0)", "import sys\n    sys.exit(0)", "import os\n    os.kill(os.getpid(), 9)"]
)
def test_a_run_that_ends_itself_is_not_believed(verify, planted):
    ended = change("tests/test_orders.py", "    shop = Shop()", f"    {planted}\n    shop = Shop()")
    result = verify("suite", ended)
    assert result.verdict is Verdict.BLOCKER
    assert {f.code for f in result.findings} <= {"GT090", "GT093"}


def test_a_report_that_contradicts_the_exit_status_is_not_believed(verify):
    lie = (
        "    import atexit\n    atexit.register(lambda: __import__('os')._exit(0))\n"
        "    assert Shop().order('1', ('tea', 1, 1)) == 2\n    shop = Shop()"
    )
    result = verify("suite", change("tests/test_orders.py", "    shop = Shop()", lie))
    assert [f.code for f in result.findings] == ["GT093"]


def test_tests_that_lean_on_their_order_are_found(verify):
    design = replace(DESIGN, groups=(*DESIGN.groups, replace(DESIGN.groups[1], id="more", paths=("tests/test_b.py",))))
    leaning = TESTS.replace("    shop = Shop()", "    Shop.seen = True\n    shop = Shop()")
    other = (
        '"""Leans."""\n\nfrom tests.driver import Shop\n\n\ndef test_seen():\n    """Says.\n\n'
        '    Clauses: orders.kept1\n    """\n    assert not getattr(Shop, "seen", False)\n'
    )
    files = {**FILES, "tests/test_orders.py": leaning, "tests/test_b.py": other}
    assert [f.code for f in verify("suite", files, design).findings] == ["GT094"]


def test_tests_that_pytest_never_runs_are_found(verify):
    hidden = TESTS + "\n\ntest_order_is_kept.__test__ = False\n"
    findings = verify("suite", {**FILES, "tests/test_orders.py": hidden}).findings
    assert [(f.code, f.test) for f in findings] == [("GT096", "tests/test_orders.py::test_order_is_kept")]


def test_the_suite_has_no_network_and_none_of_the_trees_configuration(verify):
    planted = TESTS.replace(
        "    shop = Shop()",
        "    import os, socket\n    assert not os.path.exists('conftest.py') or 'hooked' not in os.environ\n"
        "    with pytest.raises(OSError):\n        socket.create_connection(('192.0.2.1', 80), 1)\n    shop = Shop()",
    )
    files = {**FILES, "tests/test_orders.py": planted, "conftest.py": "import os\nos.environ['hooked'] = '1'\n"}
    assert verify("suite", files).findings == ()


def test_each_unit_is_missed_by_a_test_that_cites_it(verify):
    result = verify("stubs")
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    facts = dict(result.facts)
    noticed = json.loads(facts["noticed"])
    assert list(noticed) == ["pricing", "orders", "start"]
    assert "tests/test_orders.py::test_order_is_kept" in noticed["pricing"]
    assert json.loads(facts["exempt"]) == []


def test_a_shadow_in_the_tests_is_betrayed(verify):
    shadow = '''\
"""Orders are priced."""


def price(lines):
    return sum(cents * count for _article, cents, count in lines)


def test_order_is_priced():
    """The price is the sum over the lines.

    Clauses: prices.sum01, orders.kept1
    """
    assert price((("tea", 250, 2), ("cup", 400, 1))) == 900
'''
    result = verify("stubs", {**FILES, "tests/test_orders.py": shadow})
    assert [(f.code, f.unit) for f in result.findings] == [
        ("GT150", "start"),
        ("GT150", "orders"),
        ("GT150", "pricing"),
    ]
    assert json.loads(dict(result.facts)["noticed"])["pricing"] == []


def test_a_unit_without_a_citing_test_is_found(verify):
    uncited = TESTS.replace("Clauses: orders.kept1, prices.sum01", "Clauses: prices.sum01")
    result = verify("stubs", {**FILES, "tests/test_orders.py": uncited})
    assert [(f.code, f.unit) for f in result.findings] == [("GT151", "start"), ("GT151", "orders")]


def test_a_unit_of_declarations_alone_is_exempt(verify):
    parts = FILES["shop/pricing.py"].split("def price")
    units = tuple(replace(u, paths=(*u.paths, "shop/price.py")) if u.id == "start" else u for u in DESIGN.units)
    head = '"""Prices."""\n\nfrom shop.pricing import EmptyBasket, Line\n\n\n'
    files = {**FILES, "shop/pricing.py": parts[0], "shop/price.py": head + "def price" + parts[1]}
    files["shop/orders.py"] = files["shop/orders.py"].replace(
        "from shop.pricing import Line, price", "from shop.price import price\nfrom shop.pricing import Line"
    )
    result = verify("stubs", files, replace(DESIGN, units=units))
    assert json.loads(dict(result.facts)["exempt"]) == ["pricing"]
    assert result.findings == ()


def test_a_stub_that_makes_the_product_loop_is_cut_short(verify):
    looping = change(
        "tests/driver.py",
        "        return self._desk.order(number, tuple(Line(*line) for line in lines))",
        "        given = tuple(Line(*line) for line in lines)\n        while True:\n            try:\n"
        "                return self._desk.order(number, given)\n"
        "            except NotImplementedError:\n                continue",
    )
    result = verify("stubs", looping)
    assert result.verdict is Verdict.PASS
    assert json.loads(dict(result.facts)["noticed"])["orders"] == ["tests/test_orders.py::test_order_is_kept"]


def test_stubs_need_a_suite_that_passes(verify):
    result = verify("stubs", change("shop/orders.py", "class Desk:", "_X = 1 / 0\n\n\nclass Desk:"))
    assert (result.verdict, result.reason) == (Verdict.COULD_NOT_RUN, "no test passes before anything is replaced")


def test_the_ids_of_a_unit_are_its_clauses_and_the_assumptions_on_them():
    unit = replace(DESIGN.units[0], clauses=("prices.tenth", "orders.kept1"))
    assumption = Assumption(id="assume.tax", silence="", decision="", clauses=("prices.tenth",))
    other = Assumption(id="assume.far", silence="", decision="", clauses=("prices.sum01",))
    verification = build_verification(design=replace(DESIGN, assumptions=(assumption, other)))
    assert find_clauses(unit, verification) == {"prices.tenth", "orders.kept1", "assume.tax"}


@pytest.mark.parametrize(
    ("line", "expected", "observed"),
    [
        ("E   assert 2 == 3", "3", "2"),
        ("E   AssertionError: assert 'a b' == 'c'", "'c'", "'a b'"),
        ("E   assert 3 in [1, 2]", "in [1, 2]", "3"),
        ("E   assert '1 == 2' == 'x'", "'x'", "'1 == 2'"),
        ("E   assert not True", "false", "True"),
        ("E   assert False", "true", "False"),
        ("E   Failed: DID NOT RAISE <class 'shop.Bad'>", "raises Bad", "no exception"),
        ("E   KeyError: 'x'", "", "KeyError: 'x'"),
    ],
)
def test_failures_are_read(line, expected, observed):
    told = read_failure(f"tests/test_x.py:3: in test_x\n    assert f()\n{line}\nE    +  where 2 = f()")
    assert (told.expected, told.observed) == (expected, observed)
    assert [(frame.path, frame.line) for frame in told.frames] == [("tests/test_x.py", 3)]


def test_a_literal_on_the_left_is_what_was_expected():
    told = read_failure("tests/test_x.py:1: in test_x\nE   assert 3 == 2", "assert 3 == f()\n")
    assert (told.expected, told.observed) == ("3", "2")


def test_what_differs_between_machines_and_runs_is_left_out():
    assert normalise("<Desk object at 0x7f12ab34cd> in /tmp/pytest-1/x.db") == "<Desk object at 0x> in <path>"
    assert normalise("/tree/shop/a.py at localhost:51234") == "shop/a.py at localhost:<port>"
    assert normalise("path /api/orders and a/b") == "path /api/orders and a/b"
    assert blend("order 17 at noon", "order 18 at noon") == "order <varies> at noon"
    assert blend("a b", "a b c") == "a b"
