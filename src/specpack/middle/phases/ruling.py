"""Ask blind which of two outcomes the clauses demand.

Path: failing test -> **ruling** -> the unit or the test is asked again, or the pack is shown to be ambiguous. The
question does not say who gave which outcome; their order follows from the finding's digest.
"""

from collections.abc import Iterable

from specpack.middle.canonical import digest_value
from specpack.middle.phases.material import Material, Values, decode_data, judge_data, reject
from specpack.middle.phases.views import add_context, assumptions_for, render_conclusions
from specpack.model.conclusion import DesignConclusion, Outcome, Phase, Ruling
from specpack.model.finding import Finding
from specpack.model.pack import Digest
from specpack.model.question import Ask, Expected, Label, Part, Question


def digest_finding(finding: Finding) -> Digest:
    """Return the digest of what a finding says; its place in a file is not part of it."""
    return digest_value(
        {
            "clauses": list(finding.clauses),
            "code": finding.code,
            "expected": finding.expected,
            "message": finding.message,
            "observed": finding.observed,
            "test": finding.test or "",
            "unit": finding.unit or "",
        }
    )


def expected_is_first(finding: Finding) -> bool:
    """Return whether the question shows the test's outcome first."""
    return int(digest_finding(finding)[0], 16) % 2 == 0


def ask_ruling(material: Material, values: Values, design: DesignConclusion, finding: Finding, call: str) -> Ask:
    """Return the ask that settles one failing test.

    Args:
        material: The pack.
        values: Conclusions so far.
        design: The design in force.
        finding: What failed; `clauses` are what the test cites.
        call: What was done, as text that tells neither outcome.
    """
    outcomes = (finding.expected, finding.observed)
    first, second = outcomes if expected_is_first(finding) else outcomes[::-1]
    assumed = assumptions_for(material, values, design, finding.clauses)
    around = [clause for a in assumed if a.id in finding.clauses for clause in a.clauses]
    parts = [
        Part(title="Clauses", text=material.slicer.render_clauses([*finding.clauses, *around])),
        Part(title="What was done", text=call),
        Part(title="First outcome", text=first),
        Part(title="Second outcome", text=second),
    ]
    conclusions = render_conclusions(material, values, design, finding.clauses)
    if conclusions:
        parts.insert(1, Part(title="Conclusions", text=conclusions))
    known = set(material.known_ids(values)) | {a.id for a in design.assumptions}

    def check(value: Ruling) -> Iterable[Finding]:
        if not value.clauses:
            yield reject("the ruling cites no clause or assumption")
        for cited in value.clauses:
            if cited not in known:
                yield reject(f"the ruling cites `{cited}`, which is no clause or assumption of the request")
        if value.outcome is Outcome.AMBIGUOUS and len(value.readings) < 2:
            yield reject("an ambiguous outcome needs both readings")

    ask = Ask(
        question=Question(
            label=Label(f"ruling/{digest_finding(finding)[:12]}"),
            phase=Phase.RULING,
            contract=material.contract("ruling"),
            parts=(*parts, *material.rules_that_bind(Phase.RULING, values)),
            expected=(Expected(kind="data", form=Ruling),),
        ),
        decode=decode_data(Ruling),
        judge=judge_data(Ruling, check),
        weight=150,
    )
    return add_context(material, values, design, ask)
