"""Ask for the files of each unit, side by side.

Path: design -> **write** -> assemble. A question shows the unit's clauses, its own signatures and those of the units
that it depends on; never another unit's body.
"""

from collections.abc import Iterable, Sequence

from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.files import decode_files, files_ask
from specpack.middle.phases.material import Material, Values
from specpack.middle.phases.views import add_context, render_conclusions, render_signatures
from specpack.model.conclusion import DesignConclusion, FilesConclusion, Phase, Unit
from specpack.model.finding import Finding
from specpack.model.question import Ask, Label, Part

__all__ = ["ask_units", "decode_files", "unit_label"]


def unit_label(unit: str) -> Label:
    """Return the label of a unit's question."""
    return Label(f"write/{unit}")


def ask_units(material: Material, values: Values) -> Sequence[Ask]:
    """Return one ask a unit, in the order of the design."""
    design: DesignConclusion = values[DESIGN]
    return [_ask_unit(material, values, design, unit) for unit in design.units]


def _ask_unit(material: Material, values: Values, design: DesignConclusion, unit: Unit) -> Ask:
    depends = {path for u in design.units if u.id in unit.depends for path in u.paths}
    own = "\n".join(f"- `{path}`" for path in unit.paths)
    packages = "\n".join(f"- `{p.name}`, imported as `{p.imports}`: {p.reason}" for p in design.packages)
    parts = [
        Part(title="Unit", text=f"`{unit.id}`: {unit.purpose}\n\n{own}"),
        Part(title="Signatures to keep", text=render_signatures(design, unit.paths)),
    ]
    if depends:
        parts.append(Part(title="Signatures of the units it depends on", text=render_signatures(design, depends)))
    parts.append(Part(title="Clauses", text=material.slicer.render_clauses(unit.clauses)))
    conclusions = render_conclusions(material, values, design, unit.clauses)
    if conclusions:
        parts.append(Part(title="Conclusions", text=conclusions))
    parts.append(Part(title="Packages", text=packages or "none"))

    def check(value: FilesConclusion) -> Iterable[Finding]:
        yield from material.target.check_unit(value.files, design, unit.id)
        cited = [i for g in value.gaps for i in g.clauses] + [d.clause for d in value.deviations]
        yield from material.check_ids(cited, f"unit `{unit.id}`", values)

    ask = files_ask(
        label=unit_label(unit.id),
        phase=Phase.WRITE,
        contract=material.contract("write"),
        parts=(*parts, *material.rules_that_bind(Phase.WRITE, values)),
        paths=unit.paths,
        check=check,
        weight=1_800 * len(unit.paths),
    )
    return add_context(material, values, design, ask)
