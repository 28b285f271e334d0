"""List items: attributes, consequences, alternatives, definitions, and what is left, which are sentences.

Path: sentences, definitions -> **items** -> clauses.
"""

import re

from specpack.frontend.definitions import find_attributes, find_definition
from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.masking import Masked
from specpack.frontend.modality import find_modals, find_plain_modals
from specpack.frontend.sentences import draft_sentence, inherit, is_condition, opens_condition
from specpack.frontend.splitting import split_sentences
from specpack.frontend.verbs import has_verb, is_fragment
from specpack.model.clause import Block, BlockKind, Kind, Source

_CONSEQUENCE = re.compile(
    r"\A[\W_]*(?:on|upon|in case of)\s+(?:any\s+)?(?:(?:violation|failure|error|mismatch|breach)\b"
    r"|(?:an?\s+)?(?:[\w-]+\s+){1,2}(?:violation|failure|error|mismatch|breach)\s*[,:]\s*error[ _-]?(?:id|code)\b)",
    re.I,
)
_LONGEST_VALUE = 4
"""Words of an attribute below a paragraph; a longer one is a statement of its own."""
_CONSEQUENCE_HEAD = re.compile(r"\A[^,:]{0,40}[,:]\s*")
_ANY = re.compile(
    r"(?:\beither|\b(?:exactly\s+|at\s+least\s+|any\s+)?one\s+(?:or\s+more\s+)?of"
    r"(?:\s+(?:the\s+following|these|those)(?:\s+\w+)?)?"
    r"|\bany\s+of(?:\s+(?:the\s+following|these|those)(?:\s+\w+)?)?|\bvia|\bby\s+varying|\band/or)\s*:?\s*\Z",
    re.I,
)

_STEP = re.compile(r"\A[\W_]*(GIVEN|WHEN|AND|BUT)\b(?![\W_]*:\s*\Z)")
_LISTS_VALUES = re.compile(r":\s*(?:an?\s+)?(?:enum|enumeration)\W*\Z", re.I)
"""A field whose type is its list of values."""


def draft_item(drafting: Drafting, block: Block) -> None:
    """Add the clauses of a list item and set the draft that speaks for the item."""
    masked = drafting.mask(block)
    start, end = masked.trim(0, len(block.text))
    lead = drafting.parent_of(block)
    if not masked.words(start, end):
        if lead is not None:
            drafting.lead[block.index] = lead.index
        return
    scope = drafting.scopes[block.index]
    explicit = bool(find_modals(masked.mask, start, end))
    worded = explicit or bool(find_plain_modals(masked.mask, start, end))
    drafted = None
    if _CONSEQUENCE.match(masked.mask[start : start + 60]):
        drafted = _draft_consequence(drafting, block, masked, start, end)
    if drafted is None and not explicit:
        drafted = _draft_attribute(drafting, block, masked, start, end, lead)
    if drafted is None and not explicit and (scope.definitions or not _binds(drafting, block, lead)):
        drafted = draft_definition(drafting, block, masked, start, end, section=scope.definitions)
    if drafted is None and not explicit and _is_step(drafting, block, masked):
        drafted = drafting.add(block, Kind.CONDITION, start, end, masked.words(start, end))
    if drafted is None and not explicit and lead is not None and lead.opens and is_choice(lead):
        drafted = _draft_simple(drafting, block, masked, start, end, lead, Kind.ALTERNATIVE)
    if drafted is None and not explicit and lead is not None and _is_value(lead, masked):
        drafted = _draft_simple(drafting, block, masked, start, end, lead, Kind.ENUMERATION)
    if drafted is None and not worded and lead is not None and _is_open_condition(lead):
        drafted = _draft_simple(drafting, block, masked, start, end, lead, Kind.CONDITION)
    if drafted is None:
        drafted = draft_prose(drafting, block, masked, lead)
        _note_item(drafting, block, drafted, lead)
    drafting.lead[block.index] = drafted.index


