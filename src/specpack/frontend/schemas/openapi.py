"""OpenAPI documents: operations, what they take and answer, and the components that they share.

Path: nodes -> **openapi** -> outline, drafts. Reads editions 3.x, and 2.0 where its keys have the same meaning.
"""

import re
from collections.abc import Iterator

from specpack.frontend.identity import render_slug
from specpack.frontend.schemas.nodes import Entry, Node, Shape
from specpack.frontend.schemas.outline import Cutting, Part, Place, Pointer

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})
SCHEMES = ("components/securitySchemes", "securityDefinitions")
"""Where security schemes stand, in 3.x and in 2.0."""
_OLD_KINDS = {
    "definitions": "schemas",
    "parameters": "parameters",
    "responses": "responses",
    "securityDefinitions": "securitySchemes",
}
_SILENT = frozenset({"openapi", "swagger", "jsonSchemaDialect", "externalDocs"})
_SILENT_INFO = frozenset({"version", "contact", "license", "termsOfService"})
_VARIABLE = re.compile(r"\{([^{}/]+)\}")
_GENERAL = re.compile(r"(?:api|v\d+(?:\.\d+)*|rest)\Z", re.I)


def is_openapi(root: Node) -> bool:
    """Whether a tree is an OpenAPI document."""
    return root.find_entry("openapi") is not None or root.find_entry("swagger") is not None


def cut_openapi(root: Node) -> tuple[Part, ...]:
    """Return the parts of an OpenAPI document: one an operation, a component, or another key of the root."""
    cutting = Cutting()
    floor = 0
    old = root.find_entry("openapi") is None
    for entry in root.entries:
        full = entry.node.shape is Shape.MAPPING and bool(entry.node.entries)
        if entry.key in ("paths", "webhooks") and full:
            _cut_paths(cutting, entry, floor)
        elif entry.key == "components" and full:
            _cut_components(cutting, entry, floor)
        elif old and entry.key in _OLD_KINDS and full:
            holder = cutting.add(entry, Place.HOLDER, (_OLD_KINDS[entry.key],), floor=floor)
            cutting.add_members(holder, Place.COMPONENT, _OLD_KINDS[entry.key])
        elif entry.key == "info" and full:
            holder = cutting.add(entry, Place.HOLDER, ("info",), floor=floor)
            inner = entry.key_end
            for member in entry.node.entries:
                place = Place.SILENT if member.key in _SILENT_INFO else Place.SHARED
                cutting.add(member, place, ("info",), parent=holder, floor=inner)
                inner = member.end
        else:
            place = Place.SILENT if entry.key in _SILENT else Place.SHARED
            cutting.add(entry, place, (entry.key,), floor=floor)
        floor = entry.end
    return tuple(cutting.parts)


def _cut_components(cutting: Cutting, entry: Entry, floor: int) -> None:
    """Add the parts of `components`; members of a kind that nobody knows stay together."""
    holder = cutting.add(entry, Place.HOLDER, ("components",), floor=floor)
    inner = entry.key_end
    for kind in entry.node.entries:
        full = kind.node.shape is Shape.MAPPING and bool(kind.node.entries)
        if full:
            index = cutting.add(kind, Place.HOLDER, (kind.key,), parent=holder, floor=inner)
            cutting.add_members(index, Place.COMPONENT, kind.key)
        else:
            cutting.add(kind, Place.COMPONENT, (kind.key,), parent=holder, floor=inner)
        inner = kind.end


def _cut_paths(cutting: Cutting, entry: Entry, floor: int) -> None:
    """Add the parts of `paths`: a path holds its operations, and what they share where it stands behind one of them."""
    holder = cutting.add(entry, Place.HOLDER, (entry.key,), floor=floor)
    inner = entry.key_end
    for item in entry.node.entries:
        operations = [member for member in item.node.entries if is_operation(member)]
        if not operations:
            cutting.add(item, Place.OPERATION, (item.key,), parent=holder, floor=inner, group=_name_path(item.key))
            inner = item.end
            continue
        index = cutting.add(item, Place.HOLDER, (item.key,), parent=holder, floor=inner, path=item.key)
        before = item.key_end
        for member in item.node.entries:
            if is_operation(member):
                section = (f"{member.key.upper()} {item.key}",)
                group = next(iter(member.node.words("tags")), "") or _name_path(item.key)
                cutting.add(member, Place.OPERATION, section, parent=index, floor=before, group=group, path=item.key)
            elif member.start > operations[0].start:
                cutting.add(member, Place.HOLDER, (item.key,), parent=index, floor=before, path=item.key)
            before = member.end
        inner = item.end


def is_operation(entry: Entry) -> bool:
    """Whether a member of a path is an operation."""
    return entry.key.lower() in METHODS and entry.node.shape is Shape.MAPPING


def _name_path(path: str) -> str:
    """Return the title of the section for a path without a tag: its first segment that tells something."""
    segments = [part for part in path.split("/") if part and "{" not in part]
    return next((part for part in segments if not _GENERAL.match(part)), "") or path


def name_operation(node: Node, method: str, path: str) -> str:
    """Return what the ids of an operation's clauses begin with: its operation id, else method and path."""
    return node.text("operationId") or f"{method.lower()}-{render_slug(path.replace('/', ' ')) or 'root'}"


def list_variables(path: str) -> tuple[str, ...]:
    """Return the names in the braces of a path."""
    return tuple(_VARIABLE.findall(path))


def find_schemes(node: Node) -> Iterator[Pointer]:
    """Yield a pointer for each security scheme that the root or an operation demands."""
    security = node.find("security")
    for choice in security.items if security else ():
        for entry in choice.entries:
            yield Pointer(start=entry.start, end=entry.key_end, scheme=entry.key)


def find_all_schemes(root: Node) -> Iterator[Pointer]:
    """Yield the pointers to security schemes of a whole document."""
    yield from find_schemes(root)
    paths = root.find("paths")
    for item in paths.entries if paths else ():
        for member in item.node.entries:
            if is_operation(member):
                yield from find_schemes(member.node)
