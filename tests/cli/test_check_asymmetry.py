"""The log of `specpack check --asymmetry`, and what `specpack check` says of it."""

import json
from pathlib import Path

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "shop"
version = "0.1.0"
target = "python"
edition = "2026.1"
extends = []

[documents]
behaviour = ["*.md"]
"""
RULES = "# Shop\n\n## Tests\n\nThe tests MUST use fakes for the gateway.\n\n## Orders\n\n"


def write_pack(folder: Path, rules: int) -> Path:
    """Write a pack of which the tests are open for certain and some bounds in the log alone."""
    nouns = "apple pear plum cherry quince medlar fig grape date lime melon kiwi peach".split()
    text = RULES + "".join(
        f"A {noun} box MUST weigh at least {n + 2} stone.\n\n" for n, noun in enumerate(nouns[:rules])
    )
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "shop.md").write_text(text, encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["check", *arguments])
    return status, capsys.readouterr().out


def test_check_counts_in_one_line_what_only_the_log_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = run(capsys, str(write_pack(tmp_path, 1)))
    assert status == 0
    assert "SP501" in told
    assert "SP505" not in told
    assert "1 rule says one half and leaves the other open; `specpack check --asymmetry` ranks them" in told


def test_check_says_nothing_of_it_where_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = run(capsys, str(write_pack(tmp_path, 0)))
    assert "one half" not in told


def test_the_log_groups_by_topic_and_shows_its_top_ten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = str(write_pack(tmp_path, 12))
    status, told = run(capsys, pack, "--asymmetry")
    assert status == 0
    assert told.startswith("shop.md > Tests\n\nwarning[SP501]")
    assert told.count("\nshop.md > Orders\n") == 1
    assert told.count("[SP50") == 10
    assert told.endswith("10 of 13 rules in 2 topics, worst first; `--all` shows the rest\n")
    _, whole = run(capsys, pack, "--asymmetry", "--all")
    assert whole.count("[SP50") == 13
    assert whole.endswith("13 rules in 2 topics, worst first\n")


def test_the_log_as_json_is_whole_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = run(capsys, str(write_pack(tmp_path, 12)), "--asymmetry", "--format", "json")
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["rank"] for line in lines] == list(range(1, 14))
    assert {key: lines[0][key] for key in ("code", "topic", "slot", "heat", "certain", "observability")} == {
        "code": "SP501",
        "topic": ["Shop", "Tests"],
        "slot": "object",
        "heat": 0,
        "certain": True,
        "observability": 1,
    }


def test_an_empty_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pack(tmp_path, 0)
    (tmp_path / "shop.md").write_text("# Shop\n\n## Rules\n\nThe shop MUST ring.\n", encoding="utf-8")
    assert run(capsys, str(tmp_path), "--asymmetry") == (0, "no rule leaves one half open\n")


def test_an_error_of_the_pack_is_still_the_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pack(tmp_path, 1)
    (tmp_path / "shop.md").write_text(RULES + "See rule 9.\n\nThe shop MUST read `gone.md`.\n", encoding="utf-8")
    plain, _ = run(capsys, str(tmp_path))
    assert plain == 1
    assert run(capsys, str(tmp_path), "--asymmetry")[0] == 1


def test_all_alone_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write_pack(tmp_path, 0)), "--all"]) == 2
    assert "`--all` goes with `--asymmetry`" in capsys.readouterr().err


def test_an_opening_of_the_log_can_be_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path, 1)
    _, told = run(capsys, str(pack), "--asymmetry", "--format", "json")
    [clause] = json.loads(told.splitlines()[1])["clauses"]
    assert main(["accept", "SP505", clause, "--reason", "boxes are small", "--pack", str(pack)]) == 0
    capsys.readouterr()
    status, told = run(capsys, str(pack))
    assert (status, "1 accepted" in told, "one half" in told) == (0, True, False)
