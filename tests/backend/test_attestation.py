import hashlib
import json
import random
from pathlib import Path

import pytest

from specpack.backend.archive import write_archive
from specpack.backend.attestation import digest_answers, read_subject_digest, render_attestation
from specpack.model.pack import Digest
from specpack.model.tree import File, Origin


def digest(text: str) -> Digest:
    return Digest(hashlib.sha256(text.encode()).hexdigest())


ANSWERS = [digest(str(number)) for number in range(20)]
GIVEN = {
    "subject": "app.zip",
    "digest": digest("zip"),
    "pack": digest("pack"),
    "lock": digest("lock"),
    "edition": "2026.1",
    "target": "python",
    "options": {"sample": 1},
    "tool": "1.2.3",
}


def test_statement_has_the_fields_of_in_toto_and_slsa():
    statement = json.loads(render_attestation(**GIVEN, answers=ANSWERS))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert statement["subject"] == [{"name": "app.zip", "digest": {"sha256": digest("zip")}}]
    definition = statement["predicate"]["buildDefinition"]
    assert definition["externalParameters"] == {
        "pack": {"sha256": digest("pack")},
        "lock": {"sha256": digest("lock")},
        "edition": "2026.1",
        "target": "python",
        "options": {"sample": 1},
    }
    answers, tool = definition["resolvedDependencies"]
    assert answers == {"name": "answers", "digest": {"sha256": digest_answers(ANSWERS)}}
    assert tool["uri"] == "pkg:pypi/specpack@1.2.3"
    assert set(definition) == {"buildType", "externalParameters", "resolvedDependencies"}
    assert set(statement["predicate"]["runDetails"]) == {"builder"}


def test_order_and_repetition_of_answers_do_not_matter():
    shuffled = random.Random(3).sample(ANSWERS, k=len(ANSWERS))
    once = render_attestation(**GIVEN, answers=ANSWERS)
    assert render_attestation(**GIVEN, answers=[*shuffled, ANSWERS[0]]) == once
    assert render_attestation(**GIVEN, answers=ANSWERS[1:]) != once
    assert once.endswith("}\n")


def test_digest_of_answers_can_be_made_by_hand():
    by_hand = hashlib.sha256("".join(f"{answer}\n" for answer in sorted(ANSWERS)).encode()).hexdigest()
    assert digest_answers(ANSWERS) == by_hand
    assert digest_answers([]) == hashlib.sha256(b"").hexdigest()


def test_subject_digest_is_that_of_the_archive(tmp_path: Path):
    tree = {"a": File(text="a\n", origin=Origin.UNIT, owner="write/a")}
    written = write_archive(tmp_path / "app.zip", tree)
    text = render_attestation(**{**GIVEN, "digest": written}, answers=ANSWERS)
    assert read_subject_digest(text) == hashlib.sha256((tmp_path / "app.zip").read_bytes()).hexdigest()


def test_subject_is_a_name_and_no_path():
    with pytest.raises(ValueError, match="is a path"):
        render_attestation(**{**GIVEN, "subject": "out/app.zip"}, answers=ANSWERS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 200_000,
        "{}",
        '{"subject": {}}',
        '{"subject": [1, {}, {"digest": 3}, {"digest": {"sha256": 5}}, {"digest": {"sha256": "beef"}}]}',
    ],
)
def test_what_is_no_statement_has_no_subject_digest(text: str):
    assert read_subject_digest(text) is None


def test_first_subject_with_a_digest_counts():
    text = json.dumps(
        {"subject": [{"name": "x"}, {"digest": {"sha256": "AB" * 32}}, {"digest": {"sha256": "cd" * 32}}]}
    )
    assert read_subject_digest(text) == "ab" * 32
