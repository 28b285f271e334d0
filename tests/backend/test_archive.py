import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from specpack.backend.archive import check_members, read_archive, render_archive, write_archive
from specpack.model.failure import Rejected, Unavailable
from specpack.model.tree import File, Origin


def file(text: str = "x\n", *, executable: bool = False) -> File:
    return File(text=text, origin=Origin.UNIT, owner="write/x", executable=executable)


TREE = {
    "src/app/main.py": file("print('main')\n"),
    "run.sh": file("#!/bin/sh\n", executable=True),
    "docs/über.md": file("ä€😀\n"),
    "src/app/__init__.py": file(""),
    "docs/zebra.md": file("z\n"),
    "Makefile": file("test:\n"),
}
ORDER = ["Makefile", "docs/zebra.md", "docs/über.md", "run.sh", "src/app/__init__.py", "src/app/main.py"]
GOLDEN = "04392658b797d4891882b6430f907acd90546ab5b07f8660776b4ff951964565"
"""SHA-256 of the archive of TREE; it changes only with the edition."""


def test_members_are_sorted_stored_and_bare():
    with zipfile.ZipFile(io.BytesIO(render_archive(TREE))) as archive:
        members = archive.infolist()
        assert archive.testzip() is None
        assert archive.comment == b""
    assert [member.filename for member in members] == ORDER
    for member in members:
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert member.compress_type == zipfile.ZIP_STORED
        assert (member.create_system, member.create_version, member.extract_version) == (3, 20, 20)
        assert member.external_attr == (0o100755 if member.filename == "run.sh" else 0o100644) << 16
        assert (member.internal_attr, member.extra, member.comment) == (0, b"", b"")
        assert member.flag_bits == (0 if member.filename.isascii() else 0x800)


def test_order_is_that_of_utf8_bytes():
    names = ["\uffee.md", "\U00010000.md", "a", "B", "a/b", "a-b", "é"]
    names.remove("a")
    with zipfile.ZipFile(io.BytesIO(render_archive({name: file() for name in names}))) as archive:
        assert archive.namelist() == sorted(names, key=str.encode)


def test_bytes_are_pinned():
    assert hashlib.sha256(render_archive(TREE)).hexdigest() == GOLDEN


RENDER = """
import json, os, sys
os.umask(0o077)
from specpack.backend.archive import render_archive
from specpack.model.tree import File, Origin
members = json.loads(sys.stdin.read())
tree = {p: File(text=t, origin=Origin.UNIT, owner="x", executable=e) for p, t, e in reversed(members)}
sys.stdout.buffer.write(render_archive(tree))
"""


@pytest.mark.parametrize("surroundings", [{"TZ": "Asia/Kathmandu", "LC_ALL": "C"}, {"TZ": "America/Lima"}])
def test_bytes_are_the_same_in_other_surroundings(tmp_path: Path, surroundings: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        input=json.dumps([[path, f.text, f.executable] for path, f in TREE.items()]).encode("ascii"),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "7", **surroundings},
    )
    assert done.stdout == render_archive(TREE)


def test_what_is_written_is_read_back(tmp_path: Path):
    path = tmp_path / "out" / "app.zip"
    digest = write_archive(path, TREE)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    contents = read_archive(path)
    assert contents == {name: TREE[name].text.encode() for name in ORDER}
    assert list(contents) == sorted(contents)
    assert [found.name for found in path.parent.iterdir()] == ["app.zip"]


