"""Slots of all clauses of a pack, each read when somebody asks for it.

Path: slots, junctions, masking -> **fillings** -> reading, understanding, asymmetry.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from specpack.frontend.junctions import find_junction
from specpack.frontend.masking import Masked, mask_block
from specpack.frontend.places import Places, index_places
from specpack.frontend.slots import Range, Ranges, parse_slots
from specpack.model.clause import Block, BlockKind, Clause, ClauseId, Force, Kind, Source
from specpack.model.pack import Document
from specpack.model.slots import Filling, Junction, SlotName, Slots
from specpack.model.span import DocumentName, Span

_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_SPEAKING = (Kind.NORM, Kind.GROUP, Kind.ALTERNATIVE, Kind.CONDITION, Kind.SUBJECT)
_HANDED_DOWN = (SlotName.WHEN, SlotName.BEARER, SlotName.SCOPE, SlotName.TIME, SlotName.EXCEPTION)
"""Slots that an item has from its lead-in; the action it has only where it brings none."""
_CARRIED = (SlotName.WHEN, SlotName.BEARER)
"""Slots that the second part of a sentence has from the first."""
_EMPTY = Slots()
_VERB_FOLLOWS = re.compile(r"[\s\0\1]*(?:(?:also|always|never)\s+)?(?::|\Z|do\b[^.;]{0,60}:?\s*\Z)", re.I)


class Fillings(Mapping[ClauseId, Slots]):
    """Clause -> its slots; nothing is parsed before it is asked for. Rows, definitions and schemas have empty ones."""

    def __init__(
        self,
        documents: Sequence[Document],
        blocks: Mapping[DocumentName, Sequence[Block]],
        clauses: Mapping[ClauseId, Clause],
    ) -> None:
        self._documents = {document.name: document for document in documents}
        self._blocks, self._clauses = blocks, clauses
        self._masks: dict[tuple[DocumentName, int], Masked] = {}
        self._places: dict[DocumentName, Places] = {}
        self._ranges: dict[ClauseId, Ranges] = {}
        self._slots: dict[ClauseId, Slots] = {}
        self._members: dict[ClauseId, list[Clause]] = {}
        self._rows: dict[tuple[DocumentName, int], list[Clause]] = {}

    def __getitem__(self, name: ClauseId) -> Slots:
        if name not in self._slots:
            self._slots[name] = self._fill(self._clauses[name])
        return self._slots[name]

    def __iter__(self) -> Iterator[ClauseId]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)

    def kind(self, clause: Clause) -> BlockKind | None:
        """Return the kind of the block that holds a clause."""
        blocks = self._blocks.get(clause.document, ())
        return blocks[clause.block].kind if clause.block < len(blocks) else None

    def mask(self, clause: Clause) -> str:
        """Return the mask of a clause; of one that is no prose, its words."""
        masked, start, end = self._find_masked(clause)
        return masked.mask[start:end] if masked else clause.text

    def span(self, clause: Clause, start: int, end: int) -> Span:
        """Return the place of a range of the mask; of a clause that is no prose, its own place."""
        if self._find_masked(clause)[0] is None:
            return clause.span
        return self._place(clause.document).span(clause.span.start + start, clause.span.start + end)

    def words(self, clause: Clause, start: int, end: int) -> str:
        """Return the words of a range of the mask as they stand in the source, white space folded."""
        masked, base, _ = self._find_masked(clause)
        return masked.words(base + start, base + end) if masked else " ".join(clause.text[start:end].split())

    def modal(self, clause: Clause) -> Range | None:
        """Return the range of the keyword in the clause itself, None where it stands elsewhere."""
        modality = clause.modality
        if modality is None or modality.source not in (Source.EXPLICIT, Source.IMPLIED):
            return None
        start, end = modality.span.start - clause.span.start, modality.span.end - clause.span.start
        return (start, end) if start >= 0 and end <= clause.span.end - clause.span.start else None

    def members(self, clause: Clause) -> Sequence[Clause]:
        """Return the clauses that a clause introduces, attributes left out."""
        self._index()
        return self._members.get(clause.id, ())

    def _index(self) -> None:
        """Note once which clauses belong to a lead-in, and which share a block."""
        for other in self._clauses.values() if not self._rows else ():
            self._rows.setdefault((other.document, other.block), []).append(other)
            if other.parent is not None and other.kind is not Kind.ATTRIBUTE:
                self._members.setdefault(other.parent, []).append(other)

    def _place(self, document: DocumentName) -> Places:
        if document not in self._places:
            self._places[document] = index_places(document, self._documents[document].text)
        return self._places[document]

    def _find_masked(self, clause: Clause) -> tuple[Masked | None, int, int]:
        """Return the masked block of a clause and its range there."""
        blocks = self._blocks.get(clause.document, ())
        block = blocks[clause.block] if clause.block < len(blocks) else None
        if block is None or block.kind not in _PROSE:
            return None, 0, 0
        key = clause.document, block.index
        if key not in self._masks:
            self._masks[key] = mask_block(block.text, item=block.kind is BlockKind.ITEM)
        return self._masks[key], clause.span.start - block.span.start, clause.span.end - block.span.start

    def _parse(self, clause: Clause) -> Ranges:
        """Return the ranges of a clause's own slots."""
        if clause.id not in self._ranges:
            parent = self._clauses.get(clause.parent) if clause.parent else None
            modal = self.modal(clause)
            continues = modal is None and parent is not None and self._asks_for_verb(parent)
            prose = clause.kind in _SPEAKING and self._find_masked(clause)[0] is not None
            self._ranges[clause.id] = parse_slots(self.mask(clause), modal, continues=continues) if prose else {}
        return self._ranges[clause.id]

    def _asks_for_verb(self, parent: Clause) -> bool:
        """Whether the items of a lead-in begin with their verbs: it stops behind its keyword, or says "do"."""
        modal = self.modal(parent)
        return modal is not None and bool(_VERB_FOLLOWS.match(self.mask(parent), modal[1]))

    def _fill(self, clause: Clause) -> Slots:
        masked, start, _ = self._find_masked(clause)
        if masked is None:
            return _EMPTY
        found = {
            name: Filling(text=masked.words(start + low, start + high), span=self.span(clause, low, high))
            for name, (low, high) in self._parse(clause).items()
        }
        for name, filling in self._inherit(clause, SlotName.ACTION in found).items():
            if name not in found:
                found[name] = Filling(text=filling.text, span=filling.span, inherited=True)
        members = self.members(clause)
        junction = None
        if members and clause.kind in _SPEAKING:
            masks = [self.mask(member) for member in members]
            forbidden = clause.force in (Force.MUST_NOT, Force.SHOULD_NOT)
            junction = find_junction(self.mask(clause), masks, forbidden=forbidden)
        return _build_slots(found, junction)

    def _inherit(self, clause: Clause, acts: bool) -> dict[SlotName, Filling]:
        """Return the slots that a clause has from its lead-in, or from the part of its sentence before it."""
        names = [*_HANDED_DOWN, *(() if acts else (SlotName.ACTION,))]
        source = clause.parent
        if source is None:
            source, names = self._find_carrier(clause), list(_CARRIED)
        if source is None:
            return {}
        return {name: filling for name, filling in self[source].filled() if name in names}

    def _find_carrier(self, clause: Clause) -> ClauseId | None:
        """Return the part of a sentence whose subject a clause goes on with."""
        if clause.composed == clause.text or self.modal(clause) is None or SlotName.BEARER in self._parse(clause):
            return None
        self._index()
        row = self._rows[clause.document, clause.block]
        before = [other for other in row if other.span.end <= clause.span.start]
        carried = clause.composed.removesuffix(clause.text).strip()
        return before[-1].id if before and carried and before[-1].text.startswith(carried) else None


def _build_slots(found: Mapping[SlotName, Filling], junction: Junction | None) -> Slots:
    return Slots(
        when=found.get(SlotName.WHEN),
        bearer=found.get(SlotName.BEARER),
        action=found.get(SlotName.ACTION),
        object=found.get(SlotName.OBJECT),
        means=found.get(SlotName.MEANS),
        scope=found.get(SlotName.SCOPE),
        quantity=found.get(SlotName.QUANTITY),
        time=found.get(SlotName.TIME),
        exception=found.get(SlotName.EXCEPTION),
        junction=junction,
    )
