"""Markdown to blocks: every line of a document that is not blank stands in exactly one block.

Path: read -> **markdown** -> masking -> clauses. Only the block structure comes from the library; offsets are our own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from specpack.frontend.headings import Title, parse_title
from specpack.frontend.places import Places, index_places
from specpack.model.clause import Block, BlockKind
from specpack.model.pack import Document

_NESTING = 40
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?=\n|\Z)")
_COMMENT = re.compile(r"\A\s*(?:<!--.*?-->\s*)+\Z", re.S)
_OPEN_COMMENT = re.compile(r"\A\s*<!--(?!.*-->)", re.S)
_NOTE = re.compile(r"\A[\s>]*(?:(?:[-+*]|\d+[.)])\s+)?[*_]{0,3}(?:rationale|notes?|background|why)[*_]{0,3}\s*:", re.I)
_LINK_DEFINITION = re.compile(r"\A\s{0,3}\[[^\]\n]+\]:\s*\S")
_LEAVES = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "fence": BlockKind.FENCE,
    "code_block": BlockKind.FENCE,
    "html_block": BlockKind.PARAGRAPH,
    "table_open": BlockKind.TABLE,
    "hr": BlockKind.COMMENT,
    "blockquote_open": BlockKind.QUOTE,
}


@dataclass(slots=True)
class _Piece:
    """A block on the way: lines `first` to `last` (exclusive)."""

    kind: BlockKind
    first: int
    last: int
    level: int = 0
    parent: int | None = None
    """Piece that introduces this one."""
    container: tuple[int, ...] = ()
    """Items around the piece; pieces of one container are neighbours."""
    mark: str = ""
    """What opens a fence."""


@dataclass(slots=True)
class _Walk:
    """State of the walk over the library's tokens; the three lists grow and shrink together, one entry a list item."""

    pieces: list[_Piece]
    items: list[int | None] = field(default_factory=list)
    """Piece of each enclosing item, None until its first leaf is met."""
    openings: list[int] = field(default_factory=list)
    """First line of each enclosing item."""
    leads: list[int | None] = field(default_factory=list)
    """Piece that introduces each enclosing list."""

    def container(self) -> tuple[int, ...]:
        """Return the items around the next leaf."""
        return tuple(item for item in self.items if item is not None)

    def lead(self) -> int | None:
        """Return the piece that introduces what comes next: the paragraph just above, else the enclosing item."""
        container = self.container()
        above = self.pieces[-1] if self.pieces else None
        if above and above.kind is BlockKind.PARAGRAPH and above.container == container:
            return len(self.pieces) - 1
        if above and above.kind in (BlockKind.FENCE, BlockKind.TABLE) and above.container == container and container:
            return above.parent
        return container[-1] if container else None

    def add(self, piece: _Piece) -> int:
        """Append a piece and return its index."""
        self.pieces.append(piece)
        return len(self.pieces) - 1


def parse_blocks(document: Document) -> tuple[Block, ...]:
    """Return the blocks of a document in source order; one fence for a document that is not Markdown."""
    places = index_places(document.name, document.text)
    if not is_markdown(document.path):
        return _whole(places)
    tokens, lines, skipped = parse_tokens(document.text)
    pieces = [_Piece(BlockKind.FRONT_MATTER, 0, skipped)] if skipped else []
    walk = _Walk(pieces)
    _walk(tokens, walk)
    return _finish(_claim_lines(walk.pieces, lines), places, document.text)


def is_markdown(path: str) -> bool:
    """Whether a document of that path is read as Markdown."""
    return path.lower().endswith((".md", ".markdown", ".mdown", ".txt"))


def parse_tokens(text: str) -> tuple[list[Token], list[str], int]:
    """Return the library's block tokens of a text, its lines, and how many of them are front matter.

    Line numbers of the tokens count from 0 and are those of the text itself.
    """
    front = _FRONT_MATTER.match(text)
    skipped = text.count("\n", 0, front.end()) + 1 if front else 0
    # The library takes CR for a line break and NUL for a replacement; both would shift lines or lie about them.
    lines = text.replace("\r", " ").replace("\0", "\ufffd").split("\n")
    body = "\n".join([""] * skipped + lines[skipped:])
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser.parse(body), lines, skipped


def _whole(places: Places) -> tuple[Block, ...]:
    """Return a document without Markdown as one fence from its first to its last line that is not blank."""
    stripped = places.text.strip()
    if not stripped:
        return ()
    start = places.text.index(stripped)
    start = places.text.rfind("\n", 0, start) + 1
    end = start + len(places.text[start:].rstrip())
    span = places.span(start, end)
    return (Block(index=0, kind=BlockKind.FENCE, span=span, text=places.text[start:end], section=()),)


def _walk(tokens: Sequence[Token], walk: _Walk) -> None:
    """Add the pieces of the tokens in source order."""
    quotes = 0
    for token in tokens:
        if token.type == "blockquote_close":
            quotes -= 1
        elif token.type == "blockquote_open":
            if not quotes:
                _add_leaf(walk, token)
            quotes += 1
        elif quotes:
            continue
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            walk.leads.append(walk.lead())
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            walk.leads.pop()
        elif token.type == "list_item_open" and token.map:
            walk.items.append(None)
            walk.openings.append(token.map[0])
        elif token.type == "list_item_close":
            _open_item(walk, walk.openings[-1] + 1)
            walk.items.pop()
            walk.openings.pop()
        elif token.type in _LEAVES and token.map:
            _add_leaf(walk, token)


