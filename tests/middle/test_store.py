import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpack.middle.canonical import digest_bytes, digest_value
from specpack.middle.secrets import SecretFound
from specpack.middle.store import Missing, Store, Tampered, copy_closure, verify_store
from specpack.model.failure import Unavailable
from specpack.model.pack import Digest

QUESTION = digest_bytes(b"question")
POSIX = pytest.mark.skipif(os.name != "posix", reason="permission bits and signals of POSIX")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def path_of(store: Store, digest: Digest) -> Path:
    return store.root / "objects" / digest[:2] / digest


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def answer_to(question: Digest, text: str = "yes", **more: object) -> dict[str, object]:
    return {"question": question, "output": {"text": text}, "by": "relay:test", **more}


def list_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(max_size=200))
def test_bytes_survive(store: Store, content: bytes):
    digest = store.put_bytes(content)
    assert digest == digest_bytes(content)
    assert store.read_bytes(digest) == content
    assert store.has(digest)


def test_layout_is_plain_files(store: Store):
    answer = store.put_value(answer_to(QUESTION))
    reply = store.put_bytes(b"raw reply")
    request = digest_bytes(b"request")
    store.add_answer(QUESTION, answer)
    store.add_reply(request, reply)
    assert list_files(store.root) == sorted(
        [
            "FORMAT",
            f"answers/{QUESTION[:2]}/{QUESTION}/{answer}",
            f"objects/{answer[:2]}/{answer}",
            f"objects/{reply[:2]}/{reply}",
            f"replies/{request[:2]}/{request}/{reply}",
        ]
    )
    assert (store.root / "FORMAT").read_bytes() == b"1\n"
    assert (store.root / "answers" / QUESTION[:2] / QUESTION / answer).read_bytes() == b""
    assert store.read_value(answer) == answer_to(QUESTION)
    assert store.list_objects() == tuple(sorted([answer, reply]))
    assert store.list_entries("replies") == ((request, reply),)
    assert verify_store(store) == ()


@POSIX
def test_objects_are_readable_by_all_and_writable_by_none(store: Store):
    former = os.umask(0o077)
    try:
        digest = store.put_bytes(b"x")
    finally:
        os.umask(former)
    assert path_of(store, digest).stat().st_mode & 0o777 == 0o444


def test_nothing_is_made_before_the_first_write(store: Store):
    assert store.list_objects() == ()
    assert store.find_answers(QUESTION) == ()
    assert not store.has(QUESTION)
    with pytest.raises(Missing):
        store.read_bytes(QUESTION)
    assert store.sweep_temporaries() == 0
    assert not store.root.exists()


def test_absent_object_is_missing(store: Store):
    with pytest.raises(Missing) as caught:
        store.read_value(QUESTION)
    assert caught.value.digest == QUESTION
    assert caught.value.help
    assert isinstance(caught.value, Unavailable)


@pytest.mark.parametrize("damage", [b"", b"content of the objecT", b"content"])
def test_altered_object_is_tampered_until_put_again(store: Store, damage: bytes):
    digest = store.put_bytes(b"content of the object")
    overwrite(path_of(store, digest), damage)
    with pytest.raises(Tampered) as caught:
        store.read_bytes(digest)
    assert (caught.value.digest, caught.value.path) == (digest, path_of(store, digest))
    assert len(verify_store(store)) == 1
    store.put_bytes(b"content of the object")
    assert store.read_bytes(digest) == b"content of the object"
    assert verify_store(store) == ()


def test_name_that_is_no_digest_leads_nowhere(store: Store):
    for name in ("../../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"):
        with pytest.raises(ValueError, match="not a digest"):
            store.read_bytes(Digest(name))


def test_raw_bytes_are_not_a_value(store: Store):
    with pytest.raises(Unavailable, match="not JSON"):
        store.read_value(store.put_bytes(b"\xff not json"))


