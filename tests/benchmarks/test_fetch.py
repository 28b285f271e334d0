"""Packages: the archive is the one that the case describes, and unpacks to one folder."""

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest
from benchmarks.external.fetch import check_digest, fetch_sdist, find_command, run_client

from specpack.model.failure import Unavailable


def write_tar(path: Path, files: dict[str, str]) -> str:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_archive_is_refused(tmp_path: Path) -> None:
    digest = write_tar(tmp_path / "desk-1.tar.gz", {"desk-1/SPEC.md": "text"})
    assert check_digest(tmp_path / "desk-1.tar.gz", digest) == tmp_path / "desk-1.tar.gz"
    with pytest.raises(Unavailable, match="not the package"):
        check_digest(tmp_path / "desk-1.tar.gz", "0" * 64)


def test_a_package_is_fetched_once_and_its_own_folder_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = write_tar(tmp_path / "desk-1.tar.gz", {"desk-1/SPEC.md": "text", "desk-1/tests/a.py": "x = 1"})
    monkeypatch.setattr(sys, "executable", "/bin/true")
    folder = fetch_sdist("desk==1", digest, tmp_path)
    assert (folder / "SPEC.md").read_text() == "text"
    (tmp_path / "desk-1.tar.gz").unlink()
    assert fetch_sdist("desk==1", digest, tmp_path) == folder


def test_a_client_that_fails_says_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no such package"):
        run_client([sys.executable, "-c", "import sys; sys.exit('first\\nno such package')"], tmp_path / "new")


def test_a_command_that_is_absent_leaves_the_case_out() -> None:
    with pytest.raises(Unavailable, match="`no-such-command` is not installed"):
        find_command("no-such-command")
