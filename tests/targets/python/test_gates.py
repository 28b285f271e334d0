"""Gates over a whole tree without running it: each fires on a planted defect, and not on its near miss."""

import json
from dataclasses import replace

import pytest

from specpack.model.conclusion import EntryPoint, Signatures, Unit
from specpack.model.failure import WrongUse
from specpack.model.finding import Verdict
from specpack.model.tree import File, Origin

from .shop import DESIGN, FILES, TARGET, TESTS, build_verification, change, make_package, run_gate

STATIC = (
    *("intake", "tampering", "syntax", "dependencies", "closed-world", "literals", "review", "structure"),
    "test-statics",
)


def add(path, text, block="", **fields):
    """Return the shop's files and design with one more unit."""
    unit = Unit(id="extra", paths=(path,), purpose="more", clauses=("orders.kept1",), **fields)
    signatures = (*DESIGN.signatures, Signatures(path=path, text=block)) if block else DESIGN.signatures
    return {**FILES, path: text}, replace(DESIGN, units=(*DESIGN.units, unit), signatures=signatures)


def scaffold_file(text):
    return File(text=text, origin=Origin.SCAFFOLD, owner="scaffold")


@pytest.mark.parametrize("gate", STATIC)
def test_a_sound_tree_passes(gate):
    result = TARGET.run_gate(gate, build_verification())
    assert (result.verdict, result.findings, result.gate) == (Verdict.PASS, (), gate)


def test_the_gates_come_cheapest_first_and_an_unknown_one_is_wrong_use():
    assert TARGET.gates() == (*STATIC, "suite", "stubs", "canary", "witness", "ablation", "reach", "mutation")
    with pytest.raises(WrongUse, match="no gate `absent`"):
        TARGET.run_gate("absent", build_verification())


@pytest.mark.parametrize("gate", ["suite", "stubs", "canary", "witness", "reach", "mutation"])
def test_a_gate_that_cannot_run_never_passes(gate):
    result = TARGET.run_gate(gate, build_verification())
    assert result.verdict is Verdict.COULD_NOT_RUN
    assert result.reason == "no sandbox works on this machine"


@pytest.mark.parametrize(
    ("path", "text", "codes"),
    [
        ("shop/stray.py", "x = 1\n", ["GT002"]),
        ("tests/conftest.py", "", ["GT002"]),
        ("pytest.ini", "", ["GT002"]),
        ("sitecustomize.py", "", ["GT002"]),
        ("tests/test_more.py", "", ["GT002"]),
        ("other/__init__.py", "", ["GT002"]),
        ("spec/example.py", "x = (\n", []),
        ("notes.md", "x\n", []),
        ("big.txt", "x" * (1 << 20) + "\n", ["GT003"]),
        ("nul.txt", "a\0b\n", ["GT003"]),
        ("../out.txt", "x\n", ["GT003"]),
    ],
)
def test_intake_takes_only_what_belongs(path, text, codes):
    assert run_gate("intake", build_verification(**{path: scaffold_file(text)})) == codes


def test_intake_misses_files_that_the_design_promises():
    files = {path: text for path, text in FILES.items() if path not in ("shop/pricing.py", "tests/driver.py")}
    findings = TARGET.run_gate("intake", build_verification(files)).findings
    assert {(f.code, f.path, f.unit) for f in findings} == {
        ("GT001", "shop/pricing.py", "pricing"),
        ("GT001", "tests/driver.py", None),
    }


@pytest.mark.parametrize(
    ("recipe", "codes"),
    [
        ("test:\n\tpython -m pytest\n", []),
        ("test: lint\n\t@python -m pytest -q tests\n", []),
        ("test:\n\tpython -m pytest || true\n", ["GT004"]),
        ("test:\n\t-python -m pytest\n", ["GT004"]),
        ("test:\n\tpython -m pytest; true\n", ["GT004"]),
        ("test:\n\tpython -m pytest tests/test_orders.py\n", ["GT004"]),
        ("test:\n\tpython -m pytest -k easy\n", ["GT004"]),
        ("test:\n\ttrue\n", ["GT004"]),
        ("check:\n\tpython -m pytest\n", ["GT004"]),
    ],
)
def test_intake_reads_the_makefile(recipe, codes):
    assert sorted(set(run_gate("intake", build_verification(Makefile=scaffold_file(recipe))))) == codes


def test_syntax_compiles_every_file_and_heeds_warnings():
    assert run_gate("syntax", build_verification(change("tests/fakes.py", "class", "klass"))) == ["GT005"]
    assert run_gate("syntax", build_verification(change("shop/pricing.py", "* 9", "*"))) == ["GT005"]
    warned = change("tests/fakes.py", "self.saved[number] = cents", "assert (self, 'kept')")
    assert run_gate("syntax", build_verification(warned)) == ["GT006"]


