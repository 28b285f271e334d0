"""Clauses against the identity file: what was edited since the last build that one word or heading turns.

Path: reading -> **checks** -> diagnostics. The file holds words, headings and lead-ins, not forces: a force is known
where a keyword of the words, or else of the lead-in, gives it. `specpack diff` sees both versions, and more.
"""

from collections.abc import Iterator

from specpack.frontend.alarms import is_weaker, report_forced, report_gone, report_turned, report_weaker
from specpack.frontend.levers import Lever
from specpack.frontend.modality import find_modals
from specpack.frontend.pairing import lead_of
from specpack.frontend.pieces import compare_words
from specpack.frontend.reading import Reading
from specpack.frontend.resemblance import fold_text
from specpack.model.clause import Clause, ClauseId, Force, Kind, Source
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Identity
from specpack.model.span import DocumentName

_ASIDE = (Kind.RATIONALE, Kind.INFORMATION, Kind.META)


def check_edits(reading: Reading) -> Iterator[Diagnostic]:
    """Report small edits that move a lever, keywords made weaker, and forces that a lead-in changed.

    A locked clause is left to its lock, unless it is unlocked.

    Reports: SP801, SP802, SP804.
    """
    led: dict[tuple[str, Force, Force | None], list[Clause]] = {}
    for name, before in reading.before.items():
        clause = reading.clauses[name]
        if clause.kind in _ASIDE or (clause.locked and name not in reading.pack.unlocked):
            continue
        if fold_text(clause.text) == before.text:
            force = _find_led(clause, before)
            if force:
                led.setdefault((before.leadin, force, clause.force), []).append(clause)
    leaders = {clause.parent for clauses in led.values() for clause in clauses}
    for (leadin, force, _), clauses in led.items():
        yield report_forced(clauses, force, [f"the lead-in said: {leadin}"])
    for name, before in reading.before.items():
        clause = reading.clauses[name]
        if clause.kind in _ASIDE or (clause.locked and name not in reading.pack.unlocked):
            continue
        if fold_text(clause.text) != before.text:
            yield from _report_words(clause, before, reading, led=name in leaders)


def check_removed(reading: Reading) -> Iterator[Diagnostic]:
    """Report demands of the identity file that are gone from the pack.

    Reports: SP804.
    """
    gone: dict[tuple[str, tuple[str, ...]], list[tuple[ClauseId, str]]] = {}
    for identity in reading.pack.identities.get(reading.pack.layers[-1], ()):
        if identity.removed or identity.id not in reading.removed:
            continue
        if is_weaker(_find_force(identity.text) or _find_force(identity.leadin), None):
            words = f"{identity.leadin} {identity.text}".strip()
            gone.setdefault((identity.document, identity.path), []).append((ClauseId(identity.id), words))
    for (document, path), norms in gone.items():
        known = DocumentName(document) in reading.documents
        yield report_gone(norms, f"`{path[-1]}` in `{document}`" if known and path else f"`{document}`")


def _report_words(clause: Clause, before: Identity, reading: Reading, *, led: bool) -> Iterator[Diagnostic]:
    force = _find_force(before.text)
    weaker = is_weaker(force, clause.force)
    if weaker and not led:
        yield report_weaker(clause, force, before.text)
    apart = {Lever.MODAL, Lever.NEGATION} if weaker or led else ()
    text = reading.documents[clause.document].text
    turned = report_turned(clause, before.text, compare_words(before.text, fold_text(clause.text)), text, apart=apart)
    if turned:
        yield turned


def _find_led(clause: Clause, before: Identity) -> Force | None:
    """Return the force that a clause had from its lead-in, where that gives another one now; else None."""
    if fold_text(lead_of(clause)) == before.leadin or (clause.modality and clause.modality.source is not Source.LEADIN):
        return None
    force = None if _find_force(before.text) else _find_force(before.leadin)
    return force if force is not clause.force else None


def _find_force(text: str) -> Force | None:
    """Return the force of the only keyword of a text, else None: with several it is not known which one counts."""
    modals = find_modals(text)
    return modals[0].force if len(modals) == 1 else None
