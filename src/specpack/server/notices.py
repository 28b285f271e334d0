"""Diagnostics and edits in the protocol's words.

Path: view -> **notices** -> editor.
"""

from collections.abc import Iterator, Mapping

from lsprotocol import types

from specpack.frontend.packs import MANIFEST
from specpack.model.diagnostic import Applicability, Diagnostic, Severity
from specpack.model.span import DocumentName, Span
from specpack.server.view import View

SOURCE = "specpack"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
}


def encode_diagnostics(view: View) -> Mapping[DocumentName, list[types.Diagnostic]]:
    """Return document -> its diagnostics, for the texts of the pack itself.

    What has no place, or stands in another pack, is shown at the start of the manifest.
    """
    groups: dict[DocumentName, list[types.Diagnostic]] = {name: [] for name in view.analysis.own}
    for diagnostic in view.analysis.understanding.diagnostics:
        name = diagnostic.span.document if diagnostic.span else None
        holder = name if name in view.analysis.own and name else DocumentName(MANIFEST)
        groups.setdefault(holder, []).append(encode_diagnostic(view, diagnostic))
    return groups


def encode_diagnostic(view: View, diagnostic: Diagnostic) -> types.Diagnostic:
    """Return one diagnostic: the message with notes and help, and its other places as related information."""
    span = diagnostic.span
    start = types.Position(line=0, character=0)
    place = types.Range(start=start, end=start)
    lines = [diagnostic.message, *(f"note: {note}" for note in diagnostic.notes)]
    if diagnostic.help:
        lines.append(f"help: {diagnostic.help}")
    if span and span.document in view.analysis.own:
        place = view.grid(span.document).range(span)
    elif span:
        lines[0] = f"{span.document}:{span.line}:{span.column}: {lines[0]}"
    related = [
        types.DiagnosticRelatedInformation(location=location, message=label.text or "this too")
        for label in diagnostic.secondary
        if (location := view.find_location(label.span))
    ]
    return types.Diagnostic(
        range=place,
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        source=SOURCE,
        message="\n".join(lines),
        related_information=related or None,
    )


def list_actions(
    view: View, document: DocumentName, start: int, end: int, line_break: str
) -> Iterator[types.CodeAction]:
    """Yield the edits of diagnostics that touch a range; a safe one is preferred, of the others the author chooses.

    Args:
        view: The pack as the editor sees it.
        document: The document in which the range is.
        start: Offset of its start.
        end: Offset of its end.
        line_break: How lines end in the editor's buffer.
    """
    uri = view.find_address(document)
    for diagnostic in view.analysis.understanding.diagnostics:
        for edit in diagnostic.edits:
            display = edit.applicability is Applicability.DISPLAY_ONLY
            if display or uri is None or not _touches(edit.span, document, start, end):
                continue
            text = edit.text.replace("\n", line_break)
            change = types.TextEdit(range=view.grid(document).range(edit.span), new_text=text)
            yield types.CodeAction(
                title=f"{diagnostic.code}: {edit.title}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[encode_diagnostic(view, diagnostic)],
                is_preferred=True if edit.applicability is Applicability.SAFE else None,
                edit=types.WorkspaceEdit(changes={uri: [change]}),
            )


def _touches(span: Span, document: DocumentName, start: int, end: int) -> bool:
    return span.document == document and span.start <= end and start <= span.end
