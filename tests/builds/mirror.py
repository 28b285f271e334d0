"""Serve a recording's replies through relay: what a model answered, to exactly the requests that it answered."""

import shutil
from pathlib import Path

from specpack import std
from specpack.middle.answers import read_reply
from specpack.middle.store import Store
from specpack.model.pack import Digest
from specpack.providers.relay import ANSWER, REQUEST


def read_recorded(recording: Path) -> dict[Digest, str]:
    """Return request digest -> reply text of the replies in a recording, without those that ship with `std`."""
    store, shipped = Store(recording), dict(Store(std.STORE).list_entries("replies"))
    entries = [(request, reply) for request, reply in store.list_entries("replies") if request not in shipped]
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
