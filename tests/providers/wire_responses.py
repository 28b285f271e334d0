"""Wires that only the coding assistants speak, beside those of `wire.py`: OpenAI responses, Anthropic with a tool."""

import json
from typing import Any, ClassVar

from tests.providers.wire import AnthropicWire, Say, Stream, Tokens, encode_event, join_text

TOOL = "StructuredOutput"
"""The tool through which `claude` asks for an answer that follows a schema."""


class ResponsesWire:
    """`POST .../responses`, streamed."""

    name = "responses"
    endings: ClassVar = {"whole": "completed", "cut": "incomplete", "refused": "incomplete"}
    reasons: ClassVar = {"cut": "max_output_tokens", "refused": "content_filter"}

    def takes(self, path: str) -> bool:
        return path.endswith("/responses")

    def read(self, body: dict[str, Any]) -> tuple[str, str]:
        said = [(item.get("role") in ("system", "developer"), join_text(item.get("content"))) for item in body["input"]]
        system = body.get("instructions", "") + "".join(text for system, text in said if system)
        return system, "".join(text for system, text in said if not system)

    def is_streamed(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def whole(self, say: Say, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._response(body, self.endings[say.ending], self._message("completed", say.text), say)

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        head = [
            self._event("response.created", response=self._response(body, "in_progress", None, say)),
            self._event("response.output_item.added", output_index=0, item=self._message("in_progress", "")),
        ]
        place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        written = [self._event("response.output_text.delta", **place, delta=piece) for piece in pieces]
        message = self._message("completed", say.text)
        tail = [self._event("response.output_item.done", output_index=0, item=message)]
        if status := self.endings.get(say.ending):
            tail.append(self._event(f"response.{status}", response=self._response(body, status, message, say)))
        return Stream(head=head, pieces=written, tail=tail)

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": code or "error", "param": None, "code": code or None}}

    def _event(self, kind: str, **fields: Any) -> bytes:
        return encode_event({"type": kind, **fields}, kind)

    def _message(self, status: str, text: str) -> dict[str, Any]:
        content = [{"type": "output_text", "text": text, "annotations": []}] if text else []
        return {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content}

    def _response(self, body: dict[str, Any], status: str, message: dict[str, Any] | None, say: Say) -> dict[str, Any]:
        used = say.tokens or Tokens(input=0, output=0)
        reason = self.reasons.get(say.ending) if status == "incomplete" else None
        return {
            "id": "resp_1",
            "object": "response",
            "status": status,
            "model": body.get("model"),
            "output": [message] if message else [],
            "incomplete_details": {"reason": reason} if reason else None,
            "usage": {
                "input_tokens": used.input,
                "input_tokens_details": {"cached_tokens": used.cached},
                "output_tokens": used.output,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": used.input + used.output,
            },
        }


class ToolWire(AnthropicWire):
    """Anthropic messages of a model that answers through the tool for structured answers, where it is offered."""

    def stream(self, say: Say, pieces: list[str], path: str, body: dict[str, Any]) -> Stream:
        said = super().stream(say, pieces, path, body)
        if TOOL not in {tool["name"] for tool in body.get("tools", ())}:
            return said
        start = {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": {}}
        head = [*said.head[:-1], self._event("content_block_start", index=0, content_block=start)]
        written = [self._delta(0, type="input_json_delta", partial_json=piece) for piece in pieces]
        tail = [event.replace(json.dumps("end_turn").encode(), json.dumps("tool_use").encode()) for event in said.tail]
        return Stream(head=head, pieces=written, tail=tail)
