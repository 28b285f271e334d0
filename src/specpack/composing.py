"""Compose a pack with all that it extends: files, roles and digests, no clause read.

Path: options -> **composing** -> reading, stamp. Joins the front end with the standard pack. It stands apart from
reading because a build with nothing to do needs no more than this.
"""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from specpack import EDITION, std
from specpack.frontend.packs import compose_pack
from specpack.frontend.sources import Source, read_source
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Pack


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
