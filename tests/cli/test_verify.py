"""`specpack verify` on trees of other origin, by the command."""

import json
from pathlib import Path

import pytest

from specpack.backend.sandbox import choose_sandbox
from specpack.cli.main import main

GOOD = {
    "kettle.py": '"""A kettle."""\n\n\ndef warm(degrees: int) -> str:\n    """Say how warm it is."""\n'
    '    told = "hot" if degrees > 80 else "cold"\n    return told\n',
    "test_kettle.py": "from kettle import warm\n\n\ndef test_warm():\n"
    "    assert (warm(81), warm(80)) == ('hot', 'cold')\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["verify", *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.mark.sandbox
def test_an_honest_tree_passes_and_what_was_guessed_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    if choose_sandbox() is None:
        pytest.skip("no sandbox tier works on this machine")
    status, out, _ = run(capsys, str(write(tmp_path, GOOD)))
    if "environment:" in out:
        pytest.skip("the registry is out of reach")
    assert status == 0, out
    assert "entry points: `kettle`" in out
    assert "sandbox: " in out
    assert "mutation: pass" in out


@pytest.mark.sandbox
def test_a_blocker_names_place_evidence_and_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    if choose_sandbox() is None:
        pytest.skip("no sandbox tier works on this machine")
    weak = GOOD["test_kettle.py"].replace("assert (warm(81), warm(80)) == ('hot', 'cold')", "assert warm(81)")
    status, out, _ = run(capsys, str(write(tmp_path, {**GOOD, "test_kettle.py": weak})))
    if "environment:" in out:
        pytest.skip("the registry is out of reach")
    assert status == 0, "an assertion that something came back notices that nothing does"
    idle = GOOD["test_kettle.py"].replace(
        "assert (warm(81), warm(80)) == ('hot', 'cold')", "warm(81)\n    assert 'x'.upper() == 'X'"
    )
    status, out, _ = run(capsys, str(write(tmp_path, {**GOOD, "test_kettle.py": idle})))
    assert status == 1
    assert "GT182: `warm` of `kettle.py` can return anything and every test still passes" in out
    assert "--> kettle.py:4" in out
    assert "= note: ran in 1 tests: `test_warm`" in out
    assert "= help: assert the value" in out


def test_gates_as_json_stop_at_the_first_blocker_unless_all_are_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(tmp_path, {**GOOD, "Makefile": "test:\n\tpytest || true\n"})
    status, out, _ = run(capsys, str(tmp_path), "--format", "json", "--environment", str(tmp_path / "none"))
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, [t["gate"] for t in told]) == (1, ["intake"])
    assert told[0]["findings"][0]["code"] == "GT004"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ("entry = ['x']\n", "`entry` is no fact"),
        ("error_ids = 'x'\n", "`error_ids` is no fact, or of another type"),
        ("[", "TOML"),
    ],
)
def test_facts_that_cannot_be_read_are_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], facts, told):
    write(tmp_path, GOOD)
    (tmp_path / "facts.toml").write_text(facts, encoding="utf-8")
    status, _, err = run(capsys, str(tmp_path), "--facts", str(tmp_path / "facts.toml"))
    assert status == 2
    assert told in err


def test_no_tree_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(capsys, str(tmp_path / "absent"))[0] == 2
    assert run(capsys, str(tmp_path))[0] == 2
