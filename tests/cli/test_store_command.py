"""`specpack store`: an export is taken in elsewhere, and what no build rests on is given back."""

import shutil
from pathlib import Path

import pytest

from specpack.cli.main import main

ULID = Path(__file__).parents[2] / "examples" / "ulid"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return the recorded example without its recording."""
    copy = tmp_path / "ulid"
    shutil.copytree(ULID, copy, ignore=shutil.ignore_patterns(".specpack", "recording"))
    return copy


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["store", *map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_an_export_is_taken_in_and_swept_again(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "export"
    assert run(capsys, "export", ULID, "-o", export)[0] == 0
    status, told, _ = run(capsys, "import", pack, "--from", export)
    assert status == 0
    assert "objects taken in" in told
    assert run(capsys, "verify", pack)[0] == 0
    status, told, _ = run(capsys, "gc", pack, "--days", "0", "--dry-run")
    assert (status, told.partition(" ")[0]) == (0, "0")
    assert any((pack / ".specpack" / "store" / "objects").glob("*/*"))
    assert run(capsys, "gc", pack, "--days", "-1")[0] == 2


def test_a_damaged_export_is_not_taken_in(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "export"
    run(capsys, "export", ULID, "-o", export)
    path = next(export.glob("objects/*/*"))
    path.chmod(0o644)
    path.write_bytes(b"something else")
    status, _, told = run(capsys, "import", pack, "--from", export)
    assert status == 1
    assert "nothing was taken in" in told
    assert not (pack / ".specpack" / "store").exists()
    assert run(capsys, "import", pack)[0] == 2
