"""Clauses that demand and forbid the same, and clauses that the manifest sets aside.

Path: reading -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.nearest import Suggester
from specpack.frontend.precedence import is_about
from specpack.frontend.reading import Reading
from specpack.model.clause import Clause, Kind, Source
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.pack import Role

_PRONOUN = re.compile(r"\W*(?:it|its|they|their|this|these|that|those|he|she|both|each of them)\b", re.I)
_MOST_PLACES = 5


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


def check_repeats(reading: Reading) -> Iterator[Diagnostic]:
    """Report normative sentences of one rank that say the same in the same words, one diagnostic a sentence.

    Where ranks differ, the higher document holds should the two drift apart. A sentence that opens with a pronoun is
    about what stands before it, and contracts of two phases are never shown together: both may repeat themselves.

    Reports: SP411.
    """
    groups: dict[tuple[object, ...], list[Clause]] = {}
    for clause in reading.clauses.values():
        if clause.kind is not Kind.NORM or clause.modality is None or clause.modality.source is Source.IMPLIED:
            continue
        if clause.id in reading.settlement.overridden or _PRONOUN.match(clause.composed):
            continue
        document = reading.documents[clause.document]
        apart = document.name if document.role is Role.CONTRACT else ""
        words = " ".join(clause.composed.casefold().split()).rstrip(".;, ")
        key = (words, clause.force, clause.bearer, reading.ranks[clause.document], apart)
        groups.setdefault(key, []).append(clause)
    for first, second, *others in (group for group in groups.values() if len(group) > 1):
        again = [(clause.span, "and here") for clause in others[:_MOST_PLACES]]
        rest = len(others) - _MOST_PLACES
        yield build_diagnostic(
            "SP411",
            second.span,
            fields={"first": first.id, "second": second.id},
            label="the second time",
            secondary=[(first.span, "the first time"), *again],
            notes=[f"{rest} more in the pack"] if rest > 0 else [],
            clauses=[clause.id for clause in (first, second, *others)],
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
        place = pack.places.get(("precedence", "overrides", name))
        if name in reading.clauses:
            yield build_diagnostic("SP208", place, case="own", fields={"name": name})
        else:
            fields = {"name": name, "near": suggester.find_nearest(name, extended) or ""}
            yield build_diagnostic("SP208", place, case="overrides", fields=fields)


def check_owners(reading: Reading) -> Iterator[Diagnostic]:
    """Report topics under `[precedence] owns` that no heading and no clause names, so that owning them decides nothing.

    Reports: SP005.
    """
    pack = reading.pack
    for topic in pack.owns:
        place = pack.places.get(("precedence", "owns", topic))
        if place is not None and not any(is_about(clause, topic) for clause in reading.clauses.values()):
            yield build_diagnostic(
                "SP005",
                place,
                case="topic",
                fields={"document": place.document, "topic": topic},
                severity=Severity.WARNING,
            )
