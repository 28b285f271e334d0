"""The rules of the language document that a reader would check line by line.

Path: unit -> **idiom** -> findings.
"""

import ast
from collections.abc import Iterator, Sequence

from specpack.targets.python.codes import Code
from specpack.targets.python.layout import is_typing_guard
from specpack.targets.python.signatures import Function, Problem

_EVALUATORS = frozenset({"eval", "exec", "compile", "__import__", "globals", "locals", "setattr", "delattr"})
_REFLECTORS = frozenset({"importlib", "inspect", "runpy", "pkgutil", "ctypes", "imp"})
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MAKERS = frozenset({"list", "dict", "set", "defaultdict", "deque"})


def check_idioms(tree: ast.Module, lines: Sequence[str]) -> Iterator[Problem]:
    """Give (code, line, message) for what the language document forbids or demands of product code.

    Args:
        tree: The file.
        lines: Its lines, for comments that stand in for docstrings.

    Reports: GT160 to GT167.
    """
    yield from _check_imports(tree)
    yield from _check_documentation(tree, lines)
    for node in ast.walk(tree):
        match node:
            case ast.Assert():
                yield Code.PRODUCT_ASSERT, node.lineno, "`assert` decides nothing when Python runs with `-O`"
            case ast.ClassDef():
                yield from _check_dataclass(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _check_defaults(node)
            case ast.ExceptHandler():
                yield from _check_causes(node)
            case ast.Call(func=ast.Name(id=name)) if name in _EVALUATORS:
                yield Code.REFLECTION, node.lineno, f"`{name}` works on the program itself"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, attribute, *_]) if not isinstance(
                attribute, ast.Constant
            ):
                yield Code.REFLECTION, node.lineno, "`getattr` takes a computed name"
            case ast.Import() | ast.ImportFrom():
                for name in _reflecting(node):
                    yield Code.REFLECTION, node.lineno, f"`{name}` works on the program itself"


def _reflecting(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return [name for name in names if name.partition(".")[0] in _REFLECTORS and name != "importlib.resources"]


def _check_imports(tree: ast.Module) -> Iterator[Problem]:
    top = {id(statement) for statement in tree.body}
    for statement in tree.body:
        if isinstance(statement, ast.If) and is_typing_guard(statement):
            top |= {id(inner) for inner in statement.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield Code.IMPORT_PLACE, node.lineno, f"`{ast.unparse(node)}` is relative"
        elif isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top:
            yield Code.IMPORT_PLACE, node.lineno, f"`{ast.unparse(node)}` does not stand at the top of the file"


def _check_documentation(tree: ast.Module, lines: Sequence[str]) -> Iterator[Problem]:
    if tree.body and not ast.get_docstring(tree):
        yield Code.MODULE_DOCSTRING, 1, "the module does not say what it holds"
    for node in _find_documented(tree.body):
        above = lines[node.lineno - 2].strip() if node.lineno > 1 and node.lineno - 2 < len(lines) else ""
        if not ast.get_docstring(node) and not above.startswith("#"):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield Code.DOCSTRING, node.lineno, f"{kind} `{node.name}` does not say what it gives"


def _find_documented(body: Sequence[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """Give functions, methods and public classes, without those whose name Python itself defines."""
    for node in body:
        if isinstance(node, Function) and not node.name.startswith("__"):
            yield node
        elif isinstance(node, ast.ClassDef):
            if not node.name.startswith("_"):
                yield node
            yield from _find_documented(node.body)


def _check_dataclass(node: ast.ClassDef) -> Iterator[Problem]:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called) in ("dataclass", "dataclasses.dataclass"):
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            if not any(k.arg == "frozen" and getattr(k.value, "value", None) is True for k in keywords):
                yield Code.DATACLASS_OPEN, node.lineno, f"dataclass `{node.name}` is not frozen"


def _check_defaults(node: Function) -> Iterator[Problem]:
    for default in (*node.args.defaults, *node.args.kw_defaults):
        made = isinstance(default, ast.Call) and ast.unparse(default.func).rpartition(".")[2] in _MAKERS
        if made or isinstance(default, _MUTABLE):
            shown = ast.unparse(default) if default is not None else ""
            yield Code.MUTABLE_DEFAULT, node.lineno, f"default `{shown}` of `{node.name}` is shared between calls"


def _check_causes(node: ast.ExceptHandler) -> Iterator[Problem]:
    """Report a new exception without its cause; the caught one may be raised again as it is."""
    for inner in (found for statement in node.body for found in ast.walk(statement)):
        if isinstance(inner, ast.Raise) and inner.exc is not None and getattr(inner.cause, "value", None) is None:
            if inner.cause is not None and not isinstance(inner.cause, ast.Constant):
                continue
            again = isinstance(inner.exc, ast.Name) and inner.exc.id == node.name
            if not again:
                yield Code.CAUSE_LOST, inner.lineno, f"`{ast.unparse(inner)[:60]}` loses the error that it answers"
