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


def read_gate_map() -> Mapping[str, str]:
    """Return clause id -> name of the gate that checks it, written by hand in `gates.toml`."""
    with (PACK / "gates.toml").open("rb") as file:
        gates: dict[str, str] = tomllib.load(file)["gates"]
    return gates
