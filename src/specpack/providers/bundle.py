"""Bundles: many requests in one zip out, their answers in one zip in, for a chat that takes attachments.

Path: relay's folder -> **bundle** -> a chat -> **bundle** -> inbox. What comes back is hostile: it is read in memory,
headers are not believed, and names only ever select a request.
"""

import contextlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specpack.model.failure import Rejected, Unavailable, WrongUse
from specpack.providers.inbox import MOST_ANSWER_BYTES, Arrival, Incoming, Outcome, show_name
from specpack.providers.relay import REQUEST, WaitingRequest

PROMPT = """\
For each file `X.request.md` in the zip, answer it from that file alone, and write the whole answer to `X.answer.md`.
Give back one zip that holds the answer files.
"""
"""What a person pastes beside the zip: how files travel, and nothing of how a request is answered."""

README = "README.md"
MOST_FILE_BYTES = 64 << 20
MOST_TOTAL_BYTES = 64 << 20
MOST_MEMBERS = 2_000
_MOST_READ = 1 << 20
"""Most bytes read at once: bounds the central directory, whose entries are made before they can be counted."""
_MOST_NAME = 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_ENCRYPTED = 0x2041
_CORRUPT = (
    *(OSError, EOFError, ValueError, LookupError, ArithmeticError, RuntimeError, MemoryError, TypeError),
    *(struct.error, zlib.error, zipfile.BadZipFile),
)
"""What the standard reader raises on archives made to break it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a file from outside holds: answers to be matched, and members that are refused."""

    files: tuple[Incoming, ...] = ()
    refused: tuple[Arrival, ...] = ()


def render_bundle(requests: Sequence[WaitingRequest]) -> bytes:
    """Return the zip of waiting requests; the same requests give the same bytes.

    Members are stored, not deflated: compressors of different builds give different bytes.
    """
    contents = {README: PROMPT.encode()} | {request.path.name: request.path.read_bytes() for request in requests}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = _UNIX
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, contents[name])
    return buffer.getvalue()


def write_bundle(path: Path, requests: Sequence[WaitingRequest], *, replace: bool = False) -> None:
    """Write the zip of waiting requests, whole or not at all.

    Raises:
        WrongUse: Another file has that name already, and `replace` is not set.
        Unavailable: A request cannot be read, or the zip cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        content = render_bundle(requests)
        if path.exists() and not replace and not (path.is_file() and path.read_bytes() == content):
            raise WrongUse(
                f"`{path}` is there already and holds something else",
                help="name another file, or insist with `--replace`",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise Unavailable(
            f"bundle `{path}` could not be written: {error.strerror or type(error).__name__}",
            kept="the requests, and what was there before",
            help="name a file in a folder that can be written",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def read_bundle(path: Path) -> Bundle:
    """Return what a zip of answers, or a single file with an answer, holds.

    Raises:
        Rejected: It is too large, or a damaged zip.
        Unavailable: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            f"`{path}` could not be read: {error.strerror or type(error).__name__}",
            kept="all answers so far",
            help="name the zip or the answer that the chat gave",
        ) from error
    if len(content) > MOST_FILE_BYTES:
        raise _reject(path, f"it has more than {MOST_FILE_BYTES >> 20} MiB")
    if not content.startswith(b"PK"):
        if len(content) > MOST_ANSWER_BYTES:
            raise _reject(path, f"an answer may have {MOST_ANSWER_BYTES >> 20} MiB")
        return Bundle(files=(Incoming(name=path.name, content=content),))
    try:
        with zipfile.ZipFile(_Bounded(content)) as archive:
            return _read_members(archive, path)
    except _CORRUPT as error:
        raise _reject(path, f"it is a damaged zip ({type(error).__name__}: {show_name(str(error))})") from error


class _Bounded(io.BytesIO):
    """Bytes that refuse one huge read, which is how the zip reader obeys a lying header."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as usual. Raises ValueError."""
        if size is not None and size > _MOST_READ:
            raise ValueError(f"a part of {size:,} bytes is to be read at once, {_MOST_READ:,} are permitted")
        return super().read(size)


def _read_members(archive: zipfile.ZipFile, path: Path) -> Bundle:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _reject(path, f"it has {len(members):,} members, {MOST_MEMBERS:,} are permitted")
    names = [member.orig_filename.casefold() for member in members]
    files: list[Incoming] = []
    refused: list[Arrival] = []
    left = MOST_TOTAL_BYTES
    for member, name in zip(members, names, strict=True):
        if _is_ours(member.orig_filename):
            continue
        fault = "is there twice; each name may stand once" if names.count(name) > 1 else _find_fault(member)
        content = b""
        if not fault:
            content, fault = _read_member(archive, member, left)
            left -= len(content)
        if fault:
            refused.append(Arrival(source=member.orig_filename, outcome=Outcome.REFUSED, why=fault))
        else:
            files.append(Incoming(name=member.orig_filename, content=content))
    return Bundle(files=tuple(files), refused=tuple(refused))


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> tuple[bytes, str]:
    """Return the bytes of a member as far as they were unpacked, and what is wrong with it."""
    chunks: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as file:
            while chunk := file.read(1 << 16):
                chunks.append(chunk)
                size += len(chunk)
                if size > left:
                    return b"".join(chunks), f"makes all members unpack to more than {MOST_TOTAL_BYTES >> 20} MiB"
                if size > MOST_ANSWER_BYTES:
                    return b"".join(chunks), f"unpacks to more than the {MOST_ANSWER_BYTES >> 20} MiB of an answer"
    except _CORRUPT as error:
        return b"".join(chunks), f"is damaged ({type(error).__name__})"
    return b"".join(chunks), ""


def _find_fault(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member by its header, as the rest of a sentence, or an empty text."""
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    if len(name) > _MOST_NAME:
        return f"has a name of more than {_MOST_NAME:,} characters"
    if any(not character.isprintable() for character in name):
        return "has a control or unseen character in its name"
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in re.split(r"[/\\]", name):
        return "leads outside of the zip"
    if kind == stat.S_IFLNK:
        return "is a symbolic link"
    if kind not in (0, stat.S_IFREG):
        return "is no regular file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; ask for a zip without a password"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by method {member.compress_type}; ask for a usual zip"
    if member.file_size > MOST_ANSWER_BYTES:
        return f"unpacks to more than the {MOST_ANSWER_BYTES >> 20} MiB of an answer"
    return ""


def _is_ours(name: str) -> bool:
    """Whether a member is a folder, what went out with the requests, or what a desktop adds by itself."""
    parts = name.split("/")
    return (
        name.endswith("/")
        or parts[-1] == README
        or parts[-1].endswith(REQUEST)
        or parts[-1] in (".DS_Store", "Thumbs.db")
        or "__MACOSX" in parts
    )


def _reject(path: Path, why: str) -> Rejected:
    return Rejected(
        f"`{show_name(path.name)}` cannot be imported: {why}",
        kept="all answers so far",
        help="ask the chat for the answer files again, or import them one by one",
    )
