"""The name that an author may have meant, in bounded time.

Path: checks -> **nearest** -> cures of diagnostics.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

_MOST_NAMES = 2_000
_MOST_COMPARED = 50_000
"""Names compared for all suggestions of one check together, about a second of work."""


class Suggester:
    """Finds the most similar of some names; a pack with thousands of slips has its first ones helped with."""

    def __init__(self) -> None:
        self._left = _MOST_COMPARED

    def find_nearest(self, name: str, names: Sequence[str], *, cutoff: float = 0.6) -> str | None:
        """Return the name most like `name`, the last in the alphabet of several; None where none is alike enough.

        The same name as `difflib.get_close_matches` would put first. None as well where there are too many names, or
        where too many were compared already.

        Args:
            name: What the author wrote.
            names: What exists.
            cutoff: The least likeness, 0.0 to 1.0.
        """
        if len(names) > min(_MOST_NAMES, self._left):
            return None
        self._left -= len(names)
        matcher = SequenceMatcher(b=name)
        best, found = cutoff, None
        for other in names:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
                continue
            ratio = matcher.ratio()
            if ratio > best or (ratio == best and (found is None or other > found)):
                best, found = ratio, other
        return found
