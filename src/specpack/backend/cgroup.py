"""A cgroup that bounds how many processes one run may have; only root can make one.

Path: verify -> **cgroup** -> sandbox -> untrusted code.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from specpack.backend.limits import PROCESSES

_MOUNT = Path("/sys/fs/cgroup")
_PATIENCE = 2.0


def find_parent() -> Path | None:
    """Return the folder below which a cgroup with a `pids` limit can be made, or None.

    Found by making one and writing its limit: the folder of the `pids` controller of version 1, the group of this
    process in version 2, or the root of version 2.
    """
    return next((folder for folder in _candidates() if _works(folder)), None)


@contextmanager
def limited(parent: Path | None) -> Iterator[str]:
    """Make a cgroup below `parent` for the time of a run and give its folder, or an empty text without a parent.

    All that still runs in it is killed at the end.
    """
    if parent is None:
        yield ""
        return
    folder = _make(parent)
    try:
        yield str(folder)
    finally:
        _remove(folder)


def _candidates() -> Iterator[Path]:
    yield _MOUNT / "pids"
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            if line.startswith("0::/"):
                yield _MOUNT / line[4:]
    yield _MOUNT


def _works(folder: Path) -> bool:
    if not (folder / "cgroup.procs").exists():
        return False
    try:
        made = _make(folder)
    except OSError:
        return False
    _remove(made)
    return True


def _make(parent: Path) -> Path:
    folder = parent / f"specpack-{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        (folder / "pids.max").write_text(str(PROCESSES), encoding="ascii")
    except OSError:
        folder.rmdir()
        raise
    return folder


def _remove(folder: Path) -> None:
    """Kill what is left in the group and remove it; a group that stays busy is left behind."""
    end = monotonic() + _PATIENCE
    while monotonic() < end:
        with suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                os.kill(int(pid), 9)
        try:
            folder.rmdir()
        except OSError:
            sleep(0.01)
        else:
            return
