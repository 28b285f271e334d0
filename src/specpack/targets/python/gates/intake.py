"""Gate `intake`: the tree holds what it must, nothing else, and a Makefile that runs the whole suite.

Path: cleaned tree -> **intake** -> syntax.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import SUPPLIED_FOLDERS
from specpack.targets.python.layout import DRIVER, Layout, read_layout
from specpack.targets.python.scaffold import MAKEFILE

GATE = "intake"
FILE_BYTES = 1 << 20
REQUIRED = ("Makefile", "README.md", "pyproject.toml", "requirements.lock", DRIVER)

_CONFIGURATION = frozenset(
    {"conftest.py", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "setup.py", ".coveragerc", "ruff.toml"}
    | {".ruff.toml", "mypy.ini", "sitecustomize.py", "usercustomize.py", "GNUmakefile", "makefile"}
)


def check_tree(verification: Verification) -> GateResult:
    """Check files against the design. Reports: GT001, GT002, GT003, GT004."""
    own = verification.facts is None
    present = _check_present(verification) if own else ()
    found = [*present, *_check_files(verification, own=own), *_check_makefile(verification, own=own)]
    return conclude(GATE, found, (("files", str(len(verification.tree))),))


def _check_present(verification: Verification) -> Iterator[Finding]:
    layout = read_layout(verification.design)
    for path in (*REQUIRED, *layout.units, *layout.groups):
        if path not in verification.tree:
            message = f"`{path}` is missing"
            yield reject(Code.FILE_MISSING, GATE, message, unit=layout.find_unit(path), path=path)


def _check_files(verification: Verification, *, own: bool) -> Iterator[Finding]:
    layout = read_layout(verification.design)
    for path, file in verification.tree.items():
        pure = PurePosixPath(path)
        owner = layout.find_unit(path)
        if pure.is_absolute() or ".." in pure.parts or str(pure) != path or "\\" in path:
            yield reject(Code.FILE_UNREADABLE, GATE, f"path `{path}` does not stay in the tree", unit=owner)
        elif "\0" in file.text or len(file.text.encode("utf-8", "replace")) > FILE_BYTES:
            yield reject(Code.FILE_UNREADABLE, GATE, f"`{path}` is no text below 1 MiB", unit=owner, path=path)
        elif path.startswith(SUPPLIED_FOLDERS) or not own:
            continue
        elif pure.name in _CONFIGURATION or pure.suffix in (".pth", ".so", ".pyc", ".pyd"):
            yield reject(Code.FILE_STRAY, GATE, f"`{path}` changes how tools run", unit=owner, path=path)
        elif pure.suffix == ".py" and not _is_owned(path, layout):
            yield reject(Code.FILE_STRAY, GATE, f"`{path}` belongs to no unit and no group", path=path)


def _is_owned(path: str, layout: Layout) -> bool:
    if path in layout.units or path in layout.groups or path == "tests/__init__.py":
        return True
    return path.endswith("/__init__.py") and path in layout.modules.values()


def _check_makefile(verification: Verification, *, own: bool) -> Iterator[Finding]:
    file = verification.tree.get("Makefile")
    wanted = file is not None and (own or re.search(r"^test:", file.text, re.MULTILINE))
    if file is not None and wanted and file.text != MAKEFILE:
        yield from _check_recipe(file.text)


def _check_recipe(text: str) -> Iterator[Finding]:
    """Report a `test` target of another Makefile that could pass while tests fail, or that runs only some."""
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("test:")]
    if not starts:
        yield reject(Code.MAKEFILE, GATE, "`Makefile` has no target `test`", path="Makefile")
    for start in starts:
        recipe = [(start + 1 + n, line) for n, line in enumerate(_take_recipe(lines[start + 1 :]), start=1)]
        if not any("pytest" in line for _number, line in recipe):
            message = "target `test` of `Makefile` does not run pytest"
            yield reject(Code.MAKEFILE, GATE, message, path="Makefile", line=start + 1)
        for number, line in recipe:
            command = line.strip().lstrip("@")
            hides = command.startswith("-") or any(sign in command for sign in ("||", ";", "|", "&", "`", "$(shell"))
            arguments = command.partition("pytest")[2].split()
            selects = any(not argument.startswith("-") and argument != "tests" for argument in arguments)
            narrows = any(argument.startswith(("-k", "-m", "--deselect", "--ignore")) for argument in arguments)
            if hides or selects or narrows:
                message = f"target `test` of `Makefile` hides or selects tests: `{command}`"
                yield reject(Code.MAKEFILE, GATE, message, path="Makefile", line=number)


def _take_recipe(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("\t"):
            return
        yield line
