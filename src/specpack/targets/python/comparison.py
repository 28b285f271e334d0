"""Compares a written file with the interface that design declared for it.

Path: signatures + unit -> **comparison** -> findings.
"""

import ast
from collections.abc import Iterator

from specpack.targets.python.codes import Code
from specpack.targets.python.signatures import Function, Problem, Surface, read_surface, render_annotation

_BINDING_DECORATORS = frozenset({"property", "staticmethod", "classmethod", "contextmanager", "asynccontextmanager"})
_PLAIN_BASES = frozenset({"object", "Protocol", "ABC", "Exception", "ValueError", "RuntimeError", "Generic"})


def compare_surfaces(declared: ast.Module, actual: ast.Module) -> Iterator[Problem]:
    """Give (code, line, message) for each declared name that differs and each public name that was not declared."""
    yield from _compare(read_surface(declared), read_surface(actual), owner="", open_ended=False)


def _compare(declared: Surface, actual: Surface, *, owner: str, open_ended: bool) -> Iterator[Problem]:
    for name, function in declared.functions.items():
        found = actual.functions.get(name)
        if found is None:
            yield Code.NAME_MISSING, 1, f"declared function `{owner}{name}` is missing"
        else:
            yield from _compare_functions(function, found, owner + name)
    for name, declared_class in declared.classes.items():
        found_class = actual.classes.get(name)
        if found_class is None:
            yield Code.NAME_MISSING, 1, f"declared class `{owner}{name}` is missing"
        else:
            yield from _compare_classes(declared_class, found_class, owner + name)
    for name, variable in declared.variables.items():
        yield from _compare_variables(name, variable, actual, owner)
    if not open_ended:
        yield from _find_extras(declared, actual, owner)


def _find_extras(declared: Surface, actual: Surface, owner: str) -> Iterator[Problem]:
    for name in sorted(actual.names - declared.names):
        if not name.startswith("_"):
            node = actual.functions.get(name) or actual.classes.get(name) or actual.variables[name]
            yield Code.NAME_EXTRA, node.lineno, f"public name `{owner}{name}` is not declared"


def _compare_classes(declared: ast.ClassDef, actual: ast.ClassDef, name: str) -> Iterator[Problem]:
    bases = {_last(base) for base in actual.bases}
    for base in declared.bases:
        if _last(base) not in bases:
            yield Code.SIGNATURE, actual.lineno, f"class `{name}` lacks the declared base `{ast.unparse(base)}`"
    for decorator in declared.decorator_list:
        called = _last(decorator)
        if called == "dataclass" and called not in {_last(other) for other in actual.decorator_list}:
            yield Code.SIGNATURE, actual.lineno, f"class `{name}` is declared as a dataclass and is none"
    open_ended = any(base.partition("[")[0] not in _PLAIN_BASES for base in bases)
    yield from _compare(read_surface(declared), read_surface(actual), owner=f"{name}.", open_ended=open_ended)


def _compare_functions(declared: Function, actual: Function, name: str) -> Iterator[Problem]:
    wanted, found = _render_signature(declared), _render_signature(actual)
    if wanted != found:
        yield Code.SIGNATURE, actual.lineno, f"`{name}` is declared as `{wanted}` and written as `{found}`"
    elif differing := _find_default(declared, actual):
        yield Code.SIGNATURE, actual.lineno, f"default of `{differing}` in `{name}` differs from the declared one"


def _compare_variables(
    name: str, declared: ast.AnnAssign | ast.Assign, actual: Surface, owner: str
) -> Iterator[Problem]:
    found = actual.variables.get(name)
    if found is None:
        if name not in actual.names and not _is_set_in_init(name, actual):
            yield Code.NAME_MISSING, 1, f"declared name `{owner}{name}` is missing"
        return
    if isinstance(declared, ast.AnnAssign) and isinstance(found, ast.AnnAssign):
        wanted, written = render_annotation(declared.annotation), render_annotation(found.annotation)
        if wanted != written:
            yield Code.SIGNATURE, found.lineno, f"`{owner}{name}` is declared as `{wanted}` and written as `{written}`"


def _is_set_in_init(name: str, actual: Surface) -> bool:
    """Return whether `__init__` sets the attribute, or a property gives it."""
    function = actual.functions.get("__init__")
    return function is not None and any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        for node in ast.walk(function)
    )


def _render_signature(function: Function) -> str:
    """Return kind, parameters and result in one line; a default is shown as `...` whatever it is."""
    arguments = function.args
    shown: list[str] = []
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    for index, argument in enumerate(plain):
        shown.append(_render_argument(argument, has_default=index >= first_default))
        if arguments.posonlyargs and index == len(arguments.posonlyargs) - 1:
            shown.append("/")
    if arguments.vararg:
        shown.append("*" + _render_argument(arguments.vararg, has_default=False))
    elif arguments.kwonlyargs:
        shown.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        shown.append(_render_argument(argument, has_default=default is not None))
    if arguments.kwarg:
        shown.append("**" + _render_argument(arguments.kwarg, has_default=False))
    returns = render_annotation(function.returns)
    if not returns and function.name == "__init__":
        returns = "None"
    decorators = "".join(f"@{name} " for name in sorted({_last(d) for d in function.decorator_list}) if _binds(name))
    kind = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    return f"{decorators}{kind} {function.name}({', '.join(shown)})" + (f" -> {returns}" if returns else "")


def _render_argument(argument: ast.arg, *, has_default: bool) -> str:
    annotation = render_annotation(argument.annotation)
    return argument.arg + (f": {annotation}" if annotation else "") + (" = ..." if has_default else "")


def _find_default(declared: Function, actual: Function) -> str | None:
    """Return the first parameter whose declared literal default is not the written one."""
    wanted, found = _defaults(declared), _defaults(actual)
    for name, default in wanted.items():
        is_open = isinstance(default, ast.Constant) and default.value is ...
        if not is_open and ast.unparse(default) != ast.unparse(found[name]):
            return name
    return None


def _defaults(function: Function) -> dict[str, ast.expr]:
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    paired = dict(zip([a.arg for a in plain[len(plain) - len(arguments.defaults) :]], arguments.defaults, strict=True))
    keyword = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return paired | {argument.arg: default for argument, default in keyword if default is not None}


def _last(node: ast.expr) -> str:
    """Return the last part of a dotted name, calls and subscriptions left aside."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return ast.unparse(node).rpartition(".")[2]


def _binds(decorator: str) -> bool:
    return decorator in _BINDING_DECORATORS or decorator == "setter"
