"""Moves a tree into a folder and reads files back out of one that untrusted code has written.

Path: tree -> **harvest** -> sandbox -> **harvest** -> result.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from specpack.model.failure import WrongUse

FILE_CAP = 16 << 20
"""Bytes of one harvested file; a larger one is left out."""

TOTAL_CAP = 64 << 20
"""Bytes of all harvested files together."""

FILES_CAP = 2000
"""Number of harvested files."""

STREAM_CAP = 1 << 20
"""Bytes kept of standard output and of standard error."""


def write_tree(folder: Path, tree: Mapping[str, bytes]) -> None:
    """Write `path -> content` below `folder`. Raises `WrongUse` for a path that leaves it."""
    for path, content in tree.items():
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise WrongUse(f"path `{path}` does not stay below the sandbox's folder")
        place = folder / pure
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def read_harvest(folder: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    """Return the regular files at or below the wanted paths, no link followed at any step.

    What is missing, too large, a link, a socket or a pipe is left out.
    """
    files: dict[str, bytes] = {}
    total = 0
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for path in wanted:
            for name, content in _read_below(root, PurePosixPath(path)):
                if len(files) >= FILES_CAP or total + len(content) > TOTAL_CAP:
                    return files
                files[name] = content
                total += len(content)
    finally:
        os.close(root)
    return files


def read_stream(path: Path) -> str:
    """Return a captured stream as text, its middle cut out where it is longer than the cap."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        if size <= STREAM_CAP:
            return stream.read(STREAM_CAP).decode("utf-8", "replace")
        head = stream.read(STREAM_CAP // 2)
        stream.seek(size - STREAM_CAP // 2)
        tail = stream.read(STREAM_CAP // 2)
    return head.decode("utf-8", "replace") + "\n[cut]\n" + tail.decode("utf-8", "replace")


def measure_folder(folder: Path) -> int:
    """Return the bytes that a folder takes on disk, links not followed."""
    total = 0
    pending = [str(folder)]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
    return total


def _read_below(root: int, path: PurePosixPath) -> Iterator[tuple[str, bytes]]:
    if path.is_absolute() or ".." in path.parts:
        return
    parent = os.dup(root)
    try:
        for part in path.parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
            os.close(parent)
            parent = inner
        if path.parts:
            yield from _read_entry(parent, path.parts[-1], path)
    except OSError:
        return
    finally:
        os.close(parent)


def _read_entry(parent: int, name: str, path: PurePosixPath) -> Iterator[tuple[str, bytes]]:
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent)
    except OSError:
        return
    try:
        found = os.fstat(opened)
        if stat.S_ISREG(found.st_mode) and found.st_size <= FILE_CAP:
            with os.fdopen(os.dup(opened), "rb") as stream:
                content = stream.read(FILE_CAP + 1)
            if len(content) <= FILE_CAP:
                yield str(path), content
        elif stat.S_ISDIR(found.st_mode):
            for inner in sorted(os.listdir(opened)):  # noqa: PTH208
                yield from _read_entry(opened, inner, path / inner)
    finally:
        os.close(opened)
