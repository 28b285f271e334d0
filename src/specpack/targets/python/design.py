"""Gates a design before anything is written from it.

Path: design answer -> **design** -> write, test.
"""

import ast
import keyword
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from specpack.model.conclusion import DesignConclusion, EntryPoint, Package
from specpack.model.finding import Finding
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.layout import (
    DRIVER,
    DRIVER_GROUP,
    FAKES,
    Layout,
    find_imports,
    find_owner,
    read_layout,
)
from specpack.targets.python.signatures import check_block, parse_declared, read_surface

GATE = "design"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9,._-]+\])?")
_TEST_PATH = re.compile(r"tests/test_[a-z0-9_]+\.py")
_KINDS = ("http", "command", "library")
_SUPPLIED = frozenset({"pytest"})


def check_design(design: DesignConclusion, package: str) -> tuple[Finding, ...]:
    """Return what is wrong with paths, groups, signatures, entry points, dependencies and packages.

    Args:
        design: The answer.
        package: Name of the package below which units stand.

    Reports: GT020 to GT040.
    """
    layout = read_layout(design)
    return (
        *_check_unit_paths(design, package),
        *_check_repeated_paths(design),
        *_check_groups(design),
        *_check_blocks(design, layout),
        *_check_entry_points(design, layout),
        *_check_depends(design),
        *_check_block_imports(design, layout),
        *_check_packages(design, layout),
    )


def _check_unit_paths(design: DesignConclusion, package: str) -> Iterator[Finding]:
    roots = {_entry_path(entry.target.partition(":")[0]) for entry in design.entry_points}
    for unit in design.units:
        if not unit.paths:
            yield reject(Code.UNIT_PATH, GATE, f"unit `{unit.id}` has no path", unit=unit.id)
        for path in unit.paths:
            pure = PurePosixPath(path)
            below = pure.parts[0] == package and len(pure.parts) > 1 if pure.parts else False
            at_root = len(pure.parts) == 1 and path in roots
            if not _is_module_path(path) or not (below or at_root):
                message = f"path `{path}` of unit `{unit.id}` is no module below `{package}/`"
                yield reject(Code.UNIT_PATH, GATE, message, unit=unit.id, path=path)
            elif at_root and pure.stem in sys.stdlib_module_names:
                message = f"path `{path}` of unit `{unit.id}` hides a module of the standard library"
                yield reject(Code.UNIT_PATH, GATE, message, unit=unit.id, path=path)


def _is_module_path(path: str) -> bool:
    pure = PurePosixPath(path)
    named = [*pure.parts[:-1], pure.stem]
    return (
        str(pure) == path
        and pure.suffix == ".py"
        and pure.parts[0] != "tests"
        and all(part.isidentifier() and not keyword.iskeyword(part) for part in named)
    )


def _check_repeated_paths(design: DesignConclusion) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    owners = [(unit.id, unit.id, path) for unit in design.units for path in unit.paths]
    owners += [(f"group {group.id}", "", path) for group in design.groups for path in group.paths]
    for label, unit, path in owners:
        if path in seen:
            message = f"path `{path}` belongs to `{seen[path]}` and to `{label}`"
            yield reject(Code.PATH_TWICE, GATE, message, unit=unit or None, path=path)
        seen.setdefault(path, label)
    for kind, ids in (("unit", [u.id for u in design.units]), ("group", [g.id for g in design.groups])):
        for repeated in sorted({label for label in ids if ids.count(label) > 1}):
            unit = repeated if kind == "unit" else ""
            yield reject(Code.PATH_TWICE, GATE, f"two {kind}s have the id `{repeated}`", unit=unit or None)


