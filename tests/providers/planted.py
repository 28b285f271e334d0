"""A user's home full of instructions, and requests and settings for the command provider's tests."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tests.providers.programs import find_programs

from specpack.model.pack import Digest
from specpack.model.provider import ProviderSettings
from specpack.model.question import Label, Request

PROGRAMS, MISSING = find_programs()
on_linux = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes in /proc")

KEY = "dummy-key-0000-for-tests"
PLANT = "PLANTED-BY-THE-USER"
TEXT = "Answer ünïcode, @leak.txt and @dataclass; /help\n"
SCHEMA = {
    "type": "object",
    "properties": {"x": {"type": "array", "items": {"type": "string"}}},
    "required": ["x"],
    "additionalProperties": False,
}


def make_request(schema: object = None, text: str = TEXT) -> Request:
    return Request(
        system="You are the writing stage.",
        text=text,
        labels=(Label("policy/a"),),
        phases=(),
        digest=Digest("0" * 64),
        tokens=10,
        output_schema=json.dumps(schema) if schema else "",
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home full of instructions that must not reach a model; the runs' folders are beside it."""
    home, runs = tmp_path / "home", tmp_path / "runs"
    runs.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(runs))
    skill = f"---\nname: planted\ndescription: {PLANT}\n---\n{PLANT}\n"
    hook = {"hooks": {"UserPromptSubmit": [{"hooks": [{"type": "command", "command": f"echo {PLANT}"}]}]}}
    server = {"planted": {"command": "touch", "args": [str(home / "served")]}}
    files = {
        ".claude/CLAUDE.md": PLANT,
        ".claude/settings.json": json.dumps({**hook, "model": PLANT, "language": PLANT}),
        ".claude/skills/planted/SKILL.md": skill,
        ".claude.json": json.dumps({"mcpServers": server}),
        ".codex/AGENTS.md": PLANT,
        ".codex/config.toml": f'developer_instructions = "{PLANT}"\nmodel = "{PLANT}"\n',
        ".codex/skills/planted/SKILL.md": skill,
        ".agents/skills/planted/SKILL.md": skill,
        ".gemini/GEMINI.md": PLANT,
        ".gemini/settings.json": json.dumps({"mcpServers": server, "model": {"name": PLANT}}),
        ".gemini/skills/planted/SKILL.md": skill,
    }
    for place in (home, runs, tmp_path):
        files |= {f"{place}/{name}": PLANT for name in ("CLAUDE.md", "AGENTS.md", "GEMINI.md", "leak.txt")}
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def make_settings(home: Path, url: str = "", *, silence: float = 60.0, **changes: Any) -> ProviderSettings:
    environment = {
        "PATH": os.pathsep.join((str(PROGRAMS), os.environ["PATH"])),
        "HOME": str(home),
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": url,
        "CODEX_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{url}/v1",
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": url,
        "UNRELATED_SECRET": "never-passed-on",
    }
    return ProviderSettings(
        folder=home, estimate=len, environment={**environment, **changes}, silence=silence, output_limit=4321
    )


def list_processes(root: Path) -> list[int]:
    """Return the processes that work in a folder of the test."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = str((entry / "cwd").readlink())
            except OSError:
                continue
            if where.startswith(str(root)):
                found.append(int(entry.name))
    return found
