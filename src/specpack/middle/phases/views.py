"""Views of earlier conclusions that later questions show.

Path: conclusions -> **views** -> questions of write, test and ruling. Each is a projection: it holds only what concerns
the clauses of the question.
"""

from collections.abc import Collection, Iterable

from specpack.middle.phases.material import Material, Values
from specpack.model.conclusion import Assumption, DesignConclusion
from specpack.model.question import Part, Question


def render_signatures(design: DesignConclusion, paths: Collection[str]) -> str:
    """Return the signature blocks of the paths, in the order of the design."""
    return "\n\n".join(
        f"`{s.path}`\n\n```\n{s.text.rstrip()}\n```" for s in design.signatures if s.path in frozenset(paths)
    )


def render_unseen(material: Material, values: Values, design: DesignConclusion, question: Question) -> Part | None:
    """Return the assumptions that no part of the question shows; None where it shows all."""
    shown = "\n".join(part.text for part in question.shown)
    every = (*material.behaviour(values).assumptions, *design.assumptions)
    lines = [_render_assumption(a) for a in every if f"‹{a.id}›" not in shown]
    return Part(title="Conclusions that rest on other clauses", text="\n".join(lines)) if lines else None


def _render_assumption(assumption: Assumption) -> str:
    return f"- assumption ‹{assumption.id}›: {assumption.decision} [{', '.join(assumption.clauses)}]"


def assumptions_for(
    material: Material, values: Values, design: DesignConclusion | None, clauses: Iterable[str]
) -> tuple[Assumption, ...]:
    """Return the assumptions that rest on any of the clauses or are named among them."""
    named = frozenset(clauses)
    chosen = frozenset(material.slicer.expand(named)) | named
    every = (*material.behaviour(values).assumptions, *(design.assumptions if design else ()))
    return tuple(
        a for a in every if a.id in named or not chosen.isdisjoint((*material.slicer.expand(a.clauses), *a.clauses))
    )


def render_conclusions(
    material: Material, values: Values, design: DesignConclusion | None, clauses: Iterable[str]
) -> str:
    """Return the error cases, rules and assumptions that concern the clauses; empty for none."""
    named = frozenset(clauses)
    chosen = frozenset(material.slicer.expand(named)) | named
    behaviour = material.behaviour(values)
    lines = [
        f"- error `{e.id}`: {e.when} [{', '.join(e.clauses)}]"
        for e in behaviour.errors
        if not chosen.isdisjoint(material.slicer.expand(e.clauses))
    ]
    lines += [
        f"- rule: {r.rule} [{', '.join(r.clauses)}]"
        for r in behaviour.rules
        if not chosen.isdisjoint(material.slicer.expand(r.clauses))
    ]
    lines += [_render_assumption(a) for a in assumptions_for(material, values, design, named)]
    return "\n".join(lines)
