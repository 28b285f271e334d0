"""A coding assistant's command line, described: how it is called, what it prints, what went wrong.

Path: request -> **assistant** -> command -> reply. One module for each assistant makes a `Call` and a `Listener`; what
they hear of a failure is sorted into few kinds here and told in our own words, since theirs may hold a key or endpoint.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from specpack.middle.limiter import KEPT
from specpack.model.failure import Unavailable
from specpack.model.provider import ProviderSettings, Refused, Retryable
from specpack.model.question import Ending, Request, Usage

MAX_WORDS = 20_000
"""Most characters that are kept of what an assistant says of a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One run: arguments behind the program, variables beside the scrubbed ones, text for its standard input."""

    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a run; `usage` is None where the assistant did not count."""

    text: str
    usage: Usage | None
    ending: Ending = Ending.WHOLE


class Trouble(StrEnum):
    """Why an assistant gave no answer."""

    LOGIN = "login"
    MODEL = "model"
    QUOTA = "quota"
    LARGE = "large"
    OLD = "old"
    FOREIGN = "foreign"
    REFUSED = "refused"
    THROTTLED = "throttled"
    OVERLOADED = "overloaded"
    BROKEN = "broken"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Failed(Exception):
    """A run gave no answer, for a reason of ours; holds no word of the assistant."""

    def __init__(self, trouble: Trouble) -> None:
        """Keep the reason."""
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(slots=True, kw_only=True)
class Listener:
    """Hears one run. Each assistant's own listener says what its events mean."""

    characters: int = 0
    """How much of the answer is there so far."""
    done: bool = False
    """Whether the answer is decided, so that the program may be stopped."""
    events: int = 0
    words: str = field(default="", repr=False)
    """What was said of a failure: to be sorted, never to be shown."""

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take one event of the standard output."""
        raise NotImplementedError

    def overhear(self, line: str) -> bool:
        """Take one line of the standard error; return whether it is a sign that the answer is being written."""
        self.note(line)
        return False

    def conclude(self, status: int) -> Heard:
        """Return what the whole run gave. Raises `Failed`."""
        raise NotImplementedError

    def note(self, words: str) -> None:
        """Keep words for sorting a failure."""
        self.words = f"{self.words}\n{words}"[-MAX_WORDS:]

    def fail(self, status: int) -> Failed:
        """Return why a run without an answer failed."""
        trouble = sort_trouble(self.words)
        if trouble is Trouble.UNKNOWN and status <= 0:
            trouble = Trouble.FOREIGN if status == 0 and not self.events else Trouble.BROKEN
        return Failed(trouble)


class Prepare(Protocol):
    """Makes the call of one request, and writes what it needs into an empty folder of its own."""

    def __call__(self, request: Request, model: str, folder: Path, settings: ProviderSettings) -> Call:
        """Return the call; `model` is empty for the assistant's default. Raises `Failed` where there is no login."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """A coding assistant that is installed as a program."""

    name: str
    """Of the program, and of the provider."""
    package: str
    """What `npm install -g` takes."""
    login: str
    """How to log in, as it stands in a message."""
    variables: re.Pattern[str]
    """Names of the variables that are the assistant's own and reach it."""
    clouds: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Variable that makes the assistant use a cloud -> names of the variables that then reach it too."""
    model_variable: str
    """The variable that names the assistant's default model; empty where it has none."""
    default: str = ""
    """The model to name where nobody names one; empty where the assistant's own choice is one model."""
    shifting: re.Pattern[str] = re.compile(r"(?!)")
    """Names of models that stand for several, among which the assistant changes without saying so."""
    prepare: Prepare
    listen: Callable[[], Listener]


def find_home(environment: Mapping[str, str]) -> Path:
    """Return the user's home, where assistants keep their logins."""
    return Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())


_STATUS = re.compile(r"\b(?:status|code|error)\b[\"']?(?:\s*code)?\s*[:=(]?\s*\(?([1-5]\d\d)\b", re.IGNORECASE)

