"""`specpack plan` and `specpack why`, on the recorded example and on edits of it."""

import json
import shutil
from pathlib import Path

import pytest

from specpack.cli.main import main
from specpack.middle.foresight import Reask
from specpack.middle.planning import Foresight, Rates, plan_build
from specpack.model.question import Label

ULID = Path(__file__).parents[2] / "examples" / "ulid"


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """Return the example with one clause reworded."""
    pack = tmp_path / "ulid"
    shutil.copytree(ULID, pack, ignore=shutil.ignore_patterns(".specpack"))
    document = pack / "behaviour" / "ulid.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("in upper case.", "in capitals, all 26 of them.", 1), encoding="utf-8")
    return pack


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    told = capsys.readouterr()
    return status, told.out, told.err


def test_a_recorded_pack_asks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "plan", str(ULID))
    assert status == 0
    assert told.startswith("a build would ask nothing: all ")


def test_an_edit_asks_what_shows_the_clause_and_says_which(capsys: pytest.CaptureFixture[str], edited: Path) -> None:
    status, told, _ = run(capsys, "plan", str(edited), "--format", "json", "--price", "3", "15", "--jobs", "1")
    *questions, total = map(json.loads, told.splitlines())
    assert status == 1
    certain = [line for line in questions if line["certain"]]
    assert {line["label"].partition("/")[0] for line in certain} == {"behaviour", "write", "test"}
    assert all(line["clauses"] == ["ulid.6pjxe"] and line["tokens_in"] > 0 for line in certain)
    assert total["tokens_out"] == sum(line["tokens_out"] for line in certain) == total["critical_tokens"]
    assert total["kept"] + len(questions) == 25
    assert float(total["cost"]) > 0


def test_an_edit_of_prose_asks_nothing(capsys: pytest.CaptureFixture[str], edited: Path) -> None:
    shutil.copy(ULID / "behaviour" / "ulid.md", edited / "behaviour" / "ulid.md")
    (edited / "README.md").write_text("# Nothing of the pack\n", encoding="utf-8")
    assert run(capsys, "plan", str(edited))[0] == 0


def test_a_pack_without_a_build_asks_all_that_is_known(capsys: pytest.CaptureFixture[str], edited: Path) -> None:
    (edited / "specpack.lock").unlink()
    shutil.rmtree(edited / "recording")
    status, told, _ = run(capsys, "plan", str(edited))
    assert status == 1
    assert "design: no build asked it yet" in told
    assert told.count("not known before there is a design") == 1


def test_why_tells_what_is_kept_and_what_is_asked(capsys: pytest.CaptureFixture[str], edited: Path) -> None:
    status, told, _ = run(capsys, "why", "write/ulid-text", str(edited))
    assert (status, told) == (1, 'write/ulid-text is asked: "Clauses" differs (`ulid.6pjxe`)\n')
    status, told, _ = run(capsys, "why", "write/generator", str(edited))
    assert (status, told) == (0, "write/generator is kept: its question is the one that was answered\n")
    status, told, _ = run(capsys, "why", "design", str(edited))
    assert status == 0
    assert "unless one of these gets another answer: behaviour/ulid/encoding-and-decoding" in told
    assert run(capsys, "why", "write/nothing", str(edited))[0] == 2


@pytest.mark.parametrize("given", [("--jobs", "0"), ("--speed", "0"), ("--speed", "nan"), ("--price", "-1", "2")])
def test_rates_that_mean_nothing_are_refused(capsys: pytest.CaptureFixture[str], given: tuple[str, ...]) -> None:
    status, _, told = run(capsys, "plan", str(ULID), *given)
    assert status == 2
    assert "greater than 0" in told


def test_a_pack_with_errors_is_not_planned(capsys: pytest.CaptureFixture[str], edited: Path) -> None:
    document = edited / "behaviour" / "ulid.md"
    document.write_text(document.read_text(encoding="utf-8") + "\nSee section 99 of `absent.md`.\n", encoding="utf-8")
    status, _, told = run(capsys, "plan", str(edited))
    assert status == 1
    assert "the pack has errors" in told


@pytest.mark.parametrize(("jobs", "critical"), [(1, 700), (2, 400), (8, 300)])
def test_answers_side_by_side_take_as_long_as_the_longest(jobs: int, critical: int) -> None:
    sizes = {"write/a": 300, "write/b": 100, "test/c": 100, "test/d": 200}
    asked = tuple(Reask(label=Label(name), certain=True, answer_tokens=size) for name, size in sizes.items())
    plan = plan_build(Foresight(recorded=True, asked=asked), Rates(jobs=jobs, tokens_per_second=100.0))
    assert (plan.critical_tokens, plan.seconds, plan.cost) == (critical, critical / 100, None)
