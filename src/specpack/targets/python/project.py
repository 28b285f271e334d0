"""What a tree of other origin is: its product, its tests, its entry points, what it needs.

Path: tree, facts -> **project** -> verification -> gates.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from specpack.model.conclusion import (
    BoundaryInterface,
    DesignConclusion,
    EntryPoint,
    Package,
    Signatures,
    TestGroup,
    Unit,
)
from specpack.model.target import Facts, Found
from specpack.model.tree import Tree
from specpack.targets.python.citation import is_test_path, is_test_side
from specpack.targets.python.layout import find_imports, name_module, parse_file
from specpack.targets.python.signatures import Function

_ASIDE = frozenset(
    {"docs", "doc", "examples", "example", "benchmarks", "bench", "tools", "fuzz", "bin", "scripts", "build", "dist"}
)
_ROOT_ASIDE = frozenset({"setup.py", "noxfile.py", "conftest.py", "tasks.py", "fabfile.py"})
_ENTRY_NAMES = frozenset({"cli", "main", "__main__", "app", "wsgi", "asgi", "server"})
_FRAMEWORK = re.compile(
    r"(?:\A|\.)(?:route|get|post|put|delete|patch|command|http|cloud_event|websocket|task|callback)\Z"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEST_GROUPS = ("test", "tests", "testing", "dev")


def find_project(tree: Tree, facts: Facts) -> Found:
    """Return product and tests as units and groups of one file each, entry points, mandated packages, requirements."""
    files = {path: parse_file(file.text, path) for path, file in tree.items() if path.endswith(".py")}
    product = [path for path in sorted(files) if _is_product(path, files)]
    tests = [path for path in sorted(files) if is_test_path(path)]
    manifest = _read_manifest(tree)
    parsed = {path: module for path in product if isinstance(module := files[path], ast.Module)}
    guesses: list[str] = []
    targets = list(facts.entry_points)
    if not targets:
        targets = _guess_entry_points(manifest, parsed)
        guesses.append("entry points: " + (", ".join(f"`{target}`" for target in targets) or "none"))
    owners = {name_module(path): _name_unit(path) for path in product}
    design = DesignConclusion(
        units=tuple(Unit(id=_name_unit(path), paths=(path,), purpose="", clauses=()) for path in product),
        entry_points=tuple(
            EntryPoint(kind="library", target=t, unit=owners.get(t.partition(":")[0], ""), clauses=()) for t in targets
        ),
        groups=tuple(TestGroup(id=_name_unit(path), paths=(path,), clauses=()) for path in tests),
        boundaries=tuple(
            BoundaryInterface(name=path, unit=_name_unit(path)) for path in facts.boundaries if path in parsed
        ),
        packages=tuple(Package(name=n, imports=i, reason="mandated", clauses=()) for n, i in facts.packages),
        signatures=tuple(Signatures(path=path, text=tree[path].text) for path in facts.boundaries if path in parsed),
    )
    requirements = tuple(dict.fromkeys((*_list_requirements(manifest, tree), *(name for name, _ in facts.packages))))
    guesses.append(f"product: {len(product)} files, tests: {len(tests)} files")
    return Found(design=design, requirements=requirements, guesses=tuple(guesses))


def _name_unit(path: str) -> str:
    return path.removesuffix(".py")


def _is_product(path: str, files: Mapping[str, Any]) -> bool:
    """Whether a file is part of what is delivered: in a package, below `src`, or at the root and used by no tool."""
    parts = PurePosixPath(path).parts
    if is_test_side(path) or set(parts[:-1]) & _ASIDE or (len(parts) == 1 and path in _ROOT_ASIDE):
        return False
    return len(parts) == 1 or parts[0] == "src" or f"{parts[0]}/__init__.py" in files or len(parts) == 2


def _read_manifest(tree: Tree) -> Mapping[str, Any]:
    try:
        return tomllib.loads(tree["pyproject.toml"].text) if "pyproject.toml" in tree else {}
    except tomllib.TOMLDecodeError:
        return {}


def _guess_entry_points(manifest: Mapping[str, Any], product: Mapping[str, ast.Module]) -> list[str]:
    """Return declared scripts, `__main__`, modules named as entry points are, handlers; else the public packages."""
    project = manifest.get("project", {})
    scripts = [*project.get("scripts", {}).values(), *project.get("gui-scripts", {}).values()]
    scripts += [t for group in project.get("entry-points", {}).values() for t in group.values()]
    found = [str(target).partition(" ")[0] for target in scripts]
    for path, tree in product.items():
        module = name_module(path)
        name = PurePosixPath(path).stem
        registers = any(_is_handler(node) for node in ast.walk(tree))
        if (name in _ENTRY_NAMES or registers) and not any(t.partition(":")[0] == module for t in found):
            found.append(module)
    public = [name_module(path) for path in product if _is_public(path, product)]
    return list(dict.fromkeys([*found, *public]))


def _is_public(path: str, product: Mapping[str, ast.Module]) -> bool:
    """Whether importing the file is how a library is used: the top of a package, or a module that stands alone."""
    parts = PurePosixPath(path.removeprefix("src/")).parts
    if len(parts) == 1:
        return not path.startswith("_")
    offers = any(
        isinstance(s, ast.ImportFrom | ast.Assign | ast.FunctionDef | ast.ClassDef) for s in product[path].body
    )
    top = len(parts) == 2 and parts[-1] == "__init__.py"
    empty = top and not offers
    inside = not parts[-1].startswith("_") and not any(part.startswith("_") for part in parts)
    root = next((p for p in product if p.removeprefix("src/") == f"{parts[0]}/__init__.py"), None)
    bare = root is None or not any(isinstance(s, ast.ImportFrom) for s in product[root].body)
    return (top and not empty) or (bare and inside)


def _is_handler(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, Function) else []
    names = (ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in decorators)
    return any(_FRAMEWORK.search(name) for name in names)


def _list_requirements(manifest: Mapping[str, Any], tree: Tree) -> Iterator[str]:
    """Yield what the tree asks of a registry: dependencies, extras and groups for tests, requirements files."""
    project = manifest.get("project", {})
    yield from (str(r) for r in project.get("dependencies", ()))
    for groups in (project.get("optional-dependencies", {}), manifest.get("dependency-groups", {})):
        for name, own in groups.items():
            if name in _TEST_GROUPS:
                yield from (r for r in own if isinstance(r, str))
    for path in ("requirements.txt", "requirements-test.txt", "requirements-dev.txt", "test-requirements.txt"):
        if path in tree:
            lines = (line.partition("#")[0].strip().rstrip("\\").strip() for line in tree[path].text.splitlines())
            yield from (line for line in lines if line and _NAME.match(line))


def list_declared(requirements: Sequence[str]) -> frozenset[str]:
    """Return the normalised names of requirements."""
    names = (_NAME.match(requirement) for requirement in requirements)
    return frozenset(re.sub(r"[-_.]+", "-", match[0]).lower() for match in names if match)


def list_imported(files: Mapping[str, ast.Module]) -> Mapping[str, tuple[str, int]]:
    """Return top-level module -> the first place that imports it."""
    found: dict[str, tuple[str, int]] = {}
    for path, tree in files.items():
        for item in find_imports(tree, path):
            found.setdefault(item.module.partition(".")[0], (path, item.line))
    return found
