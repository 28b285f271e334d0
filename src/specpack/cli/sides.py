"""The two versions that `specpack diff` compares, and those before and between them.

Path: command line -> **sides** -> diff. A version is a folder, an archive, or a git revision `REV` or `REV:PATH`.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from specpack import EDITION
from specpack.frontend.flips import Version
from specpack.frontend.packs import IDENTITIES, LOCK, MANIFEST, compose_pack
from specpack.frontend.revisions import (
    Revision,
    find_repository,
    list_versions,
    read_revision,
    resolve_revision,
)
from specpack.frontend.sources import Source, read_source
from specpack.frontend.understand import understand_pack
from specpack.model.diagnostic import Severity
from specpack.model.failure import WrongUse
from specpack.model.understanding import Understanding
from specpack.options import Home
from specpack.reading import read_pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One version of the pack as it was named on the command line."""

    asked: str
    understanding: Understanding
    home: Home
    """Where the state of its builds lies, if it does."""
    revision: Revision | None = None
    lock: bytes | None = None
    """The lock that the commit holds; None for a folder or an archive."""

    @property
    def errors(self) -> int:
        """How many errors the pack has."""
        return sum(d.severity is Severity.ERROR for d in self.understanding.diagnostics)


def read_sides(old: str, new: str) -> tuple[Side, Side]:
    """Return both versions. Raises WrongUse where one is no pack and no revision, or holds nothing to compare."""
    if Path(new).exists() or ":" in new:
        later = _read_side(new, old, None)
        return _read_side(old, new, later.revision), later
    earlier = _read_side(old, new, None)
    return earlier, _read_side(new, old, earlier.revision)


def read_versions(old: Side, new: Side, most: int, documents: Collection[str]) -> tuple[tuple[Version, ...], int]:
    """Return the versions of some documents, oldest first and `new` last, and the index of the first one after `old`.

    Only commits that touch the pack count; extended packs are not read. Without a git revision for `old` there are
    none.
    """
    if old.revision is None or most < 1:
        return (), 0
    tip = new.revision or _find_head(old.revision, new.home.pack)
    earlier, between = list_versions(old.revision, tip, most)
    if not (earlier or between):
        return (), 0
    earlier = earlier or (old.revision,)
    versions: list[Version] = []
    since, last = 0, Source(name="")
    for number, revision in enumerate((*earlier, *between)):
        source = _select(read_revision(revision), documents)
        if source.files != last.files:
            versions.append(Version(name=revision.name, understanding=_understand(source, revision)))
            last = source
        if number < len(earlier):
            since = len(versions)
    return (*versions, Version(name=new.asked, understanding=new.understanding)), since


def _read_side(asked: str, other: str, known: Revision | None) -> Side:
    """Return one version.

    A revision is looked for in the repository of the other side, else in that of the current folder; without a path it
    means the pack that the other side is, else the one in the current folder. `known` is the other side, if a revision.
    """
    place, near = Path(asked), Path(other)
    if place.exists():
        side = Side(asked=asked, understanding=read_pack(place), home=Home(place))
    elif known is not None:
        side = _read_revision(resolve_revision(asked, known.repository, known.path))
    else:
        beside = near.is_dir() and find_repository(near) is not None
        side = _read_revision(resolve_revision(asked, near if beside else Path.cwd()))
    if not any(d.pack == side.understanding.pack.name for d in side.understanding.pack.documents):
        reasons = [d.message for d in side.understanding.diagnostics if d.severity is Severity.ERROR]
        raise WrongUse(
            f"there is nothing to compare in `{asked}`: {reasons[0] if reasons else 'it holds no document'}",
            help="name a folder, a zip, a tar, or a git revision such as `HEAD~1` or `HEAD~1:PATH`",
        )
    return side


def _read_revision(revision: Revision) -> Side:
    sources: dict[str, Source] = {}
    top = Path(os.path.realpath(revision.repository))

    def read(path: Path) -> Source:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(top):
            return read_source(path)
        inside = real.relative_to(top).as_posix()
        inside = "" if inside == "." else inside
        if inside not in sources:
            sources[inside] = read_revision(replace(revision, path=inside))
        return sources[inside]

    understanding = read_pack(top / revision.path, read=read)
    held: Mapping[str, bytes] = sources[revision.path].files if revision.path in sources else {}
    return Side(
        asked=revision.asked,
        understanding=understanding,
        home=Home(revision.root),
        revision=revision,
        lock=held.get(LOCK, b""),
    )


def _find_head(old: Revision, pack: Path) -> Revision:
    """Return where the history of a work tree ends; `old` itself for a pack that is not in its repository."""
    if pack.is_dir() and find_repository(pack) == old.repository:
        return resolve_revision("HEAD", pack)
    return old


def _select(source: Source, documents: Collection[str]) -> Source:
    kept = (MANIFEST, IDENTITIES, *documents)
    return replace(source, files={path: data for path, data in source.files.items() if path in kept})


def _understand(source: Source, revision: Revision) -> Understanding:
    """Return an earlier version, without the packs that it extends."""
    pack, diagnostics = compose_pack(
        source,
        edition=EDITION,
        find_std=lambda: Source(name="std"),
        read=lambda path: Source(name=path.name),
        root=revision.root,
    )
    return understand_pack(pack, diagnostics)
