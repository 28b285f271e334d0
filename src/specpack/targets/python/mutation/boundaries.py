"""Implementations of boundaries: what the fakes of the tests stand for, so that no test can be asked to run it.

Path: design, view -> **boundaries** -> reachability.
"""

import ast
from collections.abc import Mapping, Sequence

from specpack.model.conclusion import DesignConclusion
from specpack.targets.python.mutation.anatomy import Routine
from specpack.targets.python.signatures import Function


def find_boundary_routines(
    declared: Mapping[str, ast.Module],
    design: DesignConclusion,
    product: Mapping[str, ast.Module],
    routines: Sequence[Routine],
) -> frozenset[int]:
    """Return the numbers of the methods of classes that implement a boundary's interface.

    A class implements an interface where it names it as a base or has all of its methods, and is not the interface.

    Args:
        declared: Path -> parsed signature block.
        design: Says which units declare the interfaces.
        product: Path -> parsed file.
        routines: All functions.
    """
    units = {boundary.unit for boundary in design.boundaries}
    paths = {path for unit in design.units if unit.id in units for path in unit.paths}
    protocols = {
        node.name: frozenset(child.name for child in node.body if isinstance(child, Function))
        for path in paths & declared.keys()
        for node in ast.walk(declared[path])
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
    }
    found: set[int] = set()
    for path, tree in product.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in protocols and _implements(node, protocols):
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                found.update(r.number for r in routines if r.path == path and r.line in lines)
    return frozenset(found)


def _implements(node: ast.ClassDef, protocols: Mapping[str, frozenset[str]]) -> bool:
    methods = {child.name for child in node.body if isinstance(child, Function)}
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    return any(name in bases or (own and own <= methods) for name, own in protocols.items())
