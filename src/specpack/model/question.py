"""What is asked and what came back: questions, requests, replies, answers.

Path: phase -> **question** -> request -> provider -> reply -> answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.pack import Digest

Label = NewType("Label", str)
"""What a question is about, such as `behaviour/events/rules` or `write/store`; the same in every build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A titled piece of a question's slice. Parts that all questions of a request share are shown once."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A block that an answer must or may hold: `kind` is `file`, `signatures` or `data`, `path` is `-` for data."""

    kind: str
    path: str = "-"
    optional: bool = False
    form: type[Any] | None = None
    """The type of a data block that must be there; outside every digest, for providers that constrain the output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Only `phase`, `contract`, `parts`, `expected` and the edition enter its digest."""

    label: Label
    phase: Phase
    contract: str
    """Text of the phase's contract document."""
    parts: tuple[Part, ...]
    expected: tuple[Expected, ...]
    derived: tuple[Part, ...] = ()
    """Parts that rest on conclusions of other questions, such as the rules that policies bind to the phase."""
    revision: tuple[Part, ...] = ()
    """Why the question is asked again: findings, gaps, the earlier answer. Empty for the base question."""
    context: tuple[Part, ...] = ()
    """What else travels in the request to prevent a needless gap; outside every digest, so it asks nothing again."""

    @property
    def shown(self) -> tuple[Part, ...]:
        """All parts in the order in which they are shown."""
        return (*self.parts, *self.derived, *self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBlock:
    """One framed block of a reply; `text` ends in one LF."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a phase makes of an answer's blocks: a value, or the findings that reject it."""

    value: Any = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question with what its phase does with the answer.

    `decode` turns the blocks of a stored answer into the conclusion, without judging; `judge` decodes and judges a
    fresh
    answer. `keep` says that a pinned answer to an earlier form of the question stands while it still passes `judge`.
    `weight` is the expected size of the answer in tokens.
    """

    question: Question
    decode: Callable[[Sequence[ReplyBlock]], Any]
    judge: Callable[[Sequence[ReplyBlock]], Accepted]
    keep: bool = False
    weight: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message to a model, self-contained: `system` and `text` are all that is sent."""

    system: str
    text: str
    labels: tuple[Label, ...]
    phases: tuple[Phase, ...]
    digest: Digest
    tokens: int
    """Estimated size of `system` and `text`."""
    output_schema: str = ""
    """JSON schema of a reply that is one object, a property for each question by its nonce; empty where the answers
    hold more than data. A provider may constrain the model to it; the request asks for framed blocks either way."""
    shared: int = 0
    """How many characters at the beginning of `text` all requests of the phase share: worth a prompt cache's mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one request; `estimated` where the provider does not count."""

    input: int
    output: int
    cached: int = 0
    cost: str = ""
    estimated: bool = False


class Ending(StrEnum):
    """How a reply ended: of itself, or cut at the limit of output tokens."""

    WHOLE = "whole"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a provider brought back, whole and unedited. `by` is `provider:model`; `date` is a day in UTC."""

    text: str
    by: str
    date: str
    usage: Usage
    ending: Ending = Ending.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An accepted answer as stored, with the digest of its record."""

    digest: Digest
    label: Label
    base: Digest
    """Digest of the base question."""
    question: Digest
    """Digest of the question as last asked; equals `base` when nothing was asked again."""
    by: str
    blocks: tuple[ReplyBlock, ...]
    chain: tuple[Digest, ...] = ()
    """Earlier accepted answers of the label and the rulings that led here, oldest first."""
    attempts: tuple[Digest, ...] = ()
    """Records of the replies that were needed, the accepted one last."""
