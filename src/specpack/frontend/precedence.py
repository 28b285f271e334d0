"""Conflicts between clauses, and which of the two holds.

Path: clauses -> **precedence** -> understanding, checks. Never the order of the text, never what is newer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from specpack.frontend.modality import strength
from specpack.model.clause import Bearer, Clause, ClauseId, Force, Kind
from specpack.model.pack import Document, Pack
from specpack.model.span import DocumentName

_POSITIVE = (Force.MUST, Force.SHOULD)
_NEGATIVE = (Force.MUST_NOT, Force.SHOULD_NOT)
_COUNTERPARTS = {
    Force.MUST: Force.SHOULD,
    Force.SHOULD: Force.MUST,
    Force.MUST_NOT: Force.SHOULD_NOT,
    Force.SHOULD_NOT: Force.MUST_NOT,
}
_ENOUGH_WORDS = 5
_Action = tuple[Bearer, tuple[str, ...]]
_MODAL = re.compile(
    r"\b(?:MUST|SHALL|SHOULD)(?:\s+(?:NOT|NEVER|not|never))?\b|\b(?:NOT\s+)?(?:REQUIRED|RECOMMENDED)(?:\s+to)?\b"
    r"|\b(?:must|shall)(?:\s+not)?\b"
)
_WORD = re.compile(r"`[^`]+`|[^\W_][\w.'-]*")
_NO_OBJECT = re.compile(
    r"(?:\b(?:MUST|SHALL|SHOULD)(?:\s+(?:NOT|NEVER|not|never))?|\bREQUIRED\s+to)"
    r"(?:\s+(?!(?:if|when|whenever|where|while|unless|that|which|who|whose|and|or|but|because|until|after|before|no)\b)"
    r"[^\s,;:.]+){1,4}?(\s+no)(?=\s)"
)
_STOP_WORDS = frozenset(
    [
        *("a", "an", "the", "any", "all", "every", "each", "some", "this", "that", "these", "those", "its", "their"),
        *("of", "to", "in", "on", "at", "by", "for", "with", "and", "or", "be", "is", "are", "it", "as"),
        *("also", "always", "ever", "then", "will", "do", "does"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two clauses that demand and forbid the same; `winner` is None where nothing decides."""

    first: ClauseId
    second: ClauseId
    winner: ClauseId | None
    reason: str = ""
    undeclared: bool = False
    """Whether a rank that was only inferred would decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What conflicts and the manifest make of the clauses."""

    conflicts: tuple[Conflict, ...]
    overridden: Mapping[ClauseId, ClauseId | None]
    unknown: tuple[str, ...]
    """Ids under `[precedence] overrides` that no extended pack has."""
    wavering: tuple[tuple[ClauseId, ClauseId], ...] = ()
    """Pairs of one rank that demand the same with different force, in source order."""


def settle_conflicts(pack: Pack, clauses: Mapping[ClauseId, Clause]) -> Settlement:
    """Return the conflicts of a composition, each settled where `CLAUSES` has a reason to, and what is set aside."""
    documents = {document.name: document for document in pack.documents}
    overridden: dict[ClauseId, ClauseId | None] = {}
    unknown = []
    for name in sorted(pack.overrides):
        clause = clauses.get(ClauseId(name))
        if clause is None or documents[clause.document].pack == pack.layers[-1]:
            unknown.append(name)
        else:
            overridden[clause.id] = None
    conflicts = []
    actions = _group_actions(clauses, overridden)
    order = {name: place for place, name in enumerate(clauses)}
    opposed = _group_opposed(actions)
    for first, second in sorted(_find_pairs(opposed), key=lambda pair: order[pair[0].id]):
        conflict = _settle(pack, documents, first, second)
        conflicts.append(conflict)
        if conflict.winner is not None:
            loser = second.id if conflict.winner == first.id else first.id
            overridden.setdefault(loser, conflict.winner)
    wavering = tuple(
        (first.id, second.id)
        for first, second in _find_wavering(actions)
        if not {first.id, second.id} & overridden.keys() and not _is_ranked(pack, documents, first, second)
    )
    return Settlement(conflicts=tuple(conflicts), overridden=overridden, unknown=tuple(unknown), wavering=wavering)


def normalise_action(clause: Clause) -> tuple[str, ...]:
    """Return the words of a clause that say who does what: without modals, articles, stop words, case and plural."""
    return normalise_words(clause.composed)


@lru_cache(maxsize=8_192)
def normalise_words(text: str) -> tuple[str, ...]:
    """Return the words of a text without modals, articles, stop words, case and plural; code as it is."""
    words = map(_normalise_word, _WORD.findall(_MODAL.sub(" ", text)))
    return tuple(word for word in words if word is not None)


@lru_cache(maxsize=20_000)
def _normalise_word(word: str) -> str | None:
    """Return a word without case and plural, code as it is; None for a stop word."""
    if word.startswith("`"):
        return word
    word = word.lower().rstrip(".'-")
    if word in _STOP_WORDS:
        return None
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _group_actions(
    clauses: Mapping[ClauseId, Clause], aside: Mapping[ClauseId, ClauseId | None]
) -> dict[_Action, list[Clause]]:
    """Return bearer and action -> the clauses that demand or forbid it, in source order."""
    actions: dict[_Action, list[Clause]] = {}
    for clause in clauses.values():
        if clause.id in aside or clause.kind not in (Kind.NORM, Kind.ROW, Kind.GROUP):
            continue
        if clause.force not in (*_POSITIVE, *_NEGATIVE) or clause.composed.rstrip().endswith(":"):
            continue
        action = normalise_action(clause)
        if len(action) >= 2:
            actions.setdefault((clause.bearer, action), []).append(clause)
    return actions


