"""A page that walks through a codebase in the words of its own docstrings, entry points first.

Path: cleaned sources -> **tour** -> scaffold.
"""

import ast
from collections.abc import Mapping

from specpack.targets.python.layout import find_imports, name_module, parse_file
from specpack.targets.python.signatures import Function

TOUR = "TOUR.md"

_HEAD = """\
# Tour

Modules in the order of their use: one that nothing imports comes first, then what it stands on. Each line is the first
line of a docstring.
"""


def render_tour(sources: Mapping[str, str]) -> str:
    """Return the page for the product files `path -> text`; a file that does not parse is left out."""
    parsed = {path: parse_file(text, path) for path, text in sorted(sources.items())}
    trees = {path: tree for path, tree in parsed.items() if isinstance(tree, ast.Module)}
    return "\n".join([_HEAD, *(_render_module(path, trees[path]) for path in _order(trees) if _has_text(trees[path]))])


def _has_text(tree: ast.Module) -> bool:
    return len(tree.body) > 1 or not isinstance(tree.body[0], ast.Expr) if tree.body else False


def _order(trees: Mapping[str, ast.Module]) -> list[str]:
    """Return paths so that users come before what they use; a cycle is cut where it is entered."""
    modules = {name_module(path): path for path in trees}
    uses: dict[str, list[str]] = {}
    for path, tree in trees.items():
        found = (modules.get(item.full) or modules.get(item.module) for item in find_imports(tree, path))
        uses[path] = sorted({other for other in found if other is not None and other != path})
    ordered: list[str] = []
    seen: set[str] = set()

    def visit(path: str) -> None:
        seen.add(path)
        for other in uses[path]:
            if other not in seen:
                visit(other)
        ordered.append(path)

    used = {other for others in uses.values() for other in others}
    for path in sorted(trees, key=lambda candidate: (candidate in used, candidate)):
        if path not in seen:
            visit(path)
    return ordered[::-1]


def _render_module(path: str, tree: ast.Module) -> str:
    lines = [f"## `{path}`", "", _first_line(tree) or "(without a docstring)", ""]
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            lines.append(_render_item(node.name, node))
            lines += [
                "  " + _render_item(f"{node.name}.{inner.name}", inner)
                for inner in (node.body if isinstance(node, ast.ClassDef) else ())
                if isinstance(inner, Function) and not inner.name.startswith("_")
            ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _render_item(name: str, node: Function | ast.ClassDef) -> str:
    first = _first_line(node)
    return f"- `{name}`: {first}" if first else f"- `{name}`"


def _first_line(node: Function | ast.ClassDef | ast.Module) -> str:
    docstring = (ast.get_docstring(node) or "").strip()
    return " ".join(docstring.split("\n\n")[0].split())
