"""Gather what a build knows into one record.

Path: conclude -> **record** -> assemble, logs, trace, ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from specpack.middle.conclude import files_of
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.material import Material
from specpack.middle.phases.places import list_places
from specpack.model.clause import ClauseId
from specpack.model.conclusion import DesignConclusion, Dispute, PolicyConclusion
from specpack.model.question import Label
from specpack.model.record import BuildRecord


def gather_record(
    material: Material,
    values: Mapping[Label, Any],
    *,
    lockfile: str,
    disputes: Sequence[Dispute],
    gates: Mapping[str, str],
) -> BuildRecord:
    """Return the record of the conclusions; `gates` maps clauses to the gates that check them."""
    design = _expand_sections(material, values[DESIGN])
    files = files_of(values)
    units: dict[ClauseId, list[str]] = {}
    for unit in design.units:
        for clause in material.slicer.expand(unit.clauses):
            units.setdefault(clause, []).append(unit.id)
    tests: dict[str, list[str]] = {}
    for label, value in files.items():
        if label.startswith("test/"):
            for test, ids in material.target.cited_ids(value.files).items():
                for cited in sorted(material.with_members(ids)):
                    tests.setdefault(cited, []).append(test)
    bindings = {
        binding.clause: binding.check
        for value in values.values()
        if isinstance(value, PolicyConclusion)
        for binding in value.bindings
        if binding.phases
    }
    return BuildRecord(
        understanding=material.understanding,
        design=design,
        files={label: value.files for label, value in files.items()},
        lockfile=lockfile,
        assumptions=(*material.behaviour(values).assumptions, *design.assumptions),
        deviations=tuple(d for value in files.values() for d in value.deviations),
        disputes=tuple(disputes),
        units={clause: tuple(names) for clause, names in units.items()},
        tests={cited: tuple(names) for cited, names in tests.items()},
        unforced=frozenset(i for place in list_places(material) if place.whole for i in place.clauses),
        bindings=bindings,
        gates=gates,
    )


def _expand_sections(material: Material, design: DesignConclusion) -> DesignConclusion:
    """Return the design with clause ids in place of section keys."""

    def expand(cited: tuple[str, ...]) -> tuple[str, ...]:
        known = material.slicer.sections
        own = [i for i in cited if i not in known and i not in material.understanding.clauses]
        return (*material.slicer.expand(cited), *own)

    return replace(
        design,
        units=tuple(replace(u, clauses=expand(u.clauses)) for u in design.units),
        groups=tuple(replace(g, clauses=expand(g.clauses)) for g in design.groups),
        untested=tuple(replace(u, clauses=expand(u.clauses)) for u in design.untested),
    )
