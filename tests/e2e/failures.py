"""The ways in which asking a model fails, each with what a build then prints: data of tests and of `docs/models.md`.

In a message, `…` stands for what differs from run to run, such as the digits of a request.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.e2e.greeter import answer_request, list_labels, render_answers
from tests.providers.wire import Act, Fail, HangUp, Heard, Page, Say, Silence, Tokens

from specpack.middle.limiter import KEPT, TRIES

MODEL = "compatible:some-model"
KEY = "planted-key-0000-for-tests"
LIMIT = 32_000
"""The `--output-limit` where none is given."""
STEADY = {"Retry-After": "0"}
"""Makes every pause one of no time, so that a test need not wait."""
FIELDS = {"colour": "red", "shape": "round", "units": "none"}
"""Two fields that no contract has, and one of a wrong type."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One row: what the server does each time it is asked, and what comes of it."""

    name: str
    act: object = Fail(500)
    """An act of the wire server, or a function that chooses one."""
    message: str
    help: str
    kept: str = KEPT
    status: int = 3
    requests: int = 1
    """How many requests reach the server."""
    model: str = MODEL
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    go_on: tuple[str, ...] = ()
    """Options with which the build goes on; none where the same command does."""

    def matches(self, text: str, part: str) -> bool:
        """Return whether a line is the part `message`, `help` or `kept`."""
        pattern = re.escape(getattr(self, part)).replace("…", ".+?")
        return re.fullmatch(pattern, text) is not None


def give_up(what: str, model: str = MODEL) -> str:
    """Return the message of a request that failed in all its tries."""
    return f"provider `{model}` did not answer: {what}, {TRIES} tries"


def say_wrongly(heard: Heard) -> Act:
    """Answer in a form that no contract has, each time another one."""
    number = 1 + max(map(int, re.findall(r"colour(\d)", heard.text)), default=-1)
    fields = {f"{name}{number}" if name != "units" else name: value for name, value in FIELDS.items()}
    return Say(render_answers(heard.text, design={"data -": json.dumps(fields)}))


def cut_whole(heard: Heard) -> Act:
    """Say everything, and end at the limit all the same."""
    return Say(answer_request(heard).text, ending="cut", tokens=Tokens(output=LIMIT))


def fail_tests(heard: Heard) -> Act:
    """Answer all but the questions of the phase test."""
    testing = any(label.startswith("test/") for label in list_labels(heard.text))
    return Fail(500, headers={"Retry-After": "600"}) if testing else answer_request(heard)


LATER = "run the same command later, lower `--jobs`, or name another model"
ENDPOINT = "look at the proxy or at the network's sign-in page, and at `SPECPACK_BASE_URL` where that is set"
LOWER = "lower `--window` or `--output-limit` to what the model takes, or name another model"
SHOW = "`specpack show design PACK` prints requests and replies; {}, or ask anew with `--fresh`"

