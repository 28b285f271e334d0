"""Ask how the codebase is cut: units, interfaces, entry points, packages, test groups.

Path: behaviour -> **design** -> write, test, resolve. The question holds a projection of the conclusions (names, error
ids, where clauses stand), so that rewording a rule does not ask for a new design.
"""

from collections.abc import Collection, Iterable, Sequence

from specpack.middle.codec import parse_data
from specpack.middle.framing import ANY_PATH
from specpack.middle.phases.material import Material, Values, data_block, decode_data, reject
from specpack.middle.phases.places import Place, list_places, render_places
from specpack.model.conclusion import (
    BehaviourConclusion,
    DesignConclusion,
    InterventionsConclusion,
    Phase,
    Signatures,
)
from specpack.model.finding import Finding
from specpack.model.pack import Role
from specpack.model.question import Accepted, Ask, Expected, Label, Part, Question, ReplyBlock

LABEL = Label("design")


def ask_design(material: Material, values: Values) -> Sequence[Ask]:
    """Return the one ask of the phase."""

    def judge(blocks: Sequence[ReplyBlock]) -> Accepted:
        value, findings = parse_data(DesignConclusion, data_block(blocks))
        if value is None:
            return Accepted(findings=findings)
        if value.signatures:
            return Accepted(findings=(reject("`signatures` travel as blocks of their own, not as data"),))
        design = _with_signatures(value, blocks)
        rules = (*_check_design(material, values, design), *material.target.check_design(design, material.package))
        return Accepted(value=design, findings=rules)

    ask = Ask(
        question=Question(
            label=LABEL,
            phase=Phase.DESIGN,
            contract=material.contract("design"),
            parts=_design_parts(material, values),
            expected=(Expected(kind="data"), Expected(kind="signatures", path=ANY_PATH)),
        ),
        decode=lambda blocks: _with_signatures(decode_data(DesignConclusion)(blocks), blocks),
        judge=judge,
        keep=True,
        weight=6_000,
    )
    return [ask]


def _with_signatures(design: DesignConclusion, blocks: Sequence[ReplyBlock]) -> DesignConclusion:
    from dataclasses import replace

    texts = tuple(Signatures(path=b.path, text=b.text) for b in blocks if b.kind == "signatures")
    return replace(design, signatures=texts)


def _design_parts(material: Material, values: Values) -> tuple[Part, ...]:
    parts = [
        Part(title="The codebase", text=f"name: `{material.package}`, target: {material.target.name}"),
        *material.whole_documents(Role.INTERVENTION, Role.PLATFORM),
        Part(title="Clauses to place", text=render_places(list_places(material))),
    ]
    behaviour = [v for v in values.values() if isinstance(v, BehaviourConclusion)]
    if behaviour:
        parts.append(Part(title="Conclusions of behaviour", text=_render_projection(material.behaviour(values))))
    closures = next((v.closures for v in values.values() if isinstance(v, InterventionsConclusion)), ())
    if closures:
        text = "\n".join(f"- {c.closes} [{', '.join(c.clauses)}]" for c in closures)
        parts.append(Part(title="What interventions close", text=text))
    return (*parts, *material.rules_that_bind(Phase.DESIGN, values))


def _render_projection(behaviour: BehaviourConclusion) -> str:
    lines = [f"- operation: {o.name} [{', '.join(o.clauses)}]" for o in behaviour.operations]
    lines += [f"- type: {t.name} ({'; '.join(t.fields)})" for t in behaviour.types]
    lines += [f"- error id: {i}" for i in sorted({e.id for e in behaviour.errors})]
    lines += [f"- boundary: {b}" for b in sorted({b.name for b in behaviour.boundaries})]
    lines += [f"- assumption `{a.id}`: {a.decision}" for a in behaviour.assumptions]
    return "\n".join(lines)


def _check_design(material: Material, values: Values, design: DesignConclusion) -> Iterable[Finding]:
    yield from _check_coverage(material, design)
    cited = [i for u in design.units for i in u.clauses] + [i for g in design.groups for i in g.clauses]
    for listed in (design.boundaries, design.entry_points, design.controls, design.packages, design.untested):
        cited += [i for entry in listed for i in entry.clauses]
    own = {a.id for a in design.assumptions}
    yield from material.check_ids([i for i in cited if i not in own], "the design", values)
    units = {u.id for u in design.units}
    for boundary in design.boundaries:
        if boundary.unit not in units:
            yield reject(f"boundary `{boundary.name}` names the unit `{boundary.unit}`, which the design does not have")
    for entry in design.entry_points:
        if entry.unit not in units:
            yield reject(f"entry point `{entry.target}` names the unit `{entry.unit}`, which the design does not have")
    for package in design.packages:
        if not package.clauses:
            yield reject(f"package `{package.name}` cites no clause or assumption", clauses=())


def _check_coverage(material: Material, design: DesignConclusion) -> Iterable[Finding]:
    placed = set(material.slicer.expand(i for u in design.units for i in u.clauses))
    tested, left_out = (i for g in design.groups for i in g.clauses), (i for u in design.untested for i in u.clauses)
    planned = set(material.slicer.expand((*tested, *left_out)))
    for place in list_places(material):
        yield from _check_place(material, place, placed, "in no unit")
        if place.tested:
            yield from _check_place(material, place, planned, "in no test group and not in `untested`")
    for entry in design.untested:
        if not entry.reason.strip():
            yield reject(f"`untested` gives no reason for {', '.join(f'`{i}`' for i in entry.clauses)}")


def _check_place(material: Material, place: Place, covered: Collection[str], where: str) -> Iterable[Finding]:
    missing = [i for i in place.clauses if i not in covered]
    if place.whole and missing:
        count = f"{len(missing)} of its {len(place.clauses)} clauses"
        told = f"section {place.title} is to be placed whole, and {count} are {where}: name the section by its key"
        yield reject(told, clauses=missing)
        return
    for clause_id in missing:
        clause = material.understanding.clauses[clause_id]
        yield reject(f"clause `{clause_id}` is {where}: {clause.composed[:90]}", clauses=[clause_id])
