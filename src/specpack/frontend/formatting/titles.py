"""Headings in one style: hash marks, the title, its tags in parentheses, the author's anchor.

Path: outline -> **titles** -> layout.
"""

from collections.abc import Sequence

from specpack.frontend.headings import cut_title, parse_title


def render_title(lines: Sequence[str], level: int, *, underlined: bool) -> list[str]:
    """Return the lines of a heading in canonical form, or as they are where its title would be read otherwise.

    Args:
        lines: The source of the heading.
        level: 1 to 6.
        underlined: Whether a line of `=` or `-` makes it a heading.
    """
    raw = " ".join(line.strip() for line in lines[:-1]) if underlined else _strip_marks(lines[0])
    source = "\n".join(lines)
    broken = underlined and any(line.endswith(("  ", "\\")) for line in lines[:-2])
    if broken or (underlined and raw.endswith("#")):
        return list(lines)
    for words in (_join_pieces(source, raw), raw):
        line = f"{'#' * level} {words}".rstrip()
        if parse_title(line) == parse_title(source):
            return [line]
    return list(lines)


def _join_pieces(source: str, raw: str) -> str:
    """Return title, tags and anchor in this order; the words as they are where a tag is unknown or the title."""
    cut = cut_title(source)
    if cut.whole or cut.unknown or not cut.tags:
        words = cut.text if cut.anchor else raw
    else:
        words = f"{cut.text.strip()} ({', '.join(dict.fromkeys(cut.tags))})"
    if cut.anchor:
        words = f"{words.strip()} {{#{cut.anchor}}}"
    return " ".join(words.split("\n"))


def _strip_marks(line: str) -> str:
    """Return the words of a heading with hash marks."""
    words = line.strip().lstrip("#").strip()
    bare = words.rstrip("#")
    if bare != words and (not bare or bare[-1] in " \t"):
        return bare.rstrip()
    return words
