"""Halves that are missing from what is done: substitutes, means, conditions, orders, permissions.

Path: topics, closure -> **families** -> asymmetry. Each family is a function from a clause to its opening, None where
the family does not apply or something closes the slot.
"""

import re

from specpack.frontend.closure import ONLY, OTHERWISE, build_opening, is_freed, is_permitted, list_bearer
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.topics import Topics, Voice, is_alike, list_keys
from specpack.model.clause import Force, Kind
from specpack.model.slots import Family, Filling, Opening, SlotName

_DOUBLE = r"(?:fakes?|mocks?|stubs?|test\s+doubles?|dumm(?:y|ies)|simulat(?:ors?|ions?)|emulators?|stand-ins?)"
_SUBSTITUTES = re.compile(
    rf"\b(?:uses?|using|put|substitutes?|inject|works?\s+with|runs?\s+(?:against|with)|replaced\s+(?:by|with)|swapped\s+for"
    rf"|replaces?\s+[^.;]{{1,60}}?\s(?:by|with))\s+(?:\w+\s+){{0,3}}?{_DOUBLE}\b",
    re.I,
)
"""The closed list of wordings that `check` reports by itself."""
_IN_PLACE = re.compile(
    rf"\b(?:in\s+(?:the\s+)?place\s+of|in\s+lieu\s+of|{_DOUBLE}\s+(?:of|for)|be\s+(?:faked|mocked|stubbed|simulated|emulated))\b",
    re.I,
)
_REAL = re.compile(
    rf"\b(?:{_DOUBLE}|substitut\w+|simulat\w+|emulat\w+|mock\w+|stubbed|patch\w*|replaced?|real)\b", re.I
)
_NAMED_MEANS = re.compile(
    r"\u02d1|\b(?:packages?|librar(?:y|ies)|modules?|tools?|framework|class|function|method|API|driver|engine|compiler|linter|"
    r"interface|client|database|queue|algorithm|helper|script|command)\b|(?<=\s)[A-Z]\w+"
)
_FORMING = compile_phrases(
    """
    be encoded, encode, be written, write, express, be expressed, measure, be measured, count, compare, sort,
    be sorted, round, state, format, be formatted, separate, be separated, identify, be identified, spell, name,
    be named
    """,
)
"""Actions whose means shows in the result, so that another means gives another result."""
_BESIDE = re.compile(
    r"\b(?:any\s+other|other\s+\w+|another|directly|bypass\w*|besides|instead|by\s+itself|own)\b", re.I
)
_CASE_OF = re.compile(
    r"\A(?:if\b|where\b|when(?:ever)?\b[^,]*?\b(?:is|are|has|have|contains?|holds?|exists?|lacks?|equals?)\b)", re.I
)
_HAPPENS = re.compile(
    r"\A(?:when|whenever)\b[^,]*?\b(?:is|are)\s+(?!(?:locked|enabled|disabled|connected|closed|configured|allowed|required|"
    r"expired|limited|supported|signed|hidden|broken|forbidden|deleted|blocked|expected|needed|open)\b)"
    r"(?:\w+(?:ed|en|wn)|sent|made|run|read|put|told|met|built|lost|paid|bought|sold)\b",
    re.I,
)
"""An event told in the passive."""
_REFUSING = re.compile(
    r"\b(?:reject\w*|refus\w+|report\w*|fail\w*|rais\w+|abort\w*|errors?|den(?:y|ies)|throws?|warn\w*|skip\w*|ignor\w+|stops?|drops?|exits?|"
    r"discard\w*|[45]\d\d|cancel\w*)\b",
    re.I,
)
_DECIDED = re.compile(r"\b(?:only|unless|whether|if\s+and\s+only\s+if|regardless|always|otherwise|else|except)\b", re.I)
_ELSE = re.compile(
    r"\b(?:otherwise|else|in\s+(?:any|every|all)\s+other|in\s+all\s+others|unless|if\s+not|if\s+no)\b", re.I
)
_LATER = re.compile(r"\A(?:after|once|as\s+soon\s+as)\b", re.I)
_EARLIER = re.compile(r"\A(?:before|prior\s+to)\b", re.I)
_AT_ONCE = re.compile(
    r"\b(?:only|not\s+before|no\s+earlier|never|not\s+until|immediately|not\s+earlier|anew|again|both)\b", re.I
)
_EVENT = re.compile(
    r"\b(?:is|are|has|have|was|were|succeeds?|ends?|finish\w*|complet\w+|arrives?|log\s?ins?|logs|starts?|calls?|request|response|"
    r"change|update|release|commit|merge|(?!\w*string)\w{3,}(?:tion|sion|ment|ing|ure))\b",
    re.I,
)
"""Something that happens, where `after` is no place in a text."""
_FALLIBLE = re.compile(
    r"\b(?:validat\w+|check\w*|verif\w+|authenticat\w+|authori[sz]\w+|confirm\w*|ask\w*|tests?|tested|scan\w*|approv\w+|"
    r"review\w*|lock\w*|back|backed|sav\w+|sign\w*|pay|paid)\b",
    re.I,
)
"""Actions that may end badly, so that what comes after them depends on how they end."""
_TIMING = re.compile(
    r"\b(?:before|until|after|early|earlier|unless|without|while|once|first|in\s+(?:this|the)\s+order)\b", re.I
)
_ONLY_LATER = re.compile(r"\bonly\s+(?:after|once|when|if|then)\b|\bnot\s+(?:before|until)\b|\bno\s+earlier\b", re.I)
_DURATION = re.compile(r"\d\s*(?:\w*seconds?|minutes?|hours?|days?|weeks?|months?|years?|ms|s)\s*\Z", re.I)
_POWER = compile_phrases(
    """
    use, add, call, store, cache, retry, log, skip, omit, change, keep, retain, send, delete, remove, create, access,
    read, write, download, install, open, close, drop, replace, rename, share, delay, extend, override, be \\w+ed,
    be (kept/sent/read/written)
    """,
)
_LIMIT = re.compile(
    r"\b(?:only|at\s+most|up\s+to|no\s+more|but|as\s+long\s+as|unless|provided|exactly|one\s+of|within|never|not|instead|without|"
    r"except|for\s+(?:this|that)|any\s+order)\b|\d",
    re.I,
)


