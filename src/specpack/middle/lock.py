"""Which answer each label of a build was given: one pin a line, so that version control merges edits line by line.

Path: store -> **lock** -> replay, attestation.
"""

import json
import re
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Final

from specpack import EDITION, __version__
from specpack.middle.canonical import encode_canonical
from specpack.middle.files import DIGEST, find_content, render_error, write_whole
from specpack.model.failure import Rejected, Unavailable
from specpack.model.pack import Digest

FORMAT: Final = 1
HASH: Final = "sha256"
_OPENING: Final = '{"answers":['
_MARKER: Final = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?")
_REMAKE: Final = "restore the lock from version control, or delete it and build again: answers in the store are reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One label and the answer that the build accepted for it."""

    label: str
    """What was asked, such as `write/store`; `for` in the file."""
    question: Digest
    answer: Digest
    by: str
    """Who answered: `anthropic:MODEL`, `relay:NAME`, `registry`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All pins that one build used; a label is pinned once. No date, cost or digest of the pack stands in it."""

    pins: tuple[Pin, ...] = ()
    edition: str = EDITION
    tool: str = __version__


def render_lock(lock: Lock) -> str:
    """Return the lock's text, the same for the same pins in any order: sorted by label, LF, canonical JSON a line.

    Raises:
        ValueError: A label is pinned twice, or a field has no canonical JSON.
    """
    pins = sorted(lock.pins, key=lambda pin: (pin.label, pin.question))
    for former, pin in pairwise(pins):
        if former.label == pin.label:
            raise ValueError(f"label `{pin.label}` is pinned twice")
    lines = [_render({"a": pin.answer, "by": pin.by, "for": pin.label, "q": pin.question}) for pin in pins]
    head = _render({"edition": lock.edition, "format": FORMAT, "hash": HASH, "tool": lock.tool})
    return "\n".join([_OPENING, *(f"{line}," for line in lines[:-1]), *lines[-1:], f'],"head":{head}}}']) + "\n"


def parse_lock(text: str, name: str) -> Lock:
    """Return the lock that `text` spells; only what `render_lock` gives is read, but for CRLF line ends.

    Args:
        text: The file's text.
        name: How messages call the file.

    Raises:
        Rejected: Merge markers, broken JSON, another format or edition, pins that are unsorted, repeated or malformed.
    """
    text = text.replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if _MARKER.fullmatch(line):
            cure = (
                "keep the lines of both sides, sorted by `for`, with a comma after each but the last; or take one side"
            )
            raise _reject(name, number, "merge marker", f"{cure} and build again")
    data = _parse_json(text, name)
    head = _check_head(data, name, text)
    rows = data["answers"]
    if not isinstance(rows, list):
        raise _reject(name, 1, "`answers` is not a list of pins", _REMAKE)
    pins = tuple(_parse_pin(row, name, number) for number, row in enumerate(rows, 2))
    for number, (former, pin) in enumerate(pairwise(pins), 3):
        if former.label == pin.label:
            raise _reject(
                name, number, f"label `{pin.label}` is pinned twice", f"keep one of the two lines, or {_REMAKE}"
            )
        if former.label > pin.label:
            why = f"label `{pin.label}` stands after `{former.label}`"
            raise _reject(name, number, why, f"sort the lines by `for`, or {_REMAKE}")
    lock = Lock(pins=pins, edition=head["edition"], tool=head["tool"])
    _check_spelling(lock, text, name)
    if lock.edition != EDITION:
        raise _reject(
            name,
            len(pins) + 2,
            f"edition `{lock.edition}`, where this version of specpack builds edition `{EDITION}`",
            f"use the specpack that wrote it (`{lock.tool}`), or delete the lock and build again to ask anew",
        )
    return lock


