"""Packs made of texts, for the tests of the understanding half."""

import hashlib
from dataclasses import replace

from specpack.frontend.understand import understand_pack
from specpack.model.clause import Clause, Kind
from specpack.model.pack import Digest, Document, Pack, Role
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding


def make_document(text: str, path: str = "shelf.md", role: Role = Role.BEHAVIOUR, pack: str = "app") -> Document:
    name = path if pack == "app" else f"{pack}:{path}"
    digest = Digest(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    key = path.rpartition("/")[2].partition(".")[0]
    return Document(pack=pack, path=path, name=DocumentName(name), key=key, role=role, text=text, digest=digest)


def make_pack(*documents: Document, **more: object) -> Pack:
    layers = tuple(dict.fromkeys([*(d.pack for d in documents if d.pack != "app"), "app"]))
    pack = Pack(
        name="app",
        version="1",
        target="python",
        edition="2026.1",
        layers=layers,
        documents=documents,
        digest=Digest("0" * 64),
    )
    return replace(pack, **more)  # type: ignore[arg-type]


def understand(text: str, role: Role = Role.BEHAVIOUR) -> Understanding:
    return understand_pack(make_pack(make_document(text, role=role)))


def read_clauses(text: str, role: Role = Role.BEHAVIOUR) -> list[Clause]:
    return list(understand(text, role).clauses.values())


def show(clauses: list[Clause]) -> list[tuple[str, str, str]]:
    """Return kind, force with source, and text of each clause."""
    return [
        (c.kind.value, f"{c.modality.force}/{c.modality.source}" if c.modality else "", c.text)
        for c in clauses
        if c.kind is not Kind.META
    ]


def codes(understanding: Understanding) -> list[str]:
    return [diagnostic.code for diagnostic in understanding.diagnostics]