def test_answers_are_a_sorted_set(store: Store):
    answers = [store.put_value(answer_to(QUESTION, text)) for text in "abcdef"]
    for answer in [*answers, *answers]:
        store.add_answer(QUESTION, answer)
    assert store.find_answers(QUESTION) == tuple(sorted(answers))
    assert store.find_replies(QUESTION) == ()


def test_answer_must_be_stored_before_it_is_added(store: Store):
    with pytest.raises(Missing):
        store.add_answer(QUESTION, digest_bytes(b"never stored"))
    assert store.find_answers(QUESTION) == ()


def test_entry_whose_object_is_gone_is_left_out(store: Store):
    answer = store.put_value(answer_to(QUESTION))
    store.add_answer(QUESTION, answer)
    path_of(store, answer).unlink()
    assert store.find_answers(QUESTION) == ()
    assert "leads to no object" in verify_store(store)[0]


def test_answers_that_were_exchanged_are_a_problem(store: Store):
    other = digest_bytes(b"another question")
    store.add_answer(other, store.put_value(answer_to(QUESTION)))
    store.add_answer(QUESTION, store.put_bytes(b"no record"))
    problems = verify_store(store)
    assert len(problems) == 2
    assert all("does not name" in problem for problem in problems)


def test_misplaced_file_is_a_problem(store: Store):
    digest = store.put_bytes(b"x")
    wrong = store.root / "objects" / "zz" / digest
    wrong.parent.mkdir()
    wrong.write_bytes(b"x")
    (store.root / "objects" / "zz" / "notes.txt").write_text("hello")
    problems = verify_store(store)
    assert len(problems) == 2
    assert store.list_objects() == (digest,)


def test_secrets_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOME_PROVIDER_API_KEY", "zebra-crossing")
    with pytest.raises(SecretFound, match="SOME_PROVIDER_API_KEY"):
        store.put_value({"output": "zebra-crossing"})
    with pytest.raises(SecretFound, match="SOME_PROVIDER_API_KEY"):
        store.put_bytes(b"a raw reply with zebra-crossing and \xff")
    assert not store.root.exists()


def test_layers_are_searched_after_the_root_and_never_written(tmp_path: Path):
    shipped = Store(tmp_path / "shipped")
    known = shipped.put_value(answer_to(QUESTION, "known"))
    shipped.add_answer(QUESTION, known)
    shipped.add_reply(QUESTION, known)
    before = list_files(shipped.root)

    store = Store(tmp_path / "own", layers=[tmp_path / "absent", shipped.root])
    assert store.read_value(known) == answer_to(QUESTION, "known")
    assert store.put_value(answer_to(QUESTION, "known")) == known
    store.add_answer(QUESTION, known)
    assert not store.root.exists()

    own = store.put_value(answer_to(QUESTION, "own"))
    store.add_answer(QUESTION, own)
    assert store.find_answers(QUESTION) == tuple(sorted([known, own]))
    assert store.find_replies(QUESTION) == (known,)
    assert store.list_objects() == tuple(sorted([known, own]))
    assert list_files(shipped.root) == before
    assert Store(store.root).find_answers(QUESTION) == (own,)


def test_damaged_layer_is_reported_and_mended_in_the_root(tmp_path: Path):
    shipped = Store(tmp_path / "shipped")
    digest = shipped.put_bytes(b"content")
    overwrite(path_of(shipped, digest), b"other")
    store = Store(tmp_path / "own", layers=[shipped.root])
    with pytest.raises(Tampered):
        store.read_bytes(digest)
    store.put_bytes(b"content")
    assert store.read_bytes(digest) == b"content"


def test_read_only_store_takes_only_what_it_holds(tmp_path: Path):
    writer = Store(tmp_path / "store")
    held = writer.put_value(answer_to(QUESTION))
    writer.add_answer(QUESTION, held)
    before = list_files(writer.root)
    store = Store(writer.root, read_only=True)
    assert store.put_value(answer_to(QUESTION)) == held
    store.add_answer(QUESTION, held)
    with pytest.raises(Unavailable, match="read-only") as caught:
        store.put_bytes(b"new")
    assert "(1)" in caught.value.kept
    with pytest.raises(Unavailable, match="read-only"):
        store.add_reply(QUESTION, held)
    assert list_files(writer.root) == before


