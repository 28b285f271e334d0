"""How the members of a group join: all of them, any, exactly one, and/or, or nobody says.

Path: masking -> **junctions** -> fillings -> asymmetry. Pure: masks in, a junction out.
"""

import re
from collections.abc import Sequence

from specpack.model.slots import Junction

_AND_OR = re.compile(r"\band\s?/\s?or\b|\band\s*\(or\)|\bor\s?/\s?and\b", re.I)
_WORDS = {
    "any": Junction.ANY,
    "any one": Junction.ANY,
    "at least one": Junction.ANY,
    "one or more": Junction.ANY,
    "some": Junction.ANY,
    "via": Junction.ANY,
    "by varying": Junction.ANY,
    "one": Junction.ONE,
    "exactly one": Junction.ONE,
    "only one": Junction.ONE,
    "precisely one": Junction.ONE,
    "one and only one": Junction.ONE,
    "either": Junction.ONE,
    "whichever": Junction.ONE,
    "all": Junction.ALL,
    "each": Junction.ALL,
    "every one": Junction.ALL,
    "both": Junction.ALL,
    "none": Junction.ALL,
    "neither": Junction.ALL,
    "in this order": Junction.ALL,
    "in the following order": Junction.ALL,
}
_JOINS = "|".join(sorted((word.replace(" ", r"\s+") for word in _WORDS), key=len, reverse=True))
_HEAD = re.compile(
    rf"\b(?P<word>{_JOINS})(?P<of>\s+of(?:\s+(?:the\s+following|these|those|the))?(?:\s+[\w-]+){{0,2}}"
    r"|\s+the\s+following(?:\s+[\w-]+){0,2})?\s*\Z",
    re.I,
)
"""The word just in front of the colon."""
_INNER = re.compile(rf"\b(?P<word>{_JOINS})\s+of\b|\b(?P<alone>either|in\s+(?:this|the\s+following)\s+order)\b", re.I)
_ENDS_OR = re.compile(r"(?:[;,]|\s)\s*or\s*[;,.]?\s*\Z|\A\W*or\b", re.I)
_ENDS_AND = re.compile(r"(?:[;,]|\s)\s*and\s*[;,.]?\s*\Z|\A\W*and\b", re.I)
_ENDS_AND_OR = re.compile(r"and\s?/\s?or\W*\Z|\A\W*and\s?/\s?or\b", re.I)


def find_junction(lead: str, members: Sequence[str] = (), *, forbidden: bool = False) -> Junction:
    """Return how the members of a group join.

    What stands just in front of the colon decides, then the conjunction at the end of a member or at its beginning,
    then the rest of the lead-in.

    Args:
        lead: Mask of the clause that introduces the members.
        members: Masks of the members, in order.
        forbidden: Whether the group forbids: then each member is forbidden, unless a word says otherwise.
    """
    if _AND_OR.search(lead):
        return Junction.AND_OR
    head = _HEAD.search(lead.rstrip(" \t\n:"))
    if head and (head["of"] or _fold(head["word"]) != "one"):
        return _WORDS[_fold(head["word"])]
    if any(_ENDS_AND_OR.search(member) for member in members):
        return Junction.AND_OR
    if any(_ENDS_OR.search(member) for member in members):
        return Junction.ALL if forbidden else Junction.ANY
    if any(_ENDS_AND.search(member) for member in members):
        return Junction.ALL
    inner = [match["word"] or match["alone"] for match in _INNER.finditer(lead)]
    if inner:
        return _WORDS[_fold(inner[-1])]
    return Junction.ALL if forbidden else Junction.IMPLICIT


def _fold(word: str) -> str:
    return " ".join(word.lower().split())
