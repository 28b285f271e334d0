"""Answers that come in from outside: matched to the requests of a folder, checked, never laid over another one.

Path: bundle, session, tools -> **inbox** -> relay's folder -> relay. What an answer says is judged by the gates, in the
build; here it is only told apart from what is no answer to the request.
"""

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from specpack.model.failure import Unavailable
from specpack.providers.relay import ANSWER, REQUEST, has_end, list_missing, list_waiting

MOST_ANSWER_BYTES = 16 << 20
_BEGUN = re.compile(r"^==== specpack \S+ .+? ([0-9a-f]{8}) ====", re.MULTILINE)
_ENDING = re.compile(r"(?i)(?:\.(?:md|markdown|txt|text|answer|request)| ?\(\d{1,3}\))\Z")


class Outcome(StrEnum):
    """What became of something that came in."""

    TAKEN = "taken"
    SAME = "already there"
    KEPT = "not taken, another answer is there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file from outside: its name as it was given, which may be hostile, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of one file for one request; `request` is empty where it belongs to none."""

    source: str
    outcome: Outcome
    request: str = ""
    why: str = ""
    """Why it was refused, as the rest of a sentence."""
    missing: tuple[str, ...] = ()
    """What the answer lacks to be whole."""


def read_requests(folder: Path) -> Mapping[str, str]:
    """Return the requests of a folder, name -> text, answered or not."""
    return {
        path.name.removesuffix(REQUEST): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.glob(f"*{REQUEST}") if folder.is_dir() else ())
    }


def check_answer(request: str, answer: str) -> tuple[str, ...]:
    """Return what an answer lacks to be whole, one line a piece; () where it is whole."""
    lacks = [f"block `{block}` is missing" for block in list_missing(request, answer)]
    if not has_end(answer):
        lacks.append("the last line is no end marker")
    return tuple(lacks)


def find_fault(request: str, answer: str) -> str:
    """Return why a text is no answer to the request at all, as the rest of a sentence, or an empty text."""
    if not answer.strip():
        return "is empty"
    if "\0" in answer:
        return "holds a zero byte, so it is not plain text"
    if request.strip() in answer.replace("\r\n", "\n"):
        return "holds the request itself; only the reply belongs into an answer"
    if not _list_nonces(request) & _list_nonces(answer):
        return "holds no block of this request; each block begins with its line `==== specpack …`"
    return ""


def decode_answer(content: bytes) -> str | None:
    """Return the text of an answer, without a byte order mark, or None where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def write_answer(folder: Path, name: str, content: bytes, *, replace: bool = False) -> Outcome:
    """Put an answer beside its request, whole or not at all, and return what became of it.

    An empty file is no answer and gives way. With `replace`, another answer is set aside as `NAME.replaced-N.md`.

    Args:
        folder: Relay's folder.
        name: Name of a request of the folder.
        content: The answer as it came.
        replace: Whether another answer gives way.

    Raises:
        Unavailable: The folder cannot be written.
    """
    path = folder / f"{name}{ANSWER}"
    temporary = folder / f".{name}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        earlier = path.read_bytes() if path.is_file() else None
        if earlier == content:
            return Outcome.SAME
        if earlier and earlier.strip() and not replace:
            return Outcome.KEPT
        temporary.write_bytes(content)
        free = earlier is None or _set_aside(path, earlier)
        return Outcome.TAKEN if free and _place(temporary, path) else Outcome.KEPT
    except OSError as error:
        raise Unavailable(
            f"relay folder `{folder}`: {error.strerror or type(error).__name__}",
            kept="what came in before, and what it was read from",
            help="make the folder writable with free space and hand the answer in again",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _set_aside(path: Path, earlier: bytes) -> bool:
    """Make room for an answer; False, with everything where it was, where somebody else has put one there meanwhile.

    Args:
        path: The answer in the way.
        earlier: What it held when it was looked at; kept as `NAME.replaced-N.md` unless blank.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.aside")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return True
    found = aside.read_bytes()
    back = found != earlier and _place(aside, path)
    number = 1
    while not back and found.strip() and not _place(aside, _name_replaced(path, number)):
        number += 1
    aside.unlink()
    return found == earlier


def _name_replaced(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name.removesuffix(ANSWER)}.replaced-{number}.md")


