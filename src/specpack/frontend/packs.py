"""Packs composed: the pack itself and all that it extends, as documents with roles and keys.

Path: sources, manifest, documents -> **packs** -> understand.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.documents import (
    choose_key,
    compute_digest,
    decode_text,
    infer_role,
    mark_start,
    match_glob,
    name_documents,
)
from specpack.frontend.identity import match_documents, parse_identities, render_slug
from specpack.frontend.manifest import NAME, Extended, Manifest, parse_manifest
from specpack.frontend.sources import Source
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Digest, Document, Identity, Pack, Role
from specpack.model.span import DocumentName, Span

MANIFEST, IDENTITIES, LOCK = "specpack.toml", "specpack.ids", "specpack.lock"
_OWN_FILES = frozenset({MANIFEST, IDENTITIES, LOCK})
_MOST_LAYERS = 32
_DEFAULT_TARGET = "python"
_REPLACEABLE = (Role.POLICY, Role.LANGUAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One pack of the composition; its documents have no keys yet."""

    name: str
    manifest: Manifest
    text: str
    """The manifest as it is written, empty where there is none."""
    documents: tuple[Document, ...]
    identities: tuple[Identity, ...]
    digest: Digest


def compose_pack(
    source: Source,
    *,
    edition: str,
    find_std: Callable[[], Source],
    read: Callable[[Path], Source],
    root: Path,
) -> tuple[Pack, tuple[Diagnostic, ...]]:
    """Return a pack with all that it extends, and what is wrong with any of them, `Source.diagnostics` included.

    Args:
        source: The files of the pack itself.
        edition: The edition that this specpack speaks.
        find_std: Gives the standard pack.
        read: Gives the pack at a path, `read_source` in the main.
        root: Where the pack itself stands, folder or archive; paths in `extends` are relative to it as to a folder.

    Reports: SP001 (nothing there), SP005 to SP009 (manifest, cycle, edition, digest), SP015 to SP018 (encoding, roles,
    replaced documents, identity file), SP102 (inferred).
    """
    composing = _Composing(edition, find_std, read)
    composing.add(source, Path(os.path.realpath(root)), ())
    layers = composing.layers
    own = layers[-1]
    documents = _assign_keys(layers, composing.replace_documents())
    composing.check_owners(documents)
    pairs: list[tuple[str, str]] = [(document.name, document.digest) for document in documents]
    pairs += [(f"{layer.name}:{MANIFEST}", compute_digest(layer.text)) for layer in layers[:-1]]
    names = {layer.name: {d.path: d.name for d in documents if d.pack == layer.name} for layer in layers}
    owns = {topic: names[layer.name].get(path, path) for layer in layers for topic, path in layer.manifest.owns.items()}
    pack = Pack(
        name=own.name,
        version=own.manifest.version or "0.0.0",
        target=own.manifest.target or _DEFAULT_TARGET,
        edition=own.manifest.edition or edition,
        layers=tuple(layer.name for layer in layers),
        documents=documents,
        digest=_digest_files(pairs, own.text),
        owns=owns,
        unlocked=own.manifest.unlocked,
        overrides={known: reason for layer in layers for known, reason in layer.manifest.overrides.items()},
        identities={layer.name: layer.identities for layer in layers if layer.identities},
    )
    return pack, tuple(composing.diagnostics)


