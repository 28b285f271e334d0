"""Which old clause each new clause continues.

Path: clauses -> resemblance -> **matching** -> identity. Weights and thresholds were measured on the history of a real
pack.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from specpack.frontend.resemblance import Scale, fold_text, share_of, split_words
from specpack.model.pack import Identity

_TEXT, _PATH, _LEADIN, _DOCUMENT, _NEIGHBOURS = 0.62, 0.12, 0.06, 0.08, 0.12
_ENOUGH, _ENOUGH_TEXT, _ENOUGH_BETWEEN = 0.50, 0.45, 0.35
_SURE, _NEAR, _TIE = 0.60, 0.42, 0.02
_LONG = 5
"""Words from which a text can stand for itself."""
_MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A clause of the pack as it is now, before it has an id."""

    key: str
    """Key of its document."""
    document: str
    """Path of its document."""
    path: tuple[str, ...]
    """Section path, outermost first."""
    leadin: str
    text: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A match with low confidence (`accepted`), or one that was not made because it was a guess."""

    old: Identity
    new: int
    """Index of the new clause."""
    score: float
    accepted: bool


_Key = Callable[[str, tuple[str, ...], str, str], Hashable]
"""What clauses are grouped by, from document, section path, lead-in and text."""


@dataclass(slots=True, kw_only=True)
class _Pair:
    old: int
    new: int
    text: float
    fixed: float
    """The part of the score that neighbours do not change."""
    short: bool
    score: float = 0.0
    acceptable: bool = False


class Matcher:
    """Pairs old and new clauses, each with at most one of the other side; `matches` is new index -> old index."""

    def __init__(self, old: Sequence[Identity], new: Sequence[Candidate]) -> None:
        self.matches: dict[int, int] = {}
        self._old, self._new = old, new
        self._done_old: dict[int, int] = {}
        self._done_new: set[int] = set()
        self._doubts: list[Doubt] = []
        moved = _follow_renames(old, new)
        self._documents = [moved.get(identity.document, identity.document) for identity in old]
        self._old_keys = [(fold_text(identity.leadin), fold_text(identity.text)) for identity in old]
        self._new_keys = [(fold_text(candidate.leadin), fold_text(candidate.text)) for candidate in new]
        self._old_order = _order_identities(old)
        self._old_sides = _find_sides(self._old_order, [identity.document for identity in old])
        self._new_sides = _find_sides(range(len(new)), [candidate.document for candidate in new])

    def settle(self, old: int | None, new: int) -> None:
        """Fix a new clause, as the continuation of an old one or of none."""
        self._done_new.add(new)
        if old is not None:
            self._done_old[old] = new
            self.matches[new] = old

    def free_new(self) -> list[int]:
        """Return the new clauses that are not settled, in order."""
        return [place for place in range(len(self._new)) if place not in self._done_new]

    def _both_free(self) -> bool:
        """Whether there are both old and new clauses that are not settled."""
        return len(self._done_old) < len(self._old) and len(self._done_new) < len(self._new)

    def doubts(self) -> tuple[Doubt, ...]:
        """Return the doubts of `match_alike`, by new clause."""
        return tuple(sorted(self._doubts, key=lambda doubt: doubt.new))

    def match_same(self) -> None:
        """Match clauses with equal words: equal in everything, then by lead-in and text, then by long unique text."""
        for olds, news in self._group(lambda document, path, leadin, text: (document, path, leadin, text)):
            self._pair_twins(olds, news)
        for olds, news in self._group(lambda document, _, leadin, text: (document, leadin, text)):
            in_one = len({self._old[o].path for o in olds}) == 1 == len({self._new[n].path for n in news})
            if len(olds) == len(news) and in_one:
                for old, new in zip(olds, news, strict=True):
                    self.settle(old, new)
        for olds, news in self._group(lambda _, __, leadin, text: (leadin, text)):
            self._pair_unique(olds, news, self._new_keys[news[0]][0] + " " + self._new_keys[news[0]][1])
        for olds, news in self._group(lambda _, __, ___, text: text):
            self._pair_unique(olds, news, self._new_keys[news[0]][1])

    def match_alike(self) -> None:
        """Match what is left by resemblance, best first, until nothing new is found; a tie is left open."""
        if not self._both_free():
            return
        scale = Scale([text for _, text in self._old_keys], [text for _, text in self._new_keys])
        index = scale.index([(old, self._old_keys[old][1]) for old in self._old_order if old not in self._done_old])
        pairs: dict[tuple[int, int], _Pair] = {}
        for new in self.free_new():
            for old in scale.find_alike(self._new_keys[new][1], index):
                pairs[old, new] = self._compare(old, new, scale)
        for _ in range(_MOST_ROUNDS):
            for old, new in self._find_between():
                if (old, new) not in pairs:
                    pairs[old, new] = self._compare(old, new, scale)
            if not self._accept(pairs):
                break
            pairs = {k: pair for k, pair in pairs.items() if k[0] not in self._done_old and k[1] not in self._done_new}
        best: dict[int, _Pair] = {}
        for pair in sorted(pairs.values(), key=lambda pair: (-pair.score, pair.old)):
            if pair.score >= _NEAR and pair.text >= _ENOUGH_BETWEEN:
                best.setdefault(pair.new, pair)
        self._doubts += [self._doubt(pair, accepted=False) for pair in best.values()]

    def _accept(self, pairs: dict[tuple[int, int], _Pair]) -> bool:
        """Settle all pairs that are good enough and without a rival; return whether there was one."""
        by_old: dict[int, list[_Pair]] = {}
        by_new: dict[int, list[_Pair]] = {}
        for pair in pairs.values():
            self._rate(pair)
            if pair.acceptable:
                by_old.setdefault(pair.old, []).append(pair)
                by_new.setdefault(pair.new, []).append(pair)
        progress = False
        for pair in sorted((p for ps in by_new.values() for p in ps), key=lambda p: (-p.score, p.old, p.new)):
            if pair.old in self._done_old or pair.new in self._done_new:
                continue
            rivals = [
                rival
                for rival in (*by_old[pair.old], *by_new[pair.new])
                if rival is not pair and rival.old not in self._done_old and rival.new not in self._done_new
            ]
            if any(rival.score > pair.score - _TIE for rival in rivals):
                continue
            self.settle(pair.old, pair.new)
            progress = True
            if pair.score < _SURE or pair.text < _ENOUGH_TEXT:
                self._doubts.append(self._doubt(pair, accepted=True))
        return progress

    def _doubt(self, pair: _Pair, *, accepted: bool) -> Doubt:
        return Doubt(old=self._old[pair.old], new=pair.new, score=round(pair.score, 3), accepted=accepted)

    def _compare(self, old: int, new: int, scale: Scale) -> _Pair:
        (old_leadin, old_text), (new_leadin, new_text) = self._old_keys[old], self._new_keys[new]
        text = scale.compare(old_text, new_text)
        here = self._documents[old] == self._new[new].document
        path = share_of(set(self._old[old].path), set(self._new[new].path))
        leadin = (
            1.0 if old_leadin == new_leadin else share_of(set(split_words(old_leadin)), set(split_words(new_leadin)))
        )
        short = not (here and path == 1.0) and min(len(split_words(old_text)), len(split_words(new_text))) < _LONG
        fixed = _TEXT * text + _PATH * path + _LEADIN * leadin + _DOCUMENT * here
        return _Pair(old=old, new=new, text=text, fixed=fixed, short=short)

    def _rate(self, pair: _Pair) -> None:
        """Set a pair's score and whether it will do.

        An end of the document counts as a neighbour, but two ends are not a place between two.
        """
        met, ends = 0, 0
        here = self._documents[pair.old] == self._new[pair.new].document
        for old, new in zip(self._old_sides[pair.old], self._new_sides[pair.new], strict=True):
            if old is None or new is None:
                ends += old is new and here
            else:
                met += self._done_old.get(old) == new
        pair.score = pair.fixed + _NEIGHBOURS * (met + ends) / 2
        between = met >= 1 and met + ends == 2 and pair.text >= _ENOUGH_BETWEEN
        good = pair.score >= _ENOUGH and pair.text >= _ENOUGH_TEXT and not (pair.short and met == 0)
        pair.acceptable = between or good

    def _find_between(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of free clauses that stand at the same side of a matched pair."""
        for new in self.free_new():
            for side in (0, 1):
                beside = self._new_sides[new][side]
                if beside is not None and beside in self.matches:
                    old = self._old_sides[self.matches[beside]][1 - side]
                    if old is not None and old not in self._done_old:
                        yield old, new

    def _group(self, key: _Key) -> list[tuple[list[int], list[int]]]:
        """Return the free old and new clauses that share a key, both in order, where there are some of both."""
        if not self._both_free():
            return []
        groups: dict[Hashable, tuple[list[int], list[int]]] = {}
        for place in self._old_order:
            if place not in self._done_old:
                shared = key(self._documents[place], self._old[place].path, *self._old_keys[place])
                groups.setdefault(shared, ([], []))[0].append(place)
        for place in self.free_new():
            candidate = self._new[place]
            shared = key(candidate.document, candidate.path, *self._new_keys[place])
            groups.setdefault(shared, ([], []))[1].append(place)
        return [group for group in groups.values() if group[0] and group[1]]

    def _pair_twins(self, olds: list[int], news: list[int]) -> None:
        """Pair clauses equal in everything: by the words around them where their number changed, then in order."""
        if len(olds) != len(news):
            for sides in ((0, 1), (0,), (1,)):
                waiting: dict[Hashable, list[int]] = {}
                for old in reversed(olds):
                    around = tuple(None if (o := self._old_sides[old][s]) is None else self._old_keys[o] for s in sides)
                    waiting.setdefault(around, []).append(old)
                for new in news:
                    near = tuple(None if (n := self._new_sides[new][s]) is None else self._new_keys[n] for s in sides)
                    if matching := waiting.get(near):
                        self.settle(matching.pop(), new)
                olds = [old for old in olds if old not in self._done_old]
                news = [new for new in news if new not in self._done_new]
        for old, new in zip(olds, news, strict=False):
            self.settle(old, new)

    def _pair_unique(self, olds: list[int], news: list[int], words: str) -> None:
        if len(olds) == len(news) == 1:
            here = self._documents[olds[0]] == self._new[news[0]].document
            if (here and self._old[olds[0]].path == self._new[news[0]].path) or len(split_words(words)) >= _LONG:
                self.settle(olds[0], news[0])


