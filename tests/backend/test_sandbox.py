"""Attacks on the sandbox: each is tried by real code, and each must fail."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specpack.backend.harvest import FILE_CAP, STREAM_CAP
from specpack.backend.sandbox import choose_sandbox, probe
from specpack.model.failure import WrongUse

pytestmark = pytest.mark.sandbox

PYTHON = str(Path(sys.executable).resolve())
TOOLCHAIN = [Path(sys.base_prefix).resolve()]


@pytest.fixture(scope="module")
def sandbox():
    found = choose_sandbox()
    if found is None:
        pytest.skip("no sandbox tier works on this machine")
    return found


def attack(sandbox, code, *arguments, **options):
    options.setdefault("tree", {})
    options.setdefault("seconds", 20.0)
    argv = [PYTHON, "-I", "-S", "-c", code, *map(str, arguments)]
    return sandbox.run(argv, read_only=TOOLCHAIN, **options)


def test_ordinary_code_runs_and_its_files_come_back(sandbox):
    result = attack(
        sandbox,
        "import sys; text = open('in/a.txt').read(); open('out.txt', 'w').write(text * 2); print('told'); "
        "print('complained', file=sys.stderr); sys.exit(3)",
        tree={"in/a.txt": b"ab"},
        harvest=["out.txt", "in"],
    )
    assert (result.status, result.stdout, result.stderr) == (3, "told\n", "complained\n")
    assert result.files == {"out.txt": b"abab", "in/a.txt": b"ab"}
    assert not result.timed_out


def test_code_starts_in_its_folder_with_the_given_environment_alone(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    result = attack(
        sandbox,
        "import os; print(os.getcwd()); print(sorted(os.environ))",
        environment={"GIVEN": "1"},
    )
    assert result.stdout.splitlines()[0] == "/tree"
    assert set(eval(result.stdout.splitlines()[1])) <= {"GIVEN", "HOME", "LANG", "LC_CTYPE", "PATH", "PWD"}


def test_processes_of_the_machine_are_neither_seen_nor_reached(sandbox):
    victim = subprocess.Popen(["sleep", "60"])
    try:
        result = attack(
            sandbox,
            "import os, sys; pids = [n for n in os.listdir('/proc') if n.isdigit()]\n"
            "try:\n os.kill(int(sys.argv[1]), 9)\nexcept OSError as e: print('refused')\nprint(len(pids))",
            victim.pid,
        )
        assert result.stdout.splitlines()[0] == "refused"
        assert int(result.stdout.splitlines()[1]) <= 3
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


CONNECT = """
import socket, sys
kind, place = sys.argv[1:3]
try:
    if kind == "tcp":
        socket.create_connection(("127.0.0.1", int(place)), 2)
    elif kind == "udp":
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))
    else:
        s = socket.socket(socket.AF_UNIX); s.connect(place if kind == "path" else "\\0" + place)
    print("open")
except OSError:
    print("closed")
