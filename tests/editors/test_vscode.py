"""The extension for VS Code: its manifest has what the editor needs, and it starts a command that exists."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from specpack.cli.main import make_parser

FOLDER = Path(__file__).parent.parent.parent / "editors" / "vscode"
HARNESS = """
const Module = require("module");
const said = { watched: [] };
const command = JSON.parse(process.argv[2]);
const stubs = {
  "vscode": { workspace: {
    getConfiguration: (section) => ({ get: (key) => { said.setting = `${section}.${key}`; return command; } }),
    createFileSystemWatcher: (glob) => { said.watched.push(glob); return {}; },
  } },
  "vscode-languageclient/node": { LanguageClient: class {
    constructor(id, name, server, options) { Object.assign(said, { server, selector: options.documentSelector }); }
    async start() { said.started = true; }
    async stop() { said.stopped = true; }
  } },
};
const load = Module._load;
Module._load = (name, ...rest) => stubs[name] ?? load(name, ...rest);
const extension = require(process.argv[1]);
extension.activate().then(extension.deactivate).then(() => console.log(JSON.stringify(said)));
"""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_manifest_has_what_the_editor_needs(manifest: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", manifest["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert re.fullmatch(r"\^\d+\.\d+\.\d+", manifest["engines"]["vscode"])
    assert manifest["publisher"]
    assert manifest["activationEvents"] == ["workspaceContains:**/specpack.toml"]
    assert (FOLDER / manifest["main"]).is_file()


def test_nothing_is_bundled() -> None:
    assert "node_modules/" in (FOLDER / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".js", ".json")) == [
        "extension.js",
        "package.json",
    ]


def test_it_loads_only_the_editor_and_what_the_manifest_depends_on(manifest: dict[str, Any]) -> None:
    loaded = re.findall(r"require\(\"([^\"]+)\"\)", (FOLDER / "extension.js").read_text(encoding="utf-8"))
    assert {name.partition("/")[0] for name in loaded} == {"vscode", *manifest["dependencies"]}


def test_the_command_that_it_starts_exists(manifest: dict[str, Any]) -> None:
    setting = manifest["contributes"]["configuration"]["properties"]["specpack.command"]
    program, *arguments = setting["default"]
    assert program == "specpack"
    assert make_parser().parse_args(arguments).command == "lsp"
    assert setting["scope"] == "machine", "a workspace could name a program to run"


def test_it_starts_and_stops_the_server(manifest: dict[str, Any]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    default = manifest["contributes"]["configuration"]["properties"]["specpack.command"]["default"]
    command = [node, "-e", HARNESS, str(FOLDER / "extension.js"), json.dumps(default)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["server"] == {"command": "specpack", "args": ["lsp"]}
    assert said["setting"] in manifest["contributes"]["configuration"]["properties"]
    assert (said["started"], said["stopped"]) == (True, True)
    assert {"scheme": "file", "language": "markdown"} in said["selector"]
