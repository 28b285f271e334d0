"""A dispute over a clause with two readings: the material of the question that a model was asked.

The design and the finding are synthetic; the reply in `tests/cases/builds/ambiguous/recording` is a model's, whole.
"""

from pathlib import Path
from typing import Any

from specpack import std
from specpack.middle.asking import Settings
from specpack.middle.engine import Engine
from specpack.middle.lock import Lock, read_lock
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.material import Material
from specpack.middle.store import Store
from specpack.model.conclusion import DesignConclusion, EntryPoint, TestGroup, Unit
from specpack.model.finding import Finding
from specpack.model.provider import Provider
from specpack.model.question import Label
from specpack.reading import read_pack
from specpack.targets import load_target

CASE = Path(__file__).parents[1] / "cases" / "builds" / "ambiguous"

FINDING = Finding(
    code="GT090",
    gate="suite",
    message="test `test_tidy_returns_the_label_without_its_end` fails, one of 1 among 1",
    test="tests/test_labels.py::test_tidy_returns_the_label_without_its_end",
    clauses=("labels.tidy",),
    expected="'-a-b'",
    observed="'ab'",
    evidence=("`test_tidy_returns_the_label_without_its_end`", "result = driver.tidy('-a-b - ')"),
)

VALUES: dict[Label, Any] = {
    DESIGN: DesignConclusion(
        units=(Unit(id="labels", paths=("labels/__init__.py",), purpose="tidying", clauses=("labels.tidy",)),),
        entry_points=(EntryPoint(kind="library", target="labels:tidy", unit="labels"),),
        groups=(TestGroup(id="labels", paths=("tests/test_labels.py",), clauses=("labels.tidy",)),),
    )
}


def make_engine(store: Path, layers: list[Path], provider: Provider | None) -> tuple[Engine, Material]:
    """Return an engine over the case's pack, and the pack as phases see it."""
    material = Material(read_pack(CASE / "pack"), load_target("python"))
    engine = Engine(
        store=Store(store, layers=[*layers, std.STORE]),
        lock=Lock(),
        shipped=read_lock(std.LOCK) or Lock(),
        provider=(lambda phase: provider) if provider else None,
        settings=Settings(),
        framing=material.contract("framing"),
    )
    return engine, material
