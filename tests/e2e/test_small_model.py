"""A build against a real small model over HTTP: it streams, is recorded, fails its gates honestly, and replays.

The model writes nonsense, so this proves transport, limits and memory, never quality. It runs where the two packages of
`small_model.py` are installed (`make small-model`); one build takes about a minute.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builds.mirror import run_specpack
from tests.e2e.small_model import find_weights

from specpack.middle.answers import read_reply
from specpack.middle.store import Store
from specpack.middle.tokens import estimate_tokens
from specpack.model.conclusion import Phase
from specpack.model.pack import Digest
from specpack.model.provider import ProviderSettings
from specpack.model.question import Ending, Label, Request
from specpack.providers import load_provider

pytest.importorskip("pydantic_ai", reason="the extra `models` is not installed")
pytestmark = pytest.mark.skipif(
    find_weights() is None, reason="`make small-model` installs the small model, about 100 MB"
)

MODEL = "compatible:smollm2"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Serve the model for the tests of this module."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("small_model.py")
    server = subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_healthy(server, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def _wait_until_healthy(server: "subprocess.Popen[bytes]", url: str) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server of the small model ended"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server of the small model did not become healthy")


def make_request(text: str, output_schema: str = "") -> Request:
    return Request(
        system="You answer in few words.",
        text=text,
        labels=(Label("write/a"),),
        phases=(Phase.WRITE,),
        digest=Digest("1" * 64),
        tokens=estimate_tokens(text),
        output_schema=output_schema,
    )


def ask(endpoint: str, folder: Path, request: Request, limit: int) -> tuple[object, list[int]]:
    heard: list[int] = []
    settings = ProviderSettings(
        folder=folder,
        estimate=estimate_tokens,
        environment={"SPECPACK_BASE_URL": endpoint},
        output_limit=limit,
        report=lambda request, characters: heard.append(characters),
    )
    return asyncio.run(load_provider(MODEL, settings).answer(request)), heard


def test_a_reply_streams_in_and_its_tokens_are_counted(endpoint: str, tmp_path: Path):
    reply, heard = ask(endpoint, tmp_path, make_request("Name three colours of the rainbow."), 40)
    assert len(set(heard)) > 5 and heard == sorted(heard)
    assert reply.by == MODEL
    assert not reply.usage.estimated and 0 < reply.usage.output <= 40 and reply.usage.input > 10


def test_a_reply_at_the_limit_is_known_as_cut(endpoint: str, tmp_path: Path):
    reply, _ = ask(endpoint, tmp_path, make_request("Write a long story about a river."), 5)
    assert reply.ending is Ending.CUT


def test_output_is_held_to_a_schema(endpoint: str, tmp_path: Path):
    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": ["green", "violet"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    reply, _ = ask(endpoint, tmp_path, make_request("Which colour is grass?", json.dumps(schema)), 60)
    assert json.loads(reply.text)["colour"] in ("green", "violet")


def test_a_build_is_recorded_fails_honestly_and_replays_without_the_model(endpoint: str, tmp_path: Path):
    pack = tmp_path / "greeter"
    subprocess.run(
        [sys.executable, "-m", "specpack.cli.main", "new", "greeter"], cwd=tmp_path, check=True, capture_output=True
    )
    limits = ("--output-limit", "64", "--pause-after", "behaviour")
    options = ("build", pack, "--model", MODEL, *limits, "-o", tmp_path / "greeter.zip")
    done = run_specpack(*options, environment={"SPECPACK_BASE_URL": endpoint})
    assert done.returncode == 1, done.stderr
    assert "BU101" in done.stderr and "was accepted" in done.stderr
    assert not (tmp_path / "greeter.zip").exists()
    store = Store(pack / ".specpack" / "store")
    replies = [read_reply(store, digest) for _, digest in store.list_entries("replies")]
    assert replies and {reply.by for reply in replies} == {MODEL}
    assert all(reply.text.strip() for reply in replies)

    again = run_specpack(*options, environment={"SPECPACK_BASE_URL": "http://127.0.0.1:9/v1"})
    assert again.returncode == 1
    assert not [line for line in again.stderr.splitlines() if line.startswith("asking ")]
    assert again.stderr.splitlines()[-3:] == done.stderr.splitlines()[-3:]
    assert len(store.list_entries("replies")) == len(replies)
