"""The limiter against providers that fail: how often, after which pause, and what is said at the end."""

import asyncio
from collections.abc import Sequence

import pytest

from specpack.middle.limiter import PATIENCE, TRIES, Limiter
from specpack.model.conclusion import Phase
from specpack.model.failure import Unavailable
from specpack.model.pack import Digest
from specpack.model.provider import Refused, Retryable, Waiting
from specpack.model.question import Label, Reply, Request, Usage

THROTTLED = Retryable("429 too many requests", throttled=True)
BROKEN = Retryable("the stream broke off")


def make_request(name: str = "write/a") -> Request:
    return Request(
        system="", text=name, labels=(Label(name),), phases=(Phase.WRITE,), digest=Digest("0" * 64), tokens=1
    )


class Flaky:
    """Fails as scripted, then answers."""

    def __init__(self, *failures: Exception, name: str = "flaky:test") -> None:
        self.name = name
        self.failures = list(failures)
        self.asked = self.now = self.most = 0

    async def answer(self, request: Request) -> Reply:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if self.failures:
                raise self.failures.pop(0)
            return Reply(text=request.text, by=self.name, date="2026-01-01", usage=Usage(input=1, output=1))
        finally:
            self.now -= 1


class Clock:
    """Takes the pauses instead of sleeping."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.told: list[str] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def exchange(self, provider: Flaky, requests: Sequence[Request] = (), jobs: int = 8) -> list[Reply]:
        limiter = Limiter(jobs, lambda request, what: self.told.append(what), self.sleep)

        async def run() -> list[Reply]:
            return list(await asyncio.gather(*(limiter.exchange(provider, r) for r in requests or [make_request()])))

        return asyncio.run(run())


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_reply_at_once_pauses_never(clock: Clock):
    assert [r.text for r in clock.exchange(Flaky())] == ["write/a"]
    assert clock.pauses == [] and clock.told == []


def test_failures_are_asked_again_after_growing_pauses_and_told(clock: Clock):
    provider = Flaky(BROKEN, BROKEN, BROKEN)
    assert len(clock.exchange(provider)) == 1
    assert provider.asked == 4
    assert clock.pauses == [2, 4, 8]
    assert clock.told[0] == "the stream broke off; asked again in 2 s"


def test_the_pause_that_the_provider_asks_for_is_kept(clock: Clock):
    clock.exchange(Flaky(Retryable("429", after=17.0, throttled=True)))
    assert clock.pauses == [17.0]


def test_after_the_last_try_the_user_is_told_what_was_kept(clock: Clock):
    provider = Flaky(*[BROKEN] * TRIES)
    with pytest.raises(Unavailable) as failure:
        clock.exchange(provider)
    assert provider.asked == TRIES
    assert failure.value.message == f"provider `flaky:test` did not answer: the stream broke off, {TRIES} tries"
    assert "in the store" in failure.value.kept and "another `--model`" in failure.value.kept
    assert failure.value.status == 3


def test_more_patience_than_there_is_ends_at_once(clock: Clock):
    provider = Flaky(Retryable("429", after=PATIENCE + 1, throttled=True))
    with pytest.raises(Unavailable, match="asks for a pause of 121 s"):
        clock.exchange(provider)
    assert provider.asked == 1 and clock.pauses == []


@pytest.mark.parametrize(
    "failure", [Unavailable("no such model"), Refused("declined"), Waiting(make_request(), "a/file")]
)
def test_what_no_try_helps_is_not_tried_again(clock: Clock, failure: Exception):
    provider = Flaky(failure)
    with pytest.raises(type(failure)):
        clock.exchange(provider)
    assert provider.asked == 1


def test_no_more_at_once_than_jobs(clock: Clock):
    provider = Flaky()
    clock.exchange(provider, [make_request(f"write/{n}") for n in range(20)], jobs=3)
    assert provider.most == 3


def test_throttling_lowers_how_many_are_sent_at_once(clock: Clock):
    provider = Flaky(*[THROTTLED] * 8)
    limiter = Limiter(8, sleep=clock.sleep)

    async def run() -> int:
        await asyncio.gather(*(limiter.exchange(provider, make_request(f"write/{n}")) for n in range(8)))
        provider.most = 0
        await asyncio.gather(*(limiter.exchange(provider, make_request(f"test/{n}")) for n in range(4)))
        return provider.most

    assert asyncio.run(run()) < 8


def test_other_providers_are_not_slowed(clock: Clock):
    limiter = Limiter(4, sleep=clock.sleep)
    throttled, quick = Flaky(*[THROTTLED] * 4, name="a:b"), Flaky(name="c:d")

    async def run() -> None:
        await asyncio.gather(*(limiter.exchange(throttled, make_request(f"write/{n}")) for n in range(4)))
        await asyncio.gather(*(limiter.exchange(quick, make_request(f"write/{n}")) for n in range(4)))

    asyncio.run(run())
    assert quick.most == 4
