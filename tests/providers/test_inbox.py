"""Answers from outside find their requests, and never lie over another answer."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.providers.mailbox import answer_path, make_answer, make_notes, make_request, nonce, put_request, request_path

from specpack.model.failure import Unavailable
from specpack.providers.inbox import (
    Incoming,
    Outcome,
    _set_aside,
    check_answer,
    find_fault,
    take_answers,
    write_answer,
)
from specpack.providers.relay import ANSWER, list_waiting, name_request, render_relay_file


def take(folder: Path, files: dict[str, str | bytes], *, replace: bool = False):
    incoming = [
        Incoming(name=name, content=content.encode() if isinstance(content, str) else content)
        for name, content in files.items()
    ]
    return take_answers(folder, incoming, time.time(), replace=replace)


def outcomes(arrivals) -> list[tuple[str, str, Outcome]]:
    return [(a.source, a.request, a.outcome) for a in arrivals]


@pytest.mark.parametrize(
    "form",
    [
        "{}.answer.md",
        "answers/{}.answer.md",
        "a/b/c/{}.answer.txt",
        "{}.answer",
        "{}.md",
        "{}.answer.md.txt",
        "{}.request.answer.md",
        "{}.request.md.answer.md",
        "{}.answer (1).md",
        "{}.Answer.MD",
    ],
)
def test_a_name_finds_its_request(tmp_path: Path, form: str):
    request, other = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/b")
    source = form.format(name_request(request))
    assert outcomes(take(tmp_path, {source: make_answer(request)})) == [(source, name_request(request), Outcome.TAKEN)]
    assert answer_path(tmp_path, request).read_text("utf-8") == make_answer(request)
    assert [w.name for w in list_waiting(tmp_path, time.time())] == [name_request(other)]


def test_an_answer_keeps_its_bytes(tmp_path: Path):
    request = put_request(tmp_path, "write/a")
    content = b"\xef\xbb\xbf" + make_answer(request, "naïve").replace("\n", "\r\n").encode()
    take(tmp_path, {answer_path(tmp_path, request).name: content})
    assert answer_path(tmp_path, request).read_bytes() == content
    assert list_waiting(tmp_path, time.time()) == ()


def test_a_file_without_a_known_name_is_matched_by_its_blocks(tmp_path: Path):
    request = put_request(tmp_path, "write/a")
    put_request(tmp_path, "write/b")
    arrivals = take(tmp_path, {"reply.txt": make_answer(request)})
    assert outcomes(arrivals) == [("reply.txt", name_request(request), Outcome.TAKEN)]


def test_one_message_with_many_answers_goes_to_each_request_whole_and_unedited(tmp_path: Path):
    requests = [put_request(tmp_path, f"write/{name}") for name in "abc"]
    message = "".join(make_answer(request) for request in requests[:2])
    arrivals = take(tmp_path, {"reply.md": message})
    assert sorted(a.request for a in arrivals) == sorted(name_request(r) for r in requests[:2])
    assert {a.outcome for a in arrivals} == {Outcome.TAKEN}
    assert [answer_path(tmp_path, r).read_text("utf-8") for r in requests[:2]] == [message] * 2
    assert [w.name for w in list_waiting(tmp_path, time.time())] == [name_request(requests[2])]


def test_a_file_named_after_one_request_may_answer_others_too(tmp_path: Path):
    first, second = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/b")
    take(tmp_path, {answer_path(tmp_path, first).name: make_answer(first) + make_answer(second)})
    assert list_waiting(tmp_path, time.time()) == ()


def test_an_answer_of_its_own_goes_before_one_in_another_file(tmp_path: Path):
    first, second = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/b")
    both = {
        answer_path(tmp_path, first).name: make_answer(first) + make_answer(second, "stray"),
        answer_path(tmp_path, second).name: make_answer(second, "own"),
    }
    assert {a.outcome for a in take(tmp_path, both)} == {Outcome.TAKEN}
    assert answer_path(tmp_path, second).read_text("utf-8") == make_answer(second, "own")


def test_an_answer_that_breaks_off_is_taken_and_what_lacks_is_told(tmp_path: Path):
    request = put_request(tmp_path, "write/a", "write/b")
    text = make_answer(request).rpartition("==== specpack")[0]
    (arrival,) = take(tmp_path, {"reply.md": text})
    assert (arrival.outcome, arrival.request) == (Outcome.TAKEN, name_request(request))
    assert len(arrival.missing) == 1
    assert arrival.missing[0].startswith("block `file a.toy ")
    assert [w.partial for w in list_waiting(tmp_path, time.time())] == [True]


def test_a_question_that_was_asked_again_is_told_apart_by_the_name_alone(tmp_path: Path):
    old, new = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/a", text="asked again")
    (arrival,) = take(tmp_path, {"reply.md": make_answer(new)})
    assert arrival.outcome is Outcome.REFUSED
    assert f"`{name_request(old)}`" in arrival.why
    assert f"`{name_request(new)}`" in arrival.why
    assert len(list_waiting(tmp_path, time.time())) == 2
    take(tmp_path, {answer_path(tmp_path, new).name: make_answer(new)})
    assert [w.name for w in list_waiting(tmp_path, time.time())] == [name_request(old)]


def test_an_answered_request_takes_nothing_by_blocks(tmp_path: Path):
    old, new = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/a", text="asked again")
    take(tmp_path, {answer_path(tmp_path, old).name: make_answer(old, "first")})
    arrivals = take(tmp_path, {"reply.md": make_answer(new, "second")})
    assert outcomes(arrivals) == [("reply.md", name_request(new), Outcome.TAKEN)]
    assert "first" in answer_path(tmp_path, old).read_text("utf-8")


def test_what_is_there_stands_unless_told(tmp_path: Path):
    request = put_request(tmp_path, "write/a")
    name = answer_path(tmp_path, request).name
    assert [a.outcome for a in take(tmp_path, {name: make_answer(request, "one")})] == [Outcome.TAKEN]
    assert [a.outcome for a in take(tmp_path, {name: make_answer(request, "one")})] == [Outcome.SAME]
    assert [a.outcome for a in take(tmp_path, {name: make_answer(request, "two")})] == [Outcome.KEPT]
    assert answer_path(tmp_path, request).read_text("utf-8") == make_answer(request, "one")
    for text in ("two", "three"):
        assert [a.outcome for a in take(tmp_path, {name: make_answer(request, text)}, replace=True)] == [Outcome.TAKEN]
    assert answer_path(tmp_path, request).read_text("utf-8") == make_answer(request, "three")
    aside = sorted(tmp_path.glob("*.replaced-*.md"))
    assert [path.read_text("utf-8") for path in aside] == [make_answer(request, "one"), make_answer(request, "two")]


def test_an_empty_answer_gives_way(tmp_path: Path):
    request = put_request(tmp_path, "write/a")
    answer_path(tmp_path, request).write_text(" \n", encoding="utf-8")
    assert write_answer(tmp_path, name_request(request), make_answer(request).encode()) is Outcome.TAKEN
    assert answer_path(tmp_path, request).read_text("utf-8") == make_answer(request)


def test_two_different_answers_to_one_request_are_both_refused(tmp_path: Path):
    request = put_request(tmp_path, "write/a")
    name = name_request(request)
    both = {f"{name}.answer.md": make_answer(request, "one"), f"old/{name}.answer.md": make_answer(request, "two")}
    arrivals = take(tmp_path, both)
    assert outcomes(arrivals) == [(source, name, Outcome.REFUSED) for source in both]
    assert all("2 different answers" in a.why for a in arrivals)
    assert not answer_path(tmp_path, request).exists()
    same = dict.fromkeys(both, make_answer(request))
    assert [a.outcome for a in take(tmp_path, same)] == [Outcome.TAKEN]


def test_what_answers_nothing_is_refused_with_its_reason(tmp_path: Path):
    request, other = put_request(tmp_path, "write/a"), put_request(tmp_path, "write/b")
    name = answer_path(tmp_path, request).name
    cases = {
        "summary.md": ("I have answered all of it.", "named after no request"),
        "../../x.answer.md": ("text", "named after no request"),
        "unknown.answer.md": (make_answer(make_request("write/z")), "named after no request"),
        name: ("I cannot help with that.", "no block of this request"),
        f"a/{name}": (make_answer(other), "no block of this request"),
        f"b/{name}": (" \n", "is empty"),
        f"c/{name}": (render_relay_file(request), "the request itself"),
        f"d/{name}": (make_answer(request) + "\0", "zero byte"),
        f"e/{name}": (make_answer(request).encode("utf-16"), "not UTF-8"),
        f"f/{name}": (make_answer(request, "naïve").encode("latin-1"), "not UTF-8"),
    }
    for source, (content, why) in cases.items():
        (arrival,) = take(tmp_path, {source: content})
        assert (arrival.source, arrival.outcome, why in arrival.why) == (source, Outcome.REFUSED, True), arrival
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        request_path(tmp_path, r).name for r in (request, other)
    )


def test_an_optional_block_may_lack_and_trailing_space_does_no_harm():
    request = make_request("write/a")
    shown = render_relay_file(request)
    assert check_answer(shown, make_answer(request)) == ()
    assert check_answer(shown, make_answer(request) + make_notes(request)) == ()
    assert check_answer(shown, make_answer(request).replace("====\n", "==== \t\n")) == ()
    assert check_answer(shown, make_answer(request).replace("\n", "\r")) == ()
    assert check_answer(shown, "none") == (
        f"block `file a.toy {nonce(request)}` is missing",
        "the last line is no end marker",
    )
    assert find_fault(shown, make_answer(request)) == ""


@pytest.mark.parametrize("blank", [False, True])
def test_writers_at_once_leave_one_whole_answer(tmp_path: Path, blank: bool):
    request = put_request(tmp_path, "write/a")
    if blank:
        answer_path(tmp_path, request).write_text("\n", encoding="utf-8")
    program = """
