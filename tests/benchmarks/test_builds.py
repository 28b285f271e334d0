"""What a draw of a build leaves behind, and the table over all draws."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.external.__main__ import CASES, main
from benchmarks.external.builds import (
    RUNS,
    build_draw,
    find_outcome,
    find_zip,
    measure_seconds,
    read_codebase,
)
from benchmarks.external.case import Place, Result
from benchmarks.external.control import ANSWER
from benchmarks.external.meridian import render_registries
from benchmarks.external.packs import write_pack
from benchmarks.external.report import render_report
from benchmarks.external.scores import SCORE, find_passed, render_result, write_score

from specpack.backend.archive import write_archive
from specpack.middle.tokens import estimate_tokens
from specpack.model.failure import Rejected
from specpack.model.tree import File, Origin

BRIEF = "# Interface\n\n## Public interface\n\nThe desk MUST be the package `desk`.\n"
CASE = replace(CASES["meridian"], gold=5)


def write_runs(folder: Path, *runs: tuple[int, float, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"status": s, "seconds": t, "replies": r}) for s, t, r in runs]
    (folder / RUNS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_runs_that_only_looked_for_answers_cost_nothing(tmp_path: Path) -> None:
    write_runs(tmp_path, (4, 1.0, 0), (4, 50.0, 0), (4, 2.0, 1), (4, 60.0, 1), (0, 4.0, 3), (0, 0.5, 3))
    assert measure_seconds(tmp_path) == pytest.approx(7.5)
    assert measure_seconds(tmp_path / "absent") == 0


@pytest.mark.parametrize(
    ("status", "rejected", "outcome"),
    [
        (0, False, "accepted"),
        (4, False, "waiting"),
        (1, True, "rejected"),
        (1, False, "stopped"),
        (3, False, "failed (3)"),
    ],
)
def test_outcome_of_a_draw(tmp_path: Path, status: int, rejected: bool, outcome: str) -> None:
    write_runs(tmp_path, (4, 1.0, 0), (status, 1.0, 1))
    if rejected:
        find_zip(tmp_path).with_suffix(".rejected").mkdir()
    assert find_outcome(tmp_path) == outcome
    assert find_outcome(tmp_path / "absent") == "not begun"


def test_the_rejected_tree_counts_until_there_is_a_zip(tmp_path: Path) -> None:
    assert read_codebase(tmp_path) is None
    rejected = find_zip(tmp_path).with_suffix(".rejected")
    (rejected / "desk").mkdir(parents=True)
    (rejected / "desk" / "__init__.py").write_text("x = 1\n")
    assert read_codebase(tmp_path) == {"desk/__init__.py": b"x = 1\n"}
    write_archive(find_zip(tmp_path), {"desk/__init__.py": File(text="x = 2\n", origin=Origin.UNIT, owner="desk")})
    assert read_codebase(tmp_path) == {"desk/__init__.py": b"x = 2\n"}


def test_a_build_waits_for_answers_and_keeps_to_its_documents(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    documents = {"behaviour/desk.md": "# Desk\n\n## Lending\n\nThe desk MUST lend at most three books to a reader.\n"}
    write_pack(tmp_path / "pack", "desk", documents, BRIEF)
    draw = tmp_path / "build-1"
    assert build_draw(tmp_path / "pack", draw) == 4
    assert build_draw(tmp_path / "pack", draw) == 4
    capfd.readouterr()
    assert len(list((draw / "relay").glob("*.request.md"))) == 1
    assert find_outcome(draw) == "waiting"
    write_pack(tmp_path / "pack", "desk", {"behaviour/desk.md": "# Desk\n\n## Lending\n\nOther words.\n"}, BRIEF)
    with pytest.raises(Rejected, match="other documents"):
        build_draw(tmp_path / "pack", draw)


def test_the_report_has_a_row_a_draw(tmp_path: Path) -> None:
    place = Place(tmp_path / CASE.name)
    control, build = place.draw("control", 1), place.draw("build", 2)
    write_score(place.root / "floor.json", CASE, Result(passed=("a",), failed={"b": "no"}))
    write_score(control / SCORE, CASE, Result(passed=("a", "b", "c"), failed={}))
    (control / ANSWER).write_text("x" * 3300, encoding="utf-8")
    write_runs(build, (4, 1.5, 0))
    rows = render_report([CASE], tmp_path).splitlines()[2:]
    tokens = estimate_tokens("x" * 3300)
    assert rows == [
        f"| meridian | control-1 | 3 of 5 | 1 | 1 | 1 | {tokens} | {tokens} |  | scored |",
        "| meridian | build-2 | - of 5 | 1 | 0 | 0 | 0 | 0 | 1.5 | waiting |",
    ]
    assert find_passed(control / SCORE) == 3


def test_a_result_names_what_failed() -> None:
    text = render_result(CASE, Result(passed=("a",), failed={"b": "expected 1,\n got 2"}, note="the time was up"))
    assert text.splitlines() == ["1 of 5 pass, 1 fail", "  b: expected 1, got 2", "  the time was up"]


def test_a_case_without_its_source_is_skipped_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["realworld", "prepare", "--work", str(tmp_path)]) == 0
    assert "skipped, because `--source DIR`" in capsys.readouterr().out


def test_a_step_before_prepare_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["meridian", "control", "--work", str(tmp_path)]) == 2
    assert "run the step `prepare` first" in capsys.readouterr().err


def test_registries_are_samples_word_for_word() -> None:
    text = render_registries({"a.json": '{\n  "x": 1\n}\n'})
    assert '## a.json\n\n```json\n{\n  "x": 1\n}\n```\n' in text


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_a_brief_is_one_page_and_owns_the_interface(case: object) -> None:
    text = case.brief()  # type: ignore[attr-defined]
    assert "## Public interface" in text
    assert len(text.split()) < 700