@pytest.mark.parametrize("content", [b"2\n", b"one\n", b"\xff\xfe"])
def test_other_format_is_unavailable(tmp_path: Path, content: bytes):
    (tmp_path / "FORMAT").write_bytes(content)
    for open_store in (lambda: Store(tmp_path), lambda: Store(tmp_path / "own", layers=[tmp_path])):
        with pytest.raises(Unavailable, match="format") as caught:
            open_store()
        assert "upgrade" in caught.value.help


def test_format_left_empty_by_a_crash_is_written_again(tmp_path: Path):
    (tmp_path / "FORMAT").write_bytes(b"")
    Store(tmp_path).put_bytes(b"x")
    assert (tmp_path / "FORMAT").read_bytes() == b"1\n"


@pytest.mark.parametrize(
    ("number", "why"),
    [(errno.ENOSPC, "no space is left"), (errno.EACCES, "not permitted"), (errno.EROFS, "not permitted")],
)
@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_failing_disk_says_what_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str, number: int, why: str
):
    kept = store.put_value(answer_to(QUESTION))
    before = list_files(store.root)

    def fail(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(Unavailable) as caught:
            store.add_answer(QUESTION, kept)
            store.put_bytes(b"more")
    assert why in caught.value.message
    assert "(1)" in caught.value.kept
    assert caught.value.help
    assert [name for name in list_files(store.root) if not name.startswith("answers/")] == before
    store.add_answer(QUESTION, kept)
    assert store.find_answers(QUESTION) == (kept,)


@POSIX
def test_full_disk_of_a_real_process(tmp_path: Path):
    script = f"""
import resource, signal
from pathlib import Path
from specpack.middle.store import Store
from specpack.model.failure import Unavailable
store = Store(Path({str(tmp_path / "store")!r}))
store.put_bytes(b"small")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    store.put_bytes(b"x" * 5000)
except Unavailable as failure:
    print(failure.message)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "no space is left" in done.stdout
    assert Store(tmp_path / "store").list_objects() == (digest_bytes(b"small"),)
    assert not [name for name in list_files(tmp_path) if ".tmp-" in name]


def test_store_below_a_file_is_unavailable(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "store")
    with pytest.raises(Unavailable, match="could not take object"):
        store.put_bytes(b"x")


def test_only_old_temporaries_are_swept(store: Store):
    digest = store.put_bytes(b"x")
    folder = path_of(store, digest).parent
    old, young = folder / ".tmp-1-dead", folder / ".tmp-2-alive"
    for path in (old, young, store.root / ".tmp-3-dead"):
        path.write_bytes(b"half")
    for path in (old, store.root / ".tmp-3-dead"):
        os.utime(path, (1, 1))
    assert store.list_objects() == (digest,)
    assert verify_store(store) == ()
    assert store.sweep_temporaries() == 2
    assert sorted(path.name for path in folder.iterdir()) == sorted([young.name, digest])


def test_closure_takes_what_answers_reach_and_no_more(tmp_path: Path):
    shipped = Store(tmp_path / "shipped")
    context = shipped.put_bytes(b"context")
    store = Store(tmp_path / "store", layers=[shipped.root])
    question = store.put_value({"slice": "text", "context": [context]})
    reply = store.put_bytes(b"raw reply, word for word")
    attempt = store.put_value({"reply": reply, "request": digest_bytes(b"request")})
    earlier = store.put_value(answer_to(question, "earlier"))
    answer = store.put_value(answer_to(question, "final", attempts=[attempt], chain={"after": earlier}))
    unused = store.put_value(answer_to(question, "unused", attempts=[attempt]))
    for found in (earlier, answer, unused):
        store.add_answer(question, found)
    store.add_reply(digest_bytes(b"request"), reply)
    store.add_reply(digest_bytes(b"request"), store.put_bytes(b"another reply"))

    target = Store(tmp_path / "target")
    copied = copy_closure(store, [answer], target)
    assert set(copied) == {question, context, reply, attempt, earlier, answer}
    assert target.list_objects() == copied
    assert target.find_answers(question) == tuple(sorted([earlier, answer]))
    assert target.find_replies(digest_bytes(b"request")) == (reply,)
    assert verify_store(target) == ()
    before = list_files(target.root)
    assert copy_closure(store, [answer], target) == copied
    assert list_files(target.root) == before


def test_closure_of_an_absent_root_is_missing(tmp_path: Path):
    with pytest.raises(Missing):
        copy_closure(Store(tmp_path / "a"), [QUESTION], Store(tmp_path / "b"))


WRITER = """
import sys
from pathlib import Path
from specpack.middle.canonical import digest_bytes
from specpack.middle.store import Store
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    question = digest_bytes(str(number).encode())
    answer = store.put_value({"question": question, "output": "text " * (number * 37 % 4000)})
    store.add_answer(question, answer)
"""


def start_writer(root: Path, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), str(count)], stdout=subprocess.PIPE)


@POSIX
def test_killed_writers_leave_a_sound_store(tmp_path: Path):
    chance = random.Random(11)
    root = tmp_path / "store"
    counts = []
    for _ in range(8):
        with start_writer(root, 1_000_000) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.0, 0.15))
            writer.send_signal(signal.SIGKILL)
        assert writer.returncode == -signal.SIGKILL
        store = Store(root)
        assert verify_store(store) == ()
        for digest in store.list_objects():
            assert digest_value(store.read_value(digest)) == digest
        counts.append(len(store.list_objects()))
    assert counts == sorted(counts)
    assert counts[-1] > 0
    Store(root).sweep_temporaries(seconds=-60)
    assert not [name for name in list_files(root) if ".tmp-" in name]


def test_two_writers_of_the_same_objects_both_succeed(tmp_path: Path):
    root = tmp_path / "store"
    with start_writer(root, 150) as first, start_writer(root, 150) as second:
        first.communicate()
        second.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    store = Store(root)
    assert len(store.list_objects()) == len(store.list_entries("answers")) == 150
    assert verify_store(store) == ()
    assert not [name for name in list_files(root) if ".tmp-" in name]


EVERY_STEP = """
import os, signal, sys
from pathlib import Path
from specpack.middle.canonical import digest_bytes
from specpack.middle.store import Store, verify_store

question = digest_bytes(b"question")
record = {"question": question, "output": "text " * 1000}

def work(root):
    store = Store(root)
    answer = store.put_value(record)
    store.add_answer(question, answer)
    store.add_reply(question, answer)

def die_at(step):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event == "open" or event.startswith("os."):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

step, died = 0, True
while died:
    step += 1
    root = Path(sys.argv[1]) / str(step)
    child = os.fork()
    if child == 0:
        die_at(step)
        work(root)
        os._exit(0)
    died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert verify_store(Store(root)) == (), (step, verify_store(Store(root)))
    work(root)
    assert len(Store(root).find_answers(question)) == len(Store(root).find_replies(question)) == 1
    assert verify_store(Store(root)) == (), step
print(step)
"""


@POSIX
def test_writer_killed_before_any_step_leaves_a_sound_store(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", EVERY_STEP, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


@POSIX
def test_writer_killed_within_a_write_leaves_no_half_object(store: Store):
    script = """
import resource, signal, sys
from pathlib import Path
from specpack.middle.store import Store
store = Store(Path(sys.argv[1]))
store.put_bytes(b"small")
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
store.put_bytes(b"x" * 5000)
"""
    done = subprocess.run([sys.executable, "-c", script, str(store.root)])
    assert done.returncode == -signal.SIGXFSZ
    assert store.list_objects() == (digest_bytes(b"small"),)
    assert verify_store(store) == ()
    store.put_bytes(b"x" * 5000)
    assert store.sweep_temporaries(seconds=-60) == 1
    assert verify_store(store) == ()
