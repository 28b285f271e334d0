"""Leases: which waiting request is in whose hands, so that two never write the same answer at once.

Path: relay's folder -> **lease** -> tools. A lease is a file beside the request, `NAME.lease-N`, and its age is its
time of change; several processes and machines may share the folder.
"""

import contextlib
import glob
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

LEASE_SECONDS = 900.0
"""How long a request that was handed out is kept from others; each sign of life begins the time anew."""


class Leases:
    """The leases of one process on the requests of a folder."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        """Take relay's folder."""
        self._folder = folder
        self._now = now
        self._mine: dict[str, Path] = {}

    def take(self, name: str) -> bool:
        """Lease a request; return whether nobody else, and no earlier call of this process, holds it.

        Whoever finds the last lease too old makes the next number, and a file of one name can be made only once. The
        second look settles the case in which a number came free in between: both step back rather than both go on.
        """
        numbers = self._list_numbers(name)
        if any(self._is_fresh(self._path(name, number)) for number in numbers):
            return False
        mine = self._path(name, max(numbers, default=0) + 1)
        try:
            mine.touch(exist_ok=False)
        except FileExistsError:
            return False
        others = [self._path(name, number) for number in self._list_numbers(name)]
        if any(other != mine and self._is_fresh(other) for other in others):
            mine.unlink(missing_ok=True)
            return False
        self._mine[name] = mine
        return True

    def refresh(self, name: str) -> None:
        """Begin the time of a lease of this process anew, unless it ran out: then it may be another's."""
        if name in self._mine and self._is_fresh(self._mine[name]):
            with contextlib.suppress(OSError):
                os.utime(self._mine[name])

    def end(self, name: str) -> None:
        """Remove all leases of a request that is answered."""
        self._mine.pop(name, None)
        for number in self._list_numbers(name):
            with contextlib.suppress(OSError):
                self._path(name, number).unlink()

    def release(self) -> None:
        """Give back what this process still holds."""
        for path in self._mine.values():
            with contextlib.suppress(OSError):
                path.unlink()
        self._mine.clear()

    def _is_fresh(self, path: Path) -> bool:
        try:
            return self._now() - path.stat().st_mtime < LEASE_SECONDS
        except OSError:
            return False

    def _list_numbers(self, name: str) -> list[int]:
        suffixes = (path.name.rpartition("-")[2] for path in self._folder.glob(f"{glob.escape(name)}.lease-*"))
        return sorted(int(suffix) for suffix in suffixes if re.fullmatch("[0-9]{1,9}", suffix))

    def _path(self, name: str, number: int) -> Path:
        return self._folder / f"{name}.lease-{number}"
