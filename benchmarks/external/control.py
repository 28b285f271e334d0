"""The one-shot control: the same model, given the same pack in one request.

Path: pack -> **control** -> one request; one reply -> tree -> score.

It knows what a build knows: the same system prompt, the same framing, all documents of the pack, and the documents of
`std` that bind code. Its contract is one page of ours, `briefs/control.md`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.external.case import read_brief

from specpack.middle.framing import ANY_PATH, Framed, parse_reply
from specpack.middle.phases.material import Material
from specpack.middle.requests import render_request
from specpack.model.conclusion import Phase
from specpack.model.failure import Rejected
from specpack.model.pack import Role
from specpack.model.question import Expected, Label, Question, Request
from specpack.providers.relay import render_relay_file
from specpack.reading import read_pack
from specpack.targets import load_target

LABEL = Label("control")
REQUEST = "control.request.md"
ANSWER = "control.answer.md"
PACKAGES = "requirements.txt"
EXPECTED = (Expected(kind="file", path=ANY_PATH),)

_OWN = (Role.INTERVENTION, Role.PLATFORM, Role.BEHAVIOUR)
_RULES = (Role.LANGUAGE, Role.POLICY)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def make_request(pack: Path) -> Request:
    """Return the one request. Raises `Rejected` where the pack has errors."""
    understanding = read_pack(pack)
    if understanding.failed:
        raise Rejected("the pack has errors, so nothing is asked", help=f"`specpack check {pack}` shows them")
    material = Material(understanding, load_target(understanding.pack.target))
    question = Question(
        label=LABEL,
        phase=Phase.WRITE,
        contract=read_brief("control"),
        parts=(*material.whole_documents(*_OWN), *material.whole_documents(*_RULES)),
        expected=EXPECTED,
    )
    return render_request([question], framing=material.contract("framing"))


def write_request(pack: Path, folder: Path) -> Path:
    """Write the request where it does not lie already; return its path.

    Raises:
        Rejected: A request of other words lies there, so an answer would be to another question.
    """
    path = folder / REQUEST
    text = render_relay_file(make_request(pack))
    if path.is_file() and path.read_text(encoding="utf-8") != text:
        raise Rejected(
            f"`{path}` holds another request: the pack or a contract changed",
            kept="the request and its answer",
            help="give the control another number, or move its folder away",
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def cut_reply(text: str) -> Framed:
    """Return the files of a reply with what is wrong in its framing; a broken block is left out, the others count."""
    return parse_reply(text, {LABEL: EXPECTED})[LABEL]


def read_tree(framed: Framed) -> dict[str, bytes]:
    """Return the files by path. Raises `Rejected` for a path that leads out of the tree."""
    tree: dict[str, bytes] = {}
    for block in framed.blocks:
        parts = block.path.split("/")
        if block.path.startswith("/") or "\\" in block.path or any(part in ("", ".", "..") for part in parts):
            raise Rejected(f"path `{block.path[:80]}` leads out of the tree", help="the control fails by its framing")
        if block.kind == "file":
            tree[block.path] = block.text.encode()
    return tree


def list_packages(tree: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the names of third-party packages that the control lists, without versions."""
    lines = tree.get(PACKAGES, b"").decode("utf-8", "replace").splitlines()
    return tuple(match[0] for line in lines if (match := _NAME.match(line.strip())))
