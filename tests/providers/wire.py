"""A local server that speaks the wires of model vendors, for tests of providers with their real clients.

Example::

    with WireServer(Say("hello"), Fail(429, headers={"Retry-After": "1"})) as server:
        ...                       # point a client at server.url, or at server.url + "/v1" for OpenAI's
        server.heard[0].body      # what the client sent

The acts are used one for each request, in the order in which requests arrive; the last one repeats. An act may also be
a function from what was heard to an act, such as `WireServer(script)`; it may be called from several threads.

Wires: Anthropic messages (also `count_tokens`), OpenAI chat completions, Google generateContent; all streamed, the
first two also whole. Another wire is an object with the methods of `Wire`: `WireServer(..., wires=(*WIRES, Other()))`.

A stream is sent chunked, so that a connection that is closed within it (`broken_after`) differs from a stream that ends
cleanly without its last event (`ending="none"`). Nothing here waits: silence lasts until the client leaves or the
server closes. The server listens on 127.0.0.1, at a port of the system's choice.
"""

import http.server
import json
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

SECRET_BODY = "request req-4711 with key"
"""Stands in every error's message, as servers echo what they were sent; it must not reach a user."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a reply says that it used. `cached` is a part of `input`."""

    input: int = 100
    output: int = 20
    cached: int = 0


@dataclass(frozen=True)
class Say:
    """Answer with a text, streamed in pieces. `..._after` counts the pieces of the text that are sent before it."""

    text: str = "hello"
    pieces: int = 3
    thinking: str = ""
    tokens: Tokens | None = Tokens()
    ending: Literal["whole", "cut", "refused", "none"] = "whole"
    """`none`: the stream ends cleanly, without what says that the reply is whole. `refused` takes the form that the
    vendor has for it: OpenAI's refusal where the request has a schema, Google's blocked prompt where there is no text.
    """
    broken_after: int | None = None
    """The connection is reset."""
    silent_after: int | None = None
    """Nothing more comes, the connection stays."""
    garbled_after: int | None = None
    """An event comes that is not JSON."""
    failed_after: int | None = None
    """An event comes that says that the server is overloaded."""


@dataclass(frozen=True)
class Fail:
    """Answer with an error in the wire's own form. `code` is the error's code or type, `message` stands in the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = SECRET_BODY


@dataclass(frozen=True)
class Page:
    """Answer with a web page, as proxies and sign-in pages do."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = f"<!doctype html><html><body><h1>Sign in</h1>{SECRET_BODY}</body></html>"
    media: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Silence:
    """Take the request and never answer."""


@dataclass(frozen=True)
class HangUp:
    """Take the request and reset the connection."""


Act = Say | Fail | Page | Silence | HangUp


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A request as it arrived; `system` and `text` are read out of the wire's form. Header names are lower case."""

    wire: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    system: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The events of a streamed reply, each as it stands on the wire: before the text, the text's, after the text."""

    head: list[bytes]
    pieces: list[bytes]
    tail: list[bytes]


