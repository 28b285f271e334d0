"""Wording of what differences between versions of a pack report: small edits, forces, norms lost, values, locks.

Path: **rules_changes** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
_LOST = "norm removed or weakened"
_LOCK = "locked clause edited"
_UNLOCK = 'write `ids = [{{ id = "{id}", reason = "..." }}]` below `[unlock]` in `specpack.toml`'

CHANGES = (
    Rule(
        "SP801",
        "small edit with a large effect",
        _W,
        "a small edit of `{id}` {what}",
        "make sure that the whole clause still says what is meant",
    ),
    Rule(
        "SP802",
        "force changed without a changed word",
        _W,
        "{which} went from {before} to {now} without a changed word",
        "make sure that the change is meant for each clause, or write the keyword into its sentence",
    ),
    Rule(
        "SP804",
        _LOST,
        _W,
        "{count} of {place} {verb} gone",
        "bring back what is still demanded; what is not is a change of the product",
    ),
    Rule(
        "SP804",
        _LOST,
        _W,
        "`{id}` was {before} and is {now}",
        "write the old keyword, or make sure that nothing relies on the clause",
        "weaker",
    ),
    Rule(
        "SP805",
        "value flipped back",
        _I,
        "`{id}` goes back from {now} to {value}, which it left in {left}",
        "settle which one is right, and say why in the document",
    ),
    Rule("SP806", _LOCK, _E, "the locked clause `{id}` was removed without being unlocked", _UNLOCK, "removed"),
    Rule(
        "SP806", _LOCK, _E, "the locked clause `{id}` was changed without being unlocked: {what}", _UNLOCK, "loosened"
    ),
)
"""Rules of edits, in the order of their codes; SP806 for an edit of the words stands with the understanding half."""
