"""Halves that are missing for certain: a closed list of wordings to which no word of the pack answers.

Path: asymmetry -> **checks** -> diagnostics. Everything that is less certain stands in the log of `check --asymmetry`.
"""

from collections.abc import Iterator

from specpack.frontend.asymmetry import list_certain, report_opening
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic


def check_asymmetry(reading: Reading) -> Iterator[Diagnostic]:
    """Report rules whose other half is missing for certain.

    Reports: SP501, SP504, SP506.
    """
    for opening in list_certain(reading.pack, reading.clauses, reading.slots):
        yield report_opening(opening)
