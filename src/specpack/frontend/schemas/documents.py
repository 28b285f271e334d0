"""YAML and JSON documents to drafts: OpenAPI and JSON Schema part by part, anything else as one sample.

Path: read -> **documents** -> identity, pointers, groups, checks.
"""

from functools import partial

from specpack.frontend.clauses import draft_document
from specpack.frontend.drafts import Drafting, Scope
from specpack.frontend.markdown import parse_blocks
from specpack.frontend.places import index_places
from specpack.frontend.schemas.jsonschema import cut_schema, draft_schema_part, is_schema
from specpack.frontend.schemas.jsontree import compose_json
from specpack.frontend.schemas.nodes import Composed, Node
from specpack.frontend.schemas.openapi import cut_openapi, find_all_schemes, is_openapi
from specpack.frontend.schemas.operations import Operations, note_variables
from specpack.frontend.schemas.outline import Outline, Part, Pointer, find_pointers, render_blocks
from specpack.frontend.schemas.pointers import resolve_local
from specpack.frontend.schemas.shapes import Writer
from specpack.frontend.schemas.yamltree import compose_yaml
from specpack.model.clause import Block
from specpack.model.pack import Document

YAML, JSON = (".yaml", ".yml"), (".json",)


def draft_notation(document: Document) -> Drafting | None:
    """Return the drafts of a YAML or JSON document, None for any other.

    Reports: SP023, SP024, SP025, SP026 as remarks.
    """
    ending = document.path.lower()
    if not ending.endswith((*YAML, *JSON)):
        return None
    composed = compose_json(document.text) if ending.endswith(JSON) else compose_yaml(document.text)
    root = composed.root
    parts: tuple[Part, ...] = ()
    if root is not None:
        parts = cut_openapi(root) if is_openapi(root) else cut_schema(root) if is_schema(root) else ()
    if root is None or not parts:
        drafting = draft_document(document, parse_blocks(document))
    else:
        drafting = _draft_parts(document, root, parts)
    if root is not None:
        drafting.outline = _outline(root, parts)
    _note_faults(drafting, composed)
    return drafting


def _outline(root: Node, parts: tuple[Part, ...]) -> Outline:
    pointers = list(find_pointers(root)) if parts else []
    title = root.text("title")
    if parts and is_openapi(root):
        title = (root.find("info") or root).text("title")
        pointers += find_all_schemes(root)
        pointers += _point_at_shared(parts)
    return Outline(root=root, title=title, parts=parts, pointers=tuple(pointers))


def _point_at_shared(parts: tuple[Part, ...]) -> list[Pointer]:
    """Return a pointer from each operation to what its path says behind an operation."""
    shared = [part for part in parts if part.path and part.parent is not None and part.entry.key != part.path]
    return [
        Pointer(start=part.entry.start, end=part.entry.end, node=other.entry.node)
        for other in shared
        if not other.group
        for part in shared
        if part.group and part.parent == other.parent
    ]


def _draft_parts(document: Document, root: Node, parts: tuple[Part, ...]) -> Drafting:
    """Return the drafts of the parts of a schema document."""
    places = index_places(document.name, document.text)
    blocks = render_blocks(parts, places, comments=not document.path.lower().endswith(JSON))
    drafting = _open_drafting(document, blocks)
    writer = Writer(drafting)
    if is_openapi(root):
        resolve = partial(resolve_local, root)
        operations = Operations(writer, resolve)
        for block, part in zip(blocks, parts, strict=True):
            operations.draft_part(block, part)
        note_variables(writer, root, resolve)
    else:
        title = root.text("title") or document.key
        for block, part in zip(blocks, parts, strict=True):
            draft_schema_part(writer, root, title, block, part)
    return drafting


def _open_drafting(document: Document, blocks: tuple[Block, ...]) -> Drafting:
    introduces: dict[int, list[int]] = {}
    for block in blocks:
        if block.parent is not None:
            introduces.setdefault(block.parent, []).append(block.index)
    return Drafting(
        document=document,
        places=index_places(document.name, document.text),
        blocks=blocks,
        scopes=(Scope(),) * len(blocks),
        titles={},
        introduces={index: tuple(children) for index, children in introduces.items()},
    )


def _note_faults(drafting: Drafting, composed: Composed) -> None:
    """Remark what is wrong with the text; in plain data a key may stand twice, which concerns nobody here."""
    for fault in composed.faults:
        if fault.code == "SP023" or (drafting.outline and drafting.outline.parts):
            span = drafting.places.span(fault.start, fault.end)
            drafting.remark(
                fault.code, span, case=fault.case, note=fault.note, document=drafting.document.name, **fault.fields
            )
