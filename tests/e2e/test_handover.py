"""A build whose provider dies half-way goes on with another one, and the lock says who answered what.

The greeter's replies are synthetic; those of `examples/ulid` are a model's, whole, from its recording.
"""

import hashlib
import importlib.util
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.builds.mirror import copy_pack, read_recorded
from tests.e2e.failures import KEY
from tests.e2e.greeter import answer_request, list_labels, make_pack, run_specpack
from tests.providers.wire import Act, Fail, Heard, Say, WireServer

from specpack import std
from specpack.middle.answers import read_answer
from specpack.middle.canonical import digest_bytes
from specpack.middle.lock import Lock, read_lock
from specpack.middle.store import Store, verify_store
from specpack.model.pack import Digest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pydantic_ai") is None,
    reason="the extra `models` is not installed: pip install 'specpack[models]'",
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "ulid"
ONE, OTHER = "anthropic:one", "openai:other"
DEAD = Fail(503, headers={"Retry-After": "3600"})
"""Asks for more patience than there is, so that the command ends at once."""
KEYS = {"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": KEY + "-other"}


def build(pack: Path, server: WireServer, *options: object) -> subprocess.CompletedProcess[str]:
    reached = {"ANTHROPIC_BASE_URL": server.url, "OPENAI_BASE_URL": f"{server.url}/v1"}
    return run_specpack("build", pack, *options, folder=pack.parent, environment={**KEYS, **reached})


def read_pins(pack: Path) -> Lock:
    lock = read_lock(pack / "specpack.lock")
    assert lock is not None
    return lock


def authors(pack: Path) -> dict[str, str]:
    """Return who answered each question of this pack's own."""
    return {p.label: p.by for p in read_pins(pack).pins if p.by in (ONE, OTHER)}


class Dying:
    """Answers a number of requests, then none."""

    def __init__(self, replies: int, answer: Mapping[Digest, str] | None = None) -> None:
        self.left = replies
        self.answers = answer

    def __call__(self, heard: Heard) -> Act:
        if self.left < 1:
            return DEAD
        self.left -= 1
        return answer_recorded(self.answers, heard) if self.answers else answer_request(heard)


def answer_recorded(answers: Mapping[Digest, str], heard: Heard) -> Act:
    """Say what was recorded for exactly this request; a request that nobody recorded is a failure of its own."""
    text = answers.get(digest_bytes(f"{heard.system}\0{heard.text}".encode()))
    return Fail(404) if text is None else Say(text)


def test_another_provider_goes_on_where_one_died(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    with WireServer(Dying(1)) as server:
        died = build(pack, server, "--model", ONE, "--pause-after", "write", "--jobs", "1")
        assert died.returncode == 3, died.stderr
        assert "with another `--model` too" in died.stderr
        first = [label for heard in server.heard[:1] for label in list_labels(heard.text)]
        assert len(server.heard) > 1
    with WireServer(answer_request) as server:
        done = build(pack, server, "--model", OTHER, "--pause-after", "write")
    assert done.returncode == 4, done.stderr
    asked = [label for heard in server.heard for label in list_labels(heard.text)]
    assert sorted(first) == ["behaviour/greeter/greeting", "design"]
    assert sorted(asked) == ["test/driver", "test/greeting", "write/greeting"]
    assert {heard.wire for heard in server.heard} == {"openai"}
    assert authors(pack) == {**dict.fromkeys(first, ONE), **dict.fromkeys(asked, OTHER)}


def test_phases_may_ask_different_providers_in_one_run(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    with WireServer(answer_request) as server:
        done = build(pack, server, "--model", ONE, "--model", f"test={OTHER}", "--pause-after", "write")
    assert done.returncode == 4, done.stderr
    wires = {label: heard.wire for heard in server.heard for label in list_labels(heard.text)}
    assert {label for label, wire in wires.items() if wire == "openai"} == {"test/driver", "test/greeting"}
    assert authors(pack) == {label: OTHER if label.startswith("test/") else ONE for label in wires}


def test_upgrade_asks_again_what_another_model_answered_and_nothing_else(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    with WireServer(answer_request) as server:
        build(pack, server, "--model", ONE, "--pause-after", "behaviour")
        build(pack, server, "--model", OTHER, "--pause-after", "design")
    with WireServer(answer_request) as server:
        done = build(pack, server, "--model", OTHER, "--upgrade", "--pause-after", "design")
    assert done.returncode == 4, done.stderr
    assert list_labels(server.heard[0].text) == ["behaviour/greeter/greeting"]
    assert set(authors(pack).values()) == {OTHER}


@pytest.mark.sandbox
def test_a_recorded_build_handed_over_half_way_gives_the_recorded_bytes(tmp_path: Path) -> None:
    """The replies of the recording by two providers: another lock only in who answered, and the same zip."""
    pack = copy_pack(EXAMPLE, tmp_path / "pack", recording=False)
    recorded = read_recorded(EXAMPLE / "recording")
    replies = len(recorded) // 2
    archive = tmp_path / "ulid.zip"
    with WireServer(Dying(replies, recorded)) as server:
        died = build(pack, server, "--model", ONE, "--jobs", "1", "-o", archive)
    assert died.returncode == 3, died.stderr
    assert "503 overloaded" in died.stderr
    with WireServer(lambda heard: answer_recorded(recorded, heard)) as server:
        done = build(pack, server, "--model", OTHER, "-o", archive)
    assert done.returncode == 0, done.stderr
    assert len(server.heard) == len(recorded) - replies
    assert set(authors(pack).values()) == {ONE, OTHER}
    check_same_answers(pack, EXAMPLE)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert digest in (EXAMPLE / "recording" / "ulid.zip.intoto.json").read_text(encoding="utf-8")
    replayed = tmp_path / "replayed.zip"
    frozen = run_specpack("build", pack, "--frozen", "-o", replayed, folder=tmp_path)
    assert frozen.returncode == 0, frozen.stderr
    assert replayed.read_bytes() == archive.read_bytes()


def check_same_answers(pack: Path, example: Path) -> None:
    """Assert that two locks pin the same text for the same questions, whoever wrote it."""
    store = Store(pack / ".specpack" / "store", layers=[example / "recording", std.STORE])
    mine, theirs = ({p.label: p for p in read_pins(place).pins} for place in (pack, example))
    assert mine.keys() == theirs.keys()
    for label, pin in mine.items():
        assert pin.question == theirs[label].question, label
        assert read_answer(store, pin.answer).blocks == read_answer(store, theirs[label].answer).blocks, label
    assert verify_store(Store(pack / ".specpack" / "store")) == ()
