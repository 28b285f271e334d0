"""Documents of one pack: bytes to text, keys, and roles where nobody declared them.

Path: sources, manifest -> **documents** -> packs -> understand.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.identity import render_slug
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Digest, Role
from specpack.model.span import DocumentName, Span, locate

_OUTSIDE = re.compile(
    r"(readme|licen[cs]e)([-_.]\w{1,8})?|copying|changelog|contributing|code[-_]of[-_]conduct", re.IGNORECASE
)
_ROLE_WORDS = (
    (Role.INTERVENTION, ("intervention",)),
    (Role.PLATFORM, ("platform", "architect", "deploy")),
    (Role.LANGUAGE, ("language",)),
    (Role.POLICY, ("policy", "policies")),
)
_SCHEMA = re.compile(r"""^[ \t{]*["']?(openapi|swagger|asyncapi|\$schema)["']?[ \t]*:""", re.MULTILINE)


def decode_text(data: bytes, name: DocumentName) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text of a file with LF line breaks and without a byte order mark, and what stops it from being one.

    Bytes that are not UTF-8, and NUL, become U+FFFD, so that the rest of the document can still be checked.

    Reports: SP015 (not UTF-8, or a NUL), at the first bad byte.
    """
    bare = data.removeprefix(b"\xef\xbb\xbf")
    byte, at = "", len(bare)
    try:
        bare.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, at = f"{bare[error.start]:02x}", error.start
    nul = bare.find(b"\0", 0, at)
    if nul >= 0:
        at = nul
    text = _break_lines(bare.decode("utf-8", "replace").replace("\0", "\ufffd"))
    if not byte and nul < 0:
        return text, ()
    start = len(_break_lines(bare[:at].decode("utf-8")))
    utf16 = bare[:2] in (b"\xff\xfe", b"\xfe\xff")
    problem = build_diagnostic(
        "SP015",
        locate(name, text, start, min(start + 1, len(text))),
        case="nul" if nul >= 0 else "",
        fields={"document": name, "byte": byte},
        notes=("the file begins like UTF-16",) if utf16 else (),
    )
    return text, (problem,)


def compute_digest(text: str) -> Digest:
    """Return the digest of a normalised text."""
    return Digest(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def match_glob(path: str, glob: str) -> bool:
    """Return whether a POSIX path matches: `*`, `?` and `[...]` within one name, `**` for any number of folders."""
    names, patterns = path.split("/"), glob.split("/")
    reached = {0}
    for place, pattern in enumerate(patterns):
        last = place == len(patterns) - 1
        if pattern == "**":
            reached = {further for at in reached for further in range(at, len(names) + 1)}
            if last:
                reached.discard(min(reached))
        else:
            reached = {at + 1 for at in reached if at < len(names) and fnmatchcase(names[at], pattern)}
        if not reached:
            return False
    return len(names) in reached


def infer_role(path: str, text: str) -> Role | None:
    """Return the likely role of a document by the words of its folders and name; None for one outside the pack.

    A JSON or YAML file is a document only where its text says that it is a schema.
    """
    file = PurePosixPath(path)
    if _OUTSIDE.fullmatch(file.stem):
        return None
    if file.suffix.lower() != ".md" and not (
        file.suffix.lower() in (".json", ".yaml", ".yml") and _SCHEMA.search(text[:20_000])
    ):
        return None
    named = find_role_word(path)
    return named[0] if named else Role.BEHAVIOUR


def find_role_word(path: str) -> tuple[Role, str] | None:
    """Return the role that the name of a document or of a folder around it tells, and the word; the name goes first."""
    file = PurePosixPath(path)
    for part in (file.stem, *reversed(file.parts[:-1])):
        words = re.findall(r"[a-z]+", part.lower())
        for role, starts in _ROLE_WORDS:
            word = next((word for word in words if word.startswith(starts)), None)
            if word:
                return role, word
    return None


def mark_start(name: DocumentName) -> Span:
    """Return the empty span at the start of a document."""
    return locate(name, "", 0, 0)


def name_documents(paths: Collection[str]) -> dict[str, str]:
    """Return path -> slug of its stem, with its folders in front where two documents share a stem."""
    stems = {path: render_slug(PurePosixPath(path).stem) or "document" for path in paths}
    count = Counter(stems.values())
    return {
        path: stem if count[stem] == 1 else render_slug(str(PurePosixPath(path).parent / stem))
        for path, stem in stems.items()
    }


def choose_key(wanted: str, pack: str, taken: Collection[str], lower: Collection[str]) -> str:
    """Return a key that is not taken: as wanted, with the pack's name where a lower pack has it, with a number."""
    key = f"{render_slug(pack)}-{wanted}" if wanted in lower else wanted
    free, number = key, 1
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free


def _break_lines(text: str) -> str:
    """Return a text whose lines end in LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
