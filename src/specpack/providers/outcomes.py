"""What a failed request means: our exceptions in our words, from the status and the class of the error alone.

Path: client library -> **outcomes** -> limiter. A server's body may echo a key, so nothing of it stands in a message,
and neither does a header, an endpoint or a request id. Bodies are looked at, to tell refusals apart, and never quoted.
"""

import email.utils
import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from specpack.middle.limiter import KEPT
from specpack.model.failure import Unavailable
from specpack.model.provider import Retryable

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "schema": ("schema", "response_format", "output_format", "output_config", "structured output", "grammar"),
    "seed": ("seed",),
}
"""Parts of a request that it can do without -> words by which a server that refuses it names one."""

REFUSING = frozenset({400, 422, 500, 501})
"""Statuses with which servers refuse a part of a request that they do not know."""


@dataclass(slots=True)
class Sight:
    """What was seen of the last response to a request: status, media type, seconds to wait as it asked for."""

    status: int = 0
    media: str = ""
    after: float | None = None

    async def see(self, response: Any) -> None:
        """Note a response of the HTTP client as soon as its head is there."""
        self.status = response.status_code
        self.media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.after = parse_pause(response.headers, time.time())

    @property
    def is_page(self) -> bool:
        """Whether the response is for people."""
        return self.media in ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked, for messages: names of variables, never their values."""

    name: str
    """`provider:model`."""
    key: str
    """The variable that holds the key."""
    endpoint: str
    """The variable that may hold another endpoint."""
    silence: float


def parse_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a response asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as a date.

    Args:
        headers: Header -> value, whose lookup ignores case.
        now: Seconds since the epoch.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def find_refused(error: Exception, sight: Sight, sent: Set[str]) -> Set[str]:
    """Return which optional parts of what was sent the server names as it refuses the request."""
    if sight.status not in REFUSING:
        return frozenset()
    told = str(getattr(error, "body", None)).lower()
    return {part for part in sent if any(word in told for word in OPTIONAL[part])}


def explain_failure(error: Exception, sight: Sight, asked: Asked) -> Unavailable | Retryable:
    """Return what an error of the client library means for us.

    Args:
        error: What the library raised; whatever it does not name as its own means a reply that cannot be read.
        sight: The last response, if any; an error within a stream has a status of its own.
        asked: Who was asked.
    """
    if isinstance(error, ImportError):
        return Unavailable(
            f"the client of provider `{asked.name}` cannot be loaded",
            kept=KEPT,
            help="`pip install --upgrade 'specpack[models]'`",
        )
    from pydantic_ai.exceptions import ModelConnectionError, ModelQuotaExceededError, UserError

    status: int = getattr(error, "status_code", 0) or sight.status
    after = sight.after if sight.after is not None else getattr(error, "retry_after", None)
    if sight.is_page and sight.status not in (408, 429) and sight.status < 500:
        return _blame_way(asked, "answered with a web page")
    if 300 <= status < 400:
        return _blame_way(asked, "sends the request elsewhere")
    if isinstance(error, ModelQuotaExceededError):
        return Unavailable(
            f"the account of provider `{asked.name}` has used up its quota or credit",
            kept=KEPT,
            help="add credit or raise the limit with the provider, or name another model",
        )
    if isinstance(error, ModelConnectionError):
        return _explain_connection(error, asked)
    if isinstance(error, UserError):
        return _blame_request(asked, "cannot be asked so")
    return _explain_status(error, status, after, asked)


def _explain_status(error: Exception, status: int, after: float | None, asked: Asked) -> Unavailable | Retryable:
    from pydantic_ai.exceptions import ModelAuthenticationError, ModelContextWindowExceededError, ModelNotFoundError

    if isinstance(error, ModelAuthenticationError) or status in (401, 403):
        return Unavailable(
            f"provider `{asked.name}` does not accept the key, or the key may not use the model",
            kept=KEPT,
            help=f"look at `{asked.key}`",
        )
    if isinstance(error, ModelNotFoundError) or status == 404:
        return Unavailable(
            f"provider `{asked.name}` knows no such model",
            kept=KEPT,
            help=f"look at the name behind `--model`, and at `{asked.endpoint}` where that is set",
        )
    if isinstance(error, ModelContextWindowExceededError):
        return _blame_request(asked, "does not take a request of this size")
    if status == 429:
        return Retryable("429 too many requests", after=after, throttled=True)
    if status in (408, 409, 425):
        return Retryable(f"{status} not now", after=after)
    if status == 407:
        return _blame_way(asked, "wants a password")
    if 400 <= status < 500:
        return _blame_request(asked, f"does not take the request ({status})")
    if status in (503, 529):
        return Retryable(f"{status} overloaded", after=after)
    if status >= 500:
        return Retryable(f"{status} the server failed", after=after)
    return Retryable("the reply is broken off or cannot be read", after=after)


def _explain_connection(error: Exception, asked: Asked) -> Unavailable | Retryable:
    from pydantic_ai.exceptions import ModelTimeoutError

    causes = tuple(_list_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return _blame_way(asked, "shows a certificate that is not trusted here")
    connecting = getattr(error, "phase", None) == "connect"
    if isinstance(error, ModelTimeoutError):
        return Retryable("no connection in time" if connecting else f"no sign of life for {asked.silence:g} s")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Retryable("the name of its server is not known to the network")
    if connecting:
        return Retryable("no connection to its server")
    return Retryable("the reply broke off")


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """Give the error and all that led to it, also in groups."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        cause = pending.pop()
        if cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [cause.__cause__, cause.__context__]
            pending += cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()


def _blame_way(asked: Asked, what: str) -> Unavailable:
    return Unavailable(
        f"something between here and provider `{asked.name}` {what}",
        kept=KEPT,
        help=f"look at the proxy or at the network's sign-in page, and at `{asked.endpoint}` where that is set",
    )


def _blame_request(asked: Asked, what: str) -> Unavailable:
    return Unavailable(
        f"provider `{asked.name}` {what}",
        kept=KEPT,
        help="lower `--window` or `--output-limit` to what the model takes, or name another model",
    )
