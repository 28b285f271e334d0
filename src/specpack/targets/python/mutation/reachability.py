"""Which functions of the product an entry point can come to, by names alone.

Path: anatomy, entry points -> **reachability** -> core of the product -> evidence, betrayal.

A name that is mentioned anywhere in what is reached stands for every function of that name, so that what is left over
is really out of reach; what is reached may be more than what a run would come to.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpack.targets.python.layout import find_imports, name_module
from specpack.targets.python.mutation.anatomy import Routine
from specpack.targets.python.signatures import Function

_QUIET = frozenset(
    {"property", "staticmethod", "classmethod", "dataclass", "contextmanager", "overload", "abstractmethod", "override"}
    | {"cached_property", "lru_cache", "cache", "wraps", "setter", "getter", "deleter", "final", "total_ordering"}
    | {"asynccontextmanager", "singledispatch"}
)
"""Decorators that register nothing anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where the public interface is driven: a name of a file, or all public names where `name` is empty."""

    path: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """A stretch of code with the names that it mentions: a function's body, or a module outside of its functions."""

    mentions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """A class: its own name, its methods by number, and whether a base stands outside of the product.

    Who holds an object may call what it offers, so the methods without an underscore are reached with the class; those
    with one too where a base outside of the product may call them.
    """

    name: str
    path: str
    methods: tuple[int, ...]
    offered: tuple[int, ...]
    foreign: bool


def find_reachable(
    files: Mapping[str, ast.Module],
    routines: Sequence[Routine],
    entries: Sequence[Entry],
    aside: Collection[int] = (),
) -> frozenset[int]:
    """Return the numbers of the product's functions that the entry points come to.

    Args:
        files: Path -> parsed file of the product.
        routines: Functions of these files, others are passed over.
        entries: Where the interface is driven.
        aside: Functions that are not followed and not returned, such as implementations of boundaries.
    """
    own = [routine for routine in routines if routine.path in files and routine.number not in aside]
    nodes = {path: dict(_list_functions(tree)) for path, tree in files.items()}
    by_name: dict[str, list[Routine]] = {}
    for routine in own:
        by_name.setdefault(routine.simple_name, []).append(routine)
    families = [family for path, tree in files.items() for family in _list_families(path, tree, own, files)]
    reached: set[int] = set()
    modules: set[str] = set()
    mentioned: set[str] = set()
    waiting: list[_Region] = []

    def enter(routine: Routine) -> None:
        if routine.number not in reached:
            reached.add(routine.number)
            node = nodes[routine.path].get(routine.line)
            if node is not None:
                waiting.append(_Region(mentions=frozenset(_find_mentions([node]))))

    def load(path: str) -> None:
        if path in modules or path not in files:
            return
        modules.add(path)
        waiting.append(_Region(mentions=frozenset(_find_mentions(_strip_functions(files[path])))))
        for routine in own:
            if routine.path == path and _is_registered(nodes[path].get(routine.line)):
                enter(routine)
        for target in _find_loaded(path, files):
            load(target)

    offered = [found for entry in entries for found in (entry, *_follow_names(entry, files))]
    for entry in offered:
        load(entry.path)
        for routine in own:
            if routine.path == entry.path and _is_entry(routine, entry, files[entry.path]):
                enter(routine)
    while waiting:
        new = waiting.pop().mentions - mentioned
        mentioned |= new
        for name in new:
            for routine in by_name.get(name, ()):
                enter(routine)
        numbers = {n for f in families if f.name in new for n in (f.methods if f.foreign else f.offered)}
        for routine in own:
            if routine.number in numbers:
                enter(routine)
    return frozenset(reached)


def find_loaded(files: Mapping[str, ast.Module], entries: Sequence[Entry]) -> frozenset[str]:
    """Return the files that importing the entry points loads."""
    found: set[str] = set()
    waiting = [entry.path for entry in entries]
    while waiting:
        path = waiting.pop()
        if path in files and path not in found:
            found.add(path)
            waiting += _find_loaded(path, files)
    return frozenset(found)


