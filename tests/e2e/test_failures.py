"""Each way in which asking a model fails, by the real command against a local server: what it prints, what it keeps.

The pack is that of `specpack new`, with its behaviour concluded, so that the design is what fails. All replies are
synthetic. How long the pauses are is shown by `tests/middle/test_limiter.py`.
"""

import asyncio
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.e2e.failures import CALLED, ENDING, FIELDS, MODEL, RETRIED, WAITING, Failure, fail_tests
from tests.e2e.greeter import answer_request, list_labels, make_pack, run_specpack
from tests.providers.wire import Act, Fail, Heard, Say, WireServer

from specpack.middle.limiter import FIRST_PAUSE, TRIES, Limiter
from specpack.middle.lock import read_lock
from specpack.middle.store import Store, verify_store
from specpack.model.conclusion import Phase
from specpack.model.failure import Unavailable
from specpack.model.pack import Digest
from specpack.model.provider import ProviderSettings
from specpack.model.question import Label, Request
from specpack.providers import load_provider

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pydantic_ai") is None,
    reason="the extra `models` is not installed: pip install 'specpack[models]'",
)
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the program")

PAUSED = "paused after the phase {}, as asked"


@pytest.fixture(scope="module")
def concluded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack whose behaviour is concluded and pinned."""
    folder = tmp_path_factory.mktemp("concluded")
    pack = make_pack(folder)
    with WireServer(answer_request) as server:
        done = build(folder, server, "--model", MODEL, phase="behaviour")
    assert done.returncode == 4, done.stderr
    return pack


@pytest.fixture
def folder(concluded: Path, tmp_path: Path) -> Path:
    """Return a folder that holds a pack whose behaviour is concluded."""
    shutil.copytree(concluded, tmp_path / "greeter")
    return tmp_path


def build(
    folder: Path, server: WireServer, *options: str, phase: str = "design", **environment: str
) -> subprocess.CompletedProcess[str]:
    reached = {"SPECPACK_BASE_URL": f"{server.url}/v1", "ANTHROPIC_BASE_URL": server.url, **environment}
    return run_specpack("build", "greeter", "--pause-after", phase, *options, folder=folder, environment=reached)


def read_told(stderr: str) -> dict[str, str]:
    """Return the parts of the last message: `message`, and `kept` and `help` where they stand."""
    lines = stderr.splitlines()
    first = max(n for n, line in enumerate(lines) if line.startswith("specpack: "))
    told = {"message": lines[first].removeprefix("specpack: "), "kept": "", "help": ""}
    for line in lines[first + 1 :]:
        part, _, text = line.strip().partition(": ")
        told[part] = text
    return told


def check_told(failure: Failure, told: dict[str, str]) -> None:
    for part in ("message", "kept", "help"):
        assert failure.matches(told[part], part), told


def check_sound(folder: Path) -> None:
    assert verify_store(Store(folder / "greeter" / ".specpack" / "store")) == ()


def labels_of(heard: Sequence[Heard]) -> list[list[str]]:
    return [list_labels(request.text) for request in heard]


@pytest.mark.parametrize("failure", ENDING, ids=lambda failure: failure.name)
def test_a_failure_and_how_to_go_on(failure: Failure, folder: Path) -> None:
    """It ends with its words, and the same command goes on; where it says so, with another option."""
    with WireServer(failure.act) as server:  # type: ignore[arg-type]
        done = build(folder, server, "--model", failure.model, *failure.options, **failure.environment)
    assert done.returncode == failure.status, done.stderr
    check_told(failure, read_told(done.stderr))
    assert len(server.heard) == failure.requests
    check_sound(folder)
    with WireServer(answer_request) as healthy:
        options = ("--model", failure.model, *failure.options, *failure.go_on)
        again = build(folder, healthy, *options, **failure.environment)
    assert read_told(again.stderr)["message"] == PAUSED.format("design"), again.stderr
    assert labels_of(healthy.heard) == [["design"]]
    check_sound(folder)


@pytest.mark.parametrize("name", ["cut at the token limit", "wrong form"])
def test_what_used_up_its_attempts_asks_nothing_when_it_runs_again(name: str, folder: Path) -> None:
    failure = next(failure for failure in ENDING if failure.name == name)
    with WireServer(failure.act) as server:  # type: ignore[arg-type]
        first = build(folder, server, "--model", failure.model)
        again = build(folder, server, "--model", failure.model)
    assert read_told(again.stderr) == read_told(first.stderr)
    assert len(server.heard) == failure.requests


def test_a_wrong_form_is_asked_again_with_all_errors(folder: Path) -> None:
    failure = next(failure for failure in ENDING if failure.name == "wrong form")
    with WireServer(failure.act) as server:  # type: ignore[arg-type]
        build(folder, server, "--model", failure.model)
    first, second, third = (heard.text for heard in server.heard)
    assert "BU102" not in first
    for number, text in ((0, second), (1, third)):
        for field in FIELDS:
            assert f"`{field}" in text
        assert f"`colour{number}`" in text
        assert f"`shape{number}`" in text
        assert "Earlier answer" in text


def test_a_whole_looking_reply_at_the_limit_is_not_accepted_and_its_replies_are_kept(folder: Path) -> None:
    failure = next(failure for failure in ENDING if failure.name == "cut at the token limit")
    with WireServer(failure.act) as server:  # type: ignore[arg-type]
        done = build(folder, server, "--model", failure.model)
    assert "BU101: the reply was cut" in done.stderr
    assert "accepted design" not in done.stderr
    lock = read_lock(folder / "greeter" / "specpack.lock")
    assert lock is not None
    assert "design" not in {pin.label for pin in lock.pins}
    assert "the reply was cut" in server.heard[1].text


def test_a_reply_that_came_beside_a_failure_is_kept(folder: Path) -> None:
    """Two requests are out at once, one fails: the reply to the other is stored, judged, and not asked for again."""
    with WireServer(answer_request) as healthy:
        build(folder, healthy, "--model", MODEL)
    with WireServer(fail_tests) as server:
        done = build(folder, server, "--model", MODEL, phase="write")
    assert done.returncode == 3
    assert "500 the server failed, and it asks for a pause of 600 s" in read_told(done.stderr)["message"]
    assert "accepted write/greeting" in done.stderr
    assert sorted(labels_of(server.heard)) == [["test/driver", "test/greeting"], ["write/greeting"]]
    with WireServer(answer_request) as healthy:
        again = build(folder, healthy, "--model", MODEL, phase="write")
    assert read_told(again.stderr)["message"] == PAUSED.format("write"), again.stderr
    assert labels_of(healthy.heard) == [["test/driver", "test/greeting"]]


# What is asked again after a pause


@pytest.mark.parametrize("failure", RETRIED, ids=lambda failure: failure.name)
def test_what_fails_for_long(failure: Failure, tmp_path: Path) -> None:
    """It is asked five times: the limiter with the real provider, its pauses counted and not waited for."""
    pauses: list[float] = []

    async def count(seconds: float) -> None:
        pauses.append(seconds)

    with WireServer(failure.act or Fail(500)) as server:  # type: ignore[arg-type]
        if failure.act is not None:
            caught = give_up(server.url, tmp_path, count)
    if failure.act is None:
        caught = give_up(server.url, tmp_path, count)
    assert len(server.heard) == failure.requests
    check_told(failure, {"message": caught.message, "kept": caught.kept, "help": caught.help})
    assert caught.status == failure.status
    assert pauses == [FIRST_PAUSE * 2**n for n in range(TRIES - 1)]


def give_up(url: str, folder: Path, sleep: object) -> Unavailable:
    settings = ProviderSettings(
        folder=folder, estimate=len, environment={"SPECPACK_BASE_URL": f"{url}/v1"}, silence=0.4
    )
    request = Request(
        system="s",
        text="t",
        labels=(Label("design"),),
        phases=(Phase.DESIGN,),
        digest=Digest("0" * 64),
        tokens=1,
    )
    limiter = Limiter(8, sleep=sleep)  # type: ignore[arg-type]
    with pytest.raises(Unavailable) as caught:
        asyncio.run(limiter.exchange(load_provider(MODEL, settings), request))
    return caught.value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "told"),
    [
        (Fail(429), "429 too many requests"),
        (Say("==== specpack", broken_after=1), "the reply broke off"),
        (Say(""), "the reply is empty"),
    ],
    ids=["429", "broken off", "empty"],
)
def test_what_fails_once_is_asked_again_in_the_same_run(act: Act, told: str, folder: Path) -> None:
    """Waits two seconds, as the command does."""
    with WireServer(act, answer_request) as server:
        done = build(folder, server, "--model", MODEL)
    assert read_told(done.stderr)["message"] == PAUSED.format("design"), done.stderr
    assert f"no reply yet to design ({told}; asked again in 2 s)" in done.stderr
    assert labels_of(server.heard) == [["design"], ["design"]]
    assert server.heard[0].text == server.heard[1].text


# What is no failure of a server


@on_posix
@pytest.mark.parametrize("failure", CALLED, ids=lambda failure: failure.name)
def test_a_program_that_cannot_answer(failure: Failure, folder: Path) -> None:
    """A script says what the program says without a login; the real one does in `tests/providers/test_command.py`."""
    programs = folder / "bin"
    programs.mkdir()
    if "login" in failure.help or "log in" in failure.help:
        words = '{"type": "result", "is_error": true, "result": "Not logged in · Please run /login"}'
        (programs / "claude").write_text(f"#!/bin/sh\necho '{words}'\nexit 1\n", encoding="utf-8")
        (programs / "claude").chmod(0o755)
    with WireServer(answer_request) as server:
        done = build(folder, server, "--model", failure.model, PATH=str(programs))
        assert server.heard == []
        assert done.returncode == failure.status, done.stderr
        check_told(failure, read_told(done.stderr))
        again = build(folder, server, "--model", MODEL)
    assert read_told(again.stderr)["message"] == PAUSED.format("design")
    assert labels_of(server.heard) == [["design"]]


def test_relay_waits(folder: Path) -> None:
    with WireServer(answer_request) as server:
        done = build(folder, server, "--model", "relay:chat")
        assert done.returncode == WAITING.status
        check_told(WAITING, read_told(done.stderr))
        again = build(folder, server, "--model", MODEL)
    assert read_told(again.stderr)["message"] == PAUSED.format("design")
    assert labels_of(server.heard) == [["design"]]
