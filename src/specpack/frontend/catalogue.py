"""The catalogue of what the front end reports: code, name, weight, wording, cure.

Path: rules, faults, schemas -> **catalogue** -> checks, packs, manifest -> diagnostics. Wording stands in their tables
and nowhere else; who reports gives fields and places.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files

from specpack.frontend.faults import READING
from specpack.frontend.rules import UNDERSTANDING, Rule
from specpack.frontend.rules_asymmetry import ASYMMETRY
from specpack.frontend.rules_changes import CHANGES
from specpack.frontend.rules_deep import DEEP
from specpack.frontend.rules_relations import RELATIONS
from specpack.frontend.rules_wording import WORDING
from specpack.frontend.schemas.rules import SCHEMAS
from specpack.model.clause import ClauseId
from specpack.model.diagnostic import Diagnostic, Edit, Label, Severity
from specpack.model.span import Span

_WORDING: Mapping[tuple[str, str], Rule] = {
    (rule.code, rule.case): rule
    for rule in (*UNDERSTANDING, *WORDING, *ASYMMETRY, *CHANGES, *RELATIONS, *DEEP, *SCHEMAS, *READING)
}
RULES: Mapping[str, Rule] = {
    code: next(rule for rule in _WORDING.values() if rule.code == code) for code in sorted({c for c, _ in _WORDING})
}
"""Code -> its first rule, in the order of the codes."""


def build_diagnostic(
    code: str,
    span: Span | None,
    *,
    case: str = "",
    fields: Mapping[str, str] | None = None,
    secondary: Sequence[tuple[Span, str]] = (),
    notes: Sequence[str] = (),
    clauses: Sequence[ClauseId] = (),
    label: str = "",
    severity: Severity | None = None,
    edits: Sequence[Edit] = (),
) -> Diagnostic:
    """Return the diagnostic of a rule.

    Args:
        code: Code of the rule.
        span: The smallest place, None where there is none.
        case: Which cause of the code; empty for a code with one.
        fields: Values of the templates; with a filled `near` the help names it.
        secondary: Other places, each with the words to show there.
        notes: Why we think so.
        clauses: Ids of the clauses that it is about.
        label: Words to show at `span`.
        severity: Only where the rule itself knows two weights.
        edits: Changes that cure it.
    """
    rule = _WORDING[code, case]
    values = fields or {}
    return Diagnostic(
        code=code,
        severity=severity or rule.severity,
        message=rule.message.format(**values),
        span=span,
        label=label,
        secondary=tuple(Label(span=place, text=text) for place, text in secondary),
        notes=tuple(notes),
        help=(rule.near if values.get("near") else rule.help).format(**values),
        clauses=tuple(clauses),
        edits=tuple(edits),
    )


def find_page(code: str) -> str | None:
    """Return the page that explains a code (example, reason, cure), or None where there is none."""
    if not code.isalnum():
        return None
    page = files("specpack.frontend") / "explain" / f"{code.upper()}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else None


def count_things(number: int, noun: str) -> str:
    """Return a number with its noun: `1 sentence`, `2 sentences`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
