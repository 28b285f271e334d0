"""`specpack relay --interactive` in a real terminal and over plain streams, with a clipboard and an editor on PATH."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.providers.mailbox import answer_path, make_answer, make_notes, put_request, request_path

from specpack.providers.relay import list_waiting, name_request, render_relay_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
COMMAND = [sys.executable, "-m", "specpack.cli.main", "relay", "--interactive", "--relay"]
PATIENCE = 30


def make_tool(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def make_environment(tools: Path, **more: str) -> dict[str, str]:
    tools.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if key not in ("VISUAL", "EDITOR", "DISPLAY", "TERM")}
    return (
        kept
        | {"PATH": f"{tools}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        | more
    )


class Screen:
    """The command in a pseudo-terminal; `shown` is all that it printed so far."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        import pty

        self.ours, theirs = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [*COMMAND, str(folder)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=_claim_terminal,
        )
        os.close(theirs)

    def expect(self, text: str) -> str:
        """Read until a text is shown; forget all up to it and return that."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            left = end - time.monotonic()
            if left < 0 or not select.select([self.ours], [], [], left)[0]:
                pytest.fail(f"{text!r} did not come; shown: {self.shown!r}")
            self._read()
        before, found, self.shown = self.shown.partition(text)
        return before + found

    def _read(self) -> bool:
        try:
            chunk = os.read(self.ours, 1 << 16)
        except OSError:
            chunk = b""
        self.shown += chunk.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(chunk)

    def send(self, text: str) -> None:
        content = text.encode()
        while content:
            if select.select([self.ours], [self.ours], [], PATIENCE)[1]:
                content = content[os.write(self.ours, content[:1024]) :]
            while select.select([self.ours], [], [], 0)[0] and self._read():
                pass

    def end(self) -> int:
        while self._read():
            pass
        status = self.process.wait(PATIENCE)
        os.close(self.ours)
        return status


def _claim_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def paste(text: str) -> str:
    """Return what a terminal sends for a pasted text."""
    return text.replace("\n", "\r")


def test_each_waiting_request_is_copied_and_its_pasted_reply_taken(tmp_path: Path):
    folder, tools = tmp_path / "relay", tmp_path / "tools"
    first, second = put_request(folder, "write/a", age=60), put_request(folder, "write/b")
    make_tool(tools, "xclip", f'[ "$1 $2" = "-selection clipboard" ] && cat > {tmp_path}/clip')
    screen = Screen(folder, make_environment(tools))
    shown = screen.expect("\n> ")
    assert f"2 waiting; {name_request(first)}, about" in shown
    assert f"copied by `xclip`: {request_path(folder, first)}" in shown
    assert (tmp_path / "clip").read_text("utf-8") == render_relay_file(first)
    screen.send(paste(make_answer(first, "naïve")))
    screen.expect(f"taken: {name_request(first)}.answer.md")
    screen.expect("\n> ")
    assert (tmp_path / "clip").read_text("utf-8") == render_relay_file(second)
    screen.send(paste(make_answer(second) + make_notes(second)))
    screen.expect(f"0 waiting in {folder}")
    assert screen.end() == 0
    assert answer_path(folder, first).read_text("utf-8") == make_answer(first, "naïve")
    assert answer_path(folder, second).read_text("utf-8") == make_answer(second) + make_notes(second)
    assert len(names(folder)) == 4


def test_a_long_line_arrives_whole(tmp_path: Path):
    """A terminal that edits lines would cut it after 4095 bytes."""
    request = put_request(tmp_path / "relay", "write/a")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    screen.send(paste(make_answer(request, "x" * 20_000)))
    screen.expect("taken:")
    assert screen.end() == 0
    assert answer_path(tmp_path / "relay", request).read_text("utf-8") == make_answer(request, "x" * 20_000)


def test_what_follows_the_last_end_marker_and_marks_of_the_terminal_are_no_part_of_the_answer(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    fenced = f"```\n{make_answer(request)}```\n"
    screen.send(paste(f"\x1b[200~{fenced}\nI hope that it helps.\n\x1b[201~"))
    screen.expect("taken:")
    assert screen.end() == 0
    assert answer_path(tmp_path / "relay", request).read_text("utf-8") == fenced


def test_a_reply_that_is_not_whole_is_told_and_the_rest_completes_it(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a", "write/b")
    first, mark, second = make_answer(request).rpartition("==== specpack")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    screen.send(paste(first))
    assert "not whole yet: block `file a.toy " in screen.expect("Ctrl-D")
    assert not answer_path(tmp_path / "relay", request).exists()
    screen.send(paste(mark + second))
    screen.expect("taken:")
    assert screen.end() == 0
    assert answer_path(tmp_path / "relay", request).read_text("utf-8") == make_answer(request)


def test_the_request_itself_pasted_back_is_noticed(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    screen.send(paste(render_relay_file(request)))
    screen.expect("that is the request itself")
    screen.expect("\n> ")
    screen.send("q\r")
    screen.expect("1 waiting")
    assert screen.end() == 4
    assert names(tmp_path / "relay") == [request_path(tmp_path, request).name]


@pytest.mark.parametrize(("key", "said"), [("\x03", "stopped"), ("\x04", "it is kept as")])
def test_an_interrupt_and_the_end_of_input_keep_what_was_pasted(tmp_path: Path, key: str, said: str):
    request = put_request(tmp_path / "relay", "write/a", "write/b")
    part = make_answer(request).rpartition("==== specpack")[0]
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    screen.send(paste(part))
    screen.expect("not whole yet")
    screen.send(key)
    screen.expect(said)
    if key == "\x04":
        screen.expect("\n> ")
        screen.send(key)
    screen.expect("1 waiting in")
    assert screen.end() == 4
    draft = tmp_path / "relay" / f"{name_request(request)}.draft.md"
    assert draft.read_text("utf-8") == part
    again = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    assert "there is a draft, `e` goes on with it: block `file a.toy " in again.expect("\n> ")
    again.send(paste(make_answer(request)))
    again.expect(f"the draft that was there is now {name_request(request)}.draft-1.md")
    again.expect("taken:")
    assert again.end() == 0
    assert draft.with_name(f"{name_request(request)}.draft-1.md").read_text("utf-8") == part


def test_commands_skip_copy_again_and_quit(tmp_path: Path):
    folder = tmp_path / "relay"
    first, second = put_request(folder, "write/a", age=60), put_request(folder, "write/b")
    make_tool(tmp_path / "tools", "wl-copy", "exit 1")
    make_tool(tmp_path / "tools", "xsel", f"cat >> {tmp_path}/clip")
    screen = Screen(folder, make_environment(tmp_path / "tools"))
    assert "copied by `xsel`" in screen.expect("\n> ")
    screen.send("c\r")
    screen.expect("\n> ")
    assert (tmp_path / "clip").read_text("utf-8") == 2 * render_relay_file(first)
    screen.send("x\x7fs\r")
    assert f"1 waiting; {name_request(second)}" in screen.expect("\n> ")
    screen.send("s\r")
    screen.expect("2 waiting in")
    assert screen.end() == 4
    assert len(names(folder)) == 2


def test_without_a_clipboard_the_terminal_is_asked(tmp_path: Path):
    import base64

    request = put_request(tmp_path / "relay", "write/a")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools", TERM="xterm"))
    shown = screen.expect("\n> ")
    assert f"\x1b]52;c;{base64.b64encode(render_relay_file(request).encode()).decode()}\a" in shown
    assert "copied by the terminal, if it permits" in shown
    screen.send("\x04")
    assert screen.end() == 4


def test_an_editor_gets_an_empty_file_and_is_asked_again_until_it_is_whole(tmp_path: Path):
    folder, tools = tmp_path / "relay", tmp_path / "tools"
    request = put_request(folder, "write/a", "write/b")
    part = make_answer(request).rpartition("==== specpack")[0]
    (tmp_path / "1").write_text(part, encoding="utf-8")
    (tmp_path / "2").write_text(make_answer(request), encoding="utf-8")
    script = f'wc -c < "$2" >> {tmp_path}/sizes; n=$(wc -l < {tmp_path}/sizes); cat {tmp_path}/$n > "$2"; echo "$1"'
    make_tool(tools, "my-editor", script)
    screen = Screen(folder, make_environment(tools, EDITOR="my-editor --wait", VISUAL="absent-editor"))
    assert ", e for my-editor," in screen.expect("\n> ")
    screen.send("e\r")
    screen.expect("--wait")
    screen.expect("not whole: block `file a.toy ")
    screen.expect("\n> ")
    screen.send("e\r")
    screen.expect("taken:")
    assert screen.end() == 0
    sizes = (tmp_path / "sizes").read_text("utf-8").split()
    assert sizes == ["0", str(len(part.encode()))]
    assert answer_path(folder, request).read_text("utf-8") == make_answer(request)


def test_an_editor_that_leaves_nothing_or_fails_takes_nothing(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    make_tool(tmp_path / "tools", "ed-1", f"[ -e {tmp_path}/ran ] && exit 3; touch {tmp_path}/ran")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools", EDITOR="ed-1"))
    for said in ("the file is empty; nothing is taken", "the editor ended with status 3"):
        screen.expect("\n> ")
        screen.send("e\r")
        screen.expect(said)
    screen.expect("\n> ")
    screen.send("q\r")
    assert screen.end() == 4
    assert not answer_path(tmp_path / "relay", request).exists()


def test_a_begun_answer_goes_on_in_the_editor_and_is_set_aside(tmp_path: Path):
    folder = tmp_path / "relay"
    request = put_request(folder, "write/a")
    answer_path(folder, request).write_text("Of course!\n", encoding="utf-8")
    (tmp_path / "rest").write_text(make_answer(request), encoding="utf-8")
    make_tool(tmp_path / "tools", "ed-1", f'cat {tmp_path}/rest >> "$1"')
    screen = Screen(folder, make_environment(tmp_path / "tools", EDITOR="ed-1"))
    assert f"an answer is begun in {name_request(request)}.answer.md" in screen.expect("\n> ")
    screen.send("e\r")
    screen.expect("taken:")
    assert screen.end() == 0
    assert answer_path(folder, request).read_text("utf-8") == "Of course!\n" + make_answer(request)
    assert (folder / f"{name_request(request)}.replaced-1.md").read_text("utf-8") == "Of course!\n"


def test_an_answer_that_came_in_meanwhile_stands(tmp_path: Path):
    folder = tmp_path / "relay"
    request = put_request(folder, "write/a")
    screen = Screen(folder, make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    answer_path(folder, request).write_text(make_answer(request, "theirs"), encoding="utf-8")
    screen.send(paste(make_answer(request, "mine")))
    screen.expect("another answer came in meanwhile")
    assert screen.end() == 0
    assert answer_path(folder, request).read_text("utf-8") == make_answer(request, "theirs")
    assert (folder / f"{name_request(request)}.draft.md").read_text("utf-8") == make_answer(request, "mine")


def run_plain(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, str(tmp_path / "relay")]
    environment = make_environment(tmp_path / "tools")
    return subprocess.run(
        command, input=text, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )


def test_plain_streams_work_too(tmp_path: Path):
    request = put_request(tmp_path / "relay", "write/a")
    ended = run_plain(tmp_path, make_answer(request))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"no clipboard here; copy it from {request_path(tmp_path / 'relay', request)}" in ended.stdout
    assert "\x1b" not in ended.stdout
    assert answer_path(tmp_path / "relay", request).read_text("utf-8") == make_answer(request)


@pytest.mark.parametrize("typed", ["", "q\n", "q", "s\n"])
def test_plain_streams_end_cleanly(tmp_path: Path, typed: str):
    put_request(tmp_path / "relay", "write/a")
    ended = run_plain(tmp_path, typed)
    assert (ended.returncode, ended.stderr) == (4, "")
    assert ended.stdout.endswith(f"1 waiting in {tmp_path / 'relay'}; answers and drafts are kept there\n")


def test_where_nothing_waits_nothing_is_asked(tmp_path: Path):
    ended = run_plain(tmp_path, "")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("0 waiting in")


def test_a_signal_from_outside_restores_the_terminal_and_keeps_all(tmp_path: Path):
    import termios

    request = put_request(tmp_path / "relay", "write/a")
    screen = Screen(tmp_path / "relay", make_environment(tmp_path / "tools"))
    screen.expect("\n> ")
    assert not termios.tcgetattr(screen.ours)[3] & termios.ICANON
    screen.send(paste("Of course!\n"))
    screen.expect("not whole yet")
    screen.process.send_signal(signal.SIGINT)
    screen.expect("1 waiting in")
    assert termios.tcgetattr(screen.ours)[3] & termios.ICANON
    assert screen.end() == 4
    assert (tmp_path / "relay" / f"{name_request(request)}.draft.md").read_text("utf-8") == "Of course!\n"
    assert [w.name for w in list_waiting(tmp_path / "relay", time.time())] == [name_request(request)]
