"""Modal keywords of a sentence: which are used, and which are only mentioned.

Path: masking -> **modality** -> splitting, clauses. Upper case only, as RFC 8174 reads RFC 2119.
"""

import re
from dataclasses import dataclass

from specpack.model.clause import Force

_KEYWORDS: tuple[tuple[str, Force], ...] = (
    (r"MUST\s+(?:NOT|NEVER|never|not)|SHALL\s+(?:NOT|NEVER|never|not)", Force.MUST_NOT),
    (r"SHOULD\s+(?:NOT|NEVER|never|not)|NOT\s+RECOMMENDED", Force.SHOULD_NOT),
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
_ARTICLE = re.compile(r"(?:\b(?:an?|the|each|every|any|no|one|its|word|words|keyword|keywords|tag)\s+)\Z", re.I)
_NAMED = re.compile(
    r"\s+(?:clauses?|rules?|requirements?|statements?|levels?|keywords?|sections?|norms?|tags?|items?|force|lines?|headings?)\b"
)
_AFTER_NAME = re.compile(r"\A\s+(?:not|NOT|only|be|have|be\b)\b")
_NO_SUBJECT = re.compile(r"\A[\W_]*(?:No|None of|Neither)\s", re.I)
_LOWER = re.compile(r"(?<![\w-])(?:must|shall)(?:\s+(?:not|never))?(?![\w-])")
_NOT_MAIN = re.compile(
    r"\b(?:that|which|who|whose|if|when|whether|what|how|where|unless|because|since|why)\s+(?:\S+\s+){0,3}\Z", re.I
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


def find_lower_case(mask: str, start: int = 0, end: int | None = None) -> Modal | None:
    """Return the main "must" or "shall" that a sentence writes in lower case, else None."""
    text = mask[start:end]
    for match in _LOWER.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        if _NOT_MAIN.search(before) and "," not in before[-40:]:
            continue
        negative = match[0].split()[-1] in ("not", "never")
        return Modal(
            force=Force.MUST_NOT if negative else Force.MUST, start=start + match.start(), end=start + match.end()
        )
    return None


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
        if _ARTICLE.search(before[-14:]) or (before.endswith("(") and after.startswith(")")):
            mentioned.add(index)
    return mentioned


def _is_noun(before: str) -> bool:
    """Whether a keyword after these words names a kind of clause: nothing before it could be its subject."""
    words = before.split()
    return not words or words[-1].lower() in (
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
    )
