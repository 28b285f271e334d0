"""The `codex` program as a way to reach a model.

Path: request -> **codex** -> command. No option keeps out the user's own AGENTS.md, so that each run has a home of its
own, with our settings and a link to the login; the login is written through the link when it is renewed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpack.model.provider import ProviderSettings
from specpack.model.question import Ending, Request, Usage
from specpack.providers.assistant import Assistant, Call, Failed, Heard, Listener, Trouble, find_home

_OFF = (
    *("shell_tool", "unified_exec", "code_mode", "code_mode_host", "multi_agent", "apps", "plugins", "goals"),
    *("view_image", "image_generation", "hooks", "tool_suggest", "sleep_tool", "shell_snapshot", "memories"),
    *("enable_request_compression", "unbounded_connection_retries"),
)

_CONFIG = """\
project_doc_max_bytes = 0
include_environment_context = false
include_permissions_instructions = false
include_apps_instructions = false
include_collaboration_mode_instructions = false
web_search = "disabled"
check_for_update_on_startup = false
suppress_unstable_features_warning = true
model_provider = "specpack"
skills = { include_instructions = false, bundled = { enabled = false } }
agents = { enabled = false }
analytics = { enabled = false }
history = { persistence = "none" }
"""

_EVENT = "SSE event: "


def prepare_call(request: Request, model: str, folder: Path, settings: ProviderSettings) -> Call:
    """Return the call; `folder` becomes the home of the program.

    With a key the system text takes the place of the program's own instructions. With a login it stands before the
    prompt, because the service behind a login has been known to take its own instructions only.
    """
    environment = settings.environment
    login = Path(environment.get("CODEX_HOME") or find_home(environment) / ".codex") / "auth.json"
    key = environment.get("CODEX_API_KEY", "")
    if not key and not login.is_file():
        key = environment.get("OPENAI_API_KEY", "")
    if not key and not login.is_file() and not environment.get("CODEX_ACCESS_TOKEN"):
        raise Failed(Trouble.LOGIN)
    if not key and login.is_file():
        (folder / "auth.json").symlink_to(login.resolve())
    config = [_CONFIG]
    if key:
        system = folder / "system.md"
        system.write_text(request.system, encoding="utf-8")
        config.append(f"model_instructions_file = {json.dumps(str(system))}\n")
    config.append("[features]\n" + "".join(f"{name} = false\n" for name in _OFF))
    endpoint = environment.get("OPENAI_BASE_URL", "") if key else ""
    config.append(_render_endpoint(endpoint, settings.silence))
    (folder / "config.toml").write_text("".join(config), encoding="utf-8")
    arguments = ["exec", "--ephemeral", "--ignore-rules", "--skip-git-repo-check", "-s", "read-only"]
    arguments += ["--json", "--color", "never"]
    if model:
        arguments.append(f"--model={model}")
    if request.output_schema:
        schema = folder / "schema.json"
        schema.write_text(request.output_schema, encoding="utf-8")
        arguments += ["--output-schema", str(schema)]
    variables = {"CODEX_HOME": str(folder), "HOME": str(folder), "RUST_LOG": "error,codex_api::sse=trace"}
    if key:
        variables["CODEX_API_KEY"] = key
    text = request.text if key else f"{request.system.strip()}\n\n{request.text}"
    return Call(arguments=(*arguments, "-"), variables=variables, text=text)


def _render_endpoint(endpoint: str, silence: float) -> str:
    """Return the provider of the settings: OpenAI's own, without the program's retries.

    Another endpoint is for keys only; a login is never sent there.
    """
    lines = [
        "[model_providers.specpack]",
        'name = "OpenAI"',
        'wire_api = "responses"',
        "requires_openai_auth = true",
        "supports_websockets = false",
        "request_max_retries = 0",
        "stream_max_retries = 0",
        f"stream_idle_timeout_ms = {int(silence * 1000)}",
    ]
    if endpoint:
        lines.append(f"base_url = {json.dumps(endpoint)}")
    return "\n".join(lines) + "\n"


@dataclass(slots=True, kw_only=True)
class CodexListener(Listener):
    """Hears the events of a run; the last message is the answer. A failure ends it: the program might try again."""

    text: str = ""
    usage: Usage | None = None
    failed: bool = False
    cut: bool = False

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take a message, a failure, or the usage at the end."""
        kind, item = event.get("type"), event.get("item", {})
        if kind == "item.completed" and item.get("type") == "agent_message":
            self.text = item.get("text", "")
            self.characters = max(self.characters, len(self.text))
        elif kind == "turn.completed":
            usage = event.get("usage", {})
            self.usage = Usage(
                input=usage.get("input_tokens", 0),
                output=usage.get("output_tokens", 0),
                cached=usage.get("cached_input_tokens", 0),
            )
        elif kind in ("error", "turn.failed"):
            words = json.dumps(event, ensure_ascii=False)
            self.failed = self.done = True
            self.cut = self.cut or "max_output_tokens" in words
            self.note(words)

    def overhear(self, line: str) -> bool:
        """Take a line of the log: a piece of the answer, or words of a failure."""
        _, traced, data = line.partition(_EVENT)
        if not traced:
            self.note(line)
            return False
        try:
            event = json.loads(data)
        except ValueError:
            return True
        if isinstance(event, dict) and event.get("type") == "response.output_text.delta":
            self.characters += len(str(event.get("delta", "")))
        return True

    def conclude(self, status: int) -> Heard:
        """Return the last message."""
        if self.cut and self.text:
            return Heard(text=self.text, usage=None, ending=Ending.CUT)
        if self.failed or not self.usage:
            raise self.fail(status)
        if not self.text.strip():
            raise Failed(Trouble.EMPTY)
        return Heard(text=self.text, usage=self.usage)


CODEX = Assistant(
    name="codex",
    package="@openai/codex",
    login="run `codex login`, or set `CODEX_API_KEY`",
    variables=re.compile(r"CODEX_(?:API_KEY|ACCESS_TOKEN|CA_CERTIFICATE)|OPENAI_(?:ORGANIZATION|PROJECT)"),
    model_variable="",
    prepare=prepare_call,
    listen=CodexListener,
)
