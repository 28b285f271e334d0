"""Bounds a process before it becomes the sandbox; run as a script by the interpreter that runs specpack.

Path: **limits** -> sandbox -> untrusted code.
"""

import os
import resource
import sys
from collections.abc import Sequence

FILE_BYTES = 256 << 20
"""Largest file that untrusted code may write."""

OPEN_FILES = 1024
"""Open files for each process."""

PROCESSES = 256
"""Processes and threads at once, where the tier can bound them."""


def apply_limits(memory: int, seconds: int, group: str) -> None:
    """Bound this process and all that it becomes or starts; rlimits can only shrink from here.

    Args:
        memory: Address space in bytes for each process.
        seconds: CPU seconds for each process.
        group: Folder of the cgroup to enter, or an empty text.
    """
    if group:
        with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as processes:  # noqa: PTH118, PTH123
            processes.write(str(os.getpid()))
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (bound, bound))


def main(arguments: Sequence[str]) -> None:
    """Apply the limits given as `MEMORY SECONDS CGROUP` and become the command that follows them."""
    memory, seconds, group, *command = arguments
    apply_limits(int(memory), int(seconds), group)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
