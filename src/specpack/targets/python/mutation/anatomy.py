"""The functions of a tree: where they stand, what kind they are, and which say too little to be worth a mutant.

Path: view -> **anatomy** -> schemata, reachability -> betrayal.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specpack.targets.python.layout import find_docstrings
from specpack.targets.python.signatures import Function

_PLAIN_NUMBERS = frozenset({0, 1, 2, -1, 10, 100, 1000})
_COMPUTING = (ast.If, ast.IfExp, ast.Match, ast.BinOp)
_SHOWN = frozenset({"__repr__", "__str__", "__hash__", "__format__", "__sizeof__", "__dir__", "__doc__", "__name__"})
"""Methods that only show a value; a test of their exact words would be wrong more often than right."""


class Side(StrEnum):
    """Whose function it is."""

    PRODUCT = "product"
    TESTS = "tests"
    """A helper, a fixture, a fake: whatever in the tests is no test itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function or method, numbered through the tree."""

    number: int
    path: str
    name: str
    """Dotted from the top of the module: `Store.put`, `make.inner`."""
    line: int
    end: int
    indent: int
    side: Side
    empty: bool
    """Whether its body is a docstring, `...`, `pass` or a `raise NotImplementedError`: nothing can be taken away."""
    plain: bool
    """A stop method: constant, getter, setter, delegation. Tests may leave it alone."""
    literals: frozenset[str]
    """Distinctive constants that it holds, as `repr` gives them."""
    branches: bool

    @property
    def simple_name(self) -> str:
        """The name without what it stands in."""
        return self.name.rpartition(".")[2]

    @property
    def place(self) -> str:
        """Return `path:line name`."""
        return f"{self.path}:{self.line} {self.name}"


def survey_routines(files: Mapping[str, ast.Module], product: frozenset[str]) -> tuple[Routine, ...]:
    """Return all functions of the files in order of path and line; test functions themselves are left out.

    Args:
        files: Path -> parsed file.
        product: Paths of the product; all others are tests.
    """
    found: list[Routine] = []
    for path in sorted(files):
        side = Side.PRODUCT if path in product else Side.TESTS
        for name, node in sorted(_walk(files[path].body, ""), key=lambda pair: pair[1].lineno):
            if side is Side.TESTS and name.rpartition(".")[2].startswith("test"):
                continue
            found.append(
                Routine(
                    number=len(found),
                    path=path,
                    name=name,
                    line=node.lineno,
                    end=node.end_lineno or node.lineno,
                    indent=node.col_offset,
                    side=side,
                    empty=is_empty(node),
                    plain=_is_plain(node),
                    literals=frozenset(find_distinctive(node)),
                    branches=any(isinstance(n, _COMPUTING) for part in node.body for n in ast.walk(part)),
                )
            )
    return tuple(found)


def _walk(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for statement in body:
        if isinstance(statement, Function):
            name = f"{prefix}{statement.name}"
            yield name, statement
            yield from _walk(statement.body, f"{name}.")
        elif isinstance(statement, ast.ClassDef):
            yield from _walk(statement.body, f"{prefix}{statement.name}.")
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _walk(getattr(statement, field, []), prefix)
            for handler in getattr(statement, "handlers", []):
                yield from _walk(handler.body, prefix)
            for case in getattr(statement, "cases", []):
                yield from _walk(case.body, prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way that a function of the product may go: the body of an `if`, an `else`, a `case` or an `except`."""

    number: int
    """Counts on behind the functions."""
    routine: int
    path: str
    line: int
    """Where the branch is opened."""
    first: int
    """The line of its first statement, where the mark goes."""
    indent: int
    told: str
    """Its condition, cut short."""
    business: bool
    """Whether it decides something that a clause could name: it holds a distinctive constant or raises an error of the
    product. Others only guard, and may stay untaken."""


_MOST_TOLD = 60


def survey_branches(
    files: Mapping[str, ast.Module], routines: Sequence[Routine], product: frozenset[str]
) -> tuple[Branch, ...]:
    """Return the branches of the product's functions but for those that only guard against what cannot happen."""
    found: list[Branch] = []
    for routine in (r for r in routines if r.path in product):
        inner = {(r.line, r.end) for r in routines if r.path == routine.path and routine.line < r.line <= routine.end}
        for node in ast.walk(files[routine.path]):
            line = getattr(node, "lineno", 0)
            if not routine.line < line <= routine.end or any(start <= line <= end for start, end in inner):
                continue
            for opened, told, body in _list_bodies(node):
                if body[0].lineno > opened and not _is_guard(body):
                    found.append(
                        Branch(
                            number=len(routines) + len(found),
                            routine=routine.number,
                            path=routine.path,
                            line=opened,
                            first=min([body[0].lineno, *(d.lineno for d in getattr(body[0], "decorator_list", ()))]),
                            indent=body[0].col_offset,
                            told=told if len(told) <= _MOST_TOLD else f"{told[:_MOST_TOLD]}...",
                            business=_decides(node, body),
                        )
                    )
    return tuple(found)


