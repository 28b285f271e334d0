"""Scripted: answers from a function, for unit tests of the engine only.

Path: request -> **scripted** -> reply.
"""

from collections.abc import Callable

from specpack.model.question import Reply, Request, Usage


class ScriptedProvider:
    """Calls a function for each request, and remembers the requests in order."""

    name = "scripted:test"

    def __init__(self, script: Callable[[Request], str]) -> None:
        """Take the function from request to reply text."""
        self.requests: list[Request] = []
        self._script = script

    async def answer(self, request: Request) -> Reply:
        """Return what the script says."""
        self.requests.append(request)
        text = self._script(request)
        return Reply(text=text, by=self.name, date="2026-01-01", usage=Usage(input=0, output=0, estimated=True))
