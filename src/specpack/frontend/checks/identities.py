"""Clauses against the identity file: locked ones that were edited, matches that are not sure.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.reading import Reading
from specpack.frontend.resemblance import fold_text
from specpack.model.clause import ClauseId, Kind
from specpack.model.diagnostic import Diagnostic


def check_locked(reading: Reading) -> Iterator[Diagnostic]:
    """Report locked clauses whose words changed since the identity file was written, unless they are unlocked.

    Reports: SP806.
    """
    for name, before in reading.before.items():
        clause = reading.clauses[name]
        if not clause.locked or clause.kind in (Kind.RATIONALE, Kind.META) or name in reading.pack.unlocked:
            continue
        if fold_text(clause.text) != before.text:
            yield build_diagnostic(
                "SP806", clause.span, fields={"id": name}, notes=[f"it said: {before.text}"], clauses=[name]
            )


def check_doubts(reading: Reading) -> Iterator[Diagnostic]:
    """Report matches between old and new clauses that are near a guess.

    Reports: SP807.
    """
    for name, doubt in reading.doubts:
        clause = reading.clauses[name]
        case = "" if doubt.accepted else "new"
        fields = {"id": doubt.old.id, "score": f"{doubt.score:.2f}"}
        notes = [f"`{doubt.old.id}` said: {doubt.old.text}"]
        yield build_diagnostic("SP807", clause.span, case=case, fields=fields, notes=notes, clauses=[name])


def check_anchors(reading: Reading) -> Iterator[Diagnostic]:
    """Report anchors that stand twice in one document; only the first clause has the anchor for its id.

    Reports: SP019.
    """
    for name, drafting in reading.draftings.items():
        ids = reading.ids[name]
        first: dict[str, ClauseId] = {}
        for draft in drafting.drafts:
            if draft.anchor is None:
                continue
            known = first.setdefault(draft.anchor, ids[draft.index])
            if known != ids[draft.index]:
                yield build_diagnostic(
                    "SP019",
                    reading.clauses[ids[draft.index]].span,
                    fields={"anchor": draft.anchor},
                    label="the second clause",
                    secondary=[(reading.clauses[known].span, "the first clause")],
                    clauses=[known, ids[draft.index]],
                )
