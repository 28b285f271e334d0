"""A small Google Cloud Storage that keeps its objects in memory: what the official client needs, and no more.

Path: probe -> service -> official client -> **storage** -> probe, which looks at the objects and at the calls.

It stands here because `gcp-storage-emulator` 2026.7.19 does not know `ifGenerationMatch`: a second creation under the
precondition "does not exist yet" answers 200 there and overwrites the object. A request outside of what is written here
answers 501 and shows up among the calls. The probe tries this server by the official client before it is relied on.
"""

import base64
import gzip
import hashlib
import itertools
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

PAGE = 3
"""Objects on one page of a listing, whatever the client asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object as it lies in the bucket."""

    content: bytes
    content_type: str = "application/octet-stream"
    content_encoding: str = ""
    generation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that was received: `kind` is `create`, `list`, `read` or the request line of anything else."""

    kind: str
    name: str = ""
    precondition: str = ""


@dataclass(slots=True, kw_only=True)
class Fault:
    """An answer that stands in for the right one: at the `at`th matching call from now on, `times` times."""

    kind: str
    status: int
    at: int = 1
    times: int = 1_000_000
    after: bool = False
    """Whether the work is done before the answer is lost."""
    seen: int = 0

    def strikes(self, kind: str) -> bool:
        """Count a call and return whether it is to be answered with this fault."""
        if kind != self.kind:
            return False
        self.seen += 1
        return self.at <= self.seen < self.at + self.times


@dataclass(slots=True)
class Answer:
    """What goes back to the client."""

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class CloudStorage:
    """Buckets with objects, the calls that were made, and the faults that are to strike."""

    def __init__(self) -> None:
        """Start listening on a free port of the loopback."""
        self.buckets: dict[str, dict[str, Stored]] = {}
        self.calls: list[Call] = []
        self.lookups = 0
        """Times that a bucket itself was asked for; the client does so by itself, in a thread, once for each bucket."""
        self.fault: Fault | None = None
        self._uploads: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {}
        self._lock = threading.Lock()
        self._generations = itertools.count(1_700_000_000_000_001)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"storage": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def plant(self, bucket: str, name: str, content: bytes, *, content_encoding: str = "") -> None:
        """Put an object behind the back of every client."""
        self.buckets[bucket][name] = Stored(
            content=content, content_encoding=content_encoding, generation=next(self._generations)
        )

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Do what one request asks for, one at a time."""
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        parts = [unquote(part) for part in url.path.split("/")[1:]]
        with self._lock:
            match (method, *parts):
                case ("POST", "storage", "v1", "b"):
                    bucket = json.loads(body)["name"]
                    self.buckets.setdefault(bucket, {})
                    return _encode({"kind": "storage#bucket", "name": bucket, "id": bucket})
                case ("GET", "storage", "v1", "b", bucket) if bucket in self.buckets:
                    self.lookups += 1
                    return _encode({"kind": "storage#bucket", "name": bucket, "id": bucket, "projectNumber": "1"})
                case (("POST" | "PUT"), "upload", "storage", "v1", "b", bucket, "o"):
                    return self._upload(bucket, query, headers, body)
                case ("GET", "storage", "v1", "b", bucket, "o"):
                    return self._struck("list", "", "", lambda: self._list(bucket, query))
                case ("GET", ("download" | "storage"), *rest) if query.get("alt") == "media":
                    _, bucket, _, name = rest[-4:]
                    return self._struck("read", name, "", lambda: self._read(bucket, name, headers))
            self.calls.append(Call(kind=f"{method} {url.path}"))
            return _refuse(501, "not implemented")

    def _struck(self, kind, name, precondition, work):
        self.calls.append(Call(kind=kind, name=name, precondition=precondition))
        fault = self.fault
        if fault is None or not fault.strikes(kind):
            return work()
        if fault.after:
            work()
        return _refuse(fault.status, f"told to fail at {kind} of {name}")

    def _upload(self, bucket: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        kind = query.get("uploadType", "")
        if kind == "resumable" and "upload_id" not in query:
            token = f"upload-{next(self._generations)}"
            metadata = json.loads(body or b"{}")
            metadata.setdefault("contentType", headers.get("x-upload-content-type", ""))
            self._uploads[token] = (bucket, query, metadata)
            place = f"{self.url}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={token}"
            return Answer(200, b"", {"Location": place})
        metadata = {"contentType": headers.get("content-type", "")}
        if kind == "resumable":
            if headers.get("content-range") != f"bytes 0-{len(body) - 1}/{len(body)}":
                self.calls.append(Call(kind="upload in several parts"))
                return _refuse(501, "several parts")
            bucket, query, metadata = self._uploads.pop(query["upload_id"])
        elif kind == "multipart":
            metadata, body = _split_related(headers["content-type"], body)
        elif kind != "media":
            self.calls.append(Call(kind=f"upload of type `{kind}`"))
            return _refuse(400, "uploadType")
        name = metadata.get("name") or query.get("name", "")
        precondition = query.get("ifGenerationMatch", "")
        return self._struck("create", name, precondition, lambda: self._create(bucket, name, query, metadata, body))

    def _create(self, bucket: str, name: str, query: dict[str, str], metadata: dict[str, str], body: bytes) -> Answer:
        if bucket not in self.buckets:
            return _refuse(404, f"bucket {bucket}")
        there = self.buckets[bucket].get(name)
        wanted = query.get("ifGenerationMatch")
        if wanted is not None and int(wanted) != (there.generation if there else 0):
            return _refuse(412, f"object {name} exists")
        for kind, value in _hash(body).items():
            if metadata.get(kind, value) != value:
                return _refuse(400, f"{kind} of {name}")
        made = Stored(
            content=body,
            content_type=metadata.get("contentType") or "application/octet-stream",
            content_encoding=metadata.get("contentEncoding", ""),
            generation=next(self._generations),
        )
        self.buckets[bucket][name] = made
        return _encode(_describe(bucket, name, made))

    def _list(self, bucket: str, query: dict[str, str]) -> Answer:
        if bucket not in self.buckets:
            return _refuse(404, f"bucket {bucket}")
        objects = self.buckets[bucket]
        names = sorted((n for n in objects if n.startswith(query.get("prefix", ""))), key=str.encode)
        token = query.get("pageToken")
        if token is None and len(names) > PAGE:
            return _encode({"kind": "storage#objects", "nextPageToken": "empty"})
        start = 0 if token in (None, "empty") else names.index(_decode(token)) + 1
        shown = names[start : start + PAGE]
        page = {"kind": "storage#objects", "items": [_describe(bucket, n, objects[n]) for n in shown]}
        if start + PAGE < len(names):
            page["nextPageToken"] = base64.urlsafe_b64encode(shown[-1].encode()).decode()
        return _encode(page)

    def _read(self, bucket: str, name: str, headers: dict[str, str]) -> Answer:
        found = self.buckets.get(bucket, {}).get(name)
        if found is None:
            return _refuse(404, f"object {name}")
        hashes = _hash(found.content)
        told = {
            "Content-Type": found.content_type,
            "X-Goog-Generation": str(found.generation),
            "X-Goog-Hash": f"crc32c={hashes['crc32c']},md5={hashes['md5Hash']}",
            "X-Goog-Stored-Content-Encoding": found.content_encoding or "identity",
            "X-Goog-Stored-Content-Length": str(len(found.content)),
        }
        if found.content_encoding != "gzip":
            return Answer(200, found.content, told)
        if "gzip" in headers.get("accept-encoding", ""):
            return Answer(200, found.content, {**told, "Content-Encoding": "gzip"})
        return Answer(200, gzip.decompress(found.content), told)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    storage: CloudStorage

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b"".join(iter(self._read_chunk, b""))
        else:
            body = self.rfile.read(int(headers.get("content-length", "0")))
        answer = self.storage.answer(self.command, self.path, headers, body)
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _read_chunk(self) -> bytes:
        content = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return content

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the calls are kept instead."""


def _split_related(content_type: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """Return the metadata and the media of a `multipart/related` body; the media part's own type counts."""
    boundary = content_type.partition("boundary=")[2].strip().strip('"').encode()
    _, first, second, _ = body.split(b"--" + boundary)
    metadata = json.loads(first.partition(b"\r\n\r\n")[2])
    head, _, media = second.partition(b"\r\n\r\n")
    metadata.setdefault("contentType", head.decode().partition(":")[2].strip())
    return metadata, media.removesuffix(b"\r\n")


def _hash(content: bytes) -> dict[str, str]:
    checksum = google_crc32c.value(content).to_bytes(4, "big")
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return {"crc32c": base64.b64encode(checksum).decode(), "md5Hash": base64.b64encode(digest).decode()}


def _describe(bucket: str, name: str, stored: Stored) -> dict[str, object]:
    encoding = {"contentEncoding": stored.content_encoding} if stored.content_encoding else {}
    return {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/{stored.generation}",
        "name": name,
        "bucket": bucket,
        "generation": str(stored.generation),
        "metageneration": "1",
        "contentType": stored.content_type,
        "size": str(len(stored.content)),
        "storageClass": "STANDARD",
        "timeCreated": "2026-03-01T00:00:00.000Z",
        "updated": "2026-03-01T00:00:00.000Z",
        **_hash(stored.content),
        **encoding,
    }


def _encode(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode())


def _decode(token: str) -> str:
    return base64.urlsafe_b64decode(token).decode()


def _refuse(status: int, reason: str) -> Answer:
    """Return an error as the real service words it: with the name of what it is about."""
    error = {"code": status, "message": reason, "errors": [{"message": reason, "reason": "told"}]}
    return Answer(status, json.dumps({"error": error}).encode())
