"""Definitions and attributes: texts of the form term, mark, meaning.

Path: masking -> **definitions** -> items, clauses.
"""

import re
from dataclasses import dataclass

from specpack.frontend.masking import Masked

_BOLD = re.compile(
    r"\s*(?:\*\*|__)(?P<term>[^*_\n][^*\n]{0,80}?)\s*(?P<inside>:)?(?:\*\*|__)\s*"
    r"(?:\((?P<gloss>[^()\n]{1,80})\)\s*)?(?P<mark>:|\u2014|\u2013|--?\s|\bmeans\b|\bis defined as\b)?\s*"
)
_CODE = re.compile(r"\s*`(?P<term>[^`\n]{1,80})`\s*(?:means\b|is defined as\b)\s*")
_SAID = re.compile(
    r"\s*(?:An?|The(?:\s+(?:term|word))?)\s+(?P<mark>\*{1,2}|_{1,2})(?P<term>[^*_\n]{1,60})(?P=mark)\s+(?:is|are)\s+(?:an?|the|any|each|every|one)\s"
)
_PLAIN = re.compile(r"\s*(?P<term>[^\s:][^:\n.]{0,60}?)\s*(?::\s|\bmeans\b|\bis defined as\b|\s\u2014\s|\s--?\s)\s*")
_KEY = re.compile(r"\A(?P<key>[A-Za-z][\w /-]{0,40}?)\s*[:=]\s*(?=\S)")
_ERROR_KEY = re.compile(r"\A(?:error[ _-]?(?:id|ids|code|identifier)?|id of (?:the )?error|error)\Z", re.I)

ATTRIBUTE_KEYS = frozenset(
    [
        *("applies to", "body", "cause", "code", "condition", "default", "encoding", "error", "error code"),
        *("error id", "error identifier", "error-id", "error_id", "example", "examples", "exit code"),
        *("exit status", "format", "header", "headers", "http status", "id", "identifier", "length", "level"),
        *("log level", "max", "maximum", "message", "method", "min", "minimum", "name", "nullable"),
        *("on violation", "optional", "owner", "path", "pattern", "precision", "range", "required"),
        *("response", "retries", "returns", "scale", "severity", "since", "status", "status code", "timeout"),
        *("trigger", "type", "unit", "value", "values", "when"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A term; `told` where words, not only a mark, say that it is defined."""

    term: str
    told: bool = False


def find_definition(masked: Masked, start: int, end: int, *, section: bool) -> Definition | None:
    """Return the definition that a text is, else None.

    Args:
        masked: The block.
        start: Where its words begin.
        end: Where they end.
        section: Whether the text stands under a heading that announces definitions.
    """
    source = masked.source
    bold = _BOLD.match(source, start)
    if bold and bold.end() < end and (bold["mark"] or bold["inside"]):
        return Definition(term=_clean(bold["term"]), told=(bold["mark"] or "") in ("means", "is defined as"))
    said = _SAID.match(source, start)
    if said and said.end() < end:
        return Definition(term=_clean(said["term"]), told=True)
    code = _CODE.match(source, start)
    if code and code.end() < end:
        return Definition(term=_clean(code["term"]), told=True)
    if section:
        plain = _PLAIN.match(source, start)
        if plain and plain.end() < end:
            return Definition(term=_clean(plain["term"]))
    return None


def find_attributes(words: str) -> tuple[tuple[str, str], ...]:
    """Return the key-value pairs of a bullet such as "status: 404, error_id: `x`"; empty where it is none.

    `words` have markup but code ticks removed. Keys come back in lower case, values without ticks.
    """
    pairs: list[tuple[str, str]] = []
    for piece in re.split(r"[;,]\s+(?=`?[A-Za-z][\w /-]{0,30}`?\s*[:=]\s)", words):
        match = _KEY.match(piece.replace("`", ""))
        if match is None or match["key"].lower() not in ATTRIBUTE_KEYS:
            return ()
        value = piece.replace("`", "")[match.end() :].strip().rstrip(".")
        pairs.append((match["key"].lower(), value))
    return tuple(pairs)


def is_error_key(key: str) -> bool:
    """Whether a column, attribute or member of that name holds error ids."""
    return bool(_ERROR_KEY.match(key.strip().strip("`").strip()))


def _clean(term: str) -> str:
    """Return a term in lower case without markup."""
    return " ".join(term.replace("`", "").replace("*", "").split()).lower().rstrip(":")
