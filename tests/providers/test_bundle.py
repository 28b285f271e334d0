"""Requests out in one zip, answers in from one: what comes back is hostile."""

import io
import stat
import struct
import time
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from tests.providers.mailbox import answer_path, make_answer, put_request, request_path

from specpack.model.failure import Rejected, Unavailable, WrongUse
from specpack.providers import bundle
from specpack.providers.bundle import PROMPT, read_bundle, render_bundle, write_bundle
from specpack.providers.relay import list_waiting


def write_zip(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_member(path: Path, member: zipfile.ZipInfo, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    return path


def waiting(folder: Path):
    return list_waiting(folder, time.time())


def test_a_bundle_holds_every_waiting_request_and_the_prompt(tmp_path: Path):
    folder = tmp_path / "relay"
    first, second, done = (put_request(folder, f"write/{name}") for name in "abc")
    answer_path(folder, done).write_text(make_answer(done), encoding="utf-8")
    write_bundle(tmp_path / "out" / "b.zip", waiting(folder))
    with zipfile.ZipFile(tmp_path / "out" / "b.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    paths = [request_path(folder, request) for request in (first, second)]
    assert held == {"README.md": PROMPT.encode()} | {path.name: path.read_bytes() for path in paths}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.zip"]


def test_the_same_requests_give_the_same_bytes_whatever_their_age(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    for age, folder in ((0, one), (500, two)):
        put_request(folder, "write/a", age=age)
        put_request(folder, "test/b", age=250)
    assert [w.name for w in waiting(one)] != [w.name for w in waiting(two)]
    assert render_bundle(waiting(one)) == render_bundle(waiting(two))


def test_another_file_is_not_overwritten_unless_told(tmp_path: Path):
    put_request(tmp_path / "relay", "write/a")
    path = tmp_path / "pack.zip"
    path.write_bytes(b"my pack")
    with pytest.raises(WrongUse) as failure:
        write_bundle(path, waiting(tmp_path / "relay"))
    assert "`--replace`" in failure.value.help
    assert path.read_bytes() == b"my pack"
    write_bundle(path, waiting(tmp_path / "relay"), replace=True)
    content = path.read_bytes()
    write_bundle(path, waiting(tmp_path / "relay"))
    assert path.read_bytes() == content == render_bundle(waiting(tmp_path / "relay"))


def test_a_bundle_that_cannot_be_written_is_told(tmp_path: Path):
    put_request(tmp_path / "relay", "write/a")
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable) as failure:
        write_bundle(tmp_path / "file" / "b.zip", waiting(tmp_path / "relay"))
    assert "could not be written" in failure.value.message


def test_members_come_back_with_their_names_and_bytes(tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", {"out/x.answer.md": b"\xffany bytes", "y.answer.txt": "text"})
    held = read_bundle(path)
    assert [(f.name, f.content) for f in held.files] == [
        ("out/x.answer.md", b"\xffany bytes"),
        ("y.answer.txt", b"text"),
    ]
    assert held.refused == ()


def test_what_went_out_and_what_desktops_add_is_passed_over(tmp_path: Path):
    names = ["README.md", "x.request.md", "out/", "__MACOSX/._x.answer.md", "out/.DS_Store"]
    held = read_bundle(write_zip(tmp_path / "a.zip", dict.fromkeys(names, b"")))
    assert (held.files, held.refused) == ((), ())


def test_a_single_file_is_one_answer_under_its_own_name(tmp_path: Path):
    path = tmp_path / "reply.md"
    path.write_bytes(b"hello")
    held = read_bundle(path)
    assert [(f.name, f.content) for f in held.files] == [("reply.md", b"hello")]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x.answer.md", "outside"),
        ("a/../../x.answer.md", "outside"),
        ("..\\x.answer.md", "outside"),
        ("/etc/x.answer.md", "absolute"),
        ("\\x.answer.md", "absolute"),
        ("C:x.answer.md", "absolute"),
        ("x\x1b[31m.answer.md", "control"),
        ("x\u202e.answer.md", "control"),
        ("x" * 2000, "more than 1,024"),
    ],
)
def test_a_hostile_name_is_refused_and_the_others_come_in(tmp_path: Path, name: str, why: str):
    held = read_bundle(write_zip(tmp_path / "a.zip", {name: b"bad", "good.answer.md": b"good"}))
    assert [(r.source, why in r.why) for r in held.refused] == [(name, True)]
    assert [f.name for f in held.files] == ["good.answer.md"]


@pytest.mark.parametrize(
    ("kind", "why"), [(stat.S_IFLNK, "symbolic link"), (stat.S_IFCHR, "no regular"), (stat.S_IFIFO, "no regular")]
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: int, why: str):
    member = zipfile.ZipInfo("x.answer.md")
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    held = read_bundle(write_member(tmp_path / "a.zip", member, b"/etc/passwd"))
    assert held.files == ()
    assert [(r.source, why in r.why) for r in held.refused] == [("x.answer.md", True)]


def test_a_name_that_stands_twice_is_refused_both_times(tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("x.answer.md", b"one")
            archive.writestr("X.answer.md", b"two")
            archive.writestr("x.answer.md", b"three")
    held = read_bundle(tmp_path / "a.zip")
    assert held.files == ()
    assert ["twice" in r.why for r in held.refused] == [True] * 3


def test_an_encrypted_member_is_refused(tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", {"x.answer.md": b"secret"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at] |= 1
    path.write_bytes(data)
    assert [(r.source, "encrypted" in r.why) for r in read_bundle(path).refused] == [("x.answer.md", True)]


def test_an_unusual_method_is_refused(tmp_path: Path):
    member = zipfile.ZipInfo("x.answer.md")
    member.compress_type = zipfile.ZIP_LZMA
    held = read_bundle(write_member(tmp_path / "a.zip", member, b"x"))
    assert ["method 14" in r.why for r in held.refused] == [True]


def test_a_bomb_that_tells_its_size_is_refused(tmp_path: Path):
    bomb = {"x.answer.md": b"\0" * (bundle.MOST_ANSWER_BYTES + 1), "good.answer.md": b"good"}
    held = read_bundle(write_zip(tmp_path / "a.zip", bomb))
    assert [(r.source, "16 MiB" in r.why) for r in held.refused] == [("x.answer.md", True)]
    assert [f.name for f in held.files] == ["good.answer.md"]


def test_a_bomb_that_lies_about_its_size_is_measured(tmp_path: Path):
    """The header says ten bytes; what is unpacked beyond them is never kept."""
    path = write_zip(tmp_path / "a.zip", {"x.answer.md": b"\0" * (bundle.MOST_ANSWER_BYTES + 1)})
    data = path.read_bytes().replace(struct.pack("<L", bundle.MOST_ANSWER_BYTES + 1), struct.pack("<L", 10))
    path.write_bytes(data)
    held = read_bundle(path)
    assert held.files == ()
    assert [r.source for r in held.refused] == ["x.answer.md"]


def test_members_that_unpack_to_too_much_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bundle, "MOST_TOTAL_BYTES", 3 << 20)
    held = read_bundle(write_zip(tmp_path / "a.zip", {f"{n}.answer.md": b"\0" * (2 << 20) for n in "ab"}))
    assert [f.name for f in held.files] == ["a.answer.md"]
    assert [(r.source, "3 MiB" in r.why) for r in held.refused] == [("b.answer.md", True)]


def test_too_many_members_refuse_the_zip(tmp_path: Path):
    members = dict.fromkeys((f"{n}.answer.md" for n in range(bundle.MOST_MEMBERS + 1)), b"")
    with pytest.raises(Rejected) as failure:
        read_bundle(write_zip(tmp_path / "a.zip", members))
    assert "2,001 members" in failure.value.message


def test_a_directory_of_unlikely_size_refuses_the_zip(tmp_path: Path):
    members = dict.fromkeys((f"{n:0>1000}.answer.md" for n in range(1200)), b"")
    with pytest.raises(Rejected) as failure:
        read_bundle(write_zip(tmp_path / "a.zip", members))
    assert "at once" in failure.value.message


def test_a_file_of_unlikely_size_is_refused(tmp_path: Path):
    for size, start in ((bundle.MOST_FILE_BYTES, b"PK"), (bundle.MOST_ANSWER_BYTES, b"an")):
        with (tmp_path / "x").open("wb") as file:
            file.write(start)
            file.truncate(size + 1)
        with pytest.raises(Rejected):
            read_bundle(tmp_path / "x")


def test_a_damaged_member_is_refused_and_the_others_come_in(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.answer.md", b"first words")
        archive.writestr("good.answer.md", b"good")
    path.write_bytes(path.read_bytes().replace(b"first words", b"other words"))
    held = read_bundle(path)
    assert [(r.source, "damaged" in r.why) for r in held.refused] == [("x.answer.md", True)]
    assert [f.name for f in held.files] == ["good.answer.md"]


def test_damage_at_any_byte_is_a_value_or_a_rejection(tmp_path: Path):
    whole = write_zip(tmp_path / "a.zip", {"x.answer.md": b"words " * 20, "y.answer.md": b"more"}).read_bytes()
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            (tmp_path / "b.zip").write_bytes(damaged)
            try:
                held = read_bundle(tmp_path / "b.zip")
            except Rejected as failure:
                assert "b.zip" in failure.message
            else:
                contents = {f.content for f in held.files}
                assert contents <= {b"words " * 20, b"more", damaged}


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(Unavailable) as failure:
        read_bundle(tmp_path / "absent.zip")
    assert "absent.zip" in failure.value.message


def test_overlapping_members_cost_no_more_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Many entries that point at one packed stream: each is measured, so the sum stays bounded."""
    monkeypatch.setattr(bundle, "MOST_TOTAL_BYTES", 4 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"\0" * (1 << 20)
    packed = packer.compress(plain) + packer.flush()
    name = b"x.answer.md"
    fields = (20, 0, 8, 0, 33, zlib.crc32(plain), len(packed), len(plain), len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<5H3L2H", *fields) + name + packed
    entry = b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, *fields, 0, 0, 0, 0, 0) + name
    directory = entry * 50
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 50, 50, len(directory), len(local), 0)
    (tmp_path / "a.zip").write_bytes(local + directory + end)
    assert len(zipfile.ZipFile(io.BytesIO(local + directory + end)).infolist()) == 50
    held = read_bundle(tmp_path / "a.zip")
    assert sum(len(f.content) for f in held.files) <= 4 << 20
    assert len(held.refused) >= 46
