"""Wording of what a model finds in a pack; never more than a warning.

Path: **rules_deep** -> catalogue -> diagnostics of `check --deep`.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

DEEP_CASE = "deep"

_NAMES = (
    ("SP202", "name that nothing defines"),
    ("SP207", "competing definitions"),
    ("SP312", "inclusive or exclusive or"),
    ("SP323", "reach of a modifier or a negation"),
    ("SP401", "one phenomenon with two identities"),
    ("SP403", "opposite demands"),
    ("SP502", "mandated means without effect"),
    ("SP503", "condition without its contrary case"),
    ("SP508", "permission without a limit"),
    ("SP601", "no observation can show a violation"),
)

DEEP_CODES = frozenset({code for code, _ in _NAMES} | {"SP405", "SP509"})
"""Codes that a model may find; where a rule finds them too, its wording goes before."""

DEEP = (
    *(Rule(code, name, Severity.WARNING, "`{words}`: {why}", "{rewording}", DEEP_CASE) for code, name in _NAMES),
    Rule(
        "SP405",
        "clauses that cannot be obeyed together",
        Severity.WARNING,
        "these {count} clauses cannot be obeyed together: {why}",
        "weaken or drop one of them, or say which goes before",
        DEEP_CASE,
    ),
    Rule(
        "SP509",
        "loophole with a witness",
        Severity.WARNING,
        "every clause is obeyed and nobody would take it: {describes}",
        "add a pair of clauses such as: {positive} {negative}",
        DEEP_CASE,
    ),
)
