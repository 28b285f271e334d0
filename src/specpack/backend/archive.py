"""The codebase as a zip with the same bytes on any machine, and the way back.

Path: verify -> **archive** -> delivered file. Members are stored, not deflated: compressors of different builds give
different bytes.
"""

import contextlib
import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Final

from specpack.model.failure import Rejected, Unavailable
from specpack.model.pack import Digest
from specpack.model.tree import Tree

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can spell."""
_UNIX: Final = 3
_MOST_BYTES: Final = 1 << 30
"""Most that an archive may unpack to when it is read back."""
_LONGEST_SEGMENT: Final = 255
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_WINDOWS_CHARACTERS: Final = frozenset('<>:"|?*')
_WINDOWS_NAMES: Final = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])")


def check_members(paths: Iterable[str]) -> tuple[str, ...]:
    """Return one line a problem, () where every system unpacks these paths to different files below one folder.

    Args:
        paths: POSIX paths of files, relative to the root of the codebase.
    """
    problems: list[str] = []
    sound: list[str] = []
    for path in sorted(paths):
        faults = _list_faults(path)
        problems += (f"`{_show(path)}` {fault}" for fault in faults)
        sound += () if faults else (path,)
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in sound:
        if (former := files.get(_fold(path))) is not None:
            why = "is there twice" if former == path else f"and `{_show(former)}` differ only in letter case or form"
            problems.append(f"`{_show(path)}` {why}")
        files[_fold(path)] = path
        for folder in list(accumulate(path.split("/"), "{}/{}".format))[:-1]:
            former = folders.setdefault(_fold(folder), folder)
            if former != folder:
                problems.append(f"folders `{_show(former)}` and `{_show(folder)}` differ only in letter case")
    problems += (f"`{_show(path)}` is both a file and a folder" for fold, path in files.items() if fold in folders)
    return tuple(dict.fromkeys(problems))


def render_archive(tree: Tree) -> bytes:
    """Return the zip of `tree`; the same tree gives the same bytes whatever the clock, locale, umask or zlib.

    Raises:
        Rejected: A path or a text that not every system can unpack alike.
    """
    problems = [*check_members(tree)]
    contents: dict[str, bytes] = {}
    for path in sorted(tree):
        text = tree[path].text
        if "\r\n" in text:
            problems.append(f"`{_show(path)}` has CRLF line ends")
        try:
            contents[path] = text.encode("utf-8")
        except UnicodeEncodeError:
            problems.append(f"`{_show(path)}` holds a lone surrogate, which UTF-8 cannot spell")
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise Rejected(
            f"the codebase cannot be archived: {problems[0]}{more}",
            kept="all answers in the store",
            help="fix the paths by a clause about the layout of the codebase, then build again",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(contents, key=lambda name: name.encode("utf-8")):
            member = zipfile.ZipInfo(path, EPOCH)
            member.create_system = _UNIX
            member.compress_type = zipfile.ZIP_STORED
            member.external_attr = (stat.S_IFREG | (0o755 if tree[path].executable else 0o644)) << 16
            archive.writestr(member, contents[path])
    return buffer.getvalue()


def write_archive(path: Path, tree: Tree) -> Digest:
    """Write the zip of `tree`, whole or not at all, and return its SHA-256.

    Raises:
        Rejected: As `render_archive`; nothing is written.
        Unavailable: The file could not be written; an archive that was there is kept.
    """
    content = render_archive(tree)
    temporary = path.parent / f".tmp-{os.getpid()}-{os.urandom(8).hex()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if not isinstance(error, OSError):
            raise
        raise Unavailable(
            f"archive `{path}` could not be written: {error.strerror or type(error).__name__}",
            kept="the archive that was there before, and all answers in the store",
            help="make the folder writable with free space and build again: nothing is asked twice",
        ) from error
    return Digest(sha256(content).hexdigest())


def read_archive(path: Path) -> Mapping[str, bytes]:
    """Return the files of a zip, path -> content, sorted by path; nothing is unpacked to disk.

    Raises:
        Rejected: Not a zip, damaged, encrypted, too large, or with members that `check_members` refuses or links.
        Unavailable: The file could not be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.orig_filename.endswith("/")]
            if problems := check_members(member.orig_filename for member in members):
                raise _reject(path, problems[0])
            if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
                raise _reject(path, "it holds a symbolic link")
            return dict(sorted(_read_members(archive, members, path).items()))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _reject(path, f"it is damaged, encrypted or no zip ({type(error).__name__})") from error
    except OSError as error:
        raise Unavailable(
            f"archive `{path}` could not be read: {error.strerror or type(error).__name__}",
            kept="the file as it is",
            help="check the path and its permissions",
        ) from error


def _read_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> dict[str, bytes]:
    """Read every member, and stop by what is really unpacked, whatever the headers claim."""
    contents: dict[str, bytes] = {}
    left = _MOST_BYTES
    for member in members:
        with archive.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _reject(path, f"it unpacks to more than {_MOST_BYTES >> 20} MiB")
        contents[member.orig_filename] = content
    return contents


def _reject(path: Path, why: str) -> Rejected:
    return Rejected(
        f"archive `{path.name}` cannot be read: {why}",
        kept="the file as it is",
        help="build it again, or fetch it again from where it came",
    )


def _list_faults(path: str) -> list[str]:
    """Return what is wrong with one path, each as the rest of a sentence; at most the first fault of a segment."""
    if not path:
        return ["is empty"]
    faults: list[str] = []
    if path.startswith("/"):
        faults.append("is absolute")
    if re.match(r"[A-Za-z]:", path):
        faults.append("begins with a drive letter")
    if "\\" in path:
        faults.append("has a backslash")
    if any(unicodedata.category(character) in _UNSEEN for character in path):
        faults.append("has a control or unseen character")
    elif unicodedata.normalize("NFC", path) != path:
        faults.append("is not in Unicode form NFC")
    segments = path.removeprefix("/").split("/")
    return [*faults, *(fault for segment in segments if (fault := _find_segment_fault(segment)))]


def _find_segment_fault(segment: str) -> str | None:
    if not segment:
        return "has an empty segment"
    if segment in (".", ".."):
        return f"has a segment `{segment}`"
    if segment[-1] in " .":
        return "has a segment that ends in a dot or space, which Windows drops"
    if _WINDOWS_CHARACTERS & set(segment):
        return "has a character that Windows forbids in names"
    if _WINDOWS_NAMES.fullmatch(segment.partition(".")[0].rstrip(" ")):
        return f"has a segment `{_show(segment)}`, a device name on Windows"
    if len(segment.encode("utf-8", "surrogatepass")) > _LONGEST_SEGMENT:
        return f"has a segment of more than {_LONGEST_SEGMENT} bytes"
    return None


def _fold(path: str) -> str:
    """Return what a file system that ignores letter case and Unicode form takes the path for."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _show(path: str) -> str:
    """Return the path on one line, what cannot be seen escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in path)
