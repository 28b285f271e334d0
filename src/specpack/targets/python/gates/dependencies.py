"""Gate `dependencies`: a closed world of imports, in which every listed package is used where it counts.

Path: syntax -> **dependencies** -> literals.
"""

import sys
from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, find_reached, read_view
from specpack.targets.python.layout import find_imports
from specpack.targets.python.unit import is_from_package

GATE = "dependencies"


def check_tree(verification: Verification) -> GateResult:
    """Check all imports against the design. Reports: GT100, GT101."""
    view = read_view(verification)
    found = [*_check_closed(verification, view), *_check_used(verification, view)]
    return conclude(GATE, found, (("packages", str(len(verification.design.packages))),))


def _check_closed(verification: Verification, view: View) -> Iterator[Finding]:
    for path, tree in view.files.items():
        for item in find_imports(tree, path):
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


def _check_used(verification: Verification, view: View) -> Iterator[Finding]:
    reached = find_reached(verification, view)
    imported = [
        item.full for path in reached for item in find_imports(view.product[path], path) if not item.typing_only
    ]
    for package in verification.design.packages:
        if not any(f"{full}.".startswith(f"{package.imports}.") for full in imported):
            message = f"package `{package.name}` is listed and no module that an entry point reaches imports it"
            yield reject(Code.PACKAGE_UNUSED, GATE, message, clauses=package.clauses)
