"""The packs of an editor's files, with unsaved buffers over the files on disk.

Path: editor -> **packs** -> analysis. A pack is read when somebody asks and something has changed; documents that have
not changed are not read again.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from specpack.folders import Folders
from specpack.frontend.checks import CHECKS
from specpack.frontend.intake import is_wanted
from specpack.frontend.memory import Memory
from specpack.frontend.packs import MANIFEST
from specpack.frontend.sources import Source, read_source
from specpack.reading import read_pack
from specpack.server.analysis import Analysis


class Packs:
    """Open buffers by real path, and the last analysis of each pack."""

    def __init__(self, targets: Collection[str] | None = None) -> None:
        """Start without a buffer.

        Args:
            targets: Names of the targets that are installed; None where any name will do.
        """
        self._targets = targets
        self._buffers: dict[Path, str] = {}
        self._memories: dict[Path, Memory] = {}
        self._known: dict[Path, Analysis] = {}

    def open(self, path: Path, text: str) -> None:
        """Put a buffer over a file, or change it."""
        if self._buffers.get(path) != text:
            self._buffers[path] = text
            self._known.clear()

    def close(self, path: Path) -> None:
        """Take the buffer away: the file counts again."""
        if self._buffers.pop(path, None) is not None:
            self._known.clear()

    def refresh(self) -> None:
        """Forget what was read of files, since they may have changed."""
        self._known.clear()

    def find_root(self, path: Path) -> Path | None:
        """Return the folder of the pack to which a file belongs: the nearest one above it with a manifest."""
        for folder in path.parents:
            if folder / MANIFEST in self._buffers or (folder / MANIFEST).is_file():
                return folder
        return None

    def analyse(self, root: Path, *, checked: bool) -> Analysis:
        """Return the state of a pack, unsaved buffers included.

        Args:
            root: Folder of the pack.
            checked: Whether diagnostics are needed; what only asks about clauses is answered in less time.
        """
        known = self._known.get(root)
        if known is None or (checked and not known.checked):
            memory = self._memories.setdefault(root, Memory())
            folders = Folders(self._read)
            checks = CHECKS if checked else ()
            known = Analysis(
                root=root,
                understanding=read_pack(root, self._targets, folders.read, memory, checks),
                draftings=memory.draftings,
                folders=folders,
                checked=checked,
            )
            self._known[root] = known
        return known

    def _read(self, path: Path) -> Source:
        """Return the files of a pack as `read_source` does, with buffers in the place of files."""
        source = read_source(path)
        over = self._list_over(path.resolve())
        if not over:
            return source
        return replace(source, files=dict(sorted({**source.files, **over}.items())))

    def _list_over(self, folder: Path) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for path, text in self._buffers.items():
            if path.is_relative_to(folder):
                inner = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
                if is_wanted(inner):
                    found[inner] = text.removeprefix("\ufeff").encode("utf-8", "replace")
        return found
