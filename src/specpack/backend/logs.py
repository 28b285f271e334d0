"""The logs of a build, for a person who scans them: assumptions, deviations, disputes.

Path: record -> **logs** -> the tree under `logs/`.
"""

from specpack.model.record import BuildRecord

_NONE = "None.\n"


def render_assumptions(record: BuildRecord) -> str:
    """Return what the pack is silent on and the codebase decides."""
    lines = [
        "# Assumptions",
        "",
        "Where the pack is silent on something visible from outside, the codebase does this.",
        "",
    ]
    for assumption in record.assumptions:
        lines += [
            f"## `{assumption.id}`",
            "",
            f"- silence: {assumption.silence}",
            f"- decision: {assumption.decision}",
            f"- clauses: {_ids(assumption.clauses)}",
            f"- tests: {_ids(record.tests.get(assumption.id, ()))}",
            "",
        ]
    return "\n".join(lines) if record.assumptions else "\n".join(lines) + _NONE


def render_deviations(record: BuildRecord) -> str:
    """Return the register of clauses that the codebase knowingly does not satisfy."""
    lines = ["# Deviations", "", "Clauses that the codebase knowingly does not satisfy.", ""]
    lines += [f"- `{d.clause}`: {d.reason}" for d in record.deviations]
    return "\n".join(lines) + "\n" if record.deviations else "\n".join(lines) + _NONE


def render_disputes(record: BuildRecord) -> str:
    """Return where a test and the product disagreed, and how a blind ruling settled it."""
    lines = [
        "# Disputes",
        "",
        "Where a test and the product disagreed, and what a blind ruling on the clauses said.",
        "",
    ]
    for dispute in record.disputes:
        ruling = dispute.ruling
        lines += [
            f"## {dispute.test}",
            "",
            f"- first outcome: {_fold(dispute.first)}",
            f"- second outcome: {_fold(dispute.second)}",
            f"- ruling: {ruling.outcome.value} ({_ids(ruling.clauses)}): {ruling.why}",
            "",
        ]
    return "\n".join(lines) if record.disputes else "\n".join(lines) + _NONE


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(f"`{i}`" for i in ids) or "none"


def _fold(text: str) -> str:
    return " ".join(text.split())
