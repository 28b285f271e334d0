"""What is remembered, under the digest of its content, so that no answer is paid for twice.

Path: ask -> answer -> **store** -> lock, replay.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from specpack.middle.canonical import decode_canonical, digest_bytes, encode_canonical
from specpack.middle.files import (
    DIGEST,
    FORMAT,
    TEMPORARY,
    check_format,
    find_content,
    list_leaves,
    list_names,
    read_format,
    render_error,
    resolve_path,
    settle,
    write_whole,
)
from specpack.middle.secrets import refuse_secrets
from specpack.model.failure import Unavailable
from specpack.model.pack import Digest


class Missing(Unavailable):
    """No layer of the store holds the object."""

    def __init__(self, digest: Digest) -> None:
        """Keep the digest that was looked for."""
        super().__init__(
            f"object `{digest}` is not in the store",
            kept="all objects that are in the store",
            help="copy the store that belongs to the lock beside the pack, or build without `--frozen` to ask again",
        )
        self.digest = digest


class Tampered(Unavailable):
    """A file of the store does not hold the bytes that its name promises."""

    def __init__(self, digest: Digest, path: Path) -> None:
        """Keep the digest that was promised and the file that breaks the promise."""
        super().__init__(
            f"object `{digest}` does not match its name: `{path}` was altered or half written",
            kept="all other objects; `specpack store verify` lists every damaged one",
            help="delete that file, then copy it from another store or build without `--frozen` to ask again",
        )
        self.digest = digest
        self.path = path


class Store:
    """Objects named by digest, and two grow-only sets: question -> answers, request -> raw replies.

    Reads look in the root, then in the layers, and hash what they read. Writes go to the root alone, as whole files:
    nobody sees half an object, and two writers of the same bytes both succeed. The root is made by the first write;
    what a layer already holds intact is not written again.
    """

    def __init__(self, root: Path, layers: Sequence[Path] = (), read_only: bool = False) -> None:
        """Open a store, which need not exist yet.

        Raises:
            Unavailable: The root or a layer has a format that this version cannot read.
        """
        self.root = root
        self.layers = tuple(layers)
        self.read_only = read_only
        self._ready = False
        for place in (root, *layers):
            check_format(place)

    @property
    def places(self) -> tuple[Path, ...]:
        """The root and the layers, in the order in which they are searched."""
        return (self.root, *self.layers)

    def put_value(self, value: object) -> Digest:
        """Store the canonical JSON of `value` and return its digest.

        Raises:
            ValueError: The value has no canonical JSON.
            SecretFound: A string of the value holds a secret.
            Unavailable: It could not be written.
        """
        content = encode_canonical(value)
        refuse_secrets(value, "$")
        return self._put(content)

    def put_bytes(self, content: bytes) -> Digest:
        """Store raw bytes, such as a reply word for word, and return their digest; errors as `put_value`."""
        refuse_secrets(content.decode("utf-8", "replace"), "content")
        return self._put(content)

    def read_bytes(self, digest: Digest) -> bytes:
        """Return the object's bytes, hashed again on every read.

        Raises:
            Missing: No place holds it.
            Tampered: The first place that holds it holds other bytes.
            Unavailable: It could not be read.
        """
        for place in self.places:
            path = resolve_path(place, "objects", digest)
            content = find_content(path)
            if content is None:
                continue
            if digest_bytes(content) != digest:
                raise Tampered(digest, path)
            return content
        raise Missing(digest)

    def read_value(self, digest: Digest) -> object:
        """Return the object as the JSON value that it spells; errors as `read_bytes`."""
        content = self.read_bytes(digest)
        try:
            return decode_canonical(content)
        except ValueError:
            raise Unavailable(
                f"object `{digest}` is not JSON, where a record was expected",
                kept="all objects of the store",
                help="the store may be of another tool; `specpack store verify` lists what does not belong",
            ) from None

    def has(self, digest: Digest) -> bool:
        """Whether some place holds a file of that name; it is not read."""
        return any(resolve_path(place, "objects", digest).is_file() for place in self.places)

    def list_objects(self) -> tuple[Digest, ...]:
        """Return the digests that any place holds a file for, sorted."""
        return tuple(sorted({name for place in self.places for name in list_names(place / "objects")}))

    def add_answer(self, question: Digest, answer: Digest) -> None:
        """Remember that the stored object `answer` answers `question`; the answer is on the disk when this returns.

        Raises `Missing` where the answer is not in the store, `Unavailable` where the entry could not be written.
        """
        self._add("answers", question, answer)

    def find_answers(self, question: Digest) -> tuple[Digest, ...]:
        """Return the answers to `question` that are in the store, sorted; an entry without its object is left out."""
        return self._find("answers", question)

    def add_reply(self, request: Digest, reply: Digest) -> None:
        """Remember that the stored object `reply` came back for exactly `request`; errors as `add_answer`."""
        self._add("replies", request, reply)

    def find_replies(self, request: Digest) -> tuple[Digest, ...]:
        """Return the raw replies to `request` that are in the store, sorted."""
        return self._find("replies", request)

    def list_entries(self, kind: str) -> tuple[tuple[Digest, Digest], ...]:
        """Return all (question, answer) where `kind` is `answers`, (request, reply) where it is `replies`, sorted."""
        pairs = {
            (key, value)
            for place in self.places
            for key in list_names(place / kind)
            for value in list_leaves(resolve_path(place, kind, key))
        }
        return tuple(sorted(pairs))

    def sweep_temporaries(self, seconds: float = 3600.0) -> int:
        """Delete what killed writers left half written for longer than `seconds`; return how many files went.

        Such files are harmless, since no reader looks at them. Younger ones may belong to a living writer.
        """
        if self.read_only:
            return 0
        swept = 0
        oldest = time.time() - seconds
        for path in (*self.root.glob(TEMPORARY + "*"), *self.root.glob(f"objects/*/{TEMPORARY}*")):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime <= oldest:
                    path.unlink()
                    swept += 1
        return swept

    def _put(self, content: bytes) -> Digest:
        """Store `content` unless a place already holds it intact; a damaged file in the root is replaced."""
        digest = digest_bytes(content)
        if any(find_content(resolve_path(place, "objects", digest)) == content for place in self.places):
            return digest
        with self._writing(f"object `{digest}`"):
            write_whole(resolve_path(self.root, "objects", digest), content, mode=0o444)
        return digest

    def _add(self, kind: str, key: Digest, value: Digest) -> None:
        """Add an empty file to a set, after the object that it names has reached the disk."""
        if not self.has(value):
            raise Missing(value)
        if any((resolve_path(place, kind, key) / value).is_file() for place in self.places):
            return
        with self._writing(f"entry `{kind}/{key}`"):
            stored = resolve_path(self.root, "objects", value)
            if stored.is_file():
                settle(stored)
                settle(stored.parent)
            folder = resolve_path(self.root, kind, key)
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(folder / value, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444))
            settle(folder)

    def _find(self, kind: str, key: Digest) -> tuple[Digest, ...]:
        found = {name for place in self.places for name in list_leaves(resolve_path(place, kind, key))}
        return tuple(sorted(filter(self.has, found)))

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """Make the root ready to be written to; give a failing file system its message."""
        if self.read_only:
            raise self._explain(what, "the store is read-only")
        try:
            if not self._ready:
                self.root.mkdir(parents=True, exist_ok=True)
                if not read_format(self.root):
                    write_whole(self.root / "FORMAT", f"{FORMAT}\n".encode(), durable=True)
                self._ready = True
            yield
        except OSError as error:
            raise self._explain(what, render_error(error)) from error

    def _explain(self, what: str, why: str) -> Unavailable:
        """Return the failure for a write that did not happen, with a count of what the store holds."""
        count = len(list_names(self.root / "objects"))
        return Unavailable(
            f"store `{self.root}` could not take {what}: {why}",
            kept=f"all objects in the store ({count}), each whole",
            help="make the folder writable with free space, then run the same command again: it goes on from there",
        )


def verify_store(store: Store) -> tuple[str, ...]:
    """Return one line a problem, () for a sound store: damaged or misplaced files, entries that lead nowhere.

    An answer must be a record whose `question` or `base` is the one that it is filed under, so that two good answers
    cannot be exchanged. Temporary files are no problem.
    """
    problems: list[str] = []
    for place in store.places:
        known = set(list_names(place / "objects"))
        for path in sorted((place / "objects").glob("*/*")):
            if path.name.startswith(TEMPORARY):
                continue
            if path.name not in known or path.parent.name != path.name[:2]:
                problems.append(f"`{path}` is not an object in its place")
                continue
            try:
                if digest_bytes(find_content(path) or b"") != path.name:
                    problems.append(f"`{path}` does not match its name")
            except Unavailable as failure:
                problems.append(failure.message)
    for kind in ("answers", "replies"):
        for key, value in store.list_entries(kind):
            name = f"`{kind}/{key[:2]}/{key}/{value}`"
            try:
                content = store.read_bytes(value)
            except Missing:
                problems.append(f"{name} leads to no object")
                continue
            except Unavailable:
                continue  # already among the problems, as an object
            if kind == "answers" and key not in _find_questions(content):
                problems.append(f"{name} is filed under a question that its record does not name")
    return tuple(problems)


def copy_closure(store: Store, roots: Iterable[Digest], target: Store) -> tuple[Digest, ...]:
    """Copy what the roots reach into `target` and return it, sorted; objects first, then the entries that name them.

    A JSON object reaches every object of the store whose digest stands in it as a string.

    Raises:
        Missing: A root is not in the store.
        Tampered: Something on the way is damaged.
        SecretFound: An object holds a secret of this machine.
        Unavailable: The target could not be written.
    """
    reached: set[Digest] = set()
    for digest, content in walk_closure(store, roots):
        target.put_bytes(content)
        reached.add(digest)
    for question, answer in store.list_entries("answers"):
        if answer in reached:
            target.add_answer(question, answer)
    for request, reply in store.list_entries("replies"):
        if reply in reached:
            target.add_reply(request, reply)
    return tuple(sorted(reached))


def walk_closure(store: Store, roots: Iterable[Digest]) -> Iterator[tuple[Digest, bytes]]:
    """Yield each object that the roots reach, once, with its content; errors as `Store.read_bytes`."""
    waiting = list(roots)
    reached: set[Digest] = set()
    while waiting:
        digest = waiting.pop()
        if digest in reached:
            continue
        content = store.read_bytes(digest)
        reached.add(digest)
        yield digest, content
        waiting += (found for found in _list_references(content) if found not in reached and store.has(found))


def _find_questions(content: bytes) -> tuple[object, ...]:
    """Return the questions that an answer's record names: the one asked last, and the base question of its label."""
    try:
        record = decode_canonical(content)
    except ValueError:
        return ()
    return (record.get("question"), record.get("base")) if isinstance(record, dict) else ()


def _list_references(content: bytes) -> Iterator[Digest]:
    """Give every digest that stands as a string in a JSON object; nothing for other content."""
    if not content.startswith(b"{"):
        return
    try:
        waiting = [decode_canonical(content)]
    except ValueError:
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and DIGEST.fullmatch(value):
            yield Digest(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
