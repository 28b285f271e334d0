"""What a design has to place in units and test groups.

Path: understand -> **places** -> design. Where a document speaks in modals, the clauses that bind the system are placed
one by one. A behaviour document with few modals, or whose format obliges in their stead, means what every block of it
says, so its sections are placed whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specpack.middle.phases.material import Material
from specpack.model.clause import Bearer, Clause, ClauseId, Kind, Source
from specpack.model.pack import Document, Role

FEW_MODALS = 0.5
"""Share of statements with a force below which a document counts as one with few modals."""

_ASIDE = frozenset({Kind.DEFINITION, Kind.RATIONALE, Kind.INFORMATION, Kind.META, Kind.REFERENCE})
"""Kinds that say nothing to be built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Clauses that are to be placed together: a section by its key, or a document that has none."""

    title: str
    clauses: tuple[ClauseId, ...]
    whole: bool = False
    """Whether all of the section is to be placed, and not single clauses of it."""
    tested: bool = True
    """Whether the clauses are to be in a test group too, or set aside with a reason."""


def list_places(material: Material) -> tuple[Place, ...]:
    """Return the sections of behaviour documents by key, then platform and intervention documents."""
    return (*_list_sections(material), *_list_documents(material))


def render_places(places: Sequence[Place]) -> str:
    """Return one line for each place: its title, and which clauses are meant."""
    return "\n".join(
        f"- {place.title}: {'the whole section' if place.whole else ', '.join(place.clauses)}" for place in places
    )


def _list_sections(material: Material) -> Iterator[Place]:
    clauses = material.understanding.clauses
    sparse = {d.name for d in material.documents(Role.BEHAVIOUR) if _has_few_modals(material, d)}
    for section in sorted(material.understanding.sections, key=lambda s: s.key):
        own = [clauses[i] for i in section.clauses if i in clauses and i not in material.understanding.overridden]
        binding = [c.id for c in own if _binds(c)]
        said = [c.id for c in own if _says(c)]
        whole = section.document in sparse
        if said if whole else binding:
            yield Place(title=f"`{section.key}`", clauses=tuple(said if whole else binding), whole=whole)


def _list_documents(material: Material) -> Iterator[Place]:
    for document in material.documents(Role.PLATFORM, Role.INTERVENTION):
        binding = tuple(c.id for c in material.clauses_of([document]) if _binds(c))
        if binding:
            yield Place(title=f"document `{document.key}`", clauses=binding, tested=False)


def _says(clause: Clause) -> bool:
    """Return whether a clause of a section that is placed whole has to be covered; a lead-in says nothing alone."""
    leads_in = clause.kind is Kind.GROUP or clause.composed.rstrip().endswith(":")
    return clause.bearer is Bearer.SYSTEM and clause.kind not in _ASIDE and not leads_in


def _binds(clause: Clause) -> bool:
    return bool(clause.force and clause.force.binding and clause.bearer is Bearer.SYSTEM)


def _has_few_modals(material: Material, document: Document) -> bool:
    clauses = material.clauses_of([document])
    statements = [c for c in clauses if c.kind is Kind.NORM]
    if not statements:
        return not any(c.modality and c.modality.source is not Source.FORMAT for c in clauses)
    said = [c for c in statements if c.modality and c.modality.source is not Source.FORMAT]
    return len(said) < FEW_MODALS * len(statements)
