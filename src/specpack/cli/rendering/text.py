"""Diagnostics as text with the words they point at.

Path: checks -> **renderer** -> terminal.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from specpack.model.diagnostic import Applicability, Diagnostic, Edit, Severity
from specpack.model.span import DocumentName, Span
from specpack.model.understanding import Understanding


def render_diagnostics(understanding: Understanding) -> str:
    """Return all diagnostics with their places and excerpts, and a line of counts."""
    texts = map_texts(understanding)
    pieces = [render_diagnostic(d, texts) for d in understanding.diagnostics]
    return "\n\n".join([*pieces, render_counts(understanding.diagnostics)])


def map_texts(understanding: Understanding) -> dict[DocumentName, str]:
    """Return the texts that diagnostics point into: documents, manifests, identity files."""
    return {**understanding.pack.texts, **{d.name: d.text for d in understanding.pack.documents}}


def render_counts(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one line: how many of each severity, or that there is none."""
    counts = Counter(d.severity for d in diagnostics)
    told = ", ".join(
        f"{counts[s]} {s.value}{'s' * (counts[s] != 1 and s is not Severity.INFORMATION)}"
        for s in Severity
        if counts[s]
    )
    return told or "no diagnostics"


def render_diagnostic(diagnostic: Diagnostic, texts: Mapping[DocumentName, str]) -> str:
    """Return one diagnostic: message, place, excerpt with the words marked, notes, help, what a machine may apply.

    Further lines of a note stand as they are, so that they can be copied.
    """
    lines = [f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.message}"]
    spans = [(diagnostic.span, diagnostic.label, "-->")] if diagnostic.span else []
    spans += [(label.span, label.text, ":::") for label in diagnostic.secondary]
    for span, label, arrow in spans:
        lines += _render_place(span, label, arrow, texts.get(span.document, ""))
    lines += [f"   = note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"   = help: {diagnostic.help}")
    for edit in diagnostic.edits:
        if edit.applicability is Applicability.SAFE:
            lines += _render_edit(edit, texts.get(edit.span.document, ""))
    return "\n".join(lines)


def _render_place(span: Span, label: str, arrow: str, text: str) -> list[str]:
    width = len(str(span.line))
    lines = [f"{' ' * width} {arrow} {span.document}:{span.line}:{span.column}"]
    rows = _split_rows(text)
    if 0 < span.line <= len(rows):
        row = rows[span.line - 1]
        end = span.end_column if span.end_line == span.line else len(row) + 1
        marks = "^" * max(1, min(end, len(row) + 1) - span.column)
        shown = row.expandtabs(1)
        lines += [
            f"{' ' * width}  |",
            f"{span.line} | {shown}",
            f"{' ' * width}  | {' ' * (span.column - 1)}{marks} {label}".rstrip(),
        ]
    return lines


def _render_edit(edit: Edit, text: str) -> list[str]:
    """Return a suggestion: what it does, the lines that go and the lines that come."""
    lines = [f"   = suggestion: {edit.title}"]
    rows = _split_rows(text)[edit.span.line - 1 : edit.span.end_line]
    if rows:
        changed = rows[0][: edit.span.column - 1] + edit.text + rows[-1][edit.span.end_column - 1 :]
        lines += [f"{edit.span.line + place} - {row}" for place, row in enumerate(rows)]
        lines += [f"{edit.span.line + place} + {row}" for place, row in enumerate(changed.split("\n"))]
    return lines


@lru_cache(maxsize=8)
def _split_rows(text: str) -> tuple[str, ...]:
    """Return the lines of a document; its diagnostics follow each other."""
    return tuple(text.split("\n"))
