"""What all phases draw on: the understood pack, its contracts, the target, and the conclusions so far.

Path: understand -> **material** -> asks of every phase.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from specpack.middle.codec import parse_data
from specpack.middle.codes import Code
from specpack.middle.slices import ANCHOR, Slicer
from specpack.model.clause import Clause, Kind
from specpack.model.conclusion import BehaviourConclusion, Phase, PolicyConclusion
from specpack.model.finding import Finding
from specpack.model.pack import Document, Role
from specpack.model.question import Accepted, Label, Part, ReplyBlock
from specpack.model.target import Target
from specpack.model.understanding import Understanding

T = TypeVar("T")

Values = Mapping[Label, Any]
"""Conclusions so far by label."""


@dataclass(frozen=True)
class Material:
    """The pack as phases see it."""

    understanding: Understanding
    target: Target

    @cached_property
    def slicer(self) -> Slicer:
        """The cutter of slices."""
        return Slicer(self.understanding)

    @cached_property
    def package(self) -> str:
        """Name of the codebase's own package: the pack's name with underscores."""
        return self.understanding.pack.name.replace("-", "_")

    def documents(self, *roles: Role) -> tuple[Document, ...]:
        """Return the documents of the roles that take part: of `std`'s language documents only the target's."""
        return tuple(
            d
            for d in self.understanding.pack.documents
            if d.role in roles
            and not (d.role is Role.LANGUAGE and d.pack == "std" and d.path != self.target.language_document)
        )

    def contract(self, name: str) -> str:
        """Return the text of a contract document, without anchors."""
        document = next(
            d
            for d in self.documents(Role.CONTRACT)
            if d.path.endswith(f"contracts/{name}.md") or d.path == f"{name}.md"
        )
        return ANCHOR.sub("", document.text)

    def clauses_of(self, documents: Iterable[Document]) -> tuple[Clause, ...]:
        """Return the clauses of the documents that are not overridden, in source order."""
        names = {d.name for d in documents}
        return tuple(
            c
            for c in self.understanding.clauses.values()
            if c.document in names and c.id not in self.understanding.overridden
        )

    def rules_that_bind(self, phase: Phase, values: Values) -> tuple[Part, ...]:
        """Return the policy and language clauses that bind a phase, as the policy conclusions say; () for none."""
        bound = [
            binding.clause
            for value in values.values()
            if isinstance(value, PolicyConclusion)
            for binding in value.bindings
            if phase in binding.phases and binding.clause not in self.understanding.overridden
        ]
        text = self.slicer.render_clauses(bound)
        return (Part(title=f"Rules that bind the phase {phase.value}", text=text),) if text else ()

    def whole_documents(self, *roles: Role) -> tuple[Part, ...]:
        """Return the documents of the roles whole, one part each."""
        return tuple(
            Part(title=f"Document of the role {d.role.value}", text=self.slicer.render_document(d))
            for d in self.documents(*roles)
        )

    def behaviour(self, values: Values) -> BehaviourConclusion:
        """Return the behaviour conclusions of all sections as one; clashing assumption ids are numbered.

        The order is that of the labels, so that moving a section or a document changes no later question.
        """
        parts = [values[label] for label in sorted(values) if isinstance(values[label], BehaviourConclusion)]
        return merge_behaviour(parts)

    def known_ids(self, values: Values) -> frozenset[str]:
        """Return every id that an answer may cite."""
        assumed = [a.id for a in self.behaviour(values).assumptions]
        return frozenset([*self.understanding.clauses, *self.slicer.sections, *assumed])

    def with_members(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids with all that stands below them, and each group all of whose items are among them.

        Who cites a group cites its items, who cites a table's lead-in cites its rows. One item does not stand for its
        group: a lead-in may say "exactly".
        """
        clauses = self.understanding.clauses
        covered = set(ids)
        items: dict[str, set[str]] = {}
        for clause in clauses.values():
            if clause.parent in covered:
                covered.add(clause.id)
            if clause.parent and clause.force and clauses[clause.parent].kind is Kind.GROUP:
                items.setdefault(clause.parent, set()).add(clause.id)
        return frozenset(covered | {group for group, below in items.items() if below <= covered})

    def check_ids(self, ids: Iterable[str], place: str, values: Values) -> tuple[Finding, ...]:
        """Return a finding for each id that does not exist."""
        known = self.known_ids(values)
        return tuple(
            reject(f"{place} cites `{i}`, which is no clause, section or assumption of the request")
            for i in dict.fromkeys(ids)
            if i not in known
        )


def reject(message: str, *, code: Code = Code.PHASE, gate: str = "phase", clauses: Sequence[str] = ()) -> Finding:
    """Return a finding of a phase's gate."""
    return Finding(code=code.value, gate=gate, message=message, clauses=tuple(clauses))


def data_block(blocks: Sequence[ReplyBlock]) -> str:
    """Return the text of the data block, an empty object where it was left out."""
    return next((b.text for b in blocks if b.kind == "data"), "{}")


def decode_data(kind: type[T]) -> Callable[[Sequence[ReplyBlock]], T]:
    """Return a decoder of stored answers that hold one data block."""

    def decode(blocks: Sequence[ReplyBlock]) -> T:
        value, findings = parse_data(kind, data_block(blocks))
        if value is None:
            raise ValueError(findings[0].message)
        return value

    return decode


def judge_data(kind: type[T], check: Callable[[T], Iterable[Finding]]) -> Callable[[Sequence[ReplyBlock]], Accepted]:
    """Return a judge of fresh answers that hold one data block."""

    def judge(blocks: Sequence[ReplyBlock]) -> Accepted:
        value, findings = parse_data(kind, data_block(blocks))
        if value is not None:
            findings = tuple(check(value))
        return Accepted(value=value, findings=findings)

    return judge


def merge_behaviour(parts: Sequence[BehaviourConclusion]) -> BehaviourConclusion:
    """Return the conclusions of several sections as one; an assumption id used twice gets a number."""
    seen: dict[str, int] = {}
    assumptions = []
    for part in parts:
        for assumption in part.assumptions:
            count = seen[assumption.id] = seen.get(assumption.id, 0) + 1
            numbered = assumption.id if count == 1 else f"{assumption.id}-{count}"
            assumptions.append(replace(assumption, id=numbered))
    return BehaviourConclusion(
        operations=tuple(x for p in parts for x in p.operations),
        types=tuple(x for p in parts for x in p.types),
        rules=tuple(x for p in parts for x in p.rules),
        errors=tuple(x for p in parts for x in p.errors),
        boundaries=tuple(x for p in parts for x in p.boundaries),
        assumptions=tuple(assumptions),
        ambiguities=tuple(x for p in parts for x in p.ambiguities),
    )
