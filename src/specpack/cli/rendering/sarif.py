"""Diagnostics as a SARIF 2.1.0 log, for code scanning.

Path: checks -> **renderer** -> code scanning. After the OASIS standard with Errata 01; columns count UTF-16 code units.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from specpack import __version__
from specpack.cli.rendering.text import map_texts
from specpack.frontend.catalogue import RULES, find_page
from specpack.model.diagnostic import Applicability, Diagnostic, Edit, Severity
from specpack.model.span import DocumentName, Span, count_utf16
from specpack.model.understanding import Understanding

Json = dict[str, object]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "specpack/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def render_sarif(understanding: Understanding, find_uri: Callable[[DocumentName], str]) -> str:
    """Return one log with one run; what its author accepted is a suppressed result.

    Args:
        understanding: The pack.
        find_uri: Gives the address of a document: relative to the root of the repository, or absolute.
    """
    accepted = understanding.accepted
    diagnostics = [*understanding.diagnostics, *(diagnostic for diagnostic, _ in accepted)]
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    writer = _Writer(map_texts(understanding), find_uri, codes)
    results = [writer.encode_result(diagnostic) for diagnostic in understanding.diagnostics]
    for diagnostic, reason in accepted:
        suppression = {"kind": "external", "status": "accepted", "justification": reason}
        results.append({**writer.encode_result(diagnostic), "suppressions": [suppression]})
    driver = {"name": "specpack", "semanticVersion": __version__, "rules": [_encode_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _encode_rule(code: str) -> Json:
    """Return what is known of a code: its name and weight, and the page that explains it."""
    rule, page = RULES.get(code), find_page(code) or ""
    known: Json = {"id": code}
    if rule:
        known |= {
            "name": "".join(word.capitalize() for word in re.findall(r"\w+", rule.name)),
            "shortDescription": {"text": _escape(rule.name)},
            "fullDescription": {"text": _escape(rule.name)},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
    if page:
        known["help"] = {"text": _escape(page), "markdown": _escape(page)}
    return known


class _Writer:
    """Turns diagnostics into results; counts what shares a clause."""

    def __init__(
        self, texts: Mapping[DocumentName, str], find_uri: Callable[[DocumentName], str], codes: Sequence[str]
    ) -> None:
        self._texts = texts
        self._rows = {name: text.split("\n") for name, text in texts.items()}
        self._find_uri = find_uri
        self._codes = codes
        self._seen: Counter[tuple[str, ...]] = Counter()

    def encode_result(self, diagnostic: Diagnostic) -> Json:
        """Return the result of one diagnostic."""
        lines = [diagnostic.message, *(f"note: {note}" for note in diagnostic.notes)]
        if diagnostic.help:
            lines.append(f"help: {diagnostic.help}")
        result: Json = {
            "ruleId": diagnostic.code,
            "ruleIndex": self._codes.index(diagnostic.code),
            "level": _LEVELS[diagnostic.severity],
            "message": {"text": _escape("\n".join(lines))},
            "partialFingerprints": {FINGERPRINT: self.compute_fingerprint(diagnostic)},
        }
        if diagnostic.span:
            result["locations"] = [self._encode_location(diagnostic.span, diagnostic.label)]
        if diagnostic.secondary:
            related = [self._encode_location(label.span, label.text) for label in diagnostic.secondary]
            result["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(related)]
        fixes = [e for e in diagnostic.edits if e.applicability is not Applicability.DISPLAY_ONLY]
        if fixes:
            result["fixes"] = [self._encode_fix(edit) for edit in fixes]
        more: Json = {"clauses": list(diagnostic.clauses)} if diagnostic.clauses else {}
        if evidence := diagnostic.evidence:
            more["evidence"] = {
                "provider": evidence.provider,
                "votes": evidence.votes,
                "asked": evidence.asked,
                "transcript": evidence.transcript,
            }
        if more:
            result["properties"] = more
        return result

    def compute_fingerprint(self, diagnostic: Diagnostic) -> str:
        """Return the fingerprint of the next diagnostic."""
        span = diagnostic.span
        if diagnostic.clauses:
            about: tuple[str, ...] = (diagnostic.code, diagnostic.clauses[0])
        elif span:
            words = self._texts.get(span.document, "")[span.start : span.end]
            about = (diagnostic.code, span.document, words)
        else:
            about = (diagnostic.code, diagnostic.message)
        self._seen[about] += 1
        data = json.dumps([*about, self._seen[about]])
        return hashlib.sha256(data.encode()).hexdigest()[:32]

    def _encode_location(self, span: Span, text: str) -> Json:
        artifact = {"uri": self._find_uri(span.document)}
        place: Json = {"physicalLocation": {"artifactLocation": artifact, "region": self._encode_region(span)}}
        return place | ({"message": {"text": _escape(text)}} if text else {})

    def _encode_region(self, span: Span) -> Json:
        return {
            "startLine": span.line,
            "startColumn": self._count_column(span.document, span.line, span.column),
            "endLine": span.end_line,
            "endColumn": self._count_column(span.document, span.end_line, span.end_column),
        }

    def _count_column(self, document: DocumentName, line: int, column: int) -> int:
        rows = self._rows.get(document, [])
        row = rows[line - 1] if line <= len(rows) else ""
        return count_utf16(row[: column - 1]) + 1 + max(0, column - 1 - len(row))

    def _encode_fix(self, edit: Edit) -> Json:
        replacement = {"deletedRegion": self._encode_region(edit.span), "insertedContent": {"text": edit.text}}
        artifact = {"uri": self._find_uri(edit.span.document)}
        decide = "" if edit.applicability is Applicability.SAFE else " (an author decides)"
        return {
            "description": {"text": _escape(edit.title + decide)},
            "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
        }


def quote_path(path: str) -> str:
    """Return a relative path with `/` as an address."""
    return quote(path, safe="/@,+=~!$&'()*;")


def _escape(text: str) -> str:
    """Return a text as a message, in which braces would be placeholders (3.11.5) and `[x](1)` a link (3.11.6)."""
    return _LINK.sub(r"\\[", text).replace("{", "{{").replace("}", "}}")
