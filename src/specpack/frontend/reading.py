"""What checks look at: the whole pack read, with the facts that the passes before them found.

Path: clauses, references, phenomena, precedence -> **reading** -> checks -> understanding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from specpack.frontend.drafts import Drafting, Remark
from specpack.frontend.identity import Doubt
from specpack.frontend.phenomena import Phenomena
from specpack.frontend.precedence import Settlement
from specpack.model.clause import Clause, ClauseId
from specpack.model.pack import Document, Identity, Pack
from specpack.model.span import DocumentName
from specpack.model.understanding import Coverage

if TYPE_CHECKING:
    from specpack.frontend.passages import Passage


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The pack as the checks see it."""

    pack: Pack
    draftings: Mapping[DocumentName, Drafting]
    clauses: Mapping[ClauseId, Clause]
    ids: Mapping[DocumentName, tuple[ClauseId, ...]]
    """Document -> the ids of its drafts, by index."""
    before: Mapping[ClauseId, Identity]
    """Clause -> its line in the identity file, for clauses that are not new."""
    removed: frozenset[str]
    """Ids that were given once and are not in use."""
    doubts: tuple[tuple[ClauseId, Doubt], ...]
    phenomena: Phenomena
    settlement: Settlement
    coverage: Coverage

    @cached_property
    def remarks(self) -> Mapping[str, tuple[tuple[Remark, tuple[ClauseId, ...]], ...]]:
        """Code -> the remarks of that code in order, each with the clauses it is about."""
        found: dict[str, list[tuple[Remark, tuple[ClauseId, ...]]]] = {}
        for name, drafting in self.draftings.items():
            for remark in drafting.remarks:
                ids = tuple(self.ids[name][index] for index in remark.drafts)
                found.setdefault(remark.code, []).append((remark, ids))
        return {code: tuple(remarks) for code, remarks in found.items()}

    @cached_property
    def passages(self) -> "tuple[Passage, ...]":
        """The clauses of prose that are neither definition nor comment, in source order."""
        from specpack.frontend.passages import cut_passages

        return tuple(cut_passages(self))

    @cached_property
    def documents(self) -> Mapping[DocumentName, Document]:
        """Name -> document."""
        return {document.name: document for document in self.pack.documents}
