"""An analysis as one editor sees it: addresses instead of names, its columns instead of ours.

Path: analysis -> **view** -> notices, service.
"""

from collections.abc import Mapping
from pathlib import Path

from lsprotocol.types import Location, PositionEncodingKind
from pygls.uris import from_fs_path

from specpack.model.span import DocumentName, Span
from specpack.server.analysis import Analysis
from specpack.server.positions import Grid


class View:
    """The names of one analysis as addresses, its spans as ranges; lines of a text are cut once."""

    def __init__(
        self,
        analysis: Analysis,
        addresses: Mapping[Path, str] | None = None,
        encoding: str = PositionEncodingKind.Utf16,
    ) -> None:
        """Look at an analysis.

        Args:
            analysis: The state of a pack.
            addresses: Open file -> the address by which the editor calls it.
            encoding: How the editor counts columns.
        """
        self.analysis = analysis
        self._addresses = addresses or {}
        self._encoding = encoding
        self._grids: dict[DocumentName, Grid] = {}

    def grid(self, name: DocumentName) -> Grid:
        """Return the lines of a document."""
        if name not in self._grids:
            self._grids[name] = Grid(self.analysis.texts.get(name, ""), self._encoding)
        return self._grids[name]

    def find_address(self, name: DocumentName) -> str | None:
        """Return the address of a document, None for one that lies in no folder."""
        file = self.analysis.files.get(name)
        return self._addresses.get(file) or from_fs_path(str(file)) if file else None

    def find_location(self, span: Span) -> Location | None:
        """Return a span with its address, None where its document lies in no folder."""
        uri = self.find_address(span.document)
        return Location(uri=uri, range=self.grid(span.document).range(span)) if uri else None
