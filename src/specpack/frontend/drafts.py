"""Clauses on the way: what the builders of clauses share.

Path: markdown, masking, splitting -> **drafts** -> clauses. A draft knows everything of its clause but the id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from specpack.frontend.headings import Title
from specpack.frontend.masking import Masked, mask_block
from specpack.frontend.places import Places
from specpack.frontend.schemas.outline import Outline
from specpack.model.clause import Bearer, Block, BlockKind, Force, Kind, Modality
from specpack.model.pack import Document
from specpack.model.span import Span

_LONGEST = 1200


@dataclass(slots=True, kw_only=True)
class Draft:
    """A clause in the making. Attributes and kind may still change while the rest of its list is read."""

    index: int
    kind: Kind
    text: str
    leadin: str
    """What stands in front in `composed`: the composed text of the lead-in, or the carried subject."""
    start: int
    end: int
    block: int
    section: tuple[str, ...]
    modality: Modality | None = None
    locked: bool = False
    bearer: Bearer = Bearer.SYSTEM
    parent: int | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    anchor: str | None = None
    opens: bool = False
    """Whether the text asks to be continued by what it introduces."""
    fallback: bool = False
    """Whether nothing recognised the text: its words count as uncovered."""

    @property
    def composed(self) -> str:
        """The lead-in and the own words."""
        return f"{self.leadin} {self.text}" if self.leadin else self.text

    @property
    def introduction(self) -> str:
        """The composed text as others put it in front of theirs; cut where it is longer than any sentence should be."""
        return self.composed[:_LONGEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that reading the text brought up, for a check to report: a code, a place, fields of its message."""

    code: str
    span: Span
    fields: Mapping[str, str] = field(default_factory=dict)
    secondary: tuple[tuple[Span, str], ...] = ()
    drafts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the headings above say about a block."""

    force: Force | None = None
    span: Span | None = None
    locked: bool = False
    definitions: bool = False
    contents: bool = False
    intro: bool = False
    """Before the first second-level heading of a document that has one."""


@dataclass(slots=True)
class Drafting:
    """State while the clauses of one document are built."""

    document: Document
    places: Places
    blocks: Sequence[Block]
    scopes: Sequence[Scope]
    titles: Mapping[int, Title]
    introduces: Mapping[int, tuple[int, ...]]
    """Block -> the blocks that name it as parent."""
    drafts: list[Draft] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    lead: dict[int, int] = field(default_factory=dict)
    """Block -> the draft that speaks for it towards what it introduces."""
    terms: list[tuple[str, int]] = field(default_factory=list)
    """Defined term in lower case, draft."""
    glossary: set[int] = field(default_factory=set)
    """Drafts that define their term for the whole pack; others may only label what follows."""
    linked: set[str] = field(default_factory=set)
    """Terms that a link with the target `@` defines."""
    masked: dict[int, Masked] = field(default_factory=dict)
    lower: bool = False
    """Whether the document begins its sentences with small letters, as some write all their prose."""
    outline: Outline | None = None
    """The tree of a YAML or JSON document."""

    def mask(self, block: Block) -> Masked:
        """Return the masked text of a prose block."""
        if block.index not in self.masked:
            self.masked[block.index] = mask_block(block.text, item=block.kind is BlockKind.ITEM)
        return self.masked[block.index]

    def span(self, block: Block, start: int, end: int) -> Span:
        """Return the span of a range of a block's text."""
        return self.places.span(block.span.start + start, block.span.start + end)

    def parent_of(self, block: Block) -> Draft | None:
        """Return the draft that introduces a block."""
        if block.parent is None or block.parent not in self.lead:
            return None
        return self.drafts[self.lead[block.parent]]

    def add(self, block: Block, kind: Kind, start: int, end: int, text: str, **more: object) -> Draft:
        """Append a draft for a range of a block's text and return it."""
        draft = Draft(
            index=len(self.drafts),
            kind=kind,
            text=text,
            leadin="",
            start=block.span.start + start,
            end=block.span.start + end,
            block=block.index,
            section=block.section,
            locked=self.scopes[block.index].locked,
        )
        for name, value in more.items():
            setattr(draft, name, value)
        self.drafts.append(draft)
        return draft

    def remark(self, code: str, span: Span, *drafts: int, **fields: str) -> None:
        """Note something for a check to report."""
        self.remarks.append(Remark(code=code, span=span, fields=fields, drafts=drafts))
