"""Sections of OpenAPI and JSON Schema documents: what behaviour concludes in one question each.

Path: outline, pointers -> **groups** -> sections -> understanding.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from specpack.frontend.drafts import Drafting
from specpack.frontend.identity import render_slug
from specpack.frontend.schemas.outline import Outline, Place
from specpack.model.clause import Clause, ClauseId, Section
from specpack.model.span import DocumentName
from specpack.model.understanding import Place as BlockPlace

SMALL = 10_000
"""Characters up to which a document is one section."""
LARGE = 24_000
"""Characters of source from which a section is cut in two."""


def group_sections(
    drafting: Drafting,
    ids: Sequence[ClauseId],
    clauses: Mapping[ClauseId, Clause],
    needs: Mapping[BlockPlace, tuple[BlockPlace, ...]],
) -> tuple[Section, ...]:
    """Return the sections of a document: one for all of a small one, else one a tag or first segment of a path.

    A component that one group alone refers to belongs to it; those that several or none refer to are a section of their
    own. A section that is too large is cut between paths or components, and named by the first of each piece.
    """
    outline, blocks = drafting.outline, drafting.blocks
    if outline is None or not blocks:
        return ()
    key, document = drafting.document.key, drafting.document
    if sum(len(block.text) for block in blocks) <= SMALL:
        every = tuple(block.index for block in blocks)
        title = outline.title or document.key
        return (Section(key=key, document=document.name, title=title, preamble=(), blocks=every, clauses=tuple(ids)),)
    shared = tuple(index for index, part in enumerate(outline.parts) if part.place is Place.SHARED)
    used: Counter[str] = Counter()
    sections: list[Section] = []
    left = list(ids)
    leading = {id_ for id_ in ids if clauses[id_].block in shared and clauses[id_].modality is not None}
    for title, members in _split_large(_gather(drafting, outline, needs), drafting, outline):
        own = _with_holders(outline, members)
        mine = tuple(id_ for id_ in left if clauses[id_].block in own or id_ in leading)
        left = [id_ for id_ in left if id_ not in set(mine)]
        leading = set()
        name = _name(f"{key}/{render_slug(title) or 'section'}", used)
        sections.append(
            Section(
                key=name,
                document=document.name,
                title=title,
                preamble=_with_holders(outline, shared),
                blocks=own,
                clauses=mine,
            )
        )
    return tuple(sections)


def _gather(
    drafting: Drafting, outline: Outline, needs: Mapping[BlockPlace, tuple[BlockPlace, ...]]
) -> dict[str, list[int]]:
    """Return title -> parts, components of several groups last."""
    name = drafting.document.name
    groups: dict[str, list[int]] = {}
    reached: dict[int, set[str]] = {}
    for index, part in enumerate(outline.parts):
        if part.place is Place.OPERATION:
            title = part.group or outline.title or drafting.document.key
            groups.setdefault(title, []).append(index)
            for needed in _close(name, index, needs):
                reached.setdefault(needed, set()).add(title)
    rest: list[int] = []
    for index, part in enumerate(outline.parts):
        if part.place is Place.COMPONENT:
            titles = reached.get(index, set())
            (groups[next(iter(titles))] if len(titles) == 1 else rest).append(index)
    if rest:
        groups["components" if "components" not in groups else "shared components"] = rest
    if not groups:
        shared = [index for index, part in enumerate(outline.parts) if part.place is not Place.SILENT]
        groups[outline.title or drafting.document.key] = shared
    return groups


def _close(name: DocumentName, index: int, needs: Mapping[BlockPlace, tuple[BlockPlace, ...]]) -> set[int]:
    """Return the blocks of the same document that a block leads to, over any number of references."""
    found: set[int] = set()
    waiting = [index]
    while waiting:
        for document, needed in needs.get((name, waiting.pop()), ()):
            if document == name and needed not in found:
                found.add(needed)
                waiting.append(needed)
    return found


def _split_large(
    groups: Mapping[str, list[int]], drafting: Drafting, outline: Outline
) -> Iterable[tuple[str, list[int]]]:
    """Yield groups, those that are too large in pieces; operations of one path stay together."""
    for title, members in groups.items():
        if sum(len(drafting.blocks[index].text) for index in members) <= LARGE:
            yield title, members
            continue
        pieces: list[tuple[str, list[int]]] = []
        size, former = 0, ""
        for index in members:
            part, length = outline.parts[index], len(drafting.blocks[index].text)
            unit = part.path or part.entry.key
            if not pieces or (size + length > LARGE and unit != former):
                pieces.append((f"{title} {unit}", []))
                size = 0
            pieces[-1][1].append(index)
            size += length
            former = unit
        yield from pieces


def _with_holders(outline: Outline, members: Iterable[int]) -> tuple[int, ...]:
    """Return parts with what holds them, and what a path says behind its operations, in source order."""
    wanted: set[int] = set()
    for index in members:
        wanted.add(index)
        parent = outline.parts[index].parent
        while parent is not None:
            wanted.add(parent)
            parent = outline.parts[parent].parent
    for index, part in enumerate(outline.parts):
        if part.place is Place.HOLDER and part.path and part.parent in wanted and part.first is None:
            wanted.add(index)
    return tuple(sorted(wanted))


def _name(key: str, used: Counter[str]) -> str:
    used[key] += 1
    return key if used[key] == 1 else f"{key}-{used[key]}"
