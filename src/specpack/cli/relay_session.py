"""`specpack relay --interactive`: one waiting request after another, by clipboard, paste and editor.

Path: a person with a chat window -> **relay_session** -> inbox -> relay's folder. What is not whole yet is kept as a
draft beside its request, whatever ends the session.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from specpack.cli.clipboard import copy_text
from specpack.cli.keyboard import Keyboard
from specpack.middle.tokens import CHARACTERS_PER_TOKEN
from specpack.model.failure import Unavailable
from specpack.providers.inbox import Outcome, check_answer, decode_answer, find_fault, write_answer
from specpack.providers.relay import WaitingRequest, list_waiting

_LAST_END = re.compile(r"^==== end [0-9a-f]{8} ====[ \t]*$(?:\n`{3,}[ \t]*$)?", re.MULTILINE)
_BEGIN = re.compile(r"^==== specpack ", re.MULTILINE)
_STOPPED = 4


class Step(StrEnum):
    """How one turn ended."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    ENDED = "ended"


class Command(StrEnum):
    """What may be typed in place of a paste."""

    EDIT = "e"
    COPY = "c"
    SKIP = "s"
    QUIT = "q"


@dataclass(frozen=True, slots=True)
class Turn:
    """One waiting request and what is being made of its answer."""

    waiting: WaitingRequest
    request: str

    @property
    def draft(self) -> Path:
        """Where an answer stays until it is whole."""
        return self.waiting.path.with_name(f"{self.waiting.name}.draft.md")


def run_session(folder: Path, phase: str) -> int:
    """Go through the waiting requests; 0 where none waits at the end, else 4. Raises `Unavailable`."""
    keyboard = Keyboard()
    skipped: set[str] = set()
    try:
        while left := [w for w in list_waiting(folder, time.time(), phase) if w.name not in skipped]:
            turn = Turn(left[0], left[0].path.read_text(encoding="utf-8", errors="replace"))
            print(f"\n{len(left)} waiting; {turn.waiting.name}, about {_count_tokens(turn)} tokens")
            _copy(turn)
            step = _take_turn(turn, keyboard)
            if step is Step.ENDED:
                break
            if step is Step.SKIPPED:
                skipped.add(turn.waiting.name)
    except KeyboardInterrupt:
        print("\nstopped")
    except OSError as error:
        raise Unavailable(
            f"relay folder `{folder}`: {error.strerror or type(error).__name__}",
            kept="answers and drafts in the folder",
            help="make the folder writable with free space and begin again",
        ) from error
    waiting = list_waiting(folder, time.time(), phase)
    print(f"{len(waiting)} waiting in {folder}; answers and drafts are kept there")
    return _STOPPED if waiting else 0


def _take_turn(turn: Turn, keyboard: Keyboard) -> Step:
    """Repeat until the request has a whole answer, or is left."""
    _show_begun(turn)
    while True:
        heard = _Heard(turn)
        try:
            text = keyboard.read_text(_render_prompt(), _is_command, heard.is_over)
        except KeyboardInterrupt:
            _keep(turn, keyboard.held)
            raise
        match text:
            case None:
                print()
                return Step.ENDED
            case Command.QUIT:
                return Step.ENDED
            case Command.SKIP:
                return Step.SKIPPED
            case Command.COPY:
                _copy(turn)
            case Command.EDIT:
                if _edit(turn) and _accept(turn):
                    return Step.ANSWERED
            case _:
                if _keep(turn, _cut_tail(text)) and _accept(turn):
                    return Step.ANSWERED


class _Heard:
    """Judges a paste while it comes in, and tells each lack once."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._told = ""

    def is_over(self, text: str) -> bool:
        """Return whether the text is a whole answer, or the request itself, which more text makes no better."""
        lacks = check_answer(self._turn.request, _cut_tail(text))
        if not lacks or self._turn.request.strip() in text.replace("\r\n", "\n"):
            return True
        told = f"{text.count(chr(10))} lines, not whole yet: {_join(lacks)}; go on, or press Ctrl-D to leave it there"
        if text.strip() and told != self._told:
            print(told, flush=True)
            self._told = told
        return False


def _cut_tail(text: str) -> str:
    """Return a text up to its last end marker, or all of it where a block begins behind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    ends = [match.end() for match in _LAST_END.finditer(text)]
    if not ends or _BEGIN.search(text, ends[-1]):
        return text
    return text[: ends[-1]] + "\n"