"""


def test_a_service_of_the_machine_is_out_of_reach(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert attack(sandbox, CONNECT, "tcp", server.getsockname()[1]).stdout == "closed\n"
    assert attack(sandbox, CONNECT, "udp", 9).stdout == "closed\n"


def test_unix_sockets_of_the_machine_are_out_of_reach(sandbox, tmp_path):
    with socket.socket(socket.AF_UNIX) as by_path, socket.socket(socket.AF_UNIX) as by_name:
        place = tmp_path / "s"
        by_path.bind(str(place))
        by_path.listen()
        name = f"specpack-test-{os.getpid()}"
        by_name.bind("\0" + name)
        by_name.listen()
        assert attack(sandbox, CONNECT, "path", place).stdout == "closed\n"
        assert attack(sandbox, CONNECT, "name", name).stdout == "closed\n"


def test_its_own_loopback_works(sandbox):
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "c = socket.create_connection(s.getsockname()); print('connected')"
    )
    assert attack(sandbox, code).stdout == "connected\n"


def test_a_secret_file_is_not_there(sandbox, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    code = (
        "import sys, os\nfor p in (sys.argv[1], '/etc/shadow', '/root/.bashrc', '/proc/1/environ'):\n"
        " try: print(open(p).read())\n except OSError: print('refused')"
    )
    result = attack(sandbox, code, secret)
    assert "hidden" not in result.stdout
    assert result.stdout.splitlines()[:3] == ["refused"] * 3


def test_nothing_can_be_written_outside(sandbox, tmp_path):
    code = (
        "import sys, os\nfor p in ['/', '/usr', '/etc', '/dev', '/proc', sys.prefix, sys.argv[1]]:\n"
        " try:\n  open(os.path.join(p, 'planted'), 'w').close(); print('wrote', p)\n except OSError: pass\n"
        "open('/tree/fine', 'w').close(); open('/tmp/fine', 'w').close(); open('/dev/null', 'w').close()"
    )
    result = attack(sandbox, code, tmp_path)
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
    assert not (Path(sys.base_prefix) / "planted").exists()


def test_the_toolchain_is_read_only_also_below_the_work_folder(sandbox, tmp_path):
    (tmp_path / "tool.txt").write_text("tool")
    code = "import sys\nprint(open(sys.argv[1]).read())\ntry: open(sys.argv[1], 'w')\nexcept OSError: print('refused')"
    result = sandbox.run(
        [PYTHON, "-I", "-S", "-c", code, str(tmp_path / "tool.txt")], tree={}, read_only=[*TOOLCHAIN, tmp_path]
    )
    assert result.stdout == "tool\nrefused\n"
    assert (tmp_path / "tool.txt").read_text() == "tool"


def test_namespaces_and_capabilities_are_not_to_be_had(sandbox):
    code = (
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); "
        "print(libc.unshare(0x10000000), libc.mount(b'x', b'/tmp', b'tmpfs', 0, None), os.getuid() == 0)\n"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')])"
    )
    result = attack(sandbox, code)
    assert result.stdout.splitlines() == ["-1 -1 False", "['0000000000000000']"]


def test_memory_is_bounded(sandbox):
    code = "try: b = bytearray(900 << 20); print('had it')\nexcept MemoryError: print('refused')"
    assert attack(sandbox, code, memory=512 << 20).stdout == "refused\n"
    assert attack(sandbox, code, memory=2 << 30).stdout == "had it\n"


def test_the_size_of_a_file_is_bounded(sandbox):
    code = (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nf = open('big', 'wb')\n"
        "try:\n f.seek(600 << 20); f.write(b'x'); f.flush(); print('wrote')\nexcept OSError: print('refused')"
    )
    assert attack(sandbox, code).stdout.splitlines()[0] == "refused"


def test_many_files_are_bounded_together(sandbox):
    code = "b = b'x' * (200 << 20)\nfor n in range(40): open(f'f{n}', 'wb').write(b)\nprint('wrote all')"
    result = attack(sandbox, code, seconds=60.0)
    assert result.timed_out
    assert "wrote all" not in result.stdout


def test_processor_time_is_bounded(sandbox):
    result = attack(sandbox, "while True: pass", seconds=1.0)
    assert result.timed_out


def test_a_silent_run_ends_at_its_limit_with_all_its_children(sandbox):
    code = (
        "import os, time\nfor _ in range(3):\n if os.fork() == 0:\n  os.setsid(); time.sleep(60)\n  os._exit(0)\n"
        "print('started', flush=True); time.sleep(60)"
    )
    result = attack(sandbox, code, "token-of-silent-run", seconds=2.0)
    assert result.timed_out
    assert result.stdout == "started\n"
    assert find_processes("token-of-silent-run") == []


def test_a_daemon_does_not_outlive_the_run(sandbox):
    code = (
        "import os, sys, time\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n"
        "  signal = __import__('signal'); signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)\n os._exit(0)\n"
        "os.wait(); print('left')"
    )
    result = attack(sandbox, code, "token-of-daemon")
    assert (result.status, result.stdout, result.timed_out) == (0, "left\n", False)
    assert find_processes("token-of-daemon") == []


def find_processes(token):
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                if token.encode() in (folder / "cmdline").read_bytes():
                    found.append(folder.name)
            except OSError:
                continue
    return found


def test_forks_are_bounded(sandbox):
    if "unbounded" in sandbox.tier:
        pytest.skip(f"tier `{sandbox.tier}` says that it cannot bound forks")
    code = (
        "import os, time\nmade = 0\ntry:\n for _ in range(2000):\n  if os.fork() == 0: time.sleep(30)\n"
        "  made += 1\nexcept OSError: pass\nprint(made)"
    )
    assert 0 < int(attack(sandbox, code).stdout) < 1500


def test_a_signal_is_told_as_a_negative_status(sandbox):
    result = attack(sandbox, "import os; os.kill(os.getpid(), 11)")
    assert result.status == -signal.SIGSEGV


def test_output_is_capped_and_keeps_both_ends(sandbox):
    result = attack(sandbox, "print('first'); print('x' * (5 << 20)); print('last')")
    assert len(result.stdout) < STREAM_CAP + 100
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("\nlast\n")


def test_harvest_follows_no_link_and_waits_for_no_pipe(sandbox, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    code = (
        "import os, sys\nos.symlink(sys.argv[1], 'link'); os.symlink('/etc', 'folder'); os.mkfifo('pipe')\n"
        "os.mkdir('real'); os.symlink(sys.argv[1], 'real/link'); open('real/kept', 'w').write('kept')\n"
        "os.symlink('/', 'root')"
    )
    wanted = ["link", "folder/passwd", "pipe", "real", "root/etc/passwd", "../secret", str(secret), "missing"]
    result = attack(sandbox, code, secret, harvest=wanted)
    assert result.files == {"real/kept": b"kept"}


def test_harvest_leaves_out_what_is_too_large(sandbox):
    code = "import sys; open('large', 'wb').truncate(int(sys.argv[1])); open('small', 'w').write('s')"
    result = attack(sandbox, code, FILE_CAP + 1, harvest=["large", "small"])
    assert result.files == {"small": b"s"}


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", ""])
def test_a_tree_that_leaves_its_folder_is_refused(sandbox, path):
    with pytest.raises(WrongUse, match="does not stay below"):
        attack(sandbox, "pass", tree={path: b""})


def test_two_runs_share_nothing(sandbox):
    attack(sandbox, "open('left', 'w').close(); open('/tmp/left', 'w').close()")
    assert attack(sandbox, "import os; print(os.listdir('.'), os.listdir('/tmp'))").stdout == "[] []\n"


@pytest.mark.parametrize("leak", ["secret", "environment", "failure"])
def test_the_probe_refuses_a_sandbox_that_leaks(sandbox, leak):
    class Leaky:
        tier = "leaky"

        def run(self, argv, *, read_only=(), **options):
            if leak == "secret":
                read_only = [*read_only, Path(argv[-1])]
            if leak == "environment":
                options["environment"] = {"TOKEN": "hidden"}
            if leak == "failure":
                argv = ["/bin/false"]
            return sandbox.run(argv, read_only=read_only, **options)

    assert probe(sandbox)
    assert not probe(Leaky())


def test_runs_side_by_side_do_not_disturb_each_other(sandbox):
    from concurrent.futures import ThreadPoolExecutor

    def run(number):
        time.sleep(0)
        return attack(sandbox, "import sys; print(sys.argv[1])", number).stdout

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(8))) == [f"{number}\n" for number in range(8)]
