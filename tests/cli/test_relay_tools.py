"""`specpack relay --mcp` as a coding assistant sees it: the SDK's own client, over real pipes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.providers.mailbox import answer_path, make_answer, put_request

from specpack.providers.relay import list_waiting, name_request, render_relay_file

mcp = pytest.importorskip("mcp")


def server(folder: Path, *more: str):
    arguments = ["-m", "specpack.cli.main", "relay", "--relay", str(folder), "--mcp", *more]
    return mcp.StdioServerParameters(command=sys.executable, args=arguments)


def converse(talk: Callable[..., Awaitable[None]], folder: Path, *more: str, mode: str = "auto") -> None:
    async def run() -> None:
        async with mcp.Client(server(folder, *more), mode=mode) as client:
            await talk(client)

    asyncio.run(asyncio.wait_for(run(), 60))


async def call(client, tool: str, **arguments: str) -> tuple[list[str], bool]:
    result = await client.call_tool(tool, arguments)
    return [content.text for content in result.content], result.is_error


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_from_the_first_request_to_the_last(tmp_path: Path, mode: str):
    request = put_request(tmp_path, "write/a", "write/b")
    name = name_request(request)

    async def talk(client) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["next_question", "submit_answer"]
        assert [sorted(tool.input_schema["properties"]) for tool in tools] == [[], ["name", "text"]]
        (head, text), failed = await call(client, "next_question")
        assert not failed
        assert head.splitlines()[0] == f"name: {name}"
        assert text == render_relay_file(request)
        partial = make_answer(request).rpartition("==== specpack")[0]
        told, failed = await call(client, "submit_answer", name=name, text=partial)
        assert failed
        assert "not whole: block `file a.toy " in told[0]
        assert not answer_path(tmp_path, request).exists()
        told, failed = await call(client, "submit_answer", name=name, text=make_answer(request, "naïve"))
        assert (told, failed) == ([f"`{name}` is taken; 0 waiting"], False)
        assert answer_path(tmp_path, request).read_text("utf-8") == make_answer(request, "naïve")
        assert (await call(client, "next_question")) == (["no request waits"], False)

    converse(talk, tmp_path, mode=mode)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{name}.answer.md", f"{name}.request.md"]


def test_what_is_no_answer_is_refused_and_nothing_is_written(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    other = put_request(tmp_path / "relay", "write/b")
    answer_path(tmp_path / "relay", other).write_text(make_answer(other, "first"), encoding="utf-8")
    name = name_request(request)

    async def talk(client) -> None:
        for hostile in ("../escape", "", "/etc/passwd", f"{name}.request", "a\x1b[2J"):
            told, failed = await call(client, "submit_answer", name=hostile, text=make_answer(request))
            assert failed
            assert f"waiting: `{name}`" in told[0]
            assert "\x1b" not in told[0]
        for text, why in (
            ("", "is empty"),
            ("sorry", "no block of this request"),
            ("[1, 2]", "no block of this request"),
            (render_relay_file(request), "the request itself"),
            (make_answer(request) + "I hope that it helps.", "the last line is no end marker"),
        ):
            told, failed = await call(client, "submit_answer", name=name, text=text)
            assert (failed, why in told[0]) == (True, True), told
        told, failed = await call(client, "submit_answer", name=name_request(other), text=make_answer(other, "second"))
        assert (failed, "another answer already" in told[0]) == (True, True)
        told, failed = await call(client, "submit_answer", name=name_request(other), text=make_answer(other, "first"))
        assert (failed, "already there" in told[0]) == (False, True)

    converse(talk, tmp_path / "relay")
    assert [p.name for p in tmp_path.iterdir()] == ["relay"]
    assert [w.name for w in list_waiting(tmp_path / "relay", time.time())] == [name]
    assert "first" in answer_path(tmp_path / "relay", other).read_text("utf-8")


def test_two_clients_never_hold_the_same_question(tmp_path: Path):
    names = {name_request(put_request(tmp_path, f"write/{name}")) for name in "abcde"}

    async def run() -> None:
        async with mcp.Client(server(tmp_path)) as one:
            async with mcp.Client(server(tmp_path)) as two:
                clients = (one, two, one, two, one, two)
                told = await asyncio.gather(*(call(client, "next_question") for client in clients))
                heads = [texts[0].splitlines()[0] for texts, _ in told]
                given = [head.removeprefix("name: ") for head in heads if head.startswith("name: ")]
                assert sorted(given) == sorted(names)
                assert [head for head in heads if "in other hands" in head] != []
            (head, _), _ = await call(one, "next_question")
            assert head.startswith("name: ")

    asyncio.run(asyncio.wait_for(run(), 60))


def test_an_answer_that_somebody_has_begun_is_left_to_them(tmp_path: Path):
    begun, free = put_request(tmp_path, "write/a", age=60), put_request(tmp_path, "write/b")
    answer_path(tmp_path, begun).write_text("Of cour", encoding="utf-8")

    async def talk(client) -> None:
        (head, _), _ = await call(client, "next_question")
        assert head.startswith(f"name: {name_request(free)}\n")
        assert "in other hands" in (await call(client, "next_question"))[0][0]

    converse(talk, tmp_path)


def test_only_the_phase_that_was_asked_for_is_handed_out(tmp_path: Path):
    test, _ = put_request(tmp_path, "test/a"), put_request(tmp_path, "write/a")

    async def talk(client) -> None:
        (head, _), _ = await call(client, "next_question")
        assert head.startswith(f"name: {name_request(test)}\n")
        assert len((await call(client, "next_question"))[0]) == 1

    converse(talk, tmp_path, "--phase", "test")


def test_without_the_package_it_is_told_how_to_get_it(tmp_path: Path):
    (tmp_path / "mcp.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    command = [sys.executable, "-m", "specpack.cli.main", "relay", "--relay", str(tmp_path), "--mcp"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "package `mcp` in version 2" in ended.stderr
    assert "help: install `specpack[mcp]`" in ended.stderr
