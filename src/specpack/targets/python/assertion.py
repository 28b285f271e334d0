"""Whether a test asserts anything that could fail.

Path: test answer -> **assertion** -> findings.
"""

import ast
from collections.abc import Iterator

from specpack.targets.python.codes import Code
from specpack.targets.python.signatures import Function, Problem

ASSERTING = ("assert_", "check_", "expect_", "verify_")
"""How a helper of the driver that asserts begins."""

_BROAD = frozenset({"Exception", "BaseException", "AssertionError", "object"})


def check_assertions(function: Function, tree: ast.Module) -> Iterator[Problem]:
    """Give (code, line, message) for a test without an assertion, or with one that says nothing.

    Reports: GT065, GT066, GT067, GT068.
    """
    if not asserts(function, tree):
        yield Code.NO_ASSERTION, function.lineno, "asserts nothing"
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and _is_empty(node.test):
            yield Code.EMPTY_ASSERTION, node.lineno, f"asserts `{ast.unparse(node.test)}`, which cannot fail"
        elif isinstance(node, ast.Call) and _is_raises(node) and (not node.args or _is_broad(node.args[0])):
            shown = ast.unparse(node)
            yield Code.BROAD_RAISES, node.lineno, f"is content with any exception: `{shown}`"
        elif isinstance(node, ast.Try) and _swallows(node):
            yield Code.SWALLOWED_ASSERTION, node.lineno, "catches its own failing assertion"


def asserts(function: Function, tree: ast.Module) -> bool:
    """Return whether the function asserts, itself or through a function of its file or a helper of the driver."""
    local = {node.name: node for node in tree.body if isinstance(node, Function)}
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests")
        for alias in node.names
    }
    pending, seen = [function.name], set[str]()
    bodies = {**local, function.name: function}
    while pending:
        name = pending.pop()
        if name in seen or name not in bodies:
            continue
        seen.add(name)
        for node in ast.walk(bodies[name]):
            if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _is_raises(node)):
                return True
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called.partition(".")[0] in imported and called.rpartition(".")[2].startswith(ASSERTING):
                    return True
                pending.append(called)
    return False


def _is_raises(node: ast.Call) -> bool:
    return ast.unparse(node.func) in ("pytest.raises", "raises")


def _is_broad(node: ast.expr) -> bool:
    elements = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(ast.unparse(element).rpartition(".")[2] in _BROAD for element in elements)


def _is_empty(test: ast.expr) -> bool:
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=elts):
            return bool(elts)
        case ast.Compare(left=left, comparators=[right], ops=[ast.Eq() | ast.Is() | ast.LtE() | ast.GtE()]):
            return ast.unparse(left) == ast.unparse(right)
        case ast.Compare(left=left, comparators=comparators):
            return all(isinstance(side, ast.Constant) for side in (left, *comparators))
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_is_empty(value) for value in values)
    return False


def _swallows(node: ast.Try) -> bool:
    """Return whether an assertion in the block could be caught by a handler that does not raise again."""
    has_assertion = any(isinstance(inner, ast.Assert) for statement in node.body for inner in ast.walk(statement))
    return has_assertion and any(
        (handler.type is None or _is_broad(handler.type))
        and not any(isinstance(inner, ast.Raise) for statement in handler.body for inner in ast.walk(statement))
        for handler in node.handlers
    )
