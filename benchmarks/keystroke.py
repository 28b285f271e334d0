"""Time from a keystroke to the server's answer, as a ratio to markdown-it parsing the same documents.

Run from the repository with the package installed (extra `lsp`): `python benchmarks/keystroke.py` generates a pack of
100 KB in eight documents and one of 100 KB in a single document, as `benchmarks/frontend.py` does, opens them as an
editor would, types one letter after another into the last document, and prints a line for each kind of answer:

    python benchmarks/keystroke.py --size 500000 --documents 10 --keys 20

The first answer reads the whole pack. A hover after a keystroke reads the changed document only; for diagnostics the
checks run too. A hover without a change in between is told from what is known. Each answer is asked for over stdio,
from a server in a process of its own, so that times hold everything that an editor waits for; the median counts. The
pause before diagnostics are published by themselves is not in them. A ratio compares two times of one run, so it says
the same on a slow machine and on a fast one.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

from frontend import _parse_all, _time, write_pack
from specpack.composing import compose


class _Typist:
    """An editor with one open document, that waits for an answer after each letter."""

    def __init__(self, file: Path) -> None:
        self.client = LanguageClient("typist", "1")
        self.uri = from_fs_path(str(file)) or ""
        self.text = file.read_text(encoding="utf-8")
        self.version = 1

    async def start(self) -> None:
        """Start the server and open the document."""
        await self.client.start_io(sys.executable, "-m", "specpack.cli.main", "lsp")
        await self.client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
        self.client.initialized(types.InitializedParams())

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def take(_: types.PublishDiagnosticsParams) -> None:
            """Leave what is wrong to others."""

        item = types.TextDocumentItem(uri=self.uri, language_id="markdown", version=1, text=self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    def type(self) -> None:
        """Add a letter in the middle of the text."""
        middle = self.text.index(" MUST ", len(self.text) // 2)
        self.text = f"{self.text[:middle]}x{self.text[middle:]}"
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        change = types.TextDocumentContentChangeWholeDocument(text=self.text)
        params = types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
        self.client.text_document_did_change(params)

    async def ask(self) -> float:
        """Return the seconds until a hover is answered."""
        line = self.text.count("\n", 0, self.text.index(" MUST "))
        start = time.perf_counter()
        place = types.Position(line=line, character=8)
        document = types.TextDocumentIdentifier(uri=self.uri)
        await self.client.text_document_hover_async(types.HoverParams(text_document=document, position=place))
        return time.perf_counter() - start

    async def fix(self) -> float:
        """Return the seconds until quick fixes are offered, for which the checks have to run."""
        start = time.perf_counter()
        place = types.Position(line=0, character=0)
        params = types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=self.uri),
            range=types.Range(start=place, end=place),
            context=types.CodeActionContext(diagnostics=[]),
        )
        await self.client.text_document_code_action_async(params)
        return time.perf_counter() - start

    async def stop(self) -> None:
        """End the server."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def _converse(file: Path, keys: int) -> tuple[float, float, float, float]:
    """Return the seconds of the first answer, and the medians after a keystroke, with diagnostics, and without one."""
    typist = _Typist(file)
    await typist.start()
    first = await typist.ask()
    changed, checked, known = [], [], []
    for _ in range(keys):
        typist.type()
        changed.append(await typist.ask())
        await asyncio.sleep(0.5)
        typist.type()
        checked.append(await typist.fix())
        known.append(await typist.ask())
        await asyncio.sleep(0.5)
    await typist.stop()
    return first, statistics.median(changed), statistics.median(checked), statistics.median(known)


def measure_keystrokes(size: int, documents: int, keys: int) -> None:
    """Generate a pack, type into its last document, and print seconds and ratios."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "bulk"
        write_pack(folder, size=size, documents=documents)
        texts = [document.text for document in compose(folder)[0].documents]
        file = folder / "behaviour" / f"volume-{documents}.md"
        parsing, _ = _time(lambda: _parse_all(texts), 3)
        first, changed, checked, known = asyncio.run(_converse(file, keys))
    total = sum(len(text.encode()) for text in texts)
    print(f"{total:,} bytes, {documents} documents of the pack's own (the standard pack included)")
    for name, seconds in (
        ("markdown-it alone", parsing),
        ("first answer, whole pack", first),
        ("hover after a keystroke", changed),
        ("diagnostics after a keystroke", checked),
        ("hover without a change", known),
    ):
        print(f"  {name:<32}{seconds * 1000:8.1f} ms {seconds / parsing:7.2f} x parsing")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description="time the language server against markdown-it on generated packs")
    parser.add_argument("--size", type=int, default=100_000, help="bytes of the pack")
    parser.add_argument("--documents", type=int, help="number of documents; without it, 8, then 1")
    parser.add_argument("--keys", type=int, default=10, help="how many letters are typed")
    options = parser.parse_args()
    for documents in [options.documents] if options.documents else [8, 1]:
        measure_keystrokes(options.size, documents, options.keys)


if __name__ == "__main__":
    main()
