"""Slots of one clause, read off its mask: condition, bearer, action, object, means, scope, quantity, time, exception.

Path: masking -> **slots** -> fillings -> asymmetry. Pure: a mask in, ranges of it out. The order of the slots is
that of EARS (Mavin and others, "Easy Approach to Requirements Syntax", 2009), but none has to be there.
"""

import re
from collections.abc import Iterator

from specpack.frontend.masking import FILLER
from specpack.frontend.verbs import is_imperative
from specpack.model.slots import SlotName

Range = tuple[int, int]
"""Offsets in the mask, half-open, without white space and commas at the ends."""
Ranges = dict[SlotName, Range]

_WHEN = (
    r"if|when|whenever|where(?=\s)|wherever|while|provided(?:\s+that)?|as\s+long\s+as|given\s+that|in\s+case(?:\s+of)?"
    r"|on\s+condition\s+that|(?:up)?on\s+(?:success|failure|error|violation|exit|request|demand|timeout|every|each|any)"
)
_EXCEPTION = (
    r"unless|except(?:ing|\s+for|\s+that|\s+when|\s+if|\s+where|\s+in)?|other\s+than|apart\s+from|excluding|save\s+for"
    r"|with\s+the\s+exception\s+of|but\s+not"
)
_ONCE = (
    r"(?<!exactly )(?<!only )(?<!than )(?<!most )(?<!least )once"
    rf"(?=\s+(?:the|an?|all|every|each|any|its|their|it|they|no|no\s+one|[{FILLER}]))"
    r"(?!\s+(?:an?|each|every)\s+(?:\w*second|minute|hour|day|week|month|year|call|run|request)\b)"
)
_TIME = (
    rf"before|after|until|{_ONCE}"
    r"|as\s+soon\s+as|prior\s+to|no\s+(?:later|earlier)\s+than|during"
    r"|within\s+(?:the\s+(?:first|next|last)\s+)?\d[\d,.]*\s*\w+"
    r"|within\s+(?:an?|one|two|three|five|ten|thirty|sixty)\s+(?:\w*second|minute|hour|day|week)s?"
    r"|at\s+(?:once|startup|shutdown|start|exit|midnight|the\s+(?:end|start|beginning|latest|same\s+time)|each|every)"
    r"|(?:for|every|each)\s+\d[\d,.]*\s*(?:\w*seconds?|minutes?|hours?|days?|weeks?|months?|years?|ms|s)"
)
_MEANS = (
    r"by\s+means\s+of|by\s+way\s+of|by\s+(?:not\s+)?\w+ing|via|using|with\s+the\s+help\s+of|through(?=\s+(?:the|an?|its|\w*"
    + FILLER
    + r"))"
)
_THING = r"(?:the|an?|each|every|all|any|this|its|their|these|those|both|no|other|[A-Z" + FILLER + r"])"
_SCOPE = (
    rf"(?:for|in|on|within|across|throughout|per|inside|outside|under|among)(?=\s+{_THING}\b|\s+[{FILLER}])"
    r"|per(?=\s+\w)"
)
_NO_SCOPE = re.compile(r"\Ain\s+(?:the\s+)?(?:[\w-]+\s+){0,3}(?:order|form|full|place|case|part|whole)\b", re.I)