_STATUSES = {
    401: Trouble.LOGIN,
    402: Trouble.QUOTA,
    403: Trouble.LOGIN,
    404: Trouble.MODEL,
    408: Trouble.BROKEN,
    413: Trouble.LARGE,
    429: Trouble.THROTTLED,
}

_WORDS = tuple(
    (trouble, re.compile(pattern, re.IGNORECASE))
    for trouble, pattern in (
        (
            Trouble.QUOTA,
            r"(?:usage|weekly|session|spend\w*|daily) limit|hit your limit|credit balance|insufficient_quota",
        ),
        (Trouble.QUOTA, r"exceeded your current quota|quota exceeded|billing"),
        (
            Trouble.LARGE,
            r"(?:prompt|input|context|request) (?:is |was )?too (?:long|large)|context.{0,20}(?:length|window)",
        ),
        (Trouble.OLD, r"unknown (?:option|argument)|unexpected argument|unknown variant"),
        (Trouble.LOGIN, r"not logged in|log ?in again|/login\b|unauthori[sz]ed|authenticat|api.?key|auth method"),
        (Trouble.MODEL, r"model\b.{0,80}(?:not (?:exist|found|supported|available)|no access|may not)|ModelNotFound"),
        (Trouble.REFUSED, r"content.?filter|usage policy|flagged|prohibited"),
        (Trouble.THROTTLED, r"rate.?limit|too many requests|RESOURCE_EXHAUSTED"),
        (Trouble.OVERLOADED, r"overload|high demand|temporarily unavailable|internal server error"),
        (
            Trouble.BROKEN,
            r"stream|disconnect|connect|network|timed? ?out|ECONN|ENOTFOUND|fetch failed|socket|discovery failed",
        ),
    )
)


def sort_trouble(words: str, status: int = 0) -> Trouble:
    """Return the kind of a failure.

    Args:
        words: What the assistant said of it.
        status: The HTTP status, where the assistant names it apart; else it is looked for in the words.
    """
    if not status and (found := _STATUS.findall(words)):
        status = int(found[-1])
    named = next((trouble for trouble, pattern in _WORDS if pattern.search(words)), Trouble.UNKNOWN)
    if named is Trouble.QUOTA or not status:
        return named
    if status in _STATUSES:
        return _STATUSES[status]
    if status >= 500:
        return Trouble.OVERLOADED
    return named


def make_failure(assistant: Assistant, trouble: Trouble, model: str, status: int) -> Exception:
    """Return the exception that tells a trouble: what happened and what to do next."""
    name, update = assistant.name, f"update it with `npm install -g {assistant.package}@latest`"
    retryable = {
        Trouble.THROTTLED: "429 too many requests",
        Trouble.OVERLOADED: "the service is overloaded",
        Trouble.BROKEN: "the connection or the program broke off",
        Trouble.EMPTY: "an empty answer",
    }
    if trouble in retryable:
        fewer = trouble in (Trouble.THROTTLED, Trouble.OVERLOADED)
        return Retryable(retryable[trouble], throttled=fewer)
    if trouble is Trouble.REFUSED:
        return Refused(f"`{name}` declined to answer the request", kept=KEPT, help="name another model")
    message, cure = {
        Trouble.LOGIN: (f"`{name}` is not logged in, or its login is not accepted", assistant.login),
        Trouble.MODEL: (f"`{name}` does not reach the model `{model}`", f"name another one: `--model {name}:MODEL`"),
        Trouble.QUOTA: (
            f"the limit of the login of `{name}` is used up",
            "go on when it is reset, or name another model",
        ),
        Trouble.LARGE: (f"the request is larger than `{name}` takes", "lower `--window`, or name another model"),
        Trouble.OLD: (f"`{name}` does not know an option that specpack needs", update),
        Trouble.FOREIGN: (f"`{name}` printed no JSON events", update),
    }.get(trouble, (f"`{name}` ended with exit status {status} and no answer", f"run `{name}` by hand to see why"))
    return Unavailable(message, kept=KEPT, help=cure)
