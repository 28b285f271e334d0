"""Whole runs of the suite with one thing changed each, and who noticed.

Path: words, packages -> **rounds** -> gates `witness`, `ablation`.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from specpack.model.target import Verification
from specpack.targets.python.gates.running import FOLDER, run_pytest
from specpack.targets.python.mutation.evidence import parse_lines
from specpack.targets.python.mutation.words import MODULE

PLUGIN = "specpack_rounds"
RESULTS = f"{FOLDER}/out/rounds.jsonl"
SECONDS = 600.0
ROUND_SECONDS = 120.0
_PLACES = ("", "src/", f"{FOLDER}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of one change: the tests that noticed it by an assertion, those that crashed, how many ran."""

    asserted: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    ran: int = 0
    whole: bool = False
    """Whether the round came to its end, or to a test that noticed."""


def run_rounds(
    verification: Verification,
    contents: Mapping[str, bytes],
    swapped: Mapping[str, str],
    rounds: Mapping[str, Sequence[str]],
) -> Mapping[str, Round]:
    """Return round -> what became of it.

    Args:
        verification: Sandbox and environment; both must be there.
        contents: The tree.
        swapped: Files that replace those of the tree.
        rounds: `word W` for another word in the place of W, `package P` for something inert in the place of P -> the
            test files to run.
    """
    assert verification.sandbox is not None and verification.environment is not None
    plan = {
        "rounds": {name: list(paths) for name, paths in rounds.items()},
        "loaded": [package.imports for package in verification.design.packages],
        "jobs": max(1, os.cpu_count() or 1),
        "seconds": SECONDS * 0.9,
        "round": ROUND_SECONDS,
    }
    package = resources.files(__package__ or "")
    giver = package.joinpath("word_giver.py").read_bytes()
    tree = {
        **contents,
        **{path: text.encode() for path, text in swapped.items()},
        f"{FOLDER}/{PLUGIN}.py": package.joinpath("rounds_plugin.py").read_bytes(),
        **{f"{folder}{MODULE}.py": giver for folder in _PLACES},
        f"{FOLDER}/rounds.json": json.dumps(plan).encode(),
    }
    result = run_pytest(
        verification,
        tree,
        ["-p", PLUGIN],
        harvest=(RESULTS,),
        seconds=SECONDS,
    )
    lines = [line for line in parse_lines(result.files.get(RESULTS, b"")) if isinstance(line.get("round"), str)]
    return {name: _read_round([line for line in lines if line["round"] == name]) for name in rounds}


def _read_round(lines: Sequence[Mapping[str, object]]) -> Round:
    noticed = [line for line in lines if isinstance(line.get("by"), str)]
    ends = [line for line in lines if line.get("end") == "done"]
    ran = ends[0].get("ran", 0) if ends else 0
    return Round(
        asserted=tuple(str(line["by"]) for line in noticed if line.get("how") == "assert"),
        crashed=tuple(str(line["by"]) for line in noticed if line.get("how") == "crash"),
        ran=ran if isinstance(ran, int) else 0,
        whole=bool(ends),
    )
