"""The gates that change the product and ask who notices."""

from dataclasses import replace

import pytest

from specpack.model.finding import Verdict
from specpack.model.tree import File, Origin

from .shop import CLAUSES, DESIGN, FILES, TARGET, TESTS, build_verification, change, make_package

pytestmark = pytest.mark.sandbox

GATES = ("canary", "witness", "ablation", "reach", "mutation")


@pytest.fixture
def verify(sandbox, environment):
    def run(gate, files=FILES, design=DESIGN, **fields):
        verification = build_verification(files, design, sandbox=sandbox, environment=environment)
        return TARGET.run_gate(gate, replace(verification, **fields))

    return run


def add_test(body: str, files=FILES, head: str = "") -> dict[str, str]:
    """Return the shop with one more test."""
    return {**files, "tests/test_orders.py": f"{files['tests/test_orders.py']}{head}\n\n{body}"}


def with_method(code: str, body: str) -> dict[str, str]:
    """Return the shop whose desk has one more method, called by a test with `body` through the driver."""
    files = change("shop/orders.py", "    def order(self, number: str", f"{code}\n    def order(self, number: str")
    files["tests/driver.py"] += "\n    @property\n    def desk(self):\n        return self._desk\n"
    return add_test(body, files)


@pytest.mark.parametrize("gate", GATES)
def test_an_honest_shop_passes(verify, gate):
    result = verify(gate)
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


@pytest.mark.parametrize("gate", ["canary", "witness", "reach", "mutation"])
@pytest.mark.parametrize("lacking", ["sandbox", "environment"])
def test_what_has_to_run_and_cannot_is_no_pass(verify, gate, lacking):
    assert verify(gate, **{lacking: None}).verdict is Verdict.COULD_NOT_RUN


@pytest.mark.parametrize("gate", ["reach", "mutation"])
def test_a_suite_that_fails_says_nothing_about_the_product(verify, gate):
    result = verify(gate, change("shop/orders.py", "class Desk:", "_X = 1 / 0\n\n\nclass Desk:"))
    assert result.verdict is Verdict.COULD_NOT_RUN
    assert result.reason == "no test passes under watch"


REFUND = '''\
    def refund(self, number: str, reason: str) -> int:
        """Give money back."""
        if reason == "damaged":
            return 100
        return 40
'''


def test_a_core_function_that_no_test_runs_is_found(verify):
    result = verify(
        "reach",
        change("shop/orders.py", "    def order(self, number: str", f"{REFUND}\n    def order(self, number: str"),
    )
    assert [(f.code, f.path, f.tests) for f in result.findings] == [("GT180", "shop/orders.py", True)]
    assert "`Desk.refund`" in result.findings[0].message


def test_a_branch_that_decides_something_and_is_never_taken_is_found(verify):
    files = with_method(REFUND, 'def test_refund():\n    assert Shop().desk.refund("1", "late") == 40\n')
    result = verify("reach", files)
    assert [f.code for f in result.findings] == ["GT181"]
    assert "`if reason == 'damaged'` of `Desk.refund`" in result.findings[0].message


def test_a_branch_that_only_guards_may_stay_untaken(verify):
    guard = REFUND.replace(
        '        if reason == "damaged":\n            return 100\n', "        if not reason:\n            return 0\n"
    )
    files = with_method(guard, 'def test_refund():\n    assert Shop().desk.refund("1", "late") == 40\n')
    assert verify("reach", files).findings == ()


NOTE = '''\
    def note(self, number: str) -> str:
        """Write a line about an order."""
        told = "order " + number
        return told + " is kept"
'''


