"""Wording of what several places of a pack say together: names, circles, quantities, conditions.

Path: **rules_relations** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

_ACCEPTS_NOTHING = "line of the accepted file that accepts nothing"
_TWO_IDS = "one phenomenon with two identities"

RELATIONS = (
    Rule(
        "SP202",
        "name that nothing defines",
        _W,
        "`{name}` is used as a name, and no place of the pack says what it is",
        "define it, or write it in lower case where no special thing is meant",
    ),
    Rule(
        "SP204",
        "identifier breaks the pattern of its kind",
        _W,
        "the {kind} `{name}` is not in {style} as {count} others are",
        "write it as the others are written, or rename them",
    ),
    Rule(
        "SP205",
        "delegation goes round in a circle",
        _E,
        "{circle}: each sends the reader on for `{topic}`, and none says it",
        "say it in one of them",
    ),
    Rule(
        "SP206",
        "definition never used",
        _I,
        "{count} of `{document}` {is} used nowhere, such as `{term}`",
        "take it out, or use the term where it is meant",
    ),
    Rule(
        "SP401",
        _TWO_IDS,
        _E,
        "one condition has the error ids `{first}` and `{second}`",
        "keep one of the ids, or say what tells the two conditions apart",
    ),
    Rule(
        "SP401",
        _TWO_IDS,
        _E,
        "the error `{id}` has the status {first} and the status {second}",
        "keep one status, or give the second case an id of its own",
        "status",
    ),
    Rule(
        "SP404",
        "demand on something optional",
        _E,
        "this MUST rests on `{thing}`, which is only a {force}",
        "make it a MUST there, or say here what holds where it is absent",
    ),
    Rule(
        "SP407",
        "precedence goes round in a circle",
        _E,
        "{circle}: each goes before the next, so none of them decides",
        "take one of the claims out",
    ),
    Rule(
        "SP412",
        "one quantity or set with two values",
        _E,
        "two clauses say the same with different values: {first} and {second}",
        "keep one of them, and refer to it from the other place",
    ),
    Rule(
        "SP902",
        _ACCEPTS_NOTHING,
        _I,
        "nothing reports `{code}` of `{clause}` any more",
        "take the line out",
    ),
    Rule(
        "SP902",
        _ACCEPTS_NOTHING,
        _W,
        "a line of `specpack.accepted` is not a code, a clause, a revision and a reason",
        "take it out and accept the finding by `specpack accept`",
        "line",
    ),
)