def draft_prose(drafting: Drafting, block: Block, masked: Masked, lead: Draft | None) -> Draft:
    """Add the clauses of the sentences of a block and return the one that speaks for the block."""
    sentences = split_sentences(masked.mask, lower=drafting.lower)
    has_children = bool(drafting.introduces.get(block.index))
    drafted: list[Draft] = []
    for number, (start, end) in enumerate(sentences):
        start, end = masked.trim(start, end)
        last = number == len(sentences) - 1
        tail = masked.mask[start:end].rstrip()
        unfinished = tail[-1:] not in ".!?" if block.kind is BlockKind.ITEM else tail[-1:].isalnum()
        opens = last and has_children and (tail.endswith(":") or unfinished)
        if number and _CONSEQUENCE.match(tail[:60]) and drafted:
            drafted.append(_attach(drafting, block, masked, start, end, drafted[-1]))
            continue
        front = lead if lead is not None and lead.opens else None
        drafted += draft_sentence(drafting, block, masked, start, end, lead=front, opens=opens)
    if not drafted:
        start, end = masked.trim(0, len(block.text))
        return drafting.add(block, Kind.INFORMATION, start, end, masked.words(start, end))
    return next((draft for draft in reversed(drafted) if draft.kind is not Kind.ATTRIBUTE), drafted[-1])


def draft_definition(
    drafting: Drafting, block: Block, masked: Masked, start: int, end: int, *, section: bool
) -> Draft | None:
    """Add a definition clause and its term, or return None where the text is none."""
    definition = find_definition(masked, start, end, section=section)
    if definition is None:
        return None
    draft = drafting.add(block, Kind.DEFINITION, start, end, masked.words(start, end))
    draft.opens = masked.mask[start:end].rstrip().endswith(":")
    drafting.terms.append((definition.term, draft.index))
    if definition.told or drafting.scopes[block.index].definitions:
        drafting.glossary.add(draft.index)
    return draft


def is_choice(lead: Draft) -> bool:
    """Whether a lead-in asks for one of what follows, not for all of it."""
    return bool(_ANY.search(lead.text[-60:]))


def _is_open_condition(lead: Draft) -> bool:
    """Whether what a lead-in introduces are conditions, which bind nothing by themselves."""
    return lead.opens and (opens_condition(lead.text) or (lead.modality is None and is_condition(lead.text)))


def _is_step(drafting: Drafting, block: Block, masked: Masked) -> bool:
    """Whether an item sets up a scenario: "GIVEN", "WHEN", and the "AND" that goes on with one of them."""
    match = _STEP.match(masked.mask)
    if match is None or match[1] in ("GIVEN", "WHEN"):
        return match is not None
    above = next(
        (b for b in reversed(drafting.blocks[max(0, block.index - 80) : block.index]) if b.level <= block.level), None
    )
    if above is None or above.parent != block.parent or above.index not in drafting.lead:
        return False
    return drafting.drafts[drafting.lead[above.index]].kind is Kind.CONDITION


def _is_value(lead: Draft, masked: Masked) -> bool:
    """Whether an item is one of the values that its field has, and no rule about them."""
    return lead.opens and bool(_LISTS_VALUES.search(lead.text)) and not has_verb(masked.mask)


def _binds(drafting: Drafting, block: Block, lead: Draft | None) -> bool:
    """Whether an item in this place is a rule although it looks like a definition."""
    return drafting.scopes[block.index].force is not None or inherit(lead) is not None


def _draft_simple(
    drafting: Drafting, block: Block, masked: Masked, start: int, end: int, lead: Draft, kind: Kind
) -> Draft:
    """Add one clause without force for the whole item."""
    draft = drafting.add(block, kind, start, end, masked.words(start, end))
    draft.leadin, draft.parent, draft.bearer = lead.introduction, lead.index, lead.bearer
    draft.opens = bool(drafting.introduces.get(block.index))
    return draft