ENDING: tuple[Failure, ...] = (
    Failure(
        name="401: key not accepted",
        act=Fail(401),
        message=f"provider `{MODEL}` does not accept the key, or the key may not use the model",
        help="look at `SPECPACK_API_KEY`",
    ),
    Failure(
        name="403: not permitted",
        act=Fail(403),
        message=f"provider `{MODEL}` does not accept the key, or the key may not use the model",
        help="look at `SPECPACK_API_KEY`",
    ),
    Failure(
        name="429 with Retry-After",
        act=Fail(429, headers=STEADY),
        message=give_up("429 too many requests"),
        help=LATER,
        requests=TRIES,
    ),
    Failure(
        name="429, Retry-After above 120 s",
        act=Fail(429, headers={"Retry-After": "7200"}),
        message=f"provider `{MODEL}` did not answer: 429 too many requests, and it asks for a pause of 7200 s",
        help="run the same command after that time, or name another model",
    ),
    Failure(
        name="quota or credit used up",
        act=Fail(429, code="insufficient_quota"),
        message=f"the account of provider `{MODEL}` has used up its quota or credit",
        help="add credit or raise the limit with the provider, or name another model",
    ),
    Failure(
        name="5xx",
        act=Fail(500, headers=STEADY),
        message=give_up("500 the server failed"),
        help=LATER,
        requests=TRIES,
    ),
    Failure(
        name="529: overloaded",
        act=Fail(529, headers=STEADY),
        model="anthropic:some-model",
        environment={"ANTHROPIC_API_KEY": KEY},
        message=give_up("529 overloaded", "anthropic:some-model"),
        help=LATER,
        requests=TRIES,
    ),
    Failure(
        name="refusal",
        act=Say("I will not.", ending="refused"),
        message=f"provider `{MODEL}` declined to answer `design`",
        help="name another model, or say in the pack what the passage that it declined is for",
    ),
    Failure(
        name="cut at the token limit",
        act=cut_whole,
        status=1,
        requests=2,
        message="no answer to `design` was accepted in 2 attempts, and asking again would repeat the same question: "
        "the reply was cut at the limit of its tokens before this answer was whole",
        help=SHOW.format(
            "raise `--output-limit`, or split the section or unit so that its answer is shorter, or name another model"
        ),
        kept="all replies are in the store",
        go_on=("--output-limit", "64000"),
    ),
    Failure(
        name="wrong form",
        act=say_wrongly,
        status=1,
        requests=3,
        message="no answer to `design` was accepted in 3 attempts: …",
        help=SHOW.format("change a clause that they trip over, or name another model"),
        kept="all replies are in the store",
        go_on=("--model", "compatible:another-model"),
    ),
    Failure(
        name="model that does not exist",
        act=Fail(404),
        message=f"provider `{MODEL}` knows no such model",
        help="look at the name behind `--model`, and at `SPECPACK_BASE_URL` where that is set",
    ),
    Failure(
        name="request larger than the model takes",
        act=Fail(400, message="maximum context length is 8192 tokens"),
        message=f"provider `{MODEL}` does not take a request of this size",
        help=LOWER,
    ),
    Failure(
        name="413 and other refused requests",
        act=Fail(413),
        message=f"provider `{MODEL}` does not take the request (413)",
        help=LOWER,
    ),
    Failure(
        name="request larger than `--window`",
        options=("--window", "5000"),
        status=1,
        requests=0,
        message="the request for `design` needs about … tokens, and 6000 for its answer, but the window is 5000",
        help="split the largest section named in the label, or raise `--window` to what the model takes",
        kept="all earlier answers are in the store",
        go_on=("--window", "200000"),
    ),
    Failure(
        name="a proxy's web page",
        act=Page(200),
        message=f"something between here and provider `{MODEL}` answered with a web page",
        help=ENDPOINT,
    ),
    Failure(
        name="redirection",
        act=Page(307, headers={"Location": "/elsewhere"}, media="text/plain"),
        message=f"something between here and provider `{MODEL}` sends the request elsewhere",
        help=ENDPOINT,
    ),
    Failure(
        name="answer that holds a key",
        act=lambda heard: Say(f"{KEY}\n{answer_request(heard).text}"),
        environment={"SPECPACK_API_KEY": KEY},
        status=1,
        message="`content` holds a secret: value of environment variable `SPECPACK_API_KEY` at line 1, column 1",
        help="take the secret out of the pack or of the reply and build again; if it left this machine, revoke it",
        kept="nothing of it was stored; all that was stored before is kept",
    ),
    Failure(
        name="key not set",
        model="openai:some-model",
        requests=0,
        message="provider `openai` is not usable here: `OPENAI_API_KEY` is not set",
        help="`specpack models` lists all",
        go_on=("--model", MODEL),
    ),
)
"""What ends a build without a pause."""

RETRIED: tuple[Failure, ...] = tuple(
    Failure(name=name, act=act, message=give_up(what), help=LATER, requests=0 if act is None else TRIES)
    for name, act, what in (
        ("429 without Retry-After", Fail(429), "429 too many requests"),
        ("stream broken off", Say("half", broken_after=1), "the reply broke off"),
        ("connection reset", HangUp(), "the reply broke off"),
        ("empty answer", Say(""), "the reply is empty"),
        ("silence", Silence(), "no sign of life for … s"),
        ("connection refused", None, "no connection to its server"),
    )
)
"""What is asked again after 2, 4, 8 and 16 s."""

CALLED: tuple[Failure, ...] = (
    Failure(
        name="program not installed",
        model="claude",
        requests=0,
        message="the program `claude` is not on the PATH",
        help="install it with `npm install -g @anthropic-ai/claude-code`, or name another model",
    ),
    Failure(
        name="program not logged in",
        model="claude",
        requests=0,
        message="`claude` is not logged in, or its login is not accepted",
        help="run `claude` by hand and log in there, or set `ANTHROPIC_API_KEY`",
    ),
)

WAITING = Failure(
    name="relay waits",
    model="relay:chat",
    status=4,
    requests=0,
    message="1 request waits for an answer: greeter/.specpack/relay/design-1-….request.md",
    help="put each answer beside its request and run the same command again; "
    "`specpack relay --relay greeter/.specpack/relay` lists what waits",
    kept="all answers so far are in the store",
)