def _check_groups(design: DesignConclusion) -> Iterator[Finding]:
    if not any(group.id == DRIVER_GROUP and DRIVER in group.paths for group in design.groups):
        yield reject(Code.DRIVER_MISSING, GATE, f"no group `{DRIVER_GROUP}` owns `{DRIVER}`", path=DRIVER)
    for group in design.groups:
        if not group.paths:
            yield reject(Code.GROUP_PATH, GATE, f"group `{group.id}` has no path")
        for path in group.paths:
            allowed = path in (DRIVER, FAKES) if group.id == DRIVER_GROUP else _TEST_PATH.fullmatch(path) is not None
            if not allowed:
                kind = f"`{DRIVER}` or `{FAKES}`" if group.id == DRIVER_GROUP else "`tests/test_<topic>.py`"
                message = f"path `{path}` of group `{group.id}` is not {kind}"
                yield reject(Code.GROUP_PATH, GATE, message, path=path)


def _check_blocks(design: DesignConclusion, layout: Layout) -> Iterator[Finding]:
    blocks = [block.path for block in design.signatures]
    wanted = [p for p in layout.units if p.endswith(".py") and PurePosixPath(p).name != "__init__.py"]
    wanted += [path for path in (DRIVER, FAKES) if path in layout.groups]
    for path in wanted:
        if path not in blocks:
            message = f"`{path}` has no signatures block"
            yield reject(Code.BLOCK_MISSING, GATE, message, unit=layout.find_unit(path), path=path)
    for index, path in enumerate(blocks):
        if path in blocks[:index]:
            yield reject(Code.BLOCK_STRAY, GATE, f"`{path}` has two signatures blocks", path=path)
        elif path not in wanted and path not in layout.units:
            yield reject(Code.BLOCK_STRAY, GATE, f"signatures of `{path}`, which no unit owns", path=path)
    for block in design.signatures:
        yield from check_block(block, layout.find_unit(block.path))


def _check_entry_points(design: DesignConclusion, layout: Layout) -> Iterator[Finding]:
    if not design.entry_points:
        yield reject(Code.ENTRY_POINT, GATE, "the design has no entry point")
    for entry in design.entry_points:
        problem = _find_entry_problem(entry, design, layout)
        if problem:
            message = f"entry point `{entry.target}` {problem}"
            unit = entry.unit if find_owner(design.units, entry.unit) else None
            yield reject(Code.ENTRY_POINT, GATE, message, unit=unit, clauses=entry.clauses)


def _find_entry_problem(entry: EntryPoint, design: DesignConclusion, layout: Layout) -> str | None:
    module, colon, name = entry.target.partition(":")
    if entry.kind not in _KINDS:
        return f"has the kind `{entry.kind}`, not `http`, `command` or `library`"
    whole = entry.kind == "library" and not colon
    if not all(part.isidentifier() for part in (*module.split("."), *(() if whole else name.split(".")))):
        return "is not of the form `module:name`, nor `module` of a library"
    path = layout.modules.get(module)
    if path is None or path not in layout.units:
        return "names a module that no unit owns"
    if find_owner(design.units, entry.unit) is None:
        return f"names the unit `{entry.unit}`, which does not exist"
    if layout.units[path] != entry.unit and PurePosixPath(path).name != "__init__.py":
        return f"stands in unit `{layout.units[path]}`, not in `{entry.unit}`"
    if whole:
        return None
    declared = parse_declared(design)
    if path not in declared and PurePosixPath(path).name == "__init__.py":
        trees = [tree for other, tree in declared.items() if other.startswith(path.removesuffix("__init__.py"))]
    else:
        trees = [declared[path]] if path in declared else []
    first = name.partition(".")[0]
    if trees and not any(first in read_surface(tree).names | _imported_names(tree) for tree in trees):
        return f"names `{first}`, which the signatures of `{path}` do not declare"
    return None