def _draft_attribute(
    drafting: Drafting, block: Block, masked: Masked, start: int, end: int, lead: Draft | None
) -> Draft | None:
    """Add an attribute of the clause that the item belongs to, or return None where it is none."""
    pairs = find_attributes(masked.words(start, end))
    if not pairs or (owner := _find_owner(drafting, block, lead)) is None:
        return None
    from_paragraph = lead is not None and drafting.blocks[lead.block].kind is not BlockKind.ITEM
    if from_paragraph and any(len(value.split()) > _LONGEST_VALUE for _, value in pairs):
        return None
    draft = _draft_simple(drafting, block, masked, start, end, owner, Kind.ATTRIBUTE)
    owner.attributes += pairs
    draft.attributes = list(pairs)
    return draft


def _find_owner(drafting: Drafting, block: Block, lead: Draft | None) -> Draft | None:
    """Return the clause that an attribute belongs to: the lead-in, else the nearest rule above in the same list."""
    if lead is not None and lead.kind in (Kind.NORM, Kind.GROUP, Kind.ENUMERATION, Kind.DEFINITION, Kind.ALTERNATIVE):
        return lead
    rules = _find_rules(drafting, block)
    return rules[0] if rules else lead


def _find_rules(drafting: Drafting, block: Block) -> list[Draft]:
    """Return the rules above an item in its own list, nearest first, up to the last consequence."""
    rules: list[Draft] = []
    for above in reversed(drafting.blocks[max(0, block.index - 80) : block.index]):
        if above.kind is not BlockKind.ITEM or above.level < block.level:
            break
        if above.level > block.level or above.index not in drafting.lead:
            continue
        draft = drafting.drafts[drafting.lead[above.index]]
        if draft.kind is Kind.ATTRIBUTE or above.parent != block.parent:
            break
        if draft.kind in (Kind.NORM, Kind.GROUP, Kind.ENUMERATION):
            rules.append(draft)
    return rules


def _draft_consequence(drafting: Drafting, block: Block, masked: Masked, start: int, end: int) -> Draft | None:
    """Attach "on violation ..." to the nearest rule above it, else to the item that it is nested in.

    Reports: SP013 where several rules stand above it in one list.
    """
    rules = _find_rules(drafting, block)
    lead = drafting.parent_of(block)
    owner = rules[0] if rules else lead
    if owner is None:
        return None
    draft = _attach(drafting, block, masked, start, end, owner)
    if len(rules) > 1:
        span = drafting.span(block, start, end)
        drafting.remark("SP013", span, draft.index, *(rule.index for rule in rules), count=str(len(rules)))
    return draft


def _attach(drafting: Drafting, block: Block, masked: Masked, start: int, end: int, owner: Draft) -> Draft:
    """Add a consequence as an attribute of its rule."""
    draft = _draft_simple(drafting, block, masked, start, end, owner, Kind.ATTRIBUTE)
    words = masked.words(start, end)
    pairs = find_attributes(_CONSEQUENCE_HEAD.sub("", words)) or (("on violation", _CONSEQUENCE_HEAD.sub("", words)),)
    owner.attributes += pairs
    draft.attributes = list(pairs)
    return draft


def _note_item(drafting: Drafting, block: Block, draft: Draft, lead: Draft | None) -> None:
    """Remark an item whose force fights its lead-in, and one that says nothing by itself.

    A force behind a semicolon is of a statement of its own, such as a condition of what a `MAY` permits.

    Reports: SP010, SP112.
    """
    modality = draft.modality
    if modality is None:
        return
    begins = ";" not in block.text[: modality.span.start - block.span.start]
    if lead is not None and lead.opens and lead.modality and modality.source is Source.EXPLICIT and begins:
        words_after = lead.text.upper().rsplit(lead.modality.force.value, 1)[-1].strip(" :*").split()
        ends_in_modal = lead.modality.source is Source.EXPLICIT and len(words_after) <= 1
        if ends_in_modal and modality.force is not lead.modality.force:
            drafting.remark(
                "SP112",
                modality.span,
                draft.index,
                lead.index,
                force=modality.force.value,
                lead=lead.modality.force.value,
            )
    mask = drafting.mask(block).mask
    alone = (lead is None or not lead.opens) and not draft.opens
    if modality.source is Source.HEADING and alone and modality.force.binding and is_fragment(mask):
        drafting.remark("SP010", drafting.span(block, *drafting.mask(block).trim(0, len(mask))), draft.index)
