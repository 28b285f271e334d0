"""`specpack verify`: the gates on a tree, whoever made it."""

import argparse
import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from specpack.model.failure import Failure, WrongUse
from specpack.model.finding import Finding, GateResult, Verdict
from specpack.model.target import Facts, Found, Target, Verification
from specpack.model.tree import File, Origin, Tree

_FACTS = {
    "entry_points": list,
    "packages": dict,
    "error_ids": list,
    "boundaries": list,
    "concurrency": bool,
    "skips": list,
    "strict": bool,
}
_MOST_BYTES = 1 << 20


def run(options: argparse.Namespace) -> int:
    """Run the gates in order up to the first blocker, or all of them; 0 where all pass, else 1."""
    from specpack.backend.sandbox import choose_sandbox
    from specpack.targets import load_target

    target = load_target(options.target)
    tree = read_tree(options.tree)
    facts = read_facts(options.facts) if options.facts else Facts()
    found = target.find_project(tree, facts)
    sandbox = choose_sandbox()
    verification = Verification(
        tree=tree,
        design=found.design,
        clauses={},
        error_ids=facts.error_ids,
        sandbox=sandbox,
        environment=_prepare(target, found, options) if sandbox else None,
        facts=facts,
    )
    if options.format == "text":
        for guess in found.guesses:
            print(guess)
        print(f"sandbox: {sandbox.tier if sandbox else 'none works on this machine'}")
    passed = True
    for gate in target.gates(facts):
        result = target.run_gate(gate, verification)
        print(encode_result(result) if options.format == "json" else render_result(result))
        passed = passed and result.verdict is Verdict.PASS
        if not passed and not options.all:
            break
    return 0 if passed else 1


def read_tree(folder: Path) -> Tree:
    """Return the text files of a folder, those of version control, caches and environments left out.

    Raises:
        WrongUse: There is no such folder, or nothing in it.
    """
    aside = {
        ".git",
        ".hg",
        "__pycache__",
        ".venv",
        "venv",
        "node_modules",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
    }
    if not folder.is_dir():
        raise WrongUse(f"there is no tree at `{folder}`", help="name the folder of a codebase")
    tree: dict[str, File] = {}
    for place in sorted(folder.rglob("*")):
        path = place.relative_to(folder)
        if aside & set(path.parts) or not place.is_file() or place.is_symlink() or place.stat().st_size > _MOST_BYTES:
            continue
        try:
            text = place.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        tree[path.as_posix()] = File(text=text, origin=Origin.UNIT, owner="tree")
    if not tree:
        raise WrongUse(f"`{folder}` holds no text file", help="name the folder of a codebase")
    return tree


def read_facts(path: Path) -> Facts:
    """Return what a file says beside a tree.

    Raises:
        WrongUse: It is no TOML, or holds what is no fact.
    """
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUse(
            f"`{path}` cannot be read as TOML: {error}", help="see the guide to `specpack verify`"
        ) from error
    for name, value in told.items():
        if name not in _FACTS or not isinstance(value, _FACTS[name]):
            known = ", ".join(f"`{fact}`" for fact in _FACTS)
            raise WrongUse(f"`{path}`: `{name}` is no fact, or of another type", help=f"the facts are {known}")
    return Facts(
        entry_points=tuple(told.get("entry_points", ())),
        packages=tuple((str(name), str(module)) for name, module in told.get("packages", {}).items()),
        error_ids=tuple(told.get("error_ids", ())),
        boundaries=tuple(told.get("boundaries", ())),
        concurrency=told.get("concurrency", False),
        skips=tuple(told.get("skips", ())),
        strict=told.get("strict", False),
    )


def _prepare(target: Target, found: Found, options: argparse.Namespace) -> Path | None:
    """Return the environment that was named, or one made of what the tree says it needs; None where it cannot be."""
    from specpack.driver import cache_folder

    if options.environment:
        place: Path = options.environment.absolute()
        return place
    try:
        return target.prepare(target.resolve_requirements(found.requirements), cache_folder())
    except Failure as failure:
        print(f"environment: {failure.message}")
        return None


def render_result(result: GateResult) -> str:
    """Return a gate's verdict and its findings as text."""
    facts = "; ".join(f"{name} {value}" for name, value in result.facts if len(value) < 40)
    lines = [f"{result.gate}: {result.verdict.value}{f' ({result.reason})' if result.reason else ''}"]
    lines[0] += f"  [{facts}]" if facts and result.verdict is Verdict.PASS else ""
    for finding in result.findings:
        lines += _render_finding(finding)
    return "\n".join(lines)


def _render_finding(finding: Finding) -> list[str]:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path or ""
    lines = [f"  {finding.code}: {finding.message}"]
    lines += [f"    --> {place}"] if place else []
    lines += [f"    = note: {line}" for line in finding.evidence]
    lines += [f"    = note: expected {finding.expected}, got {finding.observed}"] if finding.expected else []
    return [*lines, f"    = help: {finding.help}"] if finding.help else lines


def encode_result(result: GateResult) -> str:
    """Return a gate's result as one JSON object on one line."""
    return json.dumps(asdict(result), ensure_ascii=False, sort_keys=True)
