"""The `claude` program as a way to reach a model.

Path: request -> **claude** -> command. Safe mode and no setting sources keep out the user's CLAUDE.md, skills, hooks,
plug-ins and servers, and keep the login, which `--bare` would not; attachments are off, or `@path` in a pack's text
would send that file.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from specpack.model.provider import ProviderSettings
from specpack.model.question import Ending, Request, Usage
from specpack.providers.assistant import Assistant, Call, Failed, Heard, Listener, Trouble, sort_trouble

MAX_SCHEMA = 100_000
"""Longest schema in characters that goes on the command line, which takes 128 KiB an argument on Linux."""

_PROFILE = (
    *("-p", "--safe-mode", "--setting-sources=", "--strict-mcp-config", "--disable-slash-commands", "--no-chrome"),
    *("--tools", "", "--no-session-persistence", "--max-turns", "1"),
    *("--output-format", "stream-json", "--verbose", "--include-partial-messages"),
)

_VARIABLES = {
    "CLAUDE_CODE_DISABLE_ATTACHMENTS": "1",
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK": "1",
    "CLAUDE_CODE_DISABLE_REFUSAL_FALLBACK": "1",
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_AUTO_COMPACT": "1",
    "MAX_STRUCTURED_OUTPUT_RETRIES": "0",
}


def prepare_call(request: Request, model: str, folder: Path, settings: ProviderSettings) -> Call:
    """Return the call; the system text is a file of `folder`."""
    system = folder / "system.md"
    system.write_text(request.system, encoding="utf-8")
    arguments = [*_PROFILE, "--system-prompt-file", str(system)]
    if model:
        arguments.append(f"--model={model}")
    if 0 < len(request.output_schema) <= MAX_SCHEMA:
        arguments += ["--json-schema", request.output_schema]
    variables = {**_VARIABLES, "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(settings.output_limit)}
    return Call(arguments=tuple(arguments), variables=variables, text=request.text)


@dataclass(slots=True, kw_only=True)
class ClaudeListener(Listener):
    """Hears the first message of a run. The program would go on by itself after a cut or an empty message: stopped."""

    text: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    start: Mapping[str, Any] = field(default_factory=dict)
    output: int = 0
    stop: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take a piece of the message, or the result at the end."""
        if event.get("type") == "result":
            self.result = event
        elif event.get("type") == "stream_event" and not self.done:
            self._hear_piece(event["event"])

    def _hear_piece(self, piece: Mapping[str, Any]) -> None:
        kind, delta = piece.get("type"), piece.get("delta", {})
        if kind == "message_start":
            self.start = piece["message"].get("usage", {})
        elif kind == "content_block_delta":
            written = delta.get("text", "")
            data = delta.get("partial_json", "")
            self.text.append(written)
            self.data.append(data)
            self.characters += len(written) + len(data)
        elif kind == "message_delta" and delta.get("stop_reason"):
            self.stop = delta["stop_reason"]
            self.output = piece.get("usage", {}).get("output_tokens", 0)
            cut = self.stop in ("max_tokens", "model_context_window_exceeded")
            self.done = cut or self.stop == "refusal" or not self.characters

    def conclude(self, status: int) -> Heard:
        """Return the message, as structured data where it is."""
        result = self.result
        if self.stop == "refusal" or result.get("stop_reason") == "refusal":
            raise Failed(Trouble.REFUSED)
        text, data = "".join(self.text), "".join(self.data)
        if self.stop in ("max_tokens", "model_context_window_exceeded"):
            return Heard(text=data or text, usage=self._count(self.start, self.output), ending=Ending.CUT)
        if self.done:
            raise Failed(Trouble.EMPTY)
        if result.get("is_error") and not (self.stop and str(result.get("subtype", "")).startswith("error_max_")):
            words = f"{self.words}\n{result.get('result', '')}\n{result.get('errors', '')}"
            raise Failed(sort_trouble(words, result.get("api_error_status") or 0))
        if not result:
            raise self.fail(status)
        if "structured_output" in result:
            text = json.dumps(result["structured_output"], ensure_ascii=False)
        text = text or str(result.get("result", "")) or data
        if not text.strip():
            raise Failed(Trouble.EMPTY)
        usage = result.get("usage", {})
        return Heard(text=text, usage=self._count(usage, usage.get("output_tokens", 0), result.get("total_cost_usd")))

    def _count(self, usage: Mapping[str, Any], output: int, cost: float | None = None) -> Usage:
        cached = usage.get("cache_read_input_tokens", 0) or 0
        new = (usage.get("input_tokens", 0) or 0) + (usage.get("cache_creation_input_tokens", 0) or 0)
        told = "" if cost is None else f"{cost:.6f}".rstrip("0").rstrip(".")
        return Usage(input=new + cached, output=output, cached=cached, cost=told)


CLAUDE = Assistant(
    name="claude",
    package="@anthropic-ai/claude-code",
    login="run `claude` by hand and log in there, or set `ANTHROPIC_API_KEY`",
    variables=re.compile(
        r"ANTHROPIC_(?!MODEL$|LOG$)\w+|CLAUDE_CONFIG_DIR|CLAUDE_CODE_OAUTH_TOKEN|CLAUDE_CODE_(?:USE|SKIP)_\w+"
        r"|CLAUDE_CODE_CLIENT_(?:CERT|KEY\w*)"
    ),
    clouds={
        "CLAUDE_CODE_USE_BEDROCK": re.compile(r"AWS_\w+"),
        "CLAUDE_CODE_USE_VERTEX": re.compile(r"CLOUD_ML_REGION|VERTEX_REGION_\w+|GOOGLE_\w+|GCLOUD_PROJECT"),
        "CLAUDE_CODE_USE_FOUNDRY": re.compile(r"AZURE_\w+"),
    },
    model_variable="ANTHROPIC_MODEL",
    prepare=prepare_call,
    listen=ClaudeListener,
)
