"""Makes the environment of a codebase from its lockfile: wheels only, hashes required, nothing built.

Path: lockfile -> **environment** -> verify.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from specpack.model.failure import Unavailable
from specpack.targets.python.registry import Told, build_environment, describe_failure, find_tool, run_tool, run_uv

_FORMAT = "1"


def prepare_environment(lockfile: str, cache: Path) -> Path:
    """Return the folder of the environment, made once for a lockfile and a Python and then found again.

    It is made beside its place and renamed, so two processes may make it at once and one wins. The name is a digest of
    lockfile, Python's version and platform. Python is run as `bin/python` in it.

    Raises:
        Unavailable: The registry does not give a wheel, or the folder cannot be written.
    """
    place = cache.absolute() / digest_environment(lockfile)
    if place.is_dir():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    except OSError as error:
        raise Unavailable(f"the cache of environments cannot be written: {error.strerror}") from error
    try:
        made = temporary / "environment"
        _make(made, lockfile)
        try:
            made.rename(place)
        except OSError:
            if not place.is_dir():
                raise
    except OSError as error:
        raise Unavailable(f"the cache of environments cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


def digest_environment(lockfile: str) -> str:
    """Return the name of the environment's folder."""
    parts = (_FORMAT, sys.version, sys.platform, sys.base_prefix, lockfile)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def find_python(environment: Path) -> Path:
    """Return the environment's interpreter."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def find_toolchain(environment: Path) -> tuple[Path, ...]:
    """Return the folders that the sandbox must show: the environment and the Python that it stands on."""
    base = find_python(environment).resolve().parent.parent
    return (environment, base)


def _make(folder: Path, lockfile: str) -> None:
    base = str(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]
    requirements = folder.with_name("requirements.lock")
    requirements.write_text(lockfile, encoding="utf-8")
    uv = find_tool("uv")
    if uv is not None:
        _expect(run_uv(uv, ["venv", "--quiet", "--no-project", "--relocatable", "--python", base, str(folder)]))
        options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--link-mode", "copy"]
        command = ["pip", "install", "--quiet", "--python", str(find_python(folder)), *options, "-r", str(requirements)]
        _expect(run_uv(uv, command))
    else:
        _expect(run_tool([base, "-m", "venv", str(folder)]))
        options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--disable-pip-version-check", "-q"]
        command = [str(find_python(folder)), "-m", "pip", "install", *options, "-r", str(requirements)]
        _expect(run_tool(command, environment=build_environment(os.environ)))
    subprocess.run(
        [str(find_python(folder)), "-I", "-m", "compileall", "-q", str(folder / "lib")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _expect(told: Told) -> None:
    if told.status:
        message = f"the environment could not be made: {describe_failure(told)}"
        raise Unavailable(message, help="look at the registry settings of `uv` or `pip`")
