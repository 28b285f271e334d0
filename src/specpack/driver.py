"""The main path: a pack goes in, a verified codebase in a reproducible zip comes out. Read this first.

Path: read -> understand -> conclude -> resolve -> assemble -> clean -> verify -> deliver, with bounded repair as the
only backward edge. This module owns the order; what a stage does stands in its own module.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from specpack import std
from specpack.backend.archive import render_archive
from specpack.backend.assemble import assemble_sources, assemble_tree
from specpack.backend.attestation import read_subject_digest
from specpack.backend.deliver import Delivered, beside, deliver_codebase, write_rejected
from specpack.backend.sandbox import choose_sandbox
from specpack.backend.verify import Verified, digest_tree, verify_tree
from specpack.frontend.identity import render_identities
from specpack.middle.canonical import digest_bytes
from specpack.middle.conclude import Paused, conclude, conclude_files
from specpack.middle.disputes import read_disputes
from specpack.middle.engine import Engine
from specpack.middle.lock import Lock, read_lock, render_lock, write_lock
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.material import Material
from specpack.middle.pinned import clean_pinned, render_cleanup, resolve_pinned
from specpack.middle.record import gather_record
from specpack.middle.repair import repair
from specpack.middle.spending import render_spending
from specpack.middle.summary import render_summary, shorten_summary
from specpack.model.failure import Failure, Rejected, Unavailable
from specpack.model.finding import GateResult, Verdict
from specpack.model.pack import Role
from specpack.model.question import Label
from specpack.model.record import BuildRecord
from specpack.model.target import Target, Verification
from specpack.model.tree import Tree
from specpack.model.understanding import Understanding
from specpack.opening import Report, open_engine
from specpack.options import BuildOptions, Home, archive_path
from specpack.reading import read_pack
from specpack.stamp import describe_inputs, write_stamp
from specpack.targets import load_target


class PackRejected(Rejected):
    """The pack has errors; nothing was asked."""

    def __init__(self, understanding: Understanding) -> None:
        """Keep what was understood, with all diagnostics."""
        super().__init__(
            "the pack has errors, so nothing was asked", help="`specpack check` shows the same diagnostics"
        )
        self.understanding = understanding


class OutputRejected(Rejected):
    """The codebase fails a gate, and repair did not mend it."""

    def __init__(self, blocker: GateResult, folder: Path) -> None:
        """Keep the first blocker and where the best attempt lies."""
        super().__init__(
            f"gate `{blocker.gate}` rejects the codebase: {blocker.findings[0].message}",
            kept=f"the best attempt is in `{folder}`, all answers are in the store",
            help="look at the clauses named; a clause is the way to change the outcome",
        )
        self.blocker = blocker


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebase:
    """A whole tree with what the build knows of it."""

    tree: Tree
    record: BuildRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An accepted build. `note` says what was not verified here, empty where all was."""

    delivered: Delivered
    verified: Verified
    engine: Engine
    note: str = ""


def build(options: BuildOptions, report: Report = lambda event: None) -> Built:
    """Run the whole path. Raises `Failure` of the kind that says whose fault it is; everything paid for is kept."""
    home = Home(options.pack)
    understanding = read_pack(options.pack)
    if understanding.failed:
        raise PackRejected(understanding)
    if not (options.frozen or options.locked):
        write_identities(home, understanding)
    target = load_target(understanding.pack.target)
    material = Material(understanding, target)
    if not material.documents(Role.CONTRACT):
        raise Rejected(
            "the pack extends no pack with contracts, so no phase can be asked",
            help='add `extends = ["std"]` to `[pack]` in `specpack.toml`',
        )
    lock = read_lock(home.lock) or Lock()
    engine = open_engine(options, home, material, lock, report)
    try:
        return _conclude_and_deliver(options, home, engine, material, lock, report)
    finally:
        if engine.usages:
            report(render_spending(engine.usages))


