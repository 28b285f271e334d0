"""Text of a pack or a model as HTML that cannot be anything but text.

Path: facts -> **text** -> rows, sources.
"""

import html
import re
from urllib.parse import quote

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What is not seen, or changes how the text around it is read."""
_CODE = re.compile(r"`([^`\n]+)`")


def show(text: str) -> str:
    """Return `text` with what is not seen spelled out: a line as it is read is the line as it stands."""
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def escape(text: str) -> str:
    """Return `text` for an element or a quoted attribute."""
    return html.escape(show(text))


def render_inline(text: str) -> str:
    """Return `text` with its code spans as `<code>`; every other mark stands as it was written."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def render_link(fragment: str, label: str, *, css: str = "") -> str:
    """Return a link to an element of the page by its id; `label` is text."""
    kind = f' class="{css}"' if css else ""
    return f'<a{kind} href="{point(fragment)}">{escape(label)}</a>'


def point(fragment: str) -> str:
    """Return the address of an element of the page, for an attribute."""
    return "#" + html.escape(quote(show(fragment), safe="/:=@,;!()*~"))


def pick(**filters: str) -> str:
    """Return the address of the page with a filter set, for an attribute: `pick(unit="store")` -> `#unit=store`."""
    return "#" + html.escape("&".join(f"{key}={quote(show(value), safe='/:')}" for key, value in filters.items()))
