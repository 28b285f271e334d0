"""What a person types or pastes: read as it comes, without a limit on the length of a line.

Path: terminal -> **keyboard** -> relay_session. A terminal that edits lines cuts each after 4095 bytes, and answers
hold longer ones; so while a paste is read it neither edits nor echoes.
"""

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator

QUIET_SECONDS = 0.5
"""A paste is over when nothing more has come for this long; before that nothing is judged."""
_END_OF_INPUT = b"\x04"
_BRACKETS = ("\x1b[200~", "\x1b[201~")
_ERASE = "\x7f\b"


class Keyboard:
    """Standard input. `held` is what was read of the text that is being read, for whoever catches an interrupt."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Take a file descriptor, which may be a pipe."""
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._pending = b""
        self._ended = False
        self._held = b""

    @property
    def held(self) -> str:
        """Text so far, without the marks that terminals set around a paste."""
        text = self._held.decode("utf-8", "replace")
        for bracket in _BRACKETS:
            text = text.replace(bracket, "")
        return text

    def read_text(self, prompt: str, is_command: Callable[[str], bool], is_over: Callable[[str], bool]) -> str | None:
        """Return a command or a text, or None where the input has ended.

        A text also ends at the end-of-input key of a terminal; pressed where nothing stands, it ends the input.

        Args:
            prompt: Shown once reading has begun.
            is_command: Told the first line: whether it is a command, so that nothing else is waited for.
            is_over: Told the text each time that nothing more comes: whether it is all.
        """
        self._held = b""
        with self._raw():
            print(prompt, end="", flush=True)
            judged = False
            while True:
                line, whole, rest = self._held.partition(b"\n")
                command = _erase(line.decode("utf-8", "replace"))
                if whole and is_command(command):
                    self._held, self._pending = b"", rest + self._pending
                    return command
                if self._held and not judged and not self._is_ready():
                    if is_over(self.held):
                        return self.held
                    judged = True
                chunk = self._read_chunk()
                if not chunk:
                    if not whole and is_command(command):
                        return command
                    return self.held if self.held.strip() else None
                self._held += chunk
                judged = False

    def _is_ready(self) -> bool:
        """Return whether more comes soon; False where the system cannot tell, so that each piece is judged."""
        if self._pending or self._ended:
            return True
        if sys.platform == "win32":
            return False
        return bool(select.select([self._descriptor], [], [], QUIET_SECONDS)[0])

    def _read_chunk(self) -> bytes:
        """Wait for what comes next; nothing at the end of the text or of the input."""
        if not self._pending and not self._ended:
            self._pending = os.read(self._descriptor, 1 << 16)
            self._ended = not self._pending
        chunk, self._pending = self._pending, b""
        if not os.isatty(self._descriptor):
            return chunk
        before, key, rest = chunk.partition(_END_OF_INPUT)
        if key:
            self._pending = key + rest if before else rest
        elif len(before) == 1 and before.isascii():
            print(before.decode(), end="", flush=True)
        return before

    @contextlib.contextmanager
    def _raw(self) -> Iterator[None]:
        """Let a terminal pass on what comes without editing or echo, for as long as a text is read."""
        if sys.platform == "win32" or not os.isatty(self._descriptor):
            yield
            return
        import termios

        before = termios.tcgetattr(self._descriptor)
        raw = list(before)
        raw[3] &= ~(termios.ICANON | termios.ECHO)
        raw[6] = [*before[6]]
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, raw)
        try:
            yield
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)


def _erase(line: str) -> str:
    """Return a typed line as it is meant: what was erased again is gone, and space around it."""
    kept: list[str] = []
    for character in line:
        if character in _ERASE:
            del kept[-1:]
        else:
            kept.append(character)
    return "".join(kept).strip()
