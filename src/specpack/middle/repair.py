"""Turn findings of the verify gates into new answers: a blind ruling first where test and product disagree.

Path: verify -> **repair** -> write or test again -> assemble. The only backward edge of the path, and it is bounded.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from specpack.middle.asking import Revision
from specpack.middle.engine import Engine
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.material import Material
from specpack.middle.phases.ruling import ask_ruling, expected_is_first
from specpack.middle.phases.test import DRIVER, ask_groups, group_label
from specpack.middle.phases.write import ask_units, unit_label
from specpack.model.conclusion import DesignConclusion, Outcome, Ruling
from specpack.model.failure import Rejected
from specpack.model.finding import Finding
from specpack.model.pack import Digest
from specpack.model.question import Ask, Label, Part


class Ambiguous(Rejected):
    """A ruling found two readings of the pack: only its author can go on."""

    def __init__(self, finding: Finding, ruling: Ruling) -> None:
        """Keep the finding and the ruling with both readings."""
        readings = "; or: ".join(ruling.readings)
        super().__init__(
            f"the pack has two readings where `{finding.test}` and the product disagree: {readings}",
            kept="all answers and the ruling are in the store",
            help=f"reword {', '.join(f'`{c}`' for c in ruling.clauses)} so that one reading is left",
        )
        self.finding = finding
        self.ruling = ruling


class Unrepairable(Rejected):
    """No question can mend the finding: nobody owns it."""


@dataclass(slots=True)
class _Plan:
    """What to ask again: per label the findings, further parts and rulings."""

    findings: dict[Label, list[Finding]]
    extra: dict[Label, list[Part]]
    rulings: dict[Label, list[Digest]]

    def add(
        self, label: Label, finding: Finding | None, part: Part | None = None, ruling: Digest | None = None
    ) -> None:
        """Add a reason to ask the label again."""
        self.findings.setdefault(label, [])
        if finding is not None:
            self.findings[label].append(finding)
        if part is not None and part not in self.extra.setdefault(label, []):
            self.extra[label].append(part)
        if ruling is not None:
            self.rulings.setdefault(label, []).append(ruling)


async def repair(
    engine: Engine, material: Material, values: Mapping[Label, Any], findings: Sequence[Finding]
) -> dict[Label, Any]:
    """Return new conclusions of the units and test groups that the findings concern.

    Raises:
        Ambiguous: A ruling shows two readings of the pack.
        Unrepairable: A finding belongs to no unit and no test group.
    """
    design: DesignConclusion = values[DESIGN]
    asks = {a.question.label: a for a in (*ask_units(material, values), *ask_groups(material, values))}
    plan = _Plan({}, {}, {})
    disputes = [f for f in findings if f.test and f.expected and f.observed]
    for finding in findings:
        if finding not in disputes:
            plan.add(_owner(material, design, finding), finding)
    await _rule(engine, material, values, design, disputes, plan)
    revisions = [_revise(asks[label], plan, label) for label in plan.findings]
    return await engine.revise(revisions)


def _revise(ask: Ask, plan: _Plan, label: Label) -> Revision:
    return Revision(
        ask=ask,
        findings=tuple(plan.findings[label]),
        extra=tuple(plan.extra.get(label, ())),
        rulings=tuple(plan.rulings.get(label, ())),
    )


def _owner(material: Material, design: DesignConclusion, finding: Finding) -> Label:
    """Return the label whose answer the finding rejects."""
    path = (finding.test or "").partition("::")[0] or finding.path
    if finding.tests and finding.test is None:
        return group_label(_find_group(material, design, finding.clauses))
    group = next((g.id for g in design.groups if path in g.paths), None)
    if finding.unit is None and group is not None:
        return group_label(group)
    if finding.unit in {u.id for u in design.units}:
        return unit_label(str(finding.unit))
    if group is not None:
        return group_label(group)
    raise Unrepairable(
        f"{finding.code}: {finding.message}",
        kept="all answers are in the store",
        help="no unit or test group owns this; the pack or the design has to change",
    )


async def _rule(
    engine: Engine,
    material: Material,
    values: Mapping[Label, Any],
    design: DesignConclusion,
    disputes: Sequence[Finding],
    plan: _Plan,
) -> None:
    asked = [(f, ask_ruling(material, values, design, f, render_call(f))) for f in disputes]
    unique = {ask.question.label: ask for _, ask in asked}
    rulings = await engine.ask(list(unique.values())) if unique else {}
    for finding, ask in asked:
        ruling: Ruling = rulings[ask.question.label]
        digest = engine.answers[ask.question.label].digest
        if ruling.outcome is Outcome.AMBIGUOUS:
            raise Ambiguous(finding, ruling)
        test_is_right = ruling.outcome is (Outcome.FIRST if expected_is_first(finding) else Outcome.SECOND)
        told = _render_ruling(finding, ruling, test_is_right=test_is_right)
        part = Part(title="Ruling", text=f"{told}: {ruling.why}")
        if test_is_right or ruling.outcome is Outcome.NEITHER:
            shown = finding if test_is_right else replace(finding, expected="")
            asked_before = {label for label, answer in engine.answers.items() if digest in answer.chain}
            for unit in _suspects(material, design, ruling.clauses, finding, asked_before):
                plan.add(unit_label(unit), shown, part, digest)
        if not test_is_right:
            withheld = replace(finding, unit=None, observed="", path=None, line=None)
            quoted = finding.observed in ruling.why
            plan.add(_owner(material, design, withheld), withheld, replace(part, text=told) if quoted else part, digest)


def _find_group(material: Material, design: DesignConclusion, cited: Sequence[str]) -> str:
    """Return the test group that has the most of the clauses; the first one where none has any."""
    chosen = set(material.slicer.expand(cited))
    groups = [group for group in design.groups if group.id != DRIVER] or list(design.groups)
    return max(groups, key=lambda group: len(chosen & set(material.slicer.expand(group.clauses)))).id


def _suspects(
    material: Material, design: DesignConclusion, cited: Sequence[str], finding: Finding, asked: Set[Label]
) -> list[str]:
    """Return the units that a failing test may be the fault of.

    First those that cite the most of the ruling's clauses, or those of the entry points. Where a unit was asked under
    this very ruling and did not mend it, the cause lies elsewhere: then the rest, by how many of the ruling's clauses,
    else of the test's, they cite, or because they use a unit asked in vain.
    """
    ruled, tested = (set(material.slicer.expand(ids)) for ids in (cited, finding.clauses))
    owned = {unit.id: set(material.slicer.expand(unit.clauses)) for unit in design.units}
    cleared = {unit for unit in owned if unit_label(unit) in asked}
    if not cleared:
        most = max((len(ruled & clauses) for clauses in owned.values()), default=0)
        units = [unit for unit, clauses in owned.items() if most and len(ruled & clauses) == most]
        return units or sorted({entry.unit for entry in design.entry_points})
    ranks = {
        unit.id: (len(ruled & owned[unit.id]), len(tested & owned[unit.id]), bool(cleared & set(unit.depends)))
        for unit in design.units
        if unit.id not in cleared
    }
    best = max(ranks.values(), default=(0, 0, False))
    if not any(best):
        raise Unrepairable(
            f"`{finding.test}` fails, and each unit that could be at fault was asked in vain",
            kept="all answers and the ruling are in the store",
            help=f"look at {', '.join(f'`{clause}`' for clause in cited)}: no unit of the design answers for them",
        )
    return [unit for unit, rank in ranks.items() if rank == best]


def render_call(finding: Finding) -> str:
    """Return what a failing test did, as the target reports it in the evidence, without either outcome."""
    return "\n".join(finding.evidence) or f"`{finding.test}`"


def _render_ruling(finding: Finding, ruling: Ruling, *, test_is_right: bool) -> str:
    said = {
        Outcome.BOTH: "the clauses allow the asserted outcome and others",
        Outcome.NEITHER: "the clauses exclude the asserted outcome and the product's",
    }.get(
        ruling.outcome,
        "the clauses demand the asserted outcome" if test_is_right else "the clauses exclude the asserted outcome",
    )
    return f"- `{finding.test}`: {said} [{', '.join(ruling.clauses)}]"
