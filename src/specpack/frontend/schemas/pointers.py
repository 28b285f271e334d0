"""References of YAML and JSON documents followed, inside a document and to others of its pack.

Path: outline -> **pointers** -> slices, groups, checks.
"""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Mapping
from urllib.parse import unquote

from specpack.frontend.drafts import Drafting
from specpack.frontend.schemas.nodes import Node, Shape, walk_nodes
from specpack.frontend.schemas.openapi import SCHEMES
from specpack.frontend.schemas.outline import Outline, Pointer
from specpack.model.span import DocumentName
from specpack.model.understanding import Place

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def resolve_local(root: Node, node: Node) -> Node | None:
    """Return a node, or what its `$ref` names in its own document; None where that is elsewhere or nowhere."""
    for _ in range(20):
        target = node.real.text("$ref")
        if not target:
            return node.real
        found = find_fragment(root, target[1:]) if target.startswith("#") else None
        if found is None:
            return None
        node = found
    return None


def find_fragment(root: Node, fragment: str) -> Node | None:
    """Return what a JSON pointer or the name of an anchor leads to."""
    if not fragment:
        return root
    if not fragment.startswith("/"):
        names = ({"$anchor", "$dynamicAnchor"}, {fragment}), ({"$id", "id"}, {f"#{fragment}"})
        found = (
            inner
            for inner in walk_nodes(root)
            if any(e.key in keys and e.node.value in values for e in inner.entries for keys, values in names)
        )
        return next(found, None)
    node: Node | None = root
    for token in _split(fragment):
        node = _step(node.real, token) if node else None
    return node.real if node else None


def find_siblings(root: Node, fragment: str) -> tuple[str, ...]:
    """Return the pointers that exist where one leads nowhere: beside its last step that exists."""
    node, at = root, ""
    for token in _split(fragment) if fragment.startswith("/") else ():
        below = _step(node.real, token)
        if below is None:
            break
        node, at = below, f"{at}/{_escape(token)}"
    return tuple(f"#{at}/{_escape(entry.key)}" for entry in node.real.entries)


def _split(fragment: str) -> list[str]:
    return [unquote(token).replace("~1", "/").replace("~0", "~") for token in fragment.split("/")[1:]]


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _step(node: Node, token: str) -> Node | None:
    if node.shape is Shape.MAPPING:
        entry = node.find_entry(token)
        return entry.node if entry else None
    if node.shape is Shape.SEQUENCE and re.fullmatch(r"0|[1-9]\d{0,8}", token) and int(token) < len(node.items):
        return node.items[int(token)]
    return None


def follow_pointers(draftings: Mapping[DocumentName, Drafting]) -> dict[Place, tuple[Place, ...]]:
    """Return block -> the blocks that it refers to, each once in source order; remark references that lead nowhere.

    Reports: SP201 (no such document), SP203 (out of the pack), SP208 (no such place) as remarks.
    """
    needs: dict[Place, dict[Place, None]] = {}
    outlined = {name: drafting for name, drafting in draftings.items() if drafting.outline}
    known = _find_ids(outlined)
    for drafting in outlined.values():
        outline = drafting.outline
        for pointer in outline.pointers if outline else ():
            found = _follow(drafting, pointer, draftings, known)
            if found is None:
                continue
            here = (drafting.document.name, _block_at(drafting, pointer.start))
            for place in _list_blocks(*found):
                if place != here:
                    needs.setdefault(here, {})[place] = None
    return {
        here: tuple(sorted(places, key=lambda place: (place[0] != here[0], place))) for here, places in needs.items()
    }


def _find_ids(outlined: Mapping[DocumentName, Drafting]) -> dict[str, DocumentName]:
    """Return the `$id` of each document that has one -> its name."""
    found = {}
    for name, drafting in outlined.items():
        if drafting.outline and (known := drafting.outline.root.text("$id").rstrip("#")):
            found[known] = name
    return found


def _follow(
    drafting: Drafting, pointer: Pointer, draftings: Mapping[DocumentName, Drafting], ids: Mapping[str, DocumentName]
) -> tuple[Drafting, Node] | None:
    """Return the document and node that a pointer leads to, or None and a remark where it leads nowhere."""
    outline = drafting.outline
    assert outline is not None
    if pointer.node is not None:
        return drafting, pointer.node
    if pointer.scheme:
        return _follow_scheme(drafting, outline, pointer)
    span = drafting.places.span(pointer.start, pointer.end)
    base, _, fragment = pointer.target.partition("#")
    holder = drafting
    if base and base not in ids:
        own = outline.root.text("$id").rpartition("/")[0]
        joined = f"{own}/{base}"
        if _SCHEME.match(base):
            drafting.remark("SP203", span, target=base)
            return None
        if joined in ids:
            holder = draftings[ids[joined]]
        else:
            found = _find_document(drafting, unquote(base), draftings)
            if found is None:
                paths = [d.document.path for d in draftings.values() if d.document.pack == drafting.document.pack]
                drafting.remark("SP201", span, case="pointer", target=base, paths="\n".join(paths))
                return None
            holder = found
    elif base:
        holder = draftings[ids[base]]
    if holder.outline is None:
        if not fragment:
            return None
        drafting.remark("SP208", span, case="pointer", name=pointer.target, near="")
        return None
    node = find_fragment(holder.outline.root, fragment)
    if node is None:
        near = "\n".join(base + place for place in find_siblings(holder.outline.root, fragment))
        drafting.remark("SP208", span, case="pointer", name=pointer.target, near=near)
        return None
    return holder, node


def _follow_scheme(drafting: Drafting, outline: Outline, pointer: Pointer) -> tuple[Drafting, Node] | None:
    """Return the security scheme of a name."""
    groups = [group for path in SCHEMES if (group := outline.root.find(*path.split("/")))]
    for group in groups:
        if node := group.find(pointer.scheme):
            return drafting, node
    near = "\n".join(entry.key for group in groups for entry in group.entries)
    span = drafting.places.span(pointer.start, pointer.end)
    drafting.remark("SP208", span, case="scheme", name=pointer.scheme, near=near)
    return None


def _find_document(drafting: Drafting, base: str, draftings: Mapping[DocumentName, Drafting]) -> Drafting | None:
    """Return the document of the same pack that a relative path names."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(drafting.document.path), base))
    own = drafting.document.pack
    return next((d for d in draftings.values() if d.document.pack == own and d.document.path == path), None)


def _block_at(drafting: Drafting, offset: int) -> int:
    """Return the block that holds an offset, or the last one before it."""
    return max(bisect_right(drafting.blocks, offset, key=lambda block: block.span.start) - 1, 0)


def _list_blocks(drafting: Drafting, node: Node) -> list[Place]:
    """Return the blocks that hold a node."""
    first, last = _block_at(drafting, node.start), _block_at(drafting, max(node.start, node.end - 1))
    return [(drafting.document.name, index) for index in range(first, last + 1) if drafting.blocks]