def _group_opposed(actions: Mapping[_Action, Sequence[Clause]]) -> dict[_Action, list[tuple[bool, Clause]]]:
    """Return bearer and action -> whether a clause demands it, and the clause, in source order.

    "MUST print no line" forbids to print a line, and "at least one line" is what "any line" denies.
    """
    opposed: dict[_Action, list[tuple[bool, Clause]]] = {}
    for (bearer, action), group in actions.items():
        for clause in group:
            demands, key = clause.force in _POSITIVE, action
            if "no" in action and (match := _NO_OBJECT.search(clause.composed)):
                demands = not demands
                key = normalise_words(clause.composed[: match.start(1)] + clause.composed[match.end(1) :])
            if "least" in action:
                key = tuple(word for place, word in enumerate(key) if not _is_least_one(key, place))
            opposed.setdefault((bearer, key), []).append((demands, clause))
    return opposed


def _is_least_one(words: Sequence[str], place: int) -> bool:
    """Whether a word is part of "at least one", whose "at" is a stop word."""
    return words[place : place + 2] == ("least", "one") or words[max(place - 1, 0) : place + 1] == ("least", "one")


def _find_pairs(opposed: Mapping[_Action, Sequence[tuple[bool, Clause]]]) -> list[tuple[Clause, Clause]]:
    """Return the pairs of opposite polarity on the same action, four for a demanding clause at most."""
    pairs: list[tuple[Clause, Clause]] = []
    for group in opposed.values():
        forbidding = [clause for demands, clause in group if not demands][:4]
        if forbidding:
            pairs += [(clause, other) for demands, clause in group if demands for other in forbidding]
    return pairs


def _find_wavering(actions: Mapping[_Action, Sequence[Clause]]) -> list[tuple[Clause, Clause]]:
    """Return for each clause that repeats an action with another force of the same polarity the first such pair.

    In actions of many words their order counts for nothing: a lead-in says first what a sentence says last.
    """
    pairs: list[tuple[Clause, Clause]] = []
    loose: dict[_Action, list[Clause]] = {}
    for (bearer, action), group in actions.items():
        words = tuple(sorted(action)) if len(action) >= _ENOUGH_WORDS else action
        loose.setdefault((bearer, words), []).extend(group)
    for group in loose.values():
        first: dict[Force, Clause] = {}
        for clause in group if len(group) > 1 else ():
            if clause.force is None:
                continue
            earlier = first.get(_COUNTERPARTS[clause.force])
            if earlier is not None:
                pairs.append((earlier, clause))
            first.setdefault(clause.force, clause)
    return pairs


def _is_ranked(pack: Pack, documents: Mapping[DocumentName, Document], first: Clause, second: Clause) -> bool:
    """Whether lock, ownership or rank says which of two clauses goes before, so that force need not."""
    one, other = documents[first.document], documents[second.document]
    if first.locked != second.locked or pack.rank_of(one) != pack.rank_of(other):
        return True
    return find_owner(pack, first, second, one, other) is not None


def _settle(pack: Pack, documents: Mapping[DocumentName, Document], first: Clause, second: Clause) -> Conflict:
    """Return the conflict of two clauses with the first test that decides it."""
    one, other = documents[first.document], documents[second.document]

    def win(clause: Clause, reason: str) -> Conflict:
        return Conflict(first=first.id, second=second.id, winner=clause.id, reason=reason)

    if first.locked != second.locked:
        return win(first if first.locked else second, "being locked")
    owner = find_owner(pack, first, second, one, other)
    if owner is not None:
        return win(owner, "ownership of the topic")
    ranks = pack.rank_of(one), pack.rank_of(other)
    if ranks[0] != ranks[1]:
        if one.role is not other.role and (one.inferred or other.inferred):
            return Conflict(first=first.id, second=second.id, winner=None, undeclared=True)
        return win(first if ranks[0] > ranks[1] else second, "the rank of its document")
    if first.force and second.force and strength(first.force) != strength(second.force):
        return win(first if strength(first.force) > strength(second.force) else second, "its stronger force")
    undeclared = first.force is Force.SHOULD
    return Conflict(first=first.id, second=second.id, winner=None, undeclared=undeclared)


def find_owner(pack: Pack, first: Clause, second: Clause, one: Document, other: Document) -> Clause | None:
    """Return the clause whose document owns a topic that both clauses are about."""
    if one.name == other.name:
        return None
    for topic, path in pack.owns.items():
        if not is_about(first, topic) and not is_about(second, topic):
            continue
        owners = [
            clause for clause, document in ((first, one), (second, other)) if path in (document.name, document.path)
        ]
        if len(owners) == 1:
            return owners[0]
    return None


def is_about(clause: Clause, topic: str) -> bool:
    """Whether a clause and the headings above it hold all words of a topic."""
    return set(topic.lower().split()) <= set(re.findall(r"\w+", " ".join((*clause.section, clause.composed)).lower()))
