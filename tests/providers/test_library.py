"""The library provider over a real HTTP server, with the vendors' real clients."""

import asyncio
import contextlib
import datetime
import email.utils
import importlib.util
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.providers.wire import (
    SECRET_BODY,
    Act,
    Fail,
    HangUp,
    Heard,
    Page,
    Say,
    Silence,
    Tokens,
    WireServer,
)

from specpack.model.conclusion import Phase
from specpack.model.failure import Unavailable, WrongUse
from specpack.model.pack import Digest
from specpack.model.provider import Provider, ProviderSettings, Refused, Retryable
from specpack.model.question import Ending, Label, Reply, Request
from specpack.providers import load_kinds, load_provider
from specpack.providers.access import ANTHROPIC, COMPATIBLE, GOOGLE, OPENAI, Access, check_access
from specpack.providers.outcomes import Asked, Sight, explain_failure, parse_pause

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pydantic_ai") is None,
    reason="the extra `models` is not installed: pip install 'specpack[models]'",
)

MODELS = {
    "anthropic": "claude-opus-5",
    "openai": "gpt-4o",
    "google": "gemini-2.5-pro",
    "compatible": "qwen3:8b",
}
KINDS = tuple(MODELS)
PRICED = ("anthropic", "openai", "google")
KEYS = {
    "ANTHROPIC_API_KEY": "sk-ant-planted-4711",
    "OPENAI_API_KEY": "sk-planted-4712",
    "GEMINI_API_KEY": "AIza-planted-4713",
    "SPECPACK_API_KEY": "planted-4714",
}
KEY_NAMES = dict(zip(KINDS, KEYS, strict=True))
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"0a1b2c3d": {"$ref": "#/$defs/Thing"}},
        "required": ["0a1b2c3d"],
        "additionalProperties": False,
        "$defs": {
            "Thing": {
                "type": "object",
                "properties": {"names": {"type": "array", "items": {"type": "string"}}},
                "required": ["names"],
                "additionalProperties": False,
            }
        },
    }
)
JSON_REPLY = '{"0a1b2c3d": {"names": ["a", "b"]}}'
SHARED = "what all share\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def make_request(*, schema: str = "", shared: int = 0, number: int = 0) -> Request:
    return Request(
        system="you write <system>nothing</system> else",
        text=f"{SHARED}the question is ünïque",
        labels=(Label(f"write/unit{number}"),),
        phases=(Phase("write"),),
        digest=Digest(f"{number:02x}" * 32),
        tokens=77,
        output_schema=schema,
        shared=shared,
    )


def make_environment(url: str) -> dict[str, str]:
    return {
        **KEYS,
        "ANTHROPIC_BASE_URL": url,
        "OPENAI_BASE_URL": f"{url}/v1",
        "GOOGLE_GEMINI_BASE_URL": url,
        "SPECPACK_BASE_URL": f"{url}/v1",
    }


def open_provider(
    kind: str, url: str, *, silence: float = 20.0, report: Callable[[Request, int], None] = lambda request, count: None
) -> Provider:
    settings = ProviderSettings(
        folder=Path("unused"),
        estimate=len,
        environment=make_environment(url),
        output_limit=1234,
        silence=silence,
        report=report,
    )
    return load_provider(f"{kind}:{MODELS[kind]}", settings)


def ask(kind: str, *acts: Act, schema: str = "", silence: float = 20.0) -> Reply:
    with WireServer(*acts) as server:
        return asyncio.run(open_provider(kind, server.url, silence=silence).answer(make_request(schema=schema)))


def fail(kind: str, *acts: Act, schema: str = "", silence: float = 20.0) -> Retryable | Unavailable:
    """Return the exception that the acts lead to, after a look for anything in it that must not be told."""
    with WireServer(*acts) as server:
        provider = open_provider(kind, server.url, silence=silence)
        with pytest.raises((Retryable, Unavailable)) as caught:
            asyncio.run(provider.answer(make_request(schema=schema)))
        check_silence(caught.value, server.url)
    return caught.value


