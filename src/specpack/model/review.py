"""What a model says about a pack itself.

Path: review answers -> **review** -> diagnostics of `check --deep`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """One place that a reader found wanting."""

    code: str
    clauses: tuple[str, ...]
    words: str
    """Words of one of the clauses, as they stand."""
    why: str
    rewording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionReview:
    """What one section leaves open."""

    findings: tuple[Suspicion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Clauses that no system can obey together."""

    clauses: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReview:
    """What the clauses of a pack say against each other."""

    findings: tuple[Suspicion, ...] = ()
    cores: tuple[Core, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCheck:
    """Whether one system can obey a set of clauses, by somebody who saw nothing else."""

    satisfiable: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A thing that obeys every clause to the letter."""

    describes: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Literalism:
    """The laziest things that a section permits."""

    artefacts: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosecution:
    """The clauses that an artefact breaks; none where that is conceded."""

    forbidden_by: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Whether whoever wanted the system would take an artefact, and what the pack should say."""

    objectionable: bool
    why: str
    positive: str = ""
    negative: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loophole:
    """An artefact that breaks no clause and that nobody would take."""

    artefact: Artefact
    objection: Objection


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something found, with who said it and the digest of the question."""

    finding: Suspicion | Core | Loophole
    by: str
    question: str
    confirmed: str = ""
    """What the second, blind question said."""
