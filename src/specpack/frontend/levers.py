"""Levers: words of which one alone turns the meaning of a clause.

Path: pieces -> **levers** -> checks, alarms, flips.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specpack.frontend.pieces import count_edited, pair_replaced, split_words
from specpack.model.change import Piece

MOST_TOKENS = 4
"""Words up to which an edit is small, so that it is easily overlooked."""


class Lever(StrEnum):
    """What kind of word it is."""

    CONNECTIVE = "connective"
    QUANTIFIER = "quantifier"
    NEGATION = "negation"
    NUMBER = "number"
    MODAL = "modal"


_WORDS = {
    Lever.CONNECTIVE: "and or nor and/or but unless except if when whenever while until before after otherwise either",
    Lever.QUANTIFIER: "all any each every some both only exactly least most more less fewer up sole single first last "
    "several many few within above below over under inclusive exclusive always sometimes usually",
    Lever.NEGATION: "not no never none cannot without neither nothing nobody nowhere",
    Lever.NUMBER: "zero one two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand "
    "million once twice half double",
    Lever.MODAL: "must shall should may can could might required recommended optional",
}
_KINDS = {word: lever for lever, words in _WORDS.items() for word in words.split()}
_NUMBER = re.compile(r"\d|\A[<>=\u2264\u2265]+\Z")
_CONTRACTED = re.compile(r"n['\u2019]t\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A place of an edit that moves a lever: old and new words, one of them possibly empty."""

    old: str
    new: str
    levers: frozenset[Lever]


def find_lever(word: str) -> Lever | None:
    """Return which lever a word is, None for all others."""
    folded = word.casefold()
    if folded in _KINDS:
        return _KINDS[folded]
    if " " in folded:
        return Lever.QUANTIFIER
    if _CONTRACTED.search(folded):
        return Lever.NEGATION
    return Lever.NUMBER if _NUMBER.search(folded) else None


def find_turns(pieces: Sequence[Piece], *, apart: Collection[Lever] = ()) -> tuple[Turn, ...]:
    """Return the places of an edit that move a lever, in reading order.

    Args:
        pieces: Old and new words.
        apart: Levers that are reported elsewhere; a place that moves only these is left out.
    """
    turns = []
    for old, new in pair_replaced(pieces):
        before, after = Counter(split_words(old)), Counter(split_words(new))
        moved = {find_lever(word) for word in (*(before - after), *(after - before))}
        levers = frozenset(lever for lever in moved if lever is not None and lever not in apart)
        if levers:
            turns.append(Turn(old=old, new=new, levers=levers))
    return tuple(turns)


def is_small(pieces: Sequence[Piece]) -> bool:
    """Whether an edit touches at most four words."""
    return count_edited(pieces) <= MOST_TOKENS


def render_turns(turns: Sequence[Turn]) -> str:
    """Return what an edit does, as words that go on after "this edit"."""
    told = []
    for turn in turns:
        if turn.old and turn.new:
            told.append(f"turns `{turn.old}` into `{turn.new}`")
        else:
            told.append(f"adds `{turn.new}`" if turn.new else f"takes out `{turn.old}`")
    return told[0] if len(told) == 1 else ", ".join(told[:-1]) + f" and {told[-1]}"
