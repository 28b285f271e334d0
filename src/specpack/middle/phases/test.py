"""Ask for each group of tests, side by side with the units.

Path: design -> **test** -> assemble. A question shows clauses, assumptions, the public interface, boundary
interfaces and the driver's signatures; never an implementation, nor a value observed from one.
"""

from collections.abc import Iterable, Sequence

from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.files import files_ask
from specpack.middle.phases.material import Material, Values, reject
from specpack.middle.phases.places import list_places
from specpack.middle.phases.views import add_context, render_conclusions, render_signatures
from specpack.model.clause import Clause, Source
from specpack.model.conclusion import DesignConclusion, FilesConclusion, Phase, TestGroup
from specpack.model.finding import Finding
from specpack.model.question import Ask, Label, Part

DRIVER = "driver"


def group_label(group: str) -> Label:
    """Return the label of a group's question."""
    return Label(f"test/{group}")


def ask_groups(material: Material, values: Values) -> Sequence[Ask]:
    """Return one ask a test group, in the order of the design."""
    design: DesignConclusion = values[DESIGN]
    return [_ask_group(material, values, design, group) for group in design.groups]


def _public_paths(design: DesignConclusion) -> set[str]:
    """Return the files whose signatures the driver may use: entry points, boundary interfaces, what they need."""
    units = {u.id: u for u in design.units}
    wanted = {e.unit for e in design.entry_points} | {b.unit for b in design.boundaries}
    for unit in tuple(wanted):
        wanted |= set(units[unit].depends) if unit in units else set()
    return {path for name in wanted if name in units for path in units[name].paths}


def _ask_group(material: Material, values: Values, design: DesignConclusion, group: TestGroup) -> Ask:
    own = "\n".join(f"- `{path}`" for path in group.paths)
    support = [path for g in design.groups if g.id == DRIVER for path in g.paths]
    entries = "\n".join(f"- {e.kind}: `{e.target}`" for e in design.entry_points)
    controls = "\n".join(f"- {c.name}: {c.reaches}" for c in design.controls)
    parts = [Part(title="Test group", text=f"`{group.id}`\n\n{own}")]
    if group.id == DRIVER:
        parts.append(Part(title="Signatures to keep", text=render_signatures(design, support)))
        parts.append(
            Part(title="Public and boundary interfaces", text=render_signatures(design, _public_paths(design)))
        )
        boundary = [i for b in design.boundaries for i in b.clauses] + [
            i for e in design.entry_points for i in e.clauses
        ]
        parts.append(Part(title="Clauses", text=material.slicer.render_clauses([*group.clauses, *boundary])))
    else:
        parts.append(Part(title="Signatures of the driver", text=render_signatures(design, support)))
        parts.append(Part(title="Clauses", text=material.slicer.render_clauses(group.clauses)))
    parts.append(Part(title="Entry points and controls", text=f"{entries}\n{controls}".strip()))
    conclusions = render_conclusions(material, values, design, group.clauses)
    if conclusions:
        parts.append(Part(title="Conclusions", text=conclusions))

    def check(value: FilesConclusion) -> Iterable[Finding]:
        yield from material.target.check_group(value.files, design, group.id)
        if value.deviations:
            yield reject("a test group reports a deviation, which only a unit can have")
        known = material.known_ids(values) | {a.id for a in design.assumptions}
        for test, ids in material.target.cited_ids(value.files).items():
            for cited in ids:
                if cited not in known:
                    yield reject(f"test `{test}` names `{cited}`, which is no clause or assumption of the request")
        yield from _check_cover(material, group, value)

    ask = files_ask(
        label=group_label(group.id),
        phase=Phase.TEST,
        contract=material.contract("test"),
        parts=(*parts, *material.rules_that_bind(Phase.TEST, values)),
        paths=group.paths,
        check=check,
        weight=2_500 * len(group.paths),
    )
    return add_context(material, values, design, ask)


def _check_cover(material: Material, group: TestGroup, value: FilesConclusion) -> Iterable[Finding]:
    """Reject a binding clause of the group that no test names.

    A lead-in counts where all its items are here. A lower-case "must" in a document with few modals is prose like the
    sentences around it, and whoever tests the section may read it as a remark.
    """
    if group.id == DRIVER or not value.files:
        return
    cited = material.with_members(i for ids in material.target.cited_ids(value.files).values() for i in ids)
    clauses = material.understanding.clauses
    shown = material.slicer.expand(group.clauses)
    elsewhere = {c.parent for c in clauses.values() if c.force and c.id not in shown}
    prose = {i for place in list_places(material) if place.whole for i in place.clauses if _is_implied(clauses[i])}
    for clause in (clauses[i] for i in shown if i not in elsewhere and i not in prose):
        if clause.force and clause.force.binding and clause.id not in cited:
            yield reject(f"no test of the group names `{clause.id}`: {clause.composed[:90]}", clauses=[clause.id])


def _is_implied(clause: Clause) -> bool:
    return clause.modality is not None and clause.modality.source is Source.IMPLIED
