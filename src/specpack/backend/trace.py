"""The trace: clause to units to tests, as far as it follows from the answers alone.

Path: record -> **trace** -> the tree, `specpack trace`. What a run proved stands in the ledger, outside the codebase.
"""

import json

from specpack.model.record import BuildRecord


def render_trace(record: BuildRecord) -> str:
    """Return the trace as JSON: one entry a clause of the pack itself that has a force, sorted by id."""
    own = {d.name for d in record.understanding.pack.documents if d.pack == record.understanding.pack.name}
    entries = {
        clause.id: {
            "force": clause.force.value,
            "place": f"spec/{clause.document}:{clause.span.line}",
            "tests": sorted(record.tests.get(clause.id, ())),
            "text": clause.composed,
            "units": sorted(record.units.get(clause.id, ())),
        }
        for clause in record.understanding.clauses.values()
        if clause.document in own and clause.force is not None
    }
    return json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
