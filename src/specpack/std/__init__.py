"""The standard pack as shipped: its documents, its identity, and its own policy answers as a read-only store layer.

Path: `extends = ["std"]` -> **std** -> composition, engine.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent
PACK = ROOT / "pack"
STORE = ROOT / "store"
LOCK = PACK / "specpack.lock"
DEEP = ROOT / "deep"
"""Contracts of `check --deep`, which are no part of the pack: no build shows them."""


def read_deep_contract(name: str) -> str:
    """Return the text of a contract of `check --deep`."""
    return (DEEP / f"{name}.md").read_text(encoding="utf-8")


def read_gate_map() -> Mapping[str, str]:
    """Return clause id -> name of the gate that checks it, written by hand in `gates.toml`."""
    with (PACK / "gates.toml").open("rb") as file:
        gates: dict[str, str] = tomllib.load(file)["gates"]
    return gates
