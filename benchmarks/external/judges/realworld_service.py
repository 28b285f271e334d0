"""The judged service as a process, and requests to it.

Path: run, probe -> **realworld_service** -> generated service.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PORT = 8000
API = f"http://127.0.0.1:{PORT}/api"
_STARTS = 30.0
_ENDS = 5.0
_SECRET = "a secret of the judge, 32 bytes or more"


class Service:
    """One run of the service on a data folder."""

    def __init__(self, data: Path) -> None:
        """Start `python -m conduit` and wait until it listens, at most half a minute."""
        data.mkdir(exist_ok=True)
        self.log = Path("service.log")
        settings = {"PORT": str(PORT), "DATA_DIR": str(data.absolute()), "JWT_SECRET": _SECRET}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "conduit"],
                cwd="product",
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + _STARTS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", PORT), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return

    def stop(self) -> bool:
        """End the service by SIGTERM; return whether it obeyed in time."""
        if self._process.poll() is not None:
            return False
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True


def ask(method: str, path: str, body: object = None, token: str = "") -> Any:
    """Return the JSON of a response; {} where it is none or the request fails."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Token {token}"} if token else {})}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=content, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10.0) as response:
            return json.loads(response.read() or b"{}")
    except (OSError, ValueError, urllib.error.HTTPError):
        return {}


def pick(value: Any, *path: str | int) -> Any:
    """Return what lies at a path of keys and positions, None where there is nothing."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