def _place(source: Path, target: Path) -> bool:
    """Give a file a second name; False where the name is taken, also by somebody who was quicker."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:
        # A file system without links: the content is not atomic, but what is not whole is not taken by a build.
        try:
            with target.open("xb") as file:
                file.write(source.read_bytes())
        except FileExistsError:
            return False
    return True


def take_answers(
    folder: Path, incoming: Sequence[Incoming], now: float, *, replace: bool = False
) -> tuple[Arrival, ...]:
    """Put what came in beside the requests that it answers, and return what became of each.

    A file belongs to the request that it is named after, and to every waiting request all of whose blocks it holds. A
    file that is named after no request belongs to the waiting requests whose blocks it holds, in part where none is
    complete.

    Args:
        folder: Relay's folder.
        incoming: Files as they came.
        now: Seconds since 1970, to tell what waits.
        replace: Whether other answers give way.

    Raises:
        Unavailable: The folder cannot be written.
    """
    requests = read_requests(folder)
    arrivals: list[Arrival] = []
    texts: list[tuple[Incoming, str, str]] = []
    claims: dict[str, list[tuple[Incoming, str]]] = {}
    for file in incoming:
        text = decode_answer(file.content)
        name = _find_name(file.name, requests)
        if text is None:
            why = "is not UTF-8 text; save the reply as UTF-8 and import it again"
        else:
            why = find_fault(requests[name], text) if name else ""
        if text is None or why:
            arrivals.append(Arrival(source=file.name, outcome=Outcome.REFUSED, request=name, why=why))
            continue
        texts.append((file, text, name))
        if name:
            claims.setdefault(name, []).append((file, text))
    waiting = {w.name: requests[w.name] for w in list_waiting(folder, now) if w.name in requests.keys() - claims.keys()}
    for file, text, name in texts:
        found, why = _find_by_blocks(text, requests.get(name, ""), waiting)
        if why and not name:
            arrivals.append(Arrival(source=file.name, outcome=Outcome.REFUSED, why=why))
        for other in found:
            claims.setdefault(other, []).append((file, text))
    for name in sorted(claims):
        arrivals += _settle(folder, name, requests[name], claims[name], replace)
    return tuple(arrivals)


def _settle(
    folder: Path, name: str, request: str, claims: Sequence[tuple[Incoming, str]], replace: bool
) -> list[Arrival]:
    """Put down the one answer to a request; two different ones are both refused."""
    if len({file.content for file, _ in claims}) > 1:
        others = ", ".join(f"`{show_name(file.name)}`" for file, _ in claims)
        why = f"is one of {len(claims)} different answers to `{name}` ({others}); import the right one alone"
        return [Arrival(source=f.name, outcome=Outcome.REFUSED, request=name, why=why) for f, _ in claims]
    file, text = claims[0]
    outcome = write_answer(folder, name, file.content, replace=replace)
    return [Arrival(source=file.name, outcome=outcome, request=name, missing=check_answer(request, text))]


def _find_by_blocks(text: str, own: str, waiting: Mapping[str, str]) -> tuple[list[str], str]:
    """Return the waiting requests whose blocks a text holds, or why there are none.

    What was asked again has the marks of what was asked first, so only a name can tell the two apart.

    Args:
        text: An answer.
        own: Text of the request that it is named after, or empty. Then only complete answers count, to requests that
            ask nothing of what `own` asks.
        waiting: Requests, name -> text.
    """
    marks, taken = _list_nonces(text), _list_nonces(own)
    asked = {name: _list_nonces(request) for name, request in waiting.items()}
    touched = [name for name in waiting if asked[name] & marks and not asked[name] & taken]
    found = [name for name in touched if not list_missing(waiting[name], text)] or ([] if own else touched)
    rivals = [name for name in found if any(asked[name] & asked[other] for other in found if other != name)]
    if rivals:
        fits = " and ".join(f"`{name}`" for name in rivals)
        return [], f"fits {fits}; name it after the one that it answers, as `{rivals[0]}{ANSWER}`"
    if not found:
        return [], "is named after no request of the folder and holds no block of one that waits"
    faults = [fault for name in found if (fault := find_fault(waiting[name], text))]
    return ([], faults[0]) if faults else (found, "")


def _find_name(source: str, requests: Mapping[str, str]) -> str:
    """Return the request that a file is named after, in any folder and with any of the usual endings, or empty."""
    stem = re.split(r"[/\\]", source)[-1].strip()
    known = {name.casefold(): name for name in requests}
    while stem.casefold() not in known and (shorter := _ENDING.sub("", stem)) != stem:
        stem = shorter
    return known.get(stem.casefold(), "")


def _list_nonces(text: str) -> set[str]:
    return set(_BEGUN.findall(text.replace("\r\n", "\n").replace("\r", "\n")))


def show_name(text: str) -> str:
    """Return a name from outside so that it stays on one line and cannot steer a terminal."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return shown if len(shown) <= 200 else f"{shown[:200]}..."
