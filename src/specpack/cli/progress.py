"""Progress of a build: plain lines, one a step.

Path: driver, engine -> **progress** -> terminal.
"""

from typing import TextIO

from specpack.middle.asking import Event

_WORDS = {
    "asked": "asking",
    "answered": "reply to",
    "accepted": "accepted",
    "rejected": "rejected",
    "waiting": "waiting for",
}


class Progress:
    """Prints what happens; recalled answers are only counted."""

    def __init__(self, stream: TextIO) -> None:
        """Take where lines go."""
        self._stream = stream
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
        else:
            self._flush()
            labels = ", ".join(event.labels[:4]) + (
                f" and {len(event.labels) - 4} more" if len(event.labels) > 4 else ""
            )
            self._print(f"{_WORDS[event.kind]} {labels}{f' ({event.detail})' if event.detail else ''}")
            for finding in event.findings:
                self._print(f"  {finding.code}: {finding.message}")

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
