"""What a language plug-in provides, and what it is given.

Path: conclude -> resolve -> assemble -> clean -> verify all ask the **target**. Targets meet the rest only here; a
new one is a folder that implements `Target` and an entry point in the group `specpack.targets`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from specpack.model.conclusion import DesignConclusion, Package, SourceFile
from specpack.model.finding import Finding, GateResult
from specpack.model.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the scaffold may know of the build."""

    name: str
    version: str
    design: DesignConclusion
    lockfile: str
    """What `resolve` returned, such as a requirements file with hashes; empty where nothing is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A tree after the deterministic tools, with what each changed: (path, rule, number of changes)."""

    tree: Tree
    record: tuple[tuple[str, str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    """Files that a tool could not read, such as a syntax error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One run in the sandbox. `files` are the regular files harvested from the output folder, capped in size."""

    status: int
    """Exit status; negative for a signal, as in `subprocess`."""
    stdout: str
    stderr: str
    timed_out: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)


class Sandbox(Protocol):
    """Runs untrusted code without network, secrets, or writes outside its folder. See `backend.sandbox`."""

    tier: str
    """What was chosen by trying, such as `bubblewrap`."""

    def run(
        self,
        argv: Sequence[str],
        *,
        tree: Mapping[str, bytes],
        read_only: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        harvest: Sequence[str] = (),
        seconds: float = 300.0,
        memory: int = 4 << 30,
    ) -> RunResult:
        """Write `tree` to a fresh folder `/tree`, run `argv` there, and return the result.

        Args:
            argv: The command; found in the system folders or in `read_only`.
            tree: Path below `/tree` -> content.
            read_only: Folders of this machine mounted read-only at their own path, such as a toolchain.
            environment: The whole environment but for `PATH`, `HOME`, `LANG`.
            harvest: Paths below `/tree` to read back afterwards, without following links.
            seconds: Wall-clock limit.
            memory: Limit of address space in bytes for each process.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known beside a tree that specpack did not make. What is empty is inferred, or not looked at."""

    entry_points: tuple[str, ...] = ()
    """`module:name` or `module`; empty to infer them."""
    packages: tuple[tuple[str, str], ...] = ()
    """Mandated packages: (name in the registry, module that it provides)."""
    error_ids: tuple[str, ...] = ()
    boundaries: tuple[str, ...] = ()
    """Files that declare or implement boundaries, which tests may replace."""
    concurrency: bool = False
    """Whether concurrency is asked for."""
    skips: tuple[str, ...] = ()
    """Reasons for which a test may be skipped."""
    strict: bool = False
    """Whether manners count too: comments that silence tools, literals of other languages, lost errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A tree that specpack did not make, as far as its own files tell what it is."""

    design: DesignConclusion
    requirements: tuple[str, ...] = ()
    """What it and its tests need from the registry, as its files say it."""
    guesses: tuple[str, ...] = ()
    """What was inferred, one line each, to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What gates are given: the cleaned tree, where things came from, and the means to run it."""

    tree: Tree
    design: DesignConclusion
    """With clause ids in place of section keys, and the assumptions of all phases."""
    clauses: Mapping[str, str]
    """Clause or assumption id that tests may cite -> its text."""
    error_ids: tuple[str, ...]
    sandbox: Sandbox | None
    """None where no tier works: gates that must run code answer `COULD_NOT_RUN`."""
    environment: Path | None
    """Prepared environment of the codebase, from `Target.prepare`; None where it could not be made."""
    facts: Facts | None = None
    """For a tree that specpack did not make; the design is then inferred, and clauses are empty."""


class Target(Protocol):
    """A target language."""

    name: str
    language_document: str
    """Path in `std` of the document that holds the language's rules, such as `language/python.md`."""
    tool_pins: tuple[tuple[str, str], ...]
    """Exact pins of the cleanup tools, part of the edition: ((name, version), ...)."""
    keywords: frozenset[str]
    """Words that betray an early commitment when they stand in a behaviour conclusion that is not quoting the pack."""
    gates_version: str
    """Changes whenever a gate may judge the same tree otherwise: a digest of the gates' own source."""
    driver_path: str
    """Where tests reach the product, such as `tests/driver.py`."""

    def check_design(self, design: DesignConclusion, package: str) -> tuple[Finding, ...]:
        """Gate a design: paths, signature blocks that parse and hold no bodies, entry points that are declared."""
        ...

    def check_unit(self, files: Sequence[SourceFile], design: DesignConclusion, unit: str) -> tuple[Finding, ...]:
        """Gate the files of one unit at once, without running them: syntax, declared signatures, imports."""
        ...

    def check_group(self, files: Sequence[SourceFile], design: DesignConclusion, group: str) -> tuple[Finding, ...]:
        """Gate the files of one test group at once: syntax, cited ids present, no product import but the driver's."""
        ...

    def cited_ids(self, files: Sequence[SourceFile]) -> Mapping[str, tuple[str, ...]]:
        """Return test id -> clause and assumption ids that it names, () for a test that names none."""
        ...

    def resolve(self, packages: Sequence[Package]) -> str:
        """Ask the registry once; return the lockfile's text. Raises `specpack.model.failure.Unavailable`."""
        ...

    def scaffold(self, project: Project, sources: Tree) -> Tree:
        """Return the files that the target supplies: manifest, Makefile with `test`, ignore file, lockfile, tour.

        `sources` are the cleaned files of units and test groups, from which the tour is made.
        """
        ...

    def clean(self, tree: Tree) -> Cleaned:
        """Format and tidy imports with the pinned tools. Raises `specpack.model.failure.Unavailable`."""
        ...

    def prepare(self, lockfile: str, cache: Path) -> Path:
        """Fetch step: install what the lockfile pins, wheels only, and return the environment's folder."""
        ...

    def gates(self, facts: Facts | None = None) -> Sequence[str]:
        """Return the names of the gates in order, cheapest first; with facts those for a tree of other origin."""
        ...

    def find_project(self, tree: Tree, facts: Facts) -> Found:
        """Return what a tree of other origin is, read off its files."""
        ...

    def resolve_requirements(self, requirements: Sequence[str]) -> str:
        """Return a lockfile for requirements as another tree states them. Raises `Unavailable`."""
        ...

    def run_gate(self, gate: str, verification: Verification) -> GateResult:
        """Run one gate."""
        ...
