"""Masks: the text of a block with its markup replaced by filler of the same length; offsets stay source offsets.

Path: markdown -> **masking** -> modality, splitting, references.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

FILLER = "\u02d1"
"""Stands for one character of code, link target or quotation: a letter to every pattern, and in no word."""

GONE = "\0"
"""Stands in `Masked.bare` for one character of markup that is no part of the words."""

SKIP = "\1"
"""Like `GONE`, for what stands outside any clause: list markers, indentation, anchors."""

_MARKUP = re.compile(r"[`\[<>*_~\\{\"\u201c\u2018\0\1]|://|^[ \t]", re.M)
"""What no text without markup holds; most table cells do without."""
_TICKS = re.compile(r"`+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_TAG = re.compile(
    r"</?[A-Za-z][A-Za-z0-9-]{0,30}(?:[ \t]+[a-z-]{1,30}=(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'))*[ \t]*/?>"
)
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000}>")
_URL = re.compile(r"\bhttps?://[^\s<>()\[\]`]{1,2000}")
_LINK = re.compile(
    r"(!?)\[([^\[\]]{0,600})\](\((?:[^()\s]|\([^()\s]{0,200}\)){0,600}(?:\s+\"[^\"]{0,200}\")?\)|\[[^\[\]]{0,200}\])?"
)
_EMPHASIS = re.compile(r"(?<![\s\d])\*{1,3}|\*{1,3}(?![\s\d*])|(?<![\w])_{1,3}(?=\w)|(?<=\w)_{1,3}(?![\w])|~~")
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_ANCHOR = re.compile(r"[ \t]*\{#([A-Za-z0-9][\w.-]*)\}(?=[ \t]*(?:\n|\Z))")
_LINE_MARK = re.compile(r"^(?:[ \t]*>)+[ \t]?|^[ \t]+", re.M)
_FIRST_MARK = re.compile(r"\A(?:[ \t>]*(?:[-+*]|\d{1,9}[.)])(?=[ \t\n]|\Z))+(?:[ \t]+\[[ xX]\](?=[ \t]))?[ \t]*")
_QUOTED = re.compile(r"\"[^\"\n]{1,200}\"|\u201c[^\u201c\u201d\n]{1,200}\u201d|\u2018[^\u2018\u2019\n]{1,80}\u2019")
_QUOTE = re.compile(r"[\"\u201c\u2018]")
_EMPHASIS_LETTER = re.compile(r"[*_~]")
_MARKS = ("", " ", "\t", ">")
"""What a marked line begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """Three views of one text, all of its length.

    `bare` holds the words as read, markup `GONE`; `mask` has also code, links, quotations and targets as filler, and is
    what patterns run on; `anchors` are the author's anchors with the offset where each stands.
    """

    source: str
    bare: str
    mask: str
    anchors: tuple[tuple[int, str], ...] = ()
    links: tuple[tuple[int, int, str, str], ...] = ()
    """(start, end, text, target) of each link."""
    codes: tuple[tuple[int, int, str], ...] = ()
    """(start, end, content) of each code span, its ticks included in the range."""

    def words(self, start: int, end: int) -> str:
        """Return the words of a range, markup left out and white space folded."""
        return " ".join(self.bare[start:end].replace(GONE, "").replace(SKIP, " ").split())

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Return the range without white space, list markers and anchors at its ends."""
        while start < end and (self.bare[start] == SKIP or self.source[start].isspace()):
            start += 1
        while end > start and (self.bare[end - 1] == SKIP or self.source[end - 1].isspace()):
            end -= 1
        return start, end


def mask_block(source: str, *, item: bool = False) -> Masked:
    """Return the views of the source of a paragraph, an item or a quote. Any text can be masked."""
    marks = _find_marks(source, item=item)
    if not _MARKUP.search(source):
        if not marks:
            return Masked(source=source, bare=source, mask=source)
        end = marks[-1][1]
        return Masked(source=source, bare=SKIP * end + source[end:], mask=" " * end + source[end:])
    bare = list(source)
    mask = list(source)
    codes = _find_codes(source) if "`" in source else ()
    hidden = _hide(source, codes) if codes else source
    for start, end, _ in codes:
        _fill(mask, start, end, FILLER)
    links = _mask_links(hidden, source, bare, mask) if "[" in hidden else ()
    _remove(hidden, bare, mask)
    anchors = []
    for match in _ANCHOR.finditer(hidden) if "{#" in hidden else ():
        anchors.append((match.start(), match[1]))
        _fill(bare, *match.span(), SKIP)
        _fill(mask, *match.span(), " ")
    for start, end in marks:
        _fill(bare, start, end, SKIP)
        _fill(mask, start, end, " ")
    masked = "".join(mask)
    if _QUOTE.search(masked):
        for match in _QUOTED.finditer(masked):
            _fill(mask, match.start() + 1, match.end() - 1, FILLER)
        masked = "".join(mask)
    return Masked(
        source=source,
        bare="".join(bare),
        mask=masked.replace(GONE, " "),
        anchors=tuple(anchors),
        links=links,
        codes=codes,
    )


def _find_marks(source: str, *, item: bool) -> list[tuple[int, int]]:
    """Return the ranges of the marks at the starts of lines; the one of an item comes last."""
    marks = [match.span() for match in _LINE_MARK.finditer(source)] if "\n" in source or source[:1] in _MARKS else []
    if item and (match := _FIRST_MARK.match(source)):
        marks.append(match.span())
    return marks


def _remove(hidden: str, bare: list[str], mask: list[str]) -> None:
    """Take comments, tags, addresses, emphasis and escapes out of the views, each looked for only where it can be."""
    if "<" in hidden:
        for pattern in (_COMMENT, _TAG):
            for match in pattern.finditer(hidden):
                _fill(bare, *match.span(), GONE)
                _fill(mask, *match.span(), " ")
        for match in _AUTOLINK.finditer(hidden):
            _fill(mask, *match.span(), FILLER)
    if "://" in hidden:
        for match in _URL.finditer(hidden):
            _fill(mask, *match.span(), FILLER)
    if _EMPHASIS_LETTER.search(hidden):
        for match in _EMPHASIS.finditer(hidden):
            _fill(bare, *match.span(), GONE)
            _fill(mask, *match.span(), " ")
    if "\\" in hidden:
        for match in _ESCAPE.finditer(hidden):
            _fill(bare, *match.span(), GONE)
            _fill(mask, *match.span(), " ")


def _fill(letters: list[str], start: int, end: int, filler: str) -> None:
    """Replace a range by filler; line breaks stay, so that lines can still be told apart."""
    if end - start == 1 and letters[start] != "\n":
        letters[start] = filler
        return
    letters[start:end] = [letter if letter == "\n" else filler for letter in letters[start:end]]


def _find_codes(source: str) -> tuple[tuple[int, int, str], ...]:
    """Return the code spans: a run of ticks up to the next run of the same length, in linear time."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(source)]
    places: dict[int, list[int]] = {}
    for index, (start, end) in enumerate(runs):
        places.setdefault(end - start, []).append(index)
    codes = []
    index = 0
    while index < len(runs):
        start, end = runs[index]
        same = places[end - start]
        after = bisect_left(same, index + 1)
        if after == len(same) or (start and source[start - 1] == "\\"):
            index += 1
            continue
        close = same[after]
        content = source[end : runs[close][0]].replace("\n", " ")
        codes.append((start, runs[close][1], content.strip() or content))
        index = close + 1
    return tuple(codes)


def _hide(source: str, codes: tuple[tuple[int, int, str], ...]) -> str:
    """Return the source with code spans as filler, so that no markup is found inside them."""
    letters = list(source)
    for start, end, _ in codes:
        _fill(letters, start, end, FILLER)
    return "".join(letters)


def _mask_links(hidden: str, source: str, bare: list[str], mask: list[str]) -> tuple[tuple[int, int, str, str], ...]:
    """Mask link texts and targets; the words of a link text stay in `bare`. Return the links."""
    links = []
    for match in _LINK.finditer(hidden):
        target = match[3]
        if target is None:
            continue
        start, end = match.span()
        text_start, text_end = match.span(2)
        if target.startswith("["):
            address = ""
        else:
            pieces = source[match.start(3) + 1 : end - 1].split(None, 1)
            address = pieces[0].strip("<>") if pieces else ""
        links.append((start, end, " ".join(source[text_start:text_end].split()), address))
        _fill(bare, start, text_start, GONE)
        _fill(bare, text_end, end, GONE)
        _fill(mask, start, text_start, GONE)
        _fill(mask, text_start, text_end, FILLER)
        _fill(mask, text_end, end, GONE)
    return tuple(links)