def _find_loaded(path: str, files: Mapping[str, ast.Module]) -> Iterator[str]:
    known = _name_modules(files)
    parts = path.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join([*parts[:length], "__init__.py"])
    for item in find_imports(files[path], path):
        for name in (item.module, item.full):
            while name:
                if name in known:
                    yield known[name]
                name = name.rpartition(".")[0]


def _name_modules(files: Mapping[str, ast.Module]) -> dict[str, str]:
    """Return dotted name -> path; a file below `src/` is known without it too."""
    names = {name_module(path): path for path in files}
    return {name.removeprefix("src."): path for name, path in names.items()} | names


def _is_entry(routine: Routine, entry: Entry, tree: ast.Module) -> bool:
    """Whether a function is offered by an entry point: it, a public method of it, or any public name of the file."""
    top, _, rest = routine.name.partition(".")
    inner = rest.rpartition(".")[2]
    public = _is_offered(inner)
    if entry.name:
        name = entry.name.partition(".")[0]
        return top == name and (not rest or public)
    listed = _list_all(tree)
    offered = top in listed if listed is not None else not top.startswith("_")
    return offered and public


def _is_offered(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _follow_names(entry: Entry, files: Mapping[str, ast.Module]) -> Iterator[Entry]:
    """Yield where the names are defined that the module of an entry point takes from elsewhere and offers."""
    known = _name_modules(files)
    tree = files.get(entry.path, ast.Module(body=[], type_ignores=[]))
    listed = _list_all(tree)
    for item in find_imports(tree, entry.path):
        name = item.full.rpartition(".")[2]
        offered = (
            name == entry.name if entry.name else name in listed if listed is not None else not name.startswith("_")
        )
        if offered and item.module in known and item.full != item.module:
            inner = Entry(path=known[item.module], name=name)
            yield inner
            yield from _follow_names(inner, files) if inner.path != entry.path else ()


def _list_all(tree: ast.Module) -> frozenset[str] | None:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in statement.targets
        ):
            constants = (n.value for n in ast.walk(statement.value) if isinstance(n, ast.Constant))
            return frozenset(value for value in constants if isinstance(value, str))
    return None


def _list_functions(tree: ast.Module) -> Iterator[tuple[int, Function]]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node.lineno, node


def _list_families(
    path: str, tree: ast.Module, routines: Sequence[Routine], files: Mapping[str, ast.Module]
) -> Iterator[_Family]:
    classes = {node.name for other in files.values() for node in ast.walk(other) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        lines = {child.lineno for child in node.body if isinstance(child, Function)}
        methods = [r for r in routines if r.path == path and r.line in lines]
        bases = {ast.unparse(base).rpartition(".")[2].partition("[")[0] for base in node.bases}
        foreign = bool(bases - classes - {"object", "Protocol", "Generic", "ABC", "NamedTuple", "TypedDict"})
        offered = tuple(r.number for r in methods if _is_offered(r.simple_name))
        yield _Family(
            name=node.name, path=path, methods=tuple(r.number for r in methods), offered=offered, foreign=foreign
        )


def _is_registered(function: Function | None) -> bool:
    """Whether a decorator may hand the function to somebody who calls it later."""
    if function is None:
        return False
    names = {ast.unparse(d.func if isinstance(d, ast.Call) else d).rpartition(".")[2] for d in function.decorator_list}
    return bool(names - _QUIET)


def _strip_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what runs when a module is loaded: its statements without the bodies of functions."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            spec = node.args
            defaults = [*spec.defaults, *(d for d in spec.kw_defaults if d is not None)]
            waiting += [*node.decorator_list, *defaults]
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases, *node.keywords, *node.body]
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def _find_mentions(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for top in nodes:
        for node in ast.walk(top):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name
                case ast.Constant(value=str(text)) if text.isidentifier():
                    yield text
                case ast.keyword(arg=str(name)):
                    yield name
