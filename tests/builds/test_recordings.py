"""The example packs from their recordings: replay, sameness, honest recordings, resuming."""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from specpack.middle.lock import read_lock
from specpack.middle.store import Store, verify_store
from tests.builds.mirror import (
    BY,
    SPECPACK,
    answer_waiting,
    build_through_relay,
    copy_pack,
    read_recorded,
    run_specpack,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKS = ("ulid", "telemetry")


def digest_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", PACKS)
def test_recording_is_sound(name: str) -> None:
    assert verify_store(Store(EXAMPLES / name / "recording")) == ()
    lock = read_lock(EXAMPLES / name / "specpack.lock")
    assert lock is not None
    asked = {pin.by for pin in lock.pins if pin.label.partition("/")[0] in ("behaviour", "design", "write", "test")}
    assert asked == {f"relay:{BY}"}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", PACKS)
def test_replay_gives_the_recorded_bytes(name: str, tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / name, tmp_path / "pack", recording=True)
    done = run_specpack("build", pack, "--frozen", "-o", tmp_path / f"{name}.zip")
    assert done.returncode == 0, done.stderr
    attested = (EXAMPLES / name / "recording" / f"{name}.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(tmp_path / f"{name}.zip") in attested
    assert (tmp_path / f"{name}.zip.intoto.json").read_text(encoding="utf-8") == attested


@pytest.mark.sandbox
def test_locale_zone_umask_and_folder_change_no_byte(tmp_path: Path) -> None:
    digests = set()
    for number, (zone, locale, umask) in enumerate((("UTC", "C", 0o022), ("Asia/Tokyo", "C.UTF-8", 0o077))):
        pack = copy_pack(EXAMPLES / "ulid", tmp_path / f"folder {number}" / "pack", recording=True)
        archive = tmp_path / f"folder {number}" / "ulid.zip"
        old = os.umask(umask)
        try:
            done = run_specpack("build", pack, "--frozen", "-o", archive, environment={"TZ": zone, "LC_ALL": locale})
        finally:
            os.umask(old)
        assert done.returncode == 0, done.stderr
        digests.add(digest_file(archive))
    assert len(digests) == 1


@pytest.mark.sandbox
def test_a_newer_formatter_in_the_environment_changes_no_byte(tmp_path: Path) -> None:
    """A `ruff` earlier on PATH that mangles everything is never called."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ruff").write_text("#!/bin/sh\necho 'ruff 99.0.0'\nexit 1\n", encoding="utf-8")
    (tools / "ruff").chmod(0o755)
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = run_specpack("build", pack, "--frozen", "-o", tmp_path / "ulid.zip", environment={"PATH": path})
    assert done.returncode == 0, done.stderr
    attested = (EXAMPLES / "ulid" / "recording" / "ulid.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(tmp_path / "ulid.zip") in attested


def find_python(minor: str) -> str | None:
    """Return a working interpreter of the minor version, from the path or from pyenv."""
    known = [shutil.which(f"python{minor}"), *Path.home().glob(f".pyenv/versions/{minor}.*/bin/python")]
    for python in known:
        if python and not subprocess.run([python, "--version"], capture_output=True, check=False).returncode:
            return str(python)
    return None


@pytest.mark.parametrize("minor", ["3.12", "3.13", "3.14"])
def test_another_python_gives_the_same_bytes(minor: str, tmp_path: Path) -> None:
    """Replay on another minor version; where gates cannot run there, the digest of the recording is what counts."""
    python = find_python(minor)
    if python is None:
        pytest.skip(f"Python {minor} is not installed here")
    root = Path(__file__).parents[2]
    venv = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", venv], check=True)
    install = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", root]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    command = [venv / "bin" / "specpack", "build", pack, "--frozen", "-o", tmp_path / "ulid.zip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    attested = (EXAMPLES / "ulid" / "recording" / "ulid.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(tmp_path / "ulid.zip") in attested


@pytest.mark.sandbox
def test_recorded_replies_answer_the_requests_up_to_the_first_repair(tmp_path: Path) -> None:
    """A build of telemetry from nothing asks exactly the recorded requests until its first suite has failed.

    Six of its first tests look at calls that a client library makes or leaves out by chance, so the rulings that follow
    show what was observed in that run, and are other questions in the next one. The tests that were kept look no more.
    """
    pack = copy_pack(EXAMPLES / "telemetry", tmp_path / "pack", recording=False)
    recorded = read_recorded(EXAMPLES / "telemetry" / "recording")
    relay = tmp_path / "relay"
    done = build_through_relay(pack, recorded, relay, tmp_path / "telemetry.zip")
    assert done.returncode in (0, 4), done.stderr
    assert "gate: suite" in done.stderr
    asked = [path.read_text(encoding="utf-8") for path in sorted(relay.glob("*.request.md"))]
    first = [text for text in asked if "of the phase ruling" not in text and "### Ruling" not in text]
    assert len(first) == 8
    waiting = [
        path for path in relay.glob("*.request.md") if not path.with_suffix("").with_suffix(".answer.md").exists()
    ]
    assert all("of the phase ruling" in path.read_text(encoding="utf-8") for path in waiting)


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["ulid"])
def test_recorded_replies_answer_the_requests_that_are_made_now(name: str, tmp_path: Path) -> None:
    """A build from nothing asks exactly the recorded requests, and ends with the same lock and the same zip."""
    pack = copy_pack(EXAMPLES / name, tmp_path / "pack", recording=False)
    recorded = read_recorded(EXAMPLES / name / "recording")
    done = build_through_relay(pack, recorded, tmp_path / "relay", tmp_path / f"{name}.zip")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "relay").glob("*.answer.md"))) == len(recorded)
    lock, recorded_lock = read_lock(pack / "specpack.lock"), read_lock(EXAMPLES / name / "specpack.lock")
    assert lock is not None
    assert recorded_lock is not None
    assert {(p.label, p.question) for p in lock.pins} == {(p.label, p.question) for p in recorded_lock.pins}
    attested = (EXAMPLES / name / "recording" / f"{name}.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(tmp_path / f"{name}.zip") in attested


def test_replay_imports_no_provider(tmp_path: Path) -> None:
    """Replay works where every module that could reach a model refuses to be imported."""
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    script = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith(('specpack.providers.', 'pydantic_ai', 'anthropic', 'openai', 'google.genai')):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from specpack.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, "build", str(pack), "--frozen", "-o", str(tmp_path / "ulid.zip")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_missing_answer_is_named_then_asked_then_taken(tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    lock = read_lock(pack / "specpack.lock")
    assert lock is not None
    pin = next(p for p in lock.pins if p.label.startswith("write/"))
    (pack / "recording" / "objects" / pin.answer[:2] / pin.answer).unlink()
    frozen = run_specpack("build", pack, "--frozen", "-o", tmp_path / "a.zip")
    assert frozen.returncode == 1
    assert f"`{pin.label}`" in frozen.stderr
    relay = tmp_path / "relay"
    waiting = run_specpack("build", pack, "--model", f"relay:{BY}", "--relay", relay, "-o", tmp_path / "a.zip")
    assert waiting.returncode == 4, waiting.stderr
    requests = list(relay.glob("*.request.md"))
    assert len(requests) == 1
    text = requests[0].read_text(encoding="utf-8")
    assert text.count("## Question `") == 1
    assert f"## Question `{pin.label}`" in text
    answer = requests[0].with_name(requests[0].name.replace(".request.md", ".answer.md"))
    answer.write_text(recorded_blocks(pin.label), encoding="utf-8")
    done = run_specpack("build", pack, "--model", f"relay:{BY}", "--relay", relay, "-o", tmp_path / "a.zip")
    assert done.returncode == 0, done.stderr
    attested = (EXAMPLES / "ulid" / "recording" / "ulid.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(tmp_path / "a.zip") in attested


def recorded_blocks(label: str) -> str:
    """Return the recorded answer of a label, framed: a part of a genuine reply, cut by its markers."""
    from specpack.middle.framing import label_nonce
    from specpack.model.question import Label

    nonce = label_nonce(Label(label))
    lock = read_lock(EXAMPLES / "ulid" / "specpack.lock")
    store = Store(EXAMPLES / "ulid" / "recording")
    assert lock is not None
    pin = next(p for p in lock.pins if p.label == label)
    record = store.read_value(pin.answer)
    assert isinstance(record, dict)
    reply = store.read_value(record["attempts"][-1])
    assert isinstance(reply, dict)
    text = store.read_bytes(reply["text"]).decode()
    lines, kept, inside = text.split("\n"), [], False
    for line in lines:
        inside = inside or (line.startswith("==== specpack") and nonce in line)
        if inside:
            kept.append(line)
        if line.startswith(f"==== end {nonce}"):
            inside = False
    return "\n".join(kept) + "\n"


@pytest.mark.sandbox
def test_ten_kills_lose_no_answer(tmp_path: Path) -> None:
    """`kill -9` at ten random moments; the build goes on each time and ends with the recorded bytes."""
    recorded = read_recorded(EXAMPLES / "ulid" / "recording")
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=False)
    relay, archive = tmp_path / "relay", tmp_path / "ulid.zip"
    command = [*SPECPACK, "build", str(pack), "--model", f"relay:{BY}", "--relay", str(relay), "-o", str(archive)]
    chance = random.Random(20261124)
    for _ in range(10):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.05, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert verify_store(Store(pack / ".specpack" / "store")) == ()
        answer_waiting(relay, recorded)
    done = build_through_relay(pack, recorded, relay, archive)
    assert done.returncode == 0, done.stderr
    replies = Store(pack / ".specpack" / "store").list_entries("replies")
    assert len({request for request, _ in replies}) == len(recorded)
    attested = (EXAMPLES / "ulid" / "recording" / "ulid.zip.intoto.json").read_text(encoding="utf-8")
    assert digest_file(archive) in attested


@pytest.mark.sandbox
def test_two_builds_at_once_end_alike(tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    commands = [[*SPECPACK, "build", str(pack), "--locked", "-o", str(tmp_path / f"{n}.zip")] for n in "ab"]
    processes = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for c in commands]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert digest_file(tmp_path / "a.zip") == digest_file(tmp_path / "b.zip")


@pytest.mark.parametrize("name", PACKS)
def test_tampering_is_found(name: str, tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / name, tmp_path / "pack", recording=True)
    lock = read_lock(pack / "specpack.lock")
    assert lock is not None
    pin = next(p for p in lock.pins if p.label.startswith("write/"))
    place = pack / "recording" / "objects" / pin.answer[:2] / pin.answer
    place.chmod(0o644)
    place.write_bytes(place.read_bytes().replace(b"write", b"wrote", 1))
    done = run_specpack("build", pack, "--frozen", "-o", tmp_path / "a.zip")
    assert done.returncode == 3
    assert pin.answer[:12] in done.stderr


def test_no_test_ships_a_hand_written_reply() -> None:
    """Recordings hold replies of a model alone: no scripted author stands in any of them."""
    for name in PACKS:
        store = Store(EXAMPLES / name / "recording")
        for _, reply in store.list_entries("replies"):
            record = store.read_value(reply)
            assert isinstance(record, dict)
            assert record["by"] == f"relay:{BY}"


@pytest.mark.sandbox
def test_the_zip_holds_what_the_readme_promises(tmp_path: Path) -> None:
    pack = copy_pack(EXAMPLES / "ulid", tmp_path / "pack", recording=True)
    assert run_specpack("build", pack, "--frozen", "-o", tmp_path / "ulid.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "ulid.zip") as archive:
        names = set(archive.namelist())
    wanted = {"Makefile", "README.md", "TOUR.md", "logs/assumptions.md", "logs/deviations.md", "logs/disputes.md"}
    assert wanted <= names
    assert {"spec/behaviour/ulid.md", "logs/trace.json", "requirements.lock"} <= names


def test_the_readme_shows_the_recorded_build() -> None:
    attested = (EXAMPLES / "telemetry" / "recording" / "telemetry.zip.intoto.json").read_text(encoding="utf-8")
    shown = re.findall(r"^sha256 ([0-9a-f]{8})…$", (EXAMPLES.parent / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(shown) == 1
    assert f'"sha256": "{shown[0]}' in attested
