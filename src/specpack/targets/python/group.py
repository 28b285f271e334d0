"""Gates the files of one test group as soon as they are answered, without running them.

Path: test answer -> **group** -> accepted or asked again; the cleaned tree passes it once more in `verify`.
"""

import ast
import sys
from collections.abc import Iterator, Sequence

from specpack.model.conclusion import DesignConclusion, SourceFile, TestGroup
from specpack.model.finding import Finding
from specpack.targets.python.assertion import check_assertions
from specpack.targets.python.citation import find_tests, is_test, is_test_path, name_test, read_citation
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.comparison import compare_surfaces
from specpack.targets.python.layout import DRIVER_GROUP, Layout, find_imports, parse_file, read_layout
from specpack.targets.python.purity import check_comments
from specpack.targets.python.review import check_handlers
from specpack.targets.python.signatures import Function, Problem, find_block
from specpack.targets.python.unit import is_from_package

GATE = "group"
_NETWORK = frozenset({"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib"})
_AROUND = frozenset({"importlib", "runpy", "subprocess", "ctypes", "pkgutil", "imp", "multiprocessing"})
_READERS = frozenset({"ast", "tokenize", "dis", "linecache"})
_SOURCE_OF = frozenset({"getsource", "getsourcelines", "getsourcefile", "getfile", "findsource", "getcomments"})
_CALLS_AROUND = frozenset({"exec", "eval", "__import__", "compile", "globals"})
_NARROW_HARNESS = frozenset({"os._exit", "sys.exit", "pytest.exit", "os.abort", "os.kill", "exit", "quit"})


def check_group(files: Sequence[SourceFile], design: DesignConclusion, group: str) -> tuple[Finding, ...]:
    """Return all that can be said of a group's files without running them, in order of files and lines.

    Reports: GT005, GT045 to GT048, GT051, GT060 to GT076, GT120, GT121.
    """
    owner = next((candidate for candidate in design.groups if candidate.id == group), None)
    if owner is None:
        return (reject(Code.UNIT_UNKNOWN, GATE, f"the design has no group `{group}`"),)
    found = list(_check_file_set(files, owner))
    for file in files:
        if file.path in owner.paths:
            found += check_test_file(file, design, owner, GATE)
    return tuple(found)


def check_test_file(file: SourceFile, design: DesignConclusion, group: TestGroup, gate: str) -> list[Finding]:
    """Return what is wrong with one file of a group."""
    tree = parse_file(file.text, file.path)
    if isinstance(tree, SyntaxError):
        message = f"`{file.path}` does not parse: {tree.msg}"
        return [reject(Code.SYNTAX, gate, message, path=file.path, line=tree.lineno)]
    is_driver = group.id == DRIVER_GROUP
    problems = [
        *check_comments(file.text),
        *check_handlers(tree, file.text.splitlines(), outermost=is_driver),
        *_check_imports(tree, file.path, design, read_layout(design), is_driver=is_driver),
        *_check_calls(tree, is_driver=is_driver),
        *_check_places(tree, file.path),
        *(_compare(tree, file.path, design) if is_driver else ()),
    ]
    found = [
        reject(code, gate, f"`{file.path}`: {message}", path=file.path, line=line)
        for code, line, message in sorted(problems, key=lambda problem: problem[1])
    ]
    if is_test_path(file.path):
        for function in find_tests(tree):
            found += _check_test(function, tree, file.path, gate)
    return found


def _check_file_set(files: Sequence[SourceFile], group: TestGroup) -> Iterator[Finding]:
    paths = [file.path for file in files]
    for path in group.paths:
        if path not in paths:
            yield reject(Code.FILE_SET, GATE, f"group `{group.id}` lacks `{path}`", path=path)
    for index, path in enumerate(paths):
        if path not in group.paths:
            yield reject(Code.FILE_SET, GATE, f"group `{group.id}` does not own `{path}`", path=path)
        elif path in paths[:index]:
            yield reject(Code.FILE_SET, GATE, f"group `{group.id}` has `{path}` twice", path=path)


def _compare(tree: ast.Module, path: str, design: DesignConclusion) -> Iterator[Problem]:
    block = find_block(design, path)
    declared = parse_file(block.text, path) if block else None
    if isinstance(declared, ast.Module):
        yield from compare_surfaces(declared, tree)


def _check_test(function: Function, tree: ast.Module, path: str, gate: str) -> list[Finding]:
    test = name_test(path, function.name)
    cited = read_citation(function)
    problems: list[Problem] = []
    if cited is None:
        problems.append((Code.CITATION_MISSING, function.lineno, "cites no clause"))
    elif not cited:
        problems.append((Code.CITATION_FORM, function.lineno, "has a `Clauses:` line that is not its last or no list"))
    problems += check_assertions(function, tree)
    return [
        reject(code, gate, f"test `{function.name}` {message}", test=test, path=path, line=line, clauses=cited or ())
        for code, line, message in problems
    ]


