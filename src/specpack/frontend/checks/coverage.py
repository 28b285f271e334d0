"""The share of text that nothing recognised.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic, Severity

_WARN, _STOP = 0.10, 0.30
_MOST_PLACES = 5


def check_coverage(reading: Reading) -> Iterator[Diagnostic]:
    """Report text of behaviour documents that the front end did not understand.

    Reports: SP901, a warning above a share of 10 %, an error above 30 %.
    """
    share = reading.coverage.share
    if share <= _WARN:
        return
    places = [
        (name, draft) for name, drafting in reading.draftings.items() for draft in drafting.drafts if draft.fallback
    ]
    spans = [reading.draftings[name].places.span(draft.start, draft.end) for name, draft in places[:_MOST_PLACES]]
    yield build_diagnostic(
        "SP901",
        spans[0],
        fields={"percent": f"{share * 100:.0f}"},
        secondary=[(span, "not understood") for span in spans[1:]],
        notes=[f"{reading.coverage.uncovered} of {reading.coverage.words} words, in {len(places)} places"],
        severity=Severity.ERROR if share > _STOP else Severity.WARNING,
        clauses=[reading.ids[name][draft.index] for name, draft in places],
    )
