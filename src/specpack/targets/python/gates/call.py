"""What a failing test did, told without what it expected: the material of a blind ruling.

Path: suite -> **call** -> finding -> ruling.
"""

import ast

from specpack.targets.python.signatures import Function


def describe_call(test: str, source: str, case: str = "") -> tuple[str, ...]:
    """Return the test's name and steps, without assertions and without the exceptions that it waits for.

    Args:
        test: `tests/test_x.py::test_name`.
        source: Text of the test file.
        case: The parameters of the failing case, as pytest names them; empty where there are none.
    """
    name = test.partition("::")[2] + (f"[{case}]" if case else "")
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return (f"`{name}`",)
    function = next((n for n in ast.walk(tree) if isinstance(n, Function) and n.name == name.partition("[")[0]), None)
    if function is None:
        return (f"`{name}`",)
    steps = _strip(function.body)
    shown = [line for step in steps for line in ast.unparse(step).splitlines()]
    cases = [ast.unparse(d) for d in function.decorator_list]
    return (f"`{name}`", *cases, *shown)


def _strip(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that act: no assertion, no docstring; a wait for an exception is replaced by its body."""
    kept: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.Assert() | ast.Expr(value=ast.Constant()):
                continue
            case ast.With(items=items) if any("raises" in ast.unparse(i.context_expr) for i in items):
                kept += _strip(statement.body)
            case ast.With() | ast.For() | ast.If() | ast.While():
                statement.body = _strip(statement.body) or [ast.Pass()]
                kept.append(statement)
            case _:
                kept.append(statement)
    return kept
