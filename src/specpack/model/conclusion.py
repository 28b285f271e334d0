"""Conclusions of the phases: typed, serialised, immutable.

Path: answer -> **conclusion** -> later phases. Field names are the wire format of the `data` block of a reply and of
the stored answer; the JSON schemas shown to a model are made from these classes.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """The phases that ask a model, in order; `RESOLVE` and `CLEAN` ask a registry or a tool and are pinned alike."""

    POLICY = "policy"
    INTERVENTIONS = "interventions"
    BEHAVIOUR = "behaviour"
    DESIGN = "design"
    WRITE = "write"
    TEST = "test"
    RULING = "ruling"
    REVIEW = "review"
    """Of the pack itself, by `check --deep`; no build asks it."""
    RESOLVE = "resolve"
    CLEAN = "clean"


ASKED = tuple(phase for phase in Phase if phase not in (Phase.REVIEW, Phase.RESOLVE, Phase.CLEAN))
"""The phases in which a build asks a model."""


class Checking(StrEnum):
    """How a policy clause can be checked."""

    GATE = "gate"
    TEST = "test"
    READING = "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which later phases a policy clause binds, and how it can be checked."""

    clause: str
    phases: tuple[Phase, ...]
    check: Checking


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Clauses that cannot all be obeyed."""

    clauses: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyConclusion:
    """What one policy or language document binds."""

    bindings: tuple[Binding, ...]
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A part of the design space that an intervention closes."""

    clauses: tuple[str, ...]
    closes: str
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterventionsConclusion:
    """What experience has closed."""

    closures: tuple[Closure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that can be done to the system from outside."""

    name: str
    takes: str
    gives: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataType:
    """A kind of value that is visible from outside."""

    name: str
    fields: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What always holds, in one sentence."""

    rule: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCase:
    """An error phenomenon with the condition that provokes it."""

    id: str
    when: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """An external system or side effect behind an interface."""

    name: str
    purpose: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """The pack is silent on something visible from outside, and this is what the codebase does."""

    id: str
    """`assume.<slug>`, unique in the build."""
    silence: str
    decision: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A text with two readings; `assumption` names the assumption that settles it."""

    clauses: tuple[str, ...]
    readings: tuple[str, ...]
    assumption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourConclusion:
    """What one section says that a user of the system could notice."""

    operations: tuple[Operation, ...] = ()
    types: tuple[DataType, ...] = ()
    rules: tuple[Rule, ...] = ()
    errors: tuple[ErrorCase, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The smallest part of the codebase that is asked alone."""

    id: str
    paths: tuple[str, ...]
    purpose: str
    clauses: tuple[str, ...]
    """Clause ids, or section keys that stand for all clauses of the section."""
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryInterface:
    """Where the interface of a boundary is declared."""

    name: str
    unit: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """Where the public interface is driven: `kind` is `http`, `command` or `library`.

    `target` is `module:name`, or `module` where a library offers all that the module declares.
    """

    kind: str
    target: str
    unit: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """An input or setting by which a business branch is reached."""

    name: str
    reaches: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A third-party package, by its name in the registry; versions and hashes come from resolve."""

    name: str
    imports: str
    """Top-level module that it provides, dotted where it is a namespace package (`google.cloud.storage`)."""
    reason: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestGroup:
    """Tests that are asked together; sees clauses and interfaces only."""

    id: str
    paths: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untested:
    """Clauses of behaviour that no test of the codebase can see broken, and why."""

    clauses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """The declared interface of one file, in the target's own syntax. Travels as a block of its own, never as JSON."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignConclusion:
    """How the codebase is cut. `signatures` come from blocks of their own and are not in the data block."""

    units: tuple[Unit, ...]
    entry_points: tuple[EntryPoint, ...]
    groups: tuple[TestGroup, ...]
    boundaries: tuple[BoundaryInterface, ...] = ()
    controls: tuple[Control, ...] = ()
    packages: tuple[Package, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    untested: tuple[Untested, ...] = ()
    open: tuple[str, ...] = ()
    signatures: tuple[Signatures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A silence of the pack that a writer or tester met; answered by asking behaviour again."""

    clauses: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """The output knowingly does not satisfy a clause."""

    clause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One generated file as answered."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesConclusion:
    """The files of one unit or test group. `files` come from blocks of their own and are not in the data block."""

    files: tuple[SourceFile, ...]
    gaps: tuple[Gap, ...] = ()
    deviations: tuple[Deviation, ...] = ()


class Outcome(StrEnum):
    """What a blind ruling says of the two outcomes that it was shown."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    NEITHER = "neither"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Which outcome the clauses demand, judged without knowing who produced which."""

    outcome: Outcome
    clauses: tuple[str, ...]
    why: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A disagreement of test and product, as it was shown and settled."""

    test: str
    call: str
    first: str
    second: str
    ruling: Ruling
