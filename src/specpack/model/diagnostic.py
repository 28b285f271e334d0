"""What checks say about a pack.

Path: understand -> **diagnostic** -> renderers.
"""

from dataclasses import dataclass
from enum import StrEnum

from specpack.model.clause import ClauseId
from specpack.model.span import Span


class Severity(StrEnum):
    """How much a diagnostic weighs; only errors stop a build."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A second place that belongs to a diagnostic, with the words to show there."""

    span: Span
    text: str


class Applicability(StrEnum):
    """Who may apply an edit."""

    SAFE = "safe"
    """A machine: every clause keeps its force and its words."""
    NEEDS_DECISION = "needs-decision"
    """An author, who chooses between meanings."""
    DISPLAY_ONLY = "display-only"
    """Nobody as it stands: it shows the form of a cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A proposed change of the text at one place; `span` may be empty, then `text` is put in there."""

    span: Span
    text: str
    title: str
    """What it does, as an order: `split the sentence at "but"`."""
    applicability: Applicability


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One cause, one diagnostic. `message` stands alone; `span` is None only when no place exists (a missing file)."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    label: str = ""
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    clauses: tuple[ClauseId, ...] = ()
    edits: tuple[Edit, ...] = ()
