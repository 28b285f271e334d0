"""Run the gates of the target, cheapest first, and stop at the first blocker.

Path: clean -> **verify** -> repair or deliver. Results are cached by content: the tree, the gate, the tool pins.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from specpack.model.finding import Finding, GateResult, Verdict
from specpack.model.target import Target, Verification
from specpack.model.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The results of the gates that ran, in order; the last one is the first blocker where there is one."""

    results: tuple[GateResult, ...]

    @property
    def blocker(self) -> GateResult | None:
        """The gate that did not pass, if any: a gate that could not run is never a pass."""
        return next((r for r in self.results if r.verdict is not Verdict.PASS), None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the first blocker."""
        return self.blocker.findings if self.blocker else ()


def verify_tree(
    target: Target, verification: Verification, cache: Path, report: Callable[[str], None] = lambda gate: None
) -> Verified:
    """Run the gates up to the first that does not pass.

    Args:
        target: Runs each gate.
        verification: What the gates are given.
        cache: Folder of earlier results by content; unreadable entries are ignored.
        report: Told the name of each gate before it runs.
    """
    results: list[GateResult] = []
    content = digest_tree(verification.tree)
    for gate in target.gates():
        report(gate)
        key = _key(target, verification, gate, content)
        result = _read_cached(cache / f"{key}.json")
        if result is None:
            result = target.run_gate(gate, verification)
            if result.verdict is not Verdict.COULD_NOT_RUN:
                _write_cached(cache / f"{key}.json", result)
        results.append(result)
        if result.verdict is not Verdict.PASS:
            break
    return Verified(results=tuple(results))


def digest_tree(tree: Tree) -> str:
    """Return a digest of paths, texts and modes."""
    digest = hashlib.sha256()
    for path, file in sorted(tree.items()):
        for part in (path, file.text, str(file.executable)):
            digest.update(f"{len(part.encode())}:".encode() + part.encode())
    return digest.hexdigest()


def _key(target: Target, verification: Verification, gate: str, content: str) -> str:
    parts = [
        gate,
        content,
        target.name,
        repr(target.tool_pins),
        repr(verification.design),
        repr(sorted(verification.clauses.items())),
        repr(verification.error_ids),
        str(verification.environment),
        target.gates_version,
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _write_cached(path: Path, result: GateResult) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{hashlib.sha256(repr(result).encode()).hexdigest()[:12]}.tmp")
    temporary.write_text(json.dumps(asdict(result), sort_keys=True), encoding="utf-8")
    temporary.replace(path)


def _read_cached(path: Path) -> GateResult | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(_decode_finding(f) for f in data["findings"])
        facts = tuple((str(name), str(value)) for name, value in data["facts"])
        return GateResult(
            gate=data["gate"],
            verdict=Verdict(data["verdict"]),
            findings=findings,
            reason=data["reason"],
            facts=facts,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _decode_finding(data: Mapping[str, Any]) -> Finding:
    lists: Sequence[str] = ("clauses", "evidence")
    return Finding(**{**data, **{name: tuple(data[name]) for name in lists}})
