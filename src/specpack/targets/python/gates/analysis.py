"""What the gates `reach` and `mutation` look at together: one analysis and one run of the suite under watch.

Path: view -> **analysis** -> reach, mutation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.gates.running import read_contents
from specpack.targets.python.gates.view import View, read_view
from specpack.targets.python.mutation.anatomy import Branch, Routine, Side, survey_branches, survey_routines
from specpack.targets.python.mutation.betrayal import find_suspects
from specpack.targets.python.mutation.boundaries import find_boundary_routines
from specpack.targets.python.mutation.evidence import Evidence, collect_evidence
from specpack.targets.python.mutation.reachability import Entry, find_reachable
from specpack.targets.python.mutation.schemata import mark_files
from specpack.targets.python.signatures import parse_declared

_KEPT: dict[int, "Analysis"] = {}
"""The analysis of the last tree, by the identity of its verification: two gates ask for it one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A tree taken apart, and the evidence of its suite."""

    verification: Verification
    """Held, so that its identity stays its own."""
    view: View
    routines: tuple[Routine, ...]
    branches: tuple[Branch, ...]
    core: tuple[Routine, ...]
    """Functions of the product that an entry point comes to, without stop methods and boundaries."""
    evidence: Evidence

    @property
    def helpers(self) -> tuple[Routine, ...]:
        """Functions of the tests that compute something."""
        return tuple(r for r in self.routines if r.side is Side.TESTS and r.branches and not r.plain and not r.empty)

    @property
    def product(self) -> tuple[Routine, ...]:
        """Functions of the product."""
        return tuple(r for r in self.routines if r.side is Side.PRODUCT)


def analyse_tree(verification: Verification) -> Analysis:
    """Return the analysis; the suite runs under watch once for a verification that has sandbox and environment."""
    known = _KEPT.get(id(verification))
    if known is not None and known.verification is verification:
        return known
    view = read_view(verification)
    product = frozenset(view.product)
    files = view.files
    routines = survey_routines(files, product)
    branches = survey_branches(files, routines, product)
    boundaries = find_boundary_routines(
        parse_declared(verification.design), verification.design, view.product, routines
    )
    reached = find_reachable(view.product, routines, tuple(_list_entries(verification, view)), boundaries)
    core = tuple(r for r in routines if r.number in reached and not r.plain and not r.empty)
    taken = Analysis(
        verification=verification,
        view=view,
        routines=routines,
        branches=branches,
        core=core,
        evidence=Evidence(reached={}),
    )
    evidence = collect_evidence(
        verification,
        read_contents(verification),
        mark_files(view.texts, files, routines, branches),
        [path for path in view.texts if is_test_path(path)],
        product=taken.product,
        targets=core,
        helpers=taken.helpers,
        suspects={suspect.helper.number for suspect in find_suspects(routines)},
    )
    analysis = Analysis(
        verification=verification, view=view, routines=routines, branches=branches, core=core, evidence=evidence
    )
    _KEPT.clear()
    _KEPT[id(verification)] = analysis
    return analysis


def _list_entries(verification: Verification, view: View) -> Iterator[Entry]:
    for entry in verification.design.entry_points:
        module, _, name = entry.target.partition(":")
        path = view.layout.modules.get(module)
        if path is not None:
            yield Entry(path=path, name=name)


def find_clauses_of(analysis: Analysis, path: str) -> tuple[str, ...]:
    """Return the clauses of the unit that owns a file."""
    unit = analysis.view.layout.find_unit(path)
    return next((u.clauses for u in analysis.verification.design.units if u.id == unit), ())
