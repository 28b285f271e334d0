"""The Python target, behind the door that all targets share.

Path: conclude -> resolve -> assemble -> clean -> verify all ask the **target**.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from specpack.model.conclusion import DesignConclusion, Package, SourceFile
from specpack.model.finding import Finding, GateResult
from specpack.model.target import Cleaned, Facts, Found, Project, Verification
from specpack.model.tree import Tree


class PythonTarget:
    """Implements `specpack.model.target.Target`; each method loads what it needs when it is called."""

    name = "python"
    language_document = "language/python.md"
    tool_pins = (("ruff", "0.17.6"),)
    keywords = frozenset(
        {
            "def",
            "elif",
            "lambda",
            "kwargs",
            "isinstance",
            "__init__",
            "pytest",
            "unittest",
            "asyncio",
            "pip",
            "dataclass",
        }
        | {"pydantic", "flask", "fastapi", "django", "sqlalchemy", "TypedDict", "NamedTuple", "StrEnum", "NoneType"}
    )
    driver_path = "tests/driver.py"

    def __init__(self) -> None:
        """Digest the target's own source, in which the gates are."""
        self.gates_version = digest_source()

    def check_design(self, design: DesignConclusion, package: str) -> tuple[Finding, ...]:
        """Gate a design; see `specpack.targets.python.design`."""
        from specpack.targets.python.design import check_design

        return check_design(design, package)

    def check_unit(self, files: Sequence[SourceFile], design: DesignConclusion, unit: str) -> tuple[Finding, ...]:
        """Gate the files of one unit; see `specpack.targets.python.unit`."""
        from specpack.targets.python.unit import check_unit

        return check_unit(files, design, unit)

    def check_group(self, files: Sequence[SourceFile], design: DesignConclusion, group: str) -> tuple[Finding, ...]:
        """Gate the files of one test group; see `specpack.targets.python.group`."""
        from specpack.targets.python.group import check_group

        return check_group(files, design, group)

    def cited_ids(self, files: Sequence[SourceFile]) -> Mapping[str, tuple[str, ...]]:
        """Return test id -> ids that it names; see `specpack.targets.python.citation`."""
        from specpack.targets.python.citation import read_citations

        return read_citations(files)

    def resolve(self, packages: Sequence[Package]) -> str:
        """Return the lockfile; see `specpack.targets.python.resolve`. Raises `Unavailable`."""
        from specpack.targets.python.resolve import resolve_packages

        return resolve_packages(packages)

    def scaffold(self, project: Project, sources: Tree) -> Tree:
        """Return the supplied files; see `specpack.targets.python.scaffold`."""
        from specpack.targets.python.scaffold import build_scaffold

        return build_scaffold(project, sources)

    def clean(self, tree: Tree) -> Cleaned:
        """Format and tidy; see `specpack.targets.python.cleanup`. Raises `Unavailable`."""
        from specpack.targets.python.cleanup import clean_tree

        return clean_tree(tree)

    def prepare(self, lockfile: str, cache: Path) -> Path:
        """Return the environment's folder; see `specpack.targets.python.environment`. Raises `Unavailable`."""
        from specpack.targets.python.environment import prepare_environment

        return prepare_environment(lockfile, cache)

    def gates(self, facts: Facts | None = None) -> Sequence[str]:
        """Return the names of the gates in order, cheapest first; with facts those for a tree of other origin."""
        from specpack.targets.python.gates import FOREIGN, GATES, MANNERS

        if facts is None:
            return tuple(GATES)
        return FOREIGN if facts.strict else tuple(gate for gate in FOREIGN if gate not in MANNERS)

    def find_project(self, tree: Tree, facts: Facts) -> Found:
        """Return what a tree of other origin is; see `specpack.targets.python.project`."""
        from specpack.targets.python.project import find_project

        return find_project(tree, facts)

    def resolve_requirements(self, requirements: Sequence[str]) -> str:
        """Return a lockfile; see `specpack.targets.python.resolve`. Raises `Unavailable`."""
        from specpack.targets.python.resolve import resolve_requirements

        return resolve_requirements(requirements)

    def run_gate(self, gate: str, verification: Verification) -> GateResult:
        """Run one gate. Raises `WrongUse` for a name that `gates` does not give."""
        from specpack.targets.python.gates import run_gate

        return run_gate(gate, verification)


def digest_source() -> str:
    """Return a digest of all source files of this package, 16 hexadecimal digits."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for place in sorted(root.rglob("*.py")):
        digest.update(place.relative_to(root).as_posix().encode() + b"\0" + place.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