@pytest.mark.parametrize(
    "body",
    [
        'def test_note():\n    Shop().desk.note("1")\n    assert Shop().order("1", ("tea", 250, 1)) == 250\n',
        'def test_note():\n    seen = [Shop().desk.note("1")]\n    assert len(seen) == 1\n',
        'def test_note():\n    note = Shop().desk.note("1")\n    assert note == note\n',
        'def test_note():\n    assert Shop().desk.note("1") == Shop().desk.note("1")\n',
    ],
)
def test_a_function_that_runs_and_is_not_checked_is_found(verify, body):
    result = verify("mutation", with_method(NOTE, body))
    assert [(f.code, f.unit, f.tests) for f in result.findings] == [("GT182", "orders", True)]
    told = result.findings[0]
    assert "`Desk.note`" in told.message
    assert any("`test_note`" in line for line in told.evidence)


@pytest.mark.parametrize(
    "body",
    [
        'def test_note():\n    assert Shop().desk.note("1") == "order 1 is kept"\n',
        'def test_note():\n    assert Shop().desk.note("1").endswith("kept")\n',
        'def test_note():\n    assert "order 1" in Shop().desk.note("1")\n',
    ],
)
def test_a_function_whose_value_is_asserted_passes(verify, body):
    assert verify("mutation", with_method(NOTE, body)).findings == ()


def test_effects_and_errors_count_as_well_as_values(verify):
    code = '''\
    def check(self, number: str) -> None:
        """Refuse a number that has letters."""
        digits = number.strip()
        if not digits.isdigit():
            raise ValueError("letters in it")

    def cancel(self, number: str) -> None:
        """Keep the order as one of nothing."""
        name = number + "-cancelled"
        self._store.save(name, 0)

'''
    body = """\
def test_check():
    with pytest.raises(ValueError):
        Shop().desk.check("a")
    Shop().desk.check("1")


def test_cancel():
    shop = Shop()
    shop.desk.cancel("7")
    assert shop.store.saved == {"7-cancelled": 0}
"""
    assert verify("mutation", with_method(code, body)).findings == ()


def test_a_core_that_is_noticed_by_crashes_alone_is_found(verify):
    methods = "".join(
        f'    def step{n}(self, text: str) -> list[str]:\n        """Cut."""\n        parts = text.split(",")\n'
        "        return [part.strip() for part in parts]\n\n"
        for n in range(4)
    )
    body = "def test_steps():\n    desk = Shop().desk\n" + "".join(
        f'    for part in desk.step{n}("a,b"):\n        part.upper()\n' for n in range(4)
    )
    result = verify("mutation", with_method(methods, body + "    assert desk\n"))
    assert [f.code for f in result.findings] == ["GT183"]
    assert len(result.findings[0].evidence) >= 4


SHADOW = """\


def price_again(lines):
    total = sum(cents * count for _, cents, count in lines)
    return total * 9 // 10 if sum(count for _, _, count in lines) >= 10 else total


def test_the_price_is_right():
    assert price_again((("tea", 250, 2), ("cup", 400, 1))) == 900
"""


def test_a_test_of_a_copy_is_betrayal(verify):
    result = verify("mutation", {**FILES, "tests/test_orders.py": TESTS + SHADOW})
    assert [(f.code, f.test) for f in result.findings] == [("GT184", "tests/test_orders.py::test_the_price_is_right")]
    assert "`price_again` of `tests/test_orders.py`" in result.findings[0].message


def test_a_copy_behind_a_run_of_the_product_that_nobody_looks_at_is_betrayal(verify):
    pricing = change(
        "shop/pricing.py",
        "return total * 9 // 10 if",
        'words = ("tea time", "cup final", "late bird")\n    return total * 9 // 10 if words and',
    )
    smoke = SHADOW.replace(
        "    return total *", '    words = ("tea time", "cup final", "late bird")\n    return total *'
    ).replace(
        "    assert price_again(",
        '    assert isinstance(Shop().order("1", ("tea", 250, 2)), int)\n    assert price_again(',
    )
    result = verify("mutation", {**pricing, "tests/test_orders.py": TESTS + smoke})
    assert [(f.code, f.test) for f in result.findings] == [("GT184", "tests/test_orders.py::test_the_price_is_right")]


