"""Declared interfaces: Python declarations whose bodies are `...`.

Path: design answer -> **signatures** -> design gates; signatures + unit -> **signatures** -> differences.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specpack.model.conclusion import DesignConclusion, Signatures
from specpack.model.finding import Finding
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.layout import parse_file

Function = ast.FunctionDef | ast.AsyncFunctionDef

_ALIAS_MAKERS = frozenset({"NewType", "TypeVar", "ParamSpec", "TypeVarTuple", "namedtuple", "NamedTuple", "TypedDict"})
_BUILTINS = frozenset(dir(builtins))
_GATE = "design"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What a module or class declares by name, private names too."""

    functions: Mapping[str, Function]
    classes: Mapping[str, ast.ClassDef]
    variables: Mapping[str, ast.AnnAssign | ast.Assign]

    @property
    def names(self) -> frozenset[str]:
        """All declared names."""
        return frozenset(self.functions) | frozenset(self.classes) | frozenset(self.variables)


def read_surface(node: ast.Module | ast.ClassDef) -> Surface:
    """Return the names that a module or class binds by declarations at its top, also below `if` and `try`."""
    functions: dict[str, Function] = {}
    classes: dict[str, ast.ClassDef] = {}
    variables: dict[str, ast.AnnAssign | ast.Assign] = {}
    for statement in _flatten(node.body):
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                functions[statement.name] = statement
            case ast.ClassDef():
                classes[statement.name] = statement
            case ast.AnnAssign(target=ast.Name(id=name)):
                variables[name] = statement
            case ast.Assign():
                for target in statement.targets:
                    for name in _target_names(target):
                        variables.setdefault(name, statement)
    return Surface(functions=functions, classes=classes, variables=variables)


def find_block(design: DesignConclusion, path: str) -> Signatures | None:
    """Return the signatures block of the path."""
    return next((block for block in design.signatures if block.path == path), None)


def parse_declared(design: DesignConclusion) -> dict[str, ast.Module]:
    """Return path -> tree of each signatures block that parses."""
    trees = {block.path: parse_file(block.text, block.path) for block in design.signatures}
    return {path: tree for path, tree in trees.items() if isinstance(tree, ast.Module)}


def check_block(block: Signatures, unit: str | None) -> tuple[Finding, ...]:
    """Return what keeps a block from being declarations alone.

    Reports: GT026, GT027, GT028, GT029, GT030, GT031.
    """
    tree = parse_file(block.text, block.path)
    if isinstance(tree, SyntaxError):
        message = f"signatures of `{block.path}` do not parse: {tree.msg}"
        return (reject(Code.BLOCK_SYNTAX, _GATE, message, unit=unit, path=block.path, line=tree.lineno),)
    found = [
        reject(code, _GATE, f"signatures of `{block.path}`: {message}", unit=unit, path=block.path, line=line)
        for code, line, message in (*_check_statements(tree.body, top=True), *_check_names(tree))
    ]
    if not read_surface(tree).names and not block.path.endswith(("__init__.py", "__main__.py")):
        found.append(
            reject(Code.BLOCK_EMPTY, _GATE, f"signatures of `{block.path}` declare no name", unit=unit, path=block.path)
        )
    return tuple(found)


def _flatten(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If | ast.Try):
            yield from _flatten(statement.body)
            yield from _flatten(statement.orelse)
            for handler in statement.handlers if isinstance(statement, ast.Try) else ():
                yield from _flatten(handler.body)
        else:
            yield statement


def _target_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _target_names(element)


Problem = tuple[Code, int, str]


def _check_statements(body: list[ast.stmt], *, top: bool) -> Iterator[Problem]:
    for statement in body:
        line = statement.lineno
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _check_function(statement)
            case ast.ClassDef():
                yield from _check_statements(statement.body, top=False)
            case ast.AnnAssign(value=value, target=ast.Name(id=name)):
                if value is not None and not _is_literal(value) and not _is_alias(statement):
                    yield Code.BLOCK_DEFAULT, line, f"`{name}` has a value that is no literal"
            case ast.Assign(value=value):
                if not (_is_literal(value) or _is_alias(statement)):
                    yield Code.BLOCK_STATEMENT, line, f"`{ast.unparse(statement)}` is no declaration"
            case ast.Expr(value=ast.Constant(value=value)) if isinstance(value, str) or value is ...:
                pass
            case ast.Import() | ast.ImportFrom() if top:
                pass
            case ast.If() if top and ast.unparse(statement.test).endswith("TYPE_CHECKING"):
                yield from _check_statements(statement.body, top=True)
            case ast.Pass() if not top:
                pass
            case _ if type(statement).__name__ == "TypeAlias":
                pass
            case _:
                yield Code.BLOCK_STATEMENT, line, f"`{ast.unparse(statement).splitlines()[0]}` is no declaration"


