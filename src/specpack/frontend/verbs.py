"""Whether words make a statement: a small lexicon of verbs.

Path: splitting -> **verbs** -> clauses, checks. A sentence without a known verb counts as not understood.
"""

import re

_AUXILIARY_WORDS = """
is are was were be been has have had does do did can cannot could will would may might must should shall isn't
aren't doesn't don't can't won't needs need remains remain becomes become consists consist equals equal
"""
_STEM_WORDS = """
accept access act add allow answer append apply approve assign assume attach attempt attend authenticate
authorise authorize begin belong block borrow bother bring build buy cache calculate call cancel carry cause
change check choose clear close collect combine come commit compare compile complete compute configure confirm
connect construct contain continue control convert copy correspond cost count cover create deal decide declare
decode decrease default define delete deliver denote depend deploy describe design detect determine differ
disable display divide do draw drop eat emit enable encode encrypt end enforce ensure enter evaluate exceed
exclude execute exist expect experience expire explain export expose express extend extract face fail fall
feel fetch fill filter finish fit fix flag flush fly follow forbid force form format fulfil gain generate get
give go group grow guarantee handle hang happen hash hear help hire hold hurt identify ignore implement import
include increase increment indicate inherit initialise initialize insert install invoke issue join keep know
lack last launch lay lead learn leave lend let lie like limit link list listen live load lock log look lose
love maintain make manage map mark match mean measure merge mint miss mount move name need normalise normalize
notify number obey observe obtain occur offer omit open operate order output overflow overwrite own pack pad
paginate parse pass pause pay perform permit persist pick place play point populate post precede prefer prefix
prepare preserve pretend prevail prevent print proceed process produce prompt propagate protect prove provide
publish pull push put query queue quote raise range reach react read recall receive record redirect reduce
refer refuse register reject relate release rely remain remember remove rename render rent repeat replace
reply report represent request require reserve reset resolve respond restart restore restrict result retain
retry return reuse reverse revoke ride roll rotate round route rule run satisfy save scan schedule search see
seem select sell send separate serialise serialize serve set share shift show sign sing sit skip sleep sort
speak spend split spread stand start state stay steer stick stop store stream strip submit succeed suffer
suffix suggest supply support suspend switch sync take tell tend terminate test think throw time touch trade
transfer transform translate transmit travel treat trigger trim truncate trust try turn understand unlock
update upload use validate vary verify violate visit wait want warn watch wear win wish wonder work worry wrap
write yield
"""
_IRREGULAR_WORDS = """
became began brought built came chose did fell found gave given got grew held kept knew known left lost made
meant met put ran read said sent shown stood taken told took thrown understood went won written wrote hidden
bound built drawn
"""
_NOUN_WORDS = """
access answer attend block bother cache cause change check control correspond cost count cover deal default
design display draw end experience face feel fit flag fly form format hang hash hear help hire hurt last lay
lead lie like limit link list load lock log look love map mark match mean measure miss need number offer order
output own pack pay place play point post prefix pretend process prompt query queue quote range read record
release rent report request result return ride round route rule run search see set share shift sign sleep sort
split spread stand start state stick stop store stream strip suffix supply support switch test time touch
trade transfer travel trigger trust try turn update upload use visit want watch wear win wish wonder work
worry wrap
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
_TAKES_OBJECT = re.compile(
    r"[a-z](?:s|ed)\s+(?:the|an?|one|each|every|its|their|it|them|no|any|all|exactly|only|nothing)\s+[\w\"]", re.A
)
_RELATIVE = re.compile(r"\A[\W_]*(?:which|what|how|who|whether|where|why)\b", re.I)
_OBJECT = re.compile(
    r"\A[\W_]*[A-Za-z]+\s+(?:the|an?|only|all|each|every|no|any|its|one|exactly|them|it|nothing|this|these)\b",
    re.I,
)


def has_verb(mask: str) -> bool:
    """Whether the first 60 words hold a verb form that the lexicon knows, or a word that takes an object like one."""
    if _TAKES_OBJECT.search(mask[:400]):
        return True
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
