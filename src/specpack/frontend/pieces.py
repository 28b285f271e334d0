"""Old and new words of a clause, aligned.

Path: changes -> **pieces** -> levers, diagnostics, renderers.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from specpack.frontend.resemblance import fold_text
from specpack.model.change import Piece, Presence

_TOKEN = re.compile(
    r"\b(?:at (?:least|most)|no (?:more|less|fewer|later|earlier) than|(?:more|less|fewer) than|up to)\b"
    r"|\w+(?:[-.'\u2019/]\w+|(?<=\d),(?=\d)\w+)*|[<>=!\u2264\u2265]+|[^\w\s]",
    re.IGNORECASE,
)
"""A word; what bounds a number is one, however many words it takes."""
_WORD = re.compile(r"\w|[<>=\u2264\u2265]")
_MOST_STEPS = 4_000_000
"""Pairs of tokens up to which two texts are aligned; the middle of longer ones counts as one replacement."""


def split_tokens(text: str) -> list[str]:
    """Return words, numbers, comparisons and single marks of a text, each with the white space before it folded."""
    tokens: list[str] = []
    end, text = 0, fold_text(text)
    for match in _TOKEN.finditer(text):
        tokens.append((" " if tokens and match.start() > end else "") + match[0])
        end = match.end()
    return tokens


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words of both texts in reading order, old ones before the new ones that replace them."""
    olds, news = split_tokens(old), split_tokens(new)
    bare_olds, bare_news = [t.strip() for t in olds], [t.strip() for t in news]
    pieces: list[Piece] = []
    for tag, i, j, k, m in _align(bare_olds, bare_news):
        if tag == "equal":
            pieces.append(_join(Presence.BOTH, news[k:m]))
            continue
        for presence, tokens in ((Presence.OLD, olds[i:j]), (Presence.NEW, news[k:m])):
            if tokens:
                pieces.append(_join(presence, tokens))
    return tuple(pieces)


def _join(presence: Presence, tokens: Sequence[str]) -> Piece:
    return Piece(presence=presence, text="".join(tokens).strip(), spaced=tokens[0].startswith(" "))


def pair_replaced(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    """Return (old words, new words) of each place that differs; one of them may be empty."""
    pairs: list[tuple[str, str]] = []
    old = ""
    for piece in (*pieces, Piece(presence=Presence.BOTH, text="")):
        if piece.presence is Presence.NEW:
            pairs.append((old, piece.text))
            old = ""
        else:
            if old:
                pairs.append((old, ""))
            old = piece.text if piece.presence is Presence.OLD else ""
    return pairs


def count_edited(pieces: Sequence[Piece]) -> int:
    """Return how many words an edit touches: of each place, those of the longer side; marks do not count."""
    return sum(max(len(split_words(old)), len(split_words(new))) for old, new in pair_replaced(pieces))


def split_words(text: str) -> list[str]:
    """Return the tokens of a text that are words, numbers or comparisons."""
    return [token.strip() for token in split_tokens(text) if _WORD.search(token)]


def _align(olds: Sequence[str], news: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Return operations as `SequenceMatcher.get_opcodes` does, in bounded time."""
    start = 0
    while start < min(len(olds), len(news)) and olds[start] == news[start]:
        start += 1
    end = 0
    while end < min(len(olds), len(news)) - start and olds[-1 - end] == news[-1 - end]:
        end += 1
    middle_olds, middle_news = olds[start : len(olds) - end], news[start : len(news) - end]
    operations = [("equal", 0, start, 0, start)] if start else []
    if len(middle_olds) * len(middle_news) > _MOST_STEPS:
        operations.append(("replace", start, len(olds) - end, start, len(news) - end))
    else:
        found = SequenceMatcher(None, middle_olds, middle_news, autojunk=False).get_opcodes()
        operations += [(tag, i + start, j + start, k + start, m + start) for tag, i, j, k, m in found]
    if end:
        operations.append(("equal", len(olds) - end, len(olds), len(news) - end, len(news)))
    return operations
