"""What `specpack check` prints besides the diagnostics: excerpts of manifests, lines to paste, the last line."""

import json
from pathlib import Path

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "shelf"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["*.md"]
"""
BOOKS = "# Shelf\n\n## Lending\n\nThe shelf MUST lend a book.\n\nThe shelf is made of wood.\n"


def check(folder: Path, manifest: str | None, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    (folder / "books.md").write_text(BOOKS, encoding="utf-8")
    if manifest is not None:
        (folder / "specpack.toml").write_text(manifest, encoding="utf-8")
    status = main(["check", str(folder)])
    return status, capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "excerpt"),
    [
        ("version =", "verzion =", '3 | verzion = "0.1.0"\n   | ^^^^^^^'),
        ('"python"', '"pyton"', '4 | target = "pyton"\n   | ^^^^^^'),
        ('"python"', '"python', '4 | target = "python\n   |                 ^'),
    ],
    ids=["key", "target", "syntax"],
)
def test_a_mistake_in_the_manifest_is_shown_in_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, excerpt: str
) -> None:
    status, told = check(tmp_path, MANIFEST.replace(old, new), capsys)
    assert (status, excerpt in told) == (1, True), told


def test_the_lines_to_paste_declare_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, told = check(tmp_path, None, capsys)
    assert told.count("SP102") == 1
    lines = told[told.index("[pack]") : told.index("   = help")]
    assert check(tmp_path, lines, capsys)[1].startswith("no diagnostics\n")


def test_the_last_line_gives_sentences_without_a_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = check(tmp_path, MANIFEST, capsys)
    assert status == 0
    last = told.splitlines()[-1]
    assert last.startswith("1 clauses with a force, 0.0% of")
    assert last.endswith("50.0% of 2 behaviour sentences without a force")


def test_proposed_edits_travel_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "books.md").write_text("# Shelf\n\nThe shelf MUST show title and/or author.\n", encoding="utf-8")
    (tmp_path / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    main(["check", str(tmp_path), "--format", "json"])
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert told["code"] == "SP311"
    assert {edit["applicability"] for edit in told["edits"]} == {"needs-decision"}
    assert [edit["text"] for edit in told["edits"]] == ["and", "or"]
    assert all(edit["place"] == told["place"] for edit in told["edits"])
