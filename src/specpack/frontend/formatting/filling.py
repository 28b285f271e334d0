"""Paragraphs: each sentence begins a line, and goes on in the next where it would be too long.

Path: outline, splitting -> **filling** -> layout. No line breaks inside code, links, quotations, tags or terms; none is
put where the rest of the line would begin another block; those that mean something stay.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from specpack.frontend.definitions import find_definition
from specpack.frontend.masking import FILLER, Masked, mask_block
from specpack.frontend.splitting import split_sentences

_BEGINS_BLOCK = re.compile(
    r"[-+*](?=\s|\Z)|\d{1,9}[.)](?=\s|\Z)|#{1,6}(?=\s|\Z)|[<>|]|:?-+:?(?=[\s|]|\Z)|=+(?=\s|\Z)|`{3}|~{3}"
    r"|([*_-])[ \t]*(?:\1[ \t]*){2,}(?:\n|\Z)|on (?:violation|failure|error)\b"
)
"""What must not come first in a line; the last alternative would begin a sentence of its own."""
_CONSEQUENCE = re.compile(r"on (?:violation|failure|error)\b")
_ANCHOR = re.compile(r"\{#[A-Za-z0-9][\w.-]*\}\Z")
_OPEN_TAG = re.compile(r"<[!/?A-Za-z][^>\n]*\n")
_HARD = re.compile(r" {2,}\Z")
_GAP = re.compile(r"[ \t]+")
_TOGETHER = re.compile(r"\[[^\[\]]{0,100}\]|(\*\*|__)(?=\S)[^*_]{1,82}?\1")
"""What may be a link by reference, or a term."""
_FILLED = re.compile(rf"{FILLER}+(?:\s+{FILLER}+)*")
_MOST_BARE = 5
"""Words of a line that may be an item without a mark."""


def fill_paragraph(lines: Sequence[str], width: int, *, bare_lines: bool) -> list[str]:
    """Return the lines of a paragraph, without indentation, in canonical form.

    A paragraph that would be read otherwise keeps its lines.

    Args:
        lines: The source lines, free of the marks and the indentation of items around them.
        width: Columns that a line may take; a single piece that must not be broken may take more.
        bare_lines: Whether short lines without a full stop may be a list whose marks are missing.
    """
    kept = _strip_lines(lines)
    source = "\n".join(kept)
    if _OPEN_TAG.search(source) or (bare_lines and _is_enumeration(source)):
        return _keep(lines, kept)
    filled = [line for segment in _segment(kept) for line in _wrap(segment, width)]
    text = "\n".join(filled)
    if any(_BEGINS_BLOCK.match(line) and not _CONSEQUENCE.match(line) for line in filled[1:]):
        return _keep(lines, kept)
    if not _reads_same(source, text) or (bare_lines and _is_enumeration(text)):
        return _keep(lines, kept)
    return filled


def _strip_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines without white space at their ends, but for the spaces that break a line hard."""
    stripped = []
    for number, line in enumerate(lines):
        hard = _HARD.search(line) if number < len(lines) - 1 else None
        stripped.append(line.strip() + (hard[0] if hard and line.strip() else ""))
    return stripped


def _keep(lines: Sequence[str], kept: list[str]) -> list[str]:
    """Return the lines as they stand, without indentation where none of them needs it to be no block."""
    return list(lines) if any(_BEGINS_BLOCK.match(line) for line in kept[1:]) else kept


def _segment(lines: Sequence[str]) -> list[str]:
    """Return the lines joined where their break means nothing."""
    segments = [lines[0]]
    for line in lines[1:]:
        before = segments[-1]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        if escaped or before.endswith("  ") or _ANCHOR.search(before) or _CONSEQUENCE.match(line):
            segments.append(line)
        else:
            segments[-1] = f"{before.rstrip()} {line}"
    return segments


def _wrap(segment: str, width: int) -> list[str]:
    """Return the lines of a text without breaks of its own."""
    tail = _HARD.search(segment)
    text = segment.rstrip(" ")
    masked = mask_block(text)
    starts = _find_starts(masked)
    lines: list[str] = []
    for begins, piece in _cut_pieces(masked, starts):
        if lines and not begins and len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    if tail and lines:
        lines[-1] += tail[0]
    return lines


def _find_starts(masked: Masked) -> set[int]:
    """Return the offsets of the words with which sentences begin, but for the first."""
    starts: set[int] = set()
    sentences = split_sentences(masked.mask)
    for (_, end), (start, _) in pairwise(sentences):
        first = start
        while first > 0 and not masked.source[first - 1].isspace():
            first -= 1
        if first >= end:
            starts.add(first)
    return starts


def _cut_pieces(masked: Masked, starts: set[int]) -> list[tuple[bool, str]]:
    """Return the pieces that stay together, each with whether a sentence begins with it."""
    text = masked.source
    together = [match.span() for match in _TOGETHER.finditer(text)]
    pieces: list[tuple[bool, str]] = []
    begins, current, at, held = False, "", 0, 0
    for gap in _GAP.finditer(text):
        start, end = gap.span()
        word = text[at:start]
        current, at = current + word, end
        while held < len(together) and together[held][1] <= start:
            held += 1
        inside = held < len(together) and together[held][0] < start
        if inside or set(masked.bare[start:end] + masked.mask[start:end]) - {" ", "\t"}:
            current += gap[0]
        elif _BEGINS_BLOCK.match(text, end) or _ANCHOR.search(word) or word.endswith("\\"):
            current += " "
        else:
            pieces.append((begins, current))
            begins, current = end in starts, ""
    return [*pieces, (begins, current + text[at:])]


def _is_enumeration(text: str) -> bool:
    """Whether lines are short and end without a mark, after a colon if there is one."""
    lines = [line.rstrip() for line in mask_block(text).mask.split("\n")]
    colon = next((number for number, line in enumerate(lines) if line.endswith(":")), -1)
    rest = lines[colon + 1 :]
    return len(rest) > 1 and all(line and len(line.split()) <= _MOST_BARE and line[-1] not in ".!?,;:" for line in rest)


def _reads_same(old: str, new: str) -> bool:
    """Whether two forms of a paragraph have the same words, masks, sentences, anchors, links and code."""
    one, other = mask_block(old), mask_block(new)
    return _describe(one) == _describe(other)


def _describe(masked: Masked) -> tuple[object, ...]:
    """Return what the words of a paragraph are read as, white space folded."""
    end = len(masked.source)
    sentences = split_sentences(masked.mask)
    return (
        _FILLED.sub(FILLER, masked.mask).split(),
        masked.words(0, end),
        [masked.words(*sentence) for sentence in sentences],
        [name for _, name in masked.anchors],
        [link[2:] for link in masked.links],
        [code[2] for code in masked.codes],
        find_definition(masked, *masked.trim(0, end), section=True),
    )
