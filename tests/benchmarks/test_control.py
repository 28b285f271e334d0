"""The one-shot control: what its request holds, and how its reply is cut."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.external.__main__ import CASES, ask_control
from benchmarks.external.case import Place, Result
from benchmarks.external.control import (
    ANSWER,
    LABEL,
    cut_reply,
    list_packages,
    make_request,
    read_tree,
    write_request,
)
from benchmarks.external.packs import write_pack
from benchmarks.external.scores import SCORE, find_passed

from specpack.backend.sandbox import choose_sandbox
from specpack.middle.framing import render_end, render_marker
from specpack.middle.requests import SYSTEM
from specpack.model.failure import Rejected
from specpack.model.question import Expected
from specpack.model.target import Sandbox

BRIEF = "# Interface\n\n## Public interface\n\nThe desk MUST be the package `desk`.\n"
RULES = "# Desk\n\n## Lending\n\nThe desk MUST lend at most three books to a reader.\n"


def frame(path: str, text: str) -> str:
    return f"{render_marker(Expected(kind='file', path=path), LABEL)}\n{text}\n{render_end(LABEL)}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_pack(tmp_path / "pack", "desk", {"behaviour/desk.md": RULES}, BRIEF)
    return tmp_path / "pack"


def test_the_request_holds_what_a_build_knows(pack: Path) -> None:
    request = make_request(pack)
    assert request.system == SYSTEM
    for told in (
        "lend at most three books",
        "MUST be the package `desk`",
        "one `file` block for each file",
        "The reply MUST answer the questions in the order",
        "‹python.package›",
        "‹testing.deterministic›",
        render_marker(Expected(kind="file", path="<path>"), LABEL),
    ):
        assert told in request.text, told
    assert "Contract of the phase write" not in request.text
    assert "{#" not in request.text


def test_a_reply_becomes_a_tree() -> None:
    reply = (
        "Here it is.\n" + frame("desk/__init__.py", "x = 1") + "and the tests\n" + frame("tests/test_a.py", "y = 2\n")
    )
    framed = cut_reply(reply)
    assert framed.findings == ()
    assert read_tree(framed) == {"desk/__init__.py": b"x = 1\n", "tests/test_a.py": b"y = 2\n"}


def test_a_broken_block_costs_itself_alone() -> None:
    whole = frame("desk/whole.py", "x = 1")
    cut_off = frame("desk/cut.py", "y = 2").rpartition("==== end")[0]
    framed = cut_reply(whole + cut_off)
    assert list(read_tree(framed)) == ["desk/whole.py"]
    assert any("breaks off" in finding.message for finding in framed.findings)


@pytest.mark.parametrize("path", ["../out.py", "/etc/out", "desk/../../out.py", "desk//out.py", "desk\\out.py"])
def test_a_path_out_of_the_tree_is_refused(path: str) -> None:
    with pytest.raises(Rejected, match="leads out of the tree"):
        read_tree(cut_reply(frame(path, "x = 1")))


def test_packages_are_names_without_versions() -> None:
    tree = {"requirements.txt": b"# what it needs\nflask\n PyJWT==2.8 ; python_version > '3'\n\n-r other.txt\n"}
    assert list_packages(tree) == ("flask", "PyJWT")
    assert list_packages({}) == ()


def test_an_asked_control_is_not_asked_otherwise(pack: Path, tmp_path: Path) -> None:
    place = write_request(pack, tmp_path / "control-1")
    before = place.read_bytes()
    assert write_request(pack, tmp_path / "control-1") == place
    write_pack(pack, "desk", {"behaviour/desk.md": RULES.replace("three", "four")}, BRIEF)
    with pytest.raises(Rejected, match="another request"):
        write_request(pack, tmp_path / "control-1")
    assert place.read_bytes() == before


def test_a_pack_with_errors_is_not_asked(tmp_path: Path) -> None:
    write_pack(tmp_path / "pack", "desk", {"behaviour/desk.md": RULES + "\nSee [desk.missing].\n"}, BRIEF)
    with pytest.raises(Rejected, match="has errors"):
        make_request(tmp_path / "pack")


@pytest.mark.sandbox
def test_an_answered_control_is_cut_and_scored(
    pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if choose_sandbox() is None:
        pytest.skip("no sandbox tier works on this machine, and generated code runs nowhere else")
    monkeypatch.setenv("SPECPACK_CACHE", str(pack.parent / "cache"))

    def score(place: Place, tree: Mapping[str, bytes], environment: Path, sandbox: Sandbox) -> Result:
        return Result(passed=tuple(sorted(tree)), failed={"desk/lost.py": "it was cut off"})

    case = replace(CASES["meridian"], gold=3, score=score)
    place = Place(pack.parent)
    folder = place.draw("control", 2)
    (place.root / "locks").mkdir()
    (place.root / "locks" / "none.lock").write_text("", encoding="utf-8")
    assert ask_control(case, place, 2) == 4
    assert "waiting for" in capsys.readouterr().out
    cut_off = frame("desk/lost.py", "y = 2").rpartition("==== end")[0]
    (folder / ANSWER).write_text(frame("desk/__init__.py", "x = 1") + cut_off, encoding="utf-8")
    assert ask_control(case, place, 2) == 0
    told = capsys.readouterr().out
    assert "breaks off" in told
    assert "1 of 3 pass, 1 fail" in told
    assert (folder / "tree" / "desk" / "__init__.py").read_text(encoding="utf-8") == "x = 1\n"
    assert find_passed(folder / SCORE) == 1
