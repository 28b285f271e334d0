"""Runs `uv` with the machine's own way to its registry.

Path: resolve, prepare -> **registry** -> `uv` -> registry.
"""

import configparser
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from specpack.model.failure import Unavailable

SECONDS = 600.0
_CERTIFICATE_WORDS = ("certificate", "UnknownIssuer", "CERTIFICATE_VERIFY_FAILED")
_FROM_PIP = (
    ("index-url", ("UV_DEFAULT_INDEX", "UV_INDEX_URL")),
    ("extra-index-url", ("UV_INDEX", "UV_EXTRA_INDEX_URL")),
    ("find-links", ("UV_FIND_LINKS",)),
    ("cert", ("SSL_CERT_FILE",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool answered."""

    status: int
    stdout: str
    stderr: str


def find_tool(name: str) -> Path | None:
    """Return a tool that is installed beside this Python, else one on PATH, or None."""
    suffix = sysconfig.get_config_var("EXE") or ""
    schemes = {sysconfig.get_path("scripts"), str(Path(sys.executable).parent)}
    for folder in sorted(schemes):
        place = Path(folder) / f"{name}{suffix}"
        if place.is_file():
            return place
    found = shutil.which(name)
    return Path(found) if found else None


def run_tool(command: Sequence[str], *, text: str = "", environment: Mapping[str, str] | None = None) -> Told:
    """Run a tool in an empty folder, so that no project's configuration is picked up.

    Raises:
        Unavailable: It could not start, or did not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="specpack-") as folder:
        try:
            done = subprocess.run(
                list(command),
                input=text,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=folder,
                env=dict(environment) if environment is not None else None,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"`{Path(command[0]).name}` could not be run: {error}") from error
    return Told(status=done.returncode, stdout=done.stdout, stderr=done.stderr)


def run_uv(uv: Path, arguments: Sequence[str], *, text: str = "") -> Told:
    """Run `uv`, once more with the system's certificates where its own do not suffice.

    Raises:
        Unavailable: It could not start, or did not end in time.
    """
    environment = build_environment(os.environ)
    told = run_tool([str(uv), *arguments], text=text, environment=environment)
    if told.status and any(word in told.stderr for word in _CERTIFICATE_WORDS):
        told = run_tool([str(uv), *arguments, "--native-tls"], text=text, environment=environment)
    return told


def build_environment(machine: Mapping[str, str]) -> dict[str, str]:
    """Return the machine's environment with pip's settings as `uv` reads them; `uv`'s own win.

    A virtual environment that happens to be active is left out.
    """
    environment = {name: value for name, value in machine.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    settings = _read_pip_settings(machine)
    for option, names in _FROM_PIP:
        value = settings.get(option)
        if value and not any(name in environment for name in names):
            environment[names[0]] = " ".join(value.split())
    return environment


def describe_failure(told: Told) -> str:
    """Return what a tool said in one line."""
    lines = [line.strip() for line in told.stderr.splitlines() if line.strip() and not line.startswith("hint:")]
    said = " ".join(line.removeprefix("error:").removeprefix("cause:").strip() for line in lines)
    return said[:400] or f"exit status {told.status}"


def _read_pip_settings(machine: Mapping[str, str]) -> dict[str, str]:
    """Return pip's options from its configuration files, rising in rank, then from its variables."""
    settings: dict[str, str] = {}
    home = Path(machine.get("HOME", machine.get("USERPROFILE", ".")))
    places = [
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        home / ".pip/pip.conf",
        Path(machine.get("XDG_CONFIG_HOME", home / ".config")) / "pip/pip.conf",
        Path(machine.get("APPDATA", home)) / "pip/pip.ini",
        Path(sys.prefix) / "pip.conf",
    ]
    if machine.get("PIP_CONFIG_FILE"):
        places.append(Path(machine["PIP_CONFIG_FILE"]))
    for place in places:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(place, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                settings |= dict(parser.items(section))
    for option, _names in _FROM_PIP:
        value = machine.get("PIP_" + option.upper().replace("-", "_"))
        if value:
            settings[option] = value
    return settings
