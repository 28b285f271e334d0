"""Diagnostics as JSON, one object a line.

Path: checks -> **renderer** -> scripts.
"""

import json
from collections.abc import Mapping

from specpack.model.diagnostic import Diagnostic
from specpack.model.span import Span


def encode_diagnostic(diagnostic: Diagnostic, accepted: str = "") -> str:
    """Return one diagnostic as a JSON object on one line; lines and columns count from 1, columns in code points.

    `edits` have an applicability: `safe`, `needs-decision` (alternatives, of which an author takes one), or
    `display-only`. `evidence` is null where a rule alone found it. `accepted` is the reason of its author where there
    is one.
    """
    evidence = diagnostic.evidence
    return json.dumps(
        {
            "code": diagnostic.code,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "place": _encode_place(diagnostic.span) if diagnostic.span else None,
            "label": diagnostic.label,
            "secondary": [{"place": _encode_place(other.span), "text": other.text} for other in diagnostic.secondary],
            "clauses": diagnostic.clauses,
            "notes": diagnostic.notes,
            "help": diagnostic.help,
            "edits": [
                {
                    "place": _encode_place(edit.span),
                    "text": edit.text,
                    "title": edit.title,
                    "applicability": edit.applicability.value,
                }
                for edit in diagnostic.edits
            ],
            "evidence": {
                "provider": evidence.provider,
                "votes": evidence.votes,
                "asked": evidence.asked,
                "transcript": evidence.transcript,
            }
            if evidence
            else None,
            **({"accepted": accepted} if accepted else {}),
        },
        ensure_ascii=False,
    )


def _encode_place(span: Span) -> Mapping[str, object]:
    return {
        "document": span.document,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
