"""Progress of a build: plain lines, one a step.

Path: driver, engine -> **progress** -> terminal.
"""

import time
from collections.abc import Callable
from typing import TextIO

from specpack.middle.asking import Event
from specpack.model.question import Label

STREAM_SECONDS = 15.0
"""How often a reply that streams in is told of."""

_WORDS = {
    "asked": "asking",
    "answered": "reply to",
    "accepted": "accepted",
    "rejected": "rejected",
    "waiting": "waiting for",
    "retried": "no reply yet to",
    "streaming": "reading",
}


class Progress:
    """Prints what happens; recalled answers are only counted."""

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        """Take where lines go."""
        self._stream = stream
        self._now = now
        self._told: dict[tuple[Label, ...], float] = {}
        self._recalled = 0
        self._closed = False
        """Whether nobody reads any more; the build goes on."""

    def report(self, event: Event | str) -> None:
        """Print one step."""
        if isinstance(event, str):
            self._flush()
            self._print(event)
        elif event.kind == "recalled":
            self._recalled += len(event.labels)
        elif event.kind == "streaming" and not self._is_due(event):
            return
        else:
            self._flush()
            labels = ", ".join(event.labels[:4]) + (
                f" and {len(event.labels) - 4} more" if len(event.labels) > 4 else ""
            )
            self._print(f"{_WORDS[event.kind]} {labels}{f' ({event.detail})' if event.detail else ''}")
            for finding in event.findings:
                self._print(f"  {finding.code}: {finding.message}")

    def _is_due(self, event: Event) -> bool:
        """Return whether a reply that streams in has not been told of for a while."""
        now = self._now()
        due = now - self._told.get(event.labels, now - STREAM_SECONDS) >= STREAM_SECONDS
        if due:
            self._told[event.labels] = now
        return due

    def _flush(self) -> None:
        if self._recalled:
            self._print(f"{self._recalled} answer{'s' * (self._recalled != 1)} from the store")
            self._recalled = 0

    def _print(self, line: str) -> None:
        if self._closed:
            return
        try:
            print(line, file=self._stream, flush=True)
        except BrokenPipeError:
            self._closed = True
