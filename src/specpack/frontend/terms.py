"""Terms of long documents: definitions marked as links, and which blocks use them.

Path: clauses -> **terms** -> slices, references. A link whose target is `@` defines its text, as in the specification
of CommonMark; a link to it is written `[term]` or `[other words][term]`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from specpack.frontend.drafts import Drafting
from specpack.frontend.identity import render_slug
from specpack.model.clause import Block, BlockKind, Kind
from specpack.model.span import DocumentName
from specpack.model.understanding import Place

_DEFINES = "@"
_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_USE = re.compile(r"\[([^\[\]]{1,100})\](?:\[([^\[\]]{0,100})\])?(?!\()")
_OFTEN = 3
"""A bold word that labels as many things is none of their names."""


def note_terms(drafting: Drafting) -> None:
    """Add the terms that links define, and take back bold labels that stand before several different texts."""
    for block in drafting.blocks:
        if f"]({_DEFINES})" not in block.text or block.kind not in _PROSE or block.informative:
            continue
        own = [draft for draft in drafting.drafts if draft.block == block.index]
        for start, _, text, address in drafting.mask(block).links:
            holder = next((d for d in own if d.start <= block.span.start + start < d.end), None)
            if address == _DEFINES and holder is not None:
                drafting.terms.append((text.replace("`", "").lower(), holder.index))
                drafting.linked.add(text.replace("`", "").lower())
    marked = [pair for pair in drafting.terms if drafting.drafts[pair[1]].kind is Kind.DEFINITION]
    counts = Counter(term for term, index in marked if index not in drafting.glossary)
    labels = {pair for pair in marked if counts[pair[0]] >= _OFTEN and pair[1] not in drafting.glossary}
    for _, index in labels:
        drafting.drafts[index].kind = Kind.NORM
    drafting.terms[:] = [pair for pair in drafting.terms if pair not in labels]


def find_uses(draftings: Mapping[DocumentName, Drafting]) -> Iterator[tuple[Place, Place]]:
    """Yield pairs of a block that uses a term and a block that defines it, within one document."""
    for name, drafting in draftings.items():
        if not drafting.linked:
            continue
        defining = {term: drafting.drafts[i].block for term, i in drafting.terms if term in drafting.linked}
        slugs = {render_slug(term): term for term in defining}
        for block in drafting.blocks:
            if block.kind not in _PROSE or block.informative:
                continue
            for term in _list_used(drafting, block, slugs):
                found = term if term in defining else term.removesuffix("s")
                for index in _with_items(drafting, defining[found]) if found in defining else ():
                    if index != block.index:
                        yield (name, block.index), (name, index)


def _list_used(drafting: Drafting, block: Block, slugs: Mapping[str, str]) -> Iterator[str]:
    """Yield the labels of the links of a block, in lower case; code holds none."""
    masked = drafting.mask(block)
    for _, _, _, address in masked.links:
        if address.startswith("#") and address[1:] in slugs:
            yield slugs[address[1:]]
    if "[" not in block.text:
        return
    codes = [(start, end) for start, end, _ in masked.codes]
    for match in _USE.finditer(block.text):
        if not any(start < match.start() < end for start, end in codes):
            yield " ".join((match[2] or match[1]).replace("`", "").lower().split())


def _with_items(drafting: Drafting, index: int) -> Iterator[int]:
    """Yield a block and, where it ends in a colon, the items that it introduces."""
    yield index
    if drafting.blocks[index].text.rstrip().endswith(":"):
        for child in drafting.introduces.get(index, ()):
            if drafting.blocks[child].kind is BlockKind.ITEM:
                yield child
