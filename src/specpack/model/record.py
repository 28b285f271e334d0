"""What a build knows at its end: who wrote what, what was assumed, what was not satisfied.

Path: conclude -> **record** -> assemble, logs, trace, ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from specpack.model.clause import ClauseId
from specpack.model.conclusion import (
    Assumption,
    Checking,
    DesignConclusion,
    Deviation,
    Dispute,
    SourceFile,
)
from specpack.model.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRecord:
    """All that goes into the codebase and its logs, without a clock, a model or a file system."""

    understanding: Understanding
    design: DesignConclusion
    files: Mapping[str, tuple[SourceFile, ...]]
    """Label (`write/store`, `test/events`) -> its files."""
    lockfile: str
    assumptions: tuple[Assumption, ...]
    deviations: tuple[Deviation, ...]
    disputes: tuple[Dispute, ...]
    units: Mapping[ClauseId, tuple[str, ...]]
    """Clause -> the units that cite it."""
    tests: Mapping[str, tuple[str, ...]]
    """Clause or assumption id -> tests that name it."""
    unforced: frozenset[ClauseId]
    """Clauses without a force that the ledger accounts for: all that a document with few modals says."""
    bindings: Mapping[str, Checking]
    """Policy or language clause that binds a later phase -> how it can be checked."""
    gates: Mapping[str, str]
    """Clause -> the gate that checks it, from the standard pack's map."""


class Standing(StrEnum):
    """How the ledger accounts for a clause; the order is that of the report."""

    MISSING = "missing"
    CLAIMED = "claimed"
    DEVIATED = "deviated"
    TESTED = "tested"
    GATED = "gated"
    NOT_APPLICABLE = "not applicable"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One MUST-level clause with what became of it."""

    clause: ClauseId
    standing: Standing
    units: tuple[str, ...]
    tests: tuple[str, ...]
    why: str
    own: bool
    """Whether the clause is the project's, not an extended pack's."""
