"""The review of a pack by a model. All replies are synthetic: no model wrote them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tiny import Script, data, make_engine, read_material

from specpack import std
from specpack.middle.endings import Exhausted
from specpack.middle.phases.material import Material
from specpack.middle.review.campaign import review_pack
from specpack.model.question import Request
from specpack.model.review import Core, Loophole, Said, Suspicion

FINDING = {"code": "SP503", "clauses": ["tally.unknown"], "words": "an unknown gate", "why": "else?", "rewording": "r"}
ARTEFACT = {"describes": "canarything: every tally is one", "clauses": ["tally.unknown"]}


class Reader(Script):
    """Answers by the kind of question: empty where nothing is said."""

    def __init__(self, **said: Any) -> None:
        super().__init__({})
        self.said = said

    def __call__(self, request: Request) -> str:
        for label in request.labels:
            kind = label.split("/")[1]
            other = kind in ("section", "literal") and not label.endswith("/recording")
            given = EMPTY[kind] if other else self.said.get(kind, EMPTY[kind])
            self.answers[label] = [data(given)]
        return super().__call__(request)


EMPTY: dict[str, Any] = {
    "section": {},
    "whole": {},
    "literal": {},
    "core": {"satisfiable": True, "why": "w"},
    "prosecute": {"forbidden_by": [], "why": "canaryconceded"},
    "object": {"objectionable": True, "why": "canaryobjection", "positive": "p", "negative": "n", "check": "c"},
}
CORE = {"clauses": ["tally.unknown", "tally.e2shk"], "why": "canarywhy"}


@pytest.fixture(scope="module")
def material() -> Material:
    return read_material()


def review(material: Material, folder: Path, reader: Reader) -> tuple[tuple[Said, ...], list[Request]]:
    engine, provider = make_engine(material, folder, reader, bundle=1)
    return asyncio.run(review_pack(engine, material, std.read_deep_contract)), provider.requests


def test_silence_is_kept(material: Material, tmp_path: Path):
    said, requests = review(material, tmp_path, Reader())
    assert said == ()
    kinds = {label.split("/")[1] for request in requests for label in request.labels}
    assert kinds == {"section", "whole", "literal"}


def test_what_a_reader_finds_is_told_with_who_said_it(material: Material, tmp_path: Path):
    said, _ = review(material, tmp_path, Reader(section={"findings": [FINDING]}))
    assert {type(one.finding) for one in said} == {Suspicion}
    assert all(one.by and len(one.question) == 64 for one in said)


@pytest.mark.parametrize("satisfiable", [True, False])
def test_a_core_has_to_be_confirmed_by_somebody_who_saw_its_clauses_alone(
    material: Material, tmp_path: Path, satisfiable: bool
):
    reader = Reader(whole={"cores": [CORE]}, core={"satisfiable": satisfiable, "why": "w"})
    said, requests = review(material, tmp_path, reader)
    assert [type(one.finding) for one in said] == ([] if satisfiable else [Core])
    (blind,) = [r.text for r in requests if r.labels[0].startswith("review/core/")]
    assert "canarywhy" not in blind
    assert "unknown gate" in blind
    assert "| north |" not in blind


@pytest.mark.parametrize(
    ("prosecution", "objectionable", "kept"),
    [([], True, True), (["tally.unknown"], True, False), ([], False, False), (["tally.unknown"], False, False)],
)
def test_a_loophole_is_kept_where_it_is_conceded_and_objected_to(
    material: Material, tmp_path: Path, prosecution: list[str], objectionable: bool, kept: bool
):
    reader = Reader(
        literal={"artefacts": [ARTEFACT]},
        prosecute={"forbidden_by": prosecution, "why": "canaryconceded"},
        object={**EMPTY["object"], "objectionable": objectionable},
    )
    said, requests = review(material, tmp_path, reader)
    assert [type(one.finding) for one in said] == ([Loophole] * len(said) if kept else [])
    assert bool(said) is kept
    for request in requests:
        kind = request.labels[0].split("/")[1]
        assert ("canarything" in request.text) is (kind in ("prosecute", "object"))
        assert "canaryconceded" not in request.text
        assert "canaryobjection" not in request.text


@pytest.mark.parametrize(
    ("kind", "lie", "told"),
    [
        ("section", {"findings": [{**FINDING, "code": "SP999"}]}, "none of the codes"),
        ("section", {"findings": [{**FINDING, "code": "SP405"}]}, "none of the codes"),
        ("section", {"findings": [{**FINDING, "clauses": ["tally.nowhere"]}]}, "no clause of the request"),
        ("section", {"findings": [{**FINDING, "clauses": []}]}, "cites no clause"),
        ("section", {"findings": [{**FINDING, "words": "words of my own"}]}, "stand in none of the clauses"),
        ("section", {"findings": [{**FINDING, "severity": "error"}]}, "severity"),
        ("whole", {"cores": [{**CORE, "clauses": ["tally.unknown"]}]}, "no set"),
        ("whole", {"cores": [{**CORE, "clauses": ["tally.unknown", "std.x"]}]}, "no clause of the request"),
        ("literal", {"artefacts": [ARTEFACT] * 4}, "4 artefacts are more than 3"),
    ],
)
def test_a_reply_that_lies_is_rejected_with_the_reason(material: Material, tmp_path: Path, kind: str, lie, told: str):
    with pytest.raises(Exhausted) as exhausted:
        review(material, tmp_path, Reader(**{kind: lie}))
    assert told in exhausted.value.message


def test_an_objection_needs_its_pair_of_clauses(material: Material, tmp_path: Path):
    reader = Reader(literal={"artefacts": [ARTEFACT]}, object={"objectionable": True, "why": "w"})
    with pytest.raises(Exhausted, match="proposes no pair"):
        review(material, tmp_path, reader)


def test_a_second_review_asks_nothing(material: Material, tmp_path: Path):
    reader = Reader(section={"findings": [FINDING]}, literal={"artefacts": [ARTEFACT]})
    first, _ = review(material, tmp_path, reader)
    second, requests = review(material, tmp_path, reader)
    assert second == first
    assert requests == []
