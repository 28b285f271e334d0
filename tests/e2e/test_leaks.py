"""Nothing leaks: keys and endpoints are planted, servers echo them, and every byte that a build leaves is read.

All replies are synthetic. Keys are put together here, so that this file holds none.
"""

import base64
import importlib.util
import random
import string
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.greeter import answer_request, make_pack, run_specpack
from tests.providers.wire import WIRES, Act, Fail, HangUp, Heard, OpenAIWire, Page, Say, WireServer

from specpack.middle.store import Store, verify_store

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pydantic_ai") is None,
    reason="the extra `models` is not installed: pip install 'specpack[models]'",
)

LETTERS = string.ascii_letters + string.digits


def invent(prefix: str, length: int, alphabet: str = LETTERS) -> str:
    """Return a text that looks random, another one for each prefix and length, with a digit in it."""
    return prefix + "".join(random.Random(f"{prefix}{length}").choices(alphabet, k=length - 1)) + "7"


SHAPELESS = {
    "SPECPACK_API_KEY": invent("", 40),
    "COHERE_API_KEY": invent("", 24),
    "HOUSE_PASSWORD": invent("", 12, string.ascii_lowercase),
}
SHAPED = {
    "ANTHROPIC_API_KEY": invent("sk-" + "ant-api03-", 40),
    "OPENAI_API_KEY": invent("sk-" + "proj-", 48),
    "GEMINI_API_KEY": invent("AI" + "za", 35),
    "GITHUB_TOKEN": invent("gh" + "p_", 36),
}
USER, PASSWORD, QUERY = invent("user", 6), invent("", 16), invent("", 18)
KEYS = {**SHAPELESS, **SHAPED}
MODELS = {"compatible": "compatible:some-model", "openai": "openai:some-model", "anthropic": "anthropic:some-model"}


class QueryWire(OpenAIWire):
    """A gateway whose address ends in a query: clients put the path behind it."""

    name = "gateway"

    def takes(self, path: str) -> bool:
        return path in ("/v1", "/v1/")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A server's addresses with secrets in them, and all that must not be found."""

    environment: Mapping[str, str]
    secrets: Mapping[str, bytes]


def plant(port: str, *, query: bool) -> Planted:
    """Return the environment of a build, and each planted secret under a name that a test may show."""
    tail = f"?token={QUERY}" if query else ""
    address = f"http://{USER}:{PASSWORD}@127.0.0.1:{port}"
    endpoints = {
        "SPECPACK_BASE_URL": f"{address}/v1{tail}",
        "OPENAI_BASE_URL": f"{address}/v1{tail}",
        "ANTHROPIC_BASE_URL": f"{address}{tail}",
    }
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    texts = {**KEYS, "password": PASSWORD, "query": QUERY, "basic": basic, "address": address, **endpoints}
    return Planted(environment={**KEYS, **endpoints}, secrets={name: text.encode() for name, text in texts.items()})


def build(
    folder: Path, model: str, planted: Planted, *options: str, phase: str = "behaviour"
) -> subprocess.CompletedProcess[str]:
    pause = ("--pause-after", phase) if phase else ()
    return run_specpack(
        "build", "greeter", "--model", model, *pause, *options, folder=folder, environment=planted.environment
    )


def check_nothing_leaked(folder: Path, done: subprocess.CompletedProcess[str], planted: Planted) -> int:
    """Read all that a build printed and wrote, zips unpacked; return how many files there were."""
    places = {"stdout": done.stdout.encode(), "stderr": done.stderr.encode()}
    for path in folder.rglob("*"):
        if path.is_file():
            places[str(path.relative_to(folder))] = path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    places |= {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}
        places[f"name of {path.name}"] = path.name.encode()
    leaks = [
        (name, place) for place, text in places.items() for name, secret in planted.secrets.items() if secret in text
    ]
    assert leaks == []
    assert verify_store(Store(folder / "greeter" / ".specpack" / "store")) == ()
    return len(places)


