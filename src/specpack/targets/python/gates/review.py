"""Gate `review`: errors lost, concurrency nobody asked for, shapes that are hard to read.

Path: literals -> **review** -> structure.
"""

from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, read_view
from specpack.targets.python.idiom import check_idioms
from specpack.targets.python.layout import find_owner
from specpack.targets.python.review import check_handlers, check_review
from specpack.targets.python.unit import find_allowed_modules

GATE = "review"
_OF_ANY = frozenset({Code.BLIND_EXCEPT, Code.SWALLOWED, Code.CONCURRENCY})
"""What is wrong in a tree of any origin; the rest is the manner of our language document."""
_CONCURRENT = frozenset({"threading", "asyncio", "multiprocessing", "concurrent", "queue"})


def check_tree(verification: Verification) -> GateResult:
    """Check units whole, and the error handling of tests. Reports: GT120 to GT125, GT160 to GT167."""
    view = read_view(verification)
    found: list[Finding] = []
    if verification.facts is not None:
        return conclude(GATE, _review_foreign(verification, view))
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


def _review_foreign(verification: Verification, view: View) -> Iterator[Finding]:
    allowed = _CONCURRENT if verification.facts and verification.facts.concurrency else frozenset[str]()
    for path, tree in view.product.items():
        for code, line, message in check_review(tree, view.texts[path], path, allowed):
            if code in _OF_ANY:
                unit = view.layout.find_unit(path)
                yield reject(code, GATE, f"`{path}`: {message}", unit=unit, path=path, line=line)
