"""How much two texts resemble each other, rare words weighing more.

Path: clauses -> **resemblance** -> matching -> identity.
"""

import heapq
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_MOST_POSTINGS = 64
"""A word in more clauses than this leads to none of them, so that the search stays linear."""
_MOST_RIVALS = 24


@lru_cache(maxsize=8_192)
def fold_text(text: str) -> str:
    """Return a text in Unicode form NFC with white space folded."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


@lru_cache(maxsize=8_192)
def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, in lower case."""
    return tuple(re.findall(r"\w+", fold_text(text).casefold()))


class Scale:
    """Words weighed by how rare they are among all clauses."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._words = {text: frozenset(split_words(text)) for text in (*old, *new)}
        spread = Counter(word for text in old for word in self._words[text])
        spread |= Counter(word for text in new for word in self._words[text])
        count = max(len(old), len(new))
        self._rarity = {word: math.log(1 + count / number) for word, number in spread.items()}
        self._weights: dict[str, float] = {}

    def compare(self, one: str, other: str) -> float:
        """Return the weighted share of common words, 0.0 to 1.0 (Dice, each word by its inverse frequency)."""
        if one == other:
            return 1.0
        both = self._weigh_text(one) + self._weigh_text(other)
        return 2 * self._weigh(self._words[one] & self._words[other]) / both if both else 0.0

    def index(self, texts: Sequence[tuple[int, str]]) -> dict[str, list[int]]:
        """Return word -> places that hold it."""
        postings: dict[str, list[int]] = {}
        for place, text in texts:
            for word in self._words[text]:
                postings.setdefault(word, []).append(place)
        return postings

    def find_alike(self, text: str, index: dict[str, list[int]]) -> list[int]:
        """Return the places that share the most weight of rare words with a text; common words are not followed."""
        shared: dict[int, float] = {}
        for word in sorted(self._words[text]):
            postings = index.get(word, ())
            if len(postings) <= _MOST_POSTINGS:
                for place in postings:
                    shared[place] = shared.get(place, 0.0) + self._rarity[word]
        return heapq.nsmallest(_MOST_RIVALS, shared, key=lambda place: (-shared[place], place))

    def _weigh_text(self, text: str) -> float:
        weight = self._weights.get(text)
        if weight is None:
            weight = self._weights[text] = self._weigh(self._words[text])
        return weight

    def _weigh(self, words: frozenset[str]) -> float:
        return math.fsum(self._rarity[word] for word in words)


def share_of(one: set[str], other: set[str]) -> float:
    """Return the share of common members, 1.0 for two empty sets."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
