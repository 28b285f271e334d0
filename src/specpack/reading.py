"""Read and understand a pack with all that it extends.

Path: options -> **reading** -> check, driver. Joins the front end with the standard pack; no model, store or target.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from specpack import EDITION, std
from specpack.frontend.checks import CHECKS, Check
from specpack.frontend.memory import Memory
from specpack.frontend.packs import compose_pack
from specpack.frontend.sources import Source, read_source
from specpack.frontend.understand import understand_pack
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Pack
from specpack.model.understanding import Understanding


def compose(
    path: Path, targets: Collection[str] | None = None, read: Callable[[Path], Source] = read_source
) -> tuple[Pack, tuple[Diagnostic, ...]]:
    """Return the composed pack, documents not yet parsed, with what was wrong on the way."""
    pack, diagnostics = compose_pack(
        read(path),
        edition=EDITION,
        find_std=partial(read_source, std.PACK),
        read=read,
        root=path,
        targets=targets,
    )
    return pack, tuple(diagnostics)


def read_pack(
    path: Path,
    targets: Collection[str] | None = None,
    read: Callable[[Path], Source] = read_source,
    memory: Memory | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Understanding:
    """Return the pack as clauses; a bad pack comes back with its diagnostics.

    Args:
        path: Folder, zip or tar.
        targets: Names of the targets that are installed; None where any name will do.
        read: Gives the files of the pack, and of packs that it extends, from elsewhere than the disk.
        memory: For a pack that is read again and again: what is known of documents that have not changed.
        checks: Which checks to run, none where only clauses are asked for.
    """
    return understand_pack(*compose(path, targets, read), memory, checks)
