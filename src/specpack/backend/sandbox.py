"""Chooses a sandbox by trying it: a tier is taken only after hostile code has failed in it.

Path: verify -> **sandbox** -> untrusted code.
"""

import functools
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from specpack.model.failure import Failure
from specpack.model.target import Sandbox

_PROBE = """
import os, socket, sys
port, secret, token, outside = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
def tries(action):
    try:
        action()
    except OSError:
        return False
    return True
def connect():
    socket.create_connection(("127.0.0.1", port), 1).close()
def write(place):
    with open(os.path.join(place, token), "w") as file:
        file.write("x")
open_doors = [name for name, action in (
    ("network", connect),
    ("secret", lambda: open(secret).read()),
    ("root", lambda: write("/")),
    ("usr", lambda: write("/usr")),
    ("outside", lambda: write(outside)),
) if tries(action)]
if set(os.environ) - {"PATH", "HOME", "LANG", "LC_CTYPE", "PWD"}:
    open_doors.append("environment")
write("/tree")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", token])
    os._exit(0)
os.wait()
print("closed" if not open_doors else " ".join(open_doors))
"""


@functools.cache
def choose_sandbox() -> Sandbox | None:
    """Return the strongest sandbox that works here, or None; asked once in a process."""
    return next((sandbox for sandbox in _candidates() if probe(sandbox)), None)


def probe(sandbox: Sandbox) -> bool:
    """Run hostile code and return whether it failed at everything: network, secrets, writes outside, outliving."""
    token = f"specpack-probe-{secrets.token_hex(8)}"
    python = Path(sys.executable).resolve()
    with tempfile.TemporaryDirectory() as outside, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(outside) / "secret"
        secret.write_text("secret", encoding="ascii")
        arguments = [str(server.getsockname()[1]), str(secret), token, outside]
        try:
            result = sandbox.run(
                [str(python), "-I", "-S", "-c", _PROBE, *arguments],
                tree={},
                read_only=[Path(sys.base_prefix).resolve()],
                harvest=[token],
                seconds=20.0,
            )
        except (Failure, OSError):
            return False
        closed = result.status == 0 and result.stdout.strip() == "closed" and token in result.files
        return closed and not (Path(outside) / token).exists() and not _runs(token)


def _candidates() -> Iterator[Sandbox]:
    if sys.platform != "linux":
        return
    from specpack.backend.bubblewrap import Bubblewrap, find_commands

    for command in find_commands():
        yield Bubblewrap(command)


def _runs(token: str) -> bool:
    """Return whether a process of this machine carries the token in its command line."""
    own = str(os.getpid())
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and folder.name != own:
            with suppress(OSError):
                if token.encode() in (folder / "cmdline").read_bytes():
                    return True
    return False
