"""`specpack relay` as a command: lists, bundles out and in, misuse."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.providers.mailbox import answer_path, make_answer, put_request

from specpack.providers.relay import name_request


def relay(folder: Path, *arguments: str | Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "specpack.cli.main", "relay", "--relay", str(folder), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_one_zip_out_and_one_zip_in(tmp_path: Path):
    folder = tmp_path / "relay"
    requests = [put_request(folder, f"write/{name}") for name in "ab"]
    status, told, _ = relay(folder, "--export", tmp_path / "out.zip")
    assert (status, told.splitlines()[0]) == (
        0,
        f"2 requests in {tmp_path}/out.zip; attach it to a new chat and paste:",
    )
    assert "X.answer.md" in told
    assert "note:" not in told
    with zipfile.ZipFile(tmp_path / "out.zip") as out, zipfile.ZipFile(tmp_path / "in.zip", "w") as back:
        for name in out.namelist():
            back.writestr(name, out.read(name))
        back.writestr(f"answers/{answer_path(folder, requests[0]).name}", make_answer(requests[0]))
        back.writestr("../evil.answer.md", "x")
        back.writestr("notes.md", "I have answered all of it.")
    status, told, _ = relay(folder, "--import", tmp_path / "in.zip")
    first, second = (name_request(request) for request in requests)
    assert status == 1
    assert told.splitlines() == [
        "refused: `../evil.answer.md` leads outside of the zip",
        "refused: `notes.md` is named after no request of the folder and holds no block of one that waits",
        f"taken: {first} (from `answers/{first}.answer.md`)",
        f"still waits: {second}",
        f"1 waiting in {folder}",
    ]
    assert not (tmp_path / "evil.answer.md").exists()
    assert answer_path(folder, requests[0]).read_text("utf-8") == make_answer(requests[0])


def test_a_single_answer_comes_in_and_another_one_stands_back(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    reply = tmp_path / "reply.md"
    reply.write_text(make_answer(request, "one"), encoding="utf-8")
    assert relay(tmp_path / "relay", "--import", reply)[:2] == (
        0,
        f"taken: {name_request(request)} (from `reply.md`)\n0 waiting in {tmp_path / 'relay'}\n",
    )
    named = tmp_path / answer_path(tmp_path, request).name
    named.write_text(make_answer(request, "two"), encoding="utf-8")
    status, told, _ = relay(tmp_path / "relay", "--import", named)
    assert status == 1
    assert "has another answer already; insist with `--replace`" in told
    assert relay(tmp_path / "relay", "--import", named, "--replace")[0] == 0
    assert "two" in answer_path(tmp_path / "relay", request).read_text("utf-8")


def test_an_answer_that_is_not_whole_is_told(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a", "write/b")
    reply = tmp_path / "reply.md"
    reply.write_text(make_answer(request).rpartition("==== specpack")[0], encoding="utf-8")
    status, told, _ = relay(tmp_path / "relay", "--import", reply)
    assert status == 0
    assert "  not whole: block `file a.toy " in told
    assert f"still waits: {name_request(request)} (an answer is begun)" in told


def test_a_name_from_outside_cannot_steer_the_terminal(tmp_path: Path):
    put_request(tmp_path / "relay", "write/a")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as back:
        back.writestr("a\x1b]0;mine\x07\n.md", "x")
    _, told, _ = relay(tmp_path / "relay", "--import", tmp_path / "in.zip")
    assert "\x1b" not in told
    assert "`a\\x1b]0;mine\\x07\\n.md` has a control or unseen character in its name" in told


def test_tests_and_their_code_in_one_zip_are_told_apart(tmp_path: Path):
    folder = tmp_path / "relay"
    test, _ = put_request(folder, "test/a"), put_request(folder, "write/a")
    assert "note: the zip holds requests for tests and for the code" in relay(folder, "--export", tmp_path / "a.zip")[1]
    status, told, _ = relay(folder, "--export", tmp_path / "b.zip", "--phase", "test")
    assert (status, "note:" in told) == (0, False)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.namelist() == ["README.md", f"{name_request(test)}.request.md"]
    assert relay(folder, "--phase", "write")[1].splitlines()[-1] == f"1 waiting in {folder}"


def test_scripts_read_one_object_a_line(tmp_path: Path):
    folder = tmp_path / "relay"
    request = put_request(folder, "write/a")
    _, told, _ = relay(folder, "--export", tmp_path / "a.zip", "--format", "json")
    assert json.loads(told)["requests"] == [name_request(request)]
    (tmp_path / "reply.md").write_text(make_answer(request), encoding="utf-8")
    _, told, _ = relay(folder, "--import", tmp_path / "reply.md", "--format", "json")
    assert json.loads(told) == {
        "source": "reply.md",
        "request": name_request(request),
        "outcome": "taken",
        "why": "",
        "missing": [],
    }
    assert json.loads(relay(folder, "--export", tmp_path / "b.zip", "--format", "json")[1])["bundle"] is None
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--export", "a.zip", "--mcp"), 2, "not allowed with"),
        (("--replace",), 2, "`--replace` goes with"),
        (("--import", "a.zip", "--phase", "test"), 2, "`--phase` does not go"),
        (("--mcp", "--format", "json"), 2, "`--format json` does not go"),
        (("--import", "absent.zip"), 3, "`absent.zip` could not be read"),
        (("--import", "."), 3, "`.` could not be read"),
        (("--import", __file__), 1, ""),
    ],
)
def test_misuse_is_told(tmp_path: Path, arguments: tuple[str, ...], status: int, told: str):
    ended = relay(tmp_path, *arguments)
    assert ended[0] == status
    assert told in ended[2]
    assert "Traceback" not in ended[2]


def test_a_zip_that_is_damaged_is_rejected(tmp_path: Path):
    put_request(tmp_path / "relay", "write/a")
    (tmp_path / "in.zip").write_bytes(b"PK\x03\x04 and so on")
    status, _, told = relay(tmp_path / "relay", "--import", tmp_path / "in.zip")
    assert status == 1
    assert "`in.zip` cannot be imported: it is a damaged zip" in told