def check_silence(error: BaseException, url: str) -> None:
    """Assert that neither words, fields, traceback nor chain tell a key, an endpoint or a body."""
    assert error.__cause__ is None
    assert error.__context__ is None
    told = "\n".join([*traceback.format_exception(error), repr(error), repr(vars(error))])
    for planted in (*KEYS.values(), url, url.rpartition(":")[2], SECRET_BODY, "4711", "uthorization", "Bearer"):
        assert planted not in told


# A reply, whole


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_comes_whole_and_the_request_goes_as_it_is(kind: str) -> None:
    counts: list[int] = []
    text = "==== specpack file a.toy 0a1b2c3d ====\n  tëxt <b>\n==== end 0a1b2c3d ====\n"
    with WireServer(Say(text, pieces=5, thinking="let me see", tokens=Tokens(input=90, output=7, cached=60))) as server:
        provider = open_provider(kind, server.url, report=lambda request, count: counts.append(count))
        reply = asyncio.run(provider.answer(make_request(shared=len(SHARED))))
    assert reply.text == text
    assert reply.by == provider.name == f"{kind}:{MODELS[kind]}"
    assert reply.date == datetime.datetime.now(datetime.UTC).date().isoformat()
    assert reply.ending is Ending.WHOLE
    assert (reply.usage.input, reply.usage.output, reply.usage.cached) == (90, 7, 60)
    assert not reply.usage.estimated
    assert counts == sorted(counts)
    assert counts[-1] == len(text)
    assert len(set(counts)) > 3
    [heard] = server.heard
    assert (heard.system, heard.text) == (make_request().system, make_request().text)
    assert KEYS[KEY_NAMES[kind]] in " ".join(heard.headers.values())


@pytest.mark.parametrize("kind", KINDS)
def test_cost_is_a_decimal_where_prices_are_known(kind: str) -> None:
    cost = ask(kind, Say()).usage.cost
    if kind in PRICED:
        assert 0 < float(cost) < 1
        assert set(cost) <= set("0123456789.")
    else:
        assert cost == ""


def test_another_server_is_not_charged_at_the_price_of_a_vendor_with_the_same_model() -> None:
    with WireServer(Say()) as server:
        settings = ProviderSettings(folder=Path("unused"), estimate=len, environment=make_environment(server.url))
        reply = asyncio.run(load_provider("compatible:gpt-4o", settings).answer(make_request()))
    assert reply.usage.cost == ""


