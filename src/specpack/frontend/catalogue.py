"""The catalogue of what the understanding half reports: code, name, weight, wording, cure.

Path: checks -> **catalogue** -> diagnostics. Wording stands here and nowhere else; a check gives fields and places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from specpack.model.clause import ClauseId
from specpack.model.diagnostic import Diagnostic, Label, Severity
from specpack.model.span import Span

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be reported. `message` and `help` are templates whose fields the check fills."""

    code: str
    name: str
    severity: Severity
    message: str
    help: str


_RULES = (
    Rule(
        "SP001",
        "required document missing",
        _E,
        "the pack requires `{file}`, which it does not hold",
        "add `{file}` to the pack and to `specpack.toml`, or drop the requirement",
    ),
    Rule(
        "SP010",
        "items without a verb under a normative heading",
        _W,
        "{count} below a heading tagged `{tag}` {verb} no verb, so nobody can obey {them}",
        "introduce the list by a sentence that ends in a colon, or write each item as a sentence",
    ),
    Rule(
        "SP011",
        "enumeration without list markup",
        _W,
        "{count} bare lines are read as an enumeration because of their line breaks alone",
        'begin each of them with "- "',
    ),
    Rule(
        "SP012",
        "sentence continues after its list",
        _W,
        "this sentence began above the list, so the bullets are read as its condition or subject",
        "put the rule before the list and end it in a colon",
    ),
    Rule(
        "SP013",
        "consequence attaches to several rules",
        _E,
        "this consequence follows {count} rules of one list and could belong to each of them",
        "nest it under the rule that it belongs to",
    ),
    Rule(
        "SP014",
        "rule number used more than once",
        _W,
        "`rule {number}` is said, and {count} rules of this document have that number",
        "number the rules without restarting, or cite the rule by an anchor",
    ),
    Rule(
        "SP101",
        "unknown heading tag",
        _E,
        "`{tag}` is no tag that a heading can have",
        "the nearest tag is `{nearest}`",
    ),
    Rule(
        "SP111",
        "modality in lower case or only implied",
        _W,
        "{count} of `{document}` {binds} by wording that is no keyword, such as `{word}`",
        "write the keyword in upper case where a rule is meant, and another word where none is",
    ),
    Rule(
        "SP112",
        "item fights its lead-in",
        _E,
        "an item says `{force}` below a lead-in that says `{lead}`",
        "move the item to a list of its own, or take one of the keywords away",
    ),
    Rule(
        "SP113",
        "polarity borrowed from elsewhere",
        _E,
        "whether this demands or forbids is said elsewhere; it is read as `{force}`",
        "write `{force}` into this sentence",
    ),
    Rule(
        "SP114",
        "imperative without modality",
        _W,
        "{count} of `{document}` {gives} an order without a keyword, such as `{word}`",
        "say MUST, SHOULD or MAY where the order binds",
    ),
    Rule(
        "SP116",
        "sentence weaker than its section tag",
        _I,
        "a sentence says `{force}` below a heading tagged `{tag}`; the sentence counts",
        "move it to a section without the tag where that is not meant",
    ),
    Rule(
        "SP117",
        "several forces in one sentence",
        _W,
        "one sentence says {forces}",
        "write one sentence for each keyword",
    ),
    Rule(
        "SP120",
        "keyword in an informative text",
        _I,
        "{count} of `{document}` {uses} a keyword where the text only informs; it binds nobody",
        "move the rule out of the rationale or note where it is one",
    ),
    Rule(
        "SP201",
        "reference to a missing document",
        _E,
        "`{target}` is not a document of the pack",
        "{cure}",
    ),
    Rule(
        "SP208",
        "dangling reference",
        _E,
        "{what}",
        "{cure}",
    ),
    Rule(
        "SP403",
        "opposite demands on one action",
        _E,
        "`{first}` and `{second}` demand and forbid the same, and nothing ranks them",
        "drop one of them, or say in which case each holds",
    ),
    Rule(
        "SP406",
        "conflict without a precedence",
        _E,
        "`{first}` and `{second}` conflict, and no declared rank decides",
        "declare the roles of both documents in `specpack.toml`, or the owner of the topic under `[precedence] owns`",
    ),
    Rule(
        "SP409",
        "conflict resolved",
        _I,
        "`{winner}` overrides `{loser}` by {reason}",
        "drop `{loser}` or say in which case it holds, if that is not meant",
    ),
    Rule(
        "SP603",
        "error without stimulus",
        _E,
        "{what}",
        "{cure}",
    ),
    Rule(
        "SP806",
        "locked clause edited",
        _E,
        "the locked clause `{id}` was edited without being unlocked",
        "name `{id}` with a reason under `[unlock] ids` in `specpack.toml`, or restore the text",
    ),
    Rule(
        "SP807",
        "clause identity uncertain",
        _I,
        "{what}",
        "give the clause an anchor such as `{{#name}}` to settle it",
    ),
    Rule(
        "SP901",
        "text not understood",
        _W,
        "{percent} % of the words of the behaviour documents stand in no clause, definition, sample, table or grammar",
        "write sentences with a verb, lists with a lead-in, tables or definitions; above 30 % the build stops",
    ),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}
"""All rules in the order of their codes."""


def build_diagnostic(
    code: str,
    span: Span | None,
    *,
    fields: dict[str, str] | None = None,
    secondary: Sequence[tuple[Span, str]] = (),
    notes: Sequence[str] = (),
    clauses: Sequence[ClauseId] = (),
    label: str = "",
    severity: Severity | None = None,
) -> Diagnostic:
    """Return the diagnostic of a rule; `severity` only where the rule itself knows two weights."""
    rule = RULES[code]
    values = fields or {}
    return Diagnostic(
        code=code,
        severity=severity or rule.severity,
        message=rule.message.format(**values),
        span=span,
        label=label,
        secondary=tuple(Label(span=place, text=text) for place, text in secondary),
        notes=tuple(notes),
        help=rule.help.format(**values),
        clauses=tuple(clauses),
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
