"""Formats a tree and tidies its imports with one pinned tool and our configuration, until nothing changes.

Path: assemble -> **cleanup** -> verify.
"""

import ast
import difflib
import functools
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from specpack.model.failure import Unavailable
from specpack.model.finding import Finding
from specpack.model.target import Cleaned
from specpack.model.tree import Origin, Tree
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.layout import DRIVER, FAKES, find_imports, name_module, parse_file
from specpack.targets.python.registry import Told, describe_failure, find_tool, run_tool

RUFF = ("ruff", "0.17.6")
"""The pinned tool, part of the edition."""

ROUNDS = 3
GATE = "clean"
_SETTINGS = ("line-length=120", 'target-version="py311"')
_RULES = ("--select", "F401,I001")
_MODES = (Origin.UNIT, Origin.TEST, Origin.SCAFFOLD)


def clean_tree(tree: Tree) -> Cleaned:
    """Return the tree with its Python files formatted, imports sorted and unused ones removed.

    Cleaning what was cleaned changes nothing. Files that do not parse stay as they are, with a finding.

    Raises:
        Unavailable: The pinned tool is not installed in its exact version, or failed.

    Reports: GT005, GT007.
    """
    ruff = find_ruff()
    sources = {p: f.text for p, f in tree.items() if p.endswith(".py") and f.origin in _MODES}
    findings: list[Finding] = []
    readable: dict[str, str] = {}
    for path, text in sorted(sources.items()):
        parsed = parse_file(text, path)
        if isinstance(parsed, ast.Module):
            readable[path] = text
        else:
            message = f"`{path}` does not parse: {parsed.msg}"
            findings.append(reject(Code.SYNTAX, GATE, message, path=path, line=parsed.lineno))
    counts: Counter[tuple[str, str]] = Counter()
    settled = readable
    for _ in range(ROUNDS):
        before, settled = settled, _run_round(ruff, settled, counts)
        if settled == before:
            break
    else:
        again = _run_round(ruff, settled, Counter())
        findings += [
            reject(Code.UNSETTLED, GATE, f"formatting `{path}` does not settle", path=path)
            for path in sorted(again)
            if again[path] != settled[path]
        ]
    cleaned = {path: replace(file, text=settled.get(path, file.text)) for path, file in tree.items()}
    record = tuple(sorted((path, rule, number) for (path, rule), number in counts.items() if number))
    return Cleaned(tree=cleaned, record=record, findings=tuple(findings))


@functools.cache
def find_ruff() -> Path:
    """Return the pinned tool of this environment. Raises `Unavailable` where its version is another."""
    name, version = RUFF
    cure = f"install specpack with its extra `python`, which brings {name} {version}"
    place = find_tool(name)
    if place is None:
        raise Unavailable(f"`{name}` is not installed", help=cure)
    told = run_tool([str(place), "--version"])
    found = told.stdout.split()[-1] if told.stdout.split() else "unknown"
    if told.status or found != version:
        raise Unavailable(f"`{name}` is {found} and must be {version}", help=cure)
    return place


def _run_round(ruff: Path, sources: Mapping[str, str], counts: Counter[tuple[str, str]]) -> dict[str, str]:
    """Return the sources after one lint fix and one format; what each changed is added to `counts`."""
    if not sources:
        return {}
    with tempfile.TemporaryDirectory(prefix="specpack-") as temporary:
        root = Path(temporary).resolve()
        for path, text in sources.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="\n")
        first_party = json.dumps(sorted({PurePosixPath(path).parts[0].removesuffix(".py") for path in sources}))
        settings = [*_SETTINGS, f"src={json.dumps([str(root)])}", f"lint.isort.known-first-party={first_party}"]
        options = [part for setting in settings for part in ("--config", setting)]
        kept = ",".join(["__init__.py:F401", *(f"{root / path}:F401" for path in _find_passed_on(sources))])
        rules = (*_RULES, "--per-file-ignores", kept)
        check = [str(ruff), "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", *rules, *options]
        for path, rule in _read_fixable(_expect(run_tool([*check, "--output-format", "json", str(root)])), root):
            counts[path, rule] += 1
        _expect(run_tool([*check, "--fix-only", str(root)]))
        fixed = _read_sources(root, sources)
        _expect(run_tool([str(ruff), "format", "--isolated", "--no-cache", "--quiet", *options, str(root)]))
        formatted = _read_sources(root, sources)
    for path, text in formatted.items():
        counts[path, "format"] += _count_hunks(fixed[path], text)
    return formatted


def _find_passed_on(sources: Mapping[str, str]) -> list[str]:
    """Return the files whose imports other files may take from them, so that none of them is unused."""
    parsed = {path: parse_file(text, path) for path, text in sources.items()}
    trees = {path: tree for path, tree in parsed.items() if isinstance(tree, ast.Module)}
    modules = {name_module(path): path for path in sources}
    passed: set[str] = {DRIVER, FAKES} & set(sources)
    for user, tree in trees.items():
        for item in find_imports(tree, user):
            path = modules.get(item.module)
            if path is None or item.full in modules or path == user:
                continue
            name = item.full.rpartition(".")[2]
            if item.star or any(name in _bound_by_import(other) for other in ast.walk(trees[path])):
                passed.add(path)
    return sorted(passed)


def _bound_by_import(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return tuple((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return ()


def _read_fixable(told: Told, root: Path) -> list[tuple[str, str]]:
    """Return (path, rule) of each diagnostic that the tool mends safely."""
    return [
        (Path(found["filename"]).relative_to(root).as_posix(), found["code"])
        for found in json.loads(told.stdout or "[]")
        if found.get("code") and (found.get("fix") or {}).get("applicability") == "safe"
    ]


def _read_sources(root: Path, sources: Mapping[str, str]) -> dict[str, str]:
    """Return path -> text, each ending in exactly one LF unless empty."""
    texts = {path: (root / path).read_text(encoding="utf-8") for path in sources}
    return {path: text.rstrip("\n") + "\n" if text.strip() else "" for path, text in texts.items()}


def _count_hunks(before: str, after: str) -> int:
    if before == after:
        return 0
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return max(1, sum(1 for tag, *_ in matcher.get_opcodes() if tag != "equal"))


def _expect(told: Told) -> Told:
    if told.status:
        raise Unavailable(f"`ruff` failed: {describe_failure(told)}")
    return told