class Wire(Protocol):
    """One vendor's form of requests and replies."""

    name: str

    def takes(self, path: str) -> bool:
        """Return whether a POST to a path (no query) is of this wire."""
        ...

    def read(self, body: dict[str, Any]) -> tuple[str, str]:
        """Return (system, text) of a request."""
        ...

    def is_streamed(self, path: str, body: dict[str, Any]) -> bool:
        """Return whether the request asks for a stream."""
        ...

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        """Return the events that say it."""
        ...

    def whole(self, say: Say, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON that says it, where no stream was asked for."""
        ...

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        """Return the JSON of an error."""
        ...


def encode_event(data: Any, event: str = "") -> bytes:
    """Return a server-sent event whose data is JSON, or a text as it stands."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"{f'event: {event}{chr(10)}' if event else ''}data: {text}\n\n".encode()


def join_text(content: Any) -> str:
    """Return the text of a message's content: a string, or a list of parts with `text`."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


class AnthropicWire:
    """`POST /v1/messages`, and `/v1/messages/count_tokens`."""

    name = "anthropic"
    endings: ClassVar = {"whole": "end_turn", "cut": "max_tokens", "refused": "refusal"}

    def takes(self, path: str) -> bool:
        return path.endswith(("/v1/messages", "/v1/messages/count_tokens"))

    def read(self, body: dict[str, Any]) -> tuple[str, str]:
        return join_text(body.get("system")), "".join(join_text(m["content"]) for m in body.get("messages", ()))

    def is_streamed(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def whole(self, say: Say, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("count_tokens"):
            return {"input_tokens": len(json.dumps(body)) // 4}
        message = self._message(body, say.tokens)
        content = [{"type": "text", "text": say.text}] if say.text else []
        return {**message, "content": content, "stop_reason": self.endings.get(say.ending)}

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        head = [self._event("message_start", message=self._message(body, say.tokens)), self._event("ping")]
        index = 0
        if say.thinking:
            head += [
                self._event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
                self._delta(0, type="thinking_delta", thinking=say.thinking),
                self._event("content_block_stop", index=0),
            ]
            index = 1
        tail = []
        if pieces:
            head.append(self._event("content_block_start", index=index, content_block={"type": "text", "text": ""}))
            tail.append(self._event("content_block_stop", index=index))
        if reason := self.endings.get(say.ending):
            usage = {"output_tokens": say.tokens.output if say.tokens else 0}
            delta = {"stop_reason": reason, "stop_sequence": None}
            tail += [self._event("message_delta", delta=delta, usage=usage), self._event("message_stop")]
        return Stream(head=head, pieces=[self._delta(index, type="text_delta", text=p) for p in pieces], tail=tail)

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        kinds = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error"}
        kinds |= {404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error"}
        return {"type": "error", "error": {"type": code or kinds.get(status, "api_error"), "message": message}}

    def _message(self, body: dict[str, Any], tokens: Tokens | None) -> dict[str, Any]:
        used = tokens or Tokens(input=0, output=0)
        usage = {"input_tokens": used.input - used.cached, "cache_read_input_tokens": used.cached, "output_tokens": 0}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": body.get("model"), "content": []}
        return {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}

    def _event(self, kind: str, **fields: Any) -> bytes:
        return encode_event({"type": kind, **fields}, kind)

    def _delta(self, index: int, **delta: Any) -> bytes:
        return self._event("content_block_delta", index=index, delta=delta)


class OpenAIWire:
    """`POST .../chat/completions`."""

    name = "openai"
    endings: ClassVar = {"whole": "stop", "cut": "length", "refused": "content_filter"}

    def takes(self, path: str) -> bool:
        return path.endswith("/chat/completions")

    def read(self, body: dict[str, Any]) -> tuple[str, str]:
        said = [(m["role"] in ("system", "developer"), join_text(m["content"])) for m in body.get("messages", ())]
        return "".join(t for system, t in said if system), "".join(t for system, t in said if not system)

    def is_streamed(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def whole(self, say: Say, path: str, body: dict[str, Any]) -> dict[str, Any]:
        message = {"role": "assistant", "content": say.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": self.endings.get(say.ending)}
        return {**self._head(body, "chat.completion"), "choices": [choice], "usage": self._usage(say.tokens)}

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        head = [self._chunk(body, {"role": "assistant", "content": ""})]
        if say.thinking:
            head.append(self._chunk(body, {"reasoning_content": say.thinking}))
        tail = []
        reason = self.endings.get(say.ending)
        if say.ending == "refused" and "response_format" in body:
            tail.append(self._chunk(body, {"refusal": "I will not"}))
            reason = "stop"
        if reason:
            tail.append(self._chunk(body, {}, reason))
            if say.tokens and body.get("stream_options", {}).get("include_usage"):
                empty = {**self._head(body, "chat.completion.chunk"), "choices": []}
                tail.append(encode_event({**empty, "usage": self._usage(say.tokens)}))
            tail.append(encode_event("[DONE]"))
        return Stream(head=head, pieces=[self._chunk(body, {"content": p}) for p in pieces], tail=tail)

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": code or "error", "param": None, "code": code or None}}

    def _head(self, body: dict[str, Any], kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": body.get("model")}

    def _chunk(self, body: dict[str, Any], delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return encode_event({**self._head(body, "chat.completion.chunk"), "choices": [choice]})

    def _usage(self, tokens: Tokens | None) -> dict[str, Any] | None:
        return tokens and {
            "prompt_tokens": tokens.input,
            "completion_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
        }


class GoogleWire:
    """`POST .../models/MODEL:streamGenerateContent?alt=sse`."""

    name = "google"
    endings: ClassVar = {"whole": "STOP", "cut": "MAX_TOKENS", "refused": "SAFETY"}

    def takes(self, path: str) -> bool:
        return path.endswith((":streamGenerateContent", ":generateContent"))

    def read(self, body: dict[str, Any]) -> tuple[str, str]:
        system = join_text(body.get("systemInstruction", {}).get("parts"))
        return system, "".join(join_text(content["parts"]) for content in body.get("contents", ()))

    def is_streamed(self, path: str, body: dict[str, Any]) -> bool:
        return path.endswith(":streamGenerateContent")

    def whole(self, say: Say, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._chunk(path, [{"text": say.text}], self.endings.get(say.ending), say.tokens)

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        head = [encode_event(self._chunk(path, [{"text": say.thinking, "thought": True}]))] if say.thinking else []
        reason = self.endings.get(say.ending)
        if say.ending == "refused" and not say.text:
            return Stream(head=[encode_event({"promptFeedback": {"blockReason": "SAFETY"}})], pieces=[], tail=[])
        tail = [encode_event(self._chunk(path, [], reason, say.tokens))] if reason else []
        return Stream(head=head, pieces=[encode_event(self._chunk(path, [{"text": p}])) for p in pieces], tail=tail)

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
        names |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
        return {"error": {"code": status, "message": message, "status": code or names.get(status, "UNKNOWN")}}

    def _chunk(
        self, path: str, parts: list[Any], reason: str | None = None, tokens: Tokens | None = None
    ) -> dict[str, Any]:
        model = path.rpartition("/")[2].partition(":")[0]
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
        chunk: dict[str, Any] = {"candidates": [candidate], "responseId": "r1", "modelVersion": model}
        if reason:
            candidate["finishReason"] = reason
        if tokens:
            chunk["usageMetadata"] = {
                "promptTokenCount": tokens.input,
                "candidatesTokenCount": tokens.output,
                "cachedContentTokenCount": tokens.cached,
                "totalTokenCount": tokens.input + tokens.output,
            }
        return chunk


WIRES: tuple[Wire, ...] = (AnthropicWire(), OpenAIWire(), GoogleWire())


class WireServer:
    """The server; listens from its beginning to the end of its `with` block."""

    def __init__(self, *acts: Act | Callable[[Heard], Act], wires: tuple[Wire, ...] = WIRES) -> None:
        """Take what to do, one act for each request (the last repeats; none means `Say()`), or one function."""
        self.acts: list[Any] = list(acts) or [Say()]
        self.wires = wires
        self.heard: list[Heard] = []
        """The requests, in the order of their arrival."""
        self.at_once = 0
        """The most requests that were being answered at the same time."""
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._flying = 0
        server = self

        class Handler(_Handler):
            wire_server = server

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True, name="wire"
        )

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at its end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "WireServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def choose(self, heard: Heard) -> Act:
        """Note a request and return what to do with it."""
        with self._lock:
            self.heard.append(heard)
            self._flying += 1
            self.at_once = max(self.at_once, self._flying)
            act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        return act(heard) if callable(act) else act

    def finish(self) -> None:
        """Note that a request is answered."""
        with self._lock:
            self._flying -= 1


class _Handler(http.server.BaseHTTPRequestHandler):
    wire_server: WireServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.partition("?")[0]
        wire = next((w for w in self.wire_server.wires if w.takes(path)), None)
        if wire is None:
            self._send(404, {}, "application/json", b"{}")
            return
        body = json.loads(raw)
        system, text = wire.read(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        act = self.wire_server.choose(
            Heard(wire=wire.name, path=self.path, headers=headers, body=body, system=system, text=text)
        )
        try:
            self._play(wire, act, path, body)
        except ConnectionError:
            self.close_connection = True
        finally:
            self.wire_server.finish()

    def do_GET(self) -> None:
        self._send(404, {}, "application/json", b"{}")

    def do_HEAD(self) -> None:
        self._send(404, {}, "application/json", b"")

    def _play(self, wire: Wire, act: Act, path: str, body: dict[str, Any]) -> None:
        match act:
            case Say() if wire.is_streamed(path, body):
                self._stream(wire, act, path, body)
            case Say():
                self._send(200, {}, "application/json", json.dumps(wire.whole(act, path, body)).encode())
            case Fail():
                error = json.dumps(wire.error(act.status, act.code, act.message)).encode()
                self._send(act.status, act.headers, "application/json", error)
            case Page():
                self._send(act.status, act.headers, act.media, act.text.encode())
            case Silence():
                self._wait()
            case HangUp():
                self._reset()

    def _stream(self, wire: Wire, say: Say, path: str, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("request-id", SECRET_BODY.split()[1])
        self.end_headers()
        events = wire.stream(say, list(cut_pieces(say.text, say.pieces)), path, body)
        for event in events.head:
            self._chunk(event)
        for count in range(len(events.pieces) + 1):
            if say.broken_after == count:
                return self._reset()
            if say.silent_after == count:
                return self._wait()
            if say.garbled_after == count:
                self._chunk(encode_event('{"type": "content_block_delta", ', "content_block_delta"))
            if say.failed_after == count:
                self._chunk(encode_event(wire.error(529, "overloaded_error", SECRET_BODY), "error"))
            if count < len(events.pieces):
                self._chunk(events.pieces[count])
        for event in events.tail:
            self._chunk(event)
        self.wfile.write(b"0\r\n\r\n")
        return None

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, status: int, headers: Mapping[str, str], media: str, data: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _wait(self) -> None:
        """Wait until the client leaves or the server closes."""
        while not self.wire_server.closing.is_set():
            if select.select([self.connection], [], [], 0.02)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                break
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def cut_pieces(text: str, pieces: int) -> Iterator[str]:
    """Give a text in at most that many pieces of about the same length."""
    size = -(-len(text) // max(1, pieces))
    for start in range(0, len(text), max(1, size)):
        yield text[start : start + size]
