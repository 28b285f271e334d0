"""Findings are accepted with a reason, stay accepted while the clause says the same, and errors are not."""

import json
from pathlib import Path

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "search"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["*.md"]
"""
TEXT = """\
# Search

The search MUST answer quickly. {#speed}

It MUST hold names. It MUST NOT hold dates.

The search MUST log names. {#log}

The search MUST NOT log names. {#no-log}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "search.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def accept(pack: Path, *arguments: str) -> int:
    return main(["accept", "--pack", str(pack), *arguments])


def read_codes(pack: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return code -> reason of all that `check` tells, the reason empty where nothing is accepted."""
    capsys.readouterr()
    main(["check", str(pack), "--format", "json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {one["code"]: one.get("accepted", "") for one in told}


def test_an_accepted_finding_is_counted_and_comes_back_with_an_edit(pack: Path, capsys: pytest.CaptureFixture[str]):
    assert read_codes(pack, capsys)["SP302"] == ""
    assert accept(pack, "SP302", "search.speed", "--reason", "one user\nin the pilot") == 0
    assert read_codes(pack, capsys)["SP302"] == "one user in the pilot"
    main(["check", str(pack)])
    assert "1 accepted" in capsys.readouterr().out
    text = (pack / "search.md").read_text("utf-8")
    (pack / "search.md").write_text(text.replace("answer quickly", "answer all names quickly"), encoding="utf-8")
    assert read_codes(pack, capsys)["SP302"] == ""
    main(["check", str(pack)])
    assert "accepted for an earlier wording of `search.speed`: one user in the pilot" in capsys.readouterr().out


def test_a_finding_about_several_clauses_is_accepted_with_all_of_them(pack: Path, capsys: pytest.CaptureFixture[str]):
    main(["check", str(pack), "--format", "json"])
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    clauses = next(one["clauses"] for one in lines if one["code"] == "SP321")
    assert len(clauses) == 2
    assert accept(pack, "SP321", clauses[0], "--reason", "short sentences") == 0
    assert read_codes(pack, capsys)["SP321"] == "short sentences"
    assert (pack / "specpack.accepted").read_text("utf-8").count("SP321") == 2
    kept = [line for line in (pack / "specpack.accepted").read_text("utf-8").splitlines() if clauses[0] not in line]
    (pack / "specpack.accepted").write_text("\n".join(kept), encoding="utf-8")
    assert read_codes(pack, capsys)["SP321"] == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("SP403", "search.no-log", "--reason", "r"), "`SP403` is an error"),
        (("SP302", "search.log", "--reason", "r"), "nothing reports `SP302` of `search.log`"),
        (("SP302", "search.speed"), "with a reason"),
        (("SP302", "search.speed", "--reason", " "), "with a reason"),
        ((), "name the code and the clause"),
    ],
)
def test_what_cannot_be_accepted_is_told(pack: Path, capsys: pytest.CaptureFixture[str], arguments, told: str):
    assert accept(pack, *arguments) == 2
    assert told in capsys.readouterr().err
    assert not (pack / "specpack.accepted").exists()


def test_an_error_stands_whatever_the_file_says(pack: Path, capsys: pytest.CaptureFixture[str]):
    accept(pack, "SP302", "search.speed", "--reason", "r")
    line = (pack / "specpack.accepted").read_text("utf-8").splitlines()[-1]
    main(["check", str(pack), "--format", "json"])
    (pack / "specpack.accepted").write_text(
        "\n".join(line.replace("SP302 search.speed", f"SP403 {i}") for i in ("search.log", "search.no-log")), "utf-8"
    )
    assert read_codes(pack, capsys)["SP403"] == ""
    assert main(["check", str(pack)]) == 1


def test_nothing_of_the_file_is_lost(pack: Path, capsys: pytest.CaptureFixture[str]):
    mine = "# mine: ask Ann before more is added\nSP302 search.gone 0123456789ab old\nhalf a line\n"
    (pack / "specpack.accepted").write_text(mine, encoding="utf-8")
    for reason in ("one user", "two users"):
        assert accept(pack, "SP302", "search.speed", "--reason", reason) == 0
    lines = (pack / "specpack.accepted").read_text("utf-8").splitlines()
    assert set(mine.splitlines()) <= set(lines)
    assert lines[0] == "# mine: ask Ann before more is added"
    assert [line[-9:] for line in lines if "search.speed" in line] == ["two users"]


def test_the_list_says_what_still_holds(pack: Path, capsys: pytest.CaptureFixture[str]):
    accept(pack, "SP302", "search.speed", "--reason", "one user")
    capsys.readouterr()
    accept(pack, "--list")
    assert capsys.readouterr().out == "SP302 search.speed (holds): one user\n"
    (pack / "search.md").write_text(TEXT.replace("answer", "reply"), encoding="utf-8")
    accept(pack, "--list")
    assert capsys.readouterr().out == "SP302 search.speed (edited since): one user\n"
    (pack / "search.md").write_text("# Search\n\nThe search MUST go.\n", encoding="utf-8")
    accept(pack, "--list")
    assert capsys.readouterr().out == "SP302 search.speed (gone): one user\n"


def test_a_zip_is_not_written_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.zip").write_bytes(b"PK")
    assert main(["accept", "--pack", str(tmp_path / "a.zip"), "SP302", "a.b", "--reason", "r"]) == 2
    assert "is no folder" in capsys.readouterr().err
