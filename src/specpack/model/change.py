"""What differs between two versions of a pack, clause by clause.

Path: two understandings -> **change** -> diagnostics, foresight, renderers.
"""

from dataclasses import dataclass
from enum import StrEnum

from specpack.model.clause import Clause, ClauseId, Kind
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Document


class Aspect(StrEnum):
    """One way in which a clause differs; a clause may differ in several."""

    ADDED = "added"
    REMOVED = "removed"
    MERGED = "merged"
    """Removed, and its words stand in another clause now."""
    SPLIT = "split"
    """Added, and its words were another clause's."""
    REWORDED = "reworded"
    LEADIN = "lead-in reworded"
    """Its own words are the same; those in front of it differ."""
    FORCE = "force changed"
    ATTRIBUTES = "attributes changed"
    DEFINITION = "definition changed"
    BEARER = "bearer changed"
    KIND = "kind changed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SET_ASIDE = "set aside"
    """It lost to another clause, or the manifest sets it aside."""
    RESTORED = "restored"
    """It was set aside and counts again."""
    SPACING = "white space"
    MARKUP = "markup"
    MOVED = "moved"


SAME_MEANING = frozenset({Aspect.SPACING, Aspect.MARKUP, Aspect.MOVED})
"""Aspects that leave what the pack demands as it is."""
_ASIDE = frozenset({Kind.RATIONALE, Kind.INFORMATION, Kind.META})


class Presence(StrEnum):
    """On which side of a comparison words stand."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of words, white space folded."""

    presence: Presence
    text: str
    spaced: bool = True
    """Whether white space stands before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """A clause that differs; `before` is None for a new one, `after` for one that is gone."""

    id: ClauseId
    """The id now; of a clause that is gone, the id that it had."""
    before: Clause | None
    after: Clause | None
    aspects: tuple[Aspect, ...]
    words: tuple[Piece, ...] = ()
    """Old and new words in reading order; empty where no word differs."""
    origins: tuple[str, str] = ("", "")
    """Where the force came from before and now, as words; empty where the force is the same."""
    related: tuple[ClauseId, ...] = ()
    """The clauses that its words went to or came from."""
    likeness: float | None = None
    """How alike the two are, 0.0 to 1.0, where they were taken for one without a common id and without equal words."""

    @property
    def meaning(self) -> bool:
        """Whether what the pack demands differs; remarks demand nothing."""
        if all(c is None or (c.kind in _ASIDE and c.force is None) for c in (self.before, self.after)):
            return False
        return not SAME_MEANING.issuperset(self.aspects)


class DocumentAspect(StrEnum):
    """One way in which a document differs as a whole."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    ROLE = "role changed"
    RANK = "rank changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """A document that differs as a whole; `before` is None for a new one, `after` for one that is gone."""

    before: Document | None
    after: Document | None
    aspects: tuple[DocumentAspect, ...]

    @property
    def meaning(self) -> bool:
        """Whether precedence differs; added and removed documents speak by their clauses."""
        return bool({DocumentAspect.ROLE, DocumentAspect.RANK} & set(self.aspects))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """An entry of the manifest that differs, as words; empty where it is not there."""

    key: str
    before: str
    after: str

    @property
    def meaning(self) -> bool:
        """Whether it decides what is built."""
        return self.key not in ("version", "unlock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that differs between two versions of a pack."""

    documents: tuple[DocumentChange, ...]
    settings: tuple[SettingChange, ...]
    clauses: tuple[ClauseChange, ...]
    """In the order of the new version; what is gone stands where it was."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is remarkable about the differences; spans are those of the new version."""

    @property
    def meaning(self) -> bool:
        """Whether anything differs in meaning."""
        changes: tuple[DocumentChange | SettingChange | ClauseChange, ...]
        changes = (*self.documents, *self.settings, *self.clauses)
        return any(change.meaning for change in changes)
