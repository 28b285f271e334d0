"""A target for a toy language, so that tests of the middle need neither sandbox nor registry.

A toy file opens with a line `note …`; a signature block is `def NAME: promise` a line; a file of a unit repeats these
lines and adds `does …`. A test is one line `test NAME: ID, ID`.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from specpack.model.conclusion import DesignConclusion, Package, SourceFile
from specpack.model.finding import Finding, GateResult, Verdict
from specpack.model.target import Cleaned, Project, Verification
from specpack.model.tree import File, Tree

_TEST = re.compile(r"test ([a-z-]+): *(.*)")


def reject(message: str) -> Finding:
    return Finding(code="TY001", gate="toy", message=message)


class FakeTarget:
    """The protocol `specpack.model.target.Target`, in plain Python."""

    name = "toy"
    language_document = "language/toy.md"
    tool_pins = (("toyfmt", "1.0"),)
    keywords = frozenset({"toydef"})
    gates_version = "1"
    driver_path = "tests/driver.toy"

    def __init__(self) -> None:
        self.resolved: list[tuple[str, ...]] = []
        self.cleaned = 0

    def check_design(self, design: DesignConclusion, package: str) -> tuple[Finding, ...]:
        owned = {p for u in design.units for p in u.paths} | {p for g in design.groups for p in g.paths}
        strange = [s.path for s in design.signatures if s.path not in owned]
        return tuple(reject(f"signatures of `{path}`, which nobody owns") for path in strange)

    def check_unit(self, files: Sequence[SourceFile], design: DesignConclusion, unit: str) -> tuple[Finding, ...]:
        texts = {file.path: file.text for file in files}
        found = [
            reject(f"`{path}` does not open with a note") for path, t in texts.items() if not t.startswith("note ")
        ]
        for signatures in design.signatures:
            for line in signatures.text.splitlines():
                if signatures.path in texts and line not in texts[signatures.path].splitlines():
                    found.append(reject(f"`{signatures.path}` does not declare `{line}`"))
        return tuple(found)

    def check_group(self, files: Sequence[SourceFile], design: DesignConclusion, group: str) -> tuple[Finding, ...]:
        return tuple(reject(f"`{f.path}` does not open with a note") for f in files if not f.text.startswith("note "))

    def cited_ids(self, files: Sequence[SourceFile]) -> Mapping[str, tuple[str, ...]]:
        return {
            f"{file.path}::{match[1]}": tuple(i for i in match[2].split(", ") if i)
            for file in files
            for match in map(_TEST.fullmatch, file.text.splitlines())
            if match
        }

    def resolve(self, packages: Sequence[Package]) -> str:
        self.resolved.append(tuple(p.name for p in packages))
        return "".join(f"{p.name}==1\n" for p in packages) or "nothing\n"

    def scaffold(self, project: Project, sources: Tree) -> Tree:
        return {}

    def clean(self, tree: Tree) -> Cleaned:
        self.cleaned += 1
        texts = {path: file.text.replace("  ", " ") for path, file in tree.items()}
        record = tuple((path, "spaces", 1) for path, text in sorted(texts.items()) if text != tree[path].text)
        files = {p: File(text=t, origin=tree[p].origin, owner=tree[p].owner) for p, t in texts.items()}
        return Cleaned(tree=files, record=record)

    def prepare(self, lockfile: str, cache: Path) -> Path:
        return cache

    def gates(self) -> Sequence[str]:
        return ()

    def run_gate(self, gate: str, verification: Verification) -> GateResult:
        return GateResult(gate=gate, verdict=Verdict.PASS)