def _check_imports(
    tree: ast.Module, path: str, design: DesignConclusion, layout: Layout, *, is_driver: bool
) -> Iterator[Problem]:
    for item in find_imports(tree, path):
        top = item.full.partition(".")[0]
        if item.star:
            yield Code.IMPORT_STAR, item.line, f"`from {item.module} import *` hides what is used"
        elif item.full.startswith("unittest.mock") or top in ("mock", "pytest_mock"):
            yield Code.PATCHED, item.line, f"`{item.full}` is imported"
        elif top == "tests" and not _is_support(item.full):
            yield Code.TEST_IMPORT, item.line, f"`{item.full}` is not the driver, which tests go through"
        elif layout.holds(item.full) and top != "tests":
            if not is_driver:
                yield Code.TEST_IMPORT, item.line, f"`{item.full}` of the product is imported past the driver"
            elif layout.find_product(item) is None:
                yield Code.TEST_IMPORT, item.line, f"`{item.full}` is nothing that the design has"
        elif not is_driver and top in _NETWORK and not item.full.startswith(("http.HTTPStatus", "urllib.parse")):
            yield Code.NETWORK, item.line, f"`{item.full}` reaches the network past the driver"
        elif not is_driver and top in _AROUND:
            yield Code.TEST_IMPORT, item.line, f"`{item.full}` reaches the product past the driver"
        elif top in _READERS:
            yield Code.SOURCE_READ, item.line, f"`{item.full}` reads source text"
        elif top in ("pytest", "tests") or top in sys.stdlib_module_names:
            continue
        elif not is_from_package(item.full, design):
            message = f"`{item.full}` is neither pytest nor standard library nor a listed package"
            yield Code.TEST_IMPORT, item.line, message


def _is_support(full: str) -> bool:
    """Whether an import is of the driver, of which the fakes are a part: their signatures stand beside its own."""
    return full == "tests" or f"{full}.".startswith(("tests.driver.", "tests.fakes."))


def _check_calls(tree: ast.Module, *, is_driver: bool) -> Iterator[Problem]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        match node:
            case ast.Assert(msg=None, test=test):
                yield Code.ASSERTION_SILENT, line, f"`assert {ast.unparse(test)[:60]}` carries no message"
            case ast.Attribute(attr="skip" | "skipif" | "xfail" | "importorskip"):
                yield Code.SKIPPED, line, f"`{ast.unparse(node)}` lets a test not run"
            case ast.arg(arg="monkeypatch" | "mocker" as name):
                yield Code.PATCHED, line, f"`{name}` replaces parts of the running program"
            case ast.Call(func=ast.Name(id="setattr" | "delattr")) if not is_driver:
                yield Code.PATCHED, line, f"`{ast.unparse(node)}` replaces an attribute"
            case ast.Call(func=func) if ast.unparse(func) in ("time.sleep", "sleep", "asyncio.sleep"):
                yield Code.SLEEP, line, f"`{ast.unparse(node)}` waits"
            case ast.Call(func=func) if ast.unparse(func) in _NARROW_HARNESS:
                yield Code.HARNESS, line, f"`{ast.unparse(func)}` ends the run"
            case ast.Call(func=ast.Name(id=name)) if name in _CALLS_AROUND:
                yield Code.TEST_IMPORT, line, f"`{name}` reaches the product past the driver"
            case ast.Attribute(attr=name) | ast.alias(name=name) if name in _SOURCE_OF:
                yield Code.SOURCE_READ, line, f"`{name}` reads source text"
            case ast.Name(id="__file__") if not is_driver:
                yield Code.SOURCE_READ, line, "`__file__` leads to the source text"
            case ast.Attribute(attr="modules", value=ast.Name(id="sys")) if not is_driver:
                yield Code.PATCHED, line, "`sys.modules` reaches into the running program"
            case ast.Assign(targets=[ast.Name(id="pytest_plugins" | "pytestmark" as name)]):
                yield Code.HARNESS, line, f"`{name}` changes how tests are run"


def _check_places(tree: ast.Module, path: str) -> Iterator[Problem]:
    """Report tests that stand where pytest or a reader does not look for them, and hooks of pytest."""
    holds_tests = is_test_path(path)
    top = {id(node) for node in tree.body}
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test") and holds_tests:
            yield Code.TEST_PLACE, node.lineno, f"class `{node.name}` holds tests"
        if not isinstance(node, Function):
            continue
        if node.name.startswith("pytest_"):
            yield Code.HARNESS, node.lineno, f"`{node.name}` is a hook of pytest"
        if is_test(node) and not holds_tests and id(node) in top:
            yield Code.TEST_PLACE, node.lineno, f"`{node.name}` is a test in a file that holds none"
        elif is_test(node) and holds_tests and id(node) not in top:
            yield Code.TEST_PLACE, node.lineno, f"test `{node.name}` is not at the top of the file"
        elif is_test(node) and holds_tests:
            if node.name in names:
                yield Code.TEST_TWICE, node.lineno, f"test `{node.name}` is defined twice"
            names.add(node.name)
    if holds_tests and not names:
        yield Code.NO_TEST, 1, "file holds no test"
