"""`specpack diff`: what an edit changes in meaning, and what a build would ask again.

Exit status 0 where nothing changed in meaning, 1 where something did.
"""

import argparse
import sys
from collections.abc import Collection

from specpack.cli.sides import Side, read_sides, read_versions
from specpack.frontend.changes import add_diagnostics, compare_packs
from specpack.frontend.flips import find_flips
from specpack.middle.foresight import Foresight, list_concerned
from specpack.model.change import Comparison
from specpack.model.clause import ClauseId
from specpack.model.failure import Failure


def run(options: argparse.Namespace) -> int:
    """Print the differences of two versions, grouped by document."""
    from specpack.cli.difference_lines import encode_differences
    from specpack.cli.differences import render_differences

    old, new = read_sides(options.old, options.new)
    comparison = compare_packs(old.understanding, new.understanding)
    documents = _list_documents(comparison)
    if documents:
        versions, since = read_versions(old, new, options.history, documents)
        comparison = add_diagnostics(comparison, find_flips(versions, since))
    foresight, notes = _foresee(old, new, comparison)
    for side in (old, new):
        if side.errors:
            told = f"{side.errors} error{'s' * (side.errors != 1)}"
            stops = ", at which a build stops before it asks" if side is new else ""
            notes.append(f"`{side.asked}` has {told}{stops}; `specpack check` shows more")
    if options.format == "json":
        print("\n".join(encode_differences(comparison, foresight, notes)))
    else:
        print(render_differences(comparison, foresight, old.understanding, new.understanding))
        for note in notes:
            print(f"specpack: {note}", file=sys.stderr)
    return 1 if comparison.meaning else 0


def _list_documents(comparison: Comparison) -> frozenset[str]:
    """Return the paths of the documents of the pack itself whose clauses differ in meaning."""
    sides = (side for change in comparison.clauses if change.meaning for side in (change.before, change.after))
    return frozenset(clause.document for clause in sides if clause and ":" not in clause.document)


def _foresee(old: Side, new: Side, comparison: Comparison) -> tuple[Foresight, list[str]]:
    """Return what a build of the new version would ask, with what stands in the way of knowing it."""
    changed = {change.id for change in comparison.clauses}
    notes: list[str] = []
    try:
        known = _foresee_recorded(new, changed)
    except Failure as failure:
        known = None
        notes.append(f"what a build would ask is not known: {failure.message}")
    if known is None:
        gone = {change.id for change in comparison.clauses if change.after is None}
        sides = [(new.understanding, changed - gone), (old.understanding, gone)]
        known = list_concerned(sides, new.understanding)
    return known, notes


def _foresee_recorded(new: Side, changed: Collection[ClauseId]) -> Foresight | None:
    """Return what a build would ask by the record of the last one, None where there is no record."""
    from specpack.cli.record import foresee_build
    from specpack.middle.lock import parse_lock, read_lock

    if new.lock is None:
        lock = read_lock(new.home.lock)
    else:
        lock = parse_lock(new.lock.decode("utf-8", "replace"), new.home.lock.name) if new.lock else None
    if lock is None or not lock.pins:
        return None
    return foresee_build(new.understanding, new.home, lock, changed)
