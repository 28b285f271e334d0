"""Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

Path: checks -> **renderer** -> log of a workflow.
"""

from collections.abc import Callable, Iterable

from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.span import DocumentName

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "notice"}


def render_annotations(diagnostics: Iterable[Diagnostic], find_path: Callable[[DocumentName], str]) -> str:
    """Return one workflow command a line, errors first, since GitHub shows ten of each kind for a step.

    Args:
        diagnostics: What to show.
        find_path: Gives the path of a document from the root of the repository; empty for one outside of it.
    """
    order = list(Severity)
    ranked = sorted(diagnostics, key=lambda diagnostic: order.index(diagnostic.severity))
    return "\n".join(render_annotation(diagnostic, find_path) for diagnostic in ranked)


def render_annotation(diagnostic: Diagnostic, find_path: Callable[[DocumentName], str]) -> str:
    """Return the workflow command of one diagnostic; columns only where it ends in the line in which it begins."""
    span, properties = diagnostic.span, []
    path = find_path(span.document) if span else ""
    if span and path:
        properties += [("file", path), ("line", str(span.line)), ("endLine", str(span.end_line))]
        if span.line == span.end_line:
            properties += [("col", str(span.column)), ("endColumn", str(span.end_column))]
    properties.append(("title", diagnostic.code))
    shown = ",".join(f"{name}={_escape_property(value)}" for name, value in properties)
    message = diagnostic.message
    if span and not path:
        message = f"{span.document}:{span.line}:{span.column}: {message}"
    lines = [message, *(f"note: {note}" for note in diagnostic.notes)]
    if diagnostic.help:
        lines.append(f"help: {diagnostic.help}")
    return f"::{_COMMANDS[diagnostic.severity]} {shown}::{_escape_data(chr(10).join(lines))}"


def _escape_data(text: str) -> str:
    """Return a text that stays on one line of a log and is read back as it was."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