def _conclude_and_deliver(
    options: BuildOptions, home: Home, engine: Engine, material: Material, lock: Lock, report: Report
) -> Built:
    try:
        values = asyncio.run(
            conclude(
                engine,
                material,
                pause_after=options.pause_after,
                summarise=lambda known: _write_summary(home, material, known, report),
            )
        )
    except Paused:
        reached = {pin.label: pin for pin in (*lock.pins, *engine.used.values())}
        _write_state(home, Lock(pins=tuple(reached.values()), tool=lock.tool))
        raise
    codebase, verified = asyncio.run(_verify_and_repair(options, home, engine, material, values, report))
    return _deliver(options, home, engine, codebase, verified, lock)


async def _verify_and_repair(
    options: BuildOptions,
    home: Home,
    engine: Engine,
    material: Material,
    values: Mapping[Label, Any],
    report: Report,
) -> tuple[Codebase, Verified]:
    """Return the first codebase that passes all gates, or that could not be judged here.

    Raises `OutputRejected` with the attempt that blocks the fewest clauses, where repair changes nothing more or its
    rounds are used up. Where repair itself is rejected, by two readings of the pack for one, that attempt is kept too.
    """
    best: tuple[int, Codebase, GateResult] | None = None
    seen: set[str] = set()
    for attempt in range(options.repairs + 1):
        codebase = make_codebase(engine, material, values)
        verified = verify_codebase(codebase, material, home, report)
        blocker = verified.blocker
        if blocker is None or blocker.verdict is Verdict.COULD_NOT_RUN:
            return codebase, verified
        blocked = len({c for f in blocker.findings for c in f.clauses})
        if best is None or blocked < best[0]:
            best = (blocked, codebase, blocker)
        repeated = digest_tree(codebase.tree) in seen
        seen.add(digest_tree(codebase.tree))
        if options.frozen or attempt == options.repairs or repeated:
            break
        report(f"repair: gate `{blocker.gate}`, {len(blocker.findings)} finding{'s' * (len(blocker.findings) != 1)}")
        try:
            mended = await repair(engine, material, values, blocker.findings)
            values = await conclude_files(engine, material, {**values, **mended})
        except Rejected as rejected:
            folder = _write_best(options, material, best)
            rejected.kept = f"the best attempt is in `{folder}`, {rejected.kept}"
            raise
    assert best is not None
    raise OutputRejected(best[2], _write_best(options, material, best))


def _write_best(options: BuildOptions, material: Material, best: tuple[int, Codebase, GateResult]) -> Path:
    """Write the attempt that blocks the fewest clauses, with its first blocker; return its folder."""
    archive = archive_path(options, material.understanding.pack.name)
    return write_rejected(archive, best[1].tree, render_blocker(best[2]))


def make_codebase(engine: Engine, material: Material, values: Mapping[Label, Any]) -> Codebase:
    """Resolve, assemble and clean: conclusions to a whole tree."""
    lockfile = resolve_pinned(engine, material.target, values[DESIGN].packages)
    disputes = read_disputes(engine.store, engine.answers.values())
    record = gather_record(material, values, lockfile=lockfile, disputes=disputes, gates=std.read_gate_map())
    cleaned = clean_pinned(engine, material.target, assemble_sources(record))
    tree = assemble_tree(record, cleaned.tree, material.target, render_cleanup(cleaned, material.target))
    return Codebase(tree=tree, record=record)


def verify_codebase(codebase: Codebase, material: Material, home: Home, report: Report) -> Verified:
    """Run the gates of the target on a codebase, in the sandbox where they run code."""
    understanding, target = material.understanding, material.target
    clauses = {str(c.id): c.composed for c in understanding.clauses.values()}
    clauses.update({a.id: a.decision for a in codebase.record.assumptions})
    sandbox = choose_sandbox()
    verification = Verification(
        tree=codebase.tree,
        design=replace(codebase.record.design, assumptions=codebase.record.assumptions),
        clauses=clauses,
        error_ids=tuple(e.id for e in understanding.errors),
        sandbox=sandbox,
        environment=_prepare(target, codebase.record.lockfile, report) if sandbox else None,
    )
    return verify_tree(target, verification, home.state / "gates", lambda gate: report(f"gate: {gate}"))


