"""What a build would ask again after an edit, and why, as far as it is known before anything is asked.

Path: understanding, lock, store -> **foresight** -> diff. Questions are made as a build makes them. Where one would be
asked, its earlier answer stands in for the new one, so that later questions are known too; what hangs on the new answer
alone is told as possible.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from specpack.middle.answers import read_answer
from specpack.middle.asking import Settings
from specpack.middle.lock import Lock
from specpack.middle.phases.behaviour import ask_behaviour
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.design import ask_design
from specpack.middle.phases.interventions import ask_interventions
from specpack.middle.phases.material import Material
from specpack.middle.phases.policy import ask_policies
from specpack.middle.phases.test import ask_groups, group_label
from specpack.middle.phases.write import ask_units, unit_label
from specpack.middle.recall import Recall
from specpack.middle.requests import digest_question, encode_question
from specpack.middle.store import Missing, Store
from specpack.middle.tokens import estimate_tokens
from specpack.model.clause import ClauseId
from specpack.model.conclusion import ASKED, DesignConclusion, Phase
from specpack.model.pack import Digest, Role
from specpack.model.question import Ask, Label, Question, ReplyBlock
from specpack.model.understanding import Understanding

_PHASE_ORDER = ("policy", "interventions", "behaviour", "design")
_PHASES = frozenset(phase.value for phase in ASKED if phase is not Phase.RULING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reask:
    """A question that a build would ask, or may have to ask."""

    label: Label
    certain: bool
    """Whether the question itself differs from the one that was answered; else it hangs on `after`."""
    parts: tuple[str, ...] = ()
    """Titles of what differs in it; empty for a question that no build asked yet."""
    clauses: tuple[ClauseId, ...] = ()
    """The changed clauses that it shows or showed."""
    after: tuple[Label, ...] = ()
    """Questions whose new answers it hangs on."""
    reason: str = ""
    """Why, where no part differs."""
    tokens: int = 0
    """Tokens of what the question itself shows, at most; what travels with its request comes on top."""
    answer_tokens: int = 0
    """Tokens of the answer that the last build has for it, 0 where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What a build would ask. `recorded` says whether a build is on record; without one nothing is asked "again"."""

    recorded: bool
    asked: tuple[Reask, ...]
    kept: int = 0
    """How many questions have their answers already."""
    seen: tuple[Label, ...] = ()
    """All questions that were gone through, in the order of their phases."""
    dropped: tuple[Label, ...] = ()
    """Questions of the last build that would not be asked any more."""
    whole: bool = True
    """Whether units and test groups are known; they are not before a design is."""


def foresee_questions(
    material: Material, store: Store, lock: Lock, shipped: Lock, changed: Collection[ClauseId]
) -> Foresight:
    """Return what a build would ask, in the order of its phases.

    Args:
        material: The pack as it is now, and its target.
        store: What is remembered; nothing is written.
        lock: Pins of the last build.
        shipped: Pins of the standard pack's own answers.
        changed: Clauses that differ, those that are gone among them.

    Raises:
        Rejected: The lock pins an answer to another question.
        Unavailable: The store cannot be read.
    """
    foreseeing = _Foreseeing(store, lock, shipped, frozenset(changed))
    for step in (ask_policies, ask_interventions, ask_behaviour, ask_design):
        foreseeing.take(step(material, foreseeing.values))
    design: DesignConclusion | None = foreseeing.values.get(DESIGN)
    if design is not None:
        values = foreseeing.values
        foreseeing.take([*ask_units(material, values), *ask_groups(material, values)])
    certain = tuple(foreseeing.asked.values())
    possible = tuple(_list_possible(material, design, foreseeing))
    seen = foreseeing.seen
    dropped = tuple(Label(p.label) for p in lock.pins if p.label.partition("/")[0] in _PHASES and p.label not in seen)
    return Foresight(
        recorded=True,
        asked=(*certain, *possible),
        kept=len(seen) - len(certain) - len(possible),
        seen=tuple(seen),
        dropped=dropped if design is not None else (),
        whole=design is not None,
    )


def list_concerned(sides: Sequence[tuple[Understanding, Collection[ClauseId]]], now: Understanding) -> Foresight:
    """Return the questions that changed clauses belong to, for a pack without a record of a build.

    Args:
        sides: Versions of the pack, each with changed clauses that it holds.
        now: The version that would be built.
    """
    known = {f"behaviour/{section.key}" for section in now.sections} | {"interventions", "design"}
    known |= {f"policy/{document.key}" for document in now.pack.documents}
    found: dict[Label, dict[ClauseId, None]] = {}
    for understanding, changed in sides:
        wanted = frozenset(changed)
        for section in understanding.sections:
            for name in section.clauses:
                if name in wanted:
                    found.setdefault(Label(f"behaviour/{section.key}"), {})[name] = None
        roles = {d.name: (d.role, d.key) for d in understanding.pack.documents}
        for name in (clause.id for clause in understanding.clauses.values() if clause.id in wanted):
            role, key = roles[understanding.clauses[name].document]
            label = _label_document(role, key)
            if label:
                found.setdefault(label, {})[name] = None
    asked = [Reask(label=label, certain=True, clauses=tuple(ids)) for label, ids in found.items() if label in known]
    asked.sort(key=lambda reask: (_PHASE_ORDER.index(reask.label.partition("/")[0]), reask.label))
    return Foresight(recorded=False, asked=tuple(asked), whole=False)


def _label_document(role: Role, key: str) -> Label | None:
    if role in (Role.POLICY, Role.LANGUAGE):
        return Label(f"policy/{key}")
    return {Role.INTERVENTION: Label("interventions"), Role.PLATFORM: DESIGN}.get(role)


class _Foreseeing:
    """Questions gone through so far, with their answers or what stands in for them."""

    def __init__(self, store: Store, lock: Lock, shipped: Lock, changed: frozenset[ClauseId]) -> None:
        self.values: dict[Label, Any] = {}
        self.asked: dict[Label, Reask] = {}
        self.seen: dict[Label, Phase] = {}
        self._store, self._changed = store, changed
        self._pins = {pin.label: pin for pin in lock.pins}
        self._recall = Recall(store, lock, shipped, Settings())

    def take(self, asks: Sequence[Ask]) -> None:
        """Go through the questions of a phase."""
        found = dict(self._settle(ask) for ask in asks)
        self.values |= {label: value for label, value in found.items() if value is not None}

    def _settle(self, ask: Ask) -> tuple[Label, Any]:
        label = ask.question.label
        self.seen[label] = ask.question.phase
        answer = self._recall.find(ask, None)
        if answer is not None:
            return label, ask.decode(answer.blocks)
        blocks: Sequence[ReplyBlock] = ()
        pin = self._pins.get(label)
        try:
            blocks = read_answer(self._store, pin.answer).blocks if pin else ()
            value = ask.decode(blocks) if blocks else None
        except (Missing, ValueError):
            value = None
        self.asked[label] = replace(
            self._explain(ask.question),
            tokens=sum(estimate_tokens(part.text) for part in ask.question.shown),
            answer_tokens=sum(estimate_tokens(block.text) for block in blocks),
        )
        return label, value

    def _explain(self, question: Question) -> Reask:
        """Return why a question is asked, by comparing it with the one that the last build asked."""
        pin = self._pins.get(question.label)
        new: Any = encode_question(question)
        shown = zip(new["parts"], question.shown, strict=True)
        texts = {(title, digest): part.text for (title, digest), part in shown}
        old = self._read_question(pin.question) if pin else None
        if pin is None or old is None or pin.question == digest_question(question):
            clauses = self._find_changed(texts.values())
            same = pin is not None and pin.question == digest_question(question)
            reason = "its answer is in no store here" if same else "what the last build asked is in no store here"
            reason = reason if pin else "no build asked it yet"
            return Reask(label=question.label, certain=True, clauses=clauses, reason=reason)
        before = [(title, digest) for title, digest in old["parts"]]
        differing = [text for key, text in texts.items() if key not in before]
        differing += [self._read_text(digest) for title, digest in before if (title, digest) not in texts]
        titles = [title for title, digest in texts if (title, digest) not in before]
        titles += [title for title, digest in before if (title, digest) not in texts]
        titles += ["the contract"] if old["contract"] != new["contract"] else []
        titles += ["the expected blocks"] if old["expected"] != new["expected"] else []
        return Reask(
            label=question.label,
            certain=True,
            parts=tuple(dict.fromkeys(titles)),
            clauses=self._find_changed(differing),
        )

    def _find_changed(self, texts: Collection[str]) -> tuple[ClauseId, ...]:
        text = "\n".join(texts)
        return tuple(sorted(name for name in self._changed if f"‹{name}›" in text))

    def _read_question(self, digest: Digest) -> Mapping[str, Any] | None:
        try:
            value: Any = self._store.read_value(digest)
        except Missing:
            return None
        return value if isinstance(value, dict) and {"parts", "contract", "expected"} <= value.keys() else None

    def _read_text(self, digest: str) -> str:
        try:
            return self._store.read_bytes(Digest(digest)).decode("utf-8", "replace")
        except Missing:
            return ""


def _list_possible(material: Material, design: DesignConclusion | None, known: _Foreseeing) -> Iterator[Reask]:
    """Yield the questions that stay as they are unless a question before them gets another answer."""
    policies = [label for label in known.asked if label.startswith("policy/")]
    behaviour = {
        Label(f"behaviour/{section.key}"): frozenset(section.clauses)
        for section in material.understanding.sections
        if f"behaviour/{section.key}" in known.asked
    }
    closed = [label for label in known.asked if label == "interventions"]
    cited: dict[Label, frozenset[ClauseId]] = {}
    if design is not None:
        cited |= {unit_label(u.id): frozenset(material.slicer.expand(u.clauses)) for u in design.units}
        cited |= {group_label(g.id): frozenset(material.slicer.expand(g.clauses)) for g in design.groups}
    for label, phase in known.seen.items():
        if label in known.asked or phase in (Phase.POLICY, Phase.INTERVENTIONS):
            continue
        after = list(policies)
        if phase is Phase.DESIGN:
            after += [*closed, *behaviour]
        elif phase in (Phase.WRITE, Phase.TEST):
            after += [DESIGN] if DESIGN in known.asked else []
            after += [name for name, own in behaviour.items() if not own.isdisjoint(cited.get(label, ()))]
        if after:
            yield Reask(label=label, certain=False, after=tuple(after))
