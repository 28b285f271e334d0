"""Gate `structure`: nothing that no entry point reaches, no name that nothing uses, no lines written twice.

Path: review -> **structure** -> test-statics.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, find_reached, read_view
from specpack.targets.python.layout import DRIVER, FAKES, find_docstrings, find_imports
from specpack.targets.python.mutation.anatomy import survey_routines
from specpack.targets.python.mutation.betrayal import SHARED_LITERALS
from specpack.targets.python.mutation.reachability import Entry, find_loaded
from specpack.targets.python.signatures import read_surface

GATE = "structure"
CLONE_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of code: its number and its tokens, spacing and comments left aside."""

    number: int
    text: str


def check_tree(verification: Verification) -> GateResult:
    """Check reach, use and repetition of product files. Reports: GT130 to GT134."""
    view = read_view(verification)
    if verification.facts is not None:
        return conclude(GATE, _check_shadows(verification, view))
    reached = find_reached(verification, view)
    found = [
        *_check_orphans(view, reached),
        *_check_unused(verification, view),
        *_check_clones(view),
        *_check_layers(verification, view),
        *_check_inits(view),
    ]
    return conclude(GATE, found, (("modules reached", str(len(reached))),))


def _check_shadows(verification: Verification, view: View) -> Iterator[Finding]:
    """Report modules that no entry point comes to and that tests import: a second product.

    Where the entry points were inferred, a public module may be one itself; then it has to look like what they reach.
    """
    entries = [Entry(path=p) for e in verification.design.entry_points if (p := _find_module(view, e.target))]
    loaded = find_loaded(view.product, entries)
    known = view.layout.modules
    sure = bool(verification.facts and verification.facts.entry_points)
    told: set[str] = set()
    for path, tree in view.tests.items():
        for item in find_imports(tree, path):
            target = known.get(item.full) or known.get(item.module)
            if not target or target not in view.product or target in loaded or target in told:
                continue
            if sure or _looks_like(view, target, loaded):
                told.add(target)
                message = f"`{path}` tests `{target}`, which no entry point comes to"
                place = (f"{path}:{item.line}",)
                yield reject(Code.SHADOW_MODULE, GATE, message, path=target, evidence=place, tests=True)


def _looks_like(view: View, path: str, loaded: frozenset[str]) -> bool:
    """Whether a module has a function of the name, or with the literals, of one in reach."""
    routines = [r for r in survey_routines(view.product, frozenset(view.product)) if not r.plain and not r.empty]
    own = [r for r in routines if r.path == path]
    others = [r for r in routines if r.path in loaded]
    names = {r.simple_name for r in others if not r.simple_name.startswith("__")}
    shared = (len(r.literals & other.literals) for r in own for other in others)
    return any(r.simple_name in names for r in own) or any(count >= SHARED_LITERALS for count in shared)


def _find_module(view: View, target: str) -> str | None:
    return view.layout.modules.get(target.partition(":")[0])


def _check_orphans(view: View, reached: frozenset[str]) -> Iterator[Finding]:
    for path in view.product:
        unit = view.layout.find_unit(path)
        if unit is not None and path not in reached:
            message = f"`{path}` is reached from no entry point"
            yield reject(Code.ORPHAN, GATE, message, unit=unit, path=path)


def _check_layers(verification: Verification, view: View) -> Iterator[Finding]:
    """Report units that import the module of an entry point of another unit, and are none themselves."""
    entries = {view.layout.modules.get(entry.target.partition(":")[0]) for entry in verification.design.entry_points}
    for path, tree in view.product.items():
        unit = view.layout.find_unit(path)
        for item in find_imports(tree, path) if unit is not None and path not in entries else ():
            target = view.layout.find_product(item)
            if target in entries and view.layout.find_unit(target) not in (unit, None):
                message = f"`{path}` imports `{item.module}`, the module of an entry point"
                yield reject(Code.LAYER, GATE, message, unit=unit, path=path, line=item.line)


def _check_inits(view: View) -> Iterator[Finding]:
    """Report an `__init__.py` that holds more than a docstring, imports and `__all__`."""
    for path, tree in view.product.items():
        for statement in tree.body if PurePosixPath(path).name == "__init__.py" else ():
            names = re.split(r"[ :=]", ast.unparse(statement), maxsplit=1)[0]
            plain = isinstance(statement, ast.Import | ast.ImportFrom) or names == "__all__"
            if not plain and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                message = f"`{path}` holds more than a docstring and imports"
                unit = view.layout.find_unit(path)
                yield reject(Code.INIT_CONTENT, GATE, message, unit=unit, path=path, line=statement.lineno)


