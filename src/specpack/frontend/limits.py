"""Halves that are missing from what comes out: the other outcome, the other bound, what is no member of a set.

Path: topics, closure -> **limits** -> asymmetry. Each family is a function from a clause to its opening, None where the
family does not apply or something closes the slot.
"""

import re
from collections.abc import Iterator

from specpack.frontend.closure import ONLY, OTHERWISE, build_opening, is_freed, list_bearer
from specpack.frontend.phrases import compile_phrases
from specpack.frontend.topics import Topics, Voice, is_alike, list_keys
from specpack.model.clause import Force, Kind
from specpack.model.slots import Family, Opening, SlotName

_SUCCESS = compile_phrases(
    """
    on success, upon success, succeeds, succeeded, has succeeded, have succeeded, (is/are/was/were) successful
    """,
)
_FAILURE = compile_phrases(
    """
    on failure, upon failure, on error, fails, failed, has failed, have failed, (is/was) unsuccessful,
    in case of (?:an? )?(error/failure)
    """,
)
_FAILING = re.compile(
    r"\b(?:fail\w*|errors?|reject\w*|refus\w+|invalid|otherwise|abort\w*|exceptions?|unsuccessful|den(?:y|ies|ied)|timeouts?|"
    r"times?\s+out|cannot|unavailable|rais\w+|roll(?:s|ed)?\s+back|[45]\d\d|missing|malformed|unreachable|problem|violat\w+|"
    r"interrupt\w*|else\b|not\s+successful|not\s+succeed|success\s+or\s+failure|outcome)\b",
    re.I,
)
_SUCCEEDING = re.compile(r"\b(?:succe\w+|otherwise|pass(?:es|ed)?|2\d\d|unless|until)\b", re.I)
_STATUS_GOOD = re.compile(
    r"\b(?:answers?|returns?|responds?(?:\s+with)?|gives?)\b[^.;]{0,60}?\b(?:status\s+(?:code\s+)?)?(?P<status>20[0-4])\b",
    re.I,
)
_GOOD_COLUMN = re.compile(r"(?:(?:on|upon)\s+)?(?:success|ok)|(?:success|good)\s+(?:status|answer|response)", re.I)
_OUTCOME_COLUMN = re.compile(
    rf"{_GOOD_COLUMN.pattern}|(?:(?:on|upon)\s+)?(?:failures?|errors?)|(?:failure|error|bad)\s+(?:status|answer|response)",
    re.I,
)
_FEW_ROWS = 2
_ALWAYS = re.compile(r"\b(?:always|every|any|all|whatever|regardless|whether)\b", re.I)
_LOWER = re.compile(r"\A(?:at\s+least|no\s+(?:less|fewer)\s+than|more\s+than|a\s+minimum\s+of|minimum)\b", re.I)
_UPPER = re.compile(
    r"\A(?:at\s+most|no\s+more\s+than|(?:less|fewer)\s+than|a\s+maximum\s+of|maximum|up\s+to)\b.*\b(?:characters?|bytes?|"
    r"code\s+points?)\Z",
    re.I,
)
_UPPER_WORDS = re.compile(
    r"\b(?:at\s+most|no\s+more|not\s+more|up\s+to|maximum|exceed\w*|upper|less\s+than|fewer\s+than|limits?|longest|inclusive|"
    r"between|to\s+\d|exactly)\b",
    re.I,
)
_LOWER_WORDS = re.compile(
    r"\b(?:at\s+least|no\s+less|no\s+fewer|minimum|empty|non-empty|more\s+than|from\s+\d|zero|shortest|between|lower|exactly|\d+\s+to)\b|\b0\b",
    re.I,
)
_INPUT = (
    r"(?:values?|fields?|parameters?|arguments?|headers?|options?|flags?|inputs?|requests?|commands?|modes?|settings?|types?|kinds?|"
    r"codes?|languages?|formats?|levels?|status|methods?|units?|priorit(?:y|ies)|roles?|colou?rs?|states?|sizes?|categor(?:y|ies)|"
    r"channels?|regions?|currenc(?:y|ies)|countr(?:y|ies)|bod(?:y|ies)|keys?|names?)"
)
_ONE_OF = re.compile(r"\b(?:exactly\s+)?one\s+of\b(?!\s+(?:its|their|them|these\s+ways)\b)", re.I)
_ACCEPTS = re.compile(r"\baccepts?\s+(?:only|exactly|solely)\b|\bonly\s+accepts?\b", re.I)
_SUBJECT = re.compile(rf"\b{_INPUT}\b(?:\s+\u02d1+)?(?:\s+(?:of|in|for|at)\b[^,.;]{{0,60}})?\s*\Z", re.I)
_CHOOSES = re.compile(
    r"\b(?:service|server|system|library|module|program|application|response|answer|report|output|log|message)\b", re.I
)
_REFUSED = re.compile(
    r"\b(?:any\s+other|anything\s+else|everything\s+else|other\s+than|not\s+(?:one\s+)?of|outside|unsupported|unknown|unrecogni[sz]ed|"
    r"invalid|otherwise|reject\w*|refus\w+|not\s+allowed|no\s+other|illegal|malformed|none\s+of|not\s+in|errors?|fails?|ignor\w+|"
    r"(?:as|by)\s+default|fall\s*back\w*|treat\w*)\b",
    re.I,
)
_ERROR_KEY = re.compile(r"error|violation|status|exit")


