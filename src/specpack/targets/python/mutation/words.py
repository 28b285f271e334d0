"""Declared words, such as error ids, where the product holds them: replaced by calls that can give another word.

Path: view -> **words** -> witness plug-in in the sandbox.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpack.targets.python.layout import find_docstrings
from specpack.targets.python.mutation.schemata import find_head

MODULE = "specpack_words"
_CALL = "_specpack_word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A place where the product holds a word as a constant of its own; columns count bytes from 0."""

    word: str
    path: str
    line: int
    column: int
    end: int


def find_holdings(files: Mapping[str, ast.Module], words: Collection[str]) -> tuple[Holding, ...]:
    """Return where the words stand as values; docstrings, annotations, patterns and pieces of f-strings are none."""
    return tuple(
        Holding(word=str(node.value), path=path, line=node.lineno, column=node.col_offset, end=node.end_col_offset or 0)
        for path, tree in files.items()
        for node in _list_values(tree)
        if node.value in words and node.end_lineno == node.lineno
    )


def swap_words(
    texts: Mapping[str, str], files: Mapping[str, ast.Module], holdings: Sequence[Holding]
) -> dict[str, str]:
    """Return path -> text with each holding replaced by a call, for the files that hold any."""
    swapped: dict[str, str] = {}
    for path in dict.fromkeys(holding.path for holding in holdings):
        lines = texts[path].split("\n")
        own = sorted((h for h in holdings if h.path == path), key=lambda h: (h.line, h.column), reverse=True)
        for holding in own:
            line = lines[holding.line - 1].encode()
            call = f"{_CALL}({holding.word!r})".encode()
            lines[holding.line - 1] = (line[: holding.column] + call + line[holding.end :]).decode()
        lines.insert(find_head(files[path]), f"from {MODULE} import give as {_CALL}")
        swapped[path] = "\n".join(lines)
    return swapped


def _list_values(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the text constants that are evaluated as values."""
    docstrings = find_docstrings(tree)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Constant(value=str()) if id(node) not in docstrings:
                yield node
            case ast.JoinedStr() | ast.pattern():
                continue
            case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal")):
                continue
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                waiting += [
                    child for child in (value if isinstance(value, list) else [value]) if isinstance(child, ast.AST)
                ]
