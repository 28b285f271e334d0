"""Gate `literals`: no language inside another, no regular expression that asks too much.

Path: dependencies -> **literals** -> review.
"""

from specpack.model.finding import GateResult
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import read_view
from specpack.targets.python.literals import check_literals

GATE = "literals"


def check_tree(verification: Verification) -> GateResult:
    """Check product, driver and fakes; tests may hold samples. Reports: GT110 to GT115."""
    view = read_view(verification)
    found = [
        reject(code, GATE, f"`{path}`: {message}", unit=view.layout.find_unit(path), path=path, line=line)
        for path, tree in (view.files if verification.facts is None else view.product).items()
        if not is_test_path(path)
        for code, line, message in check_literals(tree)
        if verification.facts is None or code is not Code.LONG_TEXT
    ]
    return conclude(GATE, found)
