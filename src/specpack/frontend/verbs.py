"""Whether words make a statement: a small lexicon of verbs.

Path: splitting -> **verbs** -> clauses, checks. A sentence without a known verb counts as not understood.
"""

import re

_AUXILIARY_WORDS = """
is are was were be been has have had does do did can cannot could will would may might must should shall isn't
aren't doesn't don't can't won't needs need remains remain becomes become consists consist equals equal
"""
_STEM_WORDS = """
accept access act add allow answer append apply approve assign assume attach attempt authenticate authorise
authorize begin belong block bring build cache calculate call cancel carry cause change check choose clear
close collect combine come commit compare compile complete compute configure confirm connect construct contain
continue control convert copy count cover create decide declare decode decrease default define delete deliver
denote depend deploy describe design detect determine differ disable display divide do drop emit enable encode
encrypt end enforce ensure enter evaluate exceed exclude execute exist expect expire explain export expose
express extend extract fail fall fetch fill filter finish fit fix flag flush follow forbid force form format
fulfil gain generate get give go group grow guarantee handle happen hash hold identify ignore implement import
include increase increment indicate inherit initialise initialize insert install invoke issue join keep know
lack last launch lead leave let limit link list listen live load lock log look lose maintain make manage map
mark match mean measure merge mint mount move name need normalise normalize notify number observe occur offer
omit open operate order output overflow overwrite own pad paginate parse pass pause perform permit persist
pick place point populate post precede prefer prefix prepare preserve prevent print proceed process produce
prompt propagate protect prove provide publish pull push put query queue raise range reach read receive record
redirect reduce refer refuse register reject relate release rely remain remember remove rename render repeat
replace reply report represent request require reserve reset resolve respond restart restore restrict result
retain retry return reuse reverse revoke roll rotate round route run satisfy save scan schedule search select
send separate serialise serialize serve set share shift show sign skip sort split stand start state stay stop
store stream submit succeed suffix supply support suspend switch sync take tell terminate test throw time
transfer transform translate transmit treat trigger trim truncate try turn unlock update upload use validate
vary verify violate visit wait warn work wrap write yield
"""
_IRREGULAR_WORDS = """
became began brought built came chose did fell found gave given got grew held kept knew known left lost made
meant met put ran read said sent shown stood taken told took thrown understood went won written wrote hidden
bound built drawn
"""
_NOUN_WORDS = """
access answer block cache cause change check control count cover default design display end fit flag form
format hash last lead limit link list load lock log look map mark match mean measure need number offer order
output own place point post prefix process prompt query queue range read record release report request result
return round route run search set share shift sign sort split stand start state stop store stream suffix
supply support switch test time transfer trigger try turn update upload use visit work wrap
"""
"""Stems that are nouns as often; a sentence that opens with one gives no order."""
_EITHER_WORDS = """
answer check keep log read record reject report return run set start stop store test use write
"""
"""Of those, the ones that give an order where an object follows at once."""


def _forms(stem: str) -> tuple[str, ...]:
    """Return the inflected forms of a stem."""
    if stem.endswith("e"):
        return stem, stem + "s", stem + "d", stem[:-1] + "ing"
    if stem.endswith("y") and stem[-2] not in "aeiou":
        return stem, stem[:-1] + "ies", stem[:-1] + "ied", stem + "ing"
    plural = stem + "es" if stem.endswith(("s", "x", "z", "ch", "sh", "o")) else stem + "s"
    return stem, plural, stem + "ed", stem + "ing", stem + stem[-1] + "ed", stem + stem[-1] + "ing"


_STEMS = frozenset(_STEM_WORDS.split())
_VERBS = frozenset(
    [
        *_AUXILIARY_WORDS.split(),
        *_IRREGULAR_WORDS.split(),
        *(form for stem in _STEMS for form in _forms(stem)),
    ]
)
_IMPERATIVES = _STEMS - frozenset(_NOUN_WORDS.split())
_EITHER = frozenset(_EITHER_WORDS.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_RELATIVE = re.compile(r"\A[\W_]*(?:which|what|how|who|whether|where|why)\b", re.I)
_OBJECT = re.compile(
    r"\A[\W_]*[A-Za-z]+\s+(?:the|an?|only|all|each|every|no|any|its|one|exactly|them|it|nothing|this|these)\b",
    re.I,
)


def has_verb(mask: str) -> bool:
    """Whether the words hold a verb form that the lexicon knows; looks at the first 60 words."""
    for count, match in enumerate(_WORD.finditer(mask)):
        if match[0].lower() in _VERBS:
            return True
        if count > 60:
            break
    return False


def is_fragment(mask: str) -> bool:
    """Whether an item says nothing by itself: no verb, or an indirect question."""
    return bool(_RELATIVE.match(mask)) or not has_verb(mask)


def is_imperative(mask: str) -> bool:
    """Whether a sentence orders something: it opens with a verb that is no noun, or with one that has an object."""
    match = _WORD.search(mask[:40])
    if match is None or mask[: match.start()].strip(" *_\"'("):
        return False
    word = match[0].lower()
    if word in _IMPERATIVES:
        return True
    return word in _EITHER and bool(_OBJECT.match(mask[:60]))
