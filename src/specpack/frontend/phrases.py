"""Phrases that wording is searched for, written one beside the other as an author would.

Path: **phrases** -> checks of wording.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

Phrase = tuple[str, ...]
"""Words in lower case and singular."""

_WORD = re.compile(r"\w+")
_CHOICE = re.compile(r"\(([^()?]*/[^()]*)\)")
_SPACE = r"\s+"


def compile_phrases(text: str, *, after: str = "") -> re.Pattern[str]:
    """Return a pattern of whole phrases in any case, over line breaks too.

    Args:
        text: Phrases with `,` between them. A phrase is a regular expression in which a space stands for any white
            space, `(a/b)` for `a` or `b`, and `_` for a comma.
        after: What must follow, as a regular expression.
    """
    phrases = [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]
    choices = [_CHOICE.sub(lambda match: f"(?:{match[1].replace('/', '|')})", phrase) for phrase in phrases]
    joined = "|".join(choices).replace(" ", _SPACE).replace("_", ",")
    return re.compile(rf"\b(?:{joined})\b{after}", re.IGNORECASE)


def index_phrases(texts: Iterable[str]) -> Mapping[str, Sequence[Phrase]]:
    """Return first word -> the phrases that begin with it, for `find_phrases`; texts without a word are left out."""
    found: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(map(split_phrase, texts)):
        if phrase:
            found.setdefault(phrase[0], []).append(phrase)
    return found


def find_phrases(text: str, phrases: Mapping[str, Sequence[Phrase]]) -> Iterator[tuple[Phrase, int, int]]:
    """Yield each phrase that stands in a text, in any case and number, with its range; markup may stand between."""
    words = [(_fold_word(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    for place, (first, start, _) in enumerate(words):
        for phrase in phrases.get(first, ()):
            last = place + len(phrase) - 1
            if last < len(words) and all(words[place + n][0] == word for n, word in enumerate(phrase)):
                yield phrase, start, words[last][2]


def split_phrase(text: str) -> Phrase:
    """Return the words of a text as `find_phrases` compares them."""
    return tuple(map(_fold_word, _WORD.findall(text)))


def _fold_word(word: str) -> str:
    word = word.strip("_").casefold()
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
