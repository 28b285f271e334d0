"""Who owns which file of a Python codebase, and what its modules are called.

Path: design -> **layout** -> every gate.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from specpack.model.conclusion import DesignConclusion, Unit

DRIVER = "tests/driver.py"
FAKES = "tests/fakes.py"
DRIVER_GROUP = "driver"

DEPTH = 100
"""Levels of a syntax tree that the gates walk; a file that nests deeper is told so instead of exhausting the stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name: `module` is absolute; `full` adds the name taken from it, which may be a module too."""

    module: str
    full: str
    line: int
    typing_only: bool
    star: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Ownership by path: `units` and `groups` map a path to an id; `modules` maps a dotted name to a product path."""

    units: Mapping[str, str]
    groups: Mapping[str, str]
    modules: Mapping[str, str]

    def find_unit(self, path: str | None) -> str | None:
        """Return the id of the unit that owns the path."""
        return self.units.get(path) if path else None

    def find_product(self, item: Import) -> str | None:
        """Return the path of the product file that gives what is imported, or None where the design has none."""
        path = self.modules.get(item.full) or self.modules.get(item.module)
        if path is None or (path not in self.units and item.full != item.module and item.full not in self.modules):
            return None
        return path

    def holds(self, module: str) -> bool:
        """Return whether the first part of the name is the product's own."""
        top = module.partition(".")[0]
        return any(name.partition(".")[0] == top for name in self.modules)


def read_layout(design: DesignConclusion) -> Layout:
    """Return the layout of a design; where a path is owned twice the first owner counts."""
    units: dict[str, str] = {}
    groups: dict[str, str] = {}
    for unit in design.units:
        for path in unit.paths:
            units.setdefault(path, unit.id)
    for group in design.groups:
        for path in group.paths:
            groups.setdefault(path, group.id)
    modules = {name_module(path): path for path in units if path.endswith(".py")}
    for path in list(modules.values()):
        for folder in PurePosixPath(path).parents:
            if folder.parts:
                modules.setdefault(".".join(folder.parts), f"{folder}/__init__.py")
    return Layout(units=units, groups=groups, modules=modules)


def name_module(path: str) -> str:
    """Return the dotted name under which the file at `path` is imported."""
    pure = PurePosixPath(path.removeprefix("src/")).with_suffix("")
    parts = pure.parts[:-1] if pure.name == "__init__" else pure.parts
    return ".".join(parts)


def find_owner(units: Sequence[Unit], id: str) -> Unit | None:
    """Return the unit of that id."""
    return next((unit for unit in units if unit.id == id), None)


def find_imports(tree: ast.Module, path: str) -> tuple[Import, ...]:
    """Return every import of the file at any depth, relative ones made absolute, in order of lines."""
    found = list(_imports_of(tree.body, path, typing_only=False))
    return tuple(sorted(found, key=lambda item: (item.line, item.full)))


def _imports_of(nodes: Sequence[ast.AST], path: str, *, typing_only: bool) -> Iterator[Import]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module=alias.name, full=alias.name, line=node.lineno, typing_only=typing_only)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            for alias in node.names:
                star = alias.name == "*"
                full = module if star else f"{module}.{alias.name}".lstrip(".")
                yield Import(module=module, full=full, line=node.lineno, typing_only=typing_only, star=star)
        elif isinstance(node, ast.If) and is_typing_guard(node):
            yield from _imports_of(node.body, path, typing_only=True)
            yield from _imports_of(node.orelse, path, typing_only=typing_only)
        else:
            yield from _imports_of(list(ast.iter_child_nodes(node)), path, typing_only=typing_only)


def _absolute(node: ast.ImportFrom, path: str) -> str:
    if not node.level:
        return node.module or ""
    package = PurePosixPath(path).parts[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def is_typing_guard(node: ast.If) -> bool:
    """Return whether the statement is `if TYPE_CHECKING:`, however it is spelt."""
    return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING")


def find_docstrings(tree: ast.AST) -> frozenset[int]:
    """Return the `id()` of each constant that is a docstring, or a bare string that documents an attribute."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.add(id(statement.value))
    return frozenset(found)


def parse_file(text: str, path: str) -> ast.Module | SyntaxError:
    """Return the tree of a file, or the error with its line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, filename=path)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return _refuse(str(error))
    return _refuse(f"expressions nest deeper than {DEPTH}") if _is_too_deep(tree) else tree


def _refuse(message: str) -> SyntaxError:
    error = SyntaxError(message)
    error.lineno = 1
    return error


def _is_too_deep(tree: ast.AST) -> bool:
    """Return whether walking the tree by recursion could exhaust the stack."""
    level: list[ast.AST] = [tree]
    for _ in range(DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
