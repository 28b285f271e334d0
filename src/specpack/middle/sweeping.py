"""Give back the space of what no build rests on any more; what a root reaches is never touched.

Path: lock -> **sweeping** -> store. Nothing goes by itself: a store grows until somebody asks for this.
"""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

from specpack.middle.files import list_leaves, list_names, resolve_path
from specpack.middle.store import Store, walk_closure
from specpack.model.pack import Digest

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What went, or would go: how many objects and entries, and their bytes."""

    objects: int
    entries: int
    size: int
    kept: int


def sweep_store(store: Store, roots: Iterable[Digest], *, days: float, dry: bool = False) -> Swept:
    """Delete what the roots do not reach and what is older than some days, in the root of the store alone.

    Entries go before the objects that they name, so that a sweep which is killed leaves no entry that leads nowhere.

    Args:
        store: The store; its layers are read and never written.
        roots: Answers that builds rest on.
        days: Age below which an object stays, whoever needs it.
        dry: Only count.

    Raises:
        Missing: A root is not in the store, so what it reaches cannot be known; nothing was deleted.
        Tampered: Something that a root reaches is damaged; nothing was deleted.
    """
    reached = {digest for digest, _ in walk_closure(store, roots)}
    oldest = time.time() - days * DAY
    names = list_names(store.root / "objects")
    going = []
    size = 0
    for name in names:
        found = resolve_path(store.root, "objects", name).stat()
        if name not in reached and found.st_mtime <= oldest:
            going.append(name)
            size += found.st_size
    gone = frozenset(going)
    entries = 0
    for kind in ("answers", "replies"):
        for key in list_names(store.root / kind):
            folder = resolve_path(store.root, kind, key)
            for value in gone.intersection(list_leaves(folder)):
                entries += 1
                if not dry:
                    (folder / value).unlink()
            if not dry:
                with contextlib.suppress(OSError):
                    folder.rmdir()
    if not dry:
        for name in going:
            resolve_path(store.root, "objects", name).unlink()
        store.sweep_temporaries()
    return Swept(objects=len(going), entries=entries, size=size, kept=len(names) - len(going))
