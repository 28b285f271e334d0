"""The questions of a review, each with the gate of its answer.

Path: understanding, contracts -> **questions** -> engine. Whoever confirms or objects is shown clauses and the thing,
and nothing of what others said about it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from specpack.middle.canonical import digest_value
from specpack.middle.phases.material import Material, decode_data, judge_data, reject
from specpack.model.clause import Clause, ClauseId, Section
from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.pack import Role
from specpack.model.question import Ask, Expected, Label, Part, Question
from specpack.model.review import (
    Artefact,
    Core,
    CoreCheck,
    Literalism,
    Objection,
    PackReview,
    Prosecution,
    SectionReview,
    Suspicion,
)

T = TypeVar("T")

Contracts = Callable[[str], str]
"""Name -> text of a contract."""

OF_SECTION = frozenset({"SP202", "SP312", "SP323", "SP502", "SP503", "SP508", "SP601"})
OF_PACK = frozenset({"SP207", "SP401", "SP403"})
_MOST_ARTEFACTS = 3


def ask_section(material: Material, contract: Contracts, section: Section) -> Ask:
    """Return the ask for what one section leaves open."""
    parts = _show_section(material, section)
    known = _find_shown(material, parts)

    def check(value: SectionReview) -> Iterable[Finding]:
        return _check_findings(material, value.findings, known, OF_SECTION)

    return _make_ask(f"review/section/{section.key}", contract("section"), parts, SectionReview, check, 600)


def ask_whole(material: Material, contract: Contracts) -> Ask:
    """Return the ask for what the binding clauses of the pack's own documents say against each other."""
    clauses = list_binding(material)
    defined = [material.understanding.clauses[i] for i in material.understanding.definitions.values()]
    own = material.understanding.pack.layers[-1]
    documents = {d.name for d in material.understanding.pack.documents if d.pack == own}
    shown = [*clauses, *(c for c in defined if c.document in documents)]
    parts = [Part(title="Clauses", text="\n".join(f"- ‹{c.id}› {c.composed}" for c in shown))]
    known = {clause.id for clause in shown}

    def check(value: PackReview) -> Iterable[Finding]:
        yield from _check_findings(material, value.findings, known, OF_PACK)
        for core in value.cores:
            yield from _check_ids(core.clauses, known)
            if len(set(core.clauses)) < 2:
                yield reject("a core of one clause is no set that cannot be obeyed together")

    return _make_ask("review/whole", contract("whole"), parts, PackReview, check, 800)


def ask_core(material: Material, contract: Contracts, core: Core) -> Ask:
    """Return the blind ask whether one system can obey the clauses of a core."""
    clauses = [material.understanding.clauses[ClauseId(i)] for i in sorted(set(core.clauses))]
    parts = [Part(title="Clauses", text="\n".join(f"- {clause.composed}" for clause in clauses))]
    label = f"review/core/{_digest(*(c.id for c in clauses))}"
    return _make_ask(label, contract("core"), parts, CoreCheck, lambda value: (), 100)


def ask_literalist(material: Material, contract: Contracts, section: Section) -> Ask:
    """Return the ask for the laziest things that a section permits."""
    parts = _show_section(material, section)
    known = _find_shown(material, parts)

    def check(value: Literalism) -> Iterable[Finding]:
        if len(value.artefacts) > _MOST_ARTEFACTS:
            yield reject(f"{len(value.artefacts)} artefacts are more than {_MOST_ARTEFACTS}")
        for artefact in value.artefacts:
            yield from _check_ids(artefact.clauses, known)

    return _make_ask(f"review/literal/{section.key}", contract("literalist"), parts, Literalism, check, 300)


def ask_prosecutor(material: Material, contract: Contracts, section: Section, artefact: Artefact) -> Ask:
    """Return the ask which clause forbids an artefact."""
    parts = [*_show_section(material, section), Part(title="The thing", text=artefact.describes)]
    known = _find_shown(material, parts)

    def check(value: Prosecution) -> Iterable[Finding]:
        return _check_ids(value.forbidden_by, known, few=True)

    label = f"review/prosecute/{_digest(section.key, artefact.describes)}"
    return _make_ask(label, contract("prosecutor"), parts, Prosecution, check, 100)


def ask_reviewer(material: Material, contract: Contracts, section: Section, artefact: Artefact) -> Ask:
    """Return the ask whether an artefact would be taken; what the prosecutor said is not shown."""
    parts = [*_show_section(material, section), Part(title="The thing", text=artefact.describes)]

    def check(value: Objection) -> Iterable[Finding]:
        if value.objectionable and not (value.positive and value.negative):
            yield reject("an objection proposes no pair of clauses")

    label = f"review/object/{_digest(section.key, artefact.describes)}"
    return _make_ask(label, contract("reviewer"), parts, Objection, check, 150)


def list_binding(material: Material) -> Sequence[Clause]:
    """Return the binding clauses of the pack's own documents that are not overridden, in source order."""
    own = material.understanding.pack.layers[-1]
    documents = [d for d in material.understanding.pack.documents if d.pack == own and d.role is not Role.CONTRACT]
    return [c for c in material.clauses_of(documents) if c.force and c.force.binding]


def _show_section(material: Material, section: Section) -> list[Part]:
    parts = [Part(title=f"Section `{section.key}`", text=material.slicer.render_section(section))]
    preamble = material.slicer.render_preamble(section)
    return [*([Part(title="Beginning and definitions", text=preamble)] if preamble else []), *parts]


def _find_shown(material: Material, parts: Sequence[Part]) -> set[ClauseId]:
    text = "\n".join(part.text for part in parts)
    return {i for i in material.understanding.clauses if f"‹{i}›" in text}


def _make_ask(
    label: str,
    contract: str,
    parts: Sequence[Part],
    form: type[T],
    check: Callable[[T], Iterable[Finding]],
    weight: int,
) -> Ask:
    return Ask(
        question=Question(
            label=Label(label),
            phase=Phase.REVIEW,
            contract=contract,
            parts=tuple(parts),
            expected=(Expected(kind="data", form=form),),
        ),
        decode=decode_data(form),
        judge=judge_data(form, check),
        weight=weight,
    )


def _check_findings(
    material: Material, findings: Sequence[Suspicion], known: set[ClauseId], codes: frozenset[str]
) -> Iterable[Finding]:
    """Reject codes that were not offered, ids that were not shown, and words that stand in none of the clauses."""
    for finding in findings:
        if finding.code not in codes:
            yield reject(f"`{finding.code}` is none of the codes: {', '.join(sorted(codes))}")
        yield from _check_ids(finding.clauses, known)
        cited = [material.understanding.clauses[ClauseId(i)] for i in finding.clauses if i in known]
        if cited and not any(_fold(finding.words) in _fold(clause.composed) for clause in cited):
            yield reject(f"the words `{finding.words[:80]}` stand in none of the clauses that the finding cites")


def _check_ids(ids: Sequence[str], known: set[ClauseId], *, few: bool = False) -> Iterable[Finding]:
    if not ids and not few:
        yield reject("a finding cites no clause")
    for cited in ids:
        if cited not in known:
            yield reject(f"`{cited}` is no clause of the request")


def _fold(text: str) -> str:
    return " ".join(text.replace("`", "").replace("*", "").casefold().split())


def _digest(*texts: str) -> str:
    return digest_value(list(texts))[:12]
