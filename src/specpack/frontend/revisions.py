"""A pack as a commit of a git repository holds it: read with the `git` command, without touching the work tree.

Path: intake, archives -> **revisions** -> packs. Only commands that read objects are called; nothing is checked out.
"""

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from specpack.frontend.archives import CORRUPT, read_archive
from specpack.frontend.intake import MOST_BYTES, MOST_FILE_BYTES, FullError, Intake, Source, is_wanted, show_name
from specpack.model.failure import Unavailable, WrongUse

_SECONDS = 60
_LINK, _FILES = "120000", ("100644", "100755", "100664")
_NAMES = "name a folder, a zip, a tar, or a git revision such as `HEAD~1` or `HEAD~1:PATH`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A folder or archive of one commit."""

    repository: Path
    """Top folder of the work tree."""
    commit: str
    """All 40 digits, or 64."""
    path: str
    """POSIX path from the top folder; empty for the top folder itself."""
    asked: str
    """What was written on the command line."""

    @property
    def root(self) -> Path:
        """Where the pack stands in the work tree, if it does: paths of extended packs begin there."""
        return self.repository / self.path

    @property
    def name(self) -> str:
        """How messages call the commit."""
        return f"commit {self.commit[:10]}"


def find_repository(folder: Path) -> Path | None:
    """Return the top folder of the repository that holds a folder, None where none does or there is no `git`."""
    if shutil.which("git") is None or not folder.is_dir():
        return None
    done = _run(folder, ["rev-parse", "--show-toplevel"])
    top = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    return Path(top) if done.returncode == 0 and top else None