def test_syntax_keeps_units_to_their_contract():
    changed = change("shop/pricing.py", "def price(", "def cost(")
    assert set(run_gate("syntax", build_verification(changed))) == {"GT046", "GT047"}


def test_dependencies_are_a_closed_world():
    undeclared = change("main.py", "from shop.orders", "import numpy\nfrom shop.orders")
    assert run_gate("dependencies", build_verification(undeclared)) == ["GT100"]
    design = replace(DESIGN, packages=(make_package("numpy", "numpy"),))
    assert run_gate("dependencies", build_verification(undeclared, design)) == []
    assert run_gate("dependencies", build_verification(FILES, design)) == ["GT101"]


def test_a_package_counts_only_where_an_entry_point_reaches_it():
    text = '"""More."""\n\nimport numpy\n\n\ndef more() -> int:\n    """Say."""\n    return numpy.size(())\n'
    files, design = add("shop/more.py", text, "def more() -> int: ...\n")
    design = replace(design, packages=(make_package("numpy", "numpy"),))
    assert run_gate("dependencies", build_verification(files, design)) == ["GT101"]
    reached = {
        **files,
        "main.py": FILES["main.py"].replace("from shop.orders", "from shop import more\nfrom shop.orders"),
    }
    assert run_gate("dependencies", build_verification(reached, design)) == []
    guarded = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import numpy\nfrom shop.orders"
    only_typing = {**FILES, "main.py": FILES["main.py"].replace("from shop.orders", guarded)}
    assert "GT101" in run_gate(
        "dependencies", build_verification(only_typing, replace(DESIGN, packages=design.packages))
    )


def test_a_namespace_package_is_known_by_its_whole_name():
    design = replace(DESIGN, packages=(make_package("google-cloud-storage", "google.cloud.storage"),))
    used = change("main.py", "from shop.orders", "from google.cloud import storage\nfrom shop.orders")
    other = change("main.py", "from shop.orders", "from google.cloud import firestore\nfrom shop.orders")
    assert run_gate("dependencies", build_verification(used, design)) == []
    assert sorted(run_gate("dependencies", build_verification(other, design))) == ["GT100", "GT101"]


def test_literals_are_found_in_product_and_driver_and_not_in_tests():
    planted = "    _ = '{\"a\": 1}'\n    return"
    assert run_gate("literals", build_verification(change("main.py", "    return", planted))) == ["GT110"]
    in_driver = change("tests/driver.py", "        return", "        print('<p>x</p>')\n        return")
    assert run_gate("literals", build_verification(in_driver)) == ["GT112"]
    in_tests = change("tests/test_orders.py", "    shop = Shop()", "    print('{\"a\": 1}')\n    shop = Shop()")
    assert run_gate("literals", build_verification(in_tests)) == []


def test_review_sees_units_whole_and_handlers_everywhere():
    swallowed = "        try:\n            self._store.save(number, cents)\n        except OSError:\n            pass\n"
    product = change("shop/orders.py", "        self._store.save(number, cents)\n", swallowed)
    findings = TARGET.run_gate("review", build_verification(product)).findings
    assert [(f.code, f.unit, f.path) for f in findings] == [("GT121", "orders", "shop/orders.py")]
    in_driver = "        try:\n            pass\n        except Exception:\n            print(1)\n        return"
    driver = change("tests/driver.py", "        return", in_driver)
    assert run_gate("review", build_verification(driver)) == ["GT120"]
    threaded = change("main.py", "from shop.orders", "import threading\nfrom shop.orders")
    assert run_gate("review", build_verification(threaded)) == ["GT122"]


MORE = '"""More."""\n\n\ndef more(cents: int) -> int:\n    """Say."""\n    return cents\n'


def test_structure_finds_modules_that_nothing_reaches():
    files, design = add("shop/more.py", MORE, "def more(cents: int) -> int: ...\n")
    assert run_gate("structure", build_verification(files, design)) == ["GT130", "GT131"]
    entry = EntryPoint(kind="command", target="shop.more:more", unit="extra")
    entered = replace(design, entry_points=(*design.entry_points, entry))
    assert run_gate("structure", build_verification(files, entered)) == []


def test_structure_finds_names_that_nothing_uses():
    added = FILES["shop/pricing.py"] + "\n\ndef spare() -> int:\n    return spare() + 1\n"
    findings = TARGET.run_gate("structure", build_verification({**FILES, "shop/pricing.py": added})).findings
    assert [(f.code, f.unit) for f in findings] == [("GT131", "pricing")]
    assert "`spare`" in findings[0].message
    used = {**FILES, "shop/pricing.py": added + "\n\ndef _other() -> int:\n    return spare()\n"}
    assert run_gate("structure", build_verification(used)) == []


