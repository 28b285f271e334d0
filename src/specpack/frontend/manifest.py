"""The manifest of a pack, `specpack.toml`.

Path: sources -> **manifest** -> packs -> understand.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from specpack.frontend.catalogue import build_diagnostic
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Role
from specpack.model.span import DocumentName, Span, locate

NAME = re.compile(r"[a-z][a-z0-9-]*")
"""What a pack may be called; the package of the codebase is called after it."""
_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
_TABLES = {
    "pack": ("name", "version", "target", "edition", "extends"),
    "documents": tuple(role.value for role in Role),
    "precedence": ("owns", "overrides"),
    "unlock": ("ids",),
}
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_STRINGS_AND_COMMENTS = re.compile(
    r'("""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\')|("(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')|(#[^\n]*)', re.DOTALL
)
_ANY_HEADER = re.compile(r"^[ \t]*\[[^\]\n]*\]\]?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """One pack that is extended: `std` by its name (`path` is None), or another one by its path."""

    path: str | None
    digest: str | None
    span: Span

    @property
    def shown(self) -> str:
        """How messages call it."""
        return self.path or "std"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One glob of `[documents]`; `*` stays within a folder, `**` does not."""

    role: Role
    glob: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says; empty texts where it does not say or says it wrongly."""

    name: str = ""
    version: str = ""
    target: str = ""
    edition: str = ""
    extends: tuple[Extended, ...] = ()
    """In rising rank."""
    patterns: tuple[Pattern, ...] | None = None
    """None where there is no table `[documents]`."""
    owns: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    unlocked: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], Span] = field(default_factory=dict)
    """Where things stand: `("pack", "edition")`, `("precedence", "owns", topic)`, `("unlock", "ids", id)`."""


def parse_manifest(text: str, document_name: DocumentName) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """Return what a manifest says, as far as it can be read, with what is wrong.

    Reports: SP005 (unknown, missing or wrong entry), SP006 (not TOML).
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Manifest(), (_report_syntax(text, document_name, error),)
    reading = _Reading(text, document_name)
    for table, value in data.items():
        if table not in _TABLES:
            reading.reject("table", table, known=_TABLES)
        elif not isinstance(value, dict):
            reading.reject("not a table", table)
        else:
            for key in value.keys() - set(_TABLES[table]):
                reading.reject("key", table, key, known=_TABLES[table])
    tables = {table: value if isinstance(value := data.get(table, {}), dict) else {} for table in _TABLES}
    pack, precedence = tables["pack"], tables["precedence"]
    name = reading.read_text(pack, "pack", "name", required=True)
    if name and not NAME.fullmatch(name):
        reading.reject("name", "pack", "name", near=suggest_name(name))
        name = ""
    version = reading.read_text(pack, "pack", "version")
    if version and not _VERSION.fullmatch(version):
        reading.reject("version", "pack", "version")
        version = ""
    manifest = Manifest(
        name=name,
        version=version,
        target=reading.read_text(pack, "pack", "target"),
        edition=reading.read_text(pack, "pack", "edition", required=True),
        extends=reading.read_extends(pack.get("extends", [])),
        patterns=reading.read_patterns(tables["documents"]) if "documents" in data else None,
        owns=reading.read_pairs(precedence.get("owns", {}), "precedence", "owns"),
        overrides=reading.read_pairs(precedence.get("overrides", {}), "precedence", "overrides"),
        unlocked=reading.read_unlocked(tables["unlock"].get("ids", [])),
        places=reading.places,
    )
    return manifest, tuple(sorted(reading.diagnostics, key=lambda d: (d.span is None, d.span, d.message)))


def suggest_name(name: str) -> str:
    """Return the allowed name that is most like another one; empty where nothing of it is left."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return slug if NAME.fullmatch(slug) else f"pack-{slug}" if slug else ""


def render_manifest(documents: Sequence[tuple[str, Role]], head: tuple[str, str, str] | None) -> str:
    """Return the lines of a manifest that give documents their roles, below `head`: name, target and edition."""
    lines: list[str] = []
    if head:
        name, target, edition = (json.dumps(text) for text in head)
        lines += ["[pack]", f"name = {name}", 'version = "0.1.0"', f"target = {target}", f"edition = {edition}"]
        lines += ['extends = ["std"]', ""]
    lines.append("[documents]")
    for role in Role:
        paths = [json.dumps(_escape(path), ensure_ascii=False) for path, known in documents if known is role]
        lines += [f"{role.value} = [{', '.join(paths)}]"] if paths else []
    return "\n".join(lines)


def _escape(path: str) -> str:
    """Return a path as a glob that matches it alone."""
    return re.sub(r"([*?\[])", r"[\1]", path)


class _Reading:
    """One manifest being read: its places and what is wrong with it."""

    def __init__(self, text: str, document: DocumentName) -> None:
        self.places: dict[tuple[str, ...], Span] = {}
        self.diagnostics: list[Diagnostic] = []
        self._text, self._document = text, document
        self._masked = _mask_text(text)

    def reject(self, case: str, *keys: str, value: str | None = None, known: Iterable[str] = (), **fields: str) -> None:
        """Note a case of SP005 at an entry, or at what there is of the way to it."""
        near = difflib.get_close_matches(fields.get("named", keys[-1]), known, 1)
        told = {
            "document": self._document,
            "table": keys[0],
            "key": keys[-1],
            "known": ", ".join(f"`{key}`" for key in known),
            "near": near[0] if near else "",
        }
        span = self.place(*keys, value=value)
        self.diagnostics.append(build_diagnostic("SP005", span, case=case, fields=told | fields))

    def place(self, *keys: str, value: str | None = None) -> Span:
        """Return where an entry stands, or a text in its value."""
        return locate(self._document, self._text, *_find_place(self._masked, keys, value))

    def read_text(self, table: Mapping[str, object], *keys: str, required: bool = False) -> str:
        """Return a text, empty where there is none."""
        value = table.get(keys[-1])
        if value is None and not required:
            return ""
        if value is None:
            self.reject("missing", *keys)
        elif isinstance(value, str) and value.strip():
            self.places[keys] = self.place(*keys)
            return value
        else:
            self.reject("text", *keys)
        return ""

    def read_extends(self, value: object) -> tuple[Extended, ...]:
        """Return the extended packs."""
        if not isinstance(value, list):
            self.reject("extends", "pack", "extends")
            return ()
        found: list[Extended] = []
        for item in value:
            path = item.get("path") if isinstance(item, dict) else None
            digest = item.get("digest") if isinstance(item, dict) else None
            shown = item if isinstance(item, str) else path if isinstance(path, str) else None
            span = self.place("pack", "extends", value=shown)
            if item == "std":
                found.append(Extended(path=None, digest=None, span=span))
            elif isinstance(item, str):
                self.reject("no such pack", "pack", "extends", value=item, known=["std"], named=item)
            elif (
                not isinstance(item, dict) or not isinstance(path, str) or not path or item.keys() - {"path", "digest"}
            ):
                self.reject("extended", "pack", "extends", value=shown)
            elif path.startswith(("/", "\\")) or re.match("[A-Za-z]:", path) or "\x00" in path:
                self.reject("absolute", "pack", "extends", value=path, path=path)
            elif digest is not None and not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
                self.reject("digest", "pack", "extends", value=shown)
            else:
                found.append(Extended(path=path, digest=digest, span=span))
        return tuple(found)

    def read_patterns(self, table: Mapping[str, object]) -> tuple[Pattern, ...]:
        """Return the globs of all roles that exist, as they are written."""
        found: list[Pattern] = []
        for key, value in table.items():
            if key not in _TABLES["documents"]:
                continue
            if not isinstance(value, list) or not all(isinstance(glob, str) for glob in value):
                self.reject("globs", "documents", key)
                continue
            for glob in value:
                if not glob or glob.startswith("/") or "\\" in glob or {"", ".", ".."} & set(glob.split("/")):
                    self.reject("glob", "documents", key, value=glob, glob=glob)
                else:
                    span = self.place("documents", key, value=glob)
                    found.append(Pattern(role=Role(key), glob=glob, span=span))
        return tuple(found)

    def read_pairs(self, value: object, *keys: str) -> dict[str, str]:
        """Return a table of texts."""
        if not isinstance(value, dict):
            self.reject("not a table", *keys)
            return {}
        return {name: text for name in value if (text := self.read_text(value, *keys, name))}

    def read_unlocked(self, value: object) -> dict[str, str]:
        """Return id -> reason, from a table or a list of { id, reason }."""
        if not isinstance(value, list):
            return self.read_pairs(value, "unlock", "ids")
        found: dict[str, str] = {}
        for item in value:
            shown = next(iter(item.values()), None) if isinstance(item, dict) else item
            place = shown if isinstance(shown, str) else None
            if (
                isinstance(item, dict)
                and item.keys() == {"id", "reason"}
                and all(isinstance(text, str) and text.strip() for text in item.values())
            ):
                found[item["id"]] = item["reason"]
                self.places["unlock", "ids", item["id"]] = self.place("unlock", "ids", value=item["id"])
            else:
                self.reject("unlock", "unlock", "ids", value=place, id=place or "document.abcde")
        return found


def _report_syntax(text: str, document: DocumentName, error: Exception) -> Diagnostic:
    """Return SP006 at the place that the parser names, the end of the text where it names none."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    start = len(text)
    if place:
        lines = text.split("\n")
        start = min(len(text), sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1)
    span = locate(document, text, start, min(start + 1, len(text)))
    reason = "it nests too deep" if isinstance(error, RecursionError) else re.sub(r" \(at .*\)$", "", str(error))
    return build_diagnostic(
        "SP006",
        span,
        fields={"document": document, "line": str(span.line), "column": str(span.column)},
        notes=[f"the parser says: {reason[:1].lower()}{reason[1:]}"],
    )


def _mask_text(text: str) -> str:
    """Return the text with comments and texts of several lines blanked; offsets stay."""
    return _STRINGS_AND_COMMENTS.sub(
        lambda m: m[2] if m[2] is not None else re.sub(r"[^\n]", " ", m[0]),
        text,
    )


def _find_place(masked: str, keys: tuple[str, ...], value: str | None) -> tuple[int, int]:
    """Return the range of the last of `keys` that can be found, or of `value` after it; the start where none can."""
    found, start, end, rest = (0, 0), 0, len(masked), keys
    for depth in range(len(keys), 0, -1):
        header = r"[ \t]*\.[ \t]*".join(_spell(key) for key in keys[:depth])
        if match := re.search(rf"^[ \t]*\[\[?[ \t]*({header})[ \t]*\]", masked, re.MULTILINE):
            found, start, rest = match.span(1), match.end(), keys[depth:]
            break
    if following := _ANY_HEADER.search(masked, start):
        end = following.start()
    for key in rest:
        match = re.compile(rf"(?:^|[{{,.\s])({_spell(key)})[ \t]*[=.]", re.MULTILINE).search(masked, start, end)
        if not match:
            return found
        found, start = match.span(1), match.end() - 1
    if value is not None and (match := re.compile(rf"([\"']){re.escape(value)}\1").search(masked, start, end)):
        return match.span()
    return found


def _spell(key: str) -> str:
    """Return a pattern for a key, bare or quoted."""
    plain = re.escape(key)
    return rf"(?:\"{plain}\"|'{plain}'|{plain})"
