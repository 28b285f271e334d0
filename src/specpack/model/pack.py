"""The pack as read: documents with roles, and what the manifest says about them.

Path: **read** -> understand -> conclude.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from specpack.model.span import DocumentName, Span

Digest = NewType("Digest", str)
"""Lower-case hexadecimal SHA-256, 64 characters."""


class Role(StrEnum):
    """What a document is for; the order of members is the rank, highest first."""

    INTERVENTION = "intervention"
    PLATFORM = "platform"
    BEHAVIOUR = "behaviour"
    LANGUAGE = "language"
    POLICY = "policy"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of a pack, decoded and normalised (UTF-8, no byte order mark, LF, NFC untouched)."""

    pack: str
    path: str
    name: DocumentName
    key: str
    """Short name, unique in the whole composition, that starts the ids of the document's clauses; survives a rename."""
    role: Role
    text: str
    digest: Digest
    inferred: bool = False
    """Whether the role was inferred instead of declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One line of an identity file: a clause's id and what it was matched by. `document` is the key's file path."""

    id: str
    document: str
    path: tuple[str, ...]
    leadin: str
    text: str
    removed: bool = False
    after: str = ""
    """Id of the clause before it in the same document; empty for the first one and for removed ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """A finding that an author accepts: the code, the clause in the wording of a revision, the reason."""

    code: str
    clause: str
    rev: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A composition: the pack itself and all it extends, in rising rank (`layers[-1]` is the pack itself)."""

    name: str
    version: str
    target: str
    edition: str
    layers: tuple[str, ...]
    documents: tuple[Document, ...]
    digest: Digest
    """Over names and digests of all documents and the manifest; not part of any question."""
    owns: Mapping[str, str] = field(default_factory=dict)
    """Topic -> document path, from `[precedence] owns`."""
    unlocked: Mapping[str, str] = field(default_factory=dict)
    """Id of a LOCKED clause under change -> the reason, from `[unlock]`."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Id of an extended pack's clause that this pack sets aside -> the reason, from `[precedence] overrides`."""
    identities: Mapping[str, tuple[Identity, ...]] = field(default_factory=dict)
    """Pack name -> the lines of its identity file."""
    accepted: tuple[Disposition, ...] = ()
    """Findings that the pack's own file accepts."""
    texts: Mapping[DocumentName, str] = field(default_factory=dict)
    """Manifest or identity file, as messages call it -> its text; these are no documents."""
    places: Mapping[tuple[str, ...], Span] = field(default_factory=dict)
    """Entry of a manifest -> where it stands: `("precedence", "owns", topic)`; the pack's own manifest goes before."""

    def rank_of(self, document: Document) -> tuple[int, int]:
        """Return the document's rank for conflicts, higher wins: role first, then the layer of its pack."""
        return (-list(Role).index(document.role), self.layers.index(document.pack))
