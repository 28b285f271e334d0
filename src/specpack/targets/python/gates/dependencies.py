"""Gate `dependencies`: a closed world of imports, in which every listed package is used where it counts.

Path: syntax -> **dependencies** -> literals.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, find_reached, read_view
from specpack.targets.python.layout import find_imports
from specpack.targets.python.signatures import Function
from specpack.targets.python.unit import is_from_package

GATE = "dependencies"


def check_tree(verification: Verification) -> GateResult:
    """Check all imports against the design. Reports: GT100, GT101."""
    view = read_view(verification)
    found = [*_check_closed(verification, view), *_check_used(verification, view), *_check_provided(verification, view)]
    return conclude(GATE, found, (("packages", str(len(verification.design.packages))),))


def _check_closed(verification: Verification, view: View) -> Iterator[Finding]:
    for path, tree in view.files.items():
        for item in find_imports(tree, path) if verification.facts is None else ():
            top = item.full.partition(".")[0]
            in_tests = path.startswith("tests/")
            known = (
                top in sys.stdlib_module_names
                or view.layout.holds(item.full)
                or is_from_package(item.full, verification.design)
                or (in_tests and top in ("tests", "pytest"))
            )
            if not known:
                message = f"`{path}` imports `{item.full}`, which no listed package provides"
                unit = view.layout.find_unit(path)
                yield reject(Code.PACKAGE_UNDECLARED, GATE, message, unit=unit, path=path, line=item.line)


def _check_provided(verification: Verification, view: View) -> Iterator[Finding]:
    """Report imports of a tree of other origin that nothing provides which it says it needs.

    What a package provides is read off the environment that was made from what the tree says.
    """
    if verification.facts is None or verification.environment is None:
        return
    provided = list_provided(verification.environment)
    own = {name.partition(".")[0] for name in view.layout.modules} | _find_folders(verification)
    for path, tree in view.files.items():
        guarded = _find_guarded(tree)
        for item in find_imports(tree, path):
            top = item.module.partition(".")[0]
            known = not top or top in sys.stdlib_module_names or top in own or top in provided
            if not known and not item.typing_only and item.line not in guarded:
                message = f"`{path}` imports `{item.full}`, which nothing that the tree asks for provides"
                unit = view.layout.find_unit(path)
                yield reject(Code.PACKAGE_UNDECLARED, GATE, message, unit=unit, path=path, line=item.line)


def list_provided(environment: Path) -> frozenset[str]:
    """Return the top-level modules of an environment."""
    found: set[str] = set()
    for folder in environment.glob("lib/*/site-packages"):
        found |= {place.name.partition(".")[0] for place in folder.iterdir()}
    return frozenset(found)


def _find_folders(verification: Verification) -> set[str]:
    """Return what an import may name because a file or folder of the tree has that name."""
    names: set[str] = set()
    for path in verification.tree:
        parts = PurePosixPath(path.removeprefix("src/")).parts
        names.update(parts[:-1])
        names.add(parts[-1].partition(".")[0])
    return names


def _find_guarded(tree: ast.Module) -> frozenset[int]:
    """Return the lines of imports that may fail: in a `try` that catches it, or for some versions of Python alone."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any("Import" in ast.unparse(h.type) for h in node.handlers if h.type):
            body = node.body
        elif isinstance(node, ast.If) and "version_info" in ast.unparse(node.test):
            body = [*node.body, *node.orelse]
        elif isinstance(node, Function) and any("skipif" in ast.unparse(d) for d in node.decorator_list):
            body = node.body
        else:
            continue
        for statement in body:
            lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return frozenset(lines)


def _check_used(verification: Verification, view: View) -> Iterator[Finding]:
    reached = find_reached(verification, view)
    imported = [
        item.full for path in reached for item in find_imports(view.product[path], path) if not item.typing_only
    ]
    for package in verification.design.packages:
        if not any(f"{full}.".startswith(f"{package.imports}.") for full in imported):
            message = f"package `{package.name}` is listed and no module that an entry point reaches imports it"
            yield reject(Code.PACKAGE_UNUSED, GATE, message, clauses=package.clauses)
