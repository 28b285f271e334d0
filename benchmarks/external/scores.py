"""Score a tree with a case's suite, in the sandbox, with the packages that the tree names.

Path: tree -> **scores** -> `score.json` -> report.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.external.case import Case, Place, Result

from specpack.backend.sandbox import choose_sandbox
from specpack.driver import cache_folder
from specpack.model.conclusion import Package
from specpack.model.failure import Failure, Unavailable
from specpack.targets import load_target

LOCKFILE = "requirements.lock"
SCORE = "score.json"
_TARGET = "python"


def score_tree(case: Case, place: Place, tree: Mapping[str, bytes], packages: Sequence[str] | None = None) -> Result:
    """Judge a tree.

    Args:
        case: Whose suite it is.
        place: The case's folder.
        tree: Path -> content of the codebase.
        packages: Third-party packages by name; where None, the lock file of the tree says them.

    Raises:
        Unavailable: No sandbox tier works here, or the tools of the judge are absent.
    """
    sandbox = choose_sandbox()
    if sandbox is None:
        raise Unavailable("no sandbox tier works here, and generated code runs nowhere else")
    target = load_target(_TARGET)
    lockfile = tree[LOCKFILE].decode() if packages is None else _resolve(place, tuple(sorted(set(packages))))
    return case.score(place, tree, target.prepare(lockfile, cache_folder()), sandbox)


def score_packaged(case: Case, place: Place, tree: Mapping[str, bytes], packages: Sequence[str]) -> Result:
    """Judge a tree as `score_tree` does; packages that the registry does not give fail the tree, not the judge."""
    try:
        return score_tree(case, place, tree, packages)
    except Failure as failure:
        if not packages:
            raise
        return Result(passed=(), failed={}, note=f"packages {', '.join(packages)}: {failure.message}")


def write_score(path: Path, case: Case, result: Result) -> None:
    """Write a result with the gold that it is measured by."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"case": case.name, "gold": case.gold, **asdict(result)}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def find_passed(path: Path) -> int | None:
    """Return how many suite cases a written score passed, None where there is none."""
    return len(json.loads(path.read_text(encoding="utf-8"))["passed"]) if path.is_file() else None


def render_result(case: Case, result: Result) -> str:
    """Return one line for a score and one for each case that failed, at most forty."""
    lines = [f"{len(result.passed)} of {case.gold} pass, {len(result.failed)} fail"]
    lines += [f"  {name}: {' '.join(why.split())[-160:]}" for name, why in list(result.failed.items())[:40]]
    return "\n".join([*lines, *([f"  {result.note}"] if result.note else [])])


def _resolve(place: Place, names: tuple[str, ...]) -> str:
    """Return the lock file for packages by name, asked of the registry once and kept."""
    kept = place.root / "locks" / f"{'+'.join(names) or 'none'}.lock"
    if not kept.is_file():
        packages = [Package(name=name, imports=name, reason="named", clauses=()) for name in names]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(load_target(_TARGET).resolve(packages), encoding="utf-8", newline="\n")
    return kept.read_text(encoding="utf-8")
