"""What is taken in from one pack: names, limits, and what is wrong with them.

Path: **intake** -> sources -> manifest -> packs. Knows no folder and no archive format.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from specpack.frontend.catalogue import build_diagnostic
from specpack.model.diagnostic import Diagnostic

MOST_BYTES = 64 << 20
MOST_FILE_BYTES = 16 << 20
MOST_MEMBERS = 10_000
_MOST_REPORTED = 20
_MOST_NAME = 1024
_CHUNK = 1 << 20
_SUFFIXES = frozenset({".md", ".toml", ".ids", ".lock", ".accepted", ".json", ".yaml", ".yml"})
_FOREIGN_FOLDERS = frozenset({"node_modules", "site-packages", "__pycache__", "__MACOSX"})


class Readable(Protocol):
    """Whatever gives bytes piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a pack holds on disk: documents and the files of specpack itself, by POSIX path relative to the pack."""

    name: str
    """Name of the folder, also of the only folder inside an archive; else of the archive without its ending."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


class FullError(Exception):
    """A limit is exceeded and reading ends: a case of SP003, with the fields of its message."""

    def __init__(self, case: str, **fields: str) -> None:
        super().__init__(case)
        self.case, self.fields = case, fields


class Intake:
    """What was taken from one source so far, what is wrong with it, and how much room is left."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.files: dict[str, bytes] = {}
        self.problems: list[Diagnostic] = []
        self.current = ""
        self._known: dict[str, tuple[str, bool]] = {}
        self._members = 0
        self._bytes = 0
        self._unsafe = 0

    def report(self, code: str, case: str = "", **fields: str) -> None:
        """Note an error about the source."""
        self.problems.append(build_diagnostic(code, None, case=case, fields={"holder": self.holder, **fields}))

    def refuse(self, name: str, case: str, **fields: str) -> None:
        """Note an unsafe member, in full for the first twenty."""
        self._unsafe += 1
        if self._unsafe <= _MOST_REPORTED:
            self.report("SP002", case, member=show_name(name), **fields)

    def count(self) -> None:
        """Count one more member. Raises FullError."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise FullError("members", most=f"{MOST_MEMBERS:,}")

    def admit(self, name: str, *, folder: bool) -> str | None:
        """Return the member's path, or None where the name is unsafe or fights another one."""
        self.current = name
        fault = _find_fault(name)
        if fault:
            self.refuse(name, fault, most=f"{_MOST_NAME:,}")
            return None
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if not parts and not folder:
            self.refuse(name, "no name")
            return None
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            is_folder = folder or depth < len(parts)
            earlier, was_folder = self._known.setdefault(path.casefold(), (path, is_folder))
            if earlier != path:
                self.refuse(name, "case", other=show_name(earlier))
                return None
            if was_folder != is_folder:
                self.refuse(name, "both", other=show_name(path))
                return None
        path = "/".join(parts)
        if not folder and path in self.files:
            self.refuse(name, "twice")
            return None
        if not folder:
            self.files[path] = b""
        return path

    def take(self, path: str, file: Readable) -> None:
        """Read an admitted file, measuring while reading. Raises FullError."""
        chunks: list[bytes] = []
        size = 0
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            self._bytes += len(chunk)
            if size > MOST_FILE_BYTES:
                raise FullError("file", member=show_name(self.current), most=str(MOST_FILE_BYTES >> 20))
            if self._bytes > MOST_BYTES:
                raise FullError("total", member=show_name(self.current), most=str(MOST_BYTES >> 20))
            chunks.append(chunk)
        self.files[path] = b"".join(chunks)

    def finish(self, name: str, *, strip: bool) -> Source:
        """Return the source: wanted files only, without the only folder around them where `strip` is set."""
        if self._unsafe > _MOST_REPORTED:
            self.report("SP002", "more", count=f"{self._unsafe - _MOST_REPORTED:,}")
        seen = [path for path in self.files if not is_foreign(path)]
        tops = {path.partition("/")[0] for path in seen}
        files = {path: self.files[path] for path in sorted(seen) if is_wanted(path)}
        if strip and len(tops) == 1 and all("/" in path for path in seen):
            name = tops.pop()
            files = {path.partition("/")[2]: data for path, data in files.items()}
        return Source(name=name, files=files, diagnostics=tuple(self.problems))


def _find_fault(name: str) -> str:
    """Return the case of SP002 for a name that is not safe or not the same on every machine, or an empty text."""
    if len(name) > _MOST_NAME:
        return "long"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return "control"
    if name.startswith(("/", "\\")):
        return "absolute"
    if re.match("[A-Za-z]:", name):
        return "drive"
    if ".." in re.split(r"[/\\]", name):
        return "outside"
    if "\\" in name:
        return "backslash"
    if not unicodedata.is_normalized("NFC", name):
        return "unicode"
    return ""


def is_wanted(path: str) -> bool:
    """Return whether a path may hold a document or a file of specpack itself."""
    return PurePosixPath(path).suffix.lower() in _SUFFIXES and not is_foreign(path)


def is_foreign(path: str) -> bool:
    """Whether a path is hidden or in a folder that tools fill."""
    return any(part.startswith(".") or part in _FOREIGN_FOLDERS for part in path.split("/"))


def show_name(text: str) -> str:
    """Return a text from outside so that it stays on one line and cannot steer a terminal."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= 200 else f"{shown[:200]}..."
