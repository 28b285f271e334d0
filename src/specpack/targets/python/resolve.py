"""Names of packages become versions and hashes for every platform, asked of the registry once.

Path: design -> **resolve** -> lockfile -> scaffold, environment.

The lockfile is one requirements file in two parts: what the product needs, then what only its tests need.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from specpack.model.conclusion import Package
from specpack.model.failure import Unavailable
from specpack.targets.python.design import normalise_name
from specpack.targets.python.registry import describe_failure, find_tool, run_uv

PYTEST = "pytest==8.4.*"
"""The minor version of pytest that runs generated tests."""

PYTHON_VERSION = "3.11"
RUNTIME_MARK = "# what the product needs"
TESTS_MARK = "# what only its tests need"

_OPTIONS = (
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"),
    *("--only-binary", ":all:", "--python-version", PYTHON_VERSION, "-"),
)
_MISSING = re.compile(r"Because `?([A-Za-z0-9._-]+)`? was not found in the (?:package registry|provided package)")
_NO_WHEEL = re.compile(r"Wheels are required for `([^`]+)`")


def resolve_packages(packages: Sequence[Package]) -> str:
    """Return the lockfile for these packages and pytest: exact versions, hashes, markers, no index.

    Raises:
        Unavailable: The registry cannot be reached, or does not have a package; the message names it.
    """
    names = sorted({package.name for package in packages}, key=normalise_name)
    whole = _compile([*names, PYTEST])
    if not names:
        runtime: frozenset[str] = frozenset()
    else:
        pins = [entry.partition(" \\\n")[0] for entry in whole]
        runtime = frozenset(_name_of(entry) for entry in _compile(names, pins))
    product = [entry for entry in whole if _name_of(entry) in runtime]
    tests = [entry for entry in whole if _name_of(entry) not in runtime]
    return "\n".join([RUNTIME_MARK, *product, TESTS_MARK, *tests]) + "\n"


def resolve_requirements(requirements: Sequence[str]) -> str:
    """Return the lockfile for requirements as a tree of other origin states them, and pytest where they lack it.

    Raises:
        Unavailable: The registry cannot be reached, or does not have what is asked for; the message names it.
    """
    names = {_name_of(requirement) for requirement in requirements}
    return "\n".join(_compile([*requirements, *([] if "pytest" in names else [PYTEST])])) + "\n"


def split_lockfile(lockfile: str) -> tuple[str, str]:
    """Return the part that the product needs and the part that only its tests need, each ending in LF or empty."""
    before, mark, after = lockfile.partition(TESTS_MARK + "\n")
    if not mark:
        return lockfile, ""
    return before.removeprefix(RUNTIME_MARK + "\n"), after


def _compile(requirements: Sequence[str], constraints: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the entries, each a pin with its hashes over several lines, sorted by name."""
    uv = find_tool("uv")
    if uv is None:
        raise Unavailable("`uv` is not installed", help="install specpack with its extra `python`")
    with tempfile.TemporaryDirectory(prefix="specpack-") as folder:
        bounds = Path(folder) / "constraints.txt"
        bounds.write_text("\n".join(constraints) + "\n", encoding="utf-8")
        told = run_uv(uv, [*_OPTIONS, "--constraint", str(bounds)], text="\n".join(requirements) + "\n")
    if told.status:
        raise _explain(told.stderr, describe_failure(told))
    return _parse_entries(told.stdout)


def _explain(stderr: str, said: str) -> Unavailable:
    missing = _MISSING.search(stderr)
    if missing:
        message = f"the registry has no package `{missing[1]}`"
        return Unavailable(message, help="correct the name in design, or do without the package")
    unbuilt = _NO_WHEEL.search(stderr)
    if unbuilt:
        message = f"the registry has no wheel of package `{unbuilt[1]}`"
        return Unavailable(message, help="choose a package that ships wheels; nothing is built from source")
    return Unavailable(f"packages could not be resolved: {said}", help="look at the registry settings of `uv` or `pip`")


def _parse_entries(text: str) -> tuple[str, ...]:
    entries: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#") or line.startswith("--"):
            continue
        if line[0].isspace() and entries:
            entries[-1].append("    " + line.strip())
        else:
            entries.append([line.rstrip()])
    return tuple(sorted(("\n".join(entry) for entry in entries), key=_name_of))


def _name_of(entry: str) -> str:
    return normalise_name(re.split(r"[=;@\s<>!~\[]", entry, maxsplit=1)[0])