_MARK = re.compile(
    rf"(?<![\w-])(?:(?P<exception>{_EXCEPTION})|(?P<time>{_TIME})|(?P<when>{_WHEN})|(?P<means>{_MEANS})|(?P<scope>{_SCOPE}))"
    r"(?![\w-])",
    re.I,
)
_FRONT = re.compile(
    rf"(?:(?:and|then|also)\s+)?(?:(?P<exception>{_EXCEPTION})|(?P<when>{_WHEN})|(?P<time>{_TIME})|(?P<means>{_MEANS})"
    r"|(?P<scope>for|in|within|across|under|inside|throughout|with|without|on|at))(?![\w-])",
    re.I,
)
_COMMA = re.compile(r",\s*")
_SUBJECT = re.compile(r"\s*(?:then\s+)?(?!(?:and|or|nor|but|which|that|who|whose|where|when)\b)[\w\"'(]", re.I)
_LAST_THING = re.compile(r"\s(?=(?:the|an?|each|every|any|it|they|no|all)\b(?:\s+[\w-]+){0,4}\s*\Z)", re.I)
_ADVERB = re.compile(
    r"\s*(?:not|also|always|then|only|never|immediately|still|therefore|thus|further|both|either|neither|at\s+once|"
    r"(?!(?:apply|reply|supply|rely|imply|comply|multiply|fly|assembly|only|tally|rally)\b)[a-z]+ly)(?=\s)",
    re.I,
)
_PARTICIPLE = (
    r"(?!(?:between|red|even|open|often|present|absent|different|consistent|independent|sent|silent)\b)\w+"
    r"(?:ed|en|wn|pt|lt|ought|ound|ade|ung|uck)"
    r"|sent|run|put|set|read|cut|left|held|told|met|built|lost|shut|split|hidden|done|gone"
)
_PASSIVE = re.compile(
    rf"(?:be|is|are|was|were)(?:\s+(?:not|\w+ly|always|never|first|also))?\s+(?:{_PARTICIPLE})\b", re.I
)
_ACTION = re.compile(r"[\w'-]+(?:\s+(?:and|or)\s+(?:then\s+)?[a-z]+(?=\s+(?:the|an?|each|every|it|them|its|all)\s))?")
_AGENT = re.compile(r"\bby\s+(?!\w+ing\b|means\b|way\b|default\b|hand\b)", re.I)
_BEHIND_AGENT = re.compile(r"\s(?:as|to|into|with|for|from|and|or|at)\s|,", re.I)
_FINITE = re.compile(
    r"(?<![\w-])(?:is|are|was|were|has|have|can|cannot|does|do|will|may|contains?|consists?|holds?|needs?|returns?|means?|gets?"
    r"|starts?|ends?|begins?|lies?|uses?|takes?|gives?|shows?|keeps?|stays?|goes|becomes?|answers?|writes?|reads?)(?![\w-])",
    re.I,
)
_AUXILIARY = re.compile(r"does|do|will|can|cannot|may", re.I)
_ADJECTIVE = re.compile(r"(?:REQUIRED|OPTIONAL|RECOMMENDED)\Z")
"""Keywords behind which no verb stands."""
_COPULA = re.compile(r"\s(?:is|are)\s*\Z")
_NEGATED = re.compile(r"\s*(?:do\s+not|don't|never)\s+", re.I)
_QUANTITY = re.compile(
    r"(?<![\w-])(?:(?:exactly|at\s+(?:least|most)|no\s+(?:more|less|fewer)\s+than|(?:more|less|fewer)\s+than|up\s+to|only|"
    r"a\s+(?:maximum|minimum)\s+of|(?:maximum|minimum)|just)\s+(?:\d[\d,._]*\w*|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"twelve|once|twice|half)(?:\s+of)?(?![\w-])"
    r"|between\s+\d[\d,._]*\s+and\s+\d[\d,._]*|from\s+\d[\d,._]*\s+to\s+\d[\d,._]*"
    r"|(?<!status )(?<!step )(?<!steps )(?<!code )(?<!port )(?<!version )(?<!section )(?<!rule )(?<!rfc )(?<![.:/#])"
    r"\d[\d,_]*(?:\.\d+)?(?:\s*(?:to|-|\u2013|\.\.)\s*\d[\d,_]*)?(?![\w.-]*[\w])"
    r"|(?:two|three|four|five|six|seven|eight|nine|ten|twelve)(?=\s)"
    r"|(?:once|twice)(?=\s+(?:per|a|an|each|every|for)\b|\s*[.,;]|\s*\Z))"
    r"(?:\s*(?:%|\w*seconds?\b|minutes?\b|hours?\b|days?\b|bytes?\b|characters?\b|code\s+points?\b|times?\b|ms\b))?",
    re.I,
)
_STATUS = re.compile(
    r"\b(?:status(?:\s+code)?|code|answers?|returns?|with|responds?|gives?|gets?|http)\s+[1-5]\d\d\Z", re.I
)
"""A number that is a status of HTTP."""
_STOP = re.compile(r"[;:](?=\s|\Z)|[.!?](?=\s*\Z)")
_RELATIVE = re.compile(r"\b(?:that|which|who|as\s+\w+)\s+[\w-]+\s+\Z", re.I)
"""In front of words that belong to a relative clause or a comparison, not to the sentence."""
_USE = re.compile(r"(?:be\s+used|use|employ|rely\s+on|go\s+through)\Z", re.I)
_PURPOSE = re.compile(r"(?<![\w-])(?:to|for|as)(?=\s)", re.I)
_CLAUSAL = (SlotName.WHEN, SlotName.TIME, SlotName.EXCEPTION)
_EDGE = " \t\n,;:.\"'()*"


