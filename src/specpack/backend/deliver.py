"""Deliver: the zip, and beside it attestation, ledger and report. The zip's name is only used for accepted output.

Path: verify -> **deliver**. A build that ends at a blocker leaves its best attempt in `NAME.rejected/`.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from specpack.backend.archive import check_members, write_archive
from specpack.backend.attestation import render_attestation
from specpack.backend.ledger import account, render_counts, render_ledger
from specpack.model.failure import Rejected
from specpack.model.finding import GateResult
from specpack.model.pack import Digest
from specpack.model.record import BuildRecord, LedgerRow, Standing
from specpack.model.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a build left behind."""

    archive: Path
    digest: Digest
    rows: tuple[LedgerRow, ...]


def deliver_codebase(
    archive: Path,
    tree: Tree,
    record: BuildRecord,
    results: Sequence[GateResult],
    *,
    lock: str,
    answers: Sequence[Digest],
    options: Mapping[str, str],
) -> Delivered:
    """Write the zip, `ZIP.intoto.json` and `ZIP.ledger.jsonl`; return where and what.

    Raises:
        Rejected: A MUST-level clause of the project is missing from the ledger.
    """
    rows = account(record, results)
    missing = [row.clause for row in rows if row.own and row.standing is Standing.MISSING]
    if missing:
        raise Rejected(
            f"{len(missing)} clauses of the project are in no unit and no test: {', '.join(missing[:5])}",
            kept="all answers are in the store",
            help="`specpack show ID` prints a clause",
        )
    write_archive(archive, tree)
    digest = Digest(hashlib.sha256(archive.read_bytes()).hexdigest())
    pack = record.understanding.pack
    attestation = render_attestation(
        subject=archive.name,
        digest=digest,
        pack=pack.digest,
        lock=Digest(hashlib.sha256(lock.encode()).hexdigest()),
        edition=pack.edition,
        target=pack.target,
        options=options,
        answers=answers,
    )
    beside(archive, "intoto.json").write_text(attestation, encoding="utf-8", newline="\n")
    beside(archive, "ledger.jsonl").write_text(render_ledger(rows), encoding="utf-8", newline="\n")
    rejected = archive.with_suffix(".rejected")
    if rejected.is_dir():
        shutil.rmtree(rejected)
    return Delivered(archive=archive, digest=digest, rows=rows)


def beside(archive: Path, ending: str) -> Path:
    """Return the path of a file that belongs to an archive: `app.zip` -> `app.zip.ENDING`."""
    return archive.with_name(f"{archive.name}.{ending}")


def write_rejected(archive: Path, tree: Tree, blocker: str) -> Path:
    """Write the best attempt of a rejected build to `NAME.rejected/`, with the blocker in `BLOCKER.txt`."""
    folder = archive.with_suffix(".rejected")
    if folder.is_dir():
        shutil.rmtree(folder)
    problems = check_members(list(tree))
    for path, file in tree.items() if not problems else ():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8", newline="\n")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "BLOCKER.txt").write_text(blocker, encoding="utf-8", newline="\n")
    return folder


__all__ = ["Delivered", "beside", "deliver_codebase", "render_counts", "write_rejected"]
