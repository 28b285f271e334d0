"""Conclude: run the phases in order, from policy to the files of units and tests.

Path: understand -> **conclude** -> resolve, assemble. Early phases of a small cold build share one request; write
and test are asked side by side and never together.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from specpack.middle.asking import Revision, Step
from specpack.middle.engine import Engine
from specpack.middle.phases.behaviour import ask_behaviour, render_gaps
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.design import ask_design
from specpack.middle.phases.interventions import ask_interventions
from specpack.middle.phases.material import Material
from specpack.middle.phases.policy import ask_policies
from specpack.middle.phases.test import ask_groups
from specpack.middle.phases.write import ask_units
from specpack.middle.tokens import estimate_tokens
from specpack.model.conclusion import Assumption, BehaviourConclusion, FilesConclusion, Gap, Phase
from specpack.model.failure import Rejected, Stopped
from specpack.model.pack import Role
from specpack.model.question import Label, Part, Question

CONTEXT_TOKENS = 30_000
"""Behaviour documents up to this size travel whole with every request but those of policy; of larger
ones the beginnings of their sections travel with design, which is shown no clause's text of its own."""
GAP_ROUNDS = 3

PAUSES = (Phase.POLICY, Phase.INTERVENTIONS, Phase.BEHAVIOUR, Phase.DESIGN, Phase.WRITE)
"""Phases after which a build can be asked to stop; `write` stands for the files of units and tests."""


def render_context(material: Material, questions: Sequence[Question]) -> tuple[Part, ...]:
    """Return the behaviour documents, where the request does not hold them already: whole, or abridged for design.

    A section asked alone needs them too: without them it settles silences that another section does not leave.
    """
    phases = {q.phase for q in questions}
    if phases.isdisjoint({Phase.BEHAVIOUR, Phase.DESIGN, Phase.WRITE, Phase.TEST, Phase.RULING}):
        return ()
    asked = {q.label for q in questions}
    if all(ask.question.label in asked for ask in ask_behaviour(material, {})):
        return ()
    text = "\n\n".join(material.slicer.render_document(d) for d in material.documents(Role.BEHAVIOUR))
    if estimate_tokens(text) <= CONTEXT_TOKENS:
        return (Part(title="Behaviour documents, as context", text=text),)
    if phases == {Phase.DESIGN}:
        return (Part(title="Behaviour documents, abridged, as context", text=_abridge(material)),)
    return ()


def _abridge(material: Material) -> str:
    """Return the beginnings of all sections, as much of each as lets all fit; small sections are whole."""
    sections = material.understanding.sections
    sizes = sorted(estimate_tokens(material.slicer.render_section(s)) for s in sections)
    share, rest = 0, CONTEXT_TOKENS
    for index, size in enumerate(sizes):
        share = rest // (len(sizes) - index)
        if size > share:
            break
        rest -= size
    return "\n\n".join(material.slicer.render_beginning(section, share) for section in sections)


async def conclude(
    engine: Engine,
    material: Material,
    *,
    pause_after: Phase | None = None,
    summarise: Callable[[Mapping[Label, Any]], None] = lambda values: None,
) -> dict[Label, Any]:
    """Return the conclusions of all phases by label.

    Args:
        engine: Asks, recalls, judges.
        material: The understood pack and the target.
        pause_after: Stop after this phase, with everything kept.
        summarise: Told the conclusions when behaviour is concluded.

    Raises:
        Paused: A pause was asked for.
        WaitingForAnswers: Requests are out.
        Rejected: A question used up its attempts, or gaps stay open.
    """
    early: list[tuple[Phase, Step]] = [
        (Phase.POLICY, partial(ask_policies, material)),
        (Phase.INTERVENTIONS, partial(ask_interventions, material)),
        (Phase.BEHAVIOUR, partial(ask_behaviour, material)),
        (Phase.DESIGN, partial(ask_design, material)),
    ]
    last = next((i for i, (phase, _) in enumerate(early) if phase is pause_after), len(early) - 1)
    steps = [step for _, step in early[: last + 1]]
    cold = not engine.recall.knows(DESIGN) and _is_small(material)
    values = await engine.ask_steps(steps, ahead=cold)
    if any(isinstance(v, BehaviourConclusion) for v in values.values()):
        summarise(values)
    _pause(pause_after, early[last][0])
    values = await conclude_files(engine, material, values)
    _pause(pause_after, Phase.WRITE)
    return values


async def conclude_files(engine: Engine, material: Material, values: Mapping[Label, Any]) -> dict[Label, Any]:
    """Return the conclusions with the files of all units and test groups; gaps are closed by behaviour first."""
    known = dict(values)
    for _ in range(GAP_ROUNDS):
        files = await engine.ask([*ask_units(material, known), *ask_groups(material, known)])
        gaps = [gap for value in files.values() for gap in value.gaps]
        if not gaps:
            return {**known, **files}
        known = await _close_gaps(engine, material, known, gaps)
    told = "; ".join(sorted({gap.question for gap in gaps}))
    raise Rejected(
        f"the pack is silent where writers and testers need it, and behaviour did not settle it: {told}",
        kept="all answers are in the store",
        help="say it in a clause of " + ", ".join(f"`{c}`" for c in sorted({c for g in gaps for c in g.clauses})),
    )


async def _close_gaps(
    engine: Engine, material: Material, values: Mapping[Label, Any], gaps: Sequence[Gap]
) -> dict[Label, Any]:
    """Ask the sections that the gaps concern again, or design where no section does; return the new early values."""
    asks = {a.question.label: a for a in ask_behaviour(material, values)}
    by_label: dict[Label, list[Gap]] = {}
    assumed = {a.id: a for a in material.behaviour(values).assumptions}
    for gap in gaps:
        label = _section_label(material, assumed, gap)
        by_label.setdefault(label if label in asks else DESIGN, []).append(gap)
    asks.update({a.question.label: a for a in ask_design(material, values)} if DESIGN in by_label else {})
    revisions = [Revision(ask=asks[label], extra=(render_gaps(told),)) for label, told in by_label.items()]
    revised = {**values, **await engine.revise(revisions)}
    revised.update(await engine.ask(ask_design(material, {k: v for k, v in revised.items() if k != DESIGN})))
    return revised


def _section_label(material: Material, assumed: Mapping[str, Assumption], gap: Gap) -> Label | None:
    cited = [c for i in gap.clauses for c in (assumed[i].clauses if i in assumed else (i,))]
    chosen = set(material.slicer.expand(cited))
    for section in material.understanding.sections:
        if not chosen.isdisjoint(section.clauses):
            return Label(f"behaviour/{section.key}")
    return None


def _is_small(material: Material) -> bool:
    text = "".join(d.text for d in material.documents(Role.BEHAVIOUR))
    return estimate_tokens(text) <= CONTEXT_TOKENS


class Paused(Stopped):
    """The build stopped after a phase, as it was asked to."""


def _pause(asked: Phase | None, reached: Phase) -> None:
    if asked is reached:
        raise Paused(
            f"paused after the phase {reached.value}, as asked",
            kept="all answers are in the store and pinned in the lock",
            help="run `specpack build` again without `--pause-after` to proceed",
        )


def files_of(values: Mapping[Label, Any]) -> dict[Label, FilesConclusion]:
    """Return the file conclusions among the values."""
    return {label: value for label, value in values.items() if isinstance(value, FilesConclusion)}
