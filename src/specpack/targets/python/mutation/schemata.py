"""Puts a watch on every function of a tree, written to disk so that subprocesses carry it too.

Path: anatomy -> **schemata** -> plug-in in the sandbox.
"""

import ast
from collections.abc import Mapping, Sequence

from specpack.targets.python.mutation.anatomy import Branch, Routine

PROBE = "specpack_probe"
_WATCH, _TAKE = "_specpack_watch", "_specpack_take"


def mark_files(
    texts: Mapping[str, str], files: Mapping[str, ast.Module], routines: Sequence[Routine], branches: Sequence[Branch]
) -> dict[str, str]:
    """Return path -> text for each file that holds a function worth watching.

    The watch is the innermost decorator, put in as a line above `def`, so that properties, static methods and
    registrations see what they saw before. A branch is marked by a call as its first line.
    """
    marked: dict[str, str] = {}
    for path in files:
        own = [routine for routine in routines if routine.path == path and not routine.empty]
        if not own:
            continue
        lines = texts[path].split("\n")
        marks = [(r.line, 1, f"{' ' * r.indent}@{_WATCH}({r.number})") for r in own]
        marks += [(b.first, 0, f"{' ' * b.indent}{_TAKE}({b.number})") for b in branches if b.path == path]
        for line, _, mark in sorted(marks, reverse=True):
            lines.insert(line - 1, mark)
        lines.insert(find_head(files[path]), f"from {PROBE} import take as {_TAKE}, watch as {_WATCH}")
        marked[path] = "\n".join(lines)
    return marked


def find_head(tree: ast.Module) -> int:
    """Return how many lines stand before the first statement that is no docstring and no import from the future."""
    line = 0
    for index, statement in enumerate(tree.body):
        docstring = index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        line = statement.end_lineno or statement.lineno
    return line