def test_tokens_are_estimated_where_the_server_does_not_count() -> None:
    usage = ask("compatible", Say("four words are here", tokens=None)).usage
    assert (usage.input, usage.output, usage.estimated, usage.cost) == (77, 19, True, "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_of_output_and_no_temperature_are_sent(kind: str) -> None:
    with WireServer() as server:
        asyncio.run(open_provider(kind, server.url).answer(make_request()))
    sent = json.dumps(server.heard[0].body)
    assert "1234" in sent
    assert "temperature" not in sent
    assert ('"seed"' in sent) is (kind != "anthropic")


def test_the_shared_beginning_is_marked_for_the_cache() -> None:
    with WireServer() as server:
        provider = open_provider("anthropic", server.url)
        asyncio.run(provider.answer(make_request(shared=len(SHARED))))
        asyncio.run(provider.answer(make_request()))
    marked, plain = (heard.body["messages"][0]["content"] for heard in server.heard)
    assert [(part["text"], "cache_control" in part) for part in marked] == [
        (SHARED, True),
        ("the question is ünïque", False),
    ]
    assert "cache_control" not in json.dumps(plain)


@pytest.mark.parametrize("kind", KINDS)
def test_many_requests_at_once_do_not_mix(kind: str) -> None:
    together = threading.Barrier(6)

    def script(heard: Heard) -> Act:
        together.wait(30)
        return Say(heard.system[-3:])

    async def answer_all(provider: Provider) -> list[Reply]:
        requests = [
            Request(
                system=f"question {n:03}",
                text="t",
                labels=(Label("write/a"),),
                phases=(Phase("write"),),
                digest=Digest("0" * 64),
                tokens=1,
            )
            for n in range(6)
        ]
        return await asyncio.gather(*map(provider.answer, requests))

    with WireServer(script) as server:
        replies = asyncio.run(answer_all(open_provider(kind, server.url)))
    assert [reply.text for reply in replies] == [f"{n:03}" for n in range(6)]


def test_a_provider_may_be_asked_from_one_event_loop_after_another() -> None:
    with WireServer(Say("one"), Say("two")) as server:
        provider = open_provider("openai", server.url)
        texts = [asyncio.run(provider.answer(make_request())).text for _ in range(2)]
    assert texts == ["one", "two"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_is_given_up_leaves_nothing_behind(kind: str) -> None:
    async def give_up(provider: Provider, heard: list[Heard]) -> None:
        task = asyncio.create_task(provider.answer(make_request()))
        while not heard:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with WireServer(Say("half a reply", silent_after=1), Say("another")) as server:
        provider = open_provider(kind, server.url)
        asyncio.run(give_up(provider, server.heard))
        assert asyncio.run(provider.answer(make_request())).text == "another"


# Structured output


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_constrains_the_reply_and_the_text_is_the_raw_json(kind: str) -> None:
    with WireServer(Say(JSON_REPLY)) as server:
        reply = asyncio.run(open_provider(kind, server.url).answer(make_request(schema=SCHEMA)))
    assert reply.text == JSON_REPLY
    body = server.heard[0].body
    found = {
        "anthropic": lambda: body["output_config"]["format"]["schema"],
        "openai": lambda: body["response_format"]["json_schema"]["schema"],
        "compatible": lambda: body["response_format"]["json_schema"]["schema"],
        "google": lambda: body["generationConfig"]["responseJsonSchema"],
    }[kind]()
    assert found["required"] == ["0a1b2c3d"]
    assert found["additionalProperties"] is False
    assert found["$defs"]["Thing"]["required"] == ["names"]
    assert (server.heard[0].system, server.heard[0].text) == (make_request().system, make_request().text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_refuses_the_schema_is_asked_once_more_without_it_and_never_with_it_again(kind: str) -> None:
    refusal = Fail(400, message="response_format of type json_schema is not supported")
    with WireServer(refusal, Say("plain")) as server:
        provider = open_provider(kind, server.url)
        texts = [asyncio.run(provider.answer(make_request(schema=SCHEMA))).text for _ in range(2)]
    assert texts == ["plain", "plain"]
    assert ["0a1b2c3d" in json.dumps(heard.body) for heard in server.heard] == [True, False, False]


def test_a_server_that_refuses_the_seed_is_asked_without_it() -> None:
    with WireServer(Fail(400, message="Unsupported parameter: 'seed'"), Say("plain")) as server:
        reply = asyncio.run(open_provider("openai", server.url).answer(make_request(schema=SCHEMA)))
    assert reply.text == "plain"
    assert ["seed" in heard.body for heard in server.heard] == [True, False]
    assert all("response_format" in heard.body for heard in server.heard)


def test_a_refusal_that_names_nothing_optional_is_told_at_once() -> None:
    with WireServer(Fail(400, message="the model is not for you")) as server, pytest.raises(Unavailable):
        asyncio.run(open_provider("openai", server.url).answer(make_request(schema=SCHEMA)))
    assert len(server.heard) == 1


# Endings


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_at_the_limit_is_cut_and_no_failure(kind: str) -> None:
    reply = ask(kind, Say("half of", ending="cut"))
    assert (reply.text, reply.ending) == ("half of", Ending.CUT)


@pytest.mark.parametrize("kind", KINDS)
def test_thoughts_that_use_up_the_limit_are_a_cut_reply(kind: str) -> None:
    reply = ask(kind, Say("", thinking="hmm", ending="cut"))
    assert (reply.text, reply.ending) == ("", Ending.CUT)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["I can", ""])
@pytest.mark.parametrize("schema", ["", SCHEMA], ids=["free", "schema"])
def test_a_refusal_is_told_as_one(kind: str, text: str, schema: str) -> None:
    failure = fail(kind, Say(text, ending="refused"), schema=schema)
    assert isinstance(failure, Refused)
    assert failure.message == f"provider `{kind}:{MODELS[kind]}` declined to answer `write/unit0`"
    assert failure.kept
    assert failure.help


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_reply_may_be_asked_again(kind: str, text: str) -> None:
    failure = fail(kind, Say(text, thinking="hmm"))
    assert isinstance(failure, Retryable)
    assert failure.message == "the reply is empty"


# Broken replies: nothing half is ever taken as whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "act",
    [
        Say("half a reply", broken_after=2),
        Say("half a reply", broken_after=0),
        Say("half a reply", ending="none"),
        Say("", ending="none"),
        Say("half a reply", garbled_after=1),
        Say("half a reply", failed_after=1),
        HangUp(),
        Page(media="text/event-stream", text="data: {\n\n"),
        Page(media="text/event-stream", text=""),
        Page(media="application/json", text="{}"),
        Page(media="text/plain", text="ok"),
    ],
    ids=[
        "reset",
        "reset-before-text",
        "no-last-event",
        "no-event",
        "not-json",
        "error-event",
        "reset-before-head",
        "half-event",
        "empty-stream",
        "json-instead",
        "text-instead",
    ],
)
def test_a_broken_reply_may_be_asked_again(kind: str, act: Act) -> None:
    failure = fail(kind, act)
    assert isinstance(failure, Retryable)
    assert not failure.throttled


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", [Silence(), Say("half a reply", silent_after=1)], ids=["no-head", "no-more"])
def test_silence_is_a_timeout(kind: str, act: Act) -> None:
    failure = fail(kind, act, silence=0.4)
    assert isinstance(failure, Retryable)
    assert failure.message == "no sign of life for 0.4 s"


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_not_there_is_told_in_words(kind: str) -> None:
    with WireServer() as server:
        url = server.url
    with pytest.raises(Retryable) as caught:
        asyncio.run(open_provider(kind, url).answer(make_request()))
    check_silence(caught.value, url)
    assert caught.value.message == "no connection to its server"


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue of connections is refused elsewhere")
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_takes_no_connection_is_a_timeout(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises(Retryable) as caught:
            asyncio.run(open_provider(kind, url, silence=0.4).answer(make_request()))
    check_silence(caught.value, url)
    assert caught.value.message == "no connection in time"


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_nobody_knows_is_told_in_words(kind: str) -> None:
    url = "http://nobody.invalid:48151"
    with pytest.raises(Retryable) as caught:
        asyncio.run(open_provider(kind, url).answer(make_request()))
    check_silence(caught.value, "nobody.invalid:48151")
    assert caught.value.message == "the name of its server is not known to the network"


# Statuses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_names_its_variable(kind: str, status: int) -> None:
    failure = fail(kind, Fail(status, message=f"key {KEYS[KEY_NAMES[kind]]} is not valid"))
    assert isinstance(failure, Unavailable)
    assert failure.help == f"look at `{KEY_NAMES[kind]}`"


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_does_not_exist(kind: str) -> None:
    failure = fail(kind, Fail(404))
    assert isinstance(failure, Unavailable)
    assert failure.message == f"provider `{kind}:{MODELS[kind]}` knows no such model"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_not_taken(kind: str, status: int) -> None:
    failure = fail(kind, Fail(status))
    assert isinstance(failure, Unavailable)
    assert failure.message == f"provider `{kind}:{MODELS[kind]}` does not take the request ({status})"
    assert "--window" in failure.help
    assert "--output-limit" in failure.help


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("openai", Fail(400, code="context_length_exceeded")),
        ("compatible", Fail(400, message="maximum context length is 8192 tokens")),
        ("anthropic", Fail(400, message="prompt is too long: 210000 tokens > 200000 maximum")),
        ("google", Fail(400, message="The input token count (9) exceeds the maximum number of tokens allowed (1)")),
    ],
)
def test_a_request_larger_than_the_context(kind: str, act: Act) -> None:
    failure = fail(kind, act)
    assert isinstance(failure, Unavailable)
    assert "of this size" in failure.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after-ms": "2500", "Retry-After": "9"}, 2.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
    ids=["none", "seconds", "parts", "milliseconds", "words", "date"],
)
def test_too_many_requests_are_throttled(kind: str, headers: dict[str, str], after: float | None) -> None:
    failure = fail(kind, Fail(429, headers=headers))
    assert isinstance(failure, Retryable)
    assert (failure.message, failure.throttled, failure.after) == ("429 too many requests", True, after)


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("openai", Fail(429, code="insufficient_quota")),
        ("compatible", Fail(429, code="insufficient_quota")),
        ("compatible", Fail(402)),
        ("anthropic", Fail(400, message="Your credit balance is too low to access the API")),
        ("anthropic", Fail(402, code="billing_error")),
    ],
)
def test_a_quota_that_is_used_up_is_not_asked_again(kind: str, act: Act) -> None:
    failure = fail(kind, act)
    assert isinstance(failure, Unavailable)
    assert "quota" in failure.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 529])
