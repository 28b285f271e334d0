"""Where the documents of a composition lie on disk: reads packs and remembers their folders.

Path: sources -> **folders** -> check, server. A document's name says which pack it is of, not where that pack stands.
"""

from collections.abc import Callable
from pathlib import Path

from specpack import std
from specpack.frontend.documents import decode_text
from specpack.frontend.packs import MANIFEST
from specpack.frontend.sources import Source, read_source
from specpack.model.pack import Pack
from specpack.model.span import DocumentName


class Folders:
    """Reads the packs of one composition; afterwards it knows the file of each document."""

    def __init__(self, read: Callable[[Path], Source] = read_source) -> None:
        self._read = read
        self._found: list[tuple[Path, Source]] = []

    def read(self, path: Path) -> Source:
        """Return the files of a pack, as `read_source` does; the first one read is the pack itself."""
        source = self._read(path)
        self._found.append((path, source))
        return source

    def find_file(self, pack: Pack, name: DocumentName) -> Path | None:
        """Return the path of a document, manifest or identity file; of an archive, the archive's with that inside.

        None for a pack that stands in no folder known here. A file of the standard pack lies where it is installed.
        """
        document = next((known for known in pack.documents if known.name == name), None)
        if document:
            layer, path = document.pack, document.path
        else:
            layer, _, path = name.rpartition(":")
            layer = layer or pack.layers[-1]
        folder = self._find_folder(pack, layer)
        return folder / path if folder else None

    def _find_folder(self, pack: Pack, layer: str) -> Path | None:
        if layer == pack.layers[-1]:
            return self._found[0][0] if self._found else None
        own = [document for document in pack.documents if document.pack == layer]
        for path, source in self._found[1:]:
            if own and all(_holds(source, document.path, document.text) for document in own):
                return path
        return std.PACK if (std.PACK / MANIFEST).is_file() and layer == "std" else None


def _holds(source: Source, path: str, text: str) -> bool:
    return path in source.files and decode_text(source.files[path], DocumentName(path))[0] == text
