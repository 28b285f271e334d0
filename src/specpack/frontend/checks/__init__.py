"""Checks: deterministic rules over a reading, in the order in which they run.

Path: reading -> **checks** -> diagnostics. A check is a function from a `Reading` to its diagnostics; it reads no file
and asks nobody.
"""

from collections.abc import Callable, Iterable

from specpack.frontend.checks.agreement import check_agreement
from specpack.frontend.checks.asymmetry import check_asymmetry
from specpack.frontend.checks.bounds import check_ranges, check_units
from specpack.frontend.checks.circles import check_circles
from specpack.frontend.checks.conflicts import (
    check_conflicts,
    check_forces,
    check_overrides,
    check_owners,
    check_repeats,
)
from specpack.frontend.checks.connectives import check_connectives
from specpack.frontend.checks.coverage import check_coverage
from specpack.frontend.checks.definitions import check_definitions
from specpack.frontend.checks.edits import check_edits, check_removed
from specpack.frontend.checks.errors import check_errors
from specpack.frontend.checks.forces import check_heading_forces
from specpack.frontend.checks.identities import check_anchors, check_doubts, check_locked
from specpack.frontend.checks.names import check_styles, check_undefined_names, check_unused_definitions
from specpack.frontend.checks.references import check_references
from specpack.frontend.checks.schemas import check_schemas
from specpack.frontend.checks.standalone import check_orders, check_standalone
from specpack.frontend.checks.structure import check_structure
from specpack.frontend.checks.vagueness import check_vagueness
from specpack.frontend.checks.wording import check_wording
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic

Check = Callable[[Reading], Iterable[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    check_structure,
    check_schemas,
    check_wording,
    check_heading_forces,
    check_vagueness,
    check_connectives,
    check_standalone,
    check_orders,
    check_units,
    check_ranges,
    check_asymmetry,
    check_references,
    check_definitions,
    check_undefined_names,
    check_unused_definitions,
    check_styles,
    check_circles,
    check_conflicts,
    check_forces,
    check_overrides,
    check_owners,
    check_repeats,
    check_agreement,
    check_errors,
    check_anchors,
    check_locked,
    check_edits,
    check_removed,
    check_doubts,
    check_coverage,
)

LOCAL: frozenset[Check] = frozenset({check_vagueness, check_connectives, check_standalone, check_units})
"""Checks whose findings about a document rest on its text, role and ids alone: they may be kept while these stay
as they are. Whatever looks at other documents does not belong here."""