def test_empty_tree_is_an_empty_zip(tmp_path: Path):
    write_archive(tmp_path / "app.zip", {})
    assert read_archive(tmp_path / "app.zip") == {}


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["/etc/passwd"], "absolute"),
        (["../x"], "`..`"),
        (["a/../b"], "`..`"),
        (["./a"], "`.`"),
        (["a//b"], "empty segment"),
        (["a/"], "empty segment"),
        ([""], "empty"),
        (["a\\b"], "backslash"),
        (["C:/x"], "drive letter"),
        (["c:x"], "drive letter"),
        (["README.md", "readme.MD"], "letter case"),
        (["straße", "STRASSE"], "letter case"),
        (["Src/a.py", "src/b.py"], "folders `Src` and `src`"),
        (["a", "a"], "twice"),
        (["a", "a/b"], "both a file and a folder"),
        (["A", "a/b"], "both a file and a folder"),
        (["e\u0301.md"], "NFC"),
        (["con"], "device name"),
        (["docs/AUX.txt"], "device name"),
        (["Lpt1.tar.gz"], "device name"),
        (["nul .txt"], "device name"),
        (["a\nb"], "unseen"),
        (["a\x7fb"], "unseen"),
        (["a\x00b"], "unseen"),
        (["a\u202eb"], "unseen"),
        (["a."], "dot or space"),
        (["a /b"], "dot or space"),
        (["what?.md"], "Windows forbids"),
        (["x" * 256], "255 bytes"),
        (["é" * 128], "255 bytes"),
    ],
)
def test_paths_that_some_system_cannot_unpack_are_refused(paths: list[str], words: str, tmp_path: Path):
    problems = check_members(paths)
    assert any(words in problem for problem in problems), problems
    assert all(problem.isprintable() for problem in problems)
    tree = {path: file() for path in paths}
    if len(tree) == len(paths):
        with pytest.raises(Rejected) as caught:
            write_archive(tmp_path / "app.zip", tree)
        assert problems[0] in caught.value.message
        assert not list(tmp_path.iterdir())


def test_ordinary_paths_are_no_problem():
    paths = [
        *TREE,
        ".gitignore",
        "a.b/c-d_e.py",
        "console.txt",
        "com/x",
        "auxiliary",
        "x..y",
        "spec/日本.md",
        "x" * 255,
    ]
    assert check_members(paths) == ()


def test_each_bad_path_is_reported_once():
    assert len(check_members(["/a", "b/../c", "d\\e", "ok"])) == 3


@pytest.mark.parametrize(("text", "words"), [("a\r\nb\n", "CRLF"), ("\ud800\n", "surrogate")])
def test_texts_that_are_not_normalised_are_refused(text: str, words: str):
    with pytest.raises(Rejected, match=words):
        render_archive({"a.txt": file(text)})


def test_archive_that_was_there_outlives_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "app.zip"
    write_archive(path, TREE)
    before = path.read_bytes()

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(Unavailable, match="could not be written"):
            write_archive(path, {"other": file()})
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["app.zip"]
    write_archive(path, {"other": file()})
    assert read_archive(path) == {"other": b"x\n"}


def make_zip(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_zips_of_other_tools_are_read(tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", ("folder/", b""), ("folder/b", b"2" * 1000), ("a", b"1"))
    assert read_archive(path) == {"a": b"1", "folder/b": b"2" * 1000}


@pytest.mark.parametrize("name", ["../escape", "/absolute", "a\\b", "C:/x", "a\x01b"])
def test_members_that_would_escape_are_refused(tmp_path: Path, name: str):
    with pytest.raises(Rejected, match="cannot be read"):
        read_archive(make_zip(tmp_path / "a.zip", (name, b"x")))


def test_links_are_refused(tmp_path: Path):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with pytest.raises(Rejected, match="symbolic link"):
        read_archive(make_zip(tmp_path / "a.zip", (link, b"/etc/passwd")))


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("specpack.backend.archive._MOST_BYTES", 1 << 20)
    path = make_zip(tmp_path / "a.zip", ("a", b"0" * 700_000), ("b", b"0" * 700_000))
    with pytest.raises(Rejected, match="more than 1 MiB"):
        read_archive(path)


def test_damage_is_rejected(tmp_path: Path):
    path = tmp_path / "app.zip"
    content = render_archive(TREE)
    for damaged in (b"", b"no zip", content[:-30], content.replace(b"print", b"prunt")):
        path.write_bytes(damaged)
        with pytest.raises(Rejected, match=r"`app\.zip` cannot be read"):
            read_archive(path)


def test_absent_file_is_unavailable(tmp_path: Path):
    with pytest.raises(Unavailable):
        read_archive(tmp_path / "absent.zip")
