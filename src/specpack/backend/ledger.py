"""The ledger: every MUST-level clause ends a build as tested, gated, deviated or not applicable, or is listed first.

Path: record + gate results -> **ledger** -> report. A clause that is only claimed is never satisfied; a missing one
fails the build. What a document with few modals says is accounted for as well.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from specpack.model.clause import Bearer, Clause
from specpack.model.finding import GateResult, Verdict
from specpack.model.pack import Role
from specpack.model.record import BuildRecord, LedgerRow, Standing

_PRODUCT = frozenset({Bearer.SYSTEM, Bearer.TESTS, Bearer.GENERATOR})


def account(record: BuildRecord, results: Sequence[GateResult]) -> tuple[LedgerRow, ...]:
    """Return one row for each clause to account for: the pack's own first, the worst standing first, source order."""
    passed = {r.gate for r in results if r.verdict is Verdict.PASS}
    noticed = find_noticed(results)
    deviated = {d.clause: d.reason for d in record.deviations}
    rows = []
    for clause in record.understanding.clauses.values():
        if (clause.force and clause.force.binding) or clause.id in record.unforced:
            rows.append(_account_clause(record, clause, passed, noticed, deviated))
    order = list(Standing)
    return tuple(sorted(rows, key=lambda row: (not row.own, order.index(row.standing))))


def find_noticed(results: Sequence[GateResult]) -> Mapping[str, frozenset[str]]:
    """Return unit -> tests that fail when its functions are replaced, from the facts of the gate `stubs`."""
    for result in results:
        for name, value in result.facts:
            if name == "noticed":
                return {unit: frozenset(tests) for unit, tests in json.loads(value).items()}
    return {}


def _account_clause(
    record: BuildRecord,
    clause: Clause,
    passed: set[str],
    noticed: Mapping[str, frozenset[str]],
    deviated: Mapping[str, str],
) -> LedgerRow:
    document = record.understanding.document_of(clause)
    units = record.units.get(clause.id, ())
    tests = record.tests.get(clause.id, ())
    gate = record.gates.get(clause.id, "")
    bare = gate.rpartition("/")[2]
    proof = sorted(t for u in units for t in noticed.get(u, ()) if t in tests)
    if clause.id in record.understanding.overridden:
        winner = record.understanding.overridden[clause.id]
        standing, why = Standing.OVERRIDDEN, f"by `{winner}`" if winner else "by the manifest"
    elif clause.bearer not in _PRODUCT:
        standing, why = Standing.NOT_APPLICABLE, f"binds the {clause.bearer.value}"
    elif clause.id in deviated:
        standing, why = Standing.DEVIATED, deviated[clause.id]
    elif proof:
        standing, why = Standing.TESTED, f"`{proof[0]}` fails without the unit"
    elif gate and (bare in passed or bare.startswith("phase-") or bare == "framing"):
        standing, why = Standing.GATED, f"gate `{bare}`"
    elif document.role is Role.CONTRACT:
        standing, why = Standing.CLAIMED, "a contract clause that no gate is mapped to"
    elif document.role in (Role.POLICY, Role.LANGUAGE):
        shown = clause.id in record.bindings
        standing = Standing.CLAIMED if shown else Standing.NOT_APPLICABLE
        why = (
            f"shown to the phases that it binds; check by {record.bindings[clause.id].value}"
            if shown
            else "binds no phase"
        )
    elif units or tests:
        reason = next((u.reason for u in record.design.untested if clause.id in u.clauses), "")
        unproved = "a unit or test cites it; no test was seen to fail without the unit"
        standing, why = Standing.CLAIMED, f"not tested by design: {reason}" if reason else unproved
    elif clause.bearer is Bearer.SYSTEM:
        standing, why = Standing.MISSING, "no unit and no test cites it"
    else:
        standing, why = Standing.CLAIMED, f"binds the {clause.bearer.value}; no gate is mapped to it"
    return LedgerRow(
        clause=clause.id,
        standing=standing,
        units=units,
        tests=tests,
        why=why,
        own=document.pack == record.understanding.pack.name,
    )


def render_ledger(rows: Sequence[LedgerRow]) -> str:
    """Return the ledger as JSON lines, one a clause."""
    return "".join(
        json.dumps(
            {
                "clause": row.clause,
                "standing": row.standing.value,
                "own": row.own,
                "units": row.units,
                "tests": row.tests,
                "why": row.why,
            },
            ensure_ascii=False,
        )
        + "\n"
        for row in rows
    )


def render_counts(rows: Sequence[LedgerRow]) -> str:
    """Return the counts of the standings, project and standard pack apart, in two lines."""
    lines = []
    for own, name in ((True, "project"), (False, "extended")):
        counts = Counter(row.standing for row in rows if row.own is own)
        told = ", ".join(f"{counts[s]} {s.value}" for s in Standing if counts[s])
        lines.append(f"{name}: {sum(counts.values())} clauses: {told}")
    return "\n".join(lines)
