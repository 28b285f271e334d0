"""Fetch packages through their ordinary clients, whose own settings say from where.

Path: package name -> **fetch** -> files in the work folder.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from specpack.model.failure import Unavailable


def fetch_sdist(requirement: str, digest: str, folder: Path) -> Path:
    """Return the folder of an unpacked source distribution from the Python registry; fetched once.

    Raises:
        Unavailable: The client could not fetch it, or it is not the archive of that SHA-256.
    """
    unpacked = folder / requirement.replace("==", "-")
    if not unpacked.is_dir():
        options = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
        run_client([sys.executable, "-m", "pip", *options, requirement], folder)
        _unpack(check_digest(next(folder.glob("*.tar.gz")), digest), unpacked)
    return unpacked


def fetch_npm(requirement: str, digest: str, folder: Path) -> Path:
    """Return the folder of an unpacked package from the JavaScript registry; fetched once, no script of it is run.

    Raises:
        Unavailable: As `fetch_sdist`.
    """
    unpacked = folder / requirement.lstrip("@").replace("/", "-").replace("@", "-")
    if not unpacked.is_dir():
        run_client([find_command("npm"), "pack", "--silent", requirement], folder)
        _unpack(check_digest(next(folder.glob("*.tgz")), digest), unpacked)
    return unpacked


def install_npm(requirement: str, folder: Path) -> Path:
    """Return the `node_modules` of a tool installed with its dependencies, without their scripts; installed once."""
    modules = folder / "node_modules"
    name = requirement.partition("@")[0]
    if not (modules / name).is_dir():
        options = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
        run_client([find_command("npm"), *options, requirement], folder)
    return modules


def find_command(name: str) -> str:
    """Return the path of a command. Raises `Unavailable` where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"`{name}` is not installed", help=f"install `{name}`, or leave this case out")
    return found


def run_client(command: list[str], folder: Path) -> None:
    """Run a package client in a folder that is made where it is absent. Raises `Unavailable` with its last line."""
    folder.mkdir(parents=True, exist_ok=True)
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if told.returncode:
        lines = (told.stderr.strip() or told.stdout.strip() or "no reason given").splitlines()
        raise Unavailable(
            f"`{Path(command[0]).name}` could not fetch `{command[-1]}`: {lines[-1][:200]}",
            help="look at the settings of the client, then run the step again",
        )


def check_digest(archive: Path, digest: str) -> Path:
    """Return the archive. Raises `Unavailable` where its SHA-256 is another one."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise Unavailable(
            f"`{archive.name}` is not the package that the case describes: SHA-256 {found}",
            help="the registry gives other bytes under this version; delete the download and look at its settings",
        )
    return archive


def _unpack(archive: Path, target: Path) -> None:
    """Unpack an archive that holds one folder, and give that folder's content the name `target`."""
    making = target.with_name(f".{target.name}")
    with tarfile.open(archive) as file:
        file.extractall(making, filter="data")
    (only,) = making.iterdir()
    only.rename(target)
    making.rmdir()