def _list_bodies(node: ast.AST) -> Iterator[tuple[int, str, list[ast.stmt]]]:
    """Yield line, condition and body of each branch that a statement opens."""
    match node:
        case ast.If():
            test = ast.unparse(node.test)
            yield node.lineno, f"if {test}", node.body
            chained = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
            if node.orelse and not chained:
                yield node.body[-1].end_lineno or node.lineno, f"else of if {test}", node.orelse
        case ast.match_case():
            yield node.pattern.lineno, f"case {ast.unparse(node.pattern)}", node.body
        case ast.ExceptHandler():
            yield node.lineno, f"except {ast.unparse(node.type) if node.type else ''}".strip(), node.body


def _decides(node: ast.AST, body: list[ast.stmt]) -> bool:
    condition = getattr(node, "test", None) or getattr(node, "pattern", None)
    pieces = [*body, *([condition] if condition is not None else [])]
    raised = [n for s in body for n in ast.walk(s) if isinstance(n, ast.Raise) and n.exc is not None]
    own = any(not hasattr(builtins, _name_raised(n)) for n in raised)
    return own or any(True for piece in pieces for _ in find_distinctive(piece))


def _name_raised(statement: ast.Raise) -> str:
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return ast.unparse(raised) if raised is not None else ""


def _is_guard(body: list[ast.stmt]) -> bool:
    """Whether a branch only says that it is never taken, or does nothing."""
    told = ast.unparse(body[-1])
    never = isinstance(body[-1], ast.Raise) and any(word in told for word in ("AssertionError", "NotImplementedError"))
    return never or "assert_never" in told or isinstance(body[0], ast.Pass)


def is_empty(function: Function) -> bool:
    """Return whether a function does nothing that could be taken away."""
    return all(
        isinstance(s, ast.Pass)
        or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        or (isinstance(s, ast.Raise) and s.exc is not None and "NotImplementedError" in ast.unparse(s.exc))
        for s in function.body
    )


def _is_plain(function: Function) -> bool:
    """Return whether a function is a getter, a setter, a constant, or passes its arguments on and no more."""
    body = [s for s in function.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if function.name in _SHOWN or not body:
        return True
    if all(isinstance(s, ast.Assign | ast.AnnAssign) and _is_kept(s) for s in body):
        return True
    if len(body) > 1:
        return False
    match body[0]:
        case ast.Return(value=None) | ast.Pass() | ast.Raise():
            return True
        case ast.Return(value=value) if value is not None:
            return _is_simple(value) or _passes_on(value, function)
        case ast.Expr(value=ast.Call() as call):
            return _passes_on(call, function)
    return False


def _is_kept(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Return whether a statement of `__init__` or a setter puts a plain value into an attribute."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    plain = statement.value is not None and _is_simple(statement.value)
    return plain and all(isinstance(t, ast.Attribute) and isinstance(t.value, ast.Name) for t in targets)


def _is_simple(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.Name():
            return True
        case ast.Attribute(value=inner):
            return _is_simple(inner)
        case ast.Tuple(elts=[]) | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
    return False


def _passes_on(value: ast.expr, function: Function) -> bool:
    """Return whether an expression is one call with the function's own parameters, in any order."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call) or not _is_simple(value.func):
        return False
    arguments = [a.value if isinstance(a, ast.Starred) else a for a in value.args]
    arguments += [keyword.value for keyword in value.keywords]
    spec = function.args
    names = {a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg) if a is not None}
    return all(isinstance(a, ast.Name) and a.id in names for a in arguments)


def find_distinctive(function: ast.AST) -> Iterator[str]:
    """Yield the constants of a function that tell it from others: no docstrings, no common numbers, no short words."""
    docstrings = find_docstrings(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and _tells(node.value):
            yield repr(node.value)


def _tells(value: object) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return value not in _PLAIN_NUMBERS if isinstance(value, int | float) else isinstance(value, str) and len(value) > 2
