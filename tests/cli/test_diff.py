"""`specpack diff` from the command line: folders, archives, revisions; text, JSON lines, exit statuses."""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "shelf"
version = "0.1.0"
target = "python"
edition = "2026.1"
extends = ["std"]

[documents]
behaviour = ["*.md"]
"""
LEND = "# Shelf\n\n## Lending\n\nThe shelf MUST lend {} books to a reader at a time.\n"
CARD = "\nThe shelf MUST keep the card of the reader until the book comes back.\n"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def write_pack(folder: Path, count: str = "two", more: str = CARD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "books.md").write_text(LEND.format(count) + more, encoding="utf-8")
    return folder


def diff(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["diff", *map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out, told.err


def read_lines(text: str, kind: str) -> list[dict[str, Any]]:
    objects = [json.loads(line) for line in text.splitlines()]
    return [entry for entry in objects if entry["kind"] == kind]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a pack in `packs/shelf` and no commit yet; the current folder is its top."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    top = tmp_path / "repository"
    top.mkdir()
    git(top, "init", "-q")
    monkeypatch.chdir(top)
    return top


def git(top: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *settings, *arguments], cwd=top, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(top: Path, count: str, more: str = CARD) -> Path:
    pack = write_pack(top / "packs" / "shelf", count, more)
    git(top, "add", "-A")
    git(top, "commit", "-q", "--allow-empty", "-m", count)
    return pack


def test_packs_that_are_the_same_are_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new")
    assert diff(capsys, old, new) == (0, "no difference\n", "")


def test_words_are_marked_and_the_status_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", "three")
    status, told, _ = diff(capsys, old, new)
    assert status == 1
    assert "    - The shelf MUST lend [-two-] books to a reader at a time.\n" in told
    assert "    + The shelf MUST lend {+three+} books to a reader at a time.\n" in told
    assert "warning[SP801]" in told
    assert "\n  behaviour/books/lending: `books." in told
    assert told.endswith("\n1 clause changed in meaning, 0 in form alone; 1 warning\n")


def test_form_alone_is_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", "*two*")
    status, told, _ = diff(capsys, old, new)
    assert (status, "  markup: `books." in told) == (0, True)
    assert told.endswith("0 clauses changed in meaning, 1 in form alone: nothing changed in meaning\n")


def test_json_has_one_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", "three", more="")
    status, told, _ = diff(capsys, old, new, "--format", "json")
    assert status == 1
    removed, reworded = sorted(read_lines(told, "clause"), key=lambda entry: str(entry["aspects"]))
    assert (removed["aspects"], removed["after"], removed["before"]["force"]) == (["removed"], None, "MUST")
    assert ["old", "two"] in reworded["words"]
    assert ["new", "three"] in reworded["words"]
    assert {entry["code"] for entry in read_lines(told, "diagnostic")} == {"SP801", "SP804"}
    assert [entry["label"] for entry in read_lines(told, "question")] == ["behaviour/books/lending"]
    (summary,) = read_lines(told, "summary")
    assert (summary["meaning"], summary["recorded"]) == (True, False)
    assert json.loads(told.splitlines()[-1]) == summary


def test_archives_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", "three")
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for file in old.iterdir():
            archive.write(file, f"shelf/{file.name}")
    with tarfile.open(tmp_path / "new.tar.gz", "w:gz") as packed:
        packed.add(new, "shelf")
    assert diff(capsys, tmp_path / "old.zip", tmp_path / "new.tar.gz")[0] == 1
    assert diff(capsys, tmp_path / "old.zip", old)[0] == 0


def test_a_folder_without_a_pack_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    status, told, problem = diff(capsys, write_pack(tmp_path / "old"), tmp_path / "empty")
    assert (status, told, "there is nothing to compare in" in problem) == (2, "", True)


def test_errors_of_a_side_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", more="\nAs rule 9 says, readers pay.\n")
    (new / "specpack.toml").write_text(MANIFEST.replace("version", "verzion"), encoding="utf-8")
    status, _, problem = diff(capsys, old, new)
    assert (status, "errors" in problem or "1 error" in problem) == (1, True)


def test_a_broken_lock_is_told_and_the_sections_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_pack(tmp_path / "old"), write_pack(tmp_path / "new", "three")
    (new / "specpack.lock").write_text("{", encoding="utf-8")
    status, told, problem = diff(capsys, old, new)
    assert (status, "behaviour/books/lending: `books." in told) == (1, True)
    assert "what a build would ask is not known: lock `specpack.lock` line 1" in problem


@needs_git
def test_a_work_tree_is_compared_with_a_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = commit(repository, "two")
    write_pack(pack, "three")
    before = git(repository, "status", "--porcelain")
    for old, new in (("HEAD", pack), ("HEAD:packs/shelf", "packs/shelf"), ("HEAD:./packs/shelf", pack)):
        status, told, _ = diff(capsys, old, new)
        assert (status, "[-two-]" in told, "{+three+}" in told) == (1, True, True)
    assert git(repository, "status", "--porcelain") == before


@needs_git
def test_two_commits_are_compared(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(repository, "two")
    pack = commit(repository, "three")
    shutil.rmtree(pack)
    assert diff(capsys, "HEAD~1:packs/shelf", "HEAD")[0] == 1
    assert diff(capsys, "HEAD:packs/shelf", "HEAD:packs/shelf")[0] == 0
    pack.mkdir()
    monkeypatch.chdir(pack)
    status, told, _ = diff(capsys, "HEAD~1", "HEAD")
    assert (status, "[-two-]" in told) == (1, True)


@needs_git
def test_the_current_folder_is_the_new_side_where_none_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(commit(repository, "two"))
    write_pack(Path(), "three")
    status, told, _ = diff(capsys, "HEAD")
    assert (status, "{+three+}" in told) == (1, True)


@needs_git
def test_the_repository_of_the_new_side_is_found_from_elsewhere(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(commit(repository, "two"), "three")
    monkeypatch.chdir(tmp_path)
    assert diff(capsys, "HEAD", pack)[0] == 1


@needs_git
def test_an_extended_pack_is_read_from_the_same_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = repository / "packs" / "house"
    house.mkdir(parents=True)
    (house / "specpack.toml").write_text(
        '[pack]\nname = "house"\nversion = "1.0.0"\nedition = "2026.1"\n\n[documents]\npolicy = ["*.md"]\n', "utf-8"
    )
    (house / "style.md").write_text("# Style\n\n## Length\n\nA module MUST be short.\n", "utf-8")
    commit(repository, "two")
    pack = repository / "packs" / "shelf"
    manifest = MANIFEST.replace('["std"]', '["std", { path = "../house" }]')
    (pack / "specpack.toml").write_text(manifest, encoding="utf-8")
    git(repository, "commit", "-qam", "extend")
    (house / "style.md").write_text("# Style\n\n## Length\n\nA module SHOULD be short.\n", "utf-8")
    status, told, _ = diff(capsys, "HEAD", pack)
    assert (status, "house:style.md\n" in told, "warning[SP804]" in told) == (1, True, True)


@needs_git
def test_an_archive_in_a_commit_is_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = commit(repository, "two")
    with zipfile.ZipFile(repository / "shelf.zip", "w") as archive:
        for file in pack.iterdir():
            archive.write(file, file.name)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "zip")
    assert diff(capsys, "HEAD:shelf.zip", pack)[0] == 0
    assert diff(capsys, "HEAD:shelf.zip", write_pack(pack, "three"))[0] == 1


@needs_git
def test_a_link_in_a_commit_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = commit(repository, "two")
    target = git(repository, "hash-object", "-w", "packs/shelf/books.md")
    git(repository, "update-index", "--add", "--cacheinfo", f"120000,{target},packs/shelf/link.md")
    git(repository, "commit", "-qm", "link")
    _, _, problem = diff(capsys, "HEAD", pack)
    assert "`HEAD` has 1 error" in problem


@needs_git
@pytest.mark.parametrize(("history", "flips"), [([], 1), (["--history", "1"], 0), (["--history", "0"], 0)])
def test_a_value_that_went_there_and_back_is_told_from_the_history(
    repository: Path, capsys: pytest.CaptureFixture[str], history: list[str], flips: int
) -> None:
    commit(repository, "at least two")
    pack = commit(repository, "exactly two")
    left = git(repository, "rev-parse", "--short=10", "HEAD")
    (repository / "other.txt").write_text("not of the pack", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "other")
    write_pack(pack, "at least two")
    _, told, _ = diff(capsys, "HEAD", pack, "--format", "json", *history)
    found = [entry["message"] for entry in read_lines(told, "diagnostic") if entry["code"] == "SP805"]
    assert len(found) == flips
    assert all(f"from `exactly` to `at least`, which it left in commit {left}" in message for message in found)


@needs_git
def test_a_flip_between_the_two_versions_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, "two")
    commit(repository, "three")
    commit(repository, "four")
    commit(repository, "three")
    _, told, _ = diff(capsys, "HEAD~3:packs/shelf", "HEAD:packs/shelf")
    assert "goes back from `four` to `three`" in told


@needs_git
def test_looking_back_tells_no_flip(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, "two")
    commit(repository, "three")
    status, told, _ = diff(capsys, "HEAD:packs/shelf", "HEAD~1:packs/shelf")
    assert (status, "turns `three` into `two`" in told, "SP805" in told) == (1, True, False)


@needs_git
@pytest.mark.parametrize(
    ("old", "problem"),
    [
        ("nothing", "`nothing` is no pack, and `nothing` no revision of"),
        ("HEAD:nowhere", "revision `HEAD` holds no `nowhere`"),
        (":packs/shelf", "no revision of"),
        ("HEAD:../../../etc", "revision `HEAD` holds no"),
    ],
)
def test_what_git_does_not_know_is_wrong_use(
    repository: Path, capsys: pytest.CaptureFixture[str], old: str, problem: str
) -> None:
    pack = commit(repository, "two")
    status, told, said = diff(capsys, old, pack)
    assert (status, told, problem in said) == (2, "", True), said


@needs_git
def test_a_name_that_begins_as_an_option_does_is_no_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = commit(repository, "two")
    assert diff(capsys, "--", "--all", pack)[0] == 2


def test_without_git_a_revision_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(tmp_path / "shelf")
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, problem = diff(capsys, "HEAD", pack)
    assert (status, "no `git` to read it as a revision" in problem) == (2, True)


@needs_git
def test_outside_of_any_repository_a_revision_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    status, _, problem = diff(capsys, "HEAD", write_pack(tmp_path / "shelf"))
    assert (status, "is in no git repository" in problem) == (2, True)


@needs_git
def test_a_revision_has_the_limits_of_a_folder(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = commit(repository, "two")
    (pack / "data.json").write_bytes(b" " * (17 << 20))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "large")
    status, _, problem = diff(capsys, "HEAD", pack)
    assert (status, "larger than 16 MiB" in problem) == (2, True)
