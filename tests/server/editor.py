"""An editor for the tests: a client of the protocol that starts the installed command and talks to it over stdio."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

PATIENCE = 60.0
"""Seconds after which a test gives up waiting."""


class Editor:
    """One session with the server; `published` holds the diagnostics of each document as they came last."""

    def __init__(self, encodings: list[types.PositionEncodingKind] | None = None) -> None:
        self.client = LanguageClient("an editor", "1")
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.status: int | None = None
        self._encodings = encodings
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def take(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = list(params.diagnostics)
            self._news.set()

    async def start(self) -> types.InitializeResult:
        await self.client.start_io(sys.executable, "-m", "specpack.cli.main", "lsp", "--stdio")
        general = types.GeneralClientCapabilities(position_encodings=self._encodings) if self._encodings else None
        capabilities = types.ClientCapabilities(general=general)
        result = await self.client.initialize_async(types.InitializeParams(capabilities=capabilities))
        self.client.initialized(types.InitializedParams())
        return result

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()
        assert self.client._server is not None
        self.status = self.client._server.returncode

    def open(self, path: Path, text: str) -> str:
        uri = from_fs_path(str(path))
        assert uri is not None
        self._versions[uri] = 1
        item = types.TextDocumentItem(uri=uri, language_id="markdown", version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return uri

    def change(self, uri: str, text: str) -> None:
        self._versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri])
        change = types.TextDocumentContentChangeWholeDocument(text=text)
        params = types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
        self.client.text_document_did_change(params)

    def close(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri=uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=document))

    async def wait(self, uri: str, wanted: Callable[[list[types.Diagnostic]], bool]) -> list[types.Diagnostic]:
        """Return the diagnostics of a document once they are as wanted."""
        async with asyncio.timeout(PATIENCE):
            while uri not in self.published or not wanted(self.published[uri]):
                self._news.clear()
                await self._news.wait()
        return self.published[uri]

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        return await self.client.text_document_hover_async(
            types.HoverParams(text_document=types.TextDocumentIdentifier(uri=uri), position=at(line, character))
        )

    async def define(self, uri: str, line: int, character: int) -> object:
        return await self.client.text_document_definition_async(
            types.DefinitionParams(text_document=types.TextDocumentIdentifier(uri=uri), position=at(line, character))
        )

    async def refer(self, uri: str, line: int, character: int, declared: bool = False) -> list[types.Location]:
        found = await self.client.text_document_references_async(
            types.ReferenceParams(
                text_document=types.TextDocumentIdentifier(uri=uri),
                position=at(line, character),
                context=types.ReferenceContext(include_declaration=declared),
            )
        )
        return list(found or [])

    async def offer(self, uri: str, line: int, character: int) -> list[types.CodeAction]:
        place = types.Range(start=at(line, character), end=at(line, character))
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                text_document=types.TextDocumentIdentifier(uri=uri),
                range=place,
                context=types.CodeActionContext(diagnostics=[]),
            )
        )
        return [action for action in found or [] if isinstance(action, types.CodeAction)]


def at(line: int, character: int) -> types.Position:
    return types.Position(line=line, character=character)


def converse(
    script: Callable[[Editor], Awaitable[None]], encodings: list[types.PositionEncodingKind] | None = None
) -> None:
    """Run a conversation with a server of its own, and check that it ends well."""

    async def run() -> None:
        editor = Editor(encodings)
        await editor.start()
        try:
            await script(editor)
        finally:
            await editor.stop()
        assert editor.status == 0

    asyncio.run(run())
