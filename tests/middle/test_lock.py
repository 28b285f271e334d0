import dataclasses
import itertools
import json
import os

import pytest

from specpack import EDITION
from specpack.middle.canonical import digest_bytes
from specpack.middle.lock import Lock, Pin, parse_lock, read_lock, render_lock, write_lock
from specpack.model.failure import Rejected, Unavailable


def pin(label: str) -> Pin:
    return Pin(
        label=label,
        question=digest_bytes(f"q {label}".encode()),
        answer=digest_bytes(f"a {label}".encode()),
        by="relay:test",
    )


LOCK = Lock(pins=(pin("behaviour/events"), pin("design"), pin("write/store"), pin("write/über")), tool="9.9")
TEXT = render_lock(LOCK)


def test_lock_survives_the_round_trip():
    assert parse_lock(TEXT, "specpack.lock") == LOCK
    assert parse_lock(render_lock(Lock()), "specpack.lock") == Lock()


def test_text_is_one_pin_a_line_and_json_as_a_whole():
    lines = TEXT.split("\n")
    assert lines[0] == '{"answers":['
    assert [json.loads(line.rstrip(","))["for"] for line in lines[1:5]] == [p.label for p in LOCK.pins]
    assert lines[5:] == [f'],"head":{{"edition":"{EDITION}","format":1,"hash":"sha256","tool":"9.9"}}}}', ""]
    assert len(json.loads(TEXT)["answers"]) == 4


def test_order_of_pins_does_not_matter():
    for pins in itertools.permutations(LOCK.pins):
        assert render_lock(dataclasses.replace(LOCK, pins=pins)) == TEXT


def test_label_pinned_twice_cannot_be_written():
    with pytest.raises(ValueError, match="`design` is pinned twice"):
        render_lock(Lock(pins=(pin("design"), dataclasses.replace(pin("design"), question=digest_bytes(b"other")))))


def test_windows_line_ends_are_read():
    assert parse_lock(TEXT.replace("\n", "\r\n"), "specpack.lock") == LOCK


LINES = TEXT.split("\n")


def lines_with(*changes: tuple[int, str]) -> str:
    lines = list(LINES)
    for number, line in reversed(changes):
        lines.insert(number - 1, line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (lines_with((2, "<<<<<<< ours"), (3, "======="), (4, ">>>>>>> theirs")), 2, "merge marker"),
        (lines_with((4, "||||||| 1a2b3c")), 4, "merge marker"),
        (lines_with((3, LINES[1])), 3, "`behaviour/events` is pinned twice"),
        (lines_with((2, LINES[2])), 3, "stands after `design`"),
        (TEXT.replace('"format":1', '"format":2'), 6, "format `2`"),
        (TEXT.replace('"format":1', '"format":true'), 6, "format `True`"),
        (TEXT.replace("sha256", "blake3"), 6, "hash `blake3`"),
        (TEXT.replace(EDITION, "2031.7"), 6, "edition `2031.7`"),
        (TEXT.replace(f'"a":"{LOCK.pins[1].answer}"', '"a":"beef"'), 3, "`a` is not a digest"),
        (TEXT.replace(LOCK.pins[1].answer, LOCK.pins[1].answer.upper()), 3, "`a` is not a digest"),
        (TEXT.replace('"for":"design"', '"for":""'), 3, "`for` is not a name"),
        (TEXT.replace('"for":"design"', '"for":"design","when":"now"'), 3, "a pin holds"),
        (TEXT.replace('"for":"design"', '"for": "design"'), 3, "not spelled"),
        (TEXT.replace('"for":"design"', '"for":"other","for":"design"'), 3, "not spelled"),
        (TEXT + "\n", 8, "not spelled"),
        (TEXT.rstrip("\n"), 7, "not spelled"),
        (json.dumps(json.loads(TEXT), indent=1), 1, "not spelled"),
        (TEXT.replace('"},', '"}', 1), 3, "broken JSON"),
        ("", 1, "broken JSON"),
        ("[" * 100_000, 1, "broken JSON"),
        ("[]", 1, "`answers` and `head`"),
        ('{"answers":{},"head":{"edition":"e","format":1,"hash":"sha256","tool":"t"}}', 1, "not a list"),
        ('{"answers":[],\n"head":{"format":1,"hash":"sha256"}}', 2, "`head` holds"),
        ('{"answers":[],\n"head":7}', 2, "`head` is not"),
    ],
)
def test_broken_lock_is_rejected_with_its_line(text, line, why):
    with pytest.raises(Rejected) as caught:
        parse_lock(text, "specpack.lock")
    assert f"lock `specpack.lock` line {line}: " in caught.value.message
    assert why in caught.value.message
    assert caught.value.help
    assert caught.value.status == 1


def test_file_is_written_read_and_left_alone_when_the_same(tmp_path):
    path = tmp_path / "pack" / "specpack.lock"
    assert read_lock(path) is None
    write_lock(path, LOCK)
    os.utime(path, (1, 1))
    write_lock(path, LOCK)
    assert path.stat().st_mtime == 1
    assert read_lock(path) == LOCK
    write_lock(path, Lock())
    assert read_lock(path) == Lock()
    assert [found.name for found in path.parent.iterdir()] == ["specpack.lock"]


def test_file_that_is_not_utf8_is_rejected(tmp_path):
    path = tmp_path / "specpack.lock"
    path.write_bytes(TEXT.encode().replace(b"write/store", b"write/\xff"))
    with pytest.raises(Rejected, match="line 4: bytes that are not UTF-8"):
        read_lock(path)


def test_place_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="could not be written"):
        write_lock(tmp_path / "file" / "specpack.lock", LOCK)
    assert (tmp_path / "file").read_text() == "in the way"