def test_structure_finds_lines_written_twice():
    body = "".join(f"    total = total * {n} + len(lines)\n" for n in range(2, 8))
    function = "\n\ndef _sum(lines: tuple[int, ...]) -> int:\n    total = 0\n{}    return total\n"

    def plant(first, second):
        pricing = FILES["shop/pricing.py"] + function.format(first)
        orders = FILES["shop/orders.py"] + function.replace("_sum", "_count").format(second)
        return build_verification({**FILES, "shop/pricing.py": pricing, "shop/orders.py": orders})

    findings = TARGET.run_gate("structure", plant(body, "    # said anew\n\n" + body)).findings
    assert [f.code for f in findings] == ["GT132"]
    assert findings[0].message.startswith("8 lines of")
    other = body.replace("* 4", "* 44").replace("* 7", "* 77")
    assert run_gate("structure", plant(body, other)) == []


def test_parameters_that_two_functions_share_are_no_clone():
    parameters = "".join(f"    amount_{n}: int,\n" for n in range(8))
    used = " + ".join(f"amount_{n}" for n in range(8))

    def plant(name):
        return f"\n\ndef _{name}(\n{parameters}) -> int:\n    return {used}\n"

    pricing, orders = FILES["shop/pricing.py"] + plant("sum"), FILES["shop/orders.py"] + plant("count")
    assert "GT132" not in run_gate(
        "structure", build_verification({**FILES, "shop/pricing.py": pricing, "shop/orders.py": orders})
    )


def test_statics_check_groups_and_citations():
    uncited = change("tests/test_orders.py", "Clauses: prices.tenth", "Clauses: prices.absent")
    findings = TARGET.run_gate("test-statics", build_verification(uncited)).findings
    assert [(f.code, f.test) for f in findings] == [
        ("GT141", "tests/test_orders.py::test_ten_articles_take_a_tenth_off")
    ]
    patched = change("tests/test_orders.py", "    shop = Shop()", "    setattr(Shop, 'order', None)\n    shop = Shop()")
    assert run_gate("test-statics", build_verification(patched)) == ["GT063"]


def test_statics_want_each_declared_error_asserted_literally():
    assert run_gate("test-statics", build_verification(error_ids=("E-EMPTY", "E-FULL"))) == ["GT140"]
    longer = change("tests/test_orders.py", '"E-EMPTY"', '"E-EMPTY-2"')
    assert run_gate("test-statics", build_verification(longer)) == ["GT140"]
    within = change("tests/test_orders.py", '"E-EMPTY"', '"error E-EMPTY: no line"')
    assert run_gate("test-statics", build_verification(within)) == []


def test_statics_look_into_helpers_that_promise_to_assert():
    empty = FILES["tests/driver.py"] + "\n\ndef check_saved(shop: Shop) -> None:\n    print(shop)\n"
    assert "GT142" in run_gate("test-statics", build_verification({**FILES, "tests/driver.py": empty}))
    full = empty.replace("print(shop)", "assert shop.store.saved")
    assert "GT142" not in run_gate("test-statics", build_verification({**FILES, "tests/driver.py": full}))


def test_a_shadow_of_the_core_is_named_as_evidence_only():
    pricing = change("shop/pricing.py", "* 9 // 10 if", "* 87 // 91 if")["shop/pricing.py"].replace(">= 10", ">= 13")
    shadow = TESTS + "\n\ndef _price(count, cents):\n    return cents * 87 // 91 if count >= 13 else cents\n"
    result = TARGET.run_gate(
        "test-statics", build_verification({**FILES, "shop/pricing.py": pricing, "tests/test_orders.py": shadow})
    )
    assert result.verdict is Verdict.PASS
    suspects = json.loads(dict(result.facts)["shadow suspects"])
    assert len(suspects) == 1
    assert "_price shares 13, 87, 91 with shop/pricing.py price" in suspects[0]


def test_structure_keeps_the_entry_point_on_top():
    text = FILES["shop/orders.py"].replace("from shop.pricing", "import main\nfrom shop.pricing")
    assert "GT134" in run_gate("structure", build_verification({**FILES, "shop/orders.py": text}))


def test_structure_keeps_init_files_plain():
    files, design = add("shop/__init__.py", '"""Shop."""\n\nfrom shop.pricing import price\n\n__all__ = ["price"]\n')
    assert run_gate("structure", build_verification(files, design)) == []
    files["shop/__init__.py"] += "\nRATE = 3\n"
    assert run_gate("structure", build_verification(files, design)) == ["GT133"]


def test_fakes_take_types_alone_from_the_product():
    def plant(line):
        fakes = FILES["tests/fakes.py"].replace("\n\n\nclass", f"\n\n{line}\n\n\nclass", 1)
        return run_gate("test-statics", build_verification({**FILES, "tests/fakes.py": fakes}))

    assert plant("from shop.orders import OrderStore") == []
    assert plant("from shop.pricing import price") == ["GT143"]
    assert plant("import shop.pricing") == ["GT143"]
