"""The real coding assistants for the tests, kept outside the repository: `python -m tests.providers.programs`.

They come from npm by the exact pins of `assistants/package.json`, without a lock file, since one would name a registry.
The folder is named by the digest of the pins, so that other pins are another folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parent / "assistants" / "package.json"
INSTALL = ("npm", "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
CLAUDE_SETUP = "node_modules/@anthropic-ai/claude-code/install.cjs"
"""Puts the native program in place; the one install script that is needed."""


def locate_folder() -> Path:
    """Return the folder of the programs, there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "specpack-tests" / f"assistants-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]}"


def prepare_programs() -> Path:
    """Return the folder with the programs, installed if need be. Raises `OSError` or `SubprocessError`."""
    folder = locate_folder()
    programs = folder / "node_modules" / ".bin"
    if (folder / "ready").is_file():
        return programs
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PINS, folder)
    subprocess.run(INSTALL, cwd=folder, check=True, timeout=900)
    subprocess.run(("node", CLAUDE_SETUP), cwd=folder, check=True, timeout=300)
    (folder / "ready").touch()
    return programs


def find_programs() -> tuple[Path, str]:
    """Return (folder with the programs, why they are not there); they are installed here only where `CI` is set."""
    folder = locate_folder()
    programs = folder / "node_modules" / ".bin"
    if not shutil.which("node") or not shutil.which("npm"):
        return programs, "node and npm are not installed"
    if (folder / "ready").is_file():
        return programs, ""
    if not os.environ.get("CI"):
        return programs, "the assistants are not installed: `python -m tests.providers.programs` does it"
    try:
        return prepare_programs(), ""
    except (OSError, subprocess.SubprocessError) as error:
        return programs, f"the assistants could not be installed: {type(error).__name__}"


if __name__ == "__main__":
    sys.stdout.write(f"{prepare_programs()}\n")