@pytest.mark.parametrize(
    "helper",
    [
        'def make_lines(count):\n    return [("tea", 100, count)] if count else []\n\n\n'
        'def test_made_lines():\n    assert Shop().order("1", *make_lines(10)) == 900\n',
        "def read_cents(text):\n    return int(text) * 100 if text else 0\n\n\n"
        'def test_read_cents():\n    assert Shop().order("1", ("tea", read_cents("3"), 1)) == 300\n',
    ],
)
def test_a_helper_that_makes_inputs_is_no_copy(verify, helper):
    assert verify("mutation", add_test(helper)).findings == ()


def test_a_helper_that_makes_a_value_of_the_product_is_no_copy(verify):
    """A named tuple has no body that could be taken away, and the types of a signature compute nothing."""
    line = "class Line(NamedTuple):\n    name: str\n    cents: int\n\n\nclass Desk:"
    files = change("shop/orders.py", "class Desk:", line)
    imported = "\n\nfrom typing import NamedTuple\n\nfrom "
    files["shop/orders.py"] = files["shop/orders.py"].replace("\n\nfrom ", imported, 1)
    files["tests/driver.py"] += """

def _outcome(call, *parts):
    try:
        return call(*parts)
    except TypeError as error:
        return error


def line(*parts) -> Line | TypeError:
    return _outcome(Line, *parts)
"""
    files["tests/driver.py"] = files["tests/driver.py"].replace("\nfrom ", "\nfrom shop.orders import Line\nfrom ", 1)
    body = 'def test_a_line_has_its_parts():\n    assert line("tea", 250) == ("tea", 250)\n'
    result = verify("mutation", add_test(body, files, head="\nfrom tests.driver import line\n"))
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


def test_a_suspect_copy_of_what_nothing_checks_is_found(verify):
    code = NOTE.replace('"order " + number', '"order " + number + " for tea lovers"').replace("is kept", "is kept well")
    helper = (
        'def note(number):\n    told = "order " + number + " for tea lovers"\n    return told + " is kept well"\n\n\n'
        'def test_note():\n    Shop().desk.note("1")\n    assert note("1") == "order 1 for tea lovers is kept well"\n'
    )
    result = verify("mutation", with_method(code, helper))
    assert {f.code for f in result.findings} >= {"GT182", "GT184", "GT185"}


def test_a_harness_that_lies_is_heard_by_the_canary(verify):
    lying = 'import _pytest.runner\n\n_pytest.runner.CallInfo.from_call.__func__.__globals__["TestReport"] = None\n'
    for text in ("import os\n\nos._exit(0)\n", lying, 'import pytest\n\npytest.exit("done", returncode=0)\n'):
        result = verify("canary", {**FILES, "tests/test_more.py": text})
        assert [f.code for f in result.findings] == ["GT186"], text


def test_an_error_id_that_only_its_exception_stands_for_is_found(verify):
    files = change("tests/test_orders.py", ', match="E-EMPTY"', "")
    result = verify("witness", files)
    assert [(f.code, f.path) for f in result.findings] == [("GT187", "shop/pricing.py")]


def test_an_error_id_that_no_code_holds_is_found(verify):
    assert [f.code for f in verify("witness", error_ids=("E-EMPTY", "E-FULL")).findings] == ["GT188"]


def test_an_error_id_that_is_built_from_parts_counts_as_held(verify):
    files = change("shop/pricing.py", 'EmptyBasket("E-EMPTY")', 'EmptyBasket("E-EMPTY" ": no line")')
    assert verify("witness", files).findings == ()


def test_a_word_beside_declared_error_ids_is_found(verify):
    code = '''\
    def refuse(self, what: int) -> None:
        """Refuse."""
        if what == 1:
            raise EmptyBasket("E-ONE")
        if what == 2:
            raise EmptyBasket("E-TWO")
        raise EmptyBasket("E-OTHER")

'''
    files = with_method(code, "def test_nothing():\n    assert Shop()\n")
    files["shop/orders.py"] = files["shop/orders.py"].replace("import Line, price", "import EmptyBasket, Line, price")
    result = verify("witness", files, error_ids=("E-EMPTY", "E-ONE", "E-TWO"))
    assert [f.code for f in result.findings] == ["GT189"]
    assert "`E-OTHER`" in result.findings[0].message


