"""Clauses against the identity file: locked ones that were edited, matches that are not sure.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.reading import Reading
from specpack.frontend.resemblance import fold_text
from specpack.model.clause import Kind
from specpack.model.diagnostic import Diagnostic


def check_locked(reading: Reading) -> Iterator[Diagnostic]:
    """Report locked clauses whose words changed since the identity file was written, unless they are unlocked.

    Reports: SP806.
    """
    for name, before in reading.before.items():
        clause = reading.clauses[name]
        if not clause.locked or clause.kind in (Kind.RATIONALE, Kind.META) or name in reading.pack.unlocked:
            continue
        if fold_text(clause.text) != before.text:
            yield build_diagnostic(
                "SP806", clause.span, fields={"id": name}, notes=[f"it said: {before.text}"], clauses=[name]
            )


def check_doubts(reading: Reading) -> Iterator[Diagnostic]:
    """Report matches between old and new clauses that are near a guess.

    Reports: SP807.
    """
    for name, doubt in reading.doubts:
        clause = reading.clauses[name]
        if doubt.accepted:
            what = f"this clause is taken for `{doubt.old.id}` with a likeness of {doubt.score:.2f}"
        else:
            what = f"this clause resembles `{doubt.old.id}` and is taken for a new one"
        notes = [f"`{doubt.old.id}` said: {doubt.old.text}"]
        yield build_diagnostic("SP807", clause.span, fields={"what": what}, notes=notes, clauses=[name])