def read_lock(path: Path) -> Lock | None:
    """Return the lock in the file at `path`, None where there is no file.

    Raises:
        Rejected: As `parse_lock`, or the file is not UTF-8.
        Unavailable: The file could not be read.
    """
    content = find_content(path)
    if content is None:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _reject(path.name, line, "bytes that are not UTF-8", _REMAKE) from None
    return parse_lock(text, path.name)


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock, whole or not at all; a file that already says the same is left alone.

    Raises:
        ValueError: As `render_lock`.
        Unavailable: The file could not be written; what was there is kept.
    """
    content = render_lock(lock).encode("utf-8")
    if find_content(path) == content:
        return
    try:
        write_whole(path, content, durable=True)
    except OSError as error:
        raise Unavailable(
            f"lock `{path}` could not be written: {render_error(error)}",
            kept="the lock as it was, and all answers in the store",
            help="make the folder writable with free space and build again: nothing is asked twice",
        ) from error


def _render(value: dict[str, object]) -> str:
    return encode_canonical(value).decode("utf-8")


def _reject(name: str, line: int, why: str, help: str) -> Rejected:
    return Rejected(
        f"lock `{name}` line {line}: {why}", kept="the lock as it is, and all answers in the store", help=help
    )


def _parse_json(text: str, name: str) -> dict[str, object]:
    """Return the whole as a dict with exactly `answers` and `head`."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise _reject(name, error.lineno, f"broken JSON at column {error.colno}", _REMAKE) from None
    except (ValueError, RecursionError):
        raise _reject(name, 1, "broken JSON", _REMAKE) from None
    if not isinstance(data, dict) or data.keys() != {"answers", "head"}:
        raise _reject(name, 1, "a lock holds `answers` and `head`, and nothing else", _REMAKE)
    return data


def _check_head(data: dict[str, object], name: str, text: str) -> dict[str, str]:
    """Return `edition` and `tool`, once format and hash are ours; said first, since all else depends on it."""
    head = data["head"]
    line = text.count("\n", 0, max(text.rfind('"head"'), 0)) + 1
    if not isinstance(head, dict):
        raise _reject(name, line, "`head` is not an object", _REMAKE)
    for key, ours in (("format", FORMAT), ("hash", HASH)):
        found = head.get(key)
        if type(found) is not type(ours) or found != ours:
            why = f"{key} `{found}`, where this version of specpack reads `{ours}`"
            raise _reject(name, line, why, f"upgrade specpack, or {_REMAKE}")
    texts = {key: value for key, value in head.items() if isinstance(value, str) and value}
    if head.keys() != {"edition", "format", "hash", "tool"} or len(texts) != len(head) - 1:
        raise _reject(name, line, "`head` holds `edition`, `format`, `hash` and `tool`, and nothing else", _REMAKE)
    return texts


def _parse_pin(row: object, name: str, line: int) -> Pin:
    """Return one pin, each field of the right shape."""
    if not isinstance(row, dict) or row.keys() != {"a", "by", "for", "q"}:
        raise _reject(name, line, "a pin holds `a`, `by`, `for` and `q`, and nothing else", _REMAKE)
    for key in ("by", "for"):
        if not isinstance(row[key], str) or not row[key]:
            raise _reject(name, line, f"`{key}` is not a name", _REMAKE)
    for key in ("a", "q"):
        if not isinstance(row[key], str) or not DIGEST.fullmatch(row[key]):
            raise _reject(name, line, f"`{key}` is not a digest of 64 lower-case hexadecimal digits", _REMAKE)
    return Pin(label=row["for"], question=Digest(row["q"]), answer=Digest(row["a"]), by=row["by"])


def _check_spelling(lock: Lock, text: str, name: str) -> None:
    """Refuse a lock that says the right thing in another way: merges and `--locked` rely on one pin a line."""
    try:
        lines = render_lock(lock).split("\n")
    except ValueError:
        raise _reject(name, 1, "a field has no canonical JSON", _REMAKE) from None
    for number, (ours, found) in enumerate(zip_longest(lines, text.split("\n")), 1):
        if ours != found:
            raise _reject(name, number, "not spelled as specpack writes it (one pin a line, no white space)", _REMAKE)
