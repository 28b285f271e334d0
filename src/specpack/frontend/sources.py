"""The files of a pack as bytes, from a folder or an archive that nobody vouches for.

Path: intake, archives -> **sources** -> manifest -> packs -> understand. Nothing is ever written to disk, no header of
an archive is believed, and what is wrong with the input comes back as diagnostics.
"""

import os
import re
import unicodedata
from pathlib import Path

from specpack.frontend.archives import CORRUPT, read_archive
from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.intake import FullError, Intake, Source, is_foreign, is_wanted, show_name
from specpack.model.diagnostic import Diagnostic

__all__ = ["Source", "read_source"]

_MOST_ENTRIES = 200_000
"""Entries of a folder that are looked at, documents or not."""
_MANIFEST = "specpack.toml"
_TEXTS = frozenset({".md", ".markdown", ".toml", ".ids", ".lock", ".accepted", ".json", ".yaml", ".yml"})
"""Endings of what may stand in a pack and is none."""
_ARCHIVE_ENDING = re.compile(r"\.(zip|tar|tgz|tbz2|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)


def read_source(path: Path) -> Source:
    """Return the files of the pack at `path`: a folder, a zip, or a tar, plain or packed with gzip, bzip2 or xz.

    Only `.md`, `.toml`, `.ids`, `.lock`, `.accepted`, `.json`, `.yaml` and `.yml` files are read; hidden files and
    folders are not.
    Where the source cannot be read to its end, `files` is empty.

    Reports: SP001 (nothing there, or a single document), SP002 (unsafe member), SP003 (too large), SP004 (unreadable).
    """
    name = Path(os.path.realpath(path)).name or "pack"
    if path.is_dir():
        return _read_guarded(path, name, f"folder `{show_name(name)}`", archive=False)
    if path.suffix.lower() in _TEXTS and path.is_file():
        return Source(name=name, diagnostics=(_refuse_file(path),))
    if path.exists():
        return _read_guarded(path, name, f"archive `{show_name(name)}`", archive=True)
    problem = build_diagnostic("SP001", None, case="pack", fields={"path": show_name(path.as_posix())})
    return Source(name=name, diagnostics=(problem,))


def _refuse_file(path: Path) -> Diagnostic:
    """Return SP001 for a document that is given for a pack, with the folder above it that has a manifest."""
    real = Path(os.path.realpath(path))
    holder = next((folder for folder in real.parents if (folder / _MANIFEST).is_file()), None)
    near = ""
    if holder:
        near = Path(holder if path.is_absolute() else os.path.relpath(holder)).as_posix()
    what = "a manifest" if path.name == _MANIFEST else "a document"
    fields = {"path": show_name(path.as_posix()), "what": what, "near": show_name(near)}
    return build_diagnostic("SP001", None, case="document", fields=fields)


def _read_guarded(path: Path, name: str, holder: str, *, archive: bool) -> Source:
    """Read a folder or an archive, turning every way to break off into one diagnostic."""
    intake = Intake(holder)
    try:
        if archive:
            with path.open("rb") as file:
                read_archive(file, intake)
        else:
            _read_folder(path, intake)
    except FullError as full:
        intake.report("SP003", full.case, **full.fields)
    except CORRUPT as error:
        where = f" at `{show_name(intake.current)}`" if intake.current else ""
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
        intake.report("SP004", where=where, reason=show_name(reason.lower()))
    else:
        return intake.finish(_ARCHIVE_ENDING.sub("", name) if archive else name, strip=archive)
    return Source(name=name, diagnostics=tuple(intake.problems))


def _read_folder(root: Path, intake: Intake) -> None:
    """Take the documents below a folder; what is not a document is not opened."""
    real_root = Path(os.path.realpath(root))
    waiting: list[tuple[Path, str, tuple[Path, ...]]] = [(root, "", (real_root,))]
    looked_at = 0
    while waiting:
        folder, prefix, ancestors = waiting.pop()
        intake.current = prefix
        entries: list[os.DirEntry[str]] = []
        with os.scandir(folder) as listing:
            for entry in listing:
                looked_at += 1
                if looked_at > _MOST_ENTRIES:
                    raise FullError("entries", most=f"{_MOST_ENTRIES:,}")
                if is_wanted(entry.name) or (entry.is_dir() and not is_foreign(entry.name)):
                    entries.append(entry)
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = prefix + unicodedata.normalize("NFC", entry.name)
            real = Path(os.path.realpath(entry.path)) if entry.is_symlink() else None
            if real and not real.is_relative_to(real_root):
                intake.refuse(name, "leaving")
            elif entry.is_dir():
                inner = real or ancestors[-1] / entry.name
                if inner not in ancestors and intake.admit(name, folder=True):
                    waiting.append((Path(entry.path), f"{name}/", (*ancestors, inner)))
            elif not entry.is_file():
                intake.refuse(name, "irregular")
            elif path := intake.admit(name, folder=False):
                intake.count()
                with Path(entry.path).open("rb") as file:
                    intake.take(path, file)