def test_a_server_that_fails_is_asked_again_after_its_pause(kind: str, status: int) -> None:
    failure = fail(kind, Fail(status, headers={"Retry-After": "3"}))
    assert isinstance(failure, Retryable)
    assert (failure.message.split()[0], failure.throttled, failure.after) == (str(status), False, 3.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [200, 400, 403, 404, 511])
def test_a_web_page_is_not_the_provider(kind: str, status: int) -> None:
    failure = fail(kind, Page(status))
    if status < 500:
        assert isinstance(failure, Unavailable)
        assert failure.message.startswith("something between here and provider")
    else:
        assert isinstance(failure, Retryable)


@pytest.mark.parametrize("kind", KINDS)
def test_a_web_page_of_a_gateway_that_fails_or_throttles_is_asked_again(kind: str) -> None:
    failed, throttled = fail(kind, Page(502)), fail(kind, Page(429, headers={"Retry-After": "2"}))
    assert isinstance(failed, Retryable)
    assert isinstance(throttled, Retryable)
    assert (throttled.throttled, throttled.after) == (True, 2.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_not_sent_on_to_where_a_redirect_leads(kind: str) -> None:
    with WireServer() as elsewhere:
        failure = fail(kind, Page(307, headers={"Location": elsewhere.url + "/v1/messages"}, media="text/plain"))
    assert isinstance(failure, Unavailable)
    assert failure.message.startswith("something between here and provider")
    assert elsewhere.heard == []


def test_one_request_is_sent_once() -> None:
    for kind in KINDS:
        with WireServer(Fail(500)) as server, pytest.raises(Retryable):
            asyncio.run(open_provider(kind, server.url).answer(make_request()))
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("detail", "after"),
    [
        ({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}, 14.0),
        ({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "PerMinute"}]}, None),
    ],
)
def test_google_tells_its_pause_in_the_body(detail: dict[str, object], after: float | None) -> None:
    error = {"code": 429, "message": SECRET_BODY, "status": "RESOURCE_EXHAUSTED", "details": [detail]}
    failure = fail("google", Page(429, media="application/json", text=json.dumps({"error": error})))
    assert isinstance(failure, Retryable)
    assert (failure.throttled, failure.after) == (True, after)


