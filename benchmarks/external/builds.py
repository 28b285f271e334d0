"""Build a copy of a case's pack through relay, a draw at a time; run again when answers have arrived.

Path: pack -> **builds** -> `specpack build` -> zip, or the best attempt of a rejected build -> score.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.external.case import read_folder

from specpack.backend.archive import read_archive
from specpack.model.failure import Rejected
from specpack.options import Home

BY = "relay:hosted-chat-model"
WAITING = 4
RUNS = "runs.jsonl"
_OUTCOMES = {0: "accepted", 1: "rejected", WAITING: "waiting"}


def build_draw(pack: Path, folder: Path, options: tuple[str, ...] = ()) -> int:
    """Run `specpack build` once on the draw's own copy of the pack; return its exit status, 4 while answers are out.

    The relay folder is `folder/relay`. Each run adds a line to `runs.jsonl`: status, seconds, replies known after it.
    """
    copy = folder / "pack"
    if not copy.is_dir():
        shutil.copytree(pack, copy)
    elif changed := _list_changed(pack, copy):
        raise Rejected(
            f"the draw was begun with other documents: {', '.join(changed)}",
            kept="the draw as it is",
            help="give the draw another number, or move its folder away",
        )
    command = [sys.executable, "-m", "specpack.cli.main", "build", str(copy), "--model", BY]
    command += ["--relay", str(folder / "relay"), "-o", str(find_zip(folder)), *options]
    begun = time.monotonic()
    status = subprocess.run(command, env=dict(os.environ), check=False).returncode
    run = {"status": status, "seconds": round(time.monotonic() - begun, 2), "replies": count_replies(folder)}
    with (folder / RUNS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(run) + "\n")
    return status


def find_zip(folder: Path) -> Path:
    """Return where the draw's zip goes."""
    return folder / "codebase.zip"


def count_replies(folder: Path) -> int:
    """Return how many replies the draw's store holds."""
    return sum(1 for _ in (Home(folder / "pack").store / "replies").glob("*/*/*"))


def measure_seconds(folder: Path) -> float:
    """Return the seconds of ours: all runs of the engine and the gates that had something to do.

    A run through relay never waits. One that ends waiting and found no new reply only looked whether answers had come,
    so it does not count; the first one does.
    """
    seconds, known = 0.0, -1
    for run in _read_runs(folder):
        if run["replies"] != known or run["status"] != WAITING:
            seconds += run["seconds"]
        known = int(run["replies"])
    return seconds


def find_outcome(folder: Path) -> str:
    """Return how the last run ended: `accepted`, `rejected`, `waiting`, or `failed` with its exit status."""
    runs = _read_runs(folder)
    if not runs:
        return "not begun"
    status = int(runs[-1]["status"])
    if status == 1 and not find_zip(folder).with_suffix(".rejected").is_dir():
        return "stopped"
    return _OUTCOMES.get(status, f"failed ({status})")


def read_codebase(folder: Path) -> Mapping[str, bytes] | None:
    """Return the files of the accepted zip, else of the best attempt of the rejected build, else None."""
    archive = find_zip(folder)
    if archive.is_file():
        return read_archive(archive)
    rejected = archive.with_suffix(".rejected")
    return read_folder(rejected) if rejected.is_dir() else None


def _list_changed(pack: Path, copy: Path) -> list[str]:
    return [path for path, content in read_folder(pack).items() if not _holds(copy / path, content)]


def _holds(path: Path, content: bytes) -> bool:
    return path.name == "specpack.ids" or (path.is_file() and path.read_bytes() == content)


def _read_runs(folder: Path) -> list[dict[str, float]]:
    path = folder / RUNS
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