import sys
from pathlib import Path
from specpack.providers.inbox import write_answer
print(write_answer(Path(sys.argv[1]), sys.argv[2], sys.argv[3].encode() * 50_000).name)
"""
    command = [sys.executable, "-c", program, str(tmp_path), name_request(request)]
    running = [subprocess.Popen([*command, letter], stdout=subprocess.PIPE, text=True) for letter in "abcd"]
    told = sorted(process.communicate()[0].strip() for process in running)
    whole = [p for p in tmp_path.iterdir() if p != request_path(tmp_path, request)]
    assert told.count("TAKEN") == len(whole) and (blank or told == ["KEPT", "KEPT", "KEPT", "TAKEN"])
    content = answer_path(tmp_path, request).read_bytes()
    assert content in {letter * 50_000 for letter in (b"a", b"b", b"c", b"d")}
    assert [p.name for p in whole if p.suffix != ".md"] == []


def test_an_answer_that_comes_in_while_another_makes_room_stays(tmp_path: Path):
    path = tmp_path / f"write-1-00000000{ANSWER}"
    path.write_bytes(b"somebody was quicker")
    assert not _set_aside(path, b" \n")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(path.name, b"somebody was quicker")]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable) as failure:
        write_answer(tmp_path / "file", "write-1-00000000", b"x")
    assert "relay folder" in failure.value.message