def _check_function(function: Function) -> Iterator[Problem]:
    rest = [s for s in function.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if rest:
        yield Code.BLOCK_BODY, function.lineno, f"`{function.name}` has a body"
    arguments = function.args
    yield from _check_annotations(function)
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if default is not None and not _is_literal(default):
            yield (
                Code.BLOCK_DEFAULT,
                function.lineno,
                f"default `{ast.unparse(default)}` of `{function.name}` is no literal",
            )


def _check_annotations(function: Function) -> Iterator[Problem]:
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    more = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    bare = [argument.arg for argument in (*plain, *more) if argument.annotation is None]
    missing = [name for name in bare if name not in ("self", "cls")]
    if function.returns is None and function.name != "__init__":
        missing.append("return")
    if missing:
        message = f"`{function.name}` leaves `{'`, `'.join(missing)}` without a type"
        yield Code.BLOCK_ANNOTATION, function.lineno, message


def _is_literal(node: ast.expr) -> bool:
    """Return whether the value is a literal, or a set, sequence or mapping of literals and names of constants."""
    match node:
        case ast.Name(id=name):
            return name.isupper()
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return all(_is_literal(element) for element in elements)
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and _is_literal(key) for key in keys) and all(map(_is_literal, values))
        case ast.Call(func=ast.Name(id="frozenset" | "tuple"), args=arguments, keywords=[]):
            return all(_is_literal(argument) for argument in arguments)
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return not isinstance(node, ast.JoinedStr)


def _is_alias(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Return whether the value is a type: a name, a subscription, a union or one of typing's makers."""
    value = statement.value
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in _ALIAS_MAKERS
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, ast.BitOr)
    return isinstance(value, ast.Name | ast.Attribute | ast.Subscript)


def _check_names(tree: ast.Module) -> Iterator[Problem]:
    """Report names in annotations, bases and decorators that the block neither imports nor declares."""
    known = set(_BUILTINS) | read_surface(tree).names
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            known |= read_surface(node).names
        known |= {parameter.name for parameter in getattr(node, "type_params", ())}
    seen: set[str] = set()
    for node in ast.walk(tree):
        for expression in _type_expressions(node):
            for name in ast.walk(_unquote(expression)):
                if isinstance(name, ast.Name) and name.id not in known and name.id not in seen:
                    seen.add(name.id)
                    line = getattr(expression, "lineno", 1)
                    yield Code.BLOCK_NAME, line, f"name `{name.id}` is neither imported nor declared"


def _type_expressions(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.ClassDef():
            yield from (*node.bases, *node.decorator_list)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from node.decorator_list
            if node.returns is not None:
                yield node.returns
        case ast.arg(annotation=annotation) if annotation is not None:
            yield annotation
        case ast.AnnAssign(annotation=annotation):
            yield annotation


def _unquote(node: ast.expr) -> ast.expr:
    """Return an annotation with quoted types in it as if they were not quoted."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Literal":
        return ast.Name(id="Literal") if isinstance(node.value, ast.Name) else node.value
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return node
    copied = node.__class__(**dict(ast.iter_fields(node)))
    for name, value in ast.iter_fields(copied):
        if isinstance(value, ast.expr):
            setattr(copied, name, _unquote(value))
        elif isinstance(value, list):
            setattr(copied, name, [_unquote(item) if isinstance(item, ast.expr) else item for item in value])
    return ast.copy_location(copied, node)


def render_annotation(node: ast.expr | None) -> str:
    """Return an annotation as text in which quotes, spacing and `Final` make no difference."""
    if node is None:
        return ""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Literal":
        return ast.unparse(node)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Final":
        node = node.slice
    return ast.unparse(_unquote(node))
