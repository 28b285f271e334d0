"""A pack in canonical form: each document laid out, and the whole proven before anything of it is given back.

Path: understand, force, layout -> **packs** -> proof -> the command line, which writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from specpack.frontend.documents import compute_digest
from specpack.frontend.formatting.force import Insertion, apply_edits, find_explicit
from specpack.frontend.formatting.layout import render_document
from specpack.frontend.markdown import is_markdown
from specpack.frontend.places import index_places
from specpack.frontend.proof import Loss, find_losses
from specpack.frontend.understand import understand_pack
from specpack.model.pack import Document
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding

_MOST_ROUNDS = 4
"""Layouts of one document until it must stay as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """The documents whose canonical form differs from their text and is proven, and those that are left alone."""

    texts: Mapping[DocumentName, str]
    refused: tuple[Loss, ...]
    """The first loss of each document whose canonical form could not be proven."""
    looked_at: int
    """How many documents there are to format."""


def format_pack(understanding: Understanding, *, explicit: bool = False) -> Formatted:
    """Return the canonical form of the pack's own Markdown documents.

    Args:
        understanding: The pack as it stands; documents of packs that it extends are not looked at.
        explicit: Whether inherited modality is made explicit where that changes no clause.
    """
    own = list_documents(understanding)
    texts: dict[DocumentName, str] = {}
    refused: list[Loss] = []
    for document in own:
        rendered = _render_settled(understanding, document, explicit=explicit)
        if rendered is None:
            whole = index_places(document.name, document.text).span(0, 0)
            refused.append(Loss(span=whole, reason="the document would never come to rest"))
        elif rendered != document.text:
            texts[document.name] = rendered
    while texts:
        losses = find_losses(understanding, _replace_texts(understanding, texts))
        blamed = {loss.span.document: loss for loss in reversed(losses) if loss.span.document in texts}
        if losses and not blamed:
            blamed = {name: replace(losses[0], span=index_places(name, "").span(0, 0)) for name in texts}
        if not blamed:
            break
        refused += blamed.values()
        texts = {name: text for name, text in texts.items() if name not in blamed}
    return Formatted(
        texts=texts, refused=tuple(sorted(refused, key=lambda loss: (loss.span, loss.reason))), looked_at=len(own)
    )


def list_documents(understanding: Understanding) -> tuple[Document, ...]:
    """Return the Markdown documents of the pack itself."""
    pack = understanding.pack
    return tuple(d for d in pack.documents if d.pack == pack.layers[-1] and is_markdown(d.path))


def _render_settled(understanding: Understanding, document: Document, *, explicit: bool) -> str | None:
    """Return a document laid out until that changes nothing; None where it never does."""
    for _ in range(_MOST_ROUNDS):
        rendered = render_document(_make_explicit(understanding, document) if explicit else document.text)
        if rendered == document.text:
            return rendered
        document = replace(document, text=rendered)
    return None


def _replace_texts(understanding: Understanding, texts: Mapping[DocumentName, str]) -> Understanding:
    """Return the pack understood with other texts of some documents."""
    documents = tuple(
        replace(document, text=texts[document.name], digest=compute_digest(texts[document.name]))
        if document.name in texts
        else document
        for document in understanding.pack.documents
    )
    return understand_pack(replace(understanding.pack, documents=documents))


def _make_explicit(understanding: Understanding, document: Document) -> str:
    """Return a document with every edit that makes a modality explicit and changes no clause."""
    edits = find_explicit(document)
    if not edits:
        return document.text
    alone = understand_pack(replace(understanding.pack, documents=(document,)))
    return apply_edits(document.text, _select_harmless(alone, document, edits, ()))


def _select_harmless(
    alone: Understanding, document: Document, edits: Sequence[Insertion], chosen: tuple[Insertion, ...]
) -> tuple[Insertion, ...]:
    """Return `chosen` and those further edits that lose nothing, halving what cannot be taken as a whole."""
    wanted = (*chosen, *edits)
    text = apply_edits(document.text, wanted)
    if not find_losses(alone, _replace_texts(alone, {document.name: text})):
        return wanted
    if len(edits) == 1:
        return chosen
    middle = len(edits) // 2
    first = _select_harmless(alone, document, edits[:middle], chosen)
    return _select_harmless(alone, document, edits[middle:], first)
