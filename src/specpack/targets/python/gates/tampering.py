"""Gate `tampering`: nothing in the tree silences a tool, ends a run, or rewrites what it reports.

Path: intake -> **tampering** -> syntax. Looks at every file, configuration of tests included, whoever made the tree.
"""

import ast
import re
from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_side
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, read_view
from specpack.targets.python.layout import find_docstrings
from specpack.targets.python.purity import check_comments
from specpack.targets.python.signatures import Function

GATE = "tampering"

_REPORTING = frozenset(
    {"pytest_runtest_makereport", "pytest_report_teststatus", "pytest_runtest_logreport", "pytest_sessionfinish"}
    | {"pytest_exception_interact", "pytest_terminal_summary", "pytest_runtest_protocol", "pytest_runtest_call"}
    | {"pytest_pyfunc_call", "pytest_runtestloop", "pytest_cmdline_main", "pytest_assertrepr_compare"}
)
"""Hooks that decide what a run reports. Those that add options, markers or fixtures are no concern."""
_SELECTING = frozenset({"pytest_ignore_collect", "pytest_collection_modifyitems", "pytest_itemcollected"})
_CHANGES_RUN = re.compile(
    r"\b(?:outcome|excinfo|longrepr|exitstatus|wasxfail|deselected|get_result|clear|xfail|skip)\b|\bitems\s*\["
)
_ENDS = frozenset({"os._exit", "os.abort", "os.kill", "pytest.exit"})
_TEST_SIGNS = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION", "UNITTEST_RUNNING")
_TEST_MODULES = frozenset({"pytest", "unittest", "_pytest", "nose"})


def check_tree(verification: Verification) -> GateResult:
    """Check every file. Reports: GT051, GT053, GT074, GT077."""
    view = read_view(verification)
    found = [finding for path in view.texts for finding in _check_file(verification, view, path)]
    return conclude(GATE, found, (("files", str(len(view.texts))),))


def _check_file(verification: Verification, view: View, path: str) -> Iterator[Finding]:
    tree = view.files.get(path)
    if tree is None or (verification.facts is not None and path not in view.product and not is_test_side(path)):
        return
    product = path in view.product
    unit = view.layout.find_unit(path)
    problems = [*_check_hooks(tree), *_check_ends(tree, product=product)]
    problems += [
        *_check_comments(view.texts[path], verification),
        *((*_check_product(tree), *_check_equality(tree)) if product else ()),
    ]
    for code, line, message in problems:
        yield reject(code, GATE, f"`{path}`: {message}", unit=unit, path=path, line=line, tests=is_test_side(path))


def _check_comments(text: str, verification: Verification) -> Iterator[tuple[Code, int, str]]:
    """Report comments that silence a tool; in trees of other origin only where they are to be strict."""
    for code, line, message in check_comments(text):
        if verification.facts is None or verification.facts.strict:
            yield code, line, message


def _check_hooks(tree: ast.Module) -> Iterator[tuple[Code, int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        body = "\n".join(ast.unparse(statement) for statement in node.body)
        if node.name in _REPORTING and (_CHANGES_RUN.search(body) or "return" in body):
            yield Code.HARNESS, node.lineno, f"`{node.name}` can change what a run reports"
        elif node.name in _SELECTING and _CHANGES_RUN.search(body):
            yield Code.HARNESS, node.lineno, f"`{node.name}` can leave tests out"


def _check_ends(tree: ast.Module, *, product: bool) -> Iterator[tuple[Code, int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            zero = all(isinstance(a, ast.Constant) and a.value in (0, None) for a in node.args)
            if name in _ENDS or (not product and name in ("sys.exit", "exit", "quit") and zero):
                yield Code.HARNESS, node.lineno, f"`{ast.unparse(node)[:60]}` ends the run"


def _check_equality(tree: ast.Module) -> Iterator[tuple[Code, int, str]]:
    """Report an `__eq__` of the product that holds for anything."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name == "__eq__":
            returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
            if returned and all(isinstance(v, ast.Constant) and v.value is True for v in returned):
                yield Code.EQUAL_TO_ALL, node.lineno, "`__eq__` is true for anything"


def _check_product(tree: ast.Module) -> Iterator[tuple[Code, int, str]]:
    """Report ways of the product that only tests take."""
    docstrings = find_docstrings(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings and any(s in text for s in _TEST_SIGNS):
                yield Code.TEST_ONLY_PATH, node.lineno, f"`{text}` tells whether tests run"
            case ast.Compare(left=ast.Constant(value=str(name)), comparators=[right]) if (
                name in _TEST_MODULES and ast.unparse(right) == "sys.modules"
            ):
                yield Code.TEST_ONLY_PATH, node.lineno, f"`{ast.unparse(node)}` tells whether tests run"
