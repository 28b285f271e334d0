"""Which clauses a test asserts: the list at the end of its docstring.

Path: test answer -> **citation** -> gates, ledger.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from specpack.model.conclusion import SourceFile
from specpack.targets.python.layout import parse_file
from specpack.targets.python.signatures import Function

_LIST = re.compile(r"^[ \t]*Clauses:\s*(?P<ids>\S.*)\Z", re.MULTILINE | re.DOTALL)
"""A list that is long goes on over lines, up to the end."""
_FOLDERS, _NAMES = frozenset({"tests", "test"}), frozenset({"conftest.py", "tests.py"})
_ID = re.compile(r"[A-Za-z0-9][\w/-]*(?:\.[\w-]+)+")


def is_test(node: ast.AST) -> bool:
    """Return whether pytest would run the function as a test."""
    return isinstance(node, Function) and node.name.startswith("test")


def is_test_side(path: str) -> bool:
    """Return whether the file belongs to the tests: it stands in their folder, or is named as tests are."""
    pure = PurePosixPath(path)
    named = pure.suffix == ".py" and (pure.name.startswith("test_") or pure.stem.endswith("_test"))
    return bool(_FOLDERS & set(pure.parts[:-1])) or pure.name in _NAMES or (named and len(pure.parts) == 1)


def is_test_path(path: str) -> bool:
    """Return whether the file holds tests, which the driver and the fakes never do."""
    pure = PurePosixPath(path)
    named = pure.name.startswith("test_") or pure.stem.endswith("_test") or pure.name == "tests.py"
    return pure.suffix == ".py" and named and is_test_side(path)


def find_tests(tree: ast.Module) -> Iterator[Function]:
    """Give the test functions at the top of the file."""
    for node in tree.body:
        if isinstance(node, Function) and is_test(node):
            yield node


def name_test(path: str, name: str) -> str:
    """Return the id of a test, without parameters."""
    return f"{path}::{name.partition('[')[0]}"


def read_citation(function: Function) -> tuple[str, ...] | None:
    """Return the ids that the docstring's end cites, () where it is ill-formed, None where there is none."""
    docstring = (ast.get_docstring(function) or "").strip()
    match = _LIST.search(docstring)
    if match is None:
        return () if "Clauses:" in docstring else None
    ids = tuple(part.strip().strip("`") for part in match["ids"].rstrip(".,").split(","))
    return tuple(dict.fromkeys(ids)) if all(map(_ID.fullmatch, ids)) else ()


def read_citations(files: Sequence[SourceFile]) -> Mapping[str, tuple[str, ...]]:
    """Return test id -> ids that it cites, () for a test that cites none, in order of files and lines."""
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        tree = parse_file(file.text, file.path)
        if is_test_path(file.path) and isinstance(tree, ast.Module):
            for function in find_tests(tree):
                found[name_test(file.path, function.name)] = read_citation(function) or ()
    return found