def _follow_renames(old: Sequence[Identity], new: Sequence[Candidate]) -> dict[str, str]:
    """Return path -> path now, for documents whose path is gone and whose key a new path carries on."""
    before, now = {identity.document for identity in old}, {candidate.document for candidate in new}
    heirs = {candidate.key: candidate.document for candidate in new if candidate.document not in before}
    keys: dict[str, Counter[str]] = {}
    for identity in old:
        if identity.document not in now:
            keys.setdefault(identity.document, Counter())[identity.id.partition(".")[0]] += 1
    likely = {path: min(counter, key=lambda key: (-counter[key], key)) for path, counter in keys.items()}
    return {path: heirs[key] for path, key in likely.items() if key in heirs}


def _order_identities(old: Sequence[Identity]) -> list[int]:
    """Return the indexes of old clauses in source order, as `Identity.after` tells; in their own where it does not."""
    documents: dict[str, list[int]] = {}
    for place, identity in enumerate(old):
        documents.setdefault(identity.document, []).append(place)
    order: list[int] = []
    for places in documents.values():
        if not any(old[place].after for place in places):
            order += places
            continue
        known = {old[place].id for place in places}
        followers: dict[str, list[int]] = {}
        for place in places:
            followers.setdefault(old[place].after if old[place].after in known else "", []).append(place)
        waiting, seen = followers.get("", [])[::-1], set[int]()
        while waiting:
            place = waiting.pop()
            seen.add(place)
            order.append(place)
            waiting += [follower for follower in followers.get(old[place].id, [])[::-1] if follower not in seen]
        order += [place for place in places if place not in seen]
    return order


def _find_sides(order: Sequence[int], documents: Sequence[str]) -> dict[int, tuple[int | None, int | None]]:
    """Return index -> indexes of the clauses before and after it in its document, None at the ends."""
    rows: dict[str, list[int]] = {}
    for place in order:
        rows.setdefault(documents[place], []).append(place)
    sides: dict[int, tuple[int | None, int | None]] = {}
    for row in rows.values():
        for before, place, after in zip([None, *row[:-1]], row, [*row[1:], None], strict=True):
            sides[place] = (before, after)
    return sides
