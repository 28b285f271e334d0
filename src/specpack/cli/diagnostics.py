"""Diagnostics as text with the words they point at, or as JSON lines.

Path: checks -> **renderer** -> terminal, scripts.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.span import DocumentName, Span
from specpack.model.understanding import Understanding


def render_diagnostics(understanding: Understanding) -> str:
    """Return all diagnostics with their places and excerpts, and a line of counts."""
    texts = {**understanding.pack.texts, **{d.name: d.text for d in understanding.pack.documents}}
    pieces = [render_diagnostic(d, texts) for d in understanding.diagnostics]
    return "\n\n".join([*pieces, render_counts(understanding.diagnostics)])


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
    """Return one diagnostic: message, place, excerpt with the words marked, notes, help.

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


@lru_cache(maxsize=8)
def _split_rows(text: str) -> tuple[str, ...]:
    """Return the lines of a document; its diagnostics follow each other."""
    return tuple(text.split("\n"))


def encode_diagnostic(diagnostic: Diagnostic, accepted: str = "") -> str:
    """Return one diagnostic as a JSON object on one line; columns count code points from 1.

    `accepted` is the reason of its author where there is one.
    """
    return json.dumps(
        {
            "code": diagnostic.code,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "place": _encode_place(diagnostic.span) if diagnostic.span else None,
            "clauses": diagnostic.clauses,
            "notes": diagnostic.notes,
            "help": diagnostic.help,
            "edits": [
                {
                    "title": edit.title,
                    "applicability": edit.applicability.value,
                    "place": _encode_place(edit.span),
                    "text": edit.text,
                }
                for edit in diagnostic.edits
            ],
            **({"accepted": accepted} if accepted else {}),
        },
        ensure_ascii=False,
    )


def _encode_place(span: Span) -> dict[str, object]:
    return {
        "document": span.document,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
