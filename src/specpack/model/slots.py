"""Slots: the places of a clause that an author fills or leaves open, and what open ones let through.

Path: understand -> **slots** -> asymmetry, log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from specpack.model.clause import ClauseId
from specpack.model.span import Span


class SlotName(StrEnum):
    """The slots, in the order in which a clause is best written (EARS)."""

    WHEN = "when"
    BEARER = "bearer"
    ACTION = "action"
    OBJECT = "object"
    MEANS = "means"
    SCOPE = "scope"
    QUANTITY = "quantity"
    TIME = "time"
    EXCEPTION = "exception"


class Junction(StrEnum):
    """How the members of a group join."""

    ALL = "all"
    ANY = "any"
    ONE = "one"
    AND_OR = "and/or"
    IMPLICIT = "implicit"
    """Nothing says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What fills a slot: the words as they stand in the source, white space folded, and their place."""

    text: str
    span: Span
    inherited: bool = False
    """Whether the words stand in the lead-in, or in the part of the sentence before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The slots of one clause, None where a slot is empty.

    The range of a quantity may lie within that of another slot; all others are apart. The subject of a passive is its
    object, whoever stands behind "by" its bearer. Behind "use" the thing used is the means, the purpose the object.
    """

    when: Filling | None = None
    bearer: Filling | None = None
    action: Filling | None = None
    object: Filling | None = None
    means: Filling | None = None
    scope: Filling | None = None
    quantity: Filling | None = None
    time: Filling | None = None
    exception: Filling | None = None
    junction: Junction | None = None
    """Of a group, how its members join; None for a clause without members."""

    def filled(self) -> Iterator[tuple[SlotName, Filling]]:
        """Yield the slots that are filled, in the order of their names."""
        for name in SlotName:
            filling: Filling | None = getattr(self, name.value)
            if filling is not None:
                yield name, filling


class Family(StrEnum):
    """What kind of half is missing, by the code that reports it."""

    SUBSTITUTION = "SP501"
    MEANS = "SP502"
    CONDITION = "SP503"
    OUTCOME = "SP504"
    BOUND = "SP505"
    SET = "SP506"
    ORDER = "SP507"
    PERMISSION = "SP508"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a clause is about: a section of a document, and how hot it is."""

    section: tuple[str, ...]
    prohibitions: int
    """Clauses of the section that forbid."""
    edits: int
    """Clauses of the section that are new or differ from what the identity file says."""

    @property
    def heat(self) -> int:
        """How much has been thought and argued about the section; an edit weighs two prohibitions."""
        return self.prohibitions + 2 * self.edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One half of a rule that no word, sibling, complement or declared freedom closes."""

    family: Family
    case: str
    """Which wording of the family; empty for a family with one."""
    slot: SlotName
    clause: ClauseId
    span: Span
    """The words that open it."""
    word: str
    """Those words, as messages call them."""
    topic: Topic
    observability: int
    """0 where nobody sees an effect, 1 where it shows in files, 2 at the public interface, 3 by a value given there."""
    certain: bool = False
    """Whether the wording is of the closed list that `check` itself reports."""