def find_substitution(voice: Voice, topics: Topics) -> Opening | None:
    """Return a demand for substitutes that nothing bounds: anything may be faked (SP501)."""
    match = _SUBSTITUTES.search(voice.mask) or _IN_PLACE.search(voice.mask)
    if match is None or ONLY.search(voice.mask) or is_freed(voice, topics):
        return None
    others = [other for other in topics.matching(_REAL) if other.clause.id != voice.clause.id]
    if any(other.forbids or ONLY.search(other.mask) for other in others):
        return None
    certain = match.re is _SUBSTITUTES and voice.clause.force is Force.MUST
    return build_opening(Family.SUBSTITUTION, SlotName.OBJECT, voice, match.span(), topics, certain=certain)


def find_means(voice: Voice, topics: Topics) -> Opening | None:
    """Return a mandated means beside which others stay possible, or which may be there without effect (SP502)."""
    slots = topics.slots(voice)
    means = slots.means
    if means is None or means.inherited or ONLY.search(voice.mask):
        return None
    start, end = _find_place(voice, means)
    if not _NAMED_MEANS.search(voice.mask, start, end) or re.search(r"\bexactly\b|\bdirectly\b|\brather\b", voice.mask):
        return None
    if slots.action is not None and _FORMING.match(slots.action.text):
        return None
    about = list_keys(means.text)
    if topics.answers(voice, (*topics.bans, *topics.matching(ONLY)), words=about) or _is_closed_in_section(
        voice, topics, _BESIDE
    ):
        return None
    if is_freed(voice, topics) or is_permitted(voice, topics):
        return None
    return build_opening(Family.MEANS, SlotName.MEANS, voice, (start, end), topics)


