"""Ask each section of the behaviour documents what a user of the system could notice.

Path: clauses -> **behaviour** -> design, write, test. The gate rejects an answer that commits too early: a path, a
package, a signature or a word of the target that the pack itself does not use.
"""

import re
from collections.abc import Iterable, Sequence

from specpack.middle.codes import Code
from specpack.middle.phases.material import Material, Values, decode_data, judge_data, reject
from specpack.model.clause import Kind, Section
from specpack.model.conclusion import BehaviourConclusion, Gap, Phase
from specpack.model.finding import Finding
from specpack.model.pack import Role
from specpack.model.question import Ask, Expected, Label, Part, Question

_ASSUMPTION = re.compile(r"assume\.[a-z0-9]+(?:-[a-z0-9]+)*")
_SAYS_NOTHING = frozenset({Kind.DEFINITION, Kind.ENUMERATION, Kind.META, Kind.RATIONALE, Kind.REFERENCE})
_COMMITMENTS = (
    ("a file path", re.compile(r"\b[\w-]+(?:/[\w-]+)*\.(?:py|go|ts|js|rs|java|toml|cfg|ini)\b")),
    ("a signature", re.compile(r"\b\w+\([^()]*\)\s*->\s*\w+")),
    ("a call", re.compile(r"\b[a-z]\w*(?:\.\w+)*\((?:[\w\s,=*'\"]*)\)")),
)


def ask_behaviour(material: Material, values: Values) -> Sequence[Ask]:
    """Return one ask a section; a section of definitions alone says nothing of its own."""
    clauses = material.understanding.clauses
    return [
        _ask_section(material, section, values)
        for section in material.understanding.sections
        if any(clauses[i].kind not in _SAYS_NOTHING for i in section.clauses)
    ]


def render_gaps(gaps: Sequence[Gap]) -> Part:
    """Return the part by which a section is asked again to settle silences that a later phase met."""
    lines = [f"- {gap.question} (clauses: {', '.join(gap.clauses)})" for gap in gaps]
    return Part(title="Gaps", text="\n".join(sorted(set(lines))))


def _ask_section(material: Material, section: Section, values: Values) -> Ask:
    document = next(d for d in material.understanding.pack.documents if d.name == section.document)
    citable = material.known_ids({})
    blocks = material.understanding.blocks[section.document]
    places = [blocks[i].span for i in section.blocks]
    declared = [
        e.id
        for e in material.understanding.errors
        if e.declared.document == section.document and any(p.start <= e.declared.start < p.end for p in places)
    ]
    preamble = material.slicer.render_preamble(section)
    source = "\n".join(d.text for d in material.documents(Role.BEHAVIOUR, Role.PLATFORM, Role.INTERVENTION))

    def check(value: BehaviourConclusion) -> Iterable[Finding]:
        for place, clauses in _citations(value):
            if not clauses:
                yield reject(f"{place} cites no clause")
            for clause in clauses:
                if clause not in citable:
                    yield reject(f"{place} cites `{clause}`, which is no clause of the request")
        stated = {error.id for error in value.errors}
        for error in declared:
            if error not in stated:
                yield reject(f"the section declares the error id `{error}`, which `errors` leaves out")
        known = {e.id for e in material.understanding.errors}
        for error in sorted(stated - known) if known else ():
            yield reject(f"`errors` invents the id `{error}`, which no clause declares")
        for assumption in value.assumptions:
            if not _ASSUMPTION.fullmatch(assumption.id):
                yield reject(f"assumption id `{assumption.id}` has not the form `assume.<words-with-hyphens>`")
        yield from _find_commitments(value, source, material.target.keywords)

    return Ask(
        question=Question(
            label=Label(f"behaviour/{section.key}"),
            phase=Phase.BEHAVIOUR,
            contract=material.contract("behaviour"),
            parts=(
                *([Part(title=f"Beginning and definitions of `{document.key}`", text=preamble)] if preamble else []),
                Part(title=f"Section `{section.key}`", text=material.slicer.render_section(section)),
            ),
            derived=material.rules_that_bind(Phase.BEHAVIOUR, values),
            expected=(Expected(kind="data", form=BehaviourConclusion),),
        ),
        decode=decode_data(BehaviourConclusion),
        judge=judge_data(BehaviourConclusion, check),
        weight=600,
    )


def _citations(value: BehaviourConclusion) -> Iterable[tuple[str, tuple[str, ...]]]:
    for operation in value.operations:
        yield f"operation `{operation.name}`", operation.clauses
    for kind in value.types:
        yield f"type `{kind.name}`", kind.clauses
    for rule in value.rules:
        yield f"rule `{rule.rule[:40]}`", rule.clauses
    for error in value.errors:
        yield f"error `{error.id}`", error.clauses
    for boundary in value.boundaries:
        yield f"boundary `{boundary.name}`", boundary.clauses
    for assumption in value.assumptions:
        yield f"assumption `{assumption.id}`", assumption.clauses
    for ambiguity in value.ambiguities:
        yield "an ambiguity", ambiguity.clauses


def _texts(value: BehaviourConclusion) -> Iterable[str]:
    for operation in value.operations:
        yield from (operation.name, operation.takes, operation.gives)
    for kind in value.types:
        yield from (kind.name, *kind.fields)
    yield from (rule.rule for rule in value.rules)
    yield from (error.when for error in value.errors)
    for boundary in value.boundaries:
        yield from (boundary.name, boundary.purpose)
    for assumption in value.assumptions:
        yield from (assumption.silence, assumption.decision)


def _find_commitments(value: BehaviourConclusion, source: str, keywords: frozenset[str]) -> Iterable[Finding]:
    words = re.compile("|".join(rf"(?<!\w){re.escape(k)}(?!\w)" for k in sorted(keywords)) or r"(?!)")
    for text in _texts(value):
        for what, pattern in (*_COMMITMENTS, ("a word of the target", words)):
            for match in pattern.finditer(text):
                if match[0] not in source and not _names_call(match[0], source):
                    yield reject(
                        f"`{match[0]}` is {what}: it commits to a design, and no document has it", code=Code.COMMITMENT
                    )


def _names_call(text: str, source: str) -> bool:
    """Whether a text calls what the documents name as code: the arguments may then be an example's."""
    name, bracket, _ = text.partition("(")
    return bool(bracket) and (f"{name}(" in source or f"`{name}`" in source)
