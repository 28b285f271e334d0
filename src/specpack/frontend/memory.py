"""What was found out about documents that have not changed since: for a program that reads one pack again and again.

Path: **memory** -> understand. Nothing is kept but results of pure functions, each with all that it depends on; with a
memory and without one the result is the same.
"""

from collections.abc import Callable, Collection
from typing import TypeVar, cast

from specpack.frontend.drafts import Drafting
from specpack.model.pack import Document
from specpack.model.span import DocumentName

T = TypeVar("T")


class Memory:
    """Results by name of what was done and by document; of each only the last one."""

    def __init__(self) -> None:
        self._drafted: dict[DocumentName, tuple[Document, Drafting]] = {}
        self._known: dict[tuple[str, str], tuple[object, object]] = {}

    @property
    def draftings(self) -> dict[DocumentName, Drafting]:
        """The documents as they were read last, in order."""
        return {name: drafting for name, (_, drafting) in self._drafted.items()}

    def draft(
        self, documents: Collection[Document], draft: Callable[[Document], Drafting]
    ) -> dict[DocumentName, Drafting]:
        """Return the drafts of all documents, those of unchanged ones as known; other documents are forgotten."""
        fresh: dict[DocumentName, tuple[Document, Drafting]] = {}
        for document in documents:
            known = self._drafted.get(document.name)
            fresh[document.name] = known if known and known[0] == document else (document, draft(document))
        self._drafted = fresh
        self._known = {key: value for key, value in self._known.items() if key[1] in fresh or not key[1]}
        return self.draftings

    def recall(self, what: str, name: str, key: object, make: Callable[[], T]) -> T:
        """Return what `make` returns; not asked again while `key`, which says all that it depends on, is the same."""
        known = self._known.get((what, name))
        if known is None or known[0] != key:
            known = (key, make())
            self._known[what, name] = known
        return cast("T", known[1])
