"""Closure: what shuts an open slot, whichever family it is of, and how an opening is described.

Path: topics -> **closure** -> families, limits -> asymmetry. A slot is closed by a word of its own clause, by a
sibling, by a complement in its topic, or by a freedom that somebody declared.
"""

import re

from specpack.frontend.phrases import compile_phrases
from specpack.frontend.topics import Topics, Voice, list_keys
from specpack.model.clause import Bearer, Force
from specpack.model.slots import Family, Opening, SlotName

ONLY = compile_phrases(
    r"""
    only, solely, exclusively, sole, no other, no others, nothing else, nothing but, nothing beyond, nothing besides,
    none besides, nobody else, none other, alone, and no \w+, not any other, any other, never
    """,
)
"""Words that shut out everything beside what is named."""
OTHERWISE = compile_phrases(
    """
    otherwise, else, in (any/every/all) other cases?, in all (?:the )?others?, any other, all others?, every other,
    no other, anything else, everything else, whatever else, unknown, unrecogni[sz]ed, unsupported, not listed,
    not in the list, none of, none besides, other than, outside, apart from, the rest, the remaining, regardless,
    whether or not, no matter, by default, as default
    """,
)
"""Words that say what becomes of the rest."""
_FREE = compile_phrases(
    r"""
    (is/are/be) free, free to, does not matter, do not matter, (in/of) any order, unspecified, undefined behaviou?r,
    implementation[- ]defined, no limit, unlimited, unbounded, without (?:an? |any )?limit, need not, needs not,
    left to the, left open, at (its/their) (discretion/choice), any number of, or more, as many, however many,
    of any (length/size/number)
    """,
)
_VISIBLE = compile_phrases(
    """
    answers?, returns?, responds?, reply, replies, writes?, prints?, raises?, shows?, sends?, accepts?, rejects?,
    refuses?, emits?, logs?, exits?, displays?, publish(?:es)?, stores?, reports?, throws?, deletes?, exposes?,
    offers?, opens?, closes?
    """,
)
_VALUE = re.compile(r"\d|\u02d1")
_UNSEEN = (Bearer.PACK, Bearer.GENERATOR)


def is_freed(voice: Voice, topics: Topics) -> bool:
    """Whether the clause, or a clause of its topic about the same words, declares a freedom."""
    if _FREE.search(voice.mask):
        return True
    return any(o.clause.id != voice.clause.id and _speak_alike(voice, o) for o in topics.matching(_FREE))


def _speak_alike(voice: Voice, other: Voice) -> bool:
    return len(voice.keys & other.keys) >= 2


def is_permitted(voice: Voice, topics: Topics) -> bool:
    """Whether a permission of the topic speaks about the same words."""
    return any(other.clause.force is Force.MAY and _speak_alike(voice, other) for other in topics.neighbours(voice))


def list_bearer(voice: Voice, topics: Topics) -> frozenset[str]:
    """Return the words that say who acts: most clauses of a section share them, so they make no two alike."""
    bearer = topics.slots(voice).bearer
    return list_keys(bearer.text) if bearer is not None else frozenset()


def build_opening(
    family: Family,
    slot: SlotName,
    voice: Voice,
    place: tuple[int, int],
    topics: Topics,
    *,
    case: str = "",
    certain: bool = False,
    word: str = "",
) -> Opening:
    """Return the opening of a clause at a range of its mask, which gives the word unless another is named."""
    fillings, clause = topics.fillings, voice.clause
    return Opening(
        family=family,
        case=case,
        slot=slot,
        clause=clause.id,
        span=fillings.span(clause, *place),
        word=word or fillings.words(clause, *place).replace("`", ""),
        topic=topics.topic(voice),
        observability=rate_observability(voice),
        certain=certain,
    )


def rate_observability(voice: Voice) -> int:
    """Return how well a violation shows: 0 not at all, 1 in files, 2 at the interface, 3 by a value given there."""
    if voice.clause.bearer in _UNSEEN:
        return 0
    if voice.clause.bearer is not Bearer.SYSTEM or not _VISIBLE.search(voice.mask):
        return 1
    return 3 if _VALUE.search(voice.mask) else 2
