"""Relay: requests are files, answers are files beside them, whoever writes them.

Path: request -> **relay** -> a person with a chat window, or anything that reads one file and writes another. Works
across processes: a request is named by its digest, so a build that ends and runs again finds its answers.
"""

import datetime
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from specpack.model.failure import Unavailable
from specpack.model.provider import ProviderKind, ProviderSettings, Waiting
from specpack.model.question import Reply, Request, Usage

REQUEST = ".request.md"
ANSWER = ".answer.md"
SETTLE_SECONDS = 300.0
"""An answer that is not whole counts as being written until it has not changed for this long."""

_NEEDED = re.compile(r"^==== specpack (\S+) (.+?) ([0-9a-f]{8}) ====[ \t]*$", re.MULTILINE)
_END = re.compile(r"==== end [0-9a-f]{8} ====\s*(?:`{3,}\s*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """A request without an answer: its file, the answer's file, seconds since a build last asked it, characters."""

    path: Path
    answer: Path
    seconds: float
    characters: int
    partial: bool
    """Whether an answer has been begun."""
    superseded: bool
    """Whether a younger request asks for the same answers: an edit may have made this one obsolete."""

    @property
    def name(self) -> str:
        """What the names of both files begin with."""
        return self.path.name.removesuffix(REQUEST)

    @property
    def phases(self) -> tuple[str, ...]:
        """Phases of the request's questions, as its name tells them."""
        return tuple(self.name.rsplit("-", 2)[0].split("-"))


def open_provider(model: str, settings: ProviderSettings) -> "RelayProvider":
    """Return a relay whose answers are labelled with `model`."""
    return RelayProvider(settings.folder, model or "unnamed", settings.estimate)


KIND = ProviderKind(
    name="relay",
    usage="relay:LABEL",
    summary="files: a request is written to a folder, its answer goes beside it; needs neither key nor network",
    open=open_provider,
    check=lambda environment: "",
)


class RelayProvider:
    """Answers from a folder; `label` names who answers, in the lock (`relay:LABEL`)."""

    def __init__(
        self,
        folder: Path,
        label: str,
        estimate: Callable[[str], int],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the folder, which is made by the first request."""
        self.name = f"relay:{label}"
        self._folder = folder
        self._estimate = estimate
        self._now = now

    async def answer(self, request: Request) -> Reply:
        """Return the answer that lies beside the request; else write the request and raise `Waiting`."""
        stem = name_request(request)
        path, answer = self._folder / f"{stem}{REQUEST}", self._folder / f"{stem}{ANSWER}"
        try:
            text = answer.read_bytes().decode("utf-8-sig", "replace") if answer.is_file() else ""
            if not text.strip() or not (is_whole(request.text, text) or self._is_settled(answer)):
                self._write(path, request)
                raise Waiting(request, str(path))
            day = datetime.datetime.fromtimestamp(answer.stat().st_mtime, datetime.UTC).date().isoformat()
        except OSError as error:
            raise Unavailable(
                f"relay folder `{self._folder}`: {error.strerror}",
                kept="all earlier answers are in the store",
                help="name a folder that can be written with `--relay FOLDER`",
            ) from error
        usage = Usage(input=request.tokens, output=self._estimate(text), estimated=True)
        return Reply(text=text, by=self.name, date=day, usage=usage)

    def _is_settled(self, answer: Path) -> bool:
        return self._now() - answer.stat().st_mtime >= SETTLE_SECONDS

    def _write(self, path: Path, request: Request) -> None:
        if path.is_file():
            os.utime(path)
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(render_relay_file(request), encoding="utf-8", newline="\n")
        temporary.replace(path)


def is_whole(request: str, answer: str) -> bool:
    """Return whether an answer ends in an end marker and begins every block that its request lists.

    A question whose answer holds data may lack its files, as an answer that reports gaps does.
    """
    return has_end(answer) and not list_missing(request, answer)


def has_end(answer: str) -> bool:
    """Return whether the last line of an answer is an end marker, a code fence around all of it aside."""
    return bool(_END.search(answer.rstrip()))


def list_missing(request: str, answer: str) -> tuple[str, ...]:
    """Return the blocks that a request lists and that its answer does not begin, each as `kind path nonce`."""
    begun = {(kind, path, nonce) for kind, path, nonce in _NEEDED.findall(_unify_lines(answer))}
    told = {nonce for kind, _, nonce in begun if kind == "data"}
    return tuple(
        " ".join(block)
        for block in dict.fromkeys(_NEEDED.findall(request))
        if not (block in begun or block[2] in told or block[1] == "<path>")
    )


def _unify_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def name_request(request: Request) -> str:
    """Return the stem of the request's files: its phase, how many questions, eight digits of its digest."""
    phases = "-".join(phase.value for phase in request.phases)
    return f"{phases}-{len(request.labels)}-{request.digest[:8]}"


def render_relay_file(request: Request) -> str:
    """Return the request as one self-contained Markdown file."""
    return f"{request.system.strip()}\n\n{request.text}"


def list_waiting(folder: Path, now: float, phase: str = "") -> tuple[WaitingRequest, ...]:
    """Return the requests of a folder that have no whole answer, of one phase where it is given.

    Oldest first, and those last that a younger request asks in other words.
    """
    waiting = []
    latest: dict[tuple[str, ...], int] = {}
    for path in sorted(folder.glob(f"*{REQUEST}") if folder.is_dir() else (), key=_read_age, reverse=True):
        answer = path.with_name(path.name.removesuffix(REQUEST) + ANSWER)
        begun = answer.is_file() and bool(answer.read_bytes().strip())
        request = path.read_text(encoding="utf-8", errors="replace")
        blocks, asked = _NEEDED.findall(request), path.stat().st_mtime_ns
        superseded = any(latest.setdefault(block, asked) > asked for block in blocks)
        partial = begun and not is_whole(request, answer.read_bytes().decode("utf-8-sig", "replace"))
        if begun and not (partial and now - answer.stat().st_mtime < SETTLE_SECONDS):
            continue
        waiting.append(
            WaitingRequest(
                path=path,
                answer=answer,
                seconds=max(0.0, now - path.stat().st_mtime),
                characters=len(request),
                partial=partial,
                superseded=superseded,
            )
        )
    chosen = (w for w in waiting if not phase or phase in w.phases)
    return tuple(sorted(chosen, key=lambda w: (w.superseded, -w.seconds, w.path.name)))


def _read_age(path: Path) -> int:
    return path.stat().st_mtime_ns
