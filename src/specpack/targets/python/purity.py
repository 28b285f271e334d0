"""What a product module may do when it is imported, and which state it may hold.

Path: unit -> **purity** -> findings.
"""

import ast
import builtins
import io
import re
import tokenize
from collections.abc import Iterator

from specpack.targets.python.codes import Code
from specpack.targets.python.layout import is_typing_guard
from specpack.targets.python.signatures import Problem

_SUPPRESSIONS = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no|pylint:|pyright:|mypy:|nosec|ruff:|flake8:|fmt:\s*(?:off|on|skip)"
    r"|isort:|yapf:|pytype:|ty:)",
    re.IGNORECASE,
)
_IMPURE_BUILTINS = frozenset(
    {
        "open",
        "input",
        "print",
        "exec",
        "eval",
        "compile",
        "__import__",
        "breakpoint",
        "exit",
        "quit",
        "globals",
        "locals",
    }
    | {"vars", "setattr", "delattr"}
)
_VALUES = (str, bytes, int, float, tuple, frozenset, dict, list, set, range)
_PURE_CALLS = frozenset(dir(builtins)) - _IMPURE_BUILTINS | frozenset(
    {"re.compile", "getLogger", "logging.getLogger", "field", "dataclasses.field", "namedtuple", "cast"}
    | {"product", "chain"}
)
_MAKERS = frozenset({"date", "datetime", "timedelta", "timezone"})
"""Constructors of values, also behind the name of their module."""
_PURE_METHODS = frozenset(name for kind in _VALUES for name in dir(kind) if not name.startswith("_"))
_MUTABLE_CALLS = frozenset({"list", "dict", "set", "defaultdict", "deque", "OrderedDict", "Counter", "bytearray"})
_MUTATORS = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "add", "discard", "update", "setdefault", "popitem"}
    | {"appendleft", "sort", "reverse"}
)
_TEST_VARIABLE = re.compile(r"PYTEST_CURRENT_TEST|(?:IS_|UNIT_?)?TEST(?:ING)?(?:_MODE|_ENV)?|UNDER_TEST")
_TEST_NAME = re.compile(r"_?(?:is_|in_|under_)(?:unit_?)?test(?:ing|s)?(?:_mode)?|_?testing|_?test_mode", re.IGNORECASE)


def check_purity(tree: ast.Module, declared: frozenset[str]) -> Iterator[Problem]:
    """Give (code, line, message) for work on import and for module state that changes.

    Args:
        tree: The file.
        declared: Names that design declares or an entry point names; these may be made by a call.

    Reports: GT050, GT052, GT053.
    """
    yield from _check_statements(tree.body, declared, _find_combiners(tree))
    yield from _check_state(tree)
    yield from _check_test_paths(tree)


def check_comments(text: str) -> Iterator[Problem]:
    """Give GT051 for each comment that silences a tool."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and _SUPPRESSIONS.match(token.string):
                yield Code.SUPPRESSION, token.start[0], f"comment `{token.string.strip()[:40]}` silences a check"
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return


def _find_combiners(tree: ast.Module) -> frozenset[str]:
    """Return the module's own functions that only combine values: calling one on import makes a value, no more."""
    functions = {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef) and not s.decorator_list}
    found: frozenset[str] = frozenset()
    while more := {n for n, f in functions.items() if n not in found and _only_combines(f.body, found)}:
        found |= more
    return found


def _only_combines(body: list[ast.stmt], known: frozenset[str]) -> bool:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.Expr(value=ast.Constant()):
                pass
            case ast.Return(value=value) | ast.AnnAssign(target=ast.Name(), value=value):
                if value is not None and _find_work(value, known):
                    return False
            case ast.Assign(targets=[ast.Name()], value=value):
                if _find_work(value, known):
                    return False
            case _:
                return False
    return True


def _check_statements(body: list[ast.stmt], declared: frozenset[str], combiners: frozenset[str]) -> Iterator[Problem]:
    for statement in body:
        line = statement.lineno
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                pass
            case ast.Expr(value=ast.Constant()):
                pass
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                worker = _find_work(value, combiners) if value is not None and name not in declared else None
                if worker:
                    yield Code.IMPORT_WORK, line, f"`{name}` calls `{worker}` when the module is imported"
            case ast.Assign(value=value):
                worker = _find_work(value, combiners)
                if worker:
                    yield Code.IMPORT_WORK, line, f"`{worker}` is called when the module is imported"
            case ast.If() if is_typing_guard(statement) or _is_main_guard(statement):
                pass
            case _ if type(statement).__name__ == "TypeAlias":
                pass
            case _:
                shown = ast.unparse(statement).splitlines()[0]
                yield Code.IMPORT_WORK, line, f"`{shown[:60]}` runs when the module is imported"


def _is_main_guard(node: ast.If) -> bool:
    return ast.unparse(node.test) in ("__name__ == '__main__'", "'__main__' == __name__")


def _find_work(value: ast.expr, combiners: frozenset[str]) -> str | None:
    """Return the first call in the expression that is neither a constructor nor known to be pure."""
    for node in ast.walk(value):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom):
            return ast.unparse(node)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            known = (
                called in _PURE_CALLS
                or called in combiners
                or last in _MAKERS
                or last in _MUTABLE_CALLS
                or last.lstrip("_")[:1].isupper()
            )
            pure_method = (
                isinstance(node.func, ast.Attribute) and last in _PURE_METHODS and not called.startswith("os.")
            )
            if not known and not pure_method:
                return called
    return None


def _check_state(tree: ast.Module) -> Iterator[Problem]:
    held: dict[str, int] = {}
    for statement in tree.body:
        value = getattr(statement, "value", None)
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr) and _is_mutable(value):
                held[target.id] = statement.lineno
                if not target.id.isupper() and not target.id.startswith("__"):
                    yield Code.MUTABLE_STATE, statement.lineno, f"module holds the mutable `{target.id}`"
    for node in ast.walk(tree):
        match node:
            case ast.Global(names=names):
                yield Code.MUTABLE_STATE, node.lineno, f"`global {', '.join(names)}` changes the module"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if name in held and attr in _MUTATORS:
                yield Code.MUTABLE_STATE, node.lineno, f"`{name}.{attr}` changes the module"
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in held:
                yield Code.MUTABLE_STATE, node.lineno, f"an item of `{name}` is set, which changes the module"


def _is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in _MUTABLE_CALLS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _check_test_paths(tree: ast.Module) -> Iterator[Problem]:
    """Report branches that ask whether tests are running."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if _TEST_VARIABLE.fullmatch(text):
                yield Code.TEST_ONLY_PATH, node.lineno, f"`{text}` asks whether tests are running"
            case ast.Compare(left=ast.Constant(value=str(text)), comparators=[ast.Attribute(attr="modules")]) if (
                text in ("pytest", "unittest")
            ):
                yield Code.TEST_ONLY_PATH, node.lineno, f"`{text} in sys.modules` asks whether tests are running"
            case ast.If(test=test) | ast.IfExp(test=test):
                names = [n.id for n in ast.walk(test) if isinstance(n, ast.Name)]
                names += [n.attr for n in ast.walk(test) if isinstance(n, ast.Attribute)]
                for name in names:
                    if _TEST_NAME.fullmatch(name):
                        yield Code.TEST_ONLY_PATH, test.lineno, f"`{name}` asks whether tests are running"
