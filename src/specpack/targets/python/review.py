"""What a code reviewer would object to, where a machine can see it.

Path: unit -> **review** -> findings.
"""

import ast
from collections.abc import Iterator

from specpack.targets.python.codes import Code
from specpack.targets.python.layout import find_imports
from specpack.targets.python.signatures import Function, Problem

FUNCTION_LINES = 60
NESTING = 4
FILE_LINES = 500

_CONCURRENT = frozenset(
    {"threading", "asyncio", "multiprocessing", "concurrent", "queue", "_thread", "trio", "anyio", "gevent"}
)
_BROAD = frozenset({"Exception", "BaseException"})
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def check_review(tree: ast.Module, text: str, path: str, allowed: frozenset[str]) -> Iterator[Problem]:
    """Give (code, line, message) for errors lost, concurrency nobody asked for, and shapes that are hard to read.

    Args:
        tree: The file.
        text: Its source, for the comments.
        path: Its path, for relative imports.
        allowed: First parts of modules that the design imports in signatures of the same unit.

    Reports: GT120, GT121, GT122, GT123, GT124, GT125.
    """
    lines = text.splitlines()
    yield from check_handlers(tree, lines)
    for item in find_imports(tree, path):
        top = item.module.partition(".")[0]
        if top in _CONCURRENT and top not in allowed:
            yield Code.CONCURRENCY, item.line, f"`{top}` is imported and no signature of the unit asks for it"
    if len(lines) > FILE_LINES:
        yield Code.LONG_FILE, FILE_LINES + 1, f"file has {len(lines)} lines, over {FILE_LINES}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                message = f"function `{node.name}` has {length} lines, over {FUNCTION_LINES}"
                yield Code.LONG_FUNCTION, node.lineno, message
            depth = _measure_nesting(node.body)
            if depth > NESTING:
                message = f"function `{node.name}` nests {depth} blocks deep, over {NESTING}"
                yield Code.DEEP_NESTING, node.lineno, message


def check_handlers(tree: ast.Module, lines: list[str], *, outermost: bool = True) -> Iterator[Problem]:
    """Give (code, line, message) for handlers that catch everything or drop what they caught.

    Where `outermost`, a handler of `Exception` may turn what it caught into an outcome, as an entry point has to.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if node.type is None:
            yield Code.BLIND_EXCEPT, node.lineno, "`except:` catches everything"
        elif _BROAD & set(_caught(node.type)) and not _raises(node.body) and not (outermost and _translates(node)):
            caught = ast.unparse(node.type)
            yield (
                Code.BLIND_EXCEPT,
                node.lineno,
                f"`except {caught}` catches everything, and neither raises again nor goes on with what it caught",
            )
        elif _is_empty(node.body) and not _has_comment(node, lines):
            yield Code.SWALLOWED, node.lineno, f"`except {ast.unparse(node.type)}` drops the error"


def _caught(node: ast.expr) -> Iterator[str]:
    for element in node.elts if isinstance(node, ast.Tuple) else [node]:
        yield ast.unparse(element).rpartition(".")[2]


def _raises(body: list[ast.stmt]) -> bool:
    """Return whether the handler raises on some way through it, functions defined in it left aside."""
    return any(isinstance(node, ast.Raise) for statement in body for node in ast.walk(statement))


def _translates(node: ast.ExceptHandler) -> bool:
    """Return whether a handler of `Exception` goes on with what it caught, as the outermost place has to."""
    caught = set(_caught(node.type)) if node.type else set()
    used = {n.id for statement in node.body for n in ast.walk(statement) if isinstance(n, ast.Name)}
    return "BaseException" not in caught and node.name in used


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(s, ast.Pass | ast.Continue) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in body
    )


def _has_comment(node: ast.ExceptHandler, lines: list[str]) -> bool:
    return any("#" in line for line in lines[node.lineno - 1 : node.end_lineno])


def _measure_nesting(body: list[ast.stmt], *, in_chain: bool = False) -> int:
    """Return how deep blocks nest; an `elif` is as deep as its `if`, an inner function starts anew."""
    deepest = 0
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            continue
        if isinstance(statement, _BLOCKS):
            own = 0 if in_chain and isinstance(statement, ast.If) and len(body) == 1 else 1
            deepest = max(deepest, own, *(own + depth for depth in _inner_depths(statement)))
    return deepest


def _inner_depths(statement: ast.stmt) -> Iterator[int]:
    yield _measure_nesting(getattr(statement, "body", []))
    yield _measure_nesting(getattr(statement, "orelse", []), in_chain=isinstance(statement, ast.If))
    yield _measure_nesting(getattr(statement, "finalbody", []))
    for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
        yield _measure_nesting(part.body)