def parse_slots(mask: str, modal: Range | None = None, *, continues: bool = False) -> Ranges:
    """Return the ranges of the slots that a clause fills. Any text can be parsed.

    Args:
        mask: The clause, markup and code as filler of the same length.
        modal: Range of the keyword that gives the force; None where it stands elsewhere.
        continues: Whether the clause goes on where its lead-in stopped behind the keyword, so that a verb opens it.
    """
    text = re.sub(r"[\0\1\n\t]", " ", mask)
    stop = _STOP.search(text, modal[1] if modal else 0)
    end = stop.start() if stop else len(text)
    found: Ranges = {}
    if modal is not None:
        rest = _parse_subject(text, modal, end, found)
    elif continues or is_imperative(text):
        negated = _NEGATED.match(text)
        rest = negated.end() if negated else 0
    else:
        rest = _parse_front(text, end, found)
        verb = _FINITE.search(text, rest, end)
        if verb is None or _FINITE.match(text, rest):
            _parse_tail(text, rest, end, found)
            _find_quantity(text, rest, end, found)
            return found
        _put(found, SlotName.BEARER, text, rest, verb.start())
        rest = verb.end() if _AUXILIARY.fullmatch(verb[0]) else verb.start()
    if modal is None or not _ADJECTIVE.search(text[modal[0] : modal[1]]):
        rest = _parse_action(text, rest, end, found)
    _parse_tail(text, rest, end, found)
    _find_quantity(text, modal[0] if modal else 0, end, found)
    _turn_passive(text, end, found)
    _turn_use(text, found)
    return found


def _parse_subject(text: str, modal: Range, end: int, found: Ranges) -> int:
    """Fill what stands before the keyword, and a condition between it and its verb; return where the verb begins."""
    subject = _parse_front(text, modal[0], found)
    copula = _COPULA.search(text, subject, modal[0])
    _put(found, SlotName.BEARER, text, subject, copula.start() if copula else modal[0])
    comma = re.compile(r"\s*,\s*").match(text, modal[1], end)
    inner = _FRONT.match(text, comma.end(), end) if comma else None
    close = text.find(",", inner.end(), end) if inner else -1
    if inner is None or close < 0:
        return modal[1]
    name = SlotName(inner.lastgroup or "")
    _put(found, name, text, inner.start(name.value), close)
    return close + 1