class _Composing:
    """A composition being made: its layers in rising rank, and what is wrong so far."""

    def __init__(self, edition: str, find_std: Callable[[], Source], read: Callable[[Path], Source]) -> None:
        self.layers: list[_Layer] = []
        self.diagnostics: list[Diagnostic] = []
        self._edition, self._find_std, self._read = edition, find_std, read
        self._done: dict[Path | None, _Layer] = {}

    def report(self, code: str, span: Span | None, case: str = "", **fields: str) -> None:
        """Note what is wrong or was inferred."""
        self.diagnostics.append(build_diagnostic(code, span, case=case, fields=fields))

    def add(self, source: Source, place: Path | None, above: tuple[tuple[Path | None, str], ...]) -> _Layer:
        """Add a pack after the packs that it extends; `place` is None for the standard pack."""
        main = not above
        self.diagnostics += source.diagnostics
        manifest, text, broken = self._read_manifest(source, place, main=main)
        chain = (*above, (place, manifest.name))
        under = [self._extend(entry, place, chain) for entry in manifest.extends]
        self._check_edition(manifest)
        order = [layer.name for layer in self.layers]
        ranks = [order.index(layer.name) for layer in under if layer]
        if ranks != sorted(ranks):
            self.report("SP007", manifest.extends[0].span, "rank")
        taken = {layer.name for layer in self.layers}
        if manifest.name in taken:
            self.report("SP005", manifest.places.get(("pack", "name")), "two names", pack=manifest.name)
            free = next(n for n in range(2, len(taken) + 3) if f"{manifest.name}-{n}" not in taken)
            manifest = replace(manifest, name=f"{manifest.name}-{free}")
        layer = self._make_layer(source, manifest, text, main=main, broken=broken)
        self.layers.append(layer)
        self._done[place] = layer
        return layer

    def _read_manifest(self, source: Source, place: Path | None, *, main: bool) -> tuple[Manifest, str, bool]:
        """Return the manifest with a name in any case, its text, and whether roles cannot be known."""
        shown = source.name if NAME.fullmatch(source.name) else render_slug(source.name) or "pack"
        default = "std" if place is None else shown
        if MANIFEST not in source.files:
            return Manifest(name=default), "", not source.files
        name = DocumentName(MANIFEST)
        text, _ = decode_text(source.files[MANIFEST], name)
        called = parse_manifest(text, name)[0].name or default
        if not main:
            name = DocumentName(f"{called}:{MANIFEST}")
        _, problems = decode_text(source.files[MANIFEST], name)
        manifest, found = parse_manifest(text, name)
        self.diagnostics += [*problems, *found]
        return replace(manifest, name=called), text, any(problem.code == "SP006" for problem in found)

    def _check_edition(self, manifest: Manifest) -> None:
        if manifest.edition and manifest.edition != self._edition:
            named = {"pack": manifest.name, "theirs": manifest.edition, "ours": self._edition}
            self.report("SP008", manifest.places["pack", "edition"], **named)

    def _extend(self, entry: Extended, place: Path | None, chain: tuple[tuple[Path | None, str], ...]) -> _Layer | None:
        """Add an extended pack once; return None where it cannot be."""
        target = None
        if entry.path is not None:
            if place is None:
                self.report("SP005", entry.span, "std")
                return None
            target = Path(os.path.normpath(place / entry.path))
        if len(chain) > _MOST_LAYERS:
            self.report("SP007", entry.span, "depth", most=str(_MOST_LAYERS))
            return None
        if target in [above for above, _ in chain]:
            names = [name for _, name in chain]
            circle = " -> ".join(f"`{name}`" for name in [*names[[p for p, _ in chain].index(target) :], entry.shown])
            self.report("SP007", entry.span, circle=circle)
            return None
        layer = self._done.get(target)
        if layer is None:
            source = self._find_std() if target is None else self._read(target)
            if not source.files:
                reasons = tuple(d.message for d in source.diagnostics if d.code != "SP001")
                self.diagnostics += [replace(d, span=entry.span) for d in source.diagnostics if d.code != "SP001"]
                if not reasons:
                    self.report("SP001", entry.span, "extended", path=entry.shown)
                return None
            layer = self.add(source, target, chain)
        if entry.digest is not None and entry.digest != f"sha256:{layer.digest}":
            self.report("SP009", entry.span, path=entry.shown, digest=layer.digest)
        return layer

    def _make_layer(self, source: Source, manifest: Manifest, text: str, *, main: bool, broken: bool) -> _Layer:
        prefix = "" if main else f"{manifest.name}:"
        identities: tuple[Identity, ...] = ()
        if IDENTITIES in source.files:
            name = DocumentName(prefix + IDENTITIES)
            lines, problems = decode_text(source.files[IDENTITIES], name)
            identities, found = parse_identities(lines, name)
            self.diagnostics += [*problems, *found]
        if broken:
            roles: dict[str, Role] = {}
        elif manifest.patterns is None:
            roles = self._infer_roles(source, prefix)
        else:
            roles = self._match_roles(source, manifest)
        documents = [
            self._make_document(source, path, role, manifest.name, prefix, inferred=manifest.patterns is None)
            for path, role in roles.items()
        ]
        if main and not broken:
            self._check_main(source, manifest, documents)
        pairs = [(document.path, document.digest) for document in documents]
        return _Layer(
            name=manifest.name,
            manifest=manifest,
            text=text,
            documents=tuple(documents),
            identities=identities,
            digest=_digest_files(pairs, text),
        )

    def _make_document(
        self, source: Source, path: str, role: Role, pack: str, prefix: str, *, inferred: bool
    ) -> Document:
        name = DocumentName(prefix + path)
        text, problems = decode_text(source.files[path], name)
        self.diagnostics += problems
        if inferred:
            self.report("SP102", mark_start(name), document=name, role=role.value)
        digest = compute_digest(text)
        return Document(pack=pack, path=path, name=name, key="", role=role, text=text, digest=digest, inferred=inferred)

    def _check_main(self, source: Source, manifest: Manifest, documents: Sequence[Document]) -> None:
        """Report what only the pack itself needs: documents, and a target."""
        if not documents:
            self.report("SP001", None, "documents", pack=manifest.name)
        if not manifest.target and any(document.role is Role.BEHAVIOUR for document in documents):
            place = manifest.places.get(("pack", "name"))
            self.report("SP102", place, "target", pack=manifest.name, target=_DEFAULT_TARGET)
        if MANIFEST not in source.files:
            self.report("SP102", None, "name", manifest=MANIFEST, pack=manifest.name)

    def _infer_roles(self, source: Source, prefix: str) -> dict[str, Role]:
        """Return path -> role by the names of files, sorted by role, with a note on what stays outside."""
        inferred: list[tuple[Role, str]] = []
        outside: list[str] = []
        for path in sorted(source.files.keys() - _OWN_FILES):
            role = infer_role(path, source.files[path].decode("utf-8", "replace"))
            if role:
                inferred.append((role, path))
            else:
                outside.append(path)
        if outside:
            shown = ", ".join(f"`{prefix}{path}`" for path in outside[:5])
            more = f" and {len(outside) - 5} more" if len(outside) > 5 else ""
            self.report("SP102", None, "outside", shown=shown + more)
        ranks = list(Role)
        return {path: role for role, path in sorted(inferred, key=lambda pair: (ranks.index(pair[0]), pair[1]))}

    def _match_roles(self, source: Source, manifest: Manifest) -> dict[str, Role]:
        """Return path -> role by the manifest's globs, sorted by role, then as listed."""
        owners: dict[str, tuple[Role, Span]] = {}
        paths = sorted(source.files.keys() - _OWN_FILES)
        for pattern in manifest.patterns or ():
            matching = [path for path in paths if match_glob(path, pattern.glob)]
            if not matching:
                self.report("SP001", pattern.span, "entry", glob=pattern.glob)
            for path in matching:
                role, first = owners.setdefault(path, (pattern.role, pattern.span))
                if role is not pattern.role:
                    roles = {"path": path, "first": role.value, "second": pattern.role.value}
                    label = (first, f"{role.value} here")
                    self.diagnostics.append(build_diagnostic("SP016", pattern.span, fields=roles, secondary=[label]))
        ranks = list(Role)
        return {path: role for path, (role, _) in sorted(owners.items(), key=lambda item: ranks.index(item[1][0]))}

    def replace_documents(self) -> list[Document]:
        """Return all documents in rising rank of their packs, without those that a higher pack replaces."""
        kept: dict[tuple[str, str], Document] = {}
        for layer in self.layers:
            for document in layer.documents:
                same = [
                    lower
                    for lower in kept.values()
                    if lower.path == document.path and lower.role is document.role and document.role in _REPLACEABLE
                ]
                for lower in same:
                    del kept[lower.pack, lower.path]
                    self.report("SP017", mark_start(document.name), document=document.name, lower=lower.name)
                kept[document.pack, document.path] = document
        return list(kept.values())

    def check_owners(self, documents: Iterable[Document]) -> None:
        """Report topics that are owned by a document that does not exist."""
        known = {(d.pack, d.path) for d in documents}
        names = {d.name for d in documents}
        for layer in self.layers:
            for topic, path in layer.manifest.owns.items():
                if (layer.name, path) not in known and path not in names:
                    span = layer.manifest.places[("precedence", "owns", topic)]
                    self.report("SP001", span, "owner", topic=topic, path=path)


def _digest_files(pairs: Iterable[tuple[str, str]], manifest: str) -> Digest:
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(pairs))
    return compute_digest(f"{lines}\n{manifest}")


def _assign_keys(layers: Sequence[_Layer], documents: Sequence[Document]) -> tuple[Document, ...]:
    """Return the documents with keys that are unique in the composition, lower packs choosing first."""
    taken: set[str] = set()
    keyed: list[Document] = []
    for layer in layers:
        own = [document for document in documents if document.pack == layer.name]
        known = match_documents(layer.identities, {document.path: document.text for document in own})
        keys = {path: key for path, key in known.items() if key not in taken}
        wanted = name_documents([document.path for document in layer.documents])
        for path in sorted(document.path for document in own):
            if path not in keys:
                keys[path] = choose_key(wanted[path], layer.name, {*taken, *keys.values()}, taken)
        taken |= set(keys.values())
        keyed += [replace(document, key=keys[document.path]) for document in own]
    return tuple(keyed)
