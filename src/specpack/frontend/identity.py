"""Stable ids of clauses: the identity file, minting, and matching the clauses of an edited pack to those it knew.

Path: clauses -> **identity** -> understanding; packs asks it for the keys of documents.
"""

import hashlib
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.matching import Candidate, Doubt, Matcher
from specpack.frontend.places import list_records
from specpack.frontend.resemblance import fold_text, split_words
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Identity
from specpack.model.span import DocumentName

__all__ = [
    "Candidate",
    "Doubt",
    "match_documents",
    "match_identities",
    "mint_id",
    "parse_identities",
    "record_identities",
    "render_identities",
    "render_slug",
]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_HEADER = "# Clause identity, kept by specpack: id, document, headings, lead-in, text, clause before. Commit this file."
_REMOVED = "removed"
_NO_WORD = re.compile(r"[\W_]+")


def render_slug(text: str) -> str:
    """Return a text in lower-case kebab, accents taken off, letters of other scripts kept; may be empty."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        plain = "".join(character for character in plain if not unicodedata.combining(character))
        text = unicodedata.normalize("NFC", plain)
    return _NO_WORD.sub("-", text.casefold()).strip("-")


@lru_cache(maxsize=4)
def parse_identities(text: str, name: DocumentName) -> tuple[tuple[Identity, ...], tuple[Diagnostic, ...]]:
    """Return the lines of an identity file, sorted by id, each id once.

    Of two lines of one id, as a merge may leave them, a living one goes before a removed one, then the first.

    Reports: SP018 (a line that cannot be read, or an id that stands there for two clauses).
    """
    found: dict[str, Identity] = {}
    diagnostics: list[Diagnostic] = []
    for line, span in list_records(name, text):
        identity = _decode_line(line)
        if identity is None:
            case, known = "", ""
        elif (earlier := found.setdefault(identity.id, identity)) is identity:
            continue
        else:
            if earlier.removed and not identity.removed:
                found[identity.id] = identity
            if earlier.removed or identity.removed or replace(identity, after=earlier.after) == earlier:
                continue
            case, known = "twice", identity.id
        diagnostics.append(build_diagnostic("SP018", span, case=case, fields={"document": name, "id": known}))
    return tuple(found[key] for key in sorted(found)), tuple(diagnostics)


def render_identities(identities: Sequence[Identity]) -> str:
    """Return the text of an identity file: one line a clause, sorted by id, tombstones marked."""
    lines = [_HEADER]
    for identity in sorted(identities, key=lambda identity: identity.id):
        last = [_REMOVED, True] if identity.removed else [identity.after]
        fields = [identity.id, identity.document, identity.path, identity.leadin, identity.text, *last]
        lines.append(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
    return "\n".join(lines) + "\n"


def _decode_line(line: str) -> Identity | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match fields:
        case [str(known), str(document), [*path], str(leadin), str(text), str(last), *rest] if "." in known:
            removed = rest == [True] and last == _REMOVED
            if (rest and not removed) or not all(isinstance(heading, str) for heading in path):
                return None
            return Identity(
                id=known,
                document=document,
                path=tuple(path),
                leadin=leadin,
                text=text,
                removed=removed,
                after="" if removed else last,
            )
    return None


def mint_id(
    key: str,
    section: Sequence[str],
    leadin: str,
    text: str,
    taken: Collection[str],
    attempts: dict[tuple[str, str], int] | None = None,
) -> str:
    """Return `<key>.<5 characters>` from a hash of section, lead-in and text that is not in `taken`.

    White space, letter case and the Unicode form of the texts do not count.

    Args:
        key: Key of the document.
        section: Section path, outermost first.
        leadin: What stands in front of the text.
        text: The clause's own words.
        taken: Every id that is or was in use, tombstones included.
        attempts: Memory over calls whose `taken` only grows, which goes on where an equal clause stopped: without it
            the time for equal clauses grows by the square of their number. It never changes an id.
    """
    parts = "\x1f".join((_slug_path(tuple(section)), fold_text(leadin).casefold(), fold_text(text).casefold()))
    for attempt in itertools.count(attempts.get((key, parts), 0) if attempts else 0):
        hashed = f"{parts}\x1f{attempt}" if attempt else parts
        bits = int.from_bytes(hashlib.sha256(hashed.encode("utf-8", "surrogatepass")).digest()[:4]) >> 7
        minted = f"{key}." + "".join([_ALPHABET[bits >> shift & 31] for shift in (20, 15, 10, 5, 0)])
        if minted not in taken:
            if attempts is not None:
                attempts[key, parts] = attempt + 1
            return minted
    raise AssertionError("an endless count has ended")


@lru_cache(maxsize=256)
def _slug_path(section: tuple[str, ...]) -> str:
    """Return a section path as it is hashed; clauses of one section follow each other."""
    return "/".join(map(render_slug, section))


def match_identities(
    old: Sequence[Identity], new: Sequence[Candidate], *, reserved: Collection[str] = ()
) -> tuple[tuple[str, ...], tuple[Identity, ...], tuple[Doubt, ...]]:
    """Return the ids of the clauses `new`, in their order, with the tombstones to keep and the doubts to show.

    An author's anchor wins. A clause keeps the id of the old clause that it continues (`matching`); one that is
    restored exactly as it was removed gets its id back; all others are minted. No id is given twice, none of a removed
    or other clause is given again. Where two matches are equally good, the clause is new and a doubt says so.

    Args:
        old: The lines of the identity file, tombstones included.
        new: All clauses of the pack, in order of documents and source.
        reserved: Ids in use in other packs of the composition.
    """
    living = [identity for identity in old if not identity.removed and identity.id not in reserved]
    ids: list[str | None] = [None] * len(new)
    taken = {identity.id for identity in old} | set(reserved)
    matcher = Matcher(living, new)
    places = {identity.id: place for place, identity in enumerate(living)}
    anchored: set[str] = set()
    for place, candidate in enumerate(new):
        wanted = f"{candidate.key}.{candidate.anchor}"
        if candidate.anchor and wanted not in anchored and wanted not in reserved:
            anchored.add(wanted)
            ids[place] = wanted
            if wanted in places:
                matcher.settle(places[wanted], place)
    matcher.match_same()
    _revive(old, new, ids, matcher, anchored | set(reserved))
    matcher.match_alike()
    for place, source in matcher.matches.items():
        ids[place] = ids[place] or living[source].id
    taken |= anchored
    attempts: dict[tuple[str, str], int] = {}
    for place, c in enumerate(new):
        known = ids[place] or mint_id(c.key, c.path, c.leadin, c.text, taken, attempts)
        ids[place] = known
        taken.add(known)
    given = tuple(known for known in ids if known is not None)
    alive = set(given)
    gone = tuple(replace(identity, removed=True, after="") for identity in old if identity.id not in alive)
    return given, gone, matcher.doubts()


def _revive(
    old: Sequence[Identity], new: Sequence[Candidate], ids: list[str | None], matcher: Matcher, given: set[str]
) -> None:
    """Give the ids of tombstones back to clauses that equal them in everything, in source order."""
    buried: dict[tuple[object, ...], list[str]] = {}
    for identity in sorted(old, key=lambda identity: identity.id, reverse=True):
        if identity.removed and identity.id not in given:
            same = (identity.document, identity.path, fold_text(identity.leadin), fold_text(identity.text))
            buried.setdefault(same, []).append(identity.id)
    for place in matcher.free_new() if buried else ():
        candidate = new[place]
        same = (candidate.document, candidate.path, fold_text(candidate.leadin), fold_text(candidate.text))
        if ids[place] is None and (waiting := buried.get(same)):
            ids[place] = waiting.pop()
            matcher.settle(None, place)


def record_identities(
    ids: Sequence[str], new: Sequence[Candidate], tombstones: Sequence[Identity]
) -> tuple[Identity, ...]:
    """Return what the identity file should hold now, sorted by id; arguments as `match_identities` takes and gives."""
    lines = list(tombstones)
    last: dict[str, str] = {}
    for known, candidate in zip(ids, new, strict=True):
        lines.append(
            Identity(
                id=known,
                document=candidate.document,
                path=candidate.path,
                leadin=fold_text(candidate.leadin),
                text=fold_text(candidate.text),
                after=last.get(candidate.document, ""),
            )
        )
        last[candidate.document] = known
    return tuple(sorted(lines, key=lambda identity: identity.id))


def match_documents(old: Sequence[Identity], texts: Mapping[str, str]) -> dict[str, str]:
    """Return document path -> key for those documents whose key the identity file tells, each key once.

    A path that the file names keeps its key. A key whose path is gone moves to the one new document that holds at least
    half of its clauses' words, three by three; where two hold as much, to none.

    Args:
        old: The lines of the pack's identity file.
        texts: Document path -> text of the pack as it is now.
    """
    known: dict[str, Counter[str]] = {}
    lost: dict[str, set[str]] = {}
    for identity in old:
        if not identity.removed:
            key = identity.id.partition(".")[0]
            known.setdefault(identity.document, Counter())[key] += 1
            if identity.document not in texts:
                lost.setdefault(identity.document, set()).update(_cut_shingles(identity.text))
    keys: dict[str, str] = {}
    ranked = sorted((-n, path, key) for path, counter in known.items() for key, n in counter.items())
    for _, path, key in ranked:
        if path not in keys and key not in keys.values():
            keys[path] = key
    fresh = {path: set(_cut_shingles(texts[path])) for path in texts if path not in known} if lost else {}
    shares = sorted(
        (-len(s & words) / len(s), gone, path) for gone, s in lost.items() if s for path, words in fresh.items()
    )
    claims = [claim for claim in shares if claim[0] <= -0.5]
    for share, gone, path in claims:
        rivals = [c for c in claims if c != (share, gone, path) and abs(c[0] - share) < 0.01]
        tied = any((c[1] == gone) != (c[2] == path) and c[1] in keys and c[2] not in keys for c in rivals)
        if gone in keys and path not in keys and not tied:
            keys[path] = keys.pop(gone)
    return {path: key for path, key in keys.items() if path in texts}


def _cut_shingles(text: str) -> list[str]:
    """Return each three words in a row; all words of a shorter text in one."""
    words = split_words(text)
    return [" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2))] if words else []
