"""A relay folder with requests as a build leaves them, and answers as a model gives them."""

import os
from pathlib import Path

from specpack.middle.framing import label_nonce, render_end, render_marker
from specpack.middle.requests import render_request
from specpack.model.conclusion import Phase
from specpack.model.question import Expected, Label, Part, Question, Request
from specpack.providers.relay import name_request, render_relay_file

FILE = Expected(kind="file", path="a.toy")
NOTES = Expected(kind="data", optional=True)


def make_request(*labels: str, text: str = "slice") -> Request:
    """Return a request that asks for one file a label, and permits a data block beside it."""
    questions = [
        Question(
            label=Label(label),
            phase=Phase(label.partition("/")[0]),
            contract="# Contract\n",
            parts=(Part(title="Slice", text=f"{text} ünïcode"),),
            expected=(FILE, NOTES),
        )
        for label in labels
    ]
    return render_request(questions, framing="# Framing\n")


def put_request(folder: Path, *labels: str, text: str = "slice", age: float = 0.0) -> Request:
    """Write a request, older than now by `age` seconds, and return it."""
    request = make_request(*labels, text=text)
    folder.mkdir(parents=True, exist_ok=True)
    path = request_path(folder, request)
    path.write_text(render_relay_file(request), encoding="utf-8", newline="\n")
    if age:
        written = path.stat().st_mtime - age
        os.utime(path, (written, written))
    return request


def make_answer(request: Request, text: str = "yes") -> str:
    """Return a whole answer, with prose before it."""
    blocks = (f"{render_marker(FILE, label)}\n{text}\n{render_end(label)}\n" for label in request.labels)
    return "Of course!\n\n" + "".join(blocks)


def make_notes(request: Request) -> str:
    """Return the optional block of the last label."""
    label = request.labels[-1]
    return f"{render_marker(NOTES, label)}\n{{}}\n{render_end(label)}\n"


def nonce(request: Request) -> str:
    return label_nonce(request.labels[0])


def request_path(folder: Path, request: Request) -> Path:
    return folder / f"{name_request(request)}.request.md"


def answer_path(folder: Path, request: Request) -> Path:
    return folder / f"{name_request(request)}.answer.md"
