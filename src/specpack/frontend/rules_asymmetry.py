"""Wording of rules that say one half and leave the other open.

Path: **rules_asymmetry** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_W, _I = Severity.WARNING, Severity.INFORMATION

_OUTCOME = "one outcome without the other"
_BOUND = "bound on one side"
_ORDER = "order without a ban on acting early"

ASYMMETRY = (
    Rule(
        "SP501",
        "substitution without a boundary",
        _W,
        "`{word}` says what is put in, and no rule says what has to stay real",
        "write the twin, such as `MUST NOT replace any other part`, or bound it by `only`",
    ),
    Rule(
        "SP502",
        "means that is neither exclusive nor of effect",
        _I,
        "`{word}` has to be used, and other ways beside it, or a use without effect, obey the rule as well",
        "write `only`, forbid the other ways, or say what shows that it was used",
    ),
    Rule(
        "SP503",
        "condition without its complement",
        _I,
        "`{word}` is one case, and no rule speaks of the other",
        "say what holds otherwise, write `only if`, or say that the rest is free",
    ),
    Rule(
        "SP504",
        _OUTCOME,
        _W,
        "`{word}` says what follows on success, and no rule says what follows on failure",
        "add what a failure leads to and what it leaves unchanged",
    ),
    Rule(
        "SP504",
        _OUTCOME,
        _W,
        "status `{word}` is the good answer, and no rule of the topic gives a bad one",
        "say which requests are refused and with which status, or that every request is answered so",
        "status",
    ),
    Rule(
        "SP504",
        _OUTCOME,
        _W,
        "`{word}` says what follows on failure, and no rule says what is done without one",
        "add the rule for the good case",
        "failure",
    ),
    Rule(
        "SP504",
        _OUTCOME,
        _W,
        "the column `{word}` is empty in this row and filled in others",
        "fill the cell, or write there that it cannot happen",
        "cell",
    ),
    Rule(
        "SP505",
        _BOUND,
        _I,
        "`{word}` bounds one side and leaves the other open",
        "write `exactly`, give both bounds, or say that there is no limit",
    ),
    Rule(
        "SP505",
        _BOUND,
        _I,
        "`{word}` does not say whether an empty one is right as well",
        "write `1 to ...`, or say that it may be empty",
        "empty",
    ),
    Rule(
        "SP506",
        "closed set without otherwise",
        _W,
        "`{word}` closes a set, and no rule says what becomes of anything else",
        "say what follows for every other one: which error, or which default",
    ),
    Rule(
        "SP507",
        _ORDER,
        _I,
        "`{word}` says when it has to be done, and not that it must not be done earlier",
        "write `only after`, or forbid it before",
    ),
    Rule(
        "SP507",
        _ORDER,
        _I,
        "`{word}` gives an order, and no rule forbids the second step where the first did not end well",
        "say that the second step MUST NOT begin until the first is done, and what a failure of the first leads to",
        "before",
    ),
    Rule(
        "SP508",
        "permission without a limit",
        _I,
        "`{word}` is permitted, and no rule says when or how far",
        "say under which condition, up to which number, or what stays forbidden",
    ),
)
