"""Tests of other origin: what cannot fail, what replaces the product, what reads its source instead of running it.

Path: test-statics -> **foreign_tests** -> findings.
"""

import ast
from collections.abc import Iterator

from specpack.model.finding import Finding
from specpack.model.target import Facts
from specpack.targets.python.assertion import check_assertions
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.view import View
from specpack.targets.python.layout import find_imports
from specpack.targets.python.signatures import Function, Problem

GATE = "test-statics"
_SOURCE_OF = frozenset({"getsource", "getsourcelines", "findsource"})
_HELPING = ("assert", "check", "expect", "verify", "should", "fail")


def check_foreign_tests(view: View, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with the tests. Reports: GT063, GT064, GT065 to GT068, GT075."""
    for path, tree in view.tests.items():
        problems = [*_check_patches(tree, path, view, facts), *_check_sources(tree, view)]
        for function, parent in _list_tests(tree) if is_test_path(path) else ():
            problems += _check_skips(function, parent, facts)
            for code, line, message in check_assertions(function, tree):
                called = code is Code.EMPTY_ASSERTION and "(" in message
                if not called and (code is not Code.NO_ASSERTION or not _asserts_elsewhere(function, tree)):
                    problems.append((code, line, f"test `{function.name}` {message}"))
        for code, line, message in sorted(dict.fromkeys(problems), key=lambda problem: problem[1]):
            yield reject(code, GATE, f"`{path}`: {message}", path=path, line=line, tests=True)


def _list_tests(tree: ast.Module) -> Iterator[tuple[Function, ast.ClassDef | None]]:
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node, None
        elif isinstance(node, ast.ClassDef):
            yield from ((n, node) for n in node.body if isinstance(n, Function) and n.name.startswith("test"))


def _asserts_elsewhere(function: Function, tree: ast.Module) -> bool:
    """Whether a test asserts by a method, a helper or a fixture whose name says so, or says why it need not."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2].lower()
            if name.startswith(_HELPING) or name in ("raises", "warns", "assert_called", "fail"):
                return True
    names = {n.func.id for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    fixtures = {a.arg for a in function.args.args}
    helpers = [n for n in ast.walk(tree) if isinstance(n, Function) and n.name in names | fixtures]
    return any(isinstance(n, ast.Assert) for helper in helpers for n in ast.walk(helper)) or _is_excused(function)


def _is_excused(function: Function) -> bool:
    """Whether the name or docstring says that nothing is to happen: that it does not raise is what is asserted."""
    told = f"{function.name} {ast.get_docstring(function) or ''}".lower().replace("_", " ")
    return any(words in told for words in ("not raise", "no error", "does not fail", "without error", "is accepted"))


def _check_patches(tree: ast.Module, path: str, view: View, facts: Facts) -> Iterator[Problem]:
    """Report replacements of first-party code that is no boundary."""
    own = {name.partition(".")[0] for name in view.layout.modules}
    bound = {
        (item.full.rpartition(".")[2] if item.full != item.module else item.full.partition(".")[0]): item
        for item in find_imports(tree, path)
    }
    allowed = {name for name, file in view.layout.modules.items() if file in facts.boundaries}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        target = ""
        if name.rpartition(".")[2] in ("setattr", "patch", "setitem", "delattr") and node.args:
            target = ast.unparse(node.args[0]).strip("'\"")
        elif name.endswith("patch.object") and node.args:
            target = ast.unparse(node.args[0])
        item = bound.get(target.partition(".")[0])
        whole = f"{item.full}{target[len(target.partition('.')[0]) :]}" if item is not None else target
        permitted = any(f"{whole}.".startswith(f"{name}.") for name in allowed)
        if whole.partition(".")[0] in own and not permitted and not _leads_outside(whole, view):
            yield Code.PATCHED, node.lineno, f"`{ast.unparse(node)[:80]}` replaces a part of the product"


def _leads_outside(name: str, view: View) -> bool:
    """Whether a dotted name goes through a module of the product to something that the module only imports."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = view.layout.modules.get(".".join(parts[:length]))
        if path is not None and path in view.product and length < len(parts):
            imported = {
                (i.full.rpartition(".")[2] if i.full != i.module else i.full.partition(".")[0]): i
                for i in find_imports(view.product[path], path)
            }
            item = imported.get(parts[length])
            return item is not None and not view.layout.holds(item.full)
    return False


def _check_skips(function: Function, parent: ast.ClassDef | None, facts: Facts) -> Iterator[Problem]:
    """Report tests that do not run, but for a reason that was given beforehand."""
    decorators = [*function.decorator_list, *(parent.decorator_list if parent else [])]
    for decorator in decorators:
        told = ast.unparse(decorator)
        marks = ("mark.skip", "mark.xfail", "unittest.skip", "skipUnless", "skipIf")
        excused = any(reason in told for reason in facts.skips) or _is_platform(told)
        if any(mark in told for mark in marks) and not excused:
            yield Code.SKIPPED, function.lineno, f"test `{function.name}` need not run: `{told[:80]}`"


def _is_platform(told: str) -> bool:
    """Whether a skip depends on the platform or the version of Python alone, and gives a reason."""
    depends = any(sign in told for sign in ("sys.platform", "sys.version_info", "os.name", "platform.", "hasattr(sys"))
    return depends and "environ" not in told and ("reason=" in told or "unittest" in told)


def _check_sources(tree: ast.Module, view: View) -> Iterator[Problem]:
    """Report tests that read the text of the product."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in _SOURCE_OF:
                yield Code.SOURCE_READ, node.lineno, f"`{name}` reads source text"
            case ast.Constant(value=str(text)) if text.endswith(".py") and _names_product(text, view):
                yield Code.SOURCE_READ, node.lineno, f"`{text}` is a file of the product, read as text"


def _names_product(text: str, view: View) -> bool:
    tail = text.lstrip("./*")
    return bool(tail) and any(path == tail or path.endswith(f"/{tail}") for path in view.product)