def find_outcome(voice: Voice, topics: Topics) -> Opening | None:
    """Return an outcome whose opposite nobody mentions (SP504)."""
    slots = topics.slots(voice)
    when = slots.when or slots.time
    told = voice.mask if when is None else when.text
    place = _SUCCESS.search(voice.mask)
    if place and ((when is not None and _SUCCESS.search(told)) or re.match(r"(?:up)?on\b", place[0], re.I)):
        if _FAILING.search(voice.mask) or topics.answers(voice, topics.matching(_FAILING)) or is_freed(voice, topics):
            return None
        certain = voice.clause.force is Force.MUST and not _mentions(topics, voice, _FAILING)
        return build_opening(Family.OUTCOME, SlotName.WHEN, voice, place.span(), topics, certain=certain)
    status = _STATUS_GOOD.search(voice.mask)
    if status and not _ALWAYS.search(voice.mask) and not _FAILING.search(voice.mask):
        if topics.answers(voice, topics.matching(_FAILING)) or _is_declared(voice, topics) or is_freed(voice, topics):
            return None
        return build_opening(Family.OUTCOME, SlotName.WHEN, voice, status.span("status"), topics, case="status")
    place = _FAILURE.search(voice.mask)
    if place is None or when is None or when.inherited or not _FAILURE.search(told):
        return None
    normal = (v for v in topics.voices if v.clause.force is not None and not _FAILURE.search(v.mask))
    if _SUCCEEDING.search(voice.mask) or topics.answers(voice, normal) or is_freed(voice, topics):
        return None
    return build_opening(Family.OUTCOME, SlotName.WHEN, voice, place.span(), topics, case="failure")


def find_holes(topics: Topics) -> Iterator[Opening]:
    """Yield the rows without an outcome that the other rows of their table have (SP504)."""
    tables: dict[tuple[str, int], list[Voice]] = {}
    for voice in topics.list_own():
        if voice.clause.kind is Kind.ROW:
            tables.setdefault((voice.clause.document, voice.clause.block), []).append(voice)
    for rows in tables.values():
        columns = dict.fromkeys(key for row in rows for key, _ in row.clause.attributes)
        outcomes = [key for key in columns if _OUTCOME_COLUMN.fullmatch(key)]
        if len({bool(_GOOD_COLUMN.fullmatch(key)) for key in outcomes}) < 2:
            continue
        for row in rows:
            said = {key for key, _ in row.clause.attributes}
            empty = [key for key in outcomes if key not in said]
            if empty and len(empty) < len(outcomes) and len(rows) > _FEW_ROWS:
                place = (0, len(row.mask))
                yield build_opening(Family.OUTCOME, SlotName.WHEN, row, place, topics, case="cell", word=empty[0])


def find_bound(voice: Voice, topics: Topics) -> Opening | None:
    """Return a number that bounds one side where the other is no matter of course (SP505).

    Nothing is bounded below by nature, so "at most" counts only for a length, which may be empty.
    """
    quantity = topics.slots(voice).quantity
    when = topics.slots(voice).when
    if quantity is None or quantity.inherited or ONLY.search(voice.mask):
        return None
    if when is not None and when.span.start <= quantity.span.start < when.span.end:
        return None
    lower = _LOWER.match(quantity.text)
    if not lower and not _UPPER.match(quantity.text):
        return None
    others = _UPPER_WORDS if lower else _LOWER_WORDS
    start = quantity.span.start - voice.clause.span.start
    end = start + quantity.span.end - quantity.span.start
    if others.search(voice.mask[:start]) or others.search(voice.mask[end:]) or is_freed(voice, topics):
        return None
    own = voice.keys - list_bearer(voice, topics)
    counted = list_keys(" ".join(voice.mask[end:].split()[:1]))
    rivals = [other for other in topics.matching(others) if other.clause.id != voice.clause.id]
    if any(counted & other.keys or is_alike(own, other.keys) for other in rivals):
        return None
    case = "" if lower else "empty"
    return build_opening(Family.BOUND, SlotName.QUANTITY, voice, (start, end), topics, case=case)


def find_set(voice: Voice, topics: Topics) -> Opening | None:
    """Return a set of what may come in, where nobody says what becomes of anything else (SP506)."""
    place = _ACCEPTS.search(voice.mask) or _find_one_of(voice, topics)
    if place is None or OTHERWISE.search(voice.mask) or _has_consequence(voice):
        return None
    if _REFUSED.search(voice.mask) or _is_declared(voice, topics) or is_freed(voice, topics):
        return None
    if topics.answers(voice, topics.matching(_REFUSED)):
        return None
    certain = voice.clause.force is Force.MUST and not _mentions(topics, voice, _REFUSED)
    return build_opening(Family.SET, SlotName.OBJECT, voice, place.span(), topics, certain=certain)


def _find_one_of(voice: Voice, topics: Topics) -> re.Match[str] | None:
    """Return "one of" where it restricts what somebody else gives, None where the system chooses."""
    match = _ONE_OF.search(voice.mask)
    modal = topics.fillings.modal(voice.clause)
    if match is None or modal is None or match.start() < modal[1]:
        return None
    subject = voice.mask[: modal[0]]
    return match if _SUBJECT.search(subject) and not _CHOOSES.search(subject) else None


def _has_consequence(voice: Voice) -> bool:
    """Whether an attribute says what follows on a violation."""
    return any(_ERROR_KEY.search(key) for key, _ in voice.clause.attributes)


def _is_declared(voice: Voice, topics: Topics) -> bool:
    """Whether a row or an attribute with an error speaks of the same words."""
    return any(
        (o.clause.kind in (Kind.ROW, Kind.ATTRIBUTE)) and _has_consequence(o) and is_alike(voice.keys, o.keys, enough=1)
        for o in topics.voices
    )


def _mentions(topics: Topics, voice: Voice, pattern: re.Pattern[str]) -> bool:
    """Whether any other clause of the same pack has words of a pattern."""
    return any(
        other.document.pack == voice.document.pack and other.clause.id != voice.clause.id
        for other in topics.matching(pattern)
    )
