"""Disputes with genuine replies: all outcomes of a blind ruling, as a model gave them."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from specpack.backend.archive import read_archive
from specpack.middle.phases.policy import ask_policies
from specpack.middle.repair import Ambiguous, repair
from tests.builds.ambiguous import CASE, FINDING, VALUES, make_engine
from tests.builds.mirror import build_through_relay, copy_pack, read_recorded, run_specpack

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = CASE.parent


def test_two_readings_of_the_pack_are_shown_with_the_clause(tmp_path: Path) -> None:
    """The third outcome of a ruling: only the pack's author can go on, and no label is asked again."""
    engine, material = make_engine(tmp_path / "store", [CASE / "recording"], None)

    async def run() -> None:
        values = {**await engine.ask(ask_policies(material, {})), **VALUES}
        await repair(engine, material, values, [FINDING])

    with pytest.raises(Ambiguous) as raised:
        asyncio.run(run())
    assert len(raised.value.ruling.readings) >= 2
    assert "labels.tidy" in raised.value.ruling.clauses
    assert raised.value.help == "reword `labels.tidy` so that one reading is left"
    assert [label for label in engine.used if not label.startswith("policy/")] == [
        next(label for label in engine.used if label.startswith("ruling/"))
    ]


@pytest.mark.sandbox
def test_a_reply_to_an_earlier_pack_is_ruled_out(tmp_path: Path) -> None:
    """A clause of `examples/ulid` is turned round, and the units are answered as they were before the edit.

    `recording/` of the case holds a model's replies to all requests of the edited build, but for the units: theirs is
    the recorded reply to the pack before the edit. The suite fails, a blind ruling finds the side at fault, that side
    alone is asked again, and the build ends well.
    """
    case = "unit_at_fault"
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    shutil.copy(CASES / case / "ulid.md", pack / "behaviour" / "ulid.md")
    recorded = read_recorded(CASES / case / "recording", EXAMPLES / "ulid" / "recording")
    archive = tmp_path / "ulid.zip"
    done = build_through_relay(pack, recorded, tmp_path / "relay", archive)
    assert done.returncode == 0, done.stderr
    asked = {p: p.read_text(encoding="utf-8") for p in (tmp_path / "relay").glob("*.request.md")}
    ruled = [text for text in asked.values() if "of the phase ruling" in text]
    again = [text for text in asked.values() if "### Ruling" in text]
    assert len(ruled) == 1
    assert "who gave" not in ruled[0].partition("# Questions")[2]
    assert len(again) == 1
    questions = re.findall(r"^## Question `([^`]+)`", again[0], re.MULTILINE)
    assert questions == ["write/encoding"]
    disputes = read_archive(archive)["logs/disputes.md"].decode()
    assert disputes.count("- ruling: ") == len(re.findall(r"^## Question", ruled[0], re.MULTILINE))
    frozen = run_specpack("build", pack, "--frozen", "-o", tmp_path / "again.zip")
    assert frozen.returncode == 0, frozen.stderr
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@pytest.mark.sandbox
def test_without_repair_the_best_attempt_is_left_beside_the_zip_that_is_not_there(tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    shutil.copy(CASES / "unit_at_fault" / "ulid.md", pack / "behaviour" / "ulid.md")
    recorded = read_recorded(CASES / "unit_at_fault" / "recording", EXAMPLES / "ulid" / "recording")
    done = build_through_relay(pack, recorded, tmp_path / "relay", tmp_path / "ulid.zip", "--repairs", "0")
    assert done.returncode == 1
    assert "gate `suite` rejects the codebase" in done.stderr
    assert not (tmp_path / "ulid.zip").exists()
    blocker = (tmp_path / "ulid.rejected" / "BLOCKER.txt").read_text(encoding="utf-8")
    assert blocker.startswith("gate suite: blocker")
    assert "ulid.7v0hb" in blocker
    assert (tmp_path / "ulid.rejected" / "ulid" / "_encoding.py").is_file()
    lock = (EXAMPLES / "ulid" / "specpack.lock").read_text(encoding="utf-8")
    assert (pack / "specpack.lock").read_text(encoding="utf-8") == lock
