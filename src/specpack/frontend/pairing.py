"""Which clause of one version of a pack is which of another: by id, else as the identity file would be matched.

Path: two understandings -> **pairing** -> changes, flips.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from specpack.frontend.matching import Candidate, Doubt, Matcher
from specpack.model.clause import Clause, ClauseId
from specpack.model.pack import Identity
from specpack.model.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The clauses of both versions that are one, with what is not sure."""

    before: Mapping[ClauseId, ClauseId]
    """Id now -> id before, of clauses that both versions have."""
    doubts: tuple[tuple[ClauseId, Doubt], ...]
    """Id now with a match that is near a guess; `Doubt.old.id` is the id before."""


def pair_clauses(old: Understanding, new: Understanding) -> Pairing:
    """Return the pairs of two versions.

    A common id decides. Where one side does not know an id of the other, because it has no identity file or another
    one, the clauses are matched by words, headings, document and neighbours. An id that either side holds as a
    tombstone was ruled on already and is not matched again.
    """
    before: dict[ClauseId, ClauseId] = {name: name for name in new.clauses if name in old.clauses}
    gone_now, gone_before = _list_removed(new), _list_removed(old)
    olds = [c for c in old.clauses.values() if c.id in before or c.id not in gone_now]
    news = [c for c in new.clauses.values() if c.id in before or c.id not in gone_before]
    if len(olds) == len(before) or len(news) == len(before):
        return Pairing(before=before, doubts=())
    matcher = Matcher(_describe_olds(olds), _describe_news(new, news))
    places = {clause.id: place for place, clause in enumerate(olds)}
    for place, clause in enumerate(news):
        if clause.id in before:
            matcher.settle(places[clause.id], place)
    matcher.match_same()
    matcher.match_alike()
    before |= {news[here].id: olds[there].id for here, there in matcher.matches.items()}
    return Pairing(before=before, doubts=tuple((news[doubt.new].id, doubt) for doubt in matcher.doubts()))


def _list_removed(understanding: Understanding) -> frozenset[str]:
    return frozenset(identity.id for identity in understanding.identities if identity.removed)


def _describe_olds(clauses: Iterable[Clause]) -> list[Identity]:
    return [Identity(id=c.id, document=c.document, path=c.section, leadin=lead_of(c), text=c.text) for c in clauses]


def _describe_news(understanding: Understanding, clauses: Iterable[Clause]) -> list[Candidate]:
    keys = {document.name: document.key for document in understanding.pack.documents}
    return [
        Candidate(key=keys[c.document], document=c.document, path=c.section, leadin=lead_of(c), text=c.text)
        for c in clauses
    ]


def lead_of(clause: Clause) -> str:
    """Return what stands in front of a clause's own words."""
    return clause.composed.removesuffix(clause.text).rstrip()
