"""Ways to reach a model, as the engine sees them.

Path: request -> **provider** -> reply. A provider asks once: how often, how many at once and after which pause is the
limiter's business, the same for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from specpack.model.failure import Unavailable
from specpack.model.question import Reply, Request


class Waiting(Exception):
    """A provider has handed the request over, and the answer is not there yet."""

    def __init__(self, request: Request, place: str) -> None:
        """Keep the request and where it waits."""
        super().__init__(place)
        self.request = request
        self.place = place


class Retryable(Exception):
    """The same request may well succeed a little later: throttled, overloaded, timed out, broken off, empty."""

    def __init__(self, message: str, *, after: float | None = None, throttled: bool = False) -> None:
        """Keep what happened, in words that hold no key, header or endpoint.

        Args:
            message: What happened, such as `429 too many requests`.
            after: Seconds to wait as the provider asked for; None where it did not say.
            throttled: Whether fewer requests at once would have helped.
        """
        super().__init__(message)
        self.message = message
        self.after = after
        self.throttled = throttled


class Refused(Unavailable):
    """The model declined to answer the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """What a provider may need of a build."""

    folder: Path
    """Where a provider may keep files of this build, such as relay's requests."""
    estimate: Callable[[str], int]
    """Estimates the tokens of a text."""
    environment: Mapping[str, str]
    """Where keys and endpoints are looked up."""
    output_limit: int = 32_000
    """Most tokens of one reply."""
    silence: float = 300.0
    """Seconds without a sign of life after which a request counts as timed out."""
    report: Callable[[Request, int], None] = lambda request, characters: None
    """Told while a reply streams in: how many characters are there."""


class Provider(Protocol):
    """One model, reachable."""

    name: str
    """`provider:model`, as it stands in the lock; no endpoint."""

    async def answer(self, request: Request) -> Reply:
        """Return the model's whole reply to one request.

        Raises:
            Retryable: It may succeed later; the caller decides.
            Waiting: Handed over; the answer will come another way.
            Refused: The model declined.
            Unavailable: It will not succeed without a change: key, permission, name of the model.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKind:
    """A way to reach models; what an entry point of the group `specpack.providers` loads.

    `check` costs milliseconds, asks nobody and imports no client library.
    """

    name: str
    usage: str
    """What to write behind `--model`, such as `anthropic:MODEL`."""
    summary: str
    """One line: what it is and what it needs."""
    open: Callable[[str, ProviderSettings], Provider]
    """Makes a provider from what stands behind the colon of `--model`. Raises `WrongUse` or `Unavailable`."""
    check: Callable[[Mapping[str, str]], str]
    """Says, given the environment, why the provider is not usable here; empty where it is."""
