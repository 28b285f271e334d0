"""Gates the files of one unit as soon as they are answered, without running them.

Path: write answer -> **unit** -> accepted or asked again; the cleaned tree passes it once more in `verify`.
"""

import ast
import sys
from collections.abc import Iterator, Sequence

from specpack.model.conclusion import DesignConclusion, SourceFile, Unit
from specpack.model.finding import Finding
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.comparison import compare_surfaces
from specpack.targets.python.idiom import check_idioms
from specpack.targets.python.layout import (
    Import,
    Layout,
    find_imports,
    find_owner,
    name_module,
    parse_file,
    read_layout,
)
from specpack.targets.python.literals import check_literals
from specpack.targets.python.purity import check_comments, check_purity
from specpack.targets.python.review import check_review
from specpack.targets.python.signatures import Problem, find_block, parse_declared, read_surface

GATE = "unit"


def check_unit(files: Sequence[SourceFile], design: DesignConclusion, unit: str) -> tuple[Finding, ...]:
    """Return all that can be said of a unit's files without running them, in order of files and lines.

    Reports: GT005, GT045 to GT055, GT110 to GT125, GT160 to GT167.
    """
    owner = find_owner(design.units, unit)
    if owner is None:
        return (reject(Code.UNIT_UNKNOWN, GATE, f"the design has no unit `{unit}`"),)
    found = list(_check_file_set(files, owner))
    for file in files:
        if file.path in owner.paths:
            found += check_form(file, design, owner, GATE)
            found += check_habits(file, design, owner, GATE)
    return tuple(found)


def check_form(file: SourceFile, design: DesignConclusion, unit: Unit, gate: str) -> list[Finding]:
    """Return what breaks the contract of one file: syntax, signatures, imports, purity, suppression."""
    tree = parse_file(file.text, file.path)
    if isinstance(tree, SyntaxError):
        message = f"`{file.path}` does not parse: {tree.msg}"
        return [reject(Code.SYNTAX, gate, message, unit=unit.id, path=file.path, line=tree.lineno)]
    declared = _declared_names(design, file.path)
    problems = (
        *_compare(tree, design, file.path),
        *_check_imports(tree, design, unit, file.path),
        *check_purity(tree, declared),
        *check_comments(file.text),
    )
    return _place(problems, file, unit, gate)


def check_habits(file: SourceFile, design: DesignConclusion, unit: Unit, gate: str) -> list[Finding]:
    """Return embedded fragments and what a reviewer would object to; nothing for a file that does not parse."""
    tree = parse_file(file.text, file.path)
    if isinstance(tree, SyntaxError):
        return []
    allowed = find_allowed_modules(design, unit)
    problems = (
        *check_literals(tree),
        *check_review(tree, file.text, file.path, allowed),
        *check_idioms(tree, file.text.splitlines()),
    )
    return _place(problems, file, unit, gate)


def find_allowed_modules(design: DesignConclusion, unit: Unit) -> frozenset[str]:
    """Return the first parts of all modules that the unit's signatures import."""
    declared = parse_declared(design)
    return frozenset(
        item.module.partition(".")[0]
        for path in unit.paths
        if path in declared
        for item in find_imports(declared[path], path)
    )


def _place(problems: Sequence[Problem], file: SourceFile, unit: Unit, gate: str) -> list[Finding]:
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem[1])
    return [
        reject(code, gate, f"`{file.path}`: {message}", unit=unit.id, path=file.path, line=line)
        for code, line, message in ordered
    ]


def _check_file_set(files: Sequence[SourceFile], unit: Unit) -> Iterator[Finding]:
    paths = [file.path for file in files]
    for path in unit.paths:
        if path not in paths:
            yield reject(Code.FILE_SET, GATE, f"unit `{unit.id}` lacks `{path}`", unit=unit.id, path=path)
    for index, path in enumerate(paths):
        if path not in unit.paths:
            message = f"unit `{unit.id}` does not own `{path}`"
            yield reject(Code.FILE_SET, GATE, message, unit=unit.id, path=path)
        elif path in paths[:index]:
            yield reject(Code.FILE_SET, GATE, f"unit `{unit.id}` has `{path}` twice", unit=unit.id, path=path)


def _declared_names(design: DesignConclusion, path: str) -> frozenset[str]:
    names: set[str] = set()
    block = find_block(design, path)
    tree = parse_file(block.text, path) if block else None
    if isinstance(tree, ast.Module):
        names |= read_surface(tree).names
    for entry in design.entry_points:
        module, _, name = entry.target.partition(":")
        if module.replace(".", "/") in (path.removesuffix(".py"), path.removesuffix("/__init__.py")):
            names.add(name.partition(".")[0])
    return frozenset(names)


def _compare(tree: ast.Module, design: DesignConclusion, path: str) -> Iterator[Problem]:
    block = find_block(design, path)
    declared = parse_file(block.text, path) if block else None
    if isinstance(declared, ast.Module):
        yield from compare_surfaces(declared, tree)


def _check_imports(tree: ast.Module, design: DesignConclusion, unit: Unit, path: str) -> Iterator[Problem]:
    layout = read_layout(design)
    for item in find_imports(tree, path):
        if item.star:
            yield Code.IMPORT_STAR, item.line, f"`from {item.module} import *` hides what is used"
        problem = _find_import_problem(item, design, layout, unit)
        if problem:
            yield problem[0], item.line, problem[1]


def _find_import_problem(item: Import, design: DesignConclusion, layout: Layout, unit: Unit) -> tuple[Code, str] | None:
    full = item.full
    top = full.partition(".")[0]
    if top in ("tests", "pytest", "unittest", "_pytest"):
        return Code.IMPORT_TESTS, f"the product imports `{full}`"
    if layout.holds(full):
        path = layout.find_product(item)
        owner = layout.find_unit(path)
        if path is None:
            return Code.IMPORT_UNDECLARED, f"`{full}` is nothing that the design has"
        if owner is not None and owner != unit.id and owner not in unit.depends:
            message = f"`{name_module(path)}` belongs to unit `{owner}`, which `depends` does not name"
            return Code.IMPORT_UNDECLARED, message
        return None
    if top in sys.stdlib_module_names or is_from_package(full, design):
        return None
    return Code.IMPORT_UNDECLARED, f"`{full}` is neither standard library nor a listed package"


def is_from_package(full: str, design: DesignConclusion) -> bool:
    """Return whether a listed package provides the dotted name."""
    return any(f"{full}.".startswith(f"{package.imports}.") for package in design.packages)
