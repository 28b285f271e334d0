"""How much of the behaviour documents was understood.

Path: clauses -> **coverage** -> checks. Words count as uncovered where only a fallback caught them.
"""

from collections.abc import Iterable

from specpack.frontend.drafts import Drafting
from specpack.model.clause import BlockKind
from specpack.model.pack import Role
from specpack.model.understanding import Coverage

_UNCOUNTED = (BlockKind.COMMENT, BlockKind.FRONT_MATTER)


def measure_coverage(draftings: Iterable[Drafting]) -> Coverage:
    """Return the words of behaviour documents, rationale left out, and how many of them nothing recognised."""
    words = uncovered = 0
    for drafting in draftings:
        if drafting.document.role is not Role.BEHAVIOUR:
            continue
        for block in drafting.blocks:
            if not block.informative and block.kind not in _UNCOUNTED:
                words += len(block.text.split())
        uncovered += sum(len(draft.text.split()) for draft in drafting.drafts if draft.fallback)
    return Coverage(words=words, uncovered=min(words, uncovered))
