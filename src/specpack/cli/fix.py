"""`specpack check --fix`: apply the edits that a machine may apply, and only what provably changes no clause.

Path: diagnostics -> **fix** -> documents.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from specpack.frontend.catalogue import count_things
from specpack.frontend.proof import find_losses
from specpack.frontend.sources import Source, read_source
from specpack.model.diagnostic import Applicability, Edit
from specpack.model.failure import Rejected, WrongUse
from specpack.model.understanding import Understanding
from specpack.reading import read_pack

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def fix_pack(folder: Path, understanding: Understanding, targets: Collection[str] | None = None) -> str:
    """Apply the safe edits of a pack's diagnostics to the pack's own documents, and return a line that says so.

    Args:
        folder: The pack as a folder.
        understanding: What is known of it; read from the same files.
        targets: As `read_pack` takes them.

    Raises:
        WrongUse: The pack is no folder.
        Rejected: A clause would not keep its force and its words; nothing is written.
    """
    if not folder.is_dir():
        raise WrongUse(f"`{folder}` is no folder, so nothing can be written", help="unpack the pack first")
    edits = select_edits(understanding)
    if not edits:
        return "nothing to fix"
    source = read_source(folder)
    changed = {path: _apply(source.files[path], own) for path, own in edits.items()}
    root = folder.resolve()

    def read_changed(path: Path) -> Source:
        found = read_source(path)
        return replace(found, files={**found.files, **changed}) if path.resolve() == root else found

    losses = find_losses(understanding, read_pack(folder, targets, read_changed))
    if losses:
        first = losses[0]
        raise Rejected(
            f"the edits are not applied: {first.reason} ({first.span.document}:{first.span.line})",
            kept="all documents are as they were",
            help="apply them one by one, and look at that clause",
        )
    for path, data in changed.items():
        temporary = folder / f"{path}.tmp"
        temporary.write_bytes(data)
        temporary.replace(folder / path)
    total = count_things(sum(map(len, edits.values())), "edit")
    return f"{total} applied in {count_things(len(edits), 'document')}; every clause has its force and its words"


def select_edits(understanding: Understanding) -> Mapping[str, tuple[Edit, ...]]:
    """Return path -> its safe edits in source order; of edits that overlap the first is taken."""
    layer = understanding.pack.layers[-1]
    own = {document.name: document.path for document in understanding.pack.documents if document.pack == layer}
    safe = [
        edit
        for diagnostic in understanding.diagnostics
        for edit in diagnostic.edits
        if edit.applicability is Applicability.SAFE and edit.span.document in own
    ]
    taken: dict[str, list[Edit]] = {}
    for edit in sorted(safe, key=lambda edit: edit.span):
        before = taken.setdefault(own[edit.span.document], [])
        if not before or before[-1].span.end <= edit.span.start:
            before.append(edit)
    return {path: tuple(edits) for path, edits in taken.items()}


def _apply(data: bytes, edits: Collection[Edit]) -> bytes:
    """Return a file with edits of its normalised text, its own line breaks and its byte order mark kept."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.removeprefix(mark).decode("utf-8")
    starts = [match.start() for match in _LINE.finditer(text)]
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        start = starts[edit.span.line - 1] + edit.span.column - 1
        end = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        text = text[:start] + edit.text.replace("\n", end_of_line) + text[end:]
    return mark + text.encode("utf-8")
