"""The language server itself: takes what the editor says, answers it, and publishes diagnostics.

Path: editor -> **service** -> packs -> analysis -> editor. Everything runs in one thread, in the order in which the
editor spoke; an answer always counts the latest text.
"""

import asyncio
from collections.abc import Collection
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from specpack import __version__
from specpack.frontend.packs import MANIFEST
from specpack.model.span import DocumentName
from specpack.server.hovers import render_hover
from specpack.server.notices import encode_diagnostics, list_actions
from specpack.server.packs import Packs
from specpack.server.symbols import find_symbol, find_target, list_occurrences
from specpack.server.view import View

PAUSE = 0.1
"""Seconds without a keystroke after which diagnostics are published."""


class Service(LanguageServer):
    """One editor's session.

    Whole texts are synchronised, since the library counts characters such as U+2028 as line breaks when it applies
    partial changes, which the protocol does not.
    """

    def __init__(self, targets: Collection[str] | None = None) -> None:
        """Start without a document; `targets` as `Packs` takes them."""
        super().__init__("specpack", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.packs = Packs(targets)
        self.finished = False
        """Whether the editor said that it shuts the server down."""
        self._addresses: dict[Path, str] = {}
        self._timers: dict[Path, asyncio.TimerHandle] = {}
        self._published: dict[Path, dict[str, list[types.Diagnostic]]] = {}

    def take(self, uri: str, pause: float = 0.0) -> None:
        """Take the text of an open document and publish what is wrong with its pack, after a pause."""
        path = _find_path(uri)
        if path is None:
            return
        self._addresses[path] = uri
        self.packs.open(path, self.workspace.get_text_document(uri).source)
        self.schedule(path, pause)

    def release(self, uri: str) -> None:
        """Let the file count again instead of the buffer."""
        path = _find_path(uri)
        if path:
            self._addresses.pop(path, None)
            self.packs.close(path)
            self.schedule(path)

    def reload(self) -> None:
        """Read all packs of open documents again, since files changed."""
        self.packs.refresh()
        for root in [root for root in self._published if self.packs.find_root(root / MANIFEST) != root]:
            for uri in self._published.pop(root):
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))
        for path in tuple(self._addresses):
            self.schedule(path)

    def schedule(self, path: Path, pause: float = 0.0) -> None:
        """Publish the diagnostics of a file's pack after a pause; what was scheduled before is not waited for."""
        root = self.packs.find_root(path)
        if root is None:
            return
        if earlier := self._timers.pop(root, None):
            earlier.cancel()
        self._timers[root] = asyncio.get_running_loop().call_later(pause, self.publish, root)

    def publish(self, root: Path) -> None:
        """Publish what changed of a pack's diagnostics; a document that has none any more gets an empty list."""
        view = self.look(root, checked=True)
        before = self._published.get(root, {})
        now: dict[str, list[types.Diagnostic]] = {uri: [] for uri in before}
        now |= {uri: found for name, found in encode_diagnostics(view).items() if (uri := view.find_address(name))}
        opened = {uri: path for path, uri in self._addresses.items()}
        for uri, found in now.items():
            if found != before.get(uri, []) or (uri in opened and uri not in before):
                version = self.workspace.get_text_document(uri).version if uri in opened else None
                params = types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
                self.text_document_publish_diagnostics(params)
        self._published[root] = {uri: found for uri, found in now.items() if found or uri in opened}

    def look(self, root: Path, *, checked: bool = False) -> View:
        """Return a pack as the editor sees it, with diagnostics where they are needed."""
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        return View(self.packs.analyse(root, checked=checked), self._addresses, encoding)

    def locate(
        self, uri: str, position: types.Position, *, checked: bool = False
    ) -> tuple[View, DocumentName, int] | None:
        """Return what the editor means by a place: the pack, the document, the offset; None outside of any pack."""
        path = _find_path(uri)
        root = self.packs.find_root(path) if path else None
        if path is None or root is None:
            return None
        view = self.look(root, checked=checked)
        name = view.analysis.names.get(path)
        return (view, name, view.grid(name).offset(position)) if name else None


def _find_path(uri: str) -> Path | None:
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path).resolve() if path else None


def make_service(targets: Collection[str] | None = None) -> Service:
    """Return a server that is ready to be started."""
    service = Service(targets)
    _listen(service)
    _answer(service)
    return service


def _listen(service: Service) -> None:
    """Register what the editor tells."""

    @service.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def open_document(params: types.DidOpenTextDocumentParams) -> None:
        service.take(params.text_document.uri)

    @service.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def change_document(params: types.DidChangeTextDocumentParams) -> None:
        service.take(params.text_document.uri, PAUSE)

    @service.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def save_document(params: types.DidSaveTextDocumentParams) -> None:
        service.packs.refresh()
        service.take(params.text_document.uri)

    @service.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def close_document(params: types.DidCloseTextDocumentParams) -> None:
        service.release(params.text_document.uri)

    @service.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def change_files(_: types.DidChangeWatchedFilesParams) -> None:
        service.reload()

    @service.feature(types.SHUTDOWN)
    def finish(_: None) -> None:
        service.finished = True


def _answer(service: Service) -> None:
    """Register what the editor asks."""

    @service.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        place = service.locate(params.text_document.uri, params.position)
        found = render_hover(place[0].analysis, *place[1:]) if place else None
        if place is None or found is None:
            return None
        text, span = found
        contents = types.MarkupContent(kind=types.MarkupKind.Markdown, value=text)
        return types.Hover(contents=contents, range=place[0].grid(span.document).range(span))

    @service.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(params: types.DefinitionParams) -> types.Location | None:
        place = service.locate(params.text_document.uri, params.position)
        named = find_symbol(place[0].analysis, *place[1:]) if place else None
        return place[0].find_location(named[0].declared) if place and named else None

    @service.feature(types.TEXT_DOCUMENT_REFERENCES)
    def refer(params: types.ReferenceParams) -> list[types.Location]:
        place = service.locate(params.text_document.uri, params.position)
        symbol = find_target(place[0].analysis, *place[1:]) if place else None
        if place is None or symbol is None:
            return []
        spans = list_occurrences(place[0].analysis, symbol)
        if params.context.include_declaration and symbol.declared not in spans:
            spans = (symbol.declared, *spans)
        return [location for span in spans if (location := place[0].find_location(span))]

    @service.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def offer(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        place = service.locate(uri, params.range.start, checked=True)
        if place is None:
            return []
        view, name, start = place
        line_break = "\r\n" if "\r\n" in service.workspace.get_text_document(uri).source else "\n"
        return list(list_actions(view, name, start, view.grid(name).offset(params.range.end), line_break))
