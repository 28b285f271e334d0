"""Asymmetry: rules that say one half and leave the other open, ranked.

Path: understanding -> topics -> families, limits -> **asymmetry** -> log, checks. "No prohibition nearby" tells
nothing: most good rules have none. A slot is open only where no word, sibling, complement or declared freedom closes
it. Nothing is ever applied.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.dispositions import settle_dispositions
from specpack.frontend.families import find_condition, find_means, find_order, find_permission, find_substitution
from specpack.frontend.fillings import Fillings
from specpack.frontend.limits import find_bound, find_holes, find_outcome, find_set
from specpack.frontend.topics import Topics, Voice
from specpack.model.clause import BlockKind, Clause, ClauseId, Force, Kind
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Disposition, Pack
from specpack.model.slots import Family, Opening
from specpack.model.understanding import Understanding

Finder = Callable[[Voice, Topics], Opening | None]

_OBLIGATIONS: Mapping[Family, Finder] = {
    Family.SUBSTITUTION: find_substitution,
    Family.OUTCOME: find_outcome,
    Family.SET: find_set,
    Family.MEANS: find_means,
    Family.CONDITION: find_condition,
    Family.ORDER: find_order,
    Family.BOUND: find_bound,
}
"""What is looked for in an obligation, worst first; the first that is found is the finding of the clause."""
_RANK = {family: number for number, family in enumerate([*_OBLIGATIONS, Family.PERMISSION])}
CODES = frozenset(family.value for family in Family)
_CERTAIN: Sequence[Finder] = (find_substitution, find_outcome, find_set)
_TRIGGER = re.compile(
    r"\b(?:fakes?|mocks?|stubs?|doubles?|dumm(?:y|ies)|simulat\w+|emulat\w+|stand-ins?|success|succe\w+|one\s+of|accepts?)\b",
    re.I,
)
"""What no clause that `check` reports is without: a quick test before a slow one."""


def list_openings(pack: Pack, clauses: Mapping[ClauseId, Clause], fillings: Fillings) -> tuple[Opening, ...]:
    """Return the openings of a pack's own rules, at most one a clause, ranked."""
    topics = Topics(pack, clauses, fillings)
    found: list[Opening] = []
    for voice in topics.list_own():
        if not _is_prose(voice, fillings):
            continue
        if voice.clause.kind is Kind.GROUP and voice.clause.force is Force.MUST:
            found += _find_first(voice, topics, (find_set,))
        elif voice.clause.kind is not Kind.NORM:
            continue
        elif voice.clause.force is Force.MUST:
            found += _find_first(voice, topics, _OBLIGATIONS.values())
        elif voice.clause.force is Force.MAY:
            found += _find_first(voice, topics, (find_permission,))
    return rank_openings([*found, *find_holes(topics)])


def list_certain(pack: Pack, clauses: Mapping[ClauseId, Clause], fillings: Fillings) -> tuple[Opening, ...]:
    """Return the openings that `check` reports by itself, in source order; quick where no clause has their words."""
    own = {document.name for document in pack.documents if document.pack == pack.layers[-1]}
    suspects = {
        c.id for c in clauses.values() if c.document in own and c.force is Force.MUST and _TRIGGER.search(c.text)
    }
    if not suspects:
        return ()
    topics = Topics(pack, clauses, fillings)
    voices = (v for v in topics.list_own() if v.clause.id in suspects and _is_prose(v, fillings))
    finders = {Kind.NORM: _CERTAIN, Kind.GROUP: (find_set,)}
    found = [o for v in voices for o in _find_first(v, topics, finders.get(v.clause.kind, ()))]
    return tuple(opening for opening in found if opening.certain)


def rank_openings(openings: Iterable[Opening]) -> tuple[Opening, ...]:
    """Return openings grouped by topic: by family, heat and observability, and topics by their first one."""
    ranked = sorted(openings, key=_rate)
    groups: dict[tuple[str, tuple[str, ...]], list[Opening]] = {}
    for opening in ranked:
        groups.setdefault((opening.span.document, opening.topic.section), []).append(opening)
    return tuple(opening for group in groups.values() for opening in group)


def find_asymmetries(understanding: Understanding) -> tuple[tuple[Opening, Diagnostic], ...]:
    """Return the ranked openings of a pack that its author did not accept, each with the diagnostic that says it."""
    openings = list_openings(understanding.pack, understanding.clauses, _fill(understanding))
    found = []
    for opening in openings:
        heard = [d for d in understanding.pack.accepted if (d.code, d.clause) == (opening.family.value, opening.clause)]
        standing, _ = settle_dispositions([report_opening(opening)], understanding.clauses, heard)
        found += [(opening, diagnostic) for diagnostic in standing if diagnostic.code == opening.family.value]
    return tuple(found)


def settle_openings(
    pack: Pack, clauses: Mapping[ClauseId, Clause], fillings: Fillings, shown: Iterable[Diagnostic]
) -> tuple[tuple[tuple[Diagnostic, str], ...], tuple[Disposition, ...]]:
    """Return the openings of the log that the author accepts, with the reasons, and the dispositions that are left.

    Args:
        pack: The composition, with what its author accepts.
        clauses: All clauses.
        fillings: Their slots.
        shown: What `check` reports anyway, which is settled elsewhere.
    """
    if not any(disposition.code in CODES for disposition in pack.accepted):
        return (), pack.accepted
    known = {(diagnostic.code, clause) for diagnostic in shown for clause in diagnostic.clauses}
    logged = [report_opening(opening) for opening in list_openings(pack, clauses, fillings)]
    logged = [d for d in logged if (d.code, d.clauses[0]) not in known]
    keys: set[tuple[str, str]] = {(d.code, d.clauses[0]) for d in logged}
    own = tuple(d for d in pack.accepted if (d.code, d.clause) in keys)
    _, accepted = settle_dispositions(logged, clauses, own)
    return accepted, tuple(d for d in pack.accepted if d not in own)


def report_opening(opening: Opening) -> Diagnostic:
    """Return the diagnostic of an opening."""
    fields = {"word": opening.word}
    return build_diagnostic(
        opening.family.value, opening.span, case=opening.case, fields=fields, clauses=[opening.clause]
    )


def _fill(understanding: Understanding) -> Fillings:
    """Return the slots of a pack: those that it holds already, else new ones."""
    if isinstance(understanding.slots, Fillings):
        return understanding.slots
    return Fillings(understanding.pack.documents, understanding.blocks, understanding.clauses)


def _is_prose(voice: Voice, fillings: Fillings) -> bool:
    return fillings.kind(voice.clause) in (BlockKind.PARAGRAPH, BlockKind.ITEM)


def _find_first(voice: Voice, topics: Topics, finders: Iterable[Finder]) -> list[Opening]:
    """Return the first opening that is found, in a list; empty for none."""
    for find in finders:
        opening = find(voice, topics)
        if opening is not None:
            return [opening]
    return []


def _rate(opening: Opening) -> tuple[int, int, int, str, int]:
    return (
        _RANK[opening.family],
        -opening.topic.heat,
        -opening.observability,
        opening.span.document,
        opening.span.start,
    )
