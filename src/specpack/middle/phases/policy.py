"""Ask each policy and language document alone where its clauses take effect.

Path: clauses -> **policy** -> every later phase is shown the rules that bind it.
"""

from collections.abc import Iterable, Sequence

from specpack.middle.phases.material import Material, Values, decode_data, judge_data, reject
from specpack.model.conclusion import Phase, PolicyConclusion
from specpack.model.finding import Finding
from specpack.model.pack import Document, Role
from specpack.model.question import Ask, Expected, Label, Part, Question

_LATER = (Phase.BEHAVIOUR, Phase.DESIGN, Phase.WRITE, Phase.TEST, Phase.RULING)


def ask_policies(material: Material, values: Values) -> Sequence[Ask]:
    """Return one ask a policy or language document; project behaviour is in none of them."""
    del values
    return [_ask_policy(material, d) for d in material.documents(Role.POLICY, Role.LANGUAGE)]


def _ask_policy(material: Material, document: Document) -> Ask:
    forced = [c.id for c in material.clauses_of([document]) if c.force is not None]

    def check(value: PolicyConclusion) -> Iterable[Finding]:
        bound = [b.clause for b in value.bindings]
        for wanted in forced:
            if bound.count(wanted) != 1:
                how = "is missing from" if wanted not in bound else "stands twice in"
                yield reject(f"clause `{wanted}` {how} `bindings`", clauses=[wanted])
        for binding in value.bindings:
            if binding.clause not in forced:
                yield reject(f"`bindings` names `{binding.clause}`, which is no clause with a force of the document")
            for phase in binding.phases:
                if phase not in _LATER:
                    yield reject(f"`{binding.clause}` cannot bind the phase `{phase.value}`")
        for conflict in value.conflicts:
            for clause in conflict.clauses:
                if clause not in forced:
                    yield reject(f"`conflicts` names `{clause}`, which is no clause with a force of the document")

    return Ask(
        question=Question(
            label=Label(f"policy/{document.key}"),
            phase=Phase.POLICY,
            contract=material.contract("policy"),
            parts=(Part(title="Document", text=material.slicer.render_document(document)),),
            expected=(Expected(kind="data", form=PolicyConclusion),),
        ),
        decode=decode_data(PolicyConclusion),
        judge=judge_data(PolicyConclusion, check),
        weight=40 * len(forced),
    )
