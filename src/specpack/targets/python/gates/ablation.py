"""Gate `ablation`: with something inert in the place of a mandated package, a test must notice.

Path: witness -> **ablation** -> reach. A package that is imported, called, and without effect is found here.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence

from specpack.model.conclusion import Package
from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.running import read_contents
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.gates.view import View, find_reached, read_view
from specpack.targets.python.layout import find_imports
from specpack.targets.python.mutation.anatomy import survey_routines
from specpack.targets.python.mutation.boundaries import find_boundary_routines
from specpack.targets.python.mutation.rounds import Round, run_rounds
from specpack.targets.python.signatures import parse_declared

GATE = "ablation"


def check_tree(verification: Verification) -> GateResult:
    """Take each package of the design away in turn. Reports: GT190."""
    view = read_view(verification)
    packages = [p for p in verification.design.packages if _is_used_in_core(p, verification, view)]
    if not packages:
        return conclude(GATE, [], (("packages", "0"),))
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    rounds = run_rounds(
        verification,
        read_contents(verification),
        {},
        {f"package {p.imports}": [path for path in view.texts if is_test_path(path)] for p in packages},
    )
    cut = [p.name for p in packages if not _noticed(rounds[f"package {p.imports}"]) and not _ended(rounds, p)]
    if cut:
        return refuse(GATE, f"the run without `{cut[0]}` did not come to its end")
    return conclude(GATE, _check_rounds(packages, rounds), (("packages", str(len(packages))),))


def _check_rounds(packages: Sequence[Package], rounds: Mapping[str, Round]) -> Iterator[Finding]:
    for package in packages:
        told = rounds[f"package {package.imports}"]
        if told.ran and not _noticed(told):
            message = f"package `{package.name}` can do nothing at all and every test still passes"
            evidence = (f"{told.ran} tests ran",)
            yield reject(Code.PACKAGE_INERT, GATE, message, clauses=package.clauses, evidence=evidence, tests=True)


def _noticed(told: Round) -> bool:
    return bool(told.asserted or told.crashed)


def _ended(rounds: Mapping[str, Round], package: Package) -> bool:
    return rounds[f"package {package.imports}"].whole


def _is_used_in_core(package: Package, verification: Verification, view: View) -> bool:
    """Whether code in reach uses the package where a test could tell.

    Implementations of boundaries do not count, since tests replace them by fakes. Nor does a decorator that registers
    an entry point: the registry is the platform's, and tests call the entry point in the platform's place.
    """
    routines = survey_routines(view.product, frozenset(view.product))
    aside = find_boundary_routines(parse_declared(verification.design), verification.design, view.product, routines)
    for path in find_reached(verification, view):
        names = {
            (item.full if item.full == item.module else item.full.rpartition(".")[2]).partition(".")[0]
            for item in find_imports(view.product[path], path)
            if not item.typing_only and f"{item.full}.".startswith(f"{package.imports}.")
        }
        registering = {id(n) for n in _list_registering(verification, view, path)}
        lines = {line for r in routines if r.number in aside and r.path == path for line in range(r.line, r.end + 1)}
        for node in ast.walk(view.product[path]):
            used = isinstance(node, ast.Name) and node.id in names and node.lineno not in lines
            if used and id(node) not in registering:
                return True
    return False


def _list_registering(verification: Verification, view: View, path: str) -> Iterator[ast.AST]:
    """Yield what stands in the decorators of the functions of a file that the design names as entry points."""
    names = {
        name
        for module, _, name in (entry.target.partition(":") for entry in verification.design.entry_points)
        if view.layout.modules.get(module) == path
    }
    for node in view.product[path].body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in names:
            for decorator in node.decorator_list:
                yield from ast.walk(decorator)
