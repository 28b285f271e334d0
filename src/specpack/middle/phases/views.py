"""Views of earlier conclusions that later questions show.

Path: conclusions -> **views** -> questions of write, test and ruling. Each is a projection: it holds only what concerns
the clauses of the question.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from specpack.middle.phases.material import Material, Values
from specpack.model.conclusion import Assumption, DesignConclusion
from specpack.model.question import Ask, Part


def render_signatures(design: DesignConclusion, paths: Collection[str]) -> str:
    """Return the signature blocks of the paths, in the order of the design."""
    return "\n\n".join(
        f"`{s.path}`\n\n```\n{s.text.rstrip()}\n```" for s in design.signatures if s.path in frozenset(paths)
    )


def add_context(material: Material, values: Values, design: DesignConclusion, ask: Ask) -> Ask:
    """Return the ask with the assumptions that no part of its question shows, as context.

    A question shows the assumptions that rest on its clauses, so that others can change without asking it again; one
    that rests on other clauses may settle a silence all the same.
    """
    shown = "\n".join(part.text for part in ask.question.shown)
    every = (*material.behaviour(values).assumptions, *design.assumptions)
    lines = [_render_assumption(a) for a in every if f"‹{a.id}›" not in shown]
    if not lines:
        return ask
    context = Part(title="Assumptions that rest on other clauses, as context", text="\n".join(lines))
    return replace(ask, question=replace(ask.question, context=(context,)))


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
