"""`specpack relay --mcp`: waiting requests and their answers as two tools of the Model Context Protocol, over stdio.

Path: a coding assistant -> **relay_tools** -> inbox, leases -> relay's folder. The texts of the tools tell what they
do; how a request is answered stands in the request alone. Answers are checked for wholeness; the gates judge in the
build.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

from specpack import __version__
from specpack.model.failure import Failure, Unavailable
from specpack.providers.inbox import (
    MOST_ANSWER_BYTES,
    Outcome,
    check_answer,
    find_fault,
    read_requests,
    show_name,
    write_answer,
)
from specpack.providers.lease import LEASE_SECONDS, Leases
from specpack.providers.relay import WaitingRequest, list_waiting

_NEXT = "Returns the name and the text of the next request that waits for an answer, or that none waits."
_SUBMIT = (
    "Takes the answer to a request: its name, and the whole answer text. Returns what is missing, or that it is taken."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool says: texts in order, and whether it is a failure that the caller can mend."""

    texts: tuple[str, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Hands requests of a folder out, each to one at a time, and takes answers in."""

    folder: Path
    phase: str = ""
    """Only requests of this phase are handed out; empty for all."""
    leases: Leases = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leases", Leases(self.folder))

    def hand_out(self) -> Told:
        """Return the oldest waiting request that nobody has begun or holds, and lease it."""
        waiting = self._list_waiting()
        for request in waiting:
            if not request.partial and self.leases.take(request.name):
                text = request.path.read_text(encoding="utf-8", errors="replace")
                rest = f"{len(waiting)} waiting, this one among them"
                return Told(texts=(f"name: {request.name}\nfile: {request.path}\n{rest}", text))
        if waiting:
            minutes = f"{LEASE_SECONDS / 60:.0f} minutes"
            held = f"all {len(waiting)} that wait are in other hands, each for {minutes} at most"
            return Told(texts=(f"no request is free: {held}",))
        return Told(texts=("no request waits",))

    def take_in(self, name: str, text: str) -> Told:
        """Take an answer where it is whole; else say what is missing."""
        requests = read_requests(self.folder)
        if name not in requests:
            names = ", ".join(f"`{request.name}`" for request in self._list_waiting()) or "none"
            return Told(texts=(f"there is no request `{show_name(name)}`; waiting: {names}",), failed=True)
        try:
            content = text.encode()
        except UnicodeEncodeError:
            return Told(texts=("the answer holds a lone surrogate, which UTF-8 cannot spell",), failed=True)
        if len(content) > MOST_ANSWER_BYTES:
            return Told(texts=(f"the answer has more than {MOST_ANSWER_BYTES >> 20} MiB",), failed=True)
        self.leases.refresh(name)
        if fault := find_fault(requests[name], text):
            return Told(texts=(f"not taken: the text {fault}",), failed=True)
        if missing := check_answer(requests[name], text):
            return Told(texts=("not taken, the answer is not whole: " + "; ".join(missing),), failed=True)
        outcome = write_answer(self.folder, name, content)
        if outcome is Outcome.KEPT:
            return Told(texts=(f"not taken: `{name}` has another answer already, which stands",), failed=True)
        self.leases.end(name)
        left = len(self._list_waiting())
        return Told(texts=(f"`{name}` is {outcome}; {left} waiting",))

    def _list_waiting(self) -> tuple[WaitingRequest, ...]:
        return list_waiting(self.folder, time.time(), self.phase)


def serve_tools(folder: Path, phase: str) -> int:
    """Serve both tools on the standard streams until the client closes them.

    Raises:
        Unavailable: The extra `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.types import CallToolResult, TextContent, ToolAnnotations
    except ImportError as error:
        raise Unavailable(
            f"the tools need the package `mcp` in version 2, which is not installed ({error})",
            help="install `specpack[mcp]`",
        ) from error
    desk = Desk(folder, phase)
    server = MCPServer("specpack-relay", version=__version__, log_level="ERROR")

    def tell(told: Told) -> CallToolResult:
        return CallToolResult(
            content=[TextContent(type="text", text=text) for text in told.texts], is_error=told.failed
        )

    def next_question() -> CallToolResult:
        try:
            return tell(desk.hand_out())
        except (Failure, OSError) as error:
            return tell(Told(texts=(f"relay folder `{folder}` failed: {error}",), failed=True))

    def submit_answer(name: str, text: str) -> CallToolResult:
        try:
            return tell(desk.take_in(name, text))
        except (Failure, OSError) as error:
            return tell(Told(texts=(f"relay folder `{folder}` failed: {error}",), failed=True))

    closed = ToolAnnotations(open_world_hint=False, destructive_hint=False)
    server.add_tool(next_question, description=_NEXT, annotations=closed, structured_output=False)
    server.add_tool(submit_answer, description=_SUBMIT, annotations=closed, structured_output=False)
    try:
        server.run("stdio")
    finally:
        desk.leases.release()
    return 0
