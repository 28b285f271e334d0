"""Clauses that demand and forbid the same, and clauses that the manifest sets aside.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.nearest import Suggester
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic


def check_conflicts(reading: Reading) -> Iterator[Diagnostic]:
    """Report conflicts: open ones as errors at the second place, resolved ones as information at the loser.

    Reports: SP403, SP406, SP409.
    """
    for conflict in reading.settlement.conflicts:
        first, second = reading.clauses[conflict.first], reading.clauses[conflict.second]
        ids = (first.id, second.id)
        if conflict.winner is None:
            code = "SP406" if conflict.undeclared else "SP403"
            force = first.force.value if first.force else ""
            other = second.force.value if second.force else ""
            yield build_diagnostic(
                code,
                second.span,
                fields={"first": first.id, "second": second.id},
                label=f"`{other}` here",
                secondary=[(first.span, f"`{force}` here")],
                clauses=ids,
            )
            continue
        winner, loser = (first, second) if conflict.winner == first.id else (second, first)
        yield build_diagnostic(
            "SP409",
            loser.span,
            fields={"winner": winner.id, "loser": loser.id, "reason": conflict.reason},
            label="overridden",
            secondary=[(winner.span, "holds")],
            clauses=(winner.id, loser.id),
        )


def check_forces(reading: Reading) -> Iterator[Diagnostic]:
    """Report clauses of one rank that say the same with different force, at the second place.

    Reports: SP402.
    """
    for pair in reading.settlement.wavering:
        first, second = (reading.clauses[name] for name in pair)
        force, other = (clause.force.value if clause.force else "" for clause in (first, second))
        yield build_diagnostic(
            "SP402",
            second.span,
            fields={"first": first.id, "second": second.id, "force": force, "other": other},
            label=f"`{other}` here",
            secondary=[(first.span, f"`{force}` here")],
            clauses=pair,
        )


def check_overrides(reading: Reading) -> Iterator[Diagnostic]:
    """Report ids under `[precedence] overrides` that no extended pack has.

    Reports: SP208.
    """
    pack = reading.pack
    extended = [
        clause.id for clause in reading.clauses.values() if reading.documents[clause.document].pack != pack.layers[-1]
    ]
    suggester = Suggester()
    for name in reading.settlement.unknown:
        if name in reading.clauses:
            yield build_diagnostic("SP208", None, case="own", fields={"name": name})
        else:
            fields = {"name": name, "near": suggester.find_nearest(name, extended) or ""}
            yield build_diagnostic("SP208", None, case="overrides", fields=fields)
