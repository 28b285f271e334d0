"""Wording of what the words of single clauses leave open: forces, vagueness, connectives, bounds, bearers.

Path: **rules_wording** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

WORDING = (
    Rule(
        "SP115",
        "description that its heading alone makes binding",
        _I,
        "{count} {bind} as `{tag}` because of the heading alone",
        "say who has to do what, with the keyword in the sentence, or move the description out of the section",
    ),
    Rule(
        "SP118",
        "ban in the shape of a permission",
        _W,
        "`No ... MAY` forbids in the words of a permission",
        "begin with who is bound and write `MUST NOT`",
    ),
    Rule(
        "SP301",
        "escape clause under MUST",
        _W,
        "`{word}` lets everybody decide for themselves whether the rule holds",
        "say when it holds and when it does not, or write SHOULD",
    ),
    Rule(
        "SP302",
        "unmeasurable word under MUST",
        _W,
        "`{word}` in the {where} of this rule cannot be measured",
        "give a number with its unit, or the observable difference between obeyed and broken",
    ),
    Rule(
        "SP303",
        "open-ended set under MUST",
        _W,
        "`{word}` leaves open what else belongs to the set",
        "list all members, or say by which property a member is known",
    ),
    Rule(
        "SP311",
        "and/or",
        _W,
        "`and/or` can be read as both, as one of them, and as either way",
        "write `and`, `exactly one of` or `at least one of`",
    ),
    Rule(
        "SP312",
        "inclusive or exclusive or",
        _W,
        "this `or` does not say whether both together are right as well",
        "write `exactly one of` or `at least one of`",
    ),
    Rule(
        "SP313",
        "list of conditions that does not say how they join",
        _W,
        "the list that begins here does not say whether all of its items or one of them is meant",
        "write `all of` or `at least one of` in front of the colon",
    ),
    Rule(
        "SP321",
        "pronoun opens a clause",
        _W,
        "{count} of `{document}` {opens} by a pronoun, such as `{word}`, which says nothing alone",
        "begin with the name of the thing",
    ),
    Rule(
        "SP322",
        "order used but not defined",
        _E,
        "`{word}` needs an order, and the pack gives none",
        "say in which order it is looked for: a numbered list, a column of steps, or `in this order`",
    ),
    Rule(
        "SP331",
        "range that does not say whether its ends belong to it",
        _W,
        "`{range}` does not say whether {low} and {high} belong to it",
        "write `{low} to {high} inclusive`, or name the end that is excluded",
    ),
    Rule(
        "SP332",
        "quantity without unit",
        _E,
        "the {what} {number} has no unit",
        "say of what: bytes, characters, seconds, items",
    ),
    Rule(
        "SP341",
        "passive with nobody to obey",
        _W,
        "{count} of `{document}` {says} what is to be done and not by whom, such as `{word}`",
        "name who has to do it, at least once at the top of the document",
    ),
    Rule(
        "SP342",
        "compound requirement",
        _I,
        "this clause has {words} words and {joints} joints, so a test of it is a test of several rules",
        "split it into one sentence for each demand",
    ),
    Rule(
        "SP602",
        "obligation on a mind",
        _W,
        "`{word}` binds a mind, and only what comes out can be checked",
        "say what the output must show",
    ),
)
