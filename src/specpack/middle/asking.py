"""How a build asks, what it tells while asking, and why it asks again.

Path: driver -> **asking** -> engine.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.pack import Digest
from specpack.model.question import Ask, Label, Part

Step = Callable[[Mapping[Label, Any]], Sequence[Ask]]
"""Makes the asks of a phase from all values so far; with part of them it makes the asks as far as they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a build asks. Sizes are estimated tokens."""

    locked: bool = False
    """Ask nothing: an answer more would change the lock."""
    frozen: bool = False
    """Only pinned answers; nothing is judged and nothing is asked."""
    fresh: bool = False
    """Ignore pins and stored answers, once for each label."""
    upgrade: Mapping[Phase, str] = field(default_factory=dict)
    """Ask again what another model than this `by` answered, for each phase; empty for no upgrade."""
    sample: int = 0
    attempts: int = 3
    revisions: int = 4
    """How often a label may be asked again after its answer was accepted."""
    jobs: int = 8
    window: int = 200_000
    output_limit: int = 32_000
    bundle: int = 8_000
    """Tokens of expected output up to which questions of one phase share a request."""


KINDS = ("recalled", "asked", "streaming", "retried", "waiting", "answered", "accepted", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the engine is doing, for progress: one of `KINDS`."""

    kind: str
    labels: tuple[Label, ...]
    detail: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Why an accepted answer is asked again: findings, further parts to show, and the rulings that led here."""

    ask: Ask
    findings: tuple[Finding, ...] = ()
    extra: tuple[Part, ...] = ()
    rulings: tuple[Digest, ...] = ()
