"""Ask what the interventions close.

Path: clauses -> **interventions** -> design.
"""

from collections.abc import Iterable, Sequence

from specpack.middle.phases.material import Material, Values, decode_data, judge_data, reject
from specpack.model.conclusion import InterventionsConclusion, Phase
from specpack.model.finding import Finding
from specpack.model.pack import Role
from specpack.model.question import Ask, Expected, Label, Question

LABEL = Label("interventions")


def ask_interventions(material: Material, values: Values) -> Sequence[Ask]:
    """Return the one ask of the phase, none for a pack without interventions."""
    documents = material.documents(Role.INTERVENTION)
    if not documents:
        return []
    own = [c.id for c in material.clauses_of(documents) if c.force is not None]

    def check(value: InterventionsConclusion) -> Iterable[Finding]:
        cited = {i for closure in value.closures for i in closure.clauses}
        for clause in own:
            if clause not in cited:
                yield reject(f"intervention `{clause}` is in no closure", clauses=[clause])
        overrides = [i for closure in value.closures for i in closure.overrides]
        yield from material.check_ids([*sorted(cited), *overrides], "a closure", values)

    parts = material.whole_documents(Role.INTERVENTION, Role.PLATFORM)
    ask = Ask(
        question=Question(
            label=LABEL,
            phase=Phase.INTERVENTIONS,
            contract=material.contract("interventions"),
            parts=parts,
            expected=(Expected(kind="data", form=InterventionsConclusion),),
        ),
        decode=decode_data(InterventionsConclusion),
        judge=judge_data(InterventionsConclusion, check),
        weight=60 * len(own),
    )
    return [ask]
