"""The words of a heading: title, tags, anchor, and what its name says about the text below it.

Path: markdown -> **headings** -> clauses.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from specpack.frontend.tags import find_suspect
from specpack.model.clause import Force

TAGS: dict[str, Force] = {
    "MUST": Force.MUST,
    "SHALL": Force.MUST,
    "REQUIRED": Force.MUST,
    "MUST NOT": Force.MUST_NOT,
    "SHALL NOT": Force.MUST_NOT,
    "SHOULD": Force.SHOULD,
    "RECOMMENDED": Force.SHOULD,
    "SHOULD NOT": Force.SHOULD_NOT,
    "NOT RECOMMENDED": Force.SHOULD_NOT,
    "MAY": Force.MAY,
    "OPTIONAL": Force.MAY,
    "ASSUME": Force.ASSUME,
    "NON-GOALS": Force.NON_GOAL,
    "NON-GOAL": Force.NON_GOAL,
    "NON GOALS": Force.NON_GOAL,
}
_SILENT = frozenset({"LOCKED", "INFORMATIVE", "NON-NORMATIVE", "NORMATIVE"})
KNOWN = tuple(sorted({*TAGS, *_SILENT}))
"""All tags."""
_LIKE_TAG = re.compile(
    r"(?:PREFER|MANDAT|FORBID|PROHIBIT|DISCOURAG|ENCOURAG|ADVIS|SUGGEST|DEPRECAT|OBLIGAT|CRITICAL|IMPORTANT|FROZEN|"
    r"FIXED|STRICT|ALLOW|PERMIT|EXPECT|DESIR|NICE TO HAVE|WON'T|CANNOT)"
)

_MARKERS = re.compile(r"\A {0,3}#{1,6}(?=[ \t]|\Z)[ \t]*|[ \t]+#+[ \t]*\Z|\n[ \t]*(?:=+|-+)[ \t]*\Z")
_ANCHOR = re.compile(r"[ \t]*\{#([A-Za-z0-9][\w.-]*)\}[ \t]*\Z")
_SUFFIX = re.compile(r"[ \t]*[(\[]([A-Z][A-Z' /,+-]*[A-Z])[)\]][ \t:]*\Z")
_PREFIX = re.compile(r"\A[(\[]?([A-Z][A-Z' /,+-]*[A-Z])(?:[)\]]:?|:)[ \t]+(?=\S)")
_WHOLE = re.compile(r"\A[(\[]?([A-Z][A-Z' -]*[A-Z])[)\]]?\Z")
_SEPARATOR = re.compile(r"\s*[/,+]\s*|\s+(?:AND|OR)\s+")

_RATIONALE = re.compile(
    r"\A(?:\d[\d.]*\s+)?(?:rationale|background|notes?|why\b.*|motivation|history|reasons?|design notes|discussion)"
    r"(?:\s*\(.*\))?\s*:?\Z",
    re.I,
)
_DEFINITIONS = re.compile(
    r"\A(?:\d[\d.]*\s+)?(?:(?:terms and )?definitions?(?: of terms)?|glossary|terms|terminology|vocabulary|words"
    r"|abbreviations)\s*:?\Z",
    re.I,
)
_NON_GOALS = re.compile(r"\A(?:\d[\d.]*\s+)?(?:non-?goals?|out of scope|not in scope)\s*:?\Z", re.I)
_CONTENTS = re.compile(r"\A(?:table of contents|contents|toc)\s*:?\Z", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A heading read: `unknown` are tags that nobody knows; `force` is the tag's, without LOCKED."""

    text: str
    anchor: str | None = None
    force: Force | None = None
    locked: bool = False
    tagged: bool = False
    unknown: tuple[str, ...] = ()
    suspect: str = ""
    """What stands where a tag would, and may be one that nobody knows or an acronym; it stays in `text`."""
    rationale: bool = False
    definitions: bool = False
    contents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The pieces of a heading as they are written."""

    text: str
    """The title with its markup, without what the other fields hold."""
    anchor: str | None
    tags: tuple[str, ...]
    """Known tags, those behind the title first."""
    unknown: tuple[str, ...]
    whole: bool
    """Whether the heading is nothing but a tag, which is its title too."""


def cut_title(source: str) -> Cut:
    """Return the pieces of the source lines of a heading."""
    text = _MARKERS.sub("", source).strip()
    text = _MARKERS.sub("", text).strip()
    anchor = None
    if match := _ANCHOR.search(text):
        anchor, text = match[1], text[: match.start()]
    tags: list[str] = []
    unknown: list[str] = []
    whole = False
    for pattern in (_SUFFIX, _PREFIX, _WHOLE):
        match = pattern.search(text)
        if match is None:
            continue
        found, strange = _read_tags(match[1])
        if not found and not strange:
            continue
        tags += found
        unknown += strange
        whole = pattern is _WHOLE
        if not whole:
            text = text[: match.start()] + text[match.end() :]
    return Cut(text=text, anchor=anchor, tags=tuple(tags), unknown=tuple(unknown), whole=whole)


def parse_title(source: str) -> Title:
    """Return what the source lines of a heading say. Any text is a title."""
    cut = cut_title(source)
    anchor, tags = cut.anchor, cut.tags
    text = " ".join(cut.text.replace("**", "").split())
    force = next((TAGS[tag] for tag in tags if tag in TAGS), None)
    locked = "LOCKED" in tags
    if force is None and not tags and _NON_GOALS.match(text):
        force = Force.NON_GOAL
    return Title(
        text=text,
        anchor=anchor,
        force=force or (Force.MUST if locked else None),
        locked=locked,
        tagged=bool(tags) or force is not None,
        unknown=cut.unknown,
        suspect=find_suspect(text),
        rationale=bool(_RATIONALE.match(text)) or "INFORMATIVE" in tags or "NON-NORMATIVE" in tags,
        definitions=bool(_DEFINITIONS.match(text)),
        contents=bool(_CONTENTS.match(text)),
    )


def _read_tags(words: str) -> tuple[list[str], list[str]]:
    """Return known tags and unknown words that look like tags; an acronym is neither."""
    found: list[str] = []
    strange: list[str] = []
    for part in _SEPARATOR.split(words):
        name = " ".join(part.split())
        if name in TAGS or name in _SILENT:
            found.append(name)
            continue
        pieces = name.split()
        if pieces and "LOCKED" in pieces and " ".join(p for p in pieces if p != "LOCKED") in TAGS:
            found += ["LOCKED", " ".join(p for p in pieces if p != "LOCKED")]
        elif _LIKE_TAG.match(name) or get_close_matches(name, KNOWN, n=1, cutoff=0.85):
            strange.append(name)
    return found, strange
