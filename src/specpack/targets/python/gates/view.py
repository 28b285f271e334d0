"""The Python side of a tree: parsed files with their owners.

Path: cleaned tree -> **view** -> static gates.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from specpack.model.conclusion import SourceFile
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_side
from specpack.targets.python.layout import Layout, find_imports, parse_file, read_layout

SUPPLIED_FOLDERS = ("spec/", "logs/", "log/")
"""Folders that specpack itself writes into the tree; no code is looked for there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Parsed Python files by path; files that do not parse are left to the gate `syntax`."""

    layout: Layout
    product: Mapping[str, ast.Module]
    """Files of units and supplied `__init__.py` files."""
    tests: Mapping[str, ast.Module]
    texts: Mapping[str, str]

    @property
    def files(self) -> Mapping[str, ast.Module]:
        """All parsed files."""
        return {**self.product, **self.tests}


def read_view(verification: Verification) -> View:
    """Return the view of a tree."""
    texts = {
        path: file.text
        for path, file in sorted(verification.tree.items())
        if path.endswith(".py") and not path.startswith(SUPPLIED_FOLDERS)
    }
    parsed = {path: tree for path, text in texts.items() if isinstance(tree := parse_file(text, path), ast.Module)}
    layout = read_layout(verification.design)
    return View(
        layout=layout,
        product={path: tree for path, tree in parsed.items() if _is_product(path, layout, verification)},
        tests={path: tree for path, tree in parsed.items() if is_test_side(path)},
        texts=texts,
    )


def _is_product(path: str, layout: Layout, verification: Verification) -> bool:
    """Whether a file is part of the product; of a tree of other origin only what was found to be."""
    return path in layout.units if verification.facts is not None else not is_test_side(path)


def read_file(view: View, path: str) -> SourceFile:
    """Return a file of the view as it was answered and cleaned."""
    return SourceFile(path=path, text=view.texts[path])


def find_reached(verification: Verification, view: View) -> frozenset[str]:
    """Return the product files that importing the entry points reaches, parents of packages included."""
    modules = view.layout.modules
    pending = [modules.get(entry.target.partition(":")[0]) for entry in verification.design.entry_points]
    reached: set[str] = set()
    while pending:
        path = pending.pop()
        if path is None or path in reached or path not in view.product:
            continue
        reached.add(path)
        parts = path.split("/")[:-1]
        pending += ["/".join([*parts[:length], "__init__.py"]) for length in range(1, len(parts) + 1)]
        for item in find_imports(view.product[path], path):
            if not item.typing_only:
                pending += [modules.get(item.module), modules.get(item.full)]
    return frozenset(reached)
