"""Every kind of finding about a reply that no target makes, with its meaning and cure.

Path: framing, codec, phases -> **codes** -> findings, `specpack explain`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """One code a kind of finding; a code is never used again for something else."""

    FRAMING = "BU101"
    DATA = "BU102"
    PHASE = "BU110"
    COMMITMENT = "BU111"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a code says, what it looks like, why it is rejected, and what to do."""

    name: str
    example: str
    meaning: str
    cure: str


PAGES: Mapping[Code, Page] = {
    Code.FRAMING: Page(
        name="reply is not framed as asked",
        example="block `file src/shop/bill.py` has no end marker: the reply breaks off",
        meaning="A reply is blocks between marker lines. Where blocks are missing, repeated, unknown, empty, "
        "unfinished or no plain text, the reply may have been cut off, so none of the answer is used.",
        cure="Nothing in the pack: the question is asked again with the finding. In a chat window, paste the reply "
        "whole, markers included, or ask for the rest of it.",
    ),
    Code.DATA: Page(
        name="data block is not what the contract asks for",
        example="data field `operations.0.clauses`: field required",
        meaning="The data block is one JSON object whose fields are those of the phase's contract. Unknown and "
        "repeated fields are rejected too, for a field that nobody reads is a decision that gets lost.",
        cure="Nothing in the pack: the question is asked again with all such findings at once.",
    ),
    Code.PHASE: Page(
        name="conclusion breaks a rule of its phase",
        example="rule `r1` cites `books.1na98`, which is no clause, section or assumption of the request",
        meaning="Each phase has rules that its conclusion must keep: ids that exist, each clause accounted for, names "
        "used once, no dependency in a circle. Later phases build on it without looking back.",
        cure="The question is asked again with the finding. Where it comes back every time, the clauses it names "
        "contradict each other or leave out what the contract asks for: say it in the pack.",
    ),
    Code.COMMITMENT: Page(
        name="conclusion commits to a design too early",
        example="`billing.py` is a path: it commits to a design, and no document has it",
        meaning="Behaviour says what is seen from outside. A path, a package or a word of the target in it would "
        "decide the design before all behaviour is known; only what a document has word for word may stand there.",
        cure="The question is asked again with the finding. Where the name is fixed, write it into a document of the "
        "pack.",
    ),
}


def find_page(code: str) -> str | None:
    """Return the page that explains a code (example, reason, cure), or None where there is none."""
    page = next((page for known, page in PAGES.items() if known == code), None)
    if page is None:
        return None
    return (
        f"# {code}: {page.name}\n\n## Example\n\n    {page.example}\n\n"
        f"## Reason\n\n{page.meaning}\n\n## Cure\n\n{page.cure}\n"
    )
