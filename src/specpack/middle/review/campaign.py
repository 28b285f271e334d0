"""Run a review: what sections leave open, what clauses say against each other, and loopholes with a witness.

Path: questions -> **campaign** -> engine -> findings that a second, blind question confirmed where one is due.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from specpack.middle.engine import Engine
from specpack.middle.phases.behaviour import ask_behaviour
from specpack.middle.phases.material import Material
from specpack.middle.review.questions import (
    Contracts,
    ask_core,
    ask_literalist,
    ask_prosecutor,
    ask_reviewer,
    ask_section,
    ask_whole,
    list_binding,
)
from specpack.model.clause import Section
from specpack.model.question import Ask, Label
from specpack.model.review import Artefact, Core, Loophole, Said


async def review_pack(engine: Engine, material: Material, contract: Contracts) -> tuple[Said, ...]:
    """Return what a review finds, sections in order, then the pack as a whole, then loopholes.

    Raises:
        WaitingForAnswers: Requests are out.
        Rejected: A question used up its attempts.
    """
    asked = {ask.question.label for ask in ask_behaviour(material, {})}
    sections = [s for s in material.understanding.sections if f"behaviour/{s.key}" in asked]
    reviews = {s.key: ask_section(material, contract, s) for s in sections}
    literal = {s.key: ask_literalist(material, contract, s) for s in sections}
    whole = [ask_whole(material, contract)] if len(list_binding(material)) > 1 else []
    values = await engine.ask([*reviews.values(), *whole, *literal.values()])
    found = [
        _say(engine, ask, finding) for ask in (*reviews.values(), *whole) for finding in values[_label(ask)].findings
    ]
    cores = [core for ask in whole for core in values[_label(ask)].cores]
    artefacts = [(section, a) for section in sections for a in values[_label(literal[section.key])].artefacts]
    settled = await _settle(engine, material, contract, cores, artefacts)
    return (*found, *settled)


async def _settle(
    engine: Engine,
    material: Material,
    contract: Contracts,
    cores: Sequence[Core],
    artefacts: Sequence[tuple[Section, Artefact]],
) -> list[Said]:
    """Return the cores that a blind reader confirms, and the artefacts that are conceded and objected to."""
    checks = [(core, ask_core(material, contract, core)) for core in cores]
    trials = [
        (a, ask_prosecutor(material, contract, s, a), ask_reviewer(material, contract, s, a)) for s, a in artefacts
    ]
    asks = {_label(ask): ask for ask in (*(c for _, c in checks), *(q for _, *pair in trials for q in pair))}
    values: Mapping[Label, Any] = await engine.ask(list(asks.values())) if asks else {}
    found = []
    for core, ask in checks:
        if not values[_label(ask)].satisfiable:
            found.append(_say(engine, ask, core, confirmed=values[_label(ask)].why))
    for artefact, prosecutor, reviewer in trials:
        prosecution, objection = values[_label(prosecutor)], values[_label(reviewer)]
        if not prosecution.forbidden_by and objection.objectionable:
            loophole = Loophole(artefact=artefact, objection=objection)
            found.append(_say(engine, prosecutor, loophole, confirmed=prosecution.why))
    return found


def _label(ask: Ask) -> Label:
    return ask.question.label


def _say(engine: Engine, ask: Ask, finding: Any, confirmed: str = "") -> Said:
    answer = engine.answers[ask.question.label]
    return Said(finding=finding, by=answer.by, question=answer.question, confirmed=confirmed)
