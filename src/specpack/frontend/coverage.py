"""How much of the behaviour documents was understood.

Path: clauses -> **coverage** -> checks. Words count as uncovered where only a fallback caught them.
"""

from collections.abc import Iterable

from specpack.frontend.drafts import Draft, Drafting
from specpack.model.clause import BlockKind, Kind, Source
from specpack.model.pack import Role
from specpack.model.understanding import Coverage

_SENTENCES = (Kind.NORM, Kind.GROUP, Kind.INFORMATION)
_UNCOUNTED = (BlockKind.COMMENT, BlockKind.FRONT_MATTER)


def measure_coverage(draftings: Iterable[Drafting]) -> Coverage:
    """Return words and sentences of behaviour documents, rationale left out: all, not recognised, without a force."""
    words = uncovered = sentences = unforced = 0
    for drafting in draftings:
        if drafting.document.role is not Role.BEHAVIOUR:
            continue
        for block in drafting.blocks:
            if not block.informative and block.kind not in _UNCOUNTED:
                words += len(block.text.split())
        uncovered += sum(len(draft.text.split()) for draft in drafting.drafts if draft.fallback)
        spoken = [draft for draft in drafting.drafts if draft.kind in _SENTENCES and not _is_schema(drafting, draft)]
        sentences += len(spoken)
        unforced += sum(draft.modality is None for draft in spoken)
    return Coverage(words=words, uncovered=min(words, uncovered), sentences=sentences, unforced=unforced)


def _is_schema(drafting: Drafting, draft: Draft) -> bool:
    """Whether a draft is a key of a schema, not a sentence of one of its descriptions."""
    explicit = draft.modality is not None and draft.modality.source is not Source.FORMAT
    return drafting.blocks[draft.block].kind is BlockKind.SCHEMA and not explicit
