"""Read and understand a pack with all that it extends.

Path: composing -> **reading** -> check, driver. No model, store or target.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from specpack.composing import compose
from specpack.frontend.checks import CHECKS, Check
from specpack.frontend.memory import Memory
from specpack.frontend.sources import Source, read_source
from specpack.frontend.understand import understand_pack
from specpack.model.understanding import Understanding


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
