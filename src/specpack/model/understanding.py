"""All that the front end knows of a pack, in one value.

Path: read -> **understand** -> conclude.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from specpack.model.clause import Block, Clause, ClauseId, ErrorPhenomenon, Section
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.pack import Document, Identity, Pack
from specpack.model.slots import Slots
from specpack.model.span import DocumentName

Place = tuple[DocumentName, int]
"""A block by its document and index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Words of behaviour documents, and how many stand in no clause, definition, sample, table or grammar."""

    words: int
    uncovered: int
    sentences: int = 0
    """Sentences of behaviour documents, list items among them; rows, definitions and samples are none."""
    unforced: int = 0
    """How many of the sentences carry no force, so that nothing fails when they are ignored."""

    @property
    def share(self) -> float:
        """Uncovered words as a share of all, 0.0 for an empty pack."""
        return self.uncovered / self.words if self.words else 0.0

    @property
    def unforced_share(self) -> float:
        """Sentences without a force as a share of all, 0.0 for an empty pack."""
        return self.unforced / self.sentences if self.sentences else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The pack as clauses, with what was found wrong on the way."""

    pack: Pack
    blocks: Mapping[DocumentName, tuple[Block, ...]]
    clauses: Mapping[ClauseId, Clause]
    """In order of documents and source."""
    sections: tuple[Section, ...]
    """Sections of behaviour documents, in order."""
    errors: tuple[ErrorPhenomenon, ...]
    definitions: Mapping[str, ClauseId]
    """Defined term in lower case -> its definition."""
    overridden: Mapping[ClauseId, ClauseId | None]
    """Clause that lost -> clause that won, or None where the manifest sets it aside."""
    identities: tuple[Identity, ...]
    """What the pack's own identity file should hold now, sorted by id."""
    coverage: Coverage
    diagnostics: tuple[Diagnostic, ...]
    """Sorted by document and place."""
    accepted: tuple[tuple[Diagnostic, str], ...] = ()
    """What the author accepted, with the reason; not among `diagnostics`."""
    needs: Mapping[Place, tuple[Place, ...]] = field(default_factory=dict)
    """Block -> the blocks, also of other documents, that it cannot be read without: what a `$ref` names."""
    slots: Mapping[ClauseId, Slots] = field(default_factory=dict, compare=False, repr=False)
    """Clause -> its slots, each read when it is asked for; no part of any digest or revision."""

    @property
    def failed(self) -> bool:
        """Whether an error stops the build."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def document_of(self, clause: Clause) -> Document:
        """Return the document that holds the clause."""
        return next(d for d in self.pack.documents if d.name == clause.document)
