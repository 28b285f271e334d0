"""The generated service as a process of its own, and the requests that are made to it.

Path: probe -> **service** -> `functions_framework` -> generated code -> storage.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PREFLIGHT = {
    "access-control-allow-methods": "GET, OPTIONS, POST",
    "access-control-allow-headers": "Content-Type",
    "access-control-max-age": "3600",
}
AGENT = "agent-that-nobody-logs"
_STARTS = 40.0
_ENDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response with the request that it answers."""

    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one for each time that it was sent."""
        return [value for header, value in self.headers if header.lower() == name.lower()]

    @property
    def outcome(self) -> str:
        """`204`, `400 field-missing`, `200 report`; anything else is told as it is, so that it equals nothing."""
        if self.method == "HEAD" or (self.status == 204 and not self.body):
            return str(self.status)
        try:
            pairs = json.loads(self.body, object_pairs_hook=list)
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return f"{self.status} {self.body[:200]!r}"
        if isinstance(value, dict) and list(value) == ["error_id"] and len(pairs) == 1:
            return f"{self.status} {value['error_id']}"
        return "200 report" if self.status == 200 else f"{self.status} {self.body[:200]!r}"


class Service:
    """One run of the service; every response is kept."""

    def __init__(self, root: Path, output: Path, environment: Mapping[str, str]) -> None:
        """Start `python -m functions_framework` in `root` and wait until it listens."""
        self.responses: list[Response] = []
        self._stdout, self._stderr = output.with_suffix(".out"), output.with_suffix(".err")
        self.port = _find_port()
        command = [sys.executable, "-m", "functions_framework", "--target", "telemetry", "--source", "main.py"]
        with self._stdout.open("wb") as stdout, self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        self.started = self._wait()

    def call(
        self,
        method: str,
        path: str = "/",
        body: bytes | Sequence[bytes] = b"",
        headers: Sequence[tuple[str, str]] | None = None,
    ) -> Response:
        """Send one request on a connection of its own. A list of bytes is sent chunked; no answer is status 0."""
        if headers is None:
            headers = [("Content-Type", "application/json")] if method == "POST" else []
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            connection.putheader("User-Agent", AGENT)
            for name, value in headers:
                connection.putheader(name, value.encode("latin-1"))
            chunked = not isinstance(body, bytes)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None, encode_chunked=chunked)
            answer = connection.getresponse()
            told = (answer.status, tuple(answer.getheaders()), answer.read())
        except (OSError, http.client.HTTPException) as error:
            told = (0, (), repr(error).encode())
        finally:
            connection.close()
        response = Response(method=method, path=path, status=told[0], headers=told[1], body=told[2])
        self.responses.append(response)
        return response

    def post(self, body: bytes) -> str:
        """Post a body as JSON and return the outcome."""
        return self.call("POST", body=body).outcome

    def stop(self) -> bool:
        """Send SIGTERM and return whether the service ended by that."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True

    def output(self) -> tuple[str, str]:
        """Return what the service has written to its standard output and to its standard error."""
        return self._stdout.read_text(errors="replace"), self._stderr.read_text(errors="replace")

    def measure_memory(self) -> int:
        """Return the highest resident size so far, in bytes, of the largest process of the service."""
        peaks = [0]
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                lines = (folder / "status").read_text().splitlines()
                facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
                if str(self._process.pid) in (facts["Pid"], facts["PPid"]):
                    peaks.append(int(facts.get("VmHWM", "0 kB").split()[0]) * 1024)
        return max(peaks)

    def _wait(self) -> bool:
        end = time.monotonic() + _STARTS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


def check_headers(response: Response) -> list[str]:
    """Return how a response breaks the rules on headers that hold for all responses."""
    faults = []

    def expect(name: str, *values: str) -> None:
        if response.values(name) != list(values):
            faults.append(f"{response.method} {response.path} {response.status}: {name} {response.values(name)}")

    expect("Access-Control-Allow-Origin", "*")
    expect("Access-Control-Allow-Credentials")
    expect("Content-Type", *(["application/json"] if response.status != 204 else []))
    expect("Allow", *(["GET, OPTIONS, POST"] if response.status == 405 else []))
    preflight = response.method == "OPTIONS" and response.status == 204
    for name, value in PREFLIGHT.items() if preflight or response.method != "OPTIONS" else ():
        expect(name, *([value] if preflight else []))
    if response.status == 200:
        expect("Cache-Control", "no-store")
    if response.status == 204 and response.body:
        faults.append(f"{response.method} {response.path} 204: a body of {len(response.body)} bytes")
    return faults


def build_environment(**variables: str) -> dict[str, str]:
    """Return an environment that holds what every process has, and these variables."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | variables


def _find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
