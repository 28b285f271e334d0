"""The gates of the Python target in their order, cheapest first.

Path: clean -> **gates** -> deliver or repair.
"""

import importlib
from collections.abc import Mapping

from specpack.model.failure import WrongUse
from specpack.model.finding import GateResult
from specpack.model.target import Verification

GATES: Mapping[str, str] = {
    "intake": "intake",
    "tampering": "tampering",
    "syntax": "syntax",
    "dependencies": "dependencies",
    "closed-world": "closed_world",
    "literals": "literals",
    "review": "review",
    "structure": "structure",
    "test-statics": "test_statics",
    "suite": "suite",
    "stubs": "stubs",
    "canary": "canary",
    "witness": "witness",
    "ablation": "ablation",
    "reach": "reach",
    "mutation": "mutation",
}
"""Gate -> the module of this package that holds it as `check_tree(Verification) -> GateResult`."""


FOREIGN = (
    *("intake", "tampering", "dependencies", "syntax", "literals", "review", "structure", "test-statics"),
    *("suite", "canary", "witness", "ablation", "reach", "mutation"),
)
"""The gates for a tree that specpack did not make; what only our own contracts ask for is not looked at in them."""
MANNERS = ("literals", "review")
"""Of those, the ones that a tree has to pass only where it is to be strict."""


def run_gate(gate: str, verification: Verification) -> GateResult:
    """Run one gate; its module is loaded then. Raises `WrongUse` for an unknown name."""
    if gate not in GATES:
        raise WrongUse(f"the Python target has no gate `{gate}`", help=f"its gates are {', '.join(GATES)}")
    result = importlib.import_module(f"{__name__}.{GATES[gate]}").check_tree(verification)
    if not isinstance(result, GateResult):
        raise TypeError(f"gate {gate} returned {type(result).__name__}")
    return result
