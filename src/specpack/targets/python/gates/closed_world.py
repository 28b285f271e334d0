"""Gate `closed-world`: every variable, host and route of the product is named by a clause or an assumption.

Path: dependencies -> **closed-world** -> literals. What a tree brings in that nobody asked for is found here.
"""

import ast
import re
from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import read_view
from specpack.targets.python.layout import find_docstrings

GATE = "closed-world"

_READERS = frozenset({"os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ.pop", "environ.pop"})
_HOST = re.compile(r"\b(?:[a-z][a-z0-9+.-]*)://([A-Za-z0-9.-]+\.[A-Za-z]{2,}|localhost)(?::\d+)?", re.I)
_EXAMPLES = re.compile(r"(?:\A|\.)(?:example\.(?:com|org|net)|w3\.org|json-schema\.org|ietf\.org|localhost)\Z", re.I)
_ROUTERS = frozenset({"route", "get", "post", "put", "patch", "delete", "head", "options", "add_url_rule", "add_route"})
_PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}|:[A-Za-z_]\w*")


def check_tree(verification: Verification) -> GateResult:
    """Trace what the product takes from outside. Reports: GT191, GT192, GT193."""
    said = "\n".join((*verification.clauses.values(), *_list_documents(verification)))
    found = [*_check_names(verification, said)]
    return conclude(GATE, found, (("clauses", str(len(verification.clauses))),))


def _list_documents(verification: Verification) -> Iterator[str]:
    """Yield the texts of the pack's documents that travel in the tree."""
    return (file.text for path, file in verification.tree.items() if path.startswith("spec/"))


def _check_names(verification: Verification, said: str) -> Iterator[Finding]:
    view = read_view(verification)
    for path, tree in view.product.items():
        unit = view.layout.find_unit(path)
        docstrings = find_docstrings(tree)
        for node in ast.walk(tree):
            for code, kind, name in _find_names(node, docstrings):
                if not _is_said(kind, name, said):
                    message = f"`{path}` takes the {kind} `{name}`, which no clause and no assumption names"
                    yield reject(code, GATE, message, unit=unit, path=path, line=getattr(node, "lineno", None))


def _find_names(node: ast.AST, docstrings: frozenset[int]) -> Iterator[tuple[Code, str, str]]:
    """Yield what a node takes from outside: a variable that it reads, a host that it names, a route that it serves."""
    match node:
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(func) in _READERS:
            yield Code.VARIABLE_UNNAMED, "environment variable", name
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))) if ast.unparse(value) in (
            "os.environ",
            "environ",
        ):
            yield Code.VARIABLE_UNNAMED, "environment variable", name
        case ast.Call(func=ast.Attribute(attr=attribute), args=[ast.Constant(value=str(route)), *_]) if (
            attribute in _ROUTERS and route.startswith("/")
        ):
            yield Code.ROUTE_UNNAMED, "route", route
        case ast.Constant(value=str(text)) if id(node) not in docstrings:
            for match in _HOST.finditer(text):
                if not _EXAMPLES.search(match[1]):
                    yield Code.HOST_UNNAMED, "host", match[1]


def _is_said(kind: str, name: str, said: str) -> bool:
    """Whether the pack names it; a route may call its parameters otherwise."""
    if kind != "route":
        return name in said
    parts = [re.escape(part) for part in _PARAMETER.split(name.rstrip("/") or "/")]
    return bool(re.search(r"(?:<[^>\s]*>|\{[^}\s]*\}|:\w+|[A-Z_]+)".join(parts), said))