def find_condition(voice: Voice, topics: Topics) -> Opening | None:
    """Return a condition whose other case no clause speaks of (SP503).

    An event that does not happen asks for nothing, and what is refused under a condition is accepted without it:
    neither is reported.
    """
    slots = topics.slots(voice)
    when = slots.when
    if when is None or when.inherited or not _CASE_OF.match(when.text) or _HAPPENS.match(when.text):
        return None
    start, end = _find_place(voice, when)
    consequence = voice.mask[:start] + voice.mask[end:]
    if _REFUSING.search(consequence) or _DECIDED.search(voice.mask) or OTHERWISE.search(voice.mask):
        return None
    about = list_keys(when.text)
    own = voice.keys - about - list_bearer(voice, topics)
    for other in topics.neighbours(voice):
        condition = topics.slots(other).when
        told = condition is not None and is_alike(about, list_keys(condition.text), enough=min(2, len(about)))
        row = other.clause.kind is Kind.ROW and is_alike(about, other.keys, enough=1)
        default = condition is None and other.clause.force is not None and is_alike(own, other.keys)
        if told or row or default or (_ELSE.search(other.mask) and is_alike(about, other.keys, enough=1)):
            return None
    others = (other for other in (*topics.bans, *topics.matching(_ELSE)) if is_alike(about, other.keys))
    if topics.answers(voice, others, words=voice.keys) or is_freed(voice, topics):
        return None
    return build_opening(Family.CONDITION, SlotName.WHEN, voice, (start, end), topics)


def find_order(voice: Voice, topics: Topics) -> Opening | None:
    """Return an order in which nothing forbids to act too early (SP507).

    What waits for a success belongs to the outcomes (SP504).
    """
    slots = topics.slots(voice)
    time = slots.time
    if time is None or time.inherited or re.search(r"\d|\bsucce", time.text) or _AT_ONCE.search(voice.mask):
        return None
    later = _LATER.match(time.text) and _EVENT.search(time.text)
    if not later and not _EARLIER.match(time.text):
        return None
    about = list_keys(time.text)
    among = (*topics.banning(_TIMING), *topics.matching(_ONLY_LATER))
    if topics.answers(voice, among, words=about) or is_freed(voice, topics):
        return None
    start, end = _find_place(voice, time)
    if _DURATION.search(voice.mask[:start]):
        return None
    case = "" if later else "before"
    if not later and not (slots.action and _FALLIBLE.search(slots.action.text)):
        return None
    return build_opening(Family.ORDER, SlotName.TIME, voice, (start, end), topics, case=case)


def find_permission(voice: Voice, topics: Topics) -> Opening | None:
    """Return a permission to which no clause sets a limit (SP508)."""
    modal = topics.fillings.modal(voice.clause)
    slots = topics.slots(voice)
    if modal is None or slots.action is None or not _POWER.match(slots.action.text):
        return None
    if slots.when or slots.exception or slots.quantity or slots.time or slots.scope or _LIMIT.search(voice.mask):
        return None
    if topics.answers(voice, (*topics.bans, *topics.matching(ONLY)), words=voice.keys):
        return None
    if is_freed(voice, topics):
        return None
    return build_opening(Family.PERMISSION, SlotName.WHEN, voice, (modal[0], len(voice.mask.rstrip(" .\n"))), topics)


def _is_closed_in_section(voice: Voice, topics: Topics, pattern: re.Pattern[str]) -> bool:
    """Whether a prohibition of the section speaks of the rest in the words of a pattern."""
    among = (other for other in topics.matching(pattern) if other.forbids and other.section == voice.section)
    return topics.answers(voice, among)


def _find_place(voice: Voice, filling: Filling) -> tuple[int, int]:
    """Return the range of a filling in the mask."""
    start = filling.span.start - voice.clause.span.start
    return start, start + filling.span.end - filling.span.start
