"""Puts a switch into every public function, so that one run can replace the functions of any unit.

Path: cleaned tree -> **instrument** -> sandbox -> stubs.
"""

import ast

from specpack.targets.python.layout import parse_file
from specpack.targets.python.signatures import Function

SWITCH = "specpack_switch"
SWITCH_TEXT = """\
import os

active = os.environ.get("SPECPACK_STUB", "")
"""
_ALWAYS = frozenset({"__call__", "__post_init__", "__enter__", "__iter__", "__next__", "__getitem__"})


def instrument_file(text: str, path: str, unit: str) -> tuple[str, int]:
    """Return the file with a guard at the head of each public function and the functions in it, and how many.

    Functions that hold no more than a docstring, `...`, `pass` or a `raise NotImplementedError` are left as they are.
    """
    tree = parse_file(text, path)
    if isinstance(tree, SyntaxError):
        return text, 0
    count = sum(_guard(function, unit) for function in _find_public(tree.body))
    if count:
        position = _find_head(tree.body)
        tree.body.insert(position, ast.Import(names=[ast.alias(name=SWITCH, asname=f"_{SWITCH}")]))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n", count


def _find_public(body: list[ast.stmt]) -> list[Function]:
    found: list[Function] = []
    for statement in body:
        if isinstance(statement, Function) and (not statement.name.startswith("_") or statement.name in _ALWAYS):
            found.append(statement)
        elif isinstance(statement, ast.ClassDef):
            found += _find_public(statement.body)
        elif isinstance(statement, ast.If):
            found += _find_public([*statement.body, *statement.orelse])
    return found


def _guard(function: Function, unit: str) -> int:
    """Put the guard into a function and the functions in it; return whether the outer one does anything."""
    if _is_trivial(function):
        return 0
    for node in ast.walk(function):
        if isinstance(node, Function) and not _is_trivial(node):
            test = f"_{SWITCH}.active == {unit!r}"
            guard = ast.parse(f"if {test}:\n    raise NotImplementedError('replaced')").body
            position = _find_head(node.body)
            node.body[position:position] = guard
    return 1


def _is_trivial(function: Function) -> bool:
    return all(
        isinstance(s, ast.Pass)
        or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        or (isinstance(s, ast.Raise) and s.exc is not None and "NotImplementedError" in ast.unparse(s.exc))
        for s in function.body
    )


def _find_head(body: list[ast.stmt]) -> int:
    """Return the place behind the docstring and the imports from `__future__`."""
    position = 0
    for statement in body:
        docstring = position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        position += 1
    return position
