"""What the programs print, from small outputs written by hand in the form of the pinned versions, and their profile.

Scripts stand in for programs that misbehave.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.providers.planted import KEY, PLANT, list_processes, make_request, make_settings, on_linux
from tests.providers.programs import PINS

from specpack.model.failure import Unavailable, WrongUse
from specpack.model.provider import ProviderSettings, Retryable
from specpack.model.question import Ending
from specpack.providers import load_kinds, load_provider
from specpack.providers.assistant import Failed, Listener, Trouble, sort_trouble
from specpack.providers.claude import CLAUDE
from specpack.providers.codex import CODEX
from specpack.providers.command import scrub_environment
from specpack.providers.gemini import GEMINI


def test_pins_are_exact() -> None:
    pins = json.loads(PINS.read_text(encoding="utf-8"))["dependencies"]
    assert set(pins) == {CLAUDE.package, CODEX.package, GEMINI.package}
    assert all(version.replace(".", "").isdigit() for version in pins.values())
    assert not list(PINS.parent.glob("*lock*"))


def test_kinds_are_installed_and_say_what_is_missing(tmp_path: Path) -> None:
    kinds = {kind.name: kind for kind in load_kinds()}
    for name in ("claude", "codex", "gemini"):
        assert f"`{name}` is not on the PATH" in kinds[name].check({"PATH": str(tmp_path)})
        with pytest.raises(Unavailable, match="is not on the PATH") as caught:
            load_provider(name, make_settings(tmp_path, PATH=str(tmp_path)))
        assert "npm install -g" in caught.value.help
        stand_in(tmp_path, name, "true")
        assert kinds[name].check({"PATH": str(tmp_path)}) == ""


def stand_in(folder: Path, name: str, script: str) -> ProviderSettings:
    """Write a program that misbehaves as the real ones might, and return settings that find it first."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return make_settings(folder, PATH=os.pathsep.join((str(folder), os.environ["PATH"])))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("cat > /dev/null; echo welcome", "printed no JSON events"),
        ("echo \"error: unknown option '--safe-mode'\" >&2; exit 1", "does not know an option"),
        (f"echo 'panic {KEY}' >&2; exit 7", "ended with exit status 7"),
        ("kill -9 $$", "broke off"),
        ("echo '[1]'; echo '{\"type\": 5'; echo '{\"type\": \"stream_event\"}'; exit 0", "broke off"),
    ],
    ids=["no JSON", "old", "exit status", "signal", "wrong shape"],
)
def test_program_that_misbehaves(script: str, message: str, tmp_path: Path) -> None:
    settings = stand_in(tmp_path, "claude", script)
    with pytest.raises((Unavailable, Retryable), match=message) as caught:
        asyncio.run(load_provider("claude", settings).answer(make_request(text="x" * 500_000)))
    assert KEY not in f"{caught.value}{vars(caught.value)}"


@on_linux
def test_children_that_outlive_the_program_are_killed(home: Path) -> None:
    event = json.dumps({"type": "result", "result": "hello", "usage": {"input_tokens": 1, "output_tokens": 1}})
    settings = stand_in(home, "claude", f"cat > /dev/null; sleep 600 > /dev/null 2>&1 & echo '{event}'")
    assert asyncio.run(load_provider("claude", settings).answer(make_request())).text == "hello"
    assert not list_processes(home.parent / "runs")


def test_environment_is_scrubbed() -> None:
    plain = {"PATH", "HOME", "LC_ALL", "https_proxy", "NODE_EXTRA_CA_CERTS"}
    keys = {"ANTHROPIC_API_KEY", "CODEX_API_KEY", "GEMINI_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN"}
    environment = dict.fromkeys(plain | keys | {"CLAUDECODE", "NODE_OPTIONS", "CLAUDE_CODE_EXTRA_BODY"}, "x")
    assert set(scrub_environment(CLAUDE, environment)) == plain | {"ANTHROPIC_API_KEY"}
    assert set(scrub_environment(CODEX, environment)) == plain | {"CODEX_API_KEY"}
    assert set(scrub_environment(GEMINI, environment)) == plain | {"GEMINI_API_KEY"}
    clouded = {**environment, "CLAUDE_CODE_USE_BEDROCK": "1"}
    assert {"AWS_SECRET_ACCESS_KEY", "CLAUDE_CODE_USE_BEDROCK"} <= set(scrub_environment(CLAUDE, clouded))


@pytest.mark.parametrize(
    ("asked", "variables", "name"),
    [
        ("claude", {}, "claude:default"),
        ("claude:default", {}, "claude:default"),
        ("claude:opus", {"ANTHROPIC_MODEL": "sonnet"}, "claude:opus"),
        ("claude", {"ANTHROPIC_MODEL": "sonnet"}, "claude:sonnet"),
        ("codex", {}, "codex:default"),
        ("gemini", {}, "gemini:pro"),
        ("gemini", {"GEMINI_MODEL": "flash"}, "gemini:flash"),
    ],
)
def test_name_is_known_before_asking(asked: str, variables: Mapping[str, str], name: str, tmp_path: Path) -> None:
    stand_in(tmp_path, name.partition(":")[0], "true")
    assert load_provider(asked, make_settings(tmp_path, PATH=str(tmp_path), **variables)).name == name


