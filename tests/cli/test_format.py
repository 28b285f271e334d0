"""`specpack format` from the command line: what is written, named, shown, and left alone."""

import os
import zipfile
from pathlib import Path

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "gate"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["*.md"]
"""
CROOKED = "#  Gate\nThe gate MUST close.\n*   It MUST log.\n"
STRAIGHT = "# Gate\n\nThe gate MUST close.\n\n- It MUST log.\n"
REFUSED = "# Bell\n\nThe bell rings. Refer\nto the manual when it must stop.\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "gate.md").write_bytes(CROOKED.encode())
    (folder / "bell.md").write_bytes(b"# Bell\n\nThe bell MUST ring.\n")
    return folder


def list_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_documents_are_written_and_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = {name: data for name, data in list_files(pack).items() if name != "gate.md"}
    assert main(["format", str(pack)]) == 0
    assert list_files(pack) == {**others, "gate.md": STRAIGHT.encode()}
    assert capsys.readouterr().out == "formatted: gate.md\n1 formatted, 1 in canonical form already\n"
    assert main(["format", str(pack), "--check"]) == 0


def test_check_names_files_and_writes_nothing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = list_files(pack)
    assert main(["format", str(pack), "--check"]) == 1
    assert "not in canonical form: gate.md" in capsys.readouterr().out
    assert list_files(pack) == before


def test_diff_is_unified_and_writes_nothing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = list_files(pack)
    assert main(["format", str(pack), "--diff"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- a/gate.md", "+++ b/gate.md"]
    assert "-#  Gate" in lines and "+# Gate" in lines and "- It MUST log." not in lines
    assert main(["format", str(pack), "--diff", "--check"]) == 1
    assert list_files(pack) == before


def test_a_refused_document_is_told_and_left_alone(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "bell.md").write_text(REFUSED, encoding="utf-8")
    assert main(["format", str(pack)]) == 1
    assert "`bell.md:3` is left as it is: clause `bell." in capsys.readouterr().err
    assert (pack / "bell.md").read_text(encoding="utf-8") == REFUSED
    assert (pack / "gate.md").read_text(encoding="utf-8") == STRAIGHT


def test_line_breaks_byte_order_mark_and_mode_are_those_of_the_file(pack: Path) -> None:
    file = pack / "gate.md"
    file.write_bytes(b"\xef\xbb\xbf" + CROOKED.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    assert main(["format", str(pack)]) == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + STRAIGHT.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    file.write_bytes(CROOKED.replace("\n", "\r\n", 1).encode())
    assert main(["format", str(pack)]) == 0
    assert file.read_bytes() == STRAIGHT.encode()


def test_bytes_that_are_no_text_are_not_lost(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = "#  Gate\n\nThe gate MUST close the caf\u00e9.\n".encode("latin-1")
    (pack / "gate.md").write_bytes(data)
    assert main(["format", str(pack)]) == 1
    assert "`gate.md` is left as it is" in capsys.readouterr().err
    assert (pack / "gate.md").read_bytes() == data


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_stays_a_link(pack: Path) -> None:
    real = pack / "real.txt"
    (pack / "gate.md").rename(real)
    (pack / "gate.md").symlink_to(real.name)
    assert main(["format", str(pack)]) == 0
    assert (pack / "gate.md").is_symlink()
    assert real.read_text(encoding="utf-8") == STRAIGHT


def test_an_archive_can_be_looked_at_only(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = pack.parent / "gate.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in pack.iterdir():
            zipped.write(path, path.name)
    assert main(["format", str(archive)]) == 2
    assert "nothing can be written" in capsys.readouterr().err
    assert main(["format", str(archive), "--check"]) == 1


def test_explicit_writes_out_what_is_inherited(pack: Path) -> None:
    (pack / "gate.md").write_text(
        "# Gate (MUST)\n\n## Night\n\nThe gate must:\n\n- close\n\nIt is dark.\n", encoding="utf-8"
    )
    assert main(["format", str(pack), "--explicit"]) == 0
    expected = "# Gate (MUST)\n\n## Night (MUST)\n\nThe gate MUST:\n\n- close\n\nIt is dark.\n"
    assert (pack / "gate.md").read_text(encoding="utf-8") == expected


def test_a_folder_without_documents_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", str(tmp_path)]) == 2
    assert "has no Markdown document" in capsys.readouterr().err
