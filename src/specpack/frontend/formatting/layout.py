"""Layout: blocks as canonical lines, one blank line between them, items nested under `- `.

Path: outline, titles, filling -> **layout** -> packs. Works on line ranges of the source; fences, tables, quotes, HTML,
front matter and link definitions keep every byte, but for the indentation of the items around them.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from specpack.frontend.formatting.filling import fill_paragraph
from specpack.frontend.formatting.outline import Node, build_outline
from specpack.frontend.formatting.titles import render_title
from specpack.frontend.markdown import parse_tokens

WIDTH = 120
"""Columns of a line."""
_NARROWEST = 40
"""Columns that a paragraph gets however deep it is nested."""
_BULLETS = ("-", "*")
_LEAD = re.compile(r"[ \t]*")
_TAB = 4
_DEEPEST_CODE = 5
"""White space behind a mark from which on it belongs to code in the item."""

View = Mapping[int, str]
"""Line number -> the line without marks and indentation of the items around it."""


def render_document(text: str) -> str:
    """Return a document in canonical form; an empty one stays empty."""
    tokens, lines, skipped = parse_tokens(text)
    nodes = build_outline(tokens, lines)
    body = _render_siblings(nodes, dict(enumerate(lines)), skipped, len(lines), 0, WIDTH)
    front = lines[:skipped]
    blank = [""] if front and body else []
    rendered = "\n".join([*front, *blank, *body])
    return f"{rendered}\n" if rendered.strip() else ""


def _render_siblings(
    nodes: Sequence[Node], view: View, first: int, last: int, column: int, width: int, *, inside: bool = False
) -> list[str]:
    """Return the lines of the blocks between two lines.

    Args:
        nodes: The blocks in source order.
        view: The lines of their container.
        first: Line where it begins.
        last: Line where it ends, exclusive.
        column: Column of the source at which the lines of the view begin.
        width: Columns left.
        inside: Whether the container is an item; then blank lines stay as they are, but never two.
    """
    rendered: list[str] = []
    before: Node | None = None
    bullet = _BULLETS[0]
    for node in _add_strays(nodes, view, first, last):
        if before and (not inside or node.first > before.last):
            rendered.append("")
        if node.kind == "bullet_list":
            twin = before is not None and before.kind == "bullet_list"
            bullet = _BULLETS[1 - _BULLETS.index(bullet)] if twin else _BULLETS[0]
        rendered += _render_node(node, view, column, width, bullet, inside=inside)
        before = node
    return rendered


def _add_strays(nodes: Sequence[Node], view: View, first: int, last: int) -> list[Node]:
    """Return blocks with runs of lines between them that no block holds, such as link definitions."""
    found: list[Node] = []
    for node in [*nodes, Node(kind="", first=last, last=last)]:
        start = first
        for line in range(first, node.first + 1):
            if line < node.first and view[line].strip():
                continue
            if line > start:
                found.append(Node(kind="stray", first=start, last=line))
            start = line + 1
        if node.kind:
            found.append(node)
        first = max(first, node.last)
    return found


def _render_node(node: Node, view: View, column: int, width: int, bullet: str, *, inside: bool) -> list[str]:
    """Return the lines of one block."""
    lines = [view[line] for line in range(node.first, node.last)]
    if node.kind == "heading" and not inside:
        return render_title(lines, _measure_level(node.markup), underlined=node.markup[0] in "=-")
    if node.kind == "paragraph":
        return fill_paragraph(lines, max(width, _NARROWEST), bare_lines=not inside)
    if node.kind in ("bullet_list", "ordered_list"):
        return _render_list(node, view, column, width, bullet)
    return lines


def _measure_level(markup: str) -> int:
    """Return the level of a heading from its mark."""
    return {"=": 1, "-": 2}.get(markup[0], len(markup))


def _render_list(node: Node, view: View, column: int, width: int, bullet: str) -> list[str]:
    """Return the lines of a list; where a blank line parts two of its items, one parts all of them."""
    items = node.children
    loose = any(after.first > item.last for item, after in pairwise(items))
    rendered: list[str] = []
    for item in items:
        if rendered and loose:
            rendered.append("")
        mark = f"{item.number}{item.markup}" if item.number else bullet
        inner, offset = _open_item(item, view, column)
        room = width - len(mark) - 1
        body = _render_siblings(item.children, inner, item.first, item.last, column + offset, room, inside=True)
        indent = " " * (len(mark) + 1)
        if body and inner[item.first].strip():
            rendered.append(f"{mark} {body[0]}")
            body = body[1:]
        else:
            rendered.append(mark)
        rendered += [f"{indent}{line}" if line else "" for line in body]
    return rendered


def _open_item(item: Node, view: View, column: int) -> tuple[dict[int, str], int]:
    """Return the lines inside an item, and how many columns its mark and indentation take."""
    line = view[item.first]
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    marked = start + len(item.number) + len(item.markup)
    width = _measure_columns(line[:start], column) + marked - start
    rest = line[marked:]
    behind = _LEAD.match(rest)
    space = _measure_columns(behind[0] if behind else "", column + width)
    space = 1 if not rest.strip() or space >= _DEEPEST_CODE else space
    inner = {item.first: _cut_columns(rest, space, column + width)}
    for number in range(item.first + 1, item.last):
        inner[number] = _cut_columns(view[number], width + space, column)
    return inner, width + space


def _measure_columns(space: str, column: int) -> int:
    """Return the columns that white space takes from a column on."""
    at = column
    for letter in space:
        at += _TAB - at % _TAB if letter == "\t" else 1
    return at - column


def _cut_columns(line: str, count: int, column: int) -> str:
    """Return a line without white space of that many columns at its start; a longer tab becomes spaces."""
    at, place = column, 0
    while at < column + count and place < len(line) and line[place] in " \t":
        at += _TAB - at % _TAB if line[place] == "\t" else 1
        place += 1
    return " " * max(at - column - count, 0) + line[place:]
