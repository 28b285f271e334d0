"""The assimilation summary: what was understood, before anything is designed.

Path: behaviour -> **summary** -> a person may PROCEED. No model is asked.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from specpack.middle.phases.material import Material
from specpack.model.clause import Force
from specpack.model.conclusion import InterventionsConclusion, PolicyConclusion
from specpack.model.pack import Role
from specpack.model.question import Label

TERMINAL_LINES = 40


def render_summary(material: Material, values: Mapping[Label, Any]) -> str:
    """Return the whole summary as Markdown."""
    understanding = material.understanding
    behaviour = material.behaviour(values)
    lines = [f"# What specpack understood of `{understanding.pack.name}`", ""]
    for role in Role:
        documents = material.documents(role)
        own = [d for d in documents if d.pack == understanding.pack.name]
        if own:
            forces = Counter(c.force for c in material.clauses_of(own) if c.force)
            counted = ", ".join(f"{forces[f]} {f.value}" for f in Force if forces[f])
            lines.append(f"- {role.value}: {len(own)} document{'s' * (len(own) != 1)}, {counted or 'no force'}")
    bound = sum(len(v.bindings) for v in values.values() if isinstance(v, PolicyConclusion))
    lines.append(f"- policies and language: {bound} clauses bound to phases")
    if understanding.overridden:
        lines.append(f"- set aside by a clause of higher rank: {len(understanding.overridden)}")
    lines += _section("Operations", [f"{o.name}: {o.gives}" for o in behaviour.operations])
    lines += _section("Assumptions", [f"`{a.id}`: {a.decision}" for a in behaviour.assumptions])
    lines += _section("Two readings", [" / ".join(a.readings) + f" -> `{a.assumption}`" for a in behaviour.ambiguities])
    lines += _section("Error phenomena", [f"`{e.id}`: {e.when}" for e in behaviour.errors])
    lines += _section("Boundaries", [f"{b.name}: {b.purpose}" for b in behaviour.boundaries])
    lines += _section("Data", [f"{t.name}: {', '.join(t.fields)}" for t in behaviour.types])
    closures = [c for v in values.values() if isinstance(v, InterventionsConclusion) for c in v.closures]
    lines += _section("Closed by intervention", [c.closes for c in closures])
    return "\n".join(lines) + "\n"


def _section(title: str, entries: list[str]) -> list[str]:
    return ["", f"## {title} ({len(entries)})", "", *(f"- {entry}" for entry in entries)] if entries else []


def shorten_summary(text: str, place: str) -> str:
    """Return at most 40 lines of the summary for a terminal; `place` says where the whole is."""
    lines = [line for line in text.rstrip().split("\n") if line]
    if len(lines) > TERMINAL_LINES:
        lines = [*lines[: TERMINAL_LINES - 1], f"({len(lines) - TERMINAL_LINES + 1} more lines in {place})"]
    return "\n".join(line if len(line) <= 118 else line[:115] + "..." for line in lines)
