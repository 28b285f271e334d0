"""`specpack check --fix`: safe edits are applied, and only where every clause provably stays what it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from specpack.cli.fix import fix_pack
from specpack.cli.main import main
from specpack.model.diagnostic import Applicability, Diagnostic, Edit, Severity
from specpack.model.failure import Rejected, WrongUse
from specpack.model.span import locate
from specpack.model.understanding import Understanding
from specpack.reading import read_pack

MANIFEST = """\
[pack]
name = "shelf"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["*.md"]
"""
BOOKS = "# Shelf\n\nA reader must return the \U0001f4d5.\n\nA reader shall not lend it on and/or sell it.\n"


def write(folder: Path, data: bytes) -> Path:
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "books.md").write_bytes(data)
    return folder


def add_edit(understanding: Understanding, old: str, new: str, applicability: Applicability) -> Understanding:
    """Return an understanding with one more diagnostic, whose edit puts new words for old ones."""
    document = understanding.pack.documents[-1]
    start = document.text.index(old)
    span = locate(document.name, document.text, start, start + len(old))
    edit = Edit(span=span, text=new, title="reword", applicability=applicability)
    found = Diagnostic(code="SP999", severity=Severity.WARNING, message="odd", span=span, edits=(edit,))
    return replace(understanding, diagnostics=(*understanding.diagnostics, found))


def test_keywords_are_written_in_capitals_and_nothing_else_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, BOOKS.encode())
    before = read_pack(tmp_path, ["python"])
    assert main(["check", str(tmp_path), "--fix"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("2 edits applied in 1 document")
    assert "SP111" not in told.out
    assert "SP311" in told.out
    text = (tmp_path / "books.md").read_text(encoding="utf-8")
    assert text == BOOKS.replace("must return", "MUST return").replace("shall not", "SHALL NOT")
    after = read_pack(tmp_path, ["python"])
    assert [(c.id, c.force) for c in after.clauses.values()] == [(c.id, c.force) for c in before.clauses.values()]
    assert main(["check", str(tmp_path), "--fix"]) == 0
    assert capsys.readouterr().err == "nothing to fix\n"


def test_line_breaks_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + BOOKS.replace("\n", "\r\n").encode()
    write(tmp_path, data)
    fix_pack(tmp_path, read_pack(tmp_path, ["python"]), ["python"])
    assert (tmp_path / "books.md").read_bytes() == data.replace(b"must", b"MUST").replace(b"shall not", b"SHALL NOT")


@pytest.mark.parametrize(
    ("old", "new"),
    [("must return", "MAY return"), ("return the", "keep the"), ("A reader must", "# A reader must")],
    ids=["force", "words", "structure"],
)
def test_nothing_is_written_where_a_clause_would_change(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, BOOKS.encode())
    understanding = replace(read_pack(tmp_path, ["python"]), diagnostics=())
    with pytest.raises(Rejected, match=r"the edits are not applied: .*books\.md:3"):
        fix_pack(tmp_path, add_edit(understanding, old, new, Applicability.SAFE), ["python"])
    assert (tmp_path / "books.md").read_text(encoding="utf-8") == BOOKS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books.md", "specpack.toml"]


@pytest.mark.parametrize("applicability", [Applicability.NEEDS_DECISION, Applicability.DISPLAY_ONLY])
def test_other_edits_are_left_to_the_author(tmp_path: Path, applicability: Applicability) -> None:
    write(tmp_path, BOOKS.encode())
    understanding = replace(read_pack(tmp_path, ["python"]), diagnostics=())
    assert fix_pack(tmp_path, add_edit(understanding, "must", "MUST", applicability), ["python"]) == "nothing to fix"
    assert (tmp_path / "books.md").read_text(encoding="utf-8") == BOOKS


def test_of_edits_that_overlap_the_first_is_taken(tmp_path: Path) -> None:
    write(tmp_path, BOOKS.encode())
    understanding = read_pack(tmp_path, ["python"])
    both = add_edit(understanding, "ust", "UST", Applicability.SAFE)
    assert fix_pack(tmp_path, both, ["python"]).startswith("2 edits")
    assert "MUST return" in (tmp_path / "books.md").read_text(encoding="utf-8")


def test_an_archive_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    understanding = read_pack(write(tmp_path / "pack", BOOKS.encode()), ["python"])
    with pytest.raises(WrongUse, match="is no folder"):
        fix_pack(tmp_path / "pack.zip", understanding)
