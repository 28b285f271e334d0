"""Tables: each row is a clause, read as "header: cell; header: cell".

Path: markdown -> **tables** -> clauses.
"""

import re
from collections.abc import Iterator, Sequence

from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.items import is_choice
from specpack.frontend.masking import mask_block
from specpack.frontend.modality import find_lower_case, find_modals, may_bind
from specpack.model.clause import Block, Force, Kind, Modality, Source

_BAR = re.compile(r"(?<!\\)\|")
_ANCHOR = re.compile(r"\s*\{#([A-Za-z0-9][\w.-]*)\}\s*\Z")
_POINTS = re.compile(r"\b(?:tables?|rows?|columns?|below|following|these|each of)\b", re.I)
_MAX_COLUMNS = 200


def draft_table(drafting: Drafting, block: Block) -> None:
    """Add a row clause for each line below the rule of a table."""
    lead = drafting.parent_of(block)
    scope = drafting.scopes[block.index]
    lines = list(_lines(block.text))
    headers = [_words(cell) for cell in _split_row(lines[0][2])]
    inherited = _inherit(lead, block, drafting)
    for start, end, line in lines[2:]:
        anchor = _ANCHOR.search(line)
        cells = _split_row(line[: anchor.start()] if anchor else line)
        pairs = [
            (headers[i] if i < len(headers) and headers[i] else f"column {i + 1}", _words(cell))
            for i, cell in enumerate(cells[:_MAX_COLUMNS])
        ]
        filled = [(key, value) for key, value in pairs if value]
        if not filled:
            continue
        text = "; ".join(f"{key}: {value}" for key, value in filled)
        draft = drafting.add(block, Kind.ROW, start, end, text, anchor=anchor[1] if anchor else None)
        draft.attributes = [(key.replace("`", "").lower(), value.replace("`", "")) for key, value in filled]
        draft.modality = inherited
        if lead is not None and _leads(lead):
            draft.parent, draft.bearer = lead.index, lead.bearer
            draft.leadin = lead.introduction
        modals = find_modals(mask_block(line).mask) if may_bind(line) else ()
        refused = None if modals else find_lower_case(mask_block(line).mask, described=False)
        if refused is not None and refused.force in (Force.MUST_NOT, Force.SHOULD_NOT):
            place = drafting.span(block, start + refused.start, start + refused.end)
            draft.modality = Modality(force=refused.force, source=Source.IMPLIED, span=place)
        if modals:
            place = drafting.span(block, start + modals[0].start, start + modals[0].end)
            draft.modality = Modality(force=modals[0].force, source=Source.EXPLICIT, span=place)
        if scope.definitions or _is_glossary(headers):
            drafting.terms.append((filled[0][1].replace("`", "").lower(), draft.index))
            drafting.glossary.add(draft.index)


def _is_glossary(headers: Sequence[str]) -> bool:
    """Whether the columns are a term and what it means."""
    first, second = (header.strip().lower() for header in (*headers, "", "")[:2])
    return first in ("term", "word") and second in ("meaning", "definition", "description", "means")


def _inherit(lead: Draft | None, block: Block, drafting: Drafting) -> Modality | None:
    """Return the modality of the rows: that of a sentence that leads the table in, else the heading's."""
    if lead and lead.modality and _leads(lead) and not is_choice(lead):
        source = Source.LEADIN if lead.modality.source is Source.EXPLICIT else lead.modality.source
        return Modality(force=lead.modality.force, source=source, span=lead.modality.span)
    scope = drafting.scopes[block.index]
    if scope.force and scope.span and not scope.definitions:
        return Modality(force=scope.force, source=Source.HEADING, span=scope.span)
    return None


def _leads(lead: Draft) -> bool:
    """Whether the sentence above a table is about its rows."""
    return lead.opens or bool(_POINTS.search(lead.text))


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of each line, white space at its ends left out."""
    at = 0
    for line in text.split("\n"):
        stripped = line.strip()
        start = at + len(line) - len(line.lstrip())
        yield start, start + len(stripped), stripped
        at += len(line) + 1


def _split_row(line: str) -> list[str]:
    """Return the cells of a row."""
    cells = _BAR.split(line)
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _words(cell: str) -> str:
    """Return a cell's words, emphasis and links removed."""
    masked = mask_block(cell)
    return masked.words(0, len(cell)).replace("\\|", "|")