def resolve_revision(asked: str, folder: Path, path: str | None = None) -> Revision:
    """Return the commit that `REV` or `REV:PATH` names.

    Args:
        asked: As written. A `PATH` counts from the top of the repository, or from the current folder where it begins
            with `.`.
        folder: A folder of the repository.
        path: The path from the top that is meant where none is written; None for that of `folder`.

    Raises:
        WrongUse: There is no `git`, no repository, no such revision, or no such path in it.
    """
    if shutil.which("git") is None:
        raise WrongUse(f"there is no pack at `{show_name(asked)}`, and no `git` to read it as a revision", help=_NAMES)
    top = find_repository(folder)
    if top is None:
        why = f"`{folder}` is in no git repository to read it from as a revision"
        raise WrongUse(f"there is no pack at `{show_name(asked)}`, and {why}", help=_NAMES)
    name, colon, written = asked.partition(":")
    if colon:
        path = _join(_locate(Path.cwd(), top), written) if written.startswith(".") else _join("", written)
    elif path is None:
        path = _locate(folder, top)
    done = _run(top, ["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]) if not name.startswith("-") else None
    commit = done.stdout.decode("ascii", "replace").strip() if done and done.returncode == 0 else ""
    if not commit or not name:
        raise WrongUse(f"`{show_name(asked)}` is no pack, and `{show_name(name)}` no revision of `{top}`", help=_NAMES)
    revision = Revision(repository=top, commit=commit, path=path, asked=asked)
    if not _find_type(revision):
        where = f"no `{path}`" if path else "nothing"
        raise WrongUse(f"revision `{name}` holds {where}", help="write `REV:PATH`, the path from the top folder")
    return revision


def read_revision(revision: Revision) -> Source:
    """Return the files of a pack as the commit holds them, with the limits and refusals of a folder or an archive.

    Links are refused: what they lead to may be another version. Raises Unavailable where `git` cannot read the objects.

    Reports: SP002 (unsafe member), SP003 (too large), SP004 (unreadable).
    """
    last = PurePosixPath(revision.path).name or revision.repository.name or "pack"
    intake = Intake(f"`{show_name(revision.asked)}`")
    kind = _find_type(revision)
    if not kind:
        return Source(name=last)
    try:
        if kind == "tree":
            _read_tree(revision, intake)
        else:
            _read_blob(revision, intake)
    except FullError as full:
        intake.report("SP003", full.case, **full.fields)
    except CORRUPT as error:
        intake.report("SP004", where="", reason=show_name((str(error) or type(error).__name__).lower()))
    else:
        return intake.finish(last if kind == "tree" else PurePosixPath(last).stem, strip=kind == "blob")
    return Source(name=last, diagnostics=tuple(intake.problems))


def list_versions(old: Revision, tip: Revision, most: int) -> tuple[tuple[Revision, ...], tuple[Revision, ...]]:
    """Return the commits that touch the pack, oldest first: those up to `old`, and those after it up to `tip`.

    Both follow first parents, so that they are one line of versions; where `tip` does not descend from `old`, there are
    none between them, and where it is older, none at all. `most` bounds the two together, the latest ones kept.
    """
    between: list[str] = []
    if old.commit != tip.commit and _is_ancestor(tip, old):
        return (), ()
    if _is_ancestor(old, tip):
        between = _list_commits(tip, f"{old.commit}..{tip.commit}", most)
    earlier = _list_commits(old, old.commit, most - len(between)) if most > len(between) else []
    return tuple(_at(old, c) for c in reversed(earlier)), tuple(_at(tip, c) for c in reversed(between))


def _is_ancestor(one: Revision, other: Revision) -> bool:
    return _run(one.repository, ["merge-base", "--is-ancestor", one.commit, other.commit]).returncode == 0


def _at(revision: Revision, commit: str) -> Revision:
    asked = f"{commit[:10]}:{revision.path}"
    return Revision(repository=revision.repository, commit=commit, path=revision.path, asked=asked)


def _list_commits(revision: Revision, span: str, most: int) -> list[str]:
    paths = ["--", revision.path] if revision.path else []
    done = _run(revision.repository, ["rev-list", "--first-parent", f"--max-count={most}", span, *paths])
    return _expect(done, revision).stdout.decode("ascii", "replace").split()


def _read_tree(revision: Revision, intake: Intake) -> None:
    listing = _expect(
        _run(revision.repository, ["ls-tree", "-r", "-l", "-z", "--full-tree", _spell(revision)]), revision
    )
    blobs: list[tuple[str, str, int]] = []
    for entry in listing.stdout.split(b"\0")[:-1]:
        about, _, raw = entry.partition(b"\t")
        mode, _, digest, size = about.decode("ascii").split()
        name = raw.decode("utf-8", "surrogateescape")
        intake.current = name
        if not is_wanted(name):
            continue
        intake.count()
        if mode == _LINK:
            intake.refuse(name, "link")
        elif mode in _FILES and (path := intake.admit(name, folder=False)):
            _check_size(intake, size, sum(held for _, _, held in blobs))
            blobs.append((path, digest, int(size)))
    contents = _read_objects(revision, [digest for _, digest, _ in blobs])
    for (path, _, _), content in zip(blobs, contents, strict=True):
        intake.current = path
        intake.take(path, io.BytesIO(content))


def _check_size(intake: Intake, size: str, held: int) -> None:
    """Raise FullError for a file that is too large, alone or with those before it, before it is read."""
    member = show_name(intake.current)
    if int(size) > MOST_FILE_BYTES:
        raise FullError("file", member=member, most=str(MOST_FILE_BYTES >> 20))
    if held + int(size) > MOST_BYTES:
        raise FullError("total", member=member, most=str(MOST_BYTES >> 20))


def _read_blob(revision: Revision, intake: Intake) -> None:
    digest = _expect(_run(revision.repository, ["rev-parse", "--verify", _spell(revision)]), revision).stdout
    size = _expect(_run(revision.repository, ["cat-file", "-s", _spell(revision)]), revision).stdout
    if int(size) > MOST_BYTES:
        raise FullError("total", member=show_name(revision.path), most=str(MOST_BYTES >> 20))
    (content,) = _read_objects(revision, [digest.decode("ascii").strip()])
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        read_archive(file, intake)


def _read_objects(revision: Revision, digests: Sequence[str]) -> list[bytes]:
    """Return the contents of objects, in order; their sizes are measured by whoever takes them in."""
    if not digests:
        return []
    asked = "".join(f"{digest}\n" for digest in digests).encode("ascii")
    done = _expect(_run(revision.repository, ["cat-file", "--batch"], asked), revision)
    contents, at = [], 0
    for digest in digests:
        end = done.stdout.index(b"\n", at)
        words = done.stdout[at:end].split()
        if len(words) != 3:
            raise Unavailable(
                f"object `{digest[:10]}` of revision `{revision.asked}` is not in this repository",
                help="`git fetch` brings what a shallow or partial clone left out",
            )
        size = int(words[2])
        contents.append(done.stdout[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return contents


def _find_type(revision: Revision) -> str:
    """Return `tree` or `blob`, or an empty text where the commit does not hold the path."""
    done = _run(revision.repository, ["cat-file", "-t", _spell(revision)])
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


def _spell(revision: Revision) -> str:
    return f"{revision.commit}:{revision.path}"


def _locate(folder: Path, top: Path) -> str:
    """Return the path of a folder from the top of its repository, empty for the top."""
    path = Path(os.path.relpath(os.path.realpath(folder), os.path.realpath(top))).as_posix()
    return "" if path == "." else path


def _join(base: str, written: str) -> str:
    """Return a path from the top, `.` and `..` resolved; one that leads out of the repository stays as it is."""
    path = os.path.normpath(PurePosixPath(base, written).as_posix()).replace(os.sep, "/")
    return "" if path == "." else path


def _run(folder: Path, arguments: Sequence[str], given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run `git` in a folder: it asks nobody, locks nothing, fetches nothing, and takes paths as they are."""
    command = [shutil.which("git") or "git", "--literal-pathspecs", "--no-pager", *arguments]
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    try:
        return subprocess.run(
            command,
            cwd=folder,
            input=given,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, **quiet},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(
            f"`git {arguments[0]}` did not end well: {str(error) or type(error).__name__}",
            help="name a folder or an archive instead of a revision",
        ) from error


def _expect(done: "subprocess.CompletedProcess[bytes]", revision: Revision) -> "subprocess.CompletedProcess[bytes]":
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"status {done.returncode}"]
        raise Unavailable(
            f"`git` could not read revision `{revision.asked}`: {show_name(lines[0])}",
            help="name a folder or an archive instead",
        )
    return done
