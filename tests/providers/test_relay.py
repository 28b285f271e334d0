import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specpack.middle.framing import label_nonce, parse_reply, render_end, render_marker
from specpack.middle.requests import render_request
from specpack.model.conclusion import Phase
from specpack.model.failure import Unavailable
from specpack.model.provider import ProviderSettings, Waiting
from specpack.model.question import Expected, Label, Part, Question, Reply, Request
from specpack.providers.relay import (
    KIND,
    SETTLE_SECONDS,
    RelayProvider,
    list_waiting,
    name_request,
    render_relay_file,
)

FILE = Expected(kind="file", path="a.toy")


def make_request(*labels: str, text: str = "slice") -> Request:
    questions = [
        Question(
            label=Label(label),
            phase=Phase(label.partition("/")[0]),
            contract="# Contract\n",
            parts=(Part(title="Slice", text=f"{text} ünïcode"),),
            expected=(FILE,),
        )
        for label in labels or ("write/a",)
    ]
    return render_request(questions, framing="# Framing\n")


def make_answer(request: Request, text: str = "yes") -> str:
    return "".join(f"{render_marker(FILE, n)}\n{text}\n{render_end(n)}\n" for n in request.labels)


def provider(folder: Path, now: float | None = None) -> RelayProvider:
    return RelayProvider(folder, "me", len, (lambda: now) if now is not None else time.time)


def ask(relay: RelayProvider, request: Request) -> Reply:
    return asyncio.run(relay.answer(request))


def request_path(folder: Path, request: Request) -> Path:
    return folder / f"{name_request(request)}.request.md"


def answer_path(folder: Path, request: Request) -> Path:
    return folder / f"{name_request(request)}.answer.md"


def hand_over(folder: Path, request: Request) -> Path:
    """Ask once, which writes the request; return where the answer goes."""
    with pytest.raises(Waiting):
        ask(provider(folder), request)
    return answer_path(folder, request)


def test_a_request_is_one_self_contained_file(tmp_path: Path):
    request = make_request()
    with pytest.raises(Waiting) as waiting:
        ask(provider(tmp_path / "new" / "relay"), request)
    path = Path(waiting.value.place)
    assert path == request_path(tmp_path / "new" / "relay", request)
    text = path.read_bytes().decode("utf-8")
    assert text == render_relay_file(request)
    assert request.system.strip() in text
    assert request.text in text
    assert "\r" not in text
    assert waiting.value.request is request


def test_names_tell_phase_and_number_and_follow_the_digest():
    first, second = make_request("write/a", "write/b"), make_request("write/a", "write/b", text="edited")
    assert name_request(first) == f"write-2-{first.digest[:8]}"
    assert name_request(first) == name_request(make_request("write/a", "write/b"))
    assert name_request(first) != name_request(second)
    assert name_request(make_request("policy/p", "design")).startswith("policy-design-2-")


def test_an_answer_beside_the_request_is_taken_whole_and_unedited(tmp_path: Path):
    request = make_request()
    text = f"Of course!\n\n```\n{make_answer(request, 'naïve')}```\n"
    path = hand_over(tmp_path, request)
    path.write_bytes(text.encode())
    os.utime(path, (1_767_400_000, 1_767_400_000))
    reply = ask(provider(tmp_path), request)
    assert reply.text == text
    assert reply.by == "relay:me"
    assert reply.date == "2026-01-03"
    assert reply.usage.estimated
    assert reply.usage.input == request.tokens
    assert reply.usage.output == len(text)


def test_an_answer_that_lies_there_first_needs_no_request(tmp_path: Path):
    request = make_request()
    answer_path(tmp_path, request).write_text(make_answer(request), encoding="utf-8")
    assert ask(provider(tmp_path), request).text == make_answer(request)
    assert list(tmp_path.glob("*.request.md")) == []


def test_an_answer_to_an_edited_request_is_not_taken(tmp_path: Path):
    hand_over(tmp_path, make_request()).write_text(make_answer(make_request()), encoding="utf-8")
    hand_over(tmp_path, make_request(text="edited"))
    assert len(list(tmp_path.glob("*.request.md"))) == 2


def test_works_across_processes(tmp_path: Path):
    program = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_relay import make_request, provider
from specpack.model.provider import Waiting
try:
    print(asyncio.run(provider(Path(sys.argv[1])).answer(make_request())).text, end="")
except Waiting as waiting:
    print("waiting", waiting.place, end="")
