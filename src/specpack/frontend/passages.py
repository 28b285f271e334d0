"""Passages: the words of single clauses, rows with a keyword included, with markup masked, ready for patterns.

Path: drafts, reading -> **passages** -> checks of wording.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.reading import Reading
from specpack.model.clause import Block, BlockKind, Clause, Kind, Source
from specpack.model.pack import Role
from specpack.model.span import Span

_COMPILED = frozenset(Role) - {Role.CONTRACT}
_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_SPEAKING = frozenset(
    {Kind.NORM, Kind.GROUP, Kind.ALTERNATIVE, Kind.CONDITION, Kind.ENUMERATION, Kind.SUBJECT, Kind.ATTRIBUTE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One clause of prose. `mask` has code, links and quotations as filler; offsets of it are those of the clause."""

    clause: Clause
    draft: Draft
    drafting: Drafting
    block: Block
    mask: str

    @property
    def modal(self) -> int:
        """Offset in `mask` behind the keyword that gives the force, 0 where it stands elsewhere."""
        modality = self.clause.modality
        if modality is None or not self.draft.start <= modality.span.start < self.draft.end:
            return 0
        return modality.span.end - self.draft.start

    def span(self, start: int, end: int) -> Span:
        """Return the place of a range of the mask."""
        return self.drafting.places.span(self.draft.start + start, self.draft.start + end)

    def words(self, start: int, end: int) -> str:
        """Return the words of a range of the mask as they stand in the source, white space folded."""
        base = self.draft.start - self.block.span.start
        return " ".join(self.block.text[base + start : base + end].split())


def list_passages(reading: Reading) -> Sequence[Passage]:
    """Return the clauses of prose that are neither definition nor comment, in source order; they are cut once."""
    return reading.passages


def cut_passages(reading: Reading) -> Iterator[Passage]:
    """Yield the passages of a reading."""
    for name, drafting in reading.draftings.items():
        if drafting.document.role not in _COMPILED or drafting.outline is not None:
            continue
        for draft in drafting.drafts:
            block = drafting.blocks[draft.block]
            if block.informative or not (_is_sentence(draft, block) or _is_ruling_row(draft)):
                continue
            base = block.span.start
            mask = drafting.mask(block).mask[draft.start - base : draft.end - base]
            clause = reading.clauses[reading.ids[name][draft.index]]
            yield Passage(clause=clause, draft=draft, drafting=drafting, block=block, mask=mask)


def _is_sentence(draft: Draft, block: Block) -> bool:
    return block.kind in _PROSE and draft.kind in _SPEAKING


def _is_ruling_row(draft: Draft) -> bool:
    """Whether a draft is a row of a table with a keyword of its own, and so with a sentence."""
    return draft.kind is Kind.ROW and draft.modality is not None and draft.modality.source is Source.EXPLICIT
