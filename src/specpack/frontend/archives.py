"""Archives read in memory: zip, and tar plain or packed.

Path: intake -> **archives** -> sources -> manifest. Headers are never believed: sizes are measured while reading.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from typing import IO, Self

from specpack.frontend.intake import MOST_BYTES, FullError, Intake, Readable, is_wanted, show_name

_MOST_OVERHEAD = 32 << 20
"""Room for the headers and the padding of a tar beside its files."""
_MOST_DIRECTORY = 4 << 20
"""Bytes of a zip's central directory: its entries are made before they can be counted."""
_MOST_HEADER = 8 << 10
"""Bytes of one extended header of a tar; the standard reader's patterns take quadratic time on it."""
_MOST_HEADERS = 4 << 20
_CHUNK = 1 << 20
_EXTENDED = (tarfile.XHDTYPE, tarfile.XGLTYPE, b"X", tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
CORRUPT = (
    *(OSError, EOFError, ValueError, LookupError, ArithmeticError, RuntimeError, MemoryError, TypeError),
    *(struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
)
"""What the readers of the standard library raise on archives made to break them."""


def read_archive(file: IO[bytes], intake: Intake) -> None:
    """Take the documents of an archive, told apart by its first bytes."""
    start = file.read(6)
    file.seek(0)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _read_zip(file, intake)
    elif start.startswith(b"\x1f\x8b"):
        with gzip.open(file) as unpacked:
            _read_tar(unpacked, intake)
    elif start.startswith(b"BZh"):
        with bz2.open(file) as unpacked:
            _read_tar(unpacked, intake)
    elif start == b"\xfd7zXZ\x00":
        with lzma.open(file) as unpacked:
            _read_tar(unpacked, intake)
    else:
        _read_tar(file, intake)


class _Bounded(io.BufferedReader):
    """A file that refuses one huge read, which is how the zip reader obeys a lying header."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as usual. Raises FullError."""
        if size is not None and size > _MOST_DIRECTORY:
            raise FullError("directory", most=str(_MOST_DIRECTORY >> 20))
        return super().read(size)


def _read_zip(file: IO[bytes], intake: Intake) -> None:
    bounded = _Bounded(io.FileIO(file.fileno(), closefd=False))
    with zipfile.ZipFile(bounded) as archive:
        for member in archive.infolist():
            intake.count()
            name = member.orig_filename
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                intake.refuse(name, "link" if kind == stat.S_IFLNK else "device")
                continue
            path = intake.admit(name, folder=name.endswith("/"))
            if path is None or name.endswith("/") or not is_wanted(path):
                continue
            if member.flag_bits & 0x2041:
                intake.report("SP004", "encrypted", member=show_name(name))
            elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                intake.report("SP004", "method", member=show_name(name), method=str(member.compress_type))
            else:
                with archive.open(member) as content:
                    intake.take(path, content)


def _read_tar(file: Readable, intake: Intake) -> None:
    """Take the members of a tar.

    The tar is unpacked into memory up to a limit first: the standard reader stops in silence at a damaged header, so
    the end has to be looked at afterwards. It reads as from a pipe, which cannot be sent backwards by a header.
    """
    data, limit = bytearray(), MOST_BYTES + _MOST_OVERHEAD
    while len(data) <= limit and (chunk := file.read(_CHUNK)):
        data += chunk
    try:
        pipe = io.BytesIO(data)
        with tarfile.open(fileobj=pipe, mode="r|", encoding="utf-8", tarinfo=_bound_headers()) as archive:
            for member in archive:
                intake.count()
                _take_member(archive, member, intake)
            end = archive.offset
    except tarfile.TarError:
        if len(data) > limit:
            end = len(data)
        else:
            raise
    if len(data) > limit:
        raise FullError("total", member=show_name(intake.current), most=str(MOST_BYTES >> 20))
    if len(data) < end + tarfile.BLOCKSIZE or any(data[end : end + tarfile.BLOCKSIZE]):
        raise EOFError(f"it breaks off or is damaged at byte {end:,}")


def _bound_headers() -> type[tarfile.TarInfo]:
    """Return the type of members of one archive, which raises FullError at extended headers of unlikely size."""
    total = 0

    class Member(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            nonlocal total
            member = super().frombuf(buf, encoding, errors)
            if member.type in _EXTENDED:
                total += member.size
                if member.size > _MOST_HEADER or total > _MOST_HEADERS:
                    raise FullError("header", size=f"{member.size:,}")
            return member

    return Member


def _take_member(archive: tarfile.TarFile, member: tarfile.TarInfo, intake: Intake) -> None:
    if member.issym() or member.islnk():
        intake.refuse(member.name, "link")
    elif not member.isdir() and (not member.isreg() or member.issparse()):
        intake.refuse(member.name, "device")
    elif (path := intake.admit(member.name, folder=member.isdir())) and member.isreg() and is_wanted(path):
        content = archive.extractfile(member)
        if content is not None:
            intake.take(path, content)