"""

    def run() -> str:
        command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout

    request = make_request()
    assert run() == run() == f"waiting {request_path(tmp_path, request)}"
    answer_path(tmp_path, request).write_text(make_answer(request), encoding="utf-8")
    assert run() == make_answer(request)


def test_processes_that_ask_at_once_leave_one_whole_request(tmp_path: Path):
    program = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_relay import make_request, provider
from specpack.model.provider import Waiting
for number in range(60):
    try:
        asyncio.run(provider(Path(sys.argv[1])).answer(make_request(text=f"slice {number} " * 200)))
    except Waiting:
        pass
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in running] == [b"", b""]
    assert len(list(tmp_path.glob("*.request.md"))) == 60
    for number in range(60):
        request = make_request(text=f"slice {number} " * 200)
        assert request_path(tmp_path, request).read_text("utf-8") == render_relay_file(request)
    assert [p.name for p in tmp_path.iterdir() if not p.name.endswith(".request.md")] == []


def test_many_wait_at_once_and_each_is_taken_when_it_is_there(tmp_path: Path):
    requests = [make_request(f"write/{n}", text=n) for n in "abc"]

    async def ask_all() -> list[Reply | BaseException]:
        relay = provider(tmp_path)
        return await asyncio.gather(*(relay.answer(r) for r in requests), return_exceptions=True)

    assert [type(result) for result in asyncio.run(ask_all())] == [Waiting] * 3
    answer_path(tmp_path, requests[1]).write_text(make_answer(requests[1]), encoding="utf-8")
    assert [type(result) for result in asyncio.run(ask_all())] == [Waiting, Reply, Waiting]


@pytest.mark.parametrize("cut", [0.0, 0.2, 0.5, 0.9])
def test_an_answer_that_is_being_written_waits(tmp_path: Path, cut: float):
    request = make_request("write/a", "write/b")
    whole = make_answer(request)
    path = hand_over(tmp_path, request)
    path.write_text(whole[: int(len(whole) * cut)], encoding="utf-8")
    with pytest.raises(Waiting):
        ask(provider(tmp_path), request)
    path.write_text(whole, encoding="utf-8")
    assert ask(provider(tmp_path), request).text == whole


def test_an_answer_that_ends_after_some_of_its_blocks_waits(tmp_path: Path):
    """Whoever writes block by block may be seen between two of them."""
    request = make_request("write/a", "write/b")
    path = hand_over(tmp_path, request)
    end = render_end(request.labels[0])
    path.write_text(make_answer(request).partition(end)[0] + end + "\n", encoding="utf-8")
    with pytest.raises(Waiting):
        ask(provider(tmp_path), request)
    assert [w.partial for w in list_waiting(tmp_path, time.time())] == [True]
    path.write_text(make_answer(request), encoding="utf-8")
    assert ask(provider(tmp_path), request).text == make_answer(request)


def test_an_answer_that_holds_data_in_place_of_files_is_whole(tmp_path: Path):
    request = make_request()
    data = f"==== specpack data - {label_nonce(request.labels[0])} ====\n{{}}\n{render_end(request.labels[0])}\n"
    hand_over(tmp_path, request).write_text(data, encoding="utf-8")
    assert ask(provider(tmp_path), request).text == data


@pytest.mark.parametrize("empty", ["", "\n \n", "\ufeff"])
def test_an_empty_answer_waits_for_ever(tmp_path: Path, empty: str):
    request = make_request()
    hand_over(tmp_path, request).write_text(empty, encoding="utf-8")
    with pytest.raises(Waiting):
        ask(provider(tmp_path, time.time() + 10 * SETTLE_SECONDS), request)


def test_an_answer_without_an_end_is_taken_once_it_has_settled(tmp_path: Path):
    request = make_request()
    path = hand_over(tmp_path, request)
    path.write_text(make_answer(request) + "\nI hope that it helps.\n", encoding="utf-8")
    written = path.stat().st_mtime
    with pytest.raises(Waiting):
        ask(provider(tmp_path, written + SETTLE_SECONDS - 1), request)
    assert [w.partial for w in list_waiting(tmp_path, written + SETTLE_SECONDS - 1)] == [True]
    assert ask(provider(tmp_path, written + SETTLE_SECONDS), request).text.endswith("I hope that it helps.\n")
    assert list_waiting(tmp_path, written + SETTLE_SECONDS) == ()


@pytest.mark.parametrize("tail", ["", "\n\n", "```", "\n```\n", "  \r\n"])
def test_what_ends_in_an_end_marker_is_whole_at_once(tmp_path: Path, tail: str):
    request = make_request()
    hand_over(tmp_path, request).write_text(make_answer(request) + tail, encoding="utf-8", newline="")
    assert ask(provider(tmp_path), request).text
    assert list_waiting(tmp_path, time.time()) == ()


def test_a_byte_order_mark_is_no_part_of_the_answer(tmp_path: Path):
    request = make_request()
    hand_over(tmp_path, request).write_bytes(b"\xef\xbb\xbf" + make_answer(request).encode())
    assert ask(provider(tmp_path), request).text == make_answer(request)


def test_an_answer_in_latin_1_is_read_and_rejected_with_its_reason(tmp_path: Path):
    request = make_request()
    hand_over(tmp_path, request).write_bytes(make_answer(request, "naïve").encode("latin-1"))
    reply = ask(provider(tmp_path), request)
    framed = parse_reply(reply.text, {request.labels[0]: [FILE]})[request.labels[0]]
    assert ["U+FFFD" in f.message for f in framed.findings] == [True]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_answer_in_a_wide_encoding_never_counts_as_whole(tmp_path: Path, encoding: str):
    request = make_request()
    hand_over(tmp_path, request).write_bytes(make_answer(request).encode(encoding))
    with pytest.raises(Waiting):
        ask(provider(tmp_path), request)
    reply = ask(provider(tmp_path, time.time() + 2 * SETTLE_SECONDS), request)
    assert parse_reply(reply.text, {request.labels[0]: [FILE]})[request.labels[0]].findings


def test_what_waits_is_listed_with_age_and_size_oldest_first(tmp_path: Path):
    young, old, done = make_request("write/a"), make_request("write/b", text="longer " * 50), make_request("write/c")
    for request in (young, old, done):
        hand_over(tmp_path, request)
    answer_path(tmp_path, done).write_text(make_answer(done), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    now = 1_800_000_000.0
    os.utime(request_path(tmp_path, young), (now - 5, now - 5))
    os.utime(request_path(tmp_path, old), (now - 500, now - 500))
    first, second = list_waiting(tmp_path, now)
    assert (first.path, first.answer) == (request_path(tmp_path, old), answer_path(tmp_path, old))
    assert (first.seconds, second.seconds) == (500.0, 5.0)
    assert first.characters == len(render_relay_file(old)) > second.characters
    assert not first.partial


def test_what_a_younger_request_asks_in_other_words_stands_last_until_a_build_asks_it_again(tmp_path: Path):
    before, after, other = make_request("write/a"), make_request("write/a", text="edited"), make_request("write/b")
    for age, request in ((90, before), (60, after), (30, other)):
        hand_over(tmp_path, request)
        os.utime(request_path(tmp_path, request), (time.time() - age,) * 2)

    def told() -> list[tuple[str, bool]]:
        return [(w.name, w.superseded) for w in list_waiting(tmp_path, time.time())]

    assert told() == [(name_request(r), r is before) for r in (after, other, before)]
    answer_path(tmp_path, after).write_text(make_answer(after), encoding="utf-8")
    assert told() == [(name_request(other), False), (name_request(before), True)]
    hand_over(tmp_path, before)
    assert told() == [(name_request(other), False), (name_request(before), False)]


def test_clocks_that_disagree_give_no_negative_age(tmp_path: Path):
    hand_over(tmp_path, make_request())
    assert [w.seconds for w in list_waiting(tmp_path, 0.0)] == [0.0]


def test_no_folder_means_that_nothing_waits(tmp_path: Path):
    assert list_waiting(tmp_path / "absent", time.time()) == ()


def test_a_folder_that_cannot_be_written_is_told_with_a_way_on(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(Unavailable) as failure:
        ask(provider(tmp_path / "file" / "relay"), make_request())
    assert failure.value.status == 3
    assert "`--relay FOLDER`" in failure.value.help
    assert failure.value.kept
    assert "relay folder" in failure.value.message


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permission bits do not bind root")
def test_a_folder_without_permission_is_told(tmp_path: Path):
    folder = tmp_path / "relay"
    folder.mkdir(mode=0o500)
    with pytest.raises(Unavailable):
        ask(provider(folder), make_request())


def test_the_entry_point_labels_answers(tmp_path: Path):
    settings = ProviderSettings(folder=tmp_path, estimate=len, environment={})
    assert KIND.open("claude", settings).name == "relay:claude"
    assert KIND.open("", settings).name == "relay:unnamed"
