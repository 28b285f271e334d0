"""Words that went from one clause to another: rules joined into one, a rule cut in two.

Path: changes -> **transfers** -> alarms. The identity file records neither, so both are told from the words: eight of
ten words of a clause that is gone, or new, are among those that another clause gained, or lost, in the same edit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from specpack.frontend.pieces import split_words
from specpack.model.change import Aspect, ClauseChange, Presence
from specpack.model.clause import ClauseId

_ENOUGH = 0.8
_FEWEST = 5
"""Words below which a clause is too short to be recognised in another."""


def find_transfers(changes: Sequence[ClauseChange]) -> tuple[ClauseChange, ...]:
    """Return the changes with merged and split clauses told as such; each names its other clause."""
    gained = {change.id: _count_words(change, Presence.NEW) for change in changes if change.after}
    lost = {change.id: _count_words(change, Presence.OLD) for change in changes if change.before}
    told = []
    for change in changes:
        if change.after is None and change.before:
            heir = _find_holder(change.before.text, gained)
            aspect = Aspect.MERGED
        elif change.before is None and change.after:
            heir = _find_holder(change.after.text, lost)
            aspect = Aspect.SPLIT
        else:
            heir = None
        if heir:
            change = replace(change, aspects=(*change.aspects, aspect), related=(heir,))
        told.append(change)
    return tuple(told)


def _count_words(change: ClauseChange, presence: Presence) -> Counter[str]:
    texts = [piece.text for piece in change.words if piece.presence is presence]
    if change.before is None or change.after is None:
        texts = [clause.text for clause in (change.before, change.after) if clause]
    return Counter(word.casefold() for text in texts for word in split_words(text))


def _find_holder(text: str, holders: dict[ClauseId, Counter[str]]) -> ClauseId | None:
    """Return the clause that holds the most of a text's words, None where none holds enough of them."""
    words = Counter(word.casefold() for word in split_words(text))
    if words.total() < _FEWEST:
        return None
    shares = {name: (words & held).total() / words.total() for name, held in holders.items()}
    best = max(sorted(shares), key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _ENOUGH else None
