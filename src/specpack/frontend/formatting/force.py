"""Inherited modality made explicit, where no clause changes its force or its words by it.

Path: clauses -> **force** -> packs. Two edits: a lower-case "must" that is read as a rule becomes `MUST`, in a lead-in
for all its items; a heading below a tagged one gets the tag of its own that it inherits.
"""

import re
from collections.abc import Iterator

from specpack.frontend.clauses import draft_document
from specpack.frontend.drafts import Drafting, Scope
from specpack.frontend.markdown import parse_blocks
from specpack.model.clause import BlockKind, Source
from specpack.model.pack import Document

_LOWER = re.compile(r"(must|shall)(\s+(?:not|never))?\Z")
_MARKS = re.compile(r"\A {0,3}#{1,6}[ \t]+\S")
_BEHIND = re.compile(r"(?:[ \t]+\{#[A-Za-z0-9][\w.-]*\})?(?:[ \t]+#+)?[ \t]*\Z")

Insertion = tuple[int, int, str]
"""Start and end of a range of a text, and what to put there."""


def find_explicit(document: Document) -> tuple[Insertion, ...]:
    """Return the edits that would make inherited or implied modality explicit, in source order.

    What a lead-in or the title of its own section gives needs none; whether an edit keeps each clause is for the proof.
    """
    drafting = draft_document(document, parse_blocks(document))
    return tuple(sorted([*_find_words(drafting), *_find_titles(drafting)]))


def apply_edits(text: str, edits: tuple[Insertion, ...]) -> str:
    """Return a text with edits applied; no two of them overlap."""
    for start, end, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _find_words(drafting: Drafting) -> Iterator[Insertion]:
    """Yield the lower-case keywords that are read as rules."""
    for remark in drafting.remarks:
        if remark.code != "SP111":
            continue
        words = drafting.document.text[remark.span.start : remark.span.end]
        if _LOWER.match(words):
            yield remark.span.start, remark.span.end, words.upper()


def _find_titles(drafting: Drafting) -> Iterator[Insertion]:
    """Yield the tags of headings whose text takes its force from a heading above them."""
    bound = {
        draft.section
        for draft in drafting.drafts
        if draft.modality and draft.modality.source is Source.HEADING and draft.section
    }
    for block in drafting.blocks:
        if block.kind is not BlockKind.HEADING or block.section not in bound:
            continue
        title, scope = drafting.titles[block.index], drafting.scopes[block.index]
        if title.tagged or title.rationale or title.suspect or not _is_plain(scope) or not _MARKS.match(block.text):
            continue
        behind = _BEHIND.search(block.text)
        if behind and scope.force:
            place = block.span.start + behind.start()
            yield place, place, f" ({scope.force.value})"


def _is_plain(scope: Scope) -> bool:
    """Whether a scope inherits a force and no other reading."""
    return scope.force is not None and not (scope.definitions or scope.contents)
