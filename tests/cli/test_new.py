"""`specpack new`: a pack that checks clean, and the manifest of a folder that had none."""

import tomllib
from pathlib import Path

import pytest

from specpack.cli.main import main
from specpack.model.diagnostic import Severity
from specpack.reading import read_pack

FILES = {
    "shelf.md": "# Shelf\n\n## Lending\n\nThe shelf MUST lend two books.\n\nErrors are defined in `errors.md`.\n",
    "errors.md": "# Errors\n\nThe errors of the shelf MUST have a name.\n",
    "ops.md": "# Deployment\n\nThe shelf MUST run in one container.\n",
    "quality.md": "# Quality\n\nTests MUST be pure. The generator MUST cite clauses. The test suite MUST NOT sleep.\n",
    "choices.md": "# Choices\n\nThis document takes precedence over all other documents.\n\nThe shelf MUST use ink.\n",
    "rules/logging-policy.md": "# Logging\n\nThe code MUST log each failure.\n",
    "README.md": "# Read me\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "My Shelf" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "My Shelf" / name).write_text(text, encoding="utf-8")
    return tmp_path / "My Shelf"


def read_files(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_the_manifest_declares_what_names_and_words_tell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--from", str(folder)]) == 0
    manifest = tomllib.loads((folder / "specpack.toml").read_text(encoding="utf-8"))
    assert manifest["pack"] == {
        "name": "my-shelf",
        "version": "0.1.0",
        "target": "python",
        "edition": "2026.1",
        "extends": ["std"],
    }
    assert manifest["documents"] == {
        "intervention": ["choices.md"],
        "platform": ["ops.md"],
        "behaviour": ["errors.md", "shelf.md"],
        "policy": ["quality.md", "rules/logging-policy.md"],
    }
    assert manifest["precedence"] == {"owns": {"errors": "errors.md"}}
    out = capsys.readouterr().out
    for told in (
        "`choices.md` is taken for intervention, rank 1 of 6",
        "it says that it outranks others",
        "its title is `Deployment`",
        "neither its path nor its words tell another role",
        "3 of its 3 rules bind the generator, the tests or the repository",
        "its path has the word `policy`",
        'the words are "Errors are defined in errors.md"',
        "read as outside the pack: `README.md`",
    ):
        assert told in out
    assert out.count("information[SP102]: `") == 7
    assert "clauses with a force" in out.splitlines()[-1]


def test_nothing_but_manifest_and_identities_is_added(folder: Path) -> None:
    main(["new", "--from", str(folder), "shelf"])
    after = read_files(folder)
    assert {name: after[name] for name in FILES} == FILES
    assert after.keys() - FILES.keys() == {"specpack.toml", "specpack.ids"}
    understanding = read_pack(folder)
    assert understanding.pack.name == "shelf"
    assert all(any(line.startswith(f'["{c}"') for line in after["specpack.ids"].splitlines()) for c in own_ids(folder))
    assert not [d for d in understanding.diagnostics if d.code == "SP102" or d.severity is Severity.ERROR]


def own_ids(folder: Path) -> list[str]:
    return [clause.id for clause in read_pack(folder).clauses.values() if not clause.document.startswith("std:")]


def test_a_manifest_is_never_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "specpack.toml").write_text("", encoding="utf-8")
    before = read_files(folder)
    assert main(["new", "--from", str(folder)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert read_files(folder) == before


def test_a_topic_that_two_documents_are_told_to_own_has_no_owner(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ops.md").write_text("# Deployment\n\nThis document owns errors.\n", encoding="utf-8")
    main(["new", "--from", str(folder)])
    assert "precedence" not in tomllib.loads((folder / "specpack.toml").read_text(encoding="utf-8"))
    assert "`errors` has no owner" in capsys.readouterr().out


def test_the_status_is_that_of_check(folder: Path) -> None:
    (folder / "shelf.md").write_text("# Shelf\n\nThe shelf MUST hold. The shelf MUST NOT hold.\n", encoding="utf-8")
    assert main(["new", "--from", str(folder)]) == 1
    assert (folder / "specpack.toml").is_file()


def test_a_folder_that_is_no_pack_gets_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("# Read me\n", encoding="utf-8")
    assert main(["new", "--from", str(tmp_path)]) == 1
    assert "error[SP001]" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert main(["new", "--from", str(tmp_path / "gone")]) == 2


def test_a_name_is_needed_and_checked(folder: Path) -> None:
    assert main(["new"]) == 2
    assert main(["new", "--from", str(folder), "No Name"]) == 2
    assert "specpack.toml" not in read_files(folder)


def test_a_new_pack_checks_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "greeter"]) == 0
    assert main(["check", "greeter"]) == 0
    assert main(["new", "greeter"]) == 2
