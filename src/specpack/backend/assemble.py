"""Conclusions and scaffold to a tree in memory.

Path: resolve -> **assemble** -> clean. No clock, no model, no file system.
"""

from collections.abc import Mapping

from specpack.backend.logs import render_assumptions, render_deviations, render_disputes
from specpack.backend.trace import render_trace
from specpack.model.record import BuildRecord
from specpack.model.target import Project, Target
from specpack.model.tree import File, Origin, Tree


def assemble_sources(record: BuildRecord) -> dict[str, File]:
    """Return the files that units and test groups answered."""
    tree: dict[str, File] = {}
    for label, files in record.files.items():
        origin = Origin.UNIT if label.startswith("write/") else Origin.TEST
        for file in files:
            tree[file.path] = File(text=file.text, origin=origin, owner=label)
    return tree


def assemble_tree(record: BuildRecord, sources: Tree, target: Target, cleanup: str) -> Tree:
    """Return the whole codebase: cleaned sources, scaffold, the pack under `spec/`, logs.

    Args:
        record: What the build knows.
        sources: The cleaned files of units and test groups; they win where the scaffold has a file of the same path.
        target: Supplies the scaffold.
        cleanup: The record of the cleanup tools, as text.
    """
    pack = record.understanding.pack
    project = Project(name=pack.name, version=pack.version, design=record.design, lockfile=record.lockfile)
    tree: dict[str, File] = dict(target.scaffold(project, sources))
    tree.update(_assemble_spec(record))
    logs: Mapping[str, str] = {
        "logs/assumptions.md": render_assumptions(record),
        "logs/deviations.md": render_deviations(record),
        "logs/disputes.md": render_disputes(record),
        "logs/cleanup.md": cleanup,
        "logs/trace.json": render_trace(record),
    }
    tree.update({path: File(text=text, origin=Origin.LOG, owner="log") for path, text in logs.items()})
    tree.update(sources)
    return dict(sorted(tree.items()))


def _assemble_spec(record: BuildRecord) -> Mapping[str, File]:
    """Return the pack's own documents, as they were compiled."""
    pack = record.understanding.pack
    return {
        f"spec/{d.path}": File(text=d.text.rstrip("\n") + "\n", origin=Origin.SPEC, owner="spec")
        for d in pack.documents
        if d.pack == pack.name
    }