@pytest.mark.parametrize("asked", ["gemini:auto", "gemini:auto-gemini-3", "claude:--debug", "codex:a b"])
def test_model_that_is_no_single_model(asked: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"several models|no name of a model"):
        load_provider(asked, make_settings(tmp_path))


def test_login_of_codex_is_linked_and_never_sent_to_another_endpoint(home: Path, tmp_path: Path) -> None:
    login = home / ".codex" / "auth.json"
    login.write_text("{}", encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    settings = make_settings(home, "http://elsewhere", CODEX_API_KEY="", OPENAI_API_KEY=KEY)
    call = CODEX.prepare(make_request(), "", folder, settings)
    assert (folder / "auth.json").resolve() == login.resolve()
    assert "elsewhere" not in (folder / "config.toml").read_text(encoding="utf-8")
    assert "CODEX_API_KEY" not in call.variables
    assert call.text.startswith("You are the writing stage.")


def test_login_of_gemini_is_linked_and_only_its_kind_taken(home: Path, tmp_path: Path) -> None:
    (home / ".gemini" / "oauth_creds.json").write_text("{}", encoding="utf-8")
    chosen = {"security": {"auth": {"selectedType": "oauth-personal"}}, "systemPrompt": PLANT}
    (home / ".gemini" / "settings.json").write_text(json.dumps(chosen), encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    GEMINI.prepare(make_request(), "pro", folder, make_settings(home))
    settings = (folder / ".gemini" / "settings.json").read_text(encoding="utf-8")
    assert json.loads(settings)["security"] == {"auth": {"selectedType": "oauth-personal"}}
    assert PLANT not in settings
    assert (folder / ".gemini" / "oauth_creds.json").is_symlink()


def listen(listener: Listener, *events: Mapping[str, Any]) -> Listener:
    for event in events:
        listener.events += 1
        listener.hear(event)
    return listener


def piece(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "stream_event", "event": {"type": kind, **fields}}


def test_claude_message_counts_cached_tokens_as_input_and_tells_the_cost() -> None:
    usage = {"input_tokens": 11, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3, "output_tokens": 42}
    heard = listen(
        CLAUDE.listen(),
        piece("content_block_delta", delta={"type": "thinking_delta", "thinking": "hm"}),
        piece("content_block_delta", delta={"type": "text_delta", "text": "an "}),
        piece("content_block_delta", delta={"type": "text_delta", "text": "answer"}),
        piece("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 42}),
        {"type": "result", "subtype": "success", "result": "answer", "usage": usage, "total_cost_usd": 0.00112},
    ).conclude(0)
    assert heard.text == "an answer"
    assert heard.usage
    assert (heard.usage.input, heard.usage.cached, heard.usage.output, heard.usage.cost) == (16, 3, 42, "0.00112")


def test_claude_is_decided_at_a_cut_before_it_goes_on_by_itself() -> None:
    listener = listen(
        CLAUDE.listen(),
        piece("content_block_delta", delta={"type": "text_delta", "text": "half"}),
        piece("message_delta", delta={"stop_reason": "max_tokens"}, usage={"output_tokens": 9}),
    )
    assert listener.done
    assert listener.conclude(-9).ending is Ending.CUT


def test_codex_last_message_is_the_answer() -> None:
    said = [{"type": "item.completed", "item": {"type": "agent_message", "text": t}} for t in ("first", "last")]
    usage = {"input_tokens": 5, "cached_input_tokens": 2, "output_tokens": 7}
    heard = listen(CODEX.listen(), *said, {"type": "turn.completed", "usage": usage}).conclude(0)
    assert heard.text == "last"
    assert heard.usage
    assert (heard.usage.input, heard.usage.cached, heard.usage.output) == (5, 2, 7)


def test_codex_message_that_speaks_of_limits_is_no_failure() -> None:
    said = {"type": "item.completed", "item": {"type": "agent_message", "text": "error: status 429 max_output_tokens"}}
    heard = listen(CODEX.listen(), said, {"type": "turn.completed", "usage": {}}).conclude(0)
    assert heard.ending is Ending.WHOLE


def test_gemini_answer_without_a_result_is_broken_off() -> None:
    listener = listen(GEMINI.listen(), {"type": "message", "role": "assistant", "content": "half", "delta": True})
    with pytest.raises(Failed) as caught:
        listener.conclude(0)
    assert caught.value.trouble is Trouble.BROKEN


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("Not logged in · Please run /login", Trouble.LOGIN),
        ("You've hit your usage limit. Try again in 3 days", Trouble.QUOTA),
        ("exceeded retry limit, last status: 429 Too Many Requests", Trouble.THROTTLED),
        ("status 429: insufficient_quota", Trouble.QUOTA),
        ("API Error: 529 overloaded", Trouble.OVERLOADED),
        ("unexpected status 500 Internal Server Error", Trouble.OVERLOADED),
        ("Prompt is too long", Trouble.LARGE),
        ("The model `x` does not exist or you do not have access to it.", Trouble.MODEL),
        ("stream disconnected before completion", Trouble.BROKEN),
        ("getaddrinfo ENOTFOUND", Trouble.BROKEN),
        ("something else", Trouble.UNKNOWN),
    ],
)
def test_words_of_a_failure_are_sorted(words: str, trouble: Trouble) -> None:
    assert sort_trouble(words) is trouble
