"""Error ids against the conditions that provoke them.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.nearest import Suggester
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic


def check_errors(reading: Reading) -> Iterator[Diagnostic]:
    """Report error ids that nothing provokes, and conditions that name an id outside the table of errors.

    Reports: SP603.
    """
    phenomena = reading.phenomena
    for error in phenomena.errors:
        if error.clauses:
            continue
        yield build_diagnostic("SP603", error.declared, fields={"id": error.id})
    seen: set[str] = set()
    known, suggester = sorted(phenomena.closed), Suggester()
    for name, clause in phenomena.uses:
        if not phenomena.closed or name in phenomena.closed or name in seen:
            continue
        seen.add(name)
        fields = {"id": name, "near": suggester.find_nearest(name, known) or ""}
        table = [(phenomena.table, "the table of errors")] if phenomena.table else []
        yield build_diagnostic(
            "SP603", clause.span, case="unlisted", fields=fields, secondary=table, clauses=[clause.id]
        )
