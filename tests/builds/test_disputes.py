"""Disputes with genuine replies: all outcomes of a blind ruling, as a model gave them."""

import asyncio
from pathlib import Path

import pytest

from specpack.middle.phases.policy import ask_policies
from specpack.middle.repair import Ambiguous, repair
from tests.builds.ambiguous import CASE, FINDING, VALUES, make_engine

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
