"""The outline of a document: the library's block tokens as a tree of line ranges.

Path: markdown -> **outline** -> layout. Block quotes and tables are leaves, because no line in them is ever changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

_BRANCHES = frozenset({"bullet_list", "ordered_list", "list_item"})
_CLOSED = frozenset({"blockquote", "table"})
_VERBATIM = frozenset({"fence", "code_block", "html_block", "hr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A block by its lines, counted from 0; `last` is exclusive, blank lines at the end left out."""

    kind: str
    """Type of the token without `_open`."""
    first: int
    last: int
    markup: str = ""
    """Mark of a heading, bullet or number, as it is written."""
    number: str = ""
    """Digits of an ordered item."""
    children: tuple["Node", ...] = ()


def build_outline(tokens: Sequence[Token], lines: Sequence[str]) -> tuple[Node, ...]:
    """Return the blocks of a document in source order."""
    nodes, _ = _build(tokens, 0, lines)
    return nodes


def _build(tokens: Sequence[Token], at: int, lines: Sequence[str]) -> tuple[tuple[Node, ...], int]:
    """Return the siblings from a token on, and the place of the token that closes their parent."""
    nodes: list[Node] = []
    while at < len(tokens) and tokens[at].nesting >= 0:
        token = tokens[at]
        kind = token.type.removesuffix("_open")
        children: tuple[Node, ...] = ()
        if token.nesting > 0 and kind in _BRANCHES:
            children, at = _build(tokens, at + 1, lines)
        elif token.nesting > 0:
            at = _find_close(tokens, at)
        at += 1
        if token.map and (
            kind in _BRANCHES or kind in _CLOSED or kind in _VERBATIM or kind in ("heading", "paragraph")
        ):
            first, last = _trim(token.map[0], token.map[1], lines)
            nodes.append(
                Node(
                    kind=kind,
                    first=first,
                    last=last,
                    markup=token.markup,
                    number=token.info if kind == "list_item" else "",
                    children=children,
                )
            )
    return tuple(nodes), at


def _find_close(tokens: Sequence[Token], at: int) -> int:
    """Return the place of the token that closes the one at `at`."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth == 0:
            return place
    return len(tokens) - 1


def _trim(first: int, last: int, lines: Sequence[str]) -> tuple[int, int]:
    """Return a range of lines without the blank ones at its end; one line is left in any case."""
    last = min(last, len(lines))
    while last > first + 1 and not lines[last - 1].strip():
        last -= 1
    return first, last
