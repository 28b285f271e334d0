"""Error ids against the conditions that provoke them.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator, Sequence

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.listing import ErrorTable
from specpack.frontend.nearest import Suggester
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic

_MOST_TABLES = 5


def check_errors(reading: Reading) -> Iterator[Diagnostic]:
    """Report error ids that nothing provokes, and what is wrong with the closed list of errors.

    Reports: SP020 (a row that repeats another), SP603.
    """
    phenomena = reading.phenomena
    for error in phenomena.errors:
        if not error.clauses:
            yield build_diagnostic("SP603", error.declared, fields={"id": error.id})
    yield from _check_tables(phenomena.tables)
    seen: set[str] = set()
    known, suggester = sorted(phenomena.closed), Suggester()
    for name, clause in phenomena.uses:
        if not phenomena.closed or name in phenomena.closed or name in seen:
            continue
        seen.add(name)
        fields = {"id": name, "near": suggester.find_nearest(name, known) or ""}
        tables = [(table.rows[0].span, "the table of errors") for table in phenomena.tables[:_MOST_TABLES]]
        yield build_diagnostic(
            "SP603", clause.span, case="unlisted", fields=fields, secondary=tables, clauses=[clause.id]
        )


def _check_tables(tables: Sequence[ErrorTable]) -> Iterator[Diagnostic]:
    """Report rows that repeat another, and several tables that could each be the closed list."""
    for table in tables:
        for case, value, first, row in table.repeated:
            yield build_diagnostic(
                "SP020",
                row.span,
                case=case,
                fields={"value": value},
                label="the later row",
                secondary=[(first.span, "the first row")],
                clauses=[first.id, row.id],
            )
    if len(tables) > 1:
        places = [table.rows[0].span for table in tables[:_MOST_TABLES]]
        shown = [f"`{place.document}:{place.line}`" for place in places]
        if len(tables) > _MOST_TABLES:
            shown.append(f"{len(tables) - _MOST_TABLES} more places")
        yield build_diagnostic(
            "SP603",
            places[1],
            case="tables",
            fields={"shown": " and ".join([", ".join(shown[:-1]), shown[-1]])},
            secondary=[(place, "or this table") for place in (places[0], *places[2:])],
        )