def _check_unused(verification: Verification, view: View) -> Iterator[Finding]:
    """Report public names of units that no other statement of product, driver or fakes mentions."""
    entries = {
        (view.layout.modules.get(module), name.partition(".")[0])
        for module, _, name in (entry.target.partition(":") for entry in verification.design.entry_points)
    }
    readers = {**view.product, **{path: view.tests[path] for path in (DRIVER, FAKES) if path in view.tests}}
    mentions: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for path, tree in readers.items():
        for index, statement in enumerate(tree.body):
            for name in _mentioned(statement):
                mentions[name].add((path, index))
    for path, tree in view.product.items():
        unit = view.layout.find_unit(path)
        if unit is None or PurePosixPath(path).name == "__init__.py":
            continue
        surface = read_surface(tree)
        for name in sorted(surface.names):
            node = surface.functions.get(name) or surface.classes.get(name) or surface.variables[name]
            own = {(path, index) for index, statement in enumerate(tree.body) if _spans(statement, node)}
            if not name.startswith("_") and (path, name) not in entries and not mentions[name] - own:
                message = f"public name `{name}` of `{path}` is used nowhere"
                yield reject(Code.UNUSED_NAME, GATE, message, unit=unit, path=path, line=node.lineno)


def _spans(statement: ast.stmt, node: ast.stmt) -> bool:
    return statement.lineno <= node.lineno <= (statement.end_lineno or statement.lineno)


def _mentioned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.alias(name=name):
                yield name.rpartition(".")[2]
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text


def _check_clones(view: View) -> Iterator[Finding]:
    """Report each longest run of lines that two units share, once a pair of places."""
    lines = {
        path: _read_lines(view.texts[path], tree) for path, tree in view.product.items() if view.layout.find_unit(path)
    }
    windows: defaultdict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for path, found in lines.items():
        for start in range(len(found) - CLONE_LINES + 1):
            windows[tuple(line.text for line in found[start : start + CLONE_LINES])].append((path, start))
    covered: set[tuple[str, str, int]] = set()
    for places in windows.values():
        for position, (path, start) in enumerate(places):
            for other, begin in places[position + 1 :]:
                if view.layout.find_unit(path) != view.layout.find_unit(other):
                    length = _measure_clone(lines, (path, start), (other, begin))
                    key = (path, other, start - begin)
                    if key not in covered:
                        yield _report_clone(view, lines, (path, start), (other, begin), length)
                    covered.add(key)


def _measure_clone(lines: Mapping[str, list[Line]], first: tuple[str, int], second: tuple[str, int]) -> int:
    pairs = zip(lines[first[0]][first[1] :], lines[second[0]][second[1] :], strict=False)
    length = 0
    for left, right in pairs:
        if left.text != right.text:
            break
        length += 1
    return length


def _report_clone(
    view: View, lines: Mapping[str, list[Line]], first: tuple[str, int], second: tuple[str, int], length: int
) -> Finding:
    path, other = first[0], second[0]
    line, begin = lines[path][first[1]].number, lines[other][second[1]].number
    message = f"{length} lines of `{path}` stand in `{other}` too"
    unit = view.layout.find_unit(path)
    return reject(Code.CLONE, GATE, message, unit=unit, path=path, line=line, evidence=(f"{other}:{begin}",))


def _read_lines(text: str, tree: ast.Module) -> list[Line]:
    """Return the lines that hold code, without imports, docstrings, signatures and lone brackets.

    Parameters that two functions share because an interface fixes them are no logic that stands twice.
    """
    skipped: set[int] = set()
    docstrings = find_docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or id(node) in docstrings:
            first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
            skipped.update(range(first, last + 1))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skipped.update(range(node.lineno, max(node.body[0].lineno, node.lineno + 1)))
    words: defaultdict[int, list[str]] = defaultdict(list)
    plain = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in plain:
            words[token.start[0]].append(token.string)
    return [
        Line(number=number, text=" ".join(parts))
        for number, parts in sorted(words.items())
        if number not in skipped and any(part[0].isalnum() or part[0] in "_'\"" for part in parts)
    ]