def _put(found: Ranges, name: SlotName, text: str, start: int, end: int) -> None:
    """Fill a slot that is empty with a range, its edges trimmed; nothing where no word is left."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if end > start and name not in found:
        found[name] = (start, end)


def _parse_front(text: str, end: int, found: Ranges) -> int:
    """Fill the slots that stand in front of the subject and return where the subject begins."""
    at = len(text) - len(text.lstrip(_EDGE + "-"))
    while match := _FRONT.match(text, at):
        name = SlotName(match.lastgroup or "")
        stop = _find_front_end(text, match.end(), end)
        if stop is None:
            break
        _put(found, name, text, match.start(name.value), stop)
        while stop < end and text[stop] in " ,":
            stop += 1
        at = stop
    then = re.compile(r"then\s+", re.I).match(text, at)
    return min(then.end() if then else at, end)


def _find_front_end(text: str, start: int, end: int) -> int | None:
    """Return where a front part ends: at a comma in front of another one, else at the last in front of a subject."""
    places = []
    for comma in _COMMA.finditer(text, start, end):
        if _FRONT.match(text, comma.end()):
            return comma.start()
        places.append(comma.start())
    for place in reversed(places):
        if place + 1 < end and _SUBJECT.match(text, place + 1, end):
            return place
    last = _LAST_THING.search(text, start, end)
    return last.start() if last and _FINITE.search(text, start, last.start()) else None


def _parse_action(text: str, start: int, end: int, found: Ranges) -> int:
    """Fill the action and return where what it acts on begins."""
    while match := _ADVERB.match(text, start, end):
        start = match.end()
    while start < end and text[start] in _EDGE:
        start += 1
    match = _PASSIVE.match(text, start, end) or _ACTION.match(text, start, end)
    if match is None or FILLER in match[0]:
        return start
    _put(found, SlotName.ACTION, text, match.start(), match.end())
    return match.end()


def _parse_tail(text: str, start: int, end: int, found: Ranges) -> None:
    """Fill object, means, scope, time, condition and exception from what stands behind the action."""
    name, begin = SlotName.OBJECT, start
    for mark, other in _list_marks(text, start, end):
        if other is name:
            continue
        if name in _CLAUSAL and other in (SlotName.SCOPE, SlotName.MEANS) and "," not in text[mark - 2 : mark]:
            continue
        if name is SlotName.SCOPE and other is SlotName.SCOPE:
            continue
        _put(found, name, text, begin, mark)
        name, begin = other, mark
    _put(found, name, text, begin, end)


def _list_marks(text: str, start: int, end: int) -> Iterator[tuple[int, SlotName]]:
    """Yield where a slot other than the object begins, and which."""
    for match in _MARK.finditer(text, start, end):
        if _RELATIVE.search(text, max(start, match.start() - 60), match.start()):
            continue
        if match["scope"] and _NO_SCOPE.match(text[match.start() : match.start() + 60]):
            continue
        yield match.start(), SlotName(match.lastgroup or "")


def _find_quantity(text: str, start: int, end: int, found: Ranges) -> None:
    for match in (*_QUANTITY.finditer(text, start, end), *_QUANTITY.finditer(text, 0, start)):
        if not _STATUS.search(text[max(0, match.start() - 24) : match.end()]):
            _put(found, SlotName.QUANTITY, text, *match.span())
            return


def _turn_passive(text: str, end: int, found: Ranges) -> None:
    """Make the subject of a passive its object, and whoever stands behind "by" its bearer."""
    action = found.get(SlotName.ACTION)
    if action is None or not _PASSIVE.fullmatch(text, *action):
        return
    rest = found.pop(SlotName.OBJECT, None)
    subject = found.pop(SlotName.BEARER, None)
    thing = subject or rest
    if thing:
        found[SlotName.OBJECT] = thing
    agent = _AGENT.search(text, action[1], end)
    if agent is None:
        return
    for name, (start, stop) in tuple(found.items()):
        if start < agent.start() < stop:
            del found[name]
            _put(found, name, text, start, agent.start())
    other = _BEHIND_AGENT.search(text, agent.end(), end)
    marks = (mark for mark, _ in _list_marks(text, agent.end(), end))
    stop = min([end, *((other.start(),) if other else ()), *marks])
    _put(found, SlotName.BEARER, text, agent.end(), stop)


def _turn_use(text: str, found: Ranges) -> None:
    """Make what is to be used the means, and what it is used for the object."""
    action, thing = found.get(SlotName.ACTION), found.get(SlotName.OBJECT)
    if action is None or thing is None or SlotName.MEANS in found or not _USE.match(text, *action):
        return
    purpose = _PURPOSE.search(text, *thing)
    del found[SlotName.OBJECT]
    _put(found, SlotName.MEANS, text, thing[0], purpose.start() if purpose else thing[1])
    if purpose:
        _put(found, SlotName.OBJECT, text, purpose.end(), thing[1])
