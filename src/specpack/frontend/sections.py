"""Sections of behaviour documents: what behaviour concludes in one question each.

Path: clauses -> **sections** -> understanding.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from specpack.frontend.drafts import Drafting
from specpack.frontend.identity import render_slug
from specpack.model.clause import Block, BlockKind, Clause, ClauseId, Section


def cut_sections(
    drafting: Drafting, ids: Sequence[ClauseId], clauses: Mapping[ClauseId, Clause]
) -> tuple[Section, ...]:
    """Return the sections of a document: one a second-level heading, or one for the whole document.

    Clauses of the preamble that ask something belong to the first section, so that every one of them is concluded.
    """
    document, blocks = drafting.document, drafting.blocks
    starts = [block.index for block in blocks if block.kind is BlockKind.HEADING and block.level == 2]
    if not blocks:
        return ()
    if not starts:
        title = next((block.section[-1] for block in blocks if block.section), document.key)
        return (_cut(document.key, drafting, title, (), blocks, tuple(ids)),)
    preamble = tuple(block.index for block in blocks[: starts[0]])
    leading = tuple(id_ for id_ in ids if clauses[id_].block < starts[0] and clauses[id_].modality is not None)
    places = [clauses[id_].block for id_ in ids]
    used: Counter[str] = Counter()
    sections = []
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        title = blocks[start].section[-1] if blocks[start].section else ""
        key = _name_section(f"{document.key}/{render_slug(title) or 'section'}", used)
        own = tuple(ids[bisect_left(places, start) : bisect_left(places, end)])
        sections.append(_cut(key, drafting, title, preamble, blocks[start:end], leading + own))
        leading = ()
    return tuple(sections)


def _name_section(key: str, used: Counter[str]) -> str:
    """Return a key that is not used yet, and mark it as used."""
    used[key] += 1
    name = key
    while used[key] > 1 and used[name := f"{key}-{used[key]}"]:
        used[key] += 1
    used[name] += name != key
    return name


def _cut(
    key: str,
    drafting: Drafting,
    title: str,
    preamble: tuple[int, ...],
    blocks: Sequence[Block],
    clauses: tuple[ClauseId, ...],
) -> Section:
    return Section(
        key=key,
        document=drafting.document.name,
        title=title,
        preamble=preamble,
        blocks=tuple(block.index for block in blocks),
        clauses=clauses,
    )
