"""Modal keywords of a sentence: which are used, and which are only mentioned.

Path: masking -> **modality** -> splitting, clauses. Upper case only, as RFC 8174 reads RFC 2119.
"""

import re
from dataclasses import dataclass

from specpack.model.clause import Force

_NOT = r"(?:\s+(?:therefore|thus|hence|then|however|also|still|clearly))?\s+(?:NOT|NEVER|never|not)"
_KEYWORDS: tuple[tuple[str, Force], ...] = (
    (rf"(?:MUST|SHALL){_NOT}", Force.MUST_NOT),
    (rf"SHOULD{_NOT}|NOT\s+RECOMMENDED", Force.SHOULD_NOT),
    (r"NOT\s+REQUIRED|MAY|OPTIONAL", Force.MAY),
    (r"MUST|SHALL|REQUIRED", Force.MUST),
    (r"SHOULD|RECOMMENDED", Force.SHOULD),
)
_MODAL = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"({pattern})" for pattern, _ in _KEYWORDS) + r"|(LOCKED|ASSUME|NON-GOALS?))(?![\w-])"
)
_CAPITALS = re.compile(r"[A-Z]{3}")
_ASSUME = re.compile(r"\A[\W_]*ASSUME(?:\s*:|\s+that\b|\s)\s*")
_JOINED = re.compile(r"\s*(?:[/,|&]\s*(?:and|or|und)?|\band\b|\bor\b|\u2013|-)\s*(?:an?\s+)?\Z")
_ARTICLE = re.compile(
    r"(?:\b(?:an?|the|each|every|any|no|its|with|without|under|between|than|word|words|keyword|keywords|tag)|(?:\A|\W)one)\s+\Z",
    re.I,
)
_PRONOUN = re.compile(r"\b(?:each|every|this|that|any|\w+er|first|last|next|second|other|no|only)\s+one\s+\Z", re.I)
_NAMED = re.compile(
    r"\s+(?:clauses?|rules?|requirements?|statements?|levels?|keywords?|sections?|norms?|tags?|items?|force|lines?|headings?)\b"
)
_AFTER_NAME = re.compile(r"\A\s+(?:not|NOT|only|be|have|be\b)\b")
_NO_SUBJECT = re.compile(r"\A[\W_]*(?:No|None of|Neither)\s", re.I)
_LOWER = re.compile(
    r"(?<![\w-])(?:(?P<plain>(?:must|shall|should)(?:\s+(?:not|never))?)|(?:NEVER|ALWAYS)(?=\s+[a-z])"
    r"|(?P<soft>(?P<ban>never|can(?:not|'t|\u2019t)(?=\s+(?:be|have|share)\b))"
    r"|(?<!can )(?<!could )always|(?<!not )requires?|(?<!not )ha(?:s|ve)\s+to"
    r"|(?:is|are)\s+to(?=\s+be\s+(?!interpreted|read|understood|seen|found|expected))))(?![\w-])"
)
_OPENING = re.compile(r"[\W_]*(?:(?:so|also|and|but|then|please|so then)\b[\W_]*)?", re.I)
_NOT_MAIN = re.compile(
    r"\b(?:(?:if|when|whether|what|how|where|unless|because|since|why)\s+(?:[^\s,]+\s+){0,3}"
    r"|(?:that|which|who|whose)\s+(?:(?!(?:is|are|was|were|has|have|does|do)(?:n't|n\u2019t)?\s)[^\s,]+\s+){0,3})\Z",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """One keyword in use, by its offsets in the mask; `negated` where "No X MAY" turns a permission into a ban."""

    force: Force
    start: int
    end: int
    negated: bool = False


def may_bind(text: str) -> bool:
    """Whether a text has the capitals that every keyword has; a quick test before a slow one."""
    return bool(_CAPITALS.search(text))


def find_modals(mask: str, start: int = 0, end: int | None = None) -> tuple[Modal, ...]:
    """Return the modal keywords that a sentence uses, mentions left out, in order."""
    text = mask[start:end]
    if not may_bind(text):
        return ()
    if match := _ASSUME.match(text):
        place = text.index("ASSUME")
        return (Modal(force=Force.ASSUME, start=start + place, end=start + match.end()),)
    found = list(_MODAL.finditer(text))
    mentioned = _find_mentions(found, text)
    modals = []
    for index, match in enumerate(found):
        if index in mentioned or match[len(_KEYWORDS) + 1]:
            continue
        force = next(force for group, (_, force) in enumerate(_KEYWORDS, 1) if match[group])
        banned = force is Force.MAY and match[0] == "MAY" and bool(_NO_SUBJECT.match(text[:40]))
        modals.append(
            Modal(
                force=Force.MUST_NOT if banned else force,
                start=start + match.start(),
                end=start + match.end(),
                negated=banned,
            )
        )
    return tuple(modals)


def find_lower_case(mask: str, start: int = 0, end: int | None = None, *, described: bool = True) -> Modal | None:
    """Return the main word by which a sentence obliges or forbids in lower case ("must", "never", "has to"), else None.

    Args:
        mask: The text, masked.
        start: Where the sentence begins in it.
        end: Where it ends, None for the end of the text.
        described: Whether the words of a description ("always", "never", "requires") oblige here, and not only "must",
            "shall", "should" and a loud NEVER or ALWAYS. An order that begins with "never" is an imperative.
    """
    text = mask[start:end]
    for match in _LOWER.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        if _NOT_MAIN.search(before):
            continue
        if match["soft"] and (not described or _OPENING.fullmatch(text[: match.start()])):
            continue
        return Modal(force=_find_force(match), start=start + match.start(), end=start + match.end())
    return None


def find_plain_modals(mask: str, start: int = 0, end: int | None = None) -> tuple[Modal, ...]:
    """Return each main "must", "shall" and "should" that a sentence writes in lower case."""
    text = mask[start:end]
    return tuple(
        Modal(force=_find_force(match), start=start + match.start(), end=start + match.end())
        for match in _LOWER.finditer(text)
        if match["plain"] and not _NOT_MAIN.search(text[max(0, match.start() - 80) : match.start()])
    )


def _find_force(match: re.Match[str]) -> Force:
    negative = bool(match["ban"]) or match[0].split()[-1] in ("not", "never", "NEVER")
    if match[0].startswith("should"):
        return Force.SHOULD_NOT if negative else Force.SHOULD
    return Force.MUST_NOT if negative else Force.MUST


def weaker(first: Force, second: Force) -> bool:
    """Whether the first force asks less than the second, polarity aside."""
    return strength(first) < strength(second)


def strength(force: Force) -> int:
    """Return 3 for MUST, 2 for SHOULD, 1 for MAY, 0 for what is no demand."""
    return {
        Force.MUST: 3,
        Force.MUST_NOT: 3,
        Force.SHOULD: 2,
        Force.SHOULD_NOT: 2,
        Force.MAY: 1,
    }.get(force, 0)


def _find_mentions(found: list[re.Match[str]], text: str) -> set[int]:
    """Return the indexes of keywords that are talked about: enumerated, a noun, or naming a kind of clause."""
    mentioned: set[int] = set()
    for index, match in enumerate(found):
        before, after = text[max(0, match.start() - 80) : match.start()], text[match.end() : match.end() + 24]
        if index and _JOINED.fullmatch(text[found[index - 1].end() : match.start()]):
            mentioned |= {index - 1, index}
        named = _NAMED.match(after)
        if named and not _AFTER_NAME.match(after) and _is_noun(before):
            mentioned.add(index)
        talked = _ARTICLE.search(before[-14:]) and not _PRONOUN.search(before[-24:])
        if talked or (before.endswith("(") and after.startswith(")")):
            mentioned.add(index)
    return mentioned


def _is_noun(before: str) -> bool:
    """Whether a keyword after these words names a kind of clause: nothing before it could be its subject."""
    words = before.split()
    return (
        not words
        or words[-1].isdigit()
        or words[-1].lower()
        in (
            "all",
            "of",
            "other",
            "both",
            "these",
            "two",
            "with",
            "for",
            "under",
            "and",
            "every",
            "three",
            "four",
            "five",
            "six",
            "some",
            "many",
        )
    )
