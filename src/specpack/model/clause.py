"""Clauses: the smallest addressable statements, and the blocks of source text that hold them.

Path: read -> **understand** -> conclude.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from specpack.model.span import DocumentName, Span

ClauseId = NewType("ClauseId", str)
"""`<document key>.<5 base32 characters>`, or `<document key>.<anchor>` where the author wrote `{#anchor}` or the format
gives a name, such as an operation id."""


class Force(StrEnum):
    """What a clause demands. LOCKED is not a force: see `Clause.locked`."""

    MUST = "MUST"
    MUST_NOT = "MUST NOT"
    SHOULD = "SHOULD"
    SHOULD_NOT = "SHOULD NOT"
    MAY = "MAY"
    ASSUME = "ASSUME"
    NON_GOAL = "NON-GOALS"

    @property
    def binding(self) -> bool:
        """Whether the ledger must account for the clause one by one."""
        return self in (Force.MUST, Force.MUST_NOT)


class Source(StrEnum):
    """Where a modality comes from, strongest first."""

    EXPLICIT = "explicit"
    LEADIN = "lead-in"
    ANAPHORA = "anaphora"
    HEADING = "heading"
    IMPLIED = "implied"
    FORMAT = "format"
    """The document's own format obliges, such as a status code that OpenAPI documents or a `required` property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """A force with the place that gives it."""

    force: Force
    source: Source
    span: Span


class Kind(StrEnum):
    """What a clause is. Only `NORM`, `GROUP` and `ROW` may carry a modality of their own."""

    NORM = "norm"
    GROUP = "group"
    ALTERNATIVE = "alternative"
    CONDITION = "condition"
    ATTRIBUTE = "attribute"
    DEFINITION = "definition"
    ENUMERATION = "enumeration"
    SUBJECT = "subject"
    ROW = "row"
    SAMPLE = "sample"
    GRAMMAR = "grammar"
    REFERENCE = "reference"
    META = "meta"
    RATIONALE = "rationale"
    INFORMATION = "information"


class Bearer(StrEnum):
    """Who is bound; decides which phases can be addressed."""

    SYSTEM = "system"
    GENERATOR = "generator"
    TESTS = "tests"
    PACK = "pack"
    REPOSITORY = "repository"


class BlockKind(StrEnum):
    """What a block of source text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    FENCE = "fence"
    QUOTE = "quote"
    COMMENT = "comment"
    FRONT_MATTER = "front matter"
    SCHEMA = "schema"
    """Lines of an OpenAPI or JSON Schema document: an operation, a component, a property of the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a document that is shown whole or not at all.

    Blocks of a document are in source order and do not overlap: an item's block holds its own lines, without the items
    nested in it, which name it as `parent`. `text` is the source word for word, without the line break at its end. The
    block of a key in YAML or JSON ends where the first of its members that has a block begins.
    """

    index: int
    kind: BlockKind
    span: Span
    text: str
    section: tuple[str, ...]
    """Heading path, outermost first, tags and anchors removed; a heading's own title is its last element."""
    level: int = 0
    """Heading level 1 to 6, or nesting depth of an item from 1; 0 elsewhere."""
    parent: int | None = None
    """Index of the block that introduces this one: the enclosing item, or the paragraph that leads in a list, table or
    fence."""
    informative: bool = False
    """Rationale, example commentary, comments: left out of slices."""
    unclosed: str = ""
    """Of a fence that nothing closes, the mark that would close it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One addressable statement.

    `text` is its own words, white space folded; `composed` puts the lead-in in front, and is what digests and messages
    use. `rev` is the digest (12 hexadecimal digits) of `composed`, modality and attributes.
    """

    id: ClauseId
    rev: str
    kind: Kind
    text: str
    composed: str
    span: Span
    document: DocumentName
    section: tuple[str, ...]
    block: int
    modality: Modality | None = None
    locked: bool = False
    bearer: Bearer = Bearer.SYSTEM
    parent: ClauseId | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    anchor: str | None = None

    @property
    def force(self) -> Force | None:
        """The effective force, or None for a clause without one."""
        return self.modality.force if self.modality else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a document that behaviour concludes in one question.

    `key` is `<document key>/<slug of the heading>`, or the document key alone where the document has no second-level
    heading. `blocks` are indexes into the document's blocks; `preamble` are the blocks before the first such heading,
    shared by all sections of the document. Sections of an OpenAPI document are groups of operations, and components.
    """

    key: str
    document: DocumentName
    title: str
    preamble: tuple[int, ...]
    blocks: tuple[int, ...]
    clauses: tuple[ClauseId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPhenomenon:
    """An error id that the pack declares, and the clauses that give its witness condition."""

    id: str
    declared: Span
    clauses: tuple[ClauseId, ...]
