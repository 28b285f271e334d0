"""Packs read from folders and archives, honest and hostile."""

import gzip
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpack.frontend.sources import Source, read_source

FILES = {"specpack.toml": b"[pack]\n", "behaviour/a.md": b"# A\n", "policy/b.md": b"# B\n", "specpack.ids": b""}


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def encode_zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def encode_tar(files: Mapping[str, bytes], mode: str = "w:", format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def encode_member(change: Callable[[tarfile.TarInfo], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:") as archive:
        member = tarfile.TarInfo("evil.md")
        change(member)
        archive.addfile(member)
    return buffer.getvalue()


def read_bytes(folder: Path, data: bytes, name: str = "pack.zip") -> Source:
    (folder / name).write_bytes(data)
    return read_source(folder / name)


def codes(source: Source) -> list[str]:
    return [diagnostic.code for diagnostic in source.diagnostics]


ENCODINGS = {
    "zip": encode_zip,
    "tar": encode_tar,
    "tar.gz": lambda files: encode_tar(files, "w:gz"),
    "tar.bz2": lambda files: encode_tar(files, "w:bz2"),
    "tar.xz": lambda files: encode_tar(files, "w:xz"),
}


@pytest.mark.parametrize("ending", ENCODINGS)
def test_an_archive_reads_like_its_folder(tmp_path: Path, ending: str) -> None:
    files = {**FILES, ".git/x.md": b"no", "logo.png": b"no", "node_modules/p/README.md": b"no"}
    folder = read_source(write_folder(tmp_path / "telemetry", files))
    plain = read_bytes(tmp_path, ENCODINGS[ending](files), f"telemetry.{ending}")
    wrapped = read_bytes(tmp_path, ENCODINGS[ending]({f"telemetry/{k}": v for k, v in files.items()}), f"x.{ending}")
    assert folder.files == FILES
    assert plain == folder
    assert wrapped == folder
    assert folder.name == "telemetry"
    assert folder.diagnostics == ()


def test_dot_prefixes_and_folder_entries_are_harmless(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(write_folder(tmp_path / "p", FILES), arcname=".")
    source = read_bytes(tmp_path, buffer.getvalue(), "p.tgz")
    assert (source.files, codes(source)) == (FILES, [])


UNSAFE = {
    "dotdot": "../evil.md",
    "inner dotdot": "a/../../evil.md",
    "absolute": "/etc/evil.md",
    "drive": "C:evil.md",
    "backslash": "..\\evil.md",
    "share": "\\\\host\\evil.md",
    "decomposed": "re\u0301sume\u0301.md",
    "control": "a\x1b[31m.md",
    "long": "x" * 2000 + ".md",
}


@pytest.mark.parametrize("encode", [encode_zip, encode_tar], ids=["zip", "tar"])
@pytest.mark.parametrize("name", UNSAFE.values(), ids=UNSAFE)
def test_unsafe_names_are_refused_and_named(tmp_path: Path, name: str, encode: Callable[..., bytes]) -> None:
    source = read_bytes(tmp_path, encode({"good.md": b"x", name: b"y"}))
    assert codes(source) == ["SP002"]
    assert "`pack.zip`" in source.diagnostics[0].message
    assert source.diagnostics[0].message.isprintable()
    assert source.files == {"good.md": b"x"}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["pack.zip"]


def test_a_name_cut_by_nul_is_refused(tmp_path: Path) -> None:
    data = encode_zip({"aXb.md": b"x"}).replace(b"aXb.md", b"a\x00b.md")
    assert codes(read_bytes(tmp_path, data)) == ["SP002"]


@pytest.mark.parametrize("encode", [encode_zip, encode_tar], ids=["zip", "tar"])
@pytest.mark.parametrize("pair", [("A.md", "a.md"), ("Docs/a.md", "docs/b.md"), ("a.md", "a.md/b.md")], ids=str)
def test_names_that_clash_on_some_machine_are_refused(
    tmp_path: Path, pair: tuple[str, str], encode: Callable[..., bytes]
) -> None:
    source = read_bytes(tmp_path, encode(dict.fromkeys(pair, b"x")))
    assert codes(source) == ["SP002"]
    assert f"`{pair[1]}`" in source.diagnostics[0].message


def test_duplicates_are_refused(tmp_path: Path) -> None:
    tar = encode_tar({"a.md": b"1"})[:1024] + encode_tar({"a.md": b"2"})
    assert codes(read_bytes(tmp_path, tar)) == ["SP002"]
    data = encode_zip({"a.md": b"1", "b.md": b"2"}).replace(b"b.md", b"a.md")
    source = read_bytes(tmp_path, data)
    assert codes(source) == ["SP002"]
    assert source.files == {"a.md": b"1"}


@pytest.mark.parametrize(
    "type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"], ids=str
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, type: bytes) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.type = type
        member.linkname = "/etc/passwd"

    source = read_bytes(tmp_path, encode_member(change))
    assert codes(source) == ["SP002"]
    assert "`evil.md`" in source.diagnostics[0].message


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(tmp_path: Path, kind: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("evil.md")
        member.external_attr = (kind | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    source = read_bytes(tmp_path, buffer.getvalue())
    assert (codes(source), source.files) == (["SP002"], {})


@pytest.mark.parametrize("ending", ENCODINGS)
def test_bombs_stop_at_the_limits(tmp_path: Path, ending: str) -> None:
    one = read_bytes(tmp_path, ENCODINGS[ending]({"a.md": b"x", "big.md": bytes((16 << 20) + 1)}))
    assert (codes(one), one.files) == (["SP003"], {})
    assert "`big.md`" in one.diagnostics[0].message
    many = read_bytes(tmp_path, ENCODINGS[ending]({f"{n}.md": bytes(15 << 20) for n in range(5)}))
    assert codes(many) == ["SP003"]
    assert "`4.md`" in many.diagnostics[0].message


@pytest.mark.parametrize("encode", [encode_zip, encode_tar], ids=["zip", "tar"])
def test_too_many_members_stop(tmp_path: Path, encode: Callable[..., bytes]) -> None:
    source = read_bytes(tmp_path, encode({f"{n}.txt": b"" for n in range(10_001)}))
    assert codes(source) == ["SP003"]


def test_a_lying_size_in_a_zip_is_measured(tmp_path: Path) -> None:
    content = bytes(17 << 20)
    data = encode_zip({"a.md": content}).replace(struct.pack("<L", len(content)), struct.pack("<L", 10))
    assert codes(read_bytes(tmp_path, data)) in (["SP003"], ["SP004"])


def test_an_endless_gzip_stops(tmp_path: Path) -> None:
    data = gzip.compress(encode_tar({"a.md": b"x"}) + bytes(1 << 20)) + gzip.compress(bytes(100 << 20), 1) * 20
    assert codes(read_bytes(tmp_path, data)) == ["SP003"]


def test_huge_extended_headers_stop(tmp_path: Path) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.pax_headers = {"comment": "1" * (1 << 20)}

    assert codes(read_bytes(tmp_path, encode_member(change))) == ["SP003"]


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    data = bytearray(encode_zip({"a.md": b"secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    source = read_bytes(tmp_path, bytes(data))
    assert codes(source) == ["SP004"]
    assert "`a.md`, which is encrypted" in source.diagnostics[0].message


@pytest.mark.parametrize("ending", ENCODINGS)
def test_truncated_archives_are_unreadable(tmp_path: Path, ending: str) -> None:
    data = ENCODINGS[ending]({"a.md": os.urandom(3000), "b.md": os.urandom(3000)})
    content = 2 * (512 + 3072)
    for size in (0, 1, 5, 100, 600, 512 + 3072, content - 700, content):
        if ending == "tar" or size < len(data) - 8:
            source = read_bytes(tmp_path, data[:size])
            assert (codes(source), source.files) == (["SP004"], {}), size


def test_a_damaged_header_inside_a_tar_is_not_the_end(tmp_path: Path) -> None:
    data = bytearray(encode_tar({"a.md": b"x", "b.md": b"y"}))
    data[1024 + 150] ^= 0xFF
    assert codes(read_bytes(tmp_path, bytes(data))) == ["SP004"]


def test_a_document_is_no_pack_and_its_pack_is_named(tmp_path: Path) -> None:
    (tmp_path / "shelf" / "deep").mkdir(parents=True)
    document, alone = tmp_path / "shelf" / "deep" / "books.md", tmp_path / "books.md"
    for path in (document, alone, tmp_path / "shelf" / "specpack.toml"):
        path.write_text("# Books\n", encoding="utf-8")
    found = [read_source(path).diagnostics for path in (document, alone, tmp_path / "shelf" / "specpack.toml")]
    assert [(d.code, d.message, d.help) for (d,) in found] == [
        ("SP001", f"`{document}` is a document, not a pack", f"the pack that holds it is `{tmp_path / 'shelf'}`"),
        ("SP001", f"`{alone}` is a document, not a pack", "name the folder, zip or tar that holds it"),
        (
            "SP001",
            f"`{tmp_path / 'shelf' / 'specpack.toml'}` is a manifest, not a pack",
            f"the pack that holds it is `{tmp_path / 'shelf'}`",
        ),
    ]


def test_other_things_are_not_packs(tmp_path: Path) -> None:
    assert codes(read_source(tmp_path / "absent")) == ["SP001"]
    assert codes(read_bytes(tmp_path, b"hello " * 500, "notes.txt")) == ["SP004"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(ENCODINGS)),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=12)), min_size=1, max_size=4),
)
def test_damage_never_crashes(ending: str, damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(ENCODINGS[ending]({"a/b.md": b"text " * 40, "c.md": b"more", "\u00e4.md": b"pax"}))
    for place, junk in damage:
        place %= len(data)
        data[place : place + len(junk)] = junk
    with tempfile.TemporaryDirectory() as folder:
        source = read_bytes(Path(folder), bytes(data))
        assert [entry.name for entry in Path(folder).iterdir()] == ["pack.zip"]
    assert all(".." not in path.split("/") and not path.startswith("/") for path in source.files)
    assert all(diagnostic.code in ("SP002", "SP003", "SP004") for diagnostic in source.diagnostics)


def test_links_out_of_a_folder_are_refused(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "pack", {"real/a.md": b"a"})
    write_folder(tmp_path / "outside", {"secret.md": b"s"})
    (root / "leak.md").symlink_to(tmp_path / "outside" / "secret.md")
    (root / "leaks").symlink_to(tmp_path / "outside")
    (root / "broken.md").symlink_to(root / "nothing.md")
    (root / "inside.md").symlink_to(root / "real" / "a.md")
    (root / "real" / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.md")
    source = read_source(root)
    assert codes(source) == ["SP002"] * 4
    assert source.files == {"inside.md": b"a", "real/a.md": b"a"}


def test_a_folder_reached_by_a_link_is_a_pack(tmp_path: Path) -> None:
    write_folder(tmp_path / "pack", FILES)
    (tmp_path / "link").symlink_to(tmp_path / "pack")
    assert read_source(tmp_path / "link").files == FILES


def test_other_files_of_a_folder_are_not_opened(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "pack", {"a.md": b"a"})
    with (root / "huge.bin").open("wb") as file:
        file.truncate(1 << 40)
    (root / "unreadable.txt").write_bytes(b"")
    (root / "unreadable.txt").chmod(0)
    source = read_source(root)
    assert (source.files, codes(source)) == ({"a.md": b"a"}, [])


def test_limits_hold_in_folders(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "pack", {"a.md": b"a"})
    with (root / "huge.md").open("wb") as file:
        file.truncate(1 << 40)
    source = read_source(root)
    assert (codes(source), source.files) == (["SP003"], {})
    assert "folder `pack`" in source.diagnostics[0].message


def test_decomposed_names_in_folders_are_composed(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "pack", {"re\u0301sume\u0301.md": b"a"})
    assert set(read_source(root).files) == {"r\u00e9sum\u00e9.md"}