def _open_item(walk: _Walk, last: int) -> bool:
    """Give the innermost item its piece, from its own line to `last`; False if it has one."""
    if walk.items[-1] is not None:
        return False
    piece = _Piece(BlockKind.ITEM, walk.openings[-1], last, len(walk.items), walk.leads[-1], walk.container())
    walk.items[-1] = walk.add(piece)
    return True


def _add_leaf(walk: _Walk, token: Token) -> None:
    """Add the piece of a leaf; words on an item's own line are the item."""
    first, last = token.map or [0, 0]
    kind = _LEAVES[token.type]
    mark = token.markup if token.type == "fence" else ""
    if not walk.items:
        level = int(token.tag[1]) if kind is BlockKind.HEADING else 0
        parent = walk.lead() if kind in (BlockKind.TABLE, BlockKind.FENCE) else None
        walk.add(_Piece(kind, first, last, level, parent, mark=mark))
        return
    if kind is BlockKind.HEADING:
        kind = BlockKind.PARAGRAPH
    if walk.items[-1] is None:
        on_marker = walk.openings[-1] >= first
        if kind is BlockKind.PARAGRAPH and on_marker:
            _open_item(walk, last)
            return
        if not on_marker:
            _open_item(walk, walk.openings[-1] + 1)
    parent = walk.lead() if kind in (BlockKind.TABLE, BlockKind.FENCE) else (walk.container() or (None,))[-1]
    parent = parent if parent is not None else walk.leads[-1]
    added = walk.add(_Piece(kind, first, last, 0, parent, walk.container(), mark))
    if walk.items[-1] is None:
        walk.items[-1] = added


def _claim_lines(pieces: list[_Piece], lines: Sequence[str]) -> list[tuple[_Piece, int]]:
    """Return pieces with their old index, no line in two of them, and new pieces for lines that no block holds."""
    claimed: list[tuple[_Piece, int]] = []
    at = 0
    for index, piece in enumerate(pieces):
        first = max(piece.first, at)
        last = min(piece.last, len(lines))
        while last > first and not lines[last - 1].strip():
            last -= 1
        while first < last and not lines[first].strip():
            first += 1
        claimed += _stray(lines, at, first)
        if first < last:
            piece.first, piece.last = first, last
            claimed.append((piece, index))
            at = last
    claimed += _stray(lines, at, len(lines))
    return claimed


def _stray(lines: Sequence[str], first: int, last: int) -> list[tuple[_Piece, int]]:
    """Return pieces for runs of lines between blocks: link definitions, markers of empty items or quotes."""
    pieces: list[tuple[_Piece, int]] = []
    start = first
    for line in range(first, last + 1):
        if line < last and lines[line].strip():
            continue
        if line > start:
            text = lines[start]
            plain = _LINK_DEFINITION.match(text) or not text.strip(" \t>-+*#|:=")
            kind = BlockKind.COMMENT if plain else BlockKind.PARAGRAPH
            pieces.append((_Piece(kind, start, line), -1))
        start = line + 1
    return pieces


def _finish(claimed: Sequence[tuple[_Piece, int]], places: Places, text: str) -> tuple[Block, ...]:
    """Return blocks with spans, heading paths, parents and marks."""
    renumbered = {old: new for new, (_, old) in enumerate(claimed) if old >= 0}
    blocks: list[Block] = []
    path: list[tuple[int, Title]] = []
    marks: list[bool] = []
    for index, (piece, _) in enumerate(claimed):
        start = places.starts[piece.first]
        end = places.line_end(piece.last - 1)
        source = text[start:end]
        kind = piece.kind
        if kind is BlockKind.PARAGRAPH and (_COMMENT.match(source) or _OPEN_COMMENT.match(source)):
            kind = BlockKind.COMMENT
        level = piece.level
        if kind is BlockKind.HEADING:
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, parse_title(source)))
        parent = renumbered.get(piece.parent) if piece.parent is not None else None
        informative = (
            kind in (BlockKind.COMMENT, BlockKind.FRONT_MATTER)
            or any(title.rationale for _, title in path)
            or (kind is not BlockKind.HEADING and bool(_NOTE.match(source)))
            or (parent is not None and marks[parent] and _reaches(blocks[parent]))
        )
        marks.append(informative)
        blocks.append(
            Block(
                index=index,
                kind=kind,
                span=places.span(start, end),
                text=source,
                section=tuple(title.text for _, title in path),
                level=level,
                parent=parent,
                informative=informative,
                unclosed="" if _is_closed(source, piece.mark) else piece.mark,
            )
        )
    return tuple(blocks)


def _is_closed(source: str, mark: str) -> bool:
    """Whether a fence ends in a line of its own mark, at least as long; what is no fence needs none."""
    first, _, rest = source.rpartition("\n")
    last = rest.strip(" \t>")
    return not mark or (bool(first) and len(last) >= len(mark) and not last.strip(mark[0]))


def _reaches(lead: Block) -> bool:
    """Whether what a block informs of goes on in what it introduces: an item's nested blocks, or after a colon."""
    return lead.kind is BlockKind.ITEM or lead.text.rstrip(" \t\n*_").endswith(":")
