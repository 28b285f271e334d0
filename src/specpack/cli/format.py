"""`specpack format`: bring the Markdown documents of a pack into canonical form, without losing a clause.

Exit status 0 where all is well, 1 where a document is left as it is, or with --check is not in canonical form.
"""

import argparse
import difflib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path

from specpack.model.failure import WrongUse
from specpack.model.pack import Document

_MARK = b"\xef\xbb\xbf"


def run(options: argparse.Namespace) -> int:
    """Write, name or show what canonical form changes, and say which documents are left as they are."""
    from specpack.frontend.formatting.packs import format_pack, list_documents
    from specpack.frontend.sources import read_source
    from specpack.reading import read_pack

    looks_only = options.check or options.diff
    if not looks_only and not options.pack.is_dir():
        raise WrongUse(
            f"`{options.pack}` is no folder, so nothing can be written",
            help="unpack the pack first, or look with `--check` or `--diff`",
        )
    source = read_source(options.pack)
    understanding = read_pack(
        options.pack,
        [entry.name for entry in entry_points(group="specpack.targets")],
        lambda path: source if path == options.pack else read_source(path),
    )
    documents = {document.name: document for document in list_documents(understanding)}
    if not documents:
        raise WrongUse(f"`{options.pack}` has no Markdown document", help="`specpack check` says what is there")
    formatted = format_pack(understanding, explicit=options.explicit)
    changes = {documents[name].path: (documents[name], text) for name, text in formatted.texts.items()}
    unreadable = {path for path in changes if not _is_text(source.files[path])}
    for loss in formatted.refused:
        _refuse(f"{loss.span.document}:{loss.span.line}", loss.reason)
    for path in sorted(unreadable):
        _refuse(path, "bytes that are no UTF-8 text would be lost")
    told = {path: change for path, change in changes.items() if path not in unreadable}
    if options.diff:
        sys.stdout.writelines(_render_diff(told))
    if not looks_only:
        for path, (_, text) in told.items():
            _write(options.pack / path, source.files[path], text)
    refused = len(formatted.refused) + len(unreadable)
    _print_outcome(told, formatted.looked_at - len(told) - refused, options)
    return 1 if refused or (options.check and told) else 0


def _is_text(data: bytes) -> bool:
    """Whether a file is UTF-8 text, so that reading and writing it keeps every character."""
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _refuse(place: str, reason: str) -> None:
    print(f"specpack: `{place}` is left as it is: {reason}", file=sys.stderr)


def _print_outcome(changes: Mapping[str, tuple[Document, str]], same: int, options: argparse.Namespace) -> None:
    """Name the documents, unless a diff has shown them, and count the others."""
    if options.diff:
        return
    for path in changes:
        print(f"not in canonical form: {path}" if options.check else f"formatted: {path}")
    print(f"{len(changes)} {'to format' if options.check else 'formatted'}, {same} in canonical form already")


def _render_diff(changes: Mapping[str, tuple[Document, str]]) -> Iterator[str]:
    """Yield the lines of a unified diff of all documents."""
    for path, (document, text) in changes.items():
        before, after = document.text.split("\n"), text.split("\n")
        old = [f"{line}\n" for line in before[:-1]] + [f"{before[-1]}\n\\ No newline at end of file\n"][
            : bool(before[-1])
        ]
        new = [f"{line}\n" for line in after[:-1]]
        yield from difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")


def _write(file: Path, data: bytes, text: str) -> None:
    """Write a document in one step, with the byte order mark and the line breaks that all of it had.

    Raises:
        WrongUse: The file is not any more what was read.
    """
    real = Path(os.path.realpath(file))
    if not real.is_file() or real.read_bytes() != data:
        raise WrongUse(f"`{file}` has changed while it was formatted", help="run the command again")
    bare = data.removeprefix(_MARK)
    encoded = text.encode("utf-8")
    if bare.count(b"\n") == bare.count(b"\r\n") > 0:
        encoded = encoded.replace(b"\n", b"\r\n")
    temporary = real.with_name(f".{real.name}.tmp")
    temporary.write_bytes(data[: len(data) - len(bare)] + encoded)
    shutil.copymode(real, temporary)
    temporary.replace(real)
