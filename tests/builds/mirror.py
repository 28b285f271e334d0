"""Serve a recording's replies through relay: what a model answered, to exactly the requests that it answered."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from specpack import std
from specpack.middle.answers import read_reply
from specpack.middle.store import Store
from specpack.model.pack import Digest
from specpack.providers.relay import ANSWER, REQUEST

SPECPACK = [sys.executable, "-m", "specpack.cli.main"]
BY = "hosted-chat-model"


def read_recorded(recording: Path, *layers: Path) -> dict[Digest, str]:
    """Return request digest -> reply text of the replies in a recording, without those that ship with `std`.

    `layers` are recordings that this one stands on: objects are looked up there too.
    """
    store, shipped = Store(recording, layers=layers), dict(Store(std.STORE).list_entries("replies"))
    entries = [
        (request, reply) for request, reply in Store(recording).list_entries("replies") if request not in shipped
    ]
    return {request: read_reply(store, reply).text for request, reply in entries}


def answer_waiting(folder: Path, recorded: dict[Digest, str]) -> int:
    """Put the recorded answer beside each waiting request that has one; return how many were answered."""
    answered = 0
    for request in folder.glob(f"*{REQUEST}"):
        answer = request.with_name(request.name.removesuffix(REQUEST) + ANSWER)
        short = request.name.removesuffix(REQUEST).rpartition("-")[2]
        text = next((text for digest, text in recorded.items() if digest.startswith(short)), None)
        if text is not None and not answer.exists():
            answer.write_text(text, encoding="utf-8", newline="\n")
            answered += 1
    return answered


def copy_pack(pack: Path, target: Path, *, recording: bool) -> Path:
    """Copy a pack without its state; without its recording and lock too, unless asked for."""
    left_out = [".specpack"] if recording else [".specpack", "recording", "specpack.lock"]
    shutil.copytree(pack, target, ignore=shutil.ignore_patterns(*left_out))
    return target


def run_specpack(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [*SPECPACK, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )


def build_through_relay(
    pack: Path, recorded: dict[Digest, str], folder: Path, archive: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Build by relay, answering each request from the recording, until the build ends otherwise than by waiting."""
    while True:
        done = run_specpack("build", pack, "--model", f"relay:{BY}", "--relay", folder, "-o", archive, *options)
        if done.returncode != 4 or not answer_waiting(folder, recorded):
            return done