def echo(heard: Heard, planted: Planted) -> str:
    """Return all that a server knows of a caller, and more."""
    known = [*heard.headers.values(), heard.path, *(secret.decode() for secret in planted.secrets.values())]
    return " ".join(known)


FAILING: Mapping[str, Callable[[str], Act]] = {
    **{
        str(status): lambda text, status=status: Fail(status, message=text) for status in (400, 401, 403, 404, 413, 422)
    },
    "429 with a code": lambda text: Fail(429, code=text, message=text, headers={"Retry-After": "7200"}),
    "500": lambda text: Fail(500, message=text, headers={"Retry-After": "7200"}),
    "529": lambda text: Fail(529, message=text, headers={"Retry-After": "7200", "x-request-id": text}),
    "web page": lambda text: Page(200, text=f"<html>{text}</html>"),
    "redirection": lambda text: Page(307, media="text/plain", headers={"Location": f"/{text.replace(' ', '/')}"}),
    "refusal": lambda text: Say(text, ending="refused"),
}


@pytest.mark.parametrize("name", FAILING)
def test_an_error_that_echoes_all_it_knows_leaks_nothing(name: str, tmp_path: Path) -> None:
    make_pack(tmp_path)
    kind = ("compatible", "openai", "anthropic")[list(FAILING).index(name) % 3]
    planted: Planted | None = None

    def act(heard: Heard) -> Act:
        assert planted is not None
        return FAILING[name](echo(heard, planted))

    with WireServer(act) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, MODELS[kind], planted)
    assert done.returncode == 3, done.stderr
    assert len(server.heard) == 1
    assert (
        KEYS[f"{kind.upper()}_API_KEY" if kind != "compatible" else "SPECPACK_API_KEY"] in planted.environment.values()
    )
    check_nothing_leaked(tmp_path, done, planted)


ECHOED = ("SPECPACK_API_KEY", "HOUSE_PASSWORD", "GITHUB_TOKEN", "password", "query", "basic", "SPECPACK_BASE_URL")


def test_an_answer_that_holds_a_secret_is_refused_and_not_stored(tmp_path: Path) -> None:
    """Each secret alone, in an answer that is good but for it; then the same command goes on with a good answer."""
    make_pack(tmp_path)
    names = list(ECHOED)

    def act(heard: Heard) -> Act:
        said = answer_request(heard).text
        return Say(f"Here: {planted.secrets[names.pop(0)].decode()}\n\n{said}" if names else said)

    with WireServer(act) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        other = f"{server.url}/v1?token={QUERY}"
        planted = Planted(
            environment={**planted.environment, "OPENAI_BASE_URL": other},
            secrets={**planted.secrets, "OPENAI_BASE_URL": other.encode()},
        )
        for name in ECHOED:
            refused = build(tmp_path, MODELS["compatible"], planted)
            assert refused.returncode == 1, name
            assert "`content` holds a secret: " in refused.stderr
            assert "nothing of it was stored" in refused.stderr
            check_nothing_leaked(tmp_path, refused, planted)
        done = build(tmp_path, MODELS["compatible"], planted)
    assert done.returncode == 4, done.stderr
    assert len(server.heard) == len(ECHOED) + 1
    check_nothing_leaked(tmp_path, done, planted)


def test_a_secret_within_an_answer_block_is_refused(tmp_path: Path) -> None:
    make_pack(tmp_path)
    told = f'"rules": ["{KEYS["SPECPACK_API_KEY"]}"]'
    with WireServer(lambda heard: Say(answer_request(heard).text.replace('"rules": []', told))) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, MODELS["compatible"], planted)
    assert done.returncode == 1
    assert "value of environment variable `SPECPACK_API_KEY`" in done.stderr
    check_nothing_leaked(tmp_path, done, planted)