def render_blocker(blocker: GateResult) -> str:
    """Return a blocker as plain text: the gate, then each finding with place, clauses and evidence."""
    lines = [f"gate {blocker.gate}: {blocker.verdict.value}", *([blocker.reason] if blocker.reason else [])]
    for finding in blocker.findings:
        place = f" ({finding.path}:{finding.line})" if finding.path and finding.line else ""
        lines.append(f"{finding.code}: {finding.message}{place}")
        lines += [f"  clauses: {', '.join(finding.clauses)}"] if finding.clauses else []
        lines += [f"  expected: {finding.expected}", f"  observed: {finding.observed}"] if finding.expected else []
        lines += [f"  {line}" for line in finding.evidence]
    return "\n".join(lines) + "\n"


def _prepare(target: Target, lockfile: str, report: Report) -> Path | None:
    try:
        report("environment: installing what the lockfile pins")
        return target.prepare(lockfile, cache_folder())
    except Failure as failure:
        report(f"environment: {failure.message}")
        return None


def cache_folder() -> Path:
    """Return the folder of prepared environments, shared by all packs of a user."""
    base = os.environ.get("SPECPACK_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "specpack" if base else Path.home() / ".cache" / "specpack"


def _deliver(
    options: BuildOptions, home: Home, engine: Engine, codebase: Codebase, verified: Verified, lock: Lock
) -> Built:
    understanding = codebase.record.understanding
    pack = understanding.pack
    kept = Lock(pins=tuple(p for p in engine.used.values() if not p.label.startswith("ruling/")), tool=lock.tool)
    text = render_lock(kept)
    if (options.locked or options.frozen) and text != (render_lock(lock) if lock.pins else ""):
        raise Rejected(
            "the lock would change, and `--locked` forbids it",
            kept="all answers are in the store, the lock is as it was",
            help="build without `--locked`, look at the difference and commit it",
        )
    archive = archive_path(options, pack.name)
    note = ""
    if verified.blocker is not None:
        note = _accept_unverified(options, home, codebase, verified.blocker, archive)
    delivered = deliver_codebase(
        archive,
        codebase.tree,
        codebase.record,
        verified.results,
        lock=text,
        answers=[p.answer for p in kept.pins],
        options={},
    )
    if not (options.locked or options.frozen):
        _write_state(home, kept)
    if not note:
        inputs = describe_inputs(pack.digest, text, options)
        write_stamp(home, inputs, delivered.archive, delivered.digest)
    return Built(delivered=delivered, verified=verified, engine=engine, note=note)


def _accept_unverified(
    options: BuildOptions, home: Home, codebase: Codebase, blocker: GateResult, archive: Path
) -> str:
    """Return the note for a replay that gives the recorded bytes where they cannot be verified; else raise."""
    recorded = beside(home.recording / archive.name, "intoto.json")
    known = read_subject_digest(recorded.read_text(encoding="utf-8")) if recorded.is_file() else None
    if options.frozen and known == digest_bytes(render_archive(codebase.tree)):
        why = f"gate `{blocker.gate}` could not run ({blocker.reason})"
        return f"{why}: same bytes as the verified build, not verified here"
    raise Unavailable(
        f"gate `{blocker.gate}` could not run: {blocker.reason}",
        kept="all answers are in the store; no zip was written, because a gate that could not run is no pass",
        help="`pip install 'specpack[python]'` brings the sandbox and the tools",
    )


def _write_state(home: Home, lock: Lock) -> None:
    """Write the lock, and end a fresh build."""
    write_lock(home.lock, lock)
    (home.state / "fresh.json").unlink(missing_ok=True)


def write_identities(home: Home, understanding: Understanding) -> None:
    """Write the identity file of the pack where it changed."""
    text = render_identities(understanding.identities)
    if not home.identities.is_file() or home.identities.read_text(encoding="utf-8") != text:
        home.root.mkdir(parents=True, exist_ok=True)
        home.identities.write_text(text, encoding="utf-8", newline="\n")


def _write_summary(home: Home, material: Material, values: Mapping[Label, Any], report: Report) -> None:
    """Write the assimilation summary where it changed, and report what fits a terminal."""
    text = render_summary(material, values)
    place = home.state / "summary.md"
    if place.is_file() and place.read_text(encoding="utf-8") == text:
        return
    home.state.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\n")
    report(shorten_summary(text, str(place)))
