"""The command provider with the real programs of npm against a local wire: no key, no network."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.providers.planted import (
    KEY,
    MISSING,
    PLANT,
    SCHEMA,
    TEXT,
    list_processes,
    make_request,
    make_settings,
    on_linux,
)
from tests.providers.wire import SECRET_BODY, WIRES, Act, Fail, Heard, Say, Silence, Tokens, WireServer
from tests.providers.wire_responses import ResponsesWire, ToolWire

from specpack.middle.structured import unwrap_reply
from specpack.model.failure import Failure, Unavailable
from specpack.model.provider import ProviderSettings, Refused, Retryable
from specpack.model.question import Ending, Label, Reply, Request
from specpack.providers import load_provider

NAMES = ("claude:claude-test", "codex:gpt-test", "gemini:gemini-test")
real = pytest.mark.skipif(bool(MISSING), reason=MISSING)


def serve(*acts: Act | Callable[[Heard], Act]) -> WireServer:
    return WireServer(*acts, wires=(ResponsesWire(), ToolWire(), *WIRES))


def ask(name: str, settings: ProviderSettings, request: Request | None = None) -> Reply:
    return asyncio.run(load_provider(name, settings).answer(request or make_request()))


def fail(name: str, home: Path, act: Act | Callable[[Heard], Act], **settings: Any) -> Failure | Retryable:
    """Return what an act raises, once it is proven that nothing of the wire, the key or the program is in it."""
    with serve(act) as server:
        given = make_settings(home, server.url, **settings)
        with pytest.raises((Failure, Retryable)) as caught:
            ask(name, given)
        error = caught.value
        told = " ".join(str(v) for v in (error, *vars(error).values(), error.__cause__, error.__context__))
        assert isinstance(error, Failure | Retryable)
        for secret in (KEY, server.url, "127.0.0.1", SECRET_BODY, str(home), "Bearer", "\n"):
            assert secret not in told
    return error


@real
@pytest.mark.parametrize("name", NAMES)
def test_answer_arrives_whole_and_nothing_of_the_user_reaches_the_wire(name: str, home: Path) -> None:
    told: list[int] = []
    arguments: list[bytes] = []
    text = "==== specpack file a ====\n" + "line with ünïcode\n" * 3000

    def act(heard: Heard) -> Act:
        arguments.extend(
            (Path("/proc") / str(p) / "cmdline").read_bytes() for p in list_processes(home.parent / "runs")
        )
        return Say(text, pieces=7, tokens=Tokens(input=100, output=20, cached=30))

    with serve(act) as server:
        settings = make_settings(home, server.url)
        settings = dataclasses.replace(settings, report=lambda request, characters: told.append(characters))
        reply = ask(name, settings)
    assert reply.text == text
    assert (reply.by, reply.ending) == (name, Ending.WHOLE)
    assert (reply.usage.input, reply.usage.output, reply.usage.cached) == (100, 20, 30)
    assert not reply.usage.estimated
    assert told == sorted(told)
    assert told[-1] == len(text)
    assert len(told) > 3
    assert len(server.heard) == 1
    heard = server.heard[0]
    assert name.partition(":")[2] in f"{heard.body.get('model')} {heard.path}"
    assert TEXT.strip() in heard.text
    assert "You are the writing stage." in heard.system
    assert PLANT not in json.dumps(heard.body)
    assert "never-passed-on" not in json.dumps(heard.body)
    assert not (home / "served").exists()
    assert not list((home.parent / "runs").glob("specpack-*"))
    for argument in arguments:
        for secret in (TEXT[:12].encode(), KEY.encode(), b"127.0.0.1"):
            assert secret not in argument
    assert arguments or not Path("/proc/self/cwd").exists()


@real
@pytest.mark.parametrize("name", NAMES[:2])
def test_structured_answer_follows_the_schema_and_is_unwrapped(name: str, home: Path) -> None:
    with serve(Say('{"x": ["ünï"]}')) as server:
        reply = ask(name, make_settings(home, server.url), make_request(SCHEMA))
    assert json.loads(reply.text) == {"x": ["ünï"]}
    assert '"additionalProperties": false' in json.dumps(server.heard[0].body)
    assert unwrap_reply(reply.text, (Label("policy/a"),)) == reply.text, "no nonce of a question, so left as it is"


@real
def test_claude_that_ignores_the_schema_is_asked_once_and_its_text_kept(home: Path) -> None:
    with WireServer(Say("framed blocks")) as server:
        reply = ask("claude", make_settings(home, server.url), make_request(SCHEMA))
    assert reply.text == "framed blocks"
    assert len(server.heard) == 1


@real
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("act", "message"),
    [
        (Fail(401), "is not logged in"),
        (Fail(404, code="model_not_found", message="the model does not exist"), "does not reach the model"),
        (Fail(429, headers={"Retry-After": "1"}), "429 too many requests"),
        (Fail(503), "overloaded"),
    ],
    ids=["401", "404", "429", "503"],
)
def test_failures_are_told_in_our_words(name: str, act: Act, message: str, home: Path) -> None:
    error = fail(name, home, act)
    assert message in str(error)
    assert isinstance(error, Unavailable) == (message.startswith(("is not", "does not")))
    if isinstance(error, Retryable):
        assert error.throttled


@real
def test_claude_529_is_retryable(home: Path) -> None:
    assert isinstance(fail("claude", home, Fail(529)), Retryable)


@real
@pytest.mark.parametrize("name", NAMES)
def test_empty_answer_is_retryable(name: str, home: Path) -> None:
    assert "empty" in str(fail(name, home, Say("")))


@real
@pytest.mark.parametrize("name", NAMES)
def test_connection_that_breaks_within_the_answer_is_retryable(name: str, home: Path) -> None:
    assert isinstance(fail(name, home, Say("half of it", broken_after=1)), Retryable)


@real
@pytest.mark.parametrize("name", NAMES)
def test_service_that_is_not_there_is_retryable_at_once(name: str, home: Path) -> None:
    with serve() as server:
        gone = server.url
    with pytest.raises(Retryable, match="broke off"):
        ask(name, make_settings(home, gone))


@real
@pytest.mark.parametrize("name", NAMES[:2])
def test_cut_answer_is_kept_as_cut_and_not_continued(name: str, home: Path) -> None:
    with serve(Say("as far as it went", ending="cut")) as server:
        reply = ask(name, make_settings(home, server.url))
    assert (reply.text, reply.ending) == ("as far as it went", Ending.CUT)
    assert len(server.heard) == 1


@real
@pytest.mark.parametrize("name", NAMES[:2])
def test_refusal(name: str, home: Path) -> None:
    assert isinstance(fail(name, home, Say("I will not", ending="refused")), Refused)


@real
@on_linux
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("after", [None, 1], ids=["at once", "within"])
def test_silent_program_is_killed_with_its_group(name: str, after: int | None, home: Path) -> None:
    seen: list[int] = []

    def act(heard: Heard) -> Act:
        seen.extend(list_processes(home.parent / "runs"))
        return Silence() if after is None else Say("some words", silent_after=after)

    error = fail(name, home, act, silence=4.0)
    assert isinstance(error, Retryable)
    assert "silent for 4 s" in str(error)
    assert seen, "the program ran in a folder of its own"
    assert not list_processes(home.parent / "runs")


@real
@on_linux
@pytest.mark.parametrize("name", NAMES)
def test_cancelled_request_leaves_no_process(name: str, home: Path) -> None:
    async def cancel() -> None:
        with serve(Silence()) as server:
            task = asyncio.create_task(load_provider(name, make_settings(home, server.url)).answer(make_request()))
            while not server.heard:
                assert not task.done()
                await asyncio.sleep(0.02)
            assert list_processes(home.parent / "runs")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancel())
    assert not list_processes(home.parent / "runs")


@real
def test_login_of_claude_reaches_the_wire_without_a_key(home: Path) -> None:
    login = {"accessToken": "login-token-for-tests", "refreshToken": "r", "expiresAt": 9_999_999_999_999}
    login |= {"scopes": ["user:inference", "user:profile"], "subscriptionType": "max"}
    (home / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": login}), encoding="utf-8")
    with serve(Say("hello")) as server:
        settings = make_settings(home, server.url, ANTHROPIC_API_KEY="")
        assert ask("claude", settings).text == "hello"
    assert server.heard[0].headers["authorization"] == "Bearer login-token-for-tests"
    assert PLANT not in json.dumps(server.heard[0].body)


@real
@pytest.mark.parametrize(
    ("name", "key"),
    [("claude", "ANTHROPIC_API_KEY"), ("codex", "CODEX_API_KEY"), ("gemini", "GEMINI_API_KEY")],
)
def test_without_key_and_login_the_message_says_so(name: str, key: str, home: Path) -> None:
    with serve(Fail(401)) as server:
        settings = make_settings(home, server.url, **{key: ""})
        with pytest.raises(Unavailable, match="is not logged in") as caught:
            ask(name, settings)
    assert key in caught.value.help
