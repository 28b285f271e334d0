"""Packs composed: the pack itself and all that it extends, as documents with roles and keys.

Path: sources, manifest, documents, roles -> **packs** -> understand.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.dispositions import parse_dispositions
from specpack.frontend.documents import (
    choose_key,
    compute_digest,
    decode_text,
    mark_start,
    name_documents,
)
from specpack.frontend.identity import match_documents, parse_identities, render_slug
from specpack.frontend.manifest import NAME, Extended, Manifest, parse_manifest
from specpack.frontend.roles import infer_roles, match_roles, report_inferred
from specpack.frontend.sources import Source
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Digest, Disposition, Document, Identity, Pack, Role
from specpack.model.span import DocumentName, Span

MANIFEST, IDENTITIES, LOCK, ACCEPTED = "specpack.toml", "specpack.ids", "specpack.lock", "specpack.accepted"
_OWN_FILES = frozenset({MANIFEST, IDENTITIES, LOCK, ACCEPTED})
_SHOUTS = re.compile(rb"MUST|SHALL|SHOULD|REQUIRED|RECOMMENDED|MAY|OPTIONAL")
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
    texts: Mapping[DocumentName, str]
    """The texts of manifest and identity file, as messages call them."""
    documents: tuple[Document, ...]
    identities: tuple[Identity, ...]
    accepted: tuple[Disposition, ...]
    digest: Digest


def compose_pack(
    source: Source,
    *,
    edition: str,
    find_std: Callable[[], Source],
    read: Callable[[Path], Source],
    root: Path,
    targets: Collection[str] | None = None,
) -> tuple[Pack, tuple[Diagnostic, ...]]:
    """Return a pack with all that it extends, and what is wrong with any of them, `Source.diagnostics` included.

    Args:
        source: The files of the pack itself.
        edition: The edition that this specpack speaks.
        find_std: Gives the standard pack.
        read: Gives the pack at a path, `read_source` in the main.
        root: Where the pack itself stands, folder or archive; paths in `extends` are relative to it as to a folder.
        targets: Names of the targets that are installed; None where any name will do.

    Reports: SP001 (nothing there), SP005 to SP009 (manifest, cycle, edition, digest), SP015 to SP018 (encoding, roles,
    replaced documents, identity file), SP102 (inferred).
    """
    composing = _Composing(edition, find_std, read)
    source = _refuse_outer(source)
    composing.add(source, Path(os.path.realpath(root)), ())
    layers = composing.layers
    own = layers[-1]
    documents = _assign_keys(layers, composing.replace_documents())
    composing.check_owners(documents)
    composing.check_target(own.manifest, targets)
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
        accepted=own.accepted,
        texts={name: text for layer in layers for name, text in layer.texts.items()},
        places={keys: place for layer in layers for keys, place in layer.manifest.places.items()},
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
        shown = shown if NAME.fullmatch(shown) else f"pack-{shown}"
        default = "std" if place is None else shown if NAME.fullmatch(shown) else "pack"
        if MANIFEST not in source.files:
            return Manifest(name=default), "", bool(source.diagnostics) and not source.files
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
        texts = {DocumentName(prefix + MANIFEST): text} if text else {}
        identities: tuple[Identity, ...] = ()
        if IDENTITIES in source.files:
            name = DocumentName(prefix + IDENTITIES)
            lines, problems = decode_text(source.files[IDENTITIES], name)
            identities, found = parse_identities(lines, name)
            self.diagnostics += [*problems, *found]
            if found:
                texts[name] = lines
        accepted: tuple[Disposition, ...] = ()
        if main and ACCEPTED in source.files:
            name = DocumentName(ACCEPTED)
            texts[name], problems = decode_text(source.files[ACCEPTED], name)
            accepted, found = parse_dispositions(texts[name], name)
            self.diagnostics += [*problems, *found]
        roles: dict[str, Role] = {}
        if not broken:
            roles, noted = self._find_roles(source, manifest, prefix, main=main)
            self.diagnostics += noted
        documents = [
            self._make_document(source, path, role, manifest.name, prefix, inferred=manifest.patterns is None)
            for path, role in roles.items()
        ]
        if main and not broken:
            self._check_main(manifest, documents)
        pairs = [(document.path, document.digest) for document in documents]
        return _Layer(
            name=manifest.name,
            manifest=manifest,
            text=text,
            texts=texts,
            documents=tuple(documents),
            identities=identities,
            accepted=accepted,
            digest=_digest_files(pairs, text),
        )

    def _make_document(
        self, source: Source, path: str, role: Role, pack: str, prefix: str, *, inferred: bool
    ) -> Document:
        name = DocumentName(prefix + path)
        text, problems = decode_text(source.files[path], name)
        self.diagnostics += problems
        digest = compute_digest(text)
        return Document(pack=pack, path=path, name=name, key="", role=role, text=text, digest=digest, inferred=inferred)

    def _find_roles(
        self, source: Source, manifest: Manifest, prefix: str, *, main: bool
    ) -> tuple[dict[str, Role], list[Diagnostic]]:
        """Return path -> role, as declared or as inferred."""
        files = {path: data for path, data in source.files.items() if path not in _OWN_FILES}
        if manifest.patterns is not None:
            roles, problems = match_roles(files, manifest.patterns)
            aside = {path: data for path, data in files.items() if path not in roles and _SHOUTS.search(data)}
            if main and aside:
                from specpack.frontend.outsiders import find_outsiders

                problems += find_outsiders(aside, prefix)
            return roles, problems
        roles, problems = infer_roles(files, prefix)
        if roles:
            known = {"name": manifest.name, "target": _DEFAULT_TARGET, "edition": self._edition}
            whole, place = main and not manifest.places, manifest.places.get(("pack", "name"))
            problems.append(report_inferred(roles, **known, whole=whole, place=place))
        return roles, problems

    def _check_main(self, manifest: Manifest, documents: Sequence[Document]) -> None:
        """Report what only the pack itself needs: documents, and a target."""
        if not documents:
            self.report("SP001", None, "documents", pack=manifest.name)
        if not manifest.target and manifest.places and any(d.role is Role.BEHAVIOUR for d in documents):
            place = manifest.places.get(("pack", "name"))
            self.report("SP102", place, "target", pack=manifest.name, target=_DEFAULT_TARGET)

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

    def check_target(self, manifest: Manifest, targets: Collection[str] | None) -> None:
        """Report a target of the pack itself that nobody knows."""
        if targets is None or not manifest.target or manifest.target in targets:
            return
        near = get_close_matches(manifest.target, sorted(targets), 1)
        fields = {
            "document": MANIFEST,
            "target": manifest.target,
            "known": ", ".join(f"`{name}`" for name in sorted(targets)) or "none",
            "near": near[0] if near else "",
        }
        self.report("SP005", manifest.places["pack", "target"], "target", **fields)

    def check_owners(self, documents: Iterable[Document]) -> None:
        """Report topics that are owned by a document that does not exist."""
        known = {(d.pack, d.path) for d in documents}
        names = {d.name for d in documents}
        for layer in self.layers:
            for topic, path in layer.manifest.owns.items():
                if (layer.name, path) not in known and path not in names:
                    span = layer.manifest.places[("precedence", "owns", topic)]
                    self.report("SP001", span, "owner", topic=topic, path=path)


def _refuse_outer(source: Source) -> Source:
    """Return a source without files where it has no manifest and its folders do: it is no pack, it holds some."""
    inside = sorted(path.removesuffix(f"/{MANIFEST}") for path in source.files if path.endswith(f"/{MANIFEST}"))
    if MANIFEST in source.files or not inside:
        return source
    shown = ", ".join(f"`{path}`" for path in inside[:5]) + (f" or {len(inside) - 5} more" if len(inside) > 5 else "")
    problem = build_diagnostic("SP001", None, case="inside", fields={"shown": shown})
    return replace(source, files={}, diagnostics=(*source.diagnostics, problem))


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