# What a local server cannot show


ASKED = Asked(name="openai:m", key="OPENAI_API_KEY", endpoint="OPENAI_BASE_URL", silence=300.0)


def test_a_certificate_that_is_not_trusted_is_not_asked_again() -> None:
    from pydantic_ai.exceptions import ModelConnectionError

    error = ModelConnectionError("m", "no", phase="connect")
    error.__cause__ = OSError("all failed")
    error.__cause__.__context__ = ssl.SSLCertVerificationError("self-signed")
    failure = explain_failure(error, Sight(), ASKED)
    assert isinstance(failure, Unavailable)
    assert "certificate" in failure.message
    assert "`OPENAI_BASE_URL`" in failure.help


def test_a_client_that_cannot_be_loaded_is_installed_anew() -> None:
    failure = explain_failure(ModuleNotFoundError("jiter"), Sight(), ASKED)
    assert isinstance(failure, Unavailable)
    assert "specpack[models]" in failure.help


# Pauses


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": email.utils.formatdate(1_000_060, usegmt=True)}, 60.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "x", "retry-after": "4"}, 4.0),
    ],
)
def test_pauses(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_pause(headers, 1_000_000) == seconds


def test_nothing_seen_is_no_page() -> None:
    assert not Sight().is_page


# Where nothing is asked


@pytest.mark.parametrize("access", [ANTHROPIC, OPENAI, GOOGLE, COMPATIBLE], ids=lambda access: access.kind)
def test_check_says_what_is_missing(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_access(access, KEYS) == ""
    without = check_access(access, {})
    assert without == "" if access.keyless else all(f"`{name}`" in without for name in access.keys)
    assert "holds something that is no key" in check_access(access, {access.keys[0]: "sk-\n4711"})
    assert check_access(access, {access.keys[0]: " sk-4711\n"}) == ""
    assert access.endpoint in check_access(access, KEYS | {access.endpoint: "localhost:11434"})
    monkeypatch.setattr(sys, "path", [])
    assert check_access(access, KEYS) == "its client is not installed: `pip install 'specpack[models]'`"


def test_google_takes_either_variable() -> None:
    assert GOOGLE.find_key({"GOOGLE_API_KEY": "x"}) == "GOOGLE_API_KEY"
    assert GOOGLE.find_key({"GEMINI_API_KEY": "", "GOOGLE_API_KEY": "x"}) == "GOOGLE_API_KEY"
    assert GOOGLE.find_key({}) == "GEMINI_API_KEY"


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_must_be_named_and_reachable(kind: str) -> None:
    settings = ProviderSettings(folder=Path("unused"), estimate=len, environment={})
    with pytest.raises(WrongUse, match="names no model"):
        load_provider(kind, settings)
    if kind != "compatible":
        with pytest.raises(Unavailable, match="is not set"):
            load_provider(f"{kind}:m", settings)


def test_all_kinds_are_installed() -> None:
    assert set(KINDS) <= {kind.name for kind in load_kinds()}


WATCH = """
import asyncio, sys, threading, pathlib
from specpack.model.provider import ProviderSettings
from specpack.model.question import Label, Request
from specpack.model.conclusion import Phase
from specpack.providers import load_provider
loaded = []
class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread() and name.partition(".")[0] in CLIENTS:
            loaded.append(name)
CLIENTS = {"pydantic_ai", "openai", "anthropic", "google", "httpx", "httpx2", "httpcore2"}
sys.meta_path.insert(0, Watch())
settings = ProviderSettings(folder=pathlib.Path("unused"), estimate=len, environment=ENVIRONMENT)
request = Request(system="s", text="t", labels=(Label("write/a"),), phases=(Phase("write"),), digest="0" * 64, tokens=1)
print(asyncio.run(load_provider(MODEL, settings).answer(request)).text, loaded)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_is_imported_in_a_thread_so_that_the_event_loop_goes_on(kind: str, tmp_path: Path) -> None:
    with WireServer(Say("done")) as server:
        facts = f"ENVIRONMENT = {make_environment(server.url)!r}\nMODEL = {f'{kind}:{MODELS[kind]}'!r}\n"
        run = subprocess.run(
            [sys.executable, "-c", facts + WATCH],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
    assert run.stdout == "done []\n", run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["models"],
        ["check", "PACK"],
        ["build", "PACK", "--model", "relay:x", "-o", "OUT"],
        ["build", "EXAMPLE", "--frozen", "-o", "OUT"],
    ],
    ids=["help", "models", "check", "relay", "replay"],
)
def test_no_client_is_imported_where_nothing_is_asked_over_the_network(arguments: list[str], tmp_path: Path) -> None:
    pack, example, root = tmp_path / "pack", tmp_path / "example", Path(__file__).parents[2]
    shutil.copytree(root / "tests" / "cases" / "builds" / "tiny" / "pack", pack)
    shutil.copytree(root / "examples" / "ulid", example)
    manifest = pack / "specpack.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"toy"', '"python"'), encoding="utf-8")
    places = {"PACK": str(pack), "EXAMPLE": str(example), "OUT": str(tmp_path / "out.zip")}
    code = (
        "import sys\n"
        "from specpack.cli.main import main\n"
        "try:\n"
        f"    main({[places.get(a, a) for a in arguments]!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "clients = {'pydantic_ai', 'openai', 'anthropic', 'google.genai', 'httpx', 'httpx2', 'genai_prices'}\n"
        "print('loaded', sorted(clients & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert run.stdout.splitlines()[-1] == "loaded []", run.stderr
    assert bool(list(tmp_path.rglob("*.request.md"))) is ("relay:x" in arguments)
