"""The `gemini` program as a way to reach a model.

Path: request -> **gemini** -> command. No option keeps out the user's own GEMINI.md, settings and servers, so that each
run has a home of its own, with our settings and links to the login. The model `auto`, which the program takes
by itself, changes to another one without end when the service is busy, so that a model is always named.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from specpack.model.provider import ProviderSettings
from specpack.model.question import Request, Usage
from specpack.providers.assistant import Assistant, Call, Failed, Heard, Listener, Trouble, find_home

_LOGIN = ("oauth_creds.json", "google_accounts.json", "gemini-credentials.json", "installation_id", ".env")

_SELECTED = re.compile(r'"selected(?:Auth)?Type"\s*:\s*"([a-z0-9-]+)"')

_SETTINGS: dict[str, Any] = {
    "general": {"maxAttempts": 1, "retryFetchErrors": False, "enableAutoUpdate": False},
    "context": {"fileName": ["specpack-reads-none.md"], "includeDirectoryTree": False},
    "tools": {"core": ["none"]},
    "mcp": {"allowed": []},
    "skills": {"enabled": False},
    "hooksConfig": {"enabled": False},
    "experimental": {"enableAgents": False},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "model": {"maxSessionTurns": 1, "disableLoopDetection": True, "skipNextSpeakerCheck": True},
}


def prepare_call(request: Request, model: str, folder: Path, settings: ProviderSettings) -> Call:
    """Return the call; `folder` becomes the home of the program, and the system text a file of it."""
    environment = settings.environment
    own = Path(environment.get("GEMINI_CLI_HOME") or find_home(environment)) / ".gemini"
    home = folder / ".gemini"
    home.mkdir()
    for name in _LOGIN:
        if (own / name).is_file():
            (home / name).symlink_to((own / name).resolve())
    chosen = dict(_SETTINGS)
    if selected := _find_selected(own / "settings.json") or _choose_login(environment):
        chosen["security"] = {"auth": {"selectedType": selected}}
    (home / "settings.json").write_text(json.dumps(chosen), encoding="utf-8")
    system = folder / "system.md"
    system.write_text(request.system, encoding="utf-8")
    arguments = ["--output-format", "stream-json", "--approval-mode", "plan", "--extensions", "none", "--skip-trust"]
    if model:
        arguments.append(f"--model={model}")
    variables = {
        "GEMINI_CLI_HOME": str(folder),
        "GEMINI_SYSTEM_MD": str(system),
        "GEMINI_CLI_NO_RELAUNCH": "true",
        "GEMINI_TELEMETRY_ENABLED": "false",
    }
    return Call(arguments=tuple(arguments), variables=variables, text=request.text)


def _find_selected(settings: Path) -> str:
    """Return the user's way to log in, which is all that is taken from their settings; empty where there is none."""
    try:
        found = _SELECTED.search(settings.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found else ""


def _choose_login(environment: Mapping[str, str]) -> str:
    """Return the way to log in where the user chose none: a key. The program itself fails if an endpoint is set too."""
    if any(environment.get(name) == "true" for name in ("GOOGLE_GENAI_USE_GCA", "GOOGLE_GENAI_USE_VERTEXAI")):
        return ""
    return "gemini-api-key" if environment.get("GEMINI_API_KEY") else ""


@dataclass(slots=True, kw_only=True)
class GeminiListener(Listener):
    """Hears the events of a run. The program does not say whether an answer was cut."""

    text: list[str] = field(default_factory=list)
    result: Mapping[str, Any] = field(default_factory=dict)

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take a piece of the answer, a failure, or the result at the end."""
        kind = event.get("type")
        if kind == "message" and event.get("role") == "assistant":
            self.text.append(event.get("content", ""))
            self.characters += len(self.text[-1])
        elif kind == "result":
            self.result = event
            self.note(json.dumps(event.get("error", ""), ensure_ascii=False))
        elif kind == "error":
            self.note(str(event.get("message", "")))

    def conclude(self, status: int) -> Heard:
        """Return the whole answer."""
        text = "".join(self.text)
        if "empty response" in self.words or (self.result.get("status") == "success" and not text.strip()):
            raise Failed(Trouble.EMPTY)
        if self.result.get("status") != "success":
            raise self.fail(status)
        stats = self.result.get("stats", {})
        usage = Usage(
            input=stats.get("input_tokens", 0), output=stats.get("output_tokens", 0), cached=stats.get("cached", 0)
        )
        return Heard(text=text, usage=usage)


GEMINI = Assistant(
    name="gemini",
    package="@google/gemini-cli",
    login="run `gemini` by hand and log in there, or set `GEMINI_API_KEY`",
    variables=re.compile(
        r"GEMINI_(?:API_KEY|API_KEY_AUTH_MECHANISM|DEFAULT_AUTH_TYPE)|GOOGLE_(?!MODEL)\w+|CODE_ASSIST_ENDPOINT"
    ),
    model_variable="GEMINI_MODEL",
    default="pro",
    shifting=re.compile(r"auto\b.*"),
    prepare=prepare_call,
    listen=GeminiListener,
)
