"""Runs pytest over a tree in the sandbox, with our configuration and none of the tree's.

Path: cleaned tree -> **running** -> sandbox -> JUnit report -> suite, stubs.
"""

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from specpack.model.target import RunResult, Verification
from specpack.targets.python.environment import find_python, find_toolchain

FOLDER = ".specpack"
REPORT = f"{FOLDER}/out/report.xml"
SECONDS = 300.0

_CONFIGURATION = """\
[pytest]
junit_family = xunit1
junit_logging = no
pythonpath = . src
"""
_ASYNC = "asyncio_mode = auto\n"
_FIXED = (
    *("-c", f"{FOLDER}/pytest.ini", "--rootdir", ".", "-p", "no:cacheprovider"),
    *("-q", "--tb=short", "--color=no"),
)
_OWN = ("--noconftest", "--strict-markers")
"""For trees of ours, whose tests need no fixture but what they define."""
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_contents(verification: Verification) -> dict[str, bytes]:
    """Return the tree as the sandbox wants it."""
    return {path: file.text.encode("utf-8") for path, file in verification.tree.items()}


def run_pytest(
    verification: Verification,
    contents: Mapping[str, bytes],
    arguments: Sequence[str],
    *,
    seed: int = 0,
    harvest: Sequence[str] = (REPORT,),
    seconds: float = SECONDS,
) -> RunResult:
    """Run pytest over `contents` and return the result with the harvested files.

    Args:
        verification: Sandbox and environment, which must be there, and whether the tree is one of ours.
        contents: Path -> content of the whole tree.
        arguments: What follows our own options, such as test files in their order.
        seed: Hash seed of the interpreter.
        harvest: Paths to read back.
        seconds: Limit of the run.
    """
    sandbox, environment = verification.sandbox, verification.environment
    assert sandbox is not None and environment is not None
    own = verification.facts is None
    asynchronous = any(environment.glob("lib/*/site-packages/pytest_asyncio"))
    configuration = _CONFIGURATION + (_ASYNC if asynchronous else "")
    tree = {**contents, f"{FOLDER}/pytest.ini": configuration.encode(), f"{FOLDER}/out/.keep": b""}
    variables = {
        **({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if own else {}),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": f"/tree/{FOLDER}",
        "TZ": "UTC",
    }
    return sandbox.run(
        [str(find_python(environment)), "-m", "pytest", *_FIXED, *(_OWN if own else ()), *arguments],
        tree=tree,
        read_only=find_toolchain(environment),
        environment=variables,
        harvest=harvest,
        seconds=seconds,
    )


def parse_report(content: bytes | None) -> ElementTree.Element | None:
    """Return the root of a JUnit report, or None where there is none that can be trusted to be one."""
    if content is None or _ENTITY.search(content):
        return None
    try:
        return ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
        return None
