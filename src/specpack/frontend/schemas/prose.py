"""Descriptions inside schemas, read as the sentences of a Markdown document are.

Path: nodes, sentences -> **prose** -> openapi, shapes.
"""

import re

from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.items import draft_prose
from specpack.frontend.masking import mask_block
from specpack.frontend.modality import find_modals, may_bind
from specpack.frontend.schemas.nodes import Node, Shape
from specpack.model.clause import Block

_ESCAPE = re.compile(r"\\(?:[nrt]|\n)")
_PARAGRAPH = re.compile(r"(?:(?!\n[ \t]*\n|\n[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]).)+", re.S)
_HEAD = re.compile(r"\A(?:[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?(?=\n)|[\"'])")


def draft_description(drafting: Drafting, block: Block, node: Node, owner: Draft, leadin: str) -> list[tuple[int, int]]:
    """Add the sentences of each paragraph of `description` that has a modal keyword, and return their ranges.

    Whatever other paragraphs say stays in the text of the description's owner.

    Args:
        drafting: The document's state.
        block: The block that holds the description.
        node: The mapping that may have one.
        owner: The draft that the description is about.
        leadin: What stands in front of each sentence.
    """
    entry = next((entry for entry in node.entries if entry.key == "description"), None)
    if entry is None or entry.node.shape is not Shape.SCALAR or not may_bind(entry.node.value):
        return []
    base = block.span.start
    start, end = entry.node.start - base, entry.node.end - base
    source = block.text[start:end]
    plain = _HEAD.sub(lambda match: " " * len(match[0]), source)
    if source.startswith('"'):
        plain = _ESCAPE.sub("  ", plain)
    if source[:1] in ("'", '"'):
        plain = plain[:-1] + " "
    ranges: list[tuple[int, int]] = []
    for match in _PARAGRAPH.finditer(plain):
        blanked = " " * start + " " * match.start() + match[0]
        masked = mask_block(blanked)
        if not find_modals(masked.mask):
            continue
        first = len(drafting.drafts)
        draft_prose(drafting, block, masked, None)
        for draft in drafting.drafts[first:]:
            draft.leadin = f"{leadin}: {draft.leadin}".strip() if draft.leadin else f"{leadin}:"
            draft.parent = owner.index
            draft.fallback = False
            ranges.append((draft.start, draft.end))
    return ranges