def make_design(name: str, imports: str):
    return replace(DESIGN, packages=(make_package(name, imports),))


def test_a_package_without_effect_is_found(verify):
    """`colorsys` stands for a package here: the environment of these tests has no other."""
    idle = change("shop/pricing.py", "from dataclasses", "import colorsys\nfrom dataclasses")
    idle["shop/pricing.py"] = idle["shop/pricing.py"].replace(
        "    total = sum(line", "    colorsys.rgb_to_hsv(0.1, 0.2, 0.3)\n    total = sum(line"
    )
    result = verify("ablation", idle, make_design("colorsys", "colorsys"))
    assert [(f.code, f.clauses) for f in result.findings] == [("GT190", ("orders.kept1",))]
    used = {
        **idle,
        "shop/pricing.py": idle["shop/pricing.py"].replace(
            "    colorsys.rgb_to_hsv(0.1, 0.2, 0.3)\n    total = sum(",
            "    total = int(colorsys.rgb_to_hsv(0, 0, 1.0)[2]) * sum(",
        ),
    }
    assert verify("ablation", used, make_design("colorsys", "colorsys")).findings == ()


def test_a_decorator_that_registers_an_entry_point_is_left_to_the_platform(verify):
    entry = next(entry.target for entry in DESIGN.entry_points if ":" in entry.target)
    path, name = entry.partition(":")[0].replace(".", "/") + ".py", entry.rpartition(":")[2]
    text = FILES[path].replace(f"def {name}(", f"@colorsys.rgb_to_hsv\ndef {name}(", 1)
    head, _, rest = text.partition("\n\n")
    files = {**FILES, path: f"{head}\n\nimport colorsys\n{rest}"}
    assert f"@colorsys.rgb_to_hsv\ndef {name}(" in files[path]
    result = verify("ablation", files, make_design("colorsys", "colorsys"))
    assert (result.findings, dict(result.facts)) == ((), {"packages": "0"})


def add_code(code: str) -> dict[str, str]:
    return {**FILES, "shop/pricing.py": FILES["shop/pricing.py"] + "\n\n" + code}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('import os\n\n\ndef read_rate() -> str:\n    return os.environ["SHOP_RATE"]\n', "GT191"),
        ('import os\n\n\ndef read_rate() -> str:\n    return os.getenv("SHOP_RATE", "1")\n', "GT191"),
        ('def find_rates() -> str:\n    return "https://rates.shop-data.io/v1"\n', "GT192"),
        ('def bind(app) -> None:\n    app.add_url_rule("/debug/state", view_func=None)\n', "GT193"),
        ('@app.get("/orders/<number>")\ndef show(number): ...\n', ""),
        ('@app.get("/orders/{n}")\ndef show(n): ...\n', ""),
        (
            'def find_rates() -> str:\n    """See https://rates.shop-data.io/v1."""\n    return "https://example.com/rates"\n',
            "",
        ),
    ],
)
def test_what_no_clause_names_is_found(verify, code, expected):
    said = {**CLAUSES, "orders.route": "The desk MUST serve `/orders/{number}`."}
    found = verify("closed-world", add_code(code), clauses=said).findings
    assert [f.code for f in found] == ([expected] if expected else [])
    named = {**said, "orders.more": "SHOP_RATE, rates.shop-data.io and /debug/state are named"}
    assert verify("closed-world", add_code(code), clauses=named).findings == ()


def test_the_documents_in_the_tree_name_things_too(verify):
    spec = File(text="Read `SHOP_RATE`.\n", origin=Origin.SPEC, owner="spec")
    verification = build_verification(
        add_code('import os\n\nRATE = os.getenv("SHOP_RATE")\n'), **{"spec/shop.md": spec}
    )
    assert TARGET.run_gate("closed-world", verification).findings == ()
