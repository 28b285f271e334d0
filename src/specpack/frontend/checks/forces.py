"""Forces that stand in an unlucky place: given by a heading alone, or permission-shaped.

Path: passages -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.reading import Reading
from specpack.model.clause import Force, Kind, Source
from specpack.model.diagnostic import Diagnostic

_DESCRIBES = re.compile(
    r"\A[\W_]*(?:(?:the|an?|each|every|all|its)\s+)?(?:[\w\u02d1-]+\s+){1,5}?(?:is|are|has|have|contains?|consists?)\b",
    re.I,
)
_NOBODY = re.compile(r"\A[\W_]*(?:No|None\s+of|Neither)\s", re.I)


def check_heading_forces(reading: Reading) -> Iterator[Diagnostic]:
    """Report descriptions that bind by their heading alone, one a section, and bans that are worded as permissions.

    Reports: SP115, SP118.
    """
    described: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for passage in list_passages(reading):
        clause, modality = passage.clause, passage.clause.modality
        if modality is None:
            continue
        by_heading = modality.source is Source.HEADING and modality.force.binding
        if by_heading and clause.kind is Kind.NORM and clause.parent is None and _DESCRIBES.match(passage.mask):
            described.setdefault((clause.document, clause.section), []).append(passage)
        word = passage.mask[modality.span.start - passage.draft.start : modality.span.end - passage.draft.start]
        if modality.force is Force.MUST_NOT and word == "MAY" and _NOBODY.match(passage.mask):
            yield build_diagnostic("SP118", modality.span, clauses=[clause.id])
    for passages in described.values():
        first, *others = (passage.clause for passage in passages)
        fields = {
            "count": count_things(len(passages), "description"),
            "bind": "binds" if len(passages) == 1 else "bind",
            "tag": first.force.value if first.force else "",
        }
        more = [(clause.span, "here as well") for clause in others[:4]]
        ids = [passage.clause.id for passage in passages]
        yield build_diagnostic("SP115", first.span, fields=fields, secondary=more, clauses=ids)