def _imported_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module re-exports by importing them."""
    imports = [s for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom)]
    return frozenset(alias.asname or alias.name for statement in imports for alias in statement.names)


def _entry_path(module: str) -> str:
    return module.replace(".", "/") + ".py"


def _check_depends(design: DesignConclusion) -> Iterator[Finding]:
    edges = {unit.id: unit.depends for unit in design.units}
    for unit in design.units:
        for other in unit.depends:
            if other not in edges:
                message = f"unit `{unit.id}` depends on `{other}`, which does not exist"
                yield reject(Code.DEPENDS_UNKNOWN, GATE, message, unit=unit.id)
    cycle = _find_cycle(edges)
    if cycle:
        yield reject(Code.DEPENDS_CYCLE, GATE, f"units depend on each other: `{' -> '.join(cycle)}`", unit=cycle[0])
    for boundary in design.boundaries:
        if boundary.unit not in edges:
            message = f"boundary `{boundary.name}` names the unit `{boundary.unit}`, which does not exist"
            yield reject(Code.UNIT_UNKNOWN, GATE, message, clauses=boundary.clauses)


def _find_cycle(edges: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the ids along the first cycle, its first id again at the end, or an empty list."""
    done: set[str] = set()

    def visit(id: str, trail: list[str]) -> list[str]:
        if id in trail:
            return [*trail[trail.index(id) :], id]
        if id in done:
            return []
        for other in edges.get(id, ()):
            found = visit(other, [*trail, id])
            if found:
                return found
        done.add(id)
        return []

    return next((found for start in edges if (found := visit(start, []))), [])


def _check_block_imports(design: DesignConclusion, layout: Layout) -> Iterator[Finding]:
    """Report imports in signature blocks of what is not there, or of a unit that `depends` does not name."""
    depends = {unit.id: (unit.id, *unit.depends) for unit in design.units}
    packages = tuple(package.imports for package in design.packages)
    for path, tree in parse_declared(design).items():
        unit = layout.find_unit(path)
        for item in find_imports(tree, path):
            owned = layout.find_product(item)
            owner = layout.find_unit(owned)
            place = f"signatures of `{path}` import `{item.full}`"
            if owner is not None and unit is not None and owner not in depends[unit]:
                message = f"{place} of unit `{owner}`, which `{unit}` does not name in `depends`"
                yield reject(Code.DEPENDS_UNDECLARED, GATE, message, unit=unit, path=path, line=item.line)
            elif not _is_known(item.full, layout, owned, packages, in_tests=unit is None):
                message = f"{place}, which nothing provides"
                yield reject(Code.IMPORT_UNKNOWN, GATE, message, unit=unit, path=path, line=item.line)


def _is_known(full: str, layout: Layout, owned: str | None, packages: tuple[str, ...], *, in_tests: bool) -> bool:
    top = full.partition(".")[0]
    if layout.holds(full):
        return owned is not None
    if top in sys.stdlib_module_names or (in_tests and top in ("tests", "pytest")):
        return True
    return any(f"{full}.".startswith(f"{name}.") for name in packages)


def _check_packages(design: DesignConclusion, layout: Layout) -> Iterator[Finding]:
    for package in design.packages:
        if _NAME.fullmatch(package.name) is None:
            yield _reject_package(Code.PACKAGE_NAME, package, f"`{package.name}` is no name of a package")
        elif not all(part.isidentifier() for part in package.imports.split(".")):
            message = f"package `{package.name}` provides `{package.imports}`, which is no module name"
            yield _reject_package(Code.PACKAGE_NAME, package, message)
        elif package.imports in sys.stdlib_module_names:
            message = f"package `{package.name}` names `{package.imports}` of the standard library"
            yield _reject_package(Code.PACKAGE_STDLIB, package, message)
        elif normalise_name(package.name) in _SUPPLIED:
            message = f"package `{package.name}` is supplied for the tests and no part of the product"
            yield _reject_package(Code.PACKAGE_STDLIB, package, message)
        elif layout.holds(package.imports):
            message = f"package `{package.name}` provides `{package.imports}`, which is the product's own name"
            yield _reject_package(Code.PACKAGE_NAME, package, message)
    for field in ("name", "imports"):
        values = [normalise_name(getattr(package, field)) for package in design.packages]
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield reject(Code.PACKAGE_TWICE, GATE, f"two packages have the {field} `{value}`")


def _reject_package(code: Code, package: Package, message: str) -> Finding:
    return reject(code, GATE, message, clauses=package.clauses)


def normalise_name(name: str) -> str:
    """Return a package's name as registries compare it, extras left aside."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
