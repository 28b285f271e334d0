"""The page: clauses, units, tests, assumptions, deviations and disputes of a build in one HTML file of its own.

Path: zip + ledger -> **page** -> `specpack trace --format html`. Read in this order: `facts`, `document`, `rows`.
"""

from specpack.backend.page.document import render_page
from specpack.backend.page.facts import Facts, Row, Words, decode_facts, render_rows

__all__ = ["Facts", "Row", "Words", "decode_facts", "render_page", "render_rows"]
