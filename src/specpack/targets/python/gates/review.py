"""Gate `review`: errors lost, concurrency nobody asked for, shapes that are hard to read.

Path: literals -> **review** -> structure.
"""

from specpack.model.finding import GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import read_view
from specpack.targets.python.idiom import check_idioms
from specpack.targets.python.layout import find_owner
from specpack.targets.python.review import check_handlers, check_review
from specpack.targets.python.unit import find_allowed_modules

GATE = "review"


def check_tree(verification: Verification) -> GateResult:
    """Check units whole, and the error handling of tests. Reports: GT120 to GT125, GT160 to GT167."""
    view = read_view(verification)
    found = []
    for path, tree in view.files.items():
        owner = view.layout.find_unit(path)
        unit = find_owner(verification.design.units, owner) if owner else None
        if unit is None:
            problems = list(check_handlers(tree, view.texts[path].splitlines()))
        else:
            allowed = find_allowed_modules(verification.design, unit)
            problems = list(check_review(tree, view.texts[path], path, allowed))
            problems += check_idioms(tree, view.texts[path].splitlines())
        found += [
            reject(code, GATE, f"`{path}`: {message}", unit=owner, path=path, line=line)
            for code, line, message in problems
        ]
    return conclude(GATE, found)
