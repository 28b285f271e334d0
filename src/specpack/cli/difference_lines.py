"""A comparison as JSON lines.

Path: changes, foresight -> **difference lines** -> scripts.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from specpack.cli.rendering.lines import encode_diagnostic
from specpack.middle.foresight import Foresight, Reask
from specpack.model.change import ClauseChange, Comparison, DocumentChange
from specpack.model.clause import Clause


def encode_differences(comparison: Comparison, foresight: Foresight, notes: Sequence[str]) -> Iterator[str]:
    """Yield one JSON object a line; `kind` says what each is, `meaning` whether it changes what the pack demands."""
    for setting in comparison.settings:
        fields = {"key": setting.key, "before": setting.before, "after": setting.after, "meaning": setting.meaning}
        yield _encode("setting", fields)
    for document in comparison.documents:
        yield _encode("document", _encode_document(document))
    for change in comparison.clauses:
        yield _encode("clause", _encode_change(change))
    for diagnostic in comparison.diagnostics:
        yield _encode("diagnostic", json.loads(encode_diagnostic(diagnostic)))
    for reask in foresight.asked:
        yield json.dumps(describe_question(reask), ensure_ascii=False)
    summary = {
        "meaning": comparison.meaning,
        "clauses": dict(Counter(str(aspect) for change in comparison.clauses for aspect in change.aspects)),
        "recorded": foresight.recorded,
        "kept": foresight.kept,
        "dropped": foresight.dropped,
        "whole": foresight.whole,
        "notes": list(notes),
    }
    yield _encode("summary", summary)


def describe_question(reask: Reask) -> dict[str, object]:
    """Return a question that a build would ask, and why, as one JSON object."""
    return {
        "kind": "question",
        "label": reask.label,
        "certain": reask.certain,
        "parts": reask.parts,
        "clauses": reask.clauses,
        "after": reask.after,
        "reason": reask.reason,
    }


def _encode(kind: str, fields: Mapping[str, object]) -> str:
    return json.dumps({"kind": kind, **fields}, ensure_ascii=False)


def _encode_document(change: DocumentChange) -> dict[str, object]:
    sides = {
        name: {"document": side.name, "role": side.role.value} if side else None
        for name, side in (("before", change.before), ("after", change.after))
    }
    return {"aspects": [str(a) for a in change.aspects], "meaning": change.meaning, **sides}


def _encode_change(change: ClauseChange) -> dict[str, object]:
    return {
        "id": change.id,
        "aspects": [str(aspect) for aspect in change.aspects],
        "meaning": change.meaning,
        "before": _encode_side(change.before, change.origins[0]),
        "after": _encode_side(change.after, change.origins[1]),
        "words": [[piece.presence.value, piece.text] for piece in change.words],
        "related": change.related,
        "likeness": change.likeness,
    }


def _encode_side(clause: Clause | None, origin: str) -> dict[str, object] | None:
    if clause is None:
        return None
    return {
        "id": clause.id,
        "document": clause.document,
        "line": clause.span.line,
        "section": clause.section,
        "clause": clause.kind.value,
        "force": clause.force.value if clause.force else None,
        "source": clause.modality.source.value if clause.modality else None,
        "origin": origin,
        "locked": clause.locked,
        "bearer": clause.bearer.value,
        "attributes": dict(clause.attributes),
        "text": clause.composed,
    }
