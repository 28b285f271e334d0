"""How often and how many at once: the one place that retries, the same for every provider.

Path: engine -> **limiter** -> provider. Each provider has a share of its own, which grows by one a round while replies
come and is halved when the provider throttles; a request is sent again after the pause that the provider asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable

from specpack.model.failure import Unavailable
from specpack.model.provider import Provider, Retryable
from specpack.model.question import Reply, Request

TRIES = 5
PATIENCE = 120.0
"""Longest pause in seconds before a request is sent again; who asks for more is told to the user instead."""
FIRST_PAUSE = 2.0
"""Pause in seconds after a first failure where the provider names none; doubled each time."""

KEPT = "all answers so far are in the store; the same command goes on from there, with another `--model` too"

Sleep = Callable[[float], Awaitable[object]]
Tell = Callable[[Request, str], None]


class _Share:
    """What one provider can take: requests in flight, and how many are allowed."""

    def __init__(self, jobs: int) -> None:
        self.most = float(jobs)
        self.allowed = float(jobs)
        self.flying = 0
        self.changed = asyncio.Condition()

    async def enter(self) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.flying < int(self.allowed))
            self.flying += 1

    async def leave(self) -> None:
        async with self.changed:
            self.flying -= 1
            self.changed.notify_all()

    def shrink(self) -> None:
        self.allowed = max(1.0, self.allowed / 2)

    def grow(self) -> None:
        self.allowed = min(self.most, self.allowed + 1 / self.allowed)


class Limiter:
    """Sends requests of one build."""

    def __init__(self, jobs: int, tell: Tell = lambda request, what: None, sleep: Sleep = asyncio.sleep) -> None:
        """Take the most requests at once for each provider, and whom to tell of a request that is sent again."""
        self._jobs = jobs
        self._tell = tell
        self._sleep = sleep
        self._shares: dict[str, _Share] = {}

    async def exchange(self, provider: Provider, request: Request) -> Reply:
        """Return the reply to one request, asked as often as it is worth.

        Raises:
            Unavailable: The provider did not answer in `TRIES` tries, asked for more patience than there is, or said
                that no try will help. `Waiting` and `Refused` pass through.
        """
        share = self._shares.setdefault(provider.name, _Share(self._jobs))
        number = 1
        while True:
            try:
                return await self._try(share, provider, request)
            except Retryable as failure:
                pause = FIRST_PAUSE * 2 ** (number - 1) if failure.after is None else failure.after
                if number == TRIES or pause > PATIENCE:
                    raise _give_up(provider, failure, number) from failure
                self._tell(request, f"{failure.message}; asked again in {pause:.0f} s")
            await self._sleep(pause)
            number += 1

    async def _try(self, share: _Share, provider: Provider, request: Request) -> Reply:
        await share.enter()
        try:
            reply = await provider.answer(request)
            share.grow()
            return reply
        except Retryable as failure:
            if failure.throttled:
                share.shrink()
            raise
        finally:
            await share.leave()


def _give_up(provider: Provider, failure: Retryable, tries: int) -> Unavailable:
    if failure.after is not None and failure.after > PATIENCE:
        told = f"{failure.message}, and it asks for a pause of {failure.after:.0f} s"
        return Unavailable(
            f"provider `{provider.name}` did not answer: {told}",
            kept=KEPT,
            help="run the same command after that time, or name another model",
        )
    return Unavailable(
        f"provider `{provider.name}` did not answer: {failure.message}, {tries} tries",
        kept=KEPT,
        help="run the same command later, lower `--jobs`, or name another model",
    )