@pytest.mark.slow
def test_a_half_reply_and_a_cut_one_that_echo_leak_nothing(tmp_path: Path) -> None:
    make_pack(tmp_path)
    acts: list[Any] = [Say(KEYS["SPECPACK_API_KEY"], broken_after=2), Say(KEYS["SPECPACK_API_KEY"], ending="cut")]
    with WireServer(*acts) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, MODELS["compatible"], planted)
    assert done.returncode == 1, done.stderr
    assert len(server.heard) == 2
    check_nothing_leaked(tmp_path, done, planted)


def test_an_endpoint_with_a_query_leaks_nothing_where_it_fails_and_where_it_answers(tmp_path: Path) -> None:
    make_pack(tmp_path)
    with WireServer(Fail(401)) as server:
        planted = plant(server.url.rpartition(":")[2], query=True)
        failed = build(tmp_path, MODELS["compatible"], planted)
    assert failed.returncode == 3
    check_nothing_leaked(tmp_path, failed, planted)
    with WireServer(answer_request, wires=(QueryWire(), *WIRES)) as server:
        planted = plant(server.url.rpartition(":")[2], query=True)
        done = build(tmp_path, MODELS["compatible"], planted)
    assert done.returncode == 4, done.stderr
    assert QUERY in server.heard[0].path
    check_nothing_leaked(tmp_path, done, planted)


@pytest.mark.slow
def test_a_reset_connection_and_a_waiting_relay_leak_nothing(tmp_path: Path) -> None:
    make_pack(tmp_path)
    with WireServer(HangUp(), Fail(500, headers={"Retry-After": "7200"})) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, MODELS["anthropic"], planted)
        assert done.returncode == 3
        check_nothing_leaked(tmp_path, done, planted)
        waiting = build(tmp_path, "relay:chat", planted)
    assert waiting.returncode == 4
    assert list((tmp_path / "greeter" / ".specpack" / "relay").iterdir())
    check_nothing_leaked(tmp_path, waiting, planted)


@pytest.mark.parametrize("model", MODELS.values())
def test_a_build_that_succeeds_leaks_nothing(model: str, tmp_path: Path) -> None:
    make_pack(tmp_path)
    with WireServer(answer_request) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, model, planted, phase="write")
    assert done.returncode == 4, done.stderr
    assert all(planted.secrets["basic"].decode() in heard.headers["authorization"] for heard in server.heard)
    assert check_nothing_leaked(tmp_path, done, planted) > 50


@pytest.mark.sandbox
def test_the_zip_of_a_build_holds_no_secret(tmp_path: Path) -> None:
    make_pack(tmp_path)
    with WireServer(answer_request) as server:
        planted = plant(server.url.rpartition(":")[2], query=False)
        done = build(tmp_path, MODELS["compatible"], planted, phase="")
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("build/greeter.zip"))
    check_nothing_leaked(tmp_path, done, planted)


def test_a_pack_that_names_the_loopback_address_is_allowed_and_one_that_holds_the_key_is_not(tmp_path: Path) -> None:
    """What stands in the pack would be sent: the request is refused before anybody hears it."""
    document = make_pack(tmp_path) / "behaviour" / "greeter.md"
    text = document.read_text(encoding="utf-8")
    with WireServer(answer_request) as server:
        environment = {**KEYS, "SPECPACK_BASE_URL": f"{server.url}/v1", "OPENAI_BASE_URL": f"{server.url}/v1"}
        planted = Planted(environment=environment, secrets={name: key.encode() for name, key in KEYS.items()})
        document.write_text(f"{text}\nA service of the system listens on {server.url}/v1 for all.\n", encoding="utf-8")
        allowed = build(tmp_path, MODELS["compatible"], planted)
        assert allowed.returncode == 4, allowed.stderr
        assert len(server.heard) == 1
        document.write_text(f"{text}\nThe key is {KEYS['HOUSE_PASSWORD']} for all.\n", encoding="utf-8")
        refused = build(tmp_path, MODELS["compatible"], planted)
    assert refused.returncode == 1
    assert "holds a secret: value of environment variable `HOUSE_PASSWORD`" in refused.stderr
    assert len(server.heard) == 1