def _keep(turn: Turn, text: str) -> bool:
    """Make a text the draft; return whether there is one. A request that was pasted back is none."""
    if not text.strip():
        return False
    if turn.request.strip() in text:
        print("that is the request itself; copy the reply in the chat, then paste it here")
        return False
    if turn.draft.is_file() and turn.draft.read_bytes().strip():
        _set_draft_aside(turn)
    temporary = turn.draft.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(turn.draft)
    return True


def _set_draft_aside(turn: Turn) -> None:
    number = 1
    while (target := turn.draft.with_name(f"{turn.waiting.name}.draft-{number}.md")).exists():
        number += 1
    turn.draft.rename(target)
    print(f"the draft that was there is now {target.name}")


def _edit(turn: Turn) -> bool:
    """Open the draft in the editor; return whether it holds a text afterwards."""
    editor = find_editor()
    if not editor:
        print(f"no editor: set VISUAL or EDITOR, or save the reply as {turn.waiting.answer}")
        return False
    if not turn.draft.is_file():
        begun = turn.waiting.answer
        turn.draft.write_bytes(begun.read_bytes() if begun.is_file() else b"")
    try:
        status = subprocess.run([*editor, str(turn.draft)], check=False).returncode
    except OSError as error:
        print(f"the editor `{editor[0]}` cannot be run: {error.strerror}")
        return False
    if status:
        print(f"the editor ended with status {status}; nothing is taken, and the draft is kept")
        return False
    if turn.draft.is_file() and turn.draft.read_bytes().strip():
        return True
    turn.draft.unlink(missing_ok=True)
    print("the file is empty; nothing is taken")
    return False


def _accept(turn: Turn) -> bool:
    """Make the draft the answer where it is whole; else say what is missing and keep it."""
    content = turn.draft.read_bytes()
    text = decode_answer(content)
    if text is None:
        print(f"not taken: it is not UTF-8 text; it is kept as {turn.draft.name}")
        return False
    if fault := find_fault(turn.request, text):
        print(f"not taken: it {fault}; it is kept as {turn.draft.name}")
        return False
    if lacks := check_answer(turn.request, text):
        print(f"not whole: {_join(lacks)}; it is kept as {turn.draft.name}, `e` goes on with it")
        return False
    begun = turn.waiting.answer
    earlier = begun.read_bytes().decode("utf-8-sig", "replace") if begun.is_file() else ""
    unfinished = bool(earlier) and bool(check_answer(turn.request, earlier))
    if write_answer(begun.parent, turn.waiting.name, content, replace=unfinished) is Outcome.KEPT:
        print(f"not taken: another answer came in meanwhile; yours is kept as {turn.draft.name}")
        return True
    turn.draft.unlink(missing_ok=True)
    print(f"taken: {begun.name}, {text.count(chr(10))} lines")
    return True


def _copy(turn: Turn) -> None:
    by = copy_text(turn.request)
    print(f"copied by {by}: {turn.waiting.path}" if by else f"no clipboard here; copy it from {turn.waiting.path}")


def _show_begun(turn: Turn) -> None:
    if turn.draft.is_file() and (text := turn.draft.read_text(encoding="utf-8", errors="replace")).strip():
        lacks = check_answer(turn.request, text)
        print(f"there is a draft, `e` goes on with it: {_join(lacks) if lacks else 'it is whole'}")
    elif turn.waiting.partial:
        print(f"an answer is begun in {turn.waiting.answer.name}, `e` goes on with it")


def _render_prompt() -> str:
    editor = find_editor()
    edit = f", {Command.EDIT} for {Path(editor[0]).name}" if editor else ""
    return f"paste the whole reply here; or type {Command.COPY} to copy again{edit}, {Command.SKIP} to skip, \
{Command.QUIT} to quit\n> "


def find_editor() -> list[str]:
    """Return the command of the editor that the environment names and the system has; [] where there is none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(name, ""), posix=os.name == "posix")
        except ValueError:
            continue
        if command and shutil.which(command[0]):
            return command
    return []


def _is_command(line: str) -> bool:
    return line in set(Command)


def _join(lacks: tuple[str, ...]) -> str:
    more = f" and {len(lacks) - 3} more" if len(lacks) > 3 else ""
    return ", ".join(lacks[:3]) + more


def _count_tokens(turn: Turn) -> int:
    return int(turn.waiting.characters / CHARACTERS_PER_TOKEN)
