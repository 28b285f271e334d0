"""Sections of behaviour documents: what behaviour concludes in one question each.

Path: clauses -> **sections** -> understanding.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from specpack.frontend.drafts import Drafting
from specpack.frontend.identity import render_slug
from specpack.model.clause import Block, BlockKind, Clause, ClauseId, Section

LARGE = 48_000
"""Characters from which a section is cut at the headings below its own; some 14,500 tokens."""


def cut_sections(
    drafting: Drafting, ids: Sequence[ClauseId], clauses: Mapping[ClauseId, Clause]
) -> tuple[Section, ...]:
    """Return the sections of a document: one a second-level heading, or one for the whole document.

    A chapter that begins behind the first section begins its own first section, or is one where it has none. What is
    larger than `LARGE` is cut at the headings of the next level. Clauses of the preamble that ask something belong to
    the first section, so that every one of them is concluded.
    """
    document, blocks = drafting.document, drafting.blocks
    if not blocks:
        return ()
    starts = list(_find_starts(blocks))
    if not starts:
        level = next((n for n in (1, 3, 4) if sum(_is_heading(block, n) for block in blocks) > 1), 0)
        if level and _measure(blocks) > LARGE:
            starts = [(block.index, block.index) for block in blocks if _is_heading(block, level)]
    if not starts:
        title = next((block.section[-1] for block in blocks if block.section), document.key)
        return (_cut(document.key, drafting, title, (), blocks, tuple(ids)),)
    preamble = tuple(block.index for block in blocks[: starts[0][0]])
    leading = tuple(id_ for id_ in ids if clauses[id_].block < starts[0][0] and clauses[id_].modality is not None)
    places = [clauses[id_].block for id_ in ids]
    used: Counter[str] = Counter()
    sections = []
    for (start, named), end in zip(starts, [*(start for start, _ in starts[1:]), len(blocks)], strict=True):
        title = blocks[named].section[-1] if blocks[named].section else ""
        for first, last, inner in _split_large(blocks[start:end]):
            slugs = [render_slug(name) or "section" for name in (title, inner) if name is not None]
            key = _name_section("/".join((document.key, *slugs)), used)
            own = tuple(ids[bisect_left(places, first) : bisect_left(places, last)])
            sections.append(_cut(key, drafting, inner or title, preamble, blocks[first:last], leading + own))
            leading = ()
    return tuple(sections)


def _find_starts(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Yield where each section begins, and the heading that names it."""
    chapter: int | None = None
    begun = False
    for block in blocks:
        if _is_heading(block, 2):
            yield (block.index if chapter is None else chapter), block.index
            chapter, begun = None, True
        elif _is_heading(block, 1) and begun:
            if chapter is not None:
                yield chapter, chapter
            chapter = block.index
    if chapter is not None:
        yield chapter, chapter


def _split_large(blocks: Sequence[Block]) -> Iterator[tuple[int, int, str | None]]:
    """Yield first block, end and inner title of a section's pieces, as few as its third-level headings allow."""
    end = blocks[-1].index + 1
    inner = [block for block in blocks if _is_heading(block, 3)]
    if _measure(blocks) <= LARGE or not inner:
        yield blocks[0].index, end, None
        return
    first: int = blocks[0].index
    title: str | None = None
    offset = blocks[0].index
    for block, after in zip(inner, [*(following.index for following in inner[1:]), end], strict=True):
        piece = blocks[first - offset : block.index - offset]
        says = any(above.kind is not BlockKind.HEADING for above in piece)
        if says and _measure(blocks[first - offset : after - offset]) > LARGE:
            yield first, block.index, title
            first, title = block.index, block.section[-1] if block.section else ""
    yield first, end, title


def _is_heading(block: Block, level: int) -> bool:
    return block.kind is BlockKind.HEADING and block.level == level


def _measure(blocks: Sequence[Block]) -> int:
    """Return the characters of blocks that are shown."""
    return sum(len(block.text) for block in blocks if not block.informative)


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
