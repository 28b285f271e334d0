"""Gate `test-statics`: what can be said of all tests together without running them.

Path: structure -> **test-statics** -> suite.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.assertion import ASSERTING, asserts
from specpack.targets.python.citation import find_tests, is_test_path, name_test, read_citation
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.foreign_tests import check_foreign_tests
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, read_file, read_view
from specpack.targets.python.group import check_test_file
from specpack.targets.python.layout import DRIVER, FAKES, find_docstrings, find_imports
from specpack.targets.python.signatures import Function, parse_declared, read_surface

GATE = "test-statics"
SHARED_LITERALS = 3
"""Distinctive literals that test code branches on and the product holds too, from which a shadow is suspected."""

_PLAIN_NUMBERS = frozenset({0, 1, 2, -1, 10, 100, 1000})


def check_tree(verification: Verification) -> GateResult:
    """Check every group, citations, declared errors and the driver's helpers; name suspects as facts.

    Reports: GT005, GT046 to GT051, GT060 to GT076, GT140 to GT143.
    """
    view = read_view(verification)
    if verification.facts is not None:
        return conclude(GATE, check_foreign_tests(view, verification.facts))
    found: list[Finding] = []
    for group in verification.design.groups:
        for path in group.paths:
            if path in view.tests:
                found += check_test_file(read_file(view, path), verification.design, group, GATE)
    found += _check_citations(verification, view)
    found += _check_errors(verification, view)
    found += _check_helpers(view)
    found += _check_fakes(verification, view)
    tests = sum(1 for path, tree in view.tests.items() if is_test_path(path) for _ in find_tests(tree))
    suspects = json.dumps(find_shadow_suspects(view))
    return conclude(GATE, found, (("tests", str(tests)), ("shadow suspects", suspects)))


def _check_citations(verification: Verification, view: View) -> Iterator[Finding]:
    for path, tree in view.tests.items():
        for function in find_tests(tree) if is_test_path(path) else ():
            for cited in read_citation(function) or ():
                if cited not in verification.clauses:
                    yield reject(
                        Code.CITATION_UNKNOWN,
                        GATE,
                        f"test `{function.name}` cites `{cited}`, which is no clause and no assumption",
                        test=name_test(path, function.name),
                        path=path,
                        line=function.lineno,
                    )


def _check_errors(verification: Verification, view: View) -> Iterator[Finding]:
    """Report declared error ids that no test holds as a literal, docstrings left aside."""
    texts = [text for path, tree in view.tests.items() if is_test_path(path) for text in _find_strings(tree)]
    for error in verification.error_ids:
        if not any(_names(text, error) for text in texts):
            yield reject(Code.ERROR_UNWITNESSED, GATE, f"no test asserts the error id `{error}`")


def _find_strings(tree: ast.Module) -> Iterator[str]:
    docstrings = find_docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _names(text: str, id: str) -> bool:
    """Return whether the id stands in the text as a word of its own."""
    before, found, after = text.partition(id)
    ends = (before[-1:], after[:1])
    return bool(found) and not any(end.isalnum() or end in ("_", "-") for end in ends if end)


def _check_helpers(view: View) -> Iterator[Finding]:
    """Report helpers of the driver that promise by their name to assert and do not."""
    for path in (DRIVER, FAKES):
        tree = view.tests.get(path, ast.Module(body=[], type_ignores=[]))
        for node in ast.walk(tree):
            if isinstance(node, Function) and node.name.startswith(ASSERTING) and not asserts(node, tree):
                message = f"helper `{node.name}` of `{path}` asserts nothing"
                yield reject(Code.HELPER_EMPTY, GATE, message, path=path, line=node.lineno)


def _check_fakes(verification: Verification, view: View) -> Iterator[Finding]:
    """Report what the fakes import from the product beyond types: functions, and whole modules."""
    declared = parse_declared(verification.design)
    for item in find_imports(view.tests[FAKES], FAKES) if FAKES in view.tests else ():
        path = view.layout.find_product(item) if view.layout.holds(item.full) else None
        if path is None:
            continue
        surface = read_surface(declared[path]) if path in declared else None
        name = item.full.rpartition(".")[2]
        if item.full in view.layout.modules or (surface is not None and name in surface.functions):
            message = f"`{FAKES}` imports `{item.full}`, which is no type of a boundary"
            yield reject(Code.FAKE_IMPORT, GATE, message, path=FAKES, line=item.line)


def find_shadow_suspects(view: View) -> list[str]:
    """Return test-side functions that branch on literals which a product function holds too, as `path:line name`.

    Evidence only: a fake of a boundary may do so honestly.
    """
    product: defaultdict[str, set[str]] = defaultdict(set)
    for path, tree in view.product.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                product[f"{path} {node.name}"] |= _distinctive(node)
    suspects: list[str] = []
    for path, tree in view.tests.items():
        for node in ast.walk(tree):
            if not isinstance(node, Function) or (is_test_path(path) and node.name.startswith("test")):
                continue
            own = _distinctive(node) if _branches(node) else set()
            for place, literals in sorted(product.items()):
                shared = sorted(own & literals)
                if len(shared) >= SHARED_LITERALS:
                    suspects.append(f"{path}:{node.lineno} {node.name} shares {', '.join(shared)} with {place}")
    return suspects


def _branches(function: Function) -> bool:
    return any(isinstance(node, ast.If | ast.IfExp | ast.Match | ast.BinOp) for node in ast.walk(function))


def _distinctive(function: Function) -> set[str]:
    docstrings = find_docstrings(function)
    return {
        repr(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and id(node) not in docstrings and _tells(node.value)
    }


def _tells(value: object) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return value not in _PLAIN_NUMBERS if isinstance(value, int | float) else isinstance(value, str) and len(value) > 2
