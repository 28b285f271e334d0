"""Plain files on which store and lock stand: written whole or not at all, and filed under digests.

Path: store, lock -> **files** -> disk.
"""

import contextlib
import errno
import os
import re
from pathlib import Path
from typing import Final

from specpack.model.failure import Unavailable
from specpack.model.pack import Digest

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
FORMAT: Final = "1"
"""Version of a store's layout."""
TEMPORARY: Final = ".tmp-"
"""How the names of half-written files begin; no reader looks at them."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def write_whole(path: Path, content: bytes, *, mode: int | None = None, durable: bool = False) -> None:
    """Write a file so that others see the old one or the new one, whole; folders are made on the way.

    Args:
        path: The file; what is there is replaced.
        content: Its bytes.
        mode: Permission bits; where None, what the umask leaves of 0666.
        durable: Whether to wait until the bytes are on the disk.

    Raises:
        OSError: Nothing was changed, and no temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(8).hex()}"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if mode is not None and os.name == "posix":
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and find_content(path) == content:
            return
        raise
    if durable:
        settle(path.parent)


def find_content(path: Path) -> bytes | None:
    """Return the file's bytes, None where there is none; Unavailable where it cannot be read."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unavailable(
            f"`{path}` could not be read: {render_error(error)}",
            kept="the file as it is",
            help="make the file readable, or put a good copy in its place",
        ) from error


def render_error(error: OSError) -> str:
    """Return what the file system refused, in the words of a message."""
    if error.errno in _FULL:
        return "no space is left"
    if error.errno in _DENIED:
        return "it is not permitted"
    return (error.strerror or type(error).__name__).lower()


def settle(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; elsewhere than on POSIX it cannot be asked for."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def resolve_path(place: Path, kind: str, digest: Digest) -> Path:
    """Return where `digest` lies; ValueError for what is no digest, so that no name from outside leads elsewhere."""
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!a} is not a digest of 64 lower-case hexadecimal digits")
    return place / kind / digest[:2] / digest


def list_leaves(folder: Path) -> list[Digest]:
    """Return the digests among the names in `folder`, none where it is absent."""
    try:
        return [Digest(path.name) for path in folder.iterdir() if DIGEST.fullmatch(path.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def list_names(folder: Path) -> list[Digest]:
    """Return the digests filed below `folder` under their first two digits."""
    try:
        shelves = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [name for shelf in shelves for name in list_leaves(shelf) if name[:2] == shelf.name]


def read_format(place: Path) -> str:
    """Return what FORMAT says; empty where a killed writer left it empty or there is none yet."""
    return (find_content(place / "FORMAT") or b"").decode("utf-8", "replace").strip()


def check_format(place: Path) -> None:
    """Raise Unavailable for a store of a format that this version cannot read."""
    found = read_format(place)
    if found not in ("", FORMAT):
        raise Unavailable(
            f"store `{place}` has format {found[:20]!a}, and this version of specpack reads `{FORMAT}`",
            kept="the store as it is",
            help="upgrade specpack, or move the folder away and build again",
        )
