"""What stops a run, by whose fault it is: wrong use, the surroundings, a request to stop.

Bad packs and bad replies are values, never these.
"""


class Failure(Exception):
    """An outcome with one message, what was kept, and how to go on; `status` is the exit status of the command."""

    status = 3

    def __init__(self, message: str, *, kept: str = "", help: str = "") -> None:
        """Keep the three parts of the message, each one line."""
        super().__init__(message)
        self.message = message
        self.kept = kept
        self.help = help


class WrongUse(Failure):
    """The command was called wrongly."""

    status = 2


class Unavailable(Failure):
    """The surroundings failed: registry, sandbox, file system, provider."""

    status = 3


class Stopped(Failure):
    """Stopped on request or waiting for answers; everything is kept."""

    status = 4


class Rejected(Failure):
    """The pack or the output fails."""

    status = 1
