"""Resolve, prepare, scaffold and clean: the tools around generated code."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from specpack.model.failure import Unavailable
from specpack.model.target import Project
from specpack.model.tree import File, Origin
from specpack.targets.python import cleanup
from specpack.targets.python.cleanup import find_ruff
from specpack.targets.python.environment import digest_environment, find_python, find_toolchain, prepare_environment
from specpack.targets.python.registry import build_environment
from specpack.targets.python.resolve import RUNTIME_MARK, TESTS_MARK, resolve_packages, split_lockfile

from .shop import DESIGN, TARGET, build_tree, make_package


def unit_file(text, origin=Origin.UNIT):
    return File(text=text, origin=origin, owner="write/x")


def name_entries(part):
    return [line.split("==")[0] for line in part.splitlines() if line and not line.startswith((" ", "#"))]


def test_resolve_pins_with_hashes_and_names_no_index(lockfile):
    assert lockfile.startswith(RUNTIME_MARK + "\n" + TESTS_MARK + "\n")
    entries = [line for line in lockfile.splitlines() if line and not line.startswith((" ", "#"))]
    assert any(entry.startswith("pytest==8.4.") for entry in entries)
    assert all("==" in entry and entry.endswith(" \\") for entry in entries)
    assert "--hash=sha256:" in lockfile
    assert "://" not in lockfile
    assert "--index" not in lockfile
    assert lockfile == resolve_packages(())


def test_resolve_parts_what_the_product_needs_from_what_its_tests_need(lockfile):
    del lockfile
    runtime, tests = split_lockfile(resolve_packages([make_package("python-slugify", "slugify")]))
    assert name_entries(runtime) == ["python-slugify", "text-unidecode"]
    assert "pytest" in name_entries(tests)
    assert not set(name_entries(runtime)) & set(name_entries(tests))


def test_resolve_names_the_package_that_does_not_exist(lockfile):
    del lockfile
    with pytest.raises(Unavailable, match="no package `specpack-absent-package-for-tests`"):
        resolve_packages([make_package("specpack-absent-package-for-tests", "absent")])


def test_pips_settings_reach_uv_unless_uv_has_its_own(tmp_path):
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://mirror.example/simple\nfind-links =\n  /a\n  /b\n")
    machine = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(configuration), "VIRTUAL_ENV": "/v"}
    built = build_environment(machine)
    assert built["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert built["UV_FIND_LINKS"] == "/a /b"
    assert "VIRTUAL_ENV" not in built
    assert (
        build_environment({**machine, "PIP_INDEX_URL": "https://b.example"})["UV_DEFAULT_INDEX"] == "https://b.example"
    )
    assert build_environment({**machine, "UV_INDEX_URL": "https://c.example"}).get("UV_DEFAULT_INDEX") is None


def test_an_environment_is_made_once_and_can_be_made_by_two_at_once(lockfile, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: prepare_environment(lockfile, tmp_path), range(2))
    assert first == second == tmp_path / digest_environment(lockfile)
    assert [place.name for place in tmp_path.iterdir()] == [first.name]
    before = find_python(first).lstat().st_mtime_ns
    assert prepare_environment(lockfile, tmp_path) == first
    assert find_python(first).lstat().st_mtime_ns == before


def test_an_environment_holds_what_is_pinned_and_runs_in_the_sandbox(environment, sandbox):
    result = sandbox.run(
        [str(find_python(environment)), "-c", "import pytest, sys; print(pytest.__version__, sys.prefix)"],
        tree={},
        read_only=find_toolchain(environment),
    )
    assert result.stdout.startswith("8.4.")
    assert result.stdout.split()[1] == str(environment)


def test_a_wrong_hash_is_refused(lockfile, tmp_path):
    lines = [line for line in lockfile.splitlines() if "iniconfig" in line]
    wrong = f"{lines[0]}\n    --hash=sha256:{'0' * 64}\n"
    with pytest.raises(Unavailable, match="could not be made"):
        prepare_environment(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_environments_differ_by_lockfile(lockfile):
    assert digest_environment(lockfile) != digest_environment(lockfile + "\n")


def test_the_scaffold_is_the_same_for_the_same_project_and_supplies_packages():
    project = Project(name="My Shop!", version="1.2.0", design=DESIGN, lockfile="")
    tree = TARGET.scaffold(project, {})
    assert tree == TARGET.scaffold(project, {})
    assert {"Makefile", "README.md", "TOUR.md", "pyproject.toml", "requirements.lock", ".gitignore"} <= set(tree)
    assert {"shop/__init__.py", "tests/__init__.py", "requirements.txt", "requirements-test.txt"} <= set(tree)
    assert "main/__init__.py" not in tree
    assert 'name = "my-shop"' in tree["pyproject.toml"].text
    assert all(file.text.endswith("\n") and not file.text.endswith("\n\n") for file in tree.values())
    owned = replace(DESIGN, units=(*DESIGN.units, replace(DESIGN.units[0], id="init", paths=("shop/__init__.py",))))
    assert "shop/__init__.py" not in TARGET.scaffold(replace(project, design=owned), {})


def test_the_scaffold_parts_the_lockfile():
    lockfile = f"{RUNTIME_MARK}\na==1 \\\n    --hash=sha256:aa\n{TESTS_MARK}\nb==2 \\\n    --hash=sha256:bb\n"
    tree = TARGET.scaffold(Project(name="x", version="1", design=DESIGN, lockfile=lockfile), {})
    assert tree["requirements.txt"].text == "a==1 \\\n    --hash=sha256:aa\n"
    assert tree["requirements-test.txt"].text.startswith("--requirement requirements.txt\nb==2")
    assert tree["requirements.lock"].text == lockfile


def test_make_test_is_one_command(environment, lockfile, sandbox):
    tree = {path: file.text.encode() for path, file in build_tree(lockfile=lockfile).items()}
    result = sandbox.run(
        ["make", "test", f"PYTHON={find_python(environment)}"],
        tree=tree,
        read_only=find_toolchain(environment),
        environment={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert result.status == 0, result.stdout + result.stderr
    assert "4 passed" in result.stdout
    broken = {**tree, "main.py": b"x = 1 / 0\n"}
    result = sandbox.run(
        ["make", "test", f"PYTHON={find_python(environment)}"], tree=broken, read_only=find_toolchain(environment)
    )
    assert result.status != 0


def test_make_prepares_its_own_environment_from_the_lock(lockfile):
    text = build_tree(lockfile=lockfile)["Makefile"].text
    assert "--require-hashes --only-binary :all: --requirement requirements.lock" in text
    done = subprocess.run(
        ["make", "-n", "-f", "-", "test"], input=text, capture_output=True, text=True, check=False, cwd="/"
    )
    assert "requirements.lock" in done.stdout + done.stderr


def test_cleaning_formats_sorts_and_drops_and_says_so():
    tree = {
        "shop/a.py": unit_file("import sys\nimport os\nx = {'a':os.name}\n\n\n\n"),
        "shop/__init__.py": unit_file("from shop.a import x\n"),
        "notes.md": unit_file("x  =  1\n", Origin.LOG),
    }
    cleaned = TARGET.clean(tree)
    assert cleaned.tree["shop/a.py"].text == 'import os\n\nx = {"a": os.name}\n'
    assert cleaned.tree["shop/__init__.py"] == tree["shop/__init__.py"]
    assert cleaned.tree["notes.md"] == tree["notes.md"]
    assert {(path, rule) for path, rule, _ in cleaned.record} >= {("shop/a.py", "F401"), ("shop/a.py", "format")}
    assert cleaned.findings == ()
    again = TARGET.clean(cleaned.tree)
    assert (again.tree, again.record) == (cleaned.tree, ())


def test_cleaning_keeps_imports_that_another_file_takes():
    tree = {
        "shop/a.py": unit_file("from decimal import Decimal\nfrom fractions import Fraction\n"),
        "shop/b.py": unit_file("from shop.a import Decimal\n\nx = Decimal(1)\n"),
        "tests/driver.py": unit_file("from shop.b import x\n", Origin.TEST),
    }
    cleaned = TARGET.clean(tree).tree
    assert "Decimal" in cleaned["shop/a.py"].text
    assert cleaned["tests/driver.py"].text == "from shop.b import x\n"


def test_cleaning_ignores_the_trees_own_configuration():
    tree = {
        "shop/a.py": unit_file("x = 'a'\n"),
        "pyproject.toml": unit_file("[tool.ruff.format]\nquote-style = 'single'\n", Origin.SCAFFOLD),
    }
    assert TARGET.clean(tree).tree["shop/a.py"].text == 'x = "a"\n'


def test_a_file_that_does_not_parse_is_left_alone_with_a_finding():
    tree = {"shop/a.py": unit_file("x = (\n"), "shop/b.py": unit_file("y=1\n")}
    cleaned = TARGET.clean(tree)
    assert cleaned.tree["shop/a.py"] == tree["shop/a.py"]
    assert cleaned.tree["shop/b.py"].text == "y = 1\n"
    assert [(f.code, f.path) for f in cleaned.findings] == [("GT005", "shop/a.py")]


def test_the_tour_is_made_of_docstrings_users_first():
    tour = build_tree()["TOUR.md"].text
    headings = [line for line in tour.splitlines() if line.startswith("## ")]
    assert headings == ["## `main.py`", "## `shop/orders.py`", "## `shop/pricing.py`"]
    assert "- `price`: Return the sum in cents; ten or more articles take a tenth off." in tour


def test_the_pinned_tool_is_needed_in_its_exact_version(monkeypatch):
    find_ruff.cache_clear()
    monkeypatch.setattr(cleanup, "RUFF", ("ruff", "0.0.1"))
    with pytest.raises(Unavailable, match=r"must be 0\.0\.1"):
        TARGET.clean(build_tree())
    find_ruff.cache_clear()
    monkeypatch.undo()
    assert TARGET.tool_pins == (cleanup.RUFF,)
