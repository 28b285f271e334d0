"""One state of a pack as an editor asks about it: clauses by place, references, files of documents.

Path: packs -> **analysis** -> symbols, hovers, actions, notices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from specpack.folders import Folders
from specpack.frontend.drafts import Drafting
from specpack.frontend.references import Reference, find_references
from specpack.model.clause import Clause
from specpack.model.span import DocumentName, Span
from specpack.model.understanding import Understanding


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What is known of a pack, with unsaved changes."""

    root: Path
    understanding: Understanding
    draftings: Mapping[DocumentName, Drafting]
    folders: Folders
    checked: bool
    """Whether the checks were run: without them there are no diagnostics."""

    @cached_property
    def texts(self) -> Mapping[DocumentName, str]:
        """Texts of documents, manifests and identity files."""
        pack = self.understanding.pack
        return {**pack.texts, **{document.name: document.text for document in pack.documents}}

    @cached_property
    def files(self) -> Mapping[DocumentName, Path]:
        """Name -> file, of all that lies in a folder."""
        pack = self.understanding.pack
        found = {name: self.folders.find_file(pack, name) for name in self.texts}
        return {name: file for name, file in found.items() if file}

    @cached_property
    def names(self) -> Mapping[Path, DocumentName]:
        """File -> name."""
        return {file: name for name, file in self.files.items()}

    @cached_property
    def own(self) -> frozenset[DocumentName]:
        """Names of the texts of the pack itself, not of those that it extends."""
        pack = self.understanding.pack
        own = {document.name for document in pack.documents if document.pack == pack.layers[-1]}
        return frozenset(own | {name for name in pack.texts if ":" not in name})

    @cached_property
    def references(self) -> Mapping[DocumentName, tuple[Reference, ...]]:
        """Document -> the references in it, in source order."""
        understanding = self.understanding
        found: dict[DocumentName, list[Reference]] = {}
        for reference in find_references(understanding.pack, self.draftings, set(understanding.clauses)):
            found.setdefault(reference.span.document, []).append(reference)
        return {name: tuple(references) for name, references in found.items()}

    @cached_property
    def _by_document(self) -> Mapping[DocumentName, tuple[Clause, ...]]:
        found: dict[DocumentName, list[Clause]] = {}
        for clause in self.understanding.clauses.values():
            found.setdefault(clause.document, []).append(clause)
        return {name: tuple(clauses) for name, clauses in found.items()}

    def find_clause(self, document: DocumentName, offset: int) -> Clause | None:
        """Return the shortest clause that holds a place, its end included."""
        around = [c for c in self._by_document.get(document, ()) if contains(c.span, offset)]
        return min(around, key=lambda clause: clause.span.end - clause.span.start, default=None)

    def show_place(self, span: Span) -> str:
        """Return a place as messages show it."""
        return f"{span.document}:{span.line}"


def contains(span: Span, offset: int) -> bool:
    """Whether a place lies in a range, its end included."""
    return span.start <= offset <= span.end
