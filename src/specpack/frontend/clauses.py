"""Blocks to clauses: the walk over a document.

Path: markdown -> **clauses** -> identity, references, phenomena, precedence, checks.
"""

import re
from collections.abc import Sequence

from specpack.frontend.drafts import Draft, Drafting, Scope
from specpack.frontend.headings import Title, parse_title
from specpack.frontend.items import draft_definition, draft_item, draft_prose, is_choice
from specpack.frontend.masking import Masked
from specpack.frontend.modality import find_modals
from specpack.frontend.places import index_places
from specpack.frontend.tables import draft_table
from specpack.frontend.tags import find_capitals, is_acronym
from specpack.frontend.terms import note_terms
from specpack.model.clause import Block, BlockKind, Kind, Modality, Source
from specpack.model.pack import Document

_GRAMMAR_INFO = re.compile(r"\A\s*(?:```+|~~~+)[ \t]*(?:abnf|ebnf|bnf|grammar|peg|antlr|lark)\b", re.I)
_PRODUCTION = re.compile(
    r"^\s*(?:<[\w -]+>|[A-Za-z][\w-]*)\s*(?:::=|:=|<-|=/|"
    r"=(?=\s*(?:[\"'%(\[{*\d]|[A-Za-z][\w-]*(?:\s*(?:[/|;]|$)|\s+[*\"'(\[]))))"
)
_LINE = re.compile(r"[^\n]+")
_GOES_ON = re.compile(r"\A[\W_]*(?:[a-z]|MUST\b|SHALL\b|SHOULD\b|MAY\b)")
_HABIT = 4
"""Paragraphs that show a habit."""
_LISTED = (BlockKind.ITEM,)


def draft_document(document: Document, blocks: Sequence[Block]) -> Drafting:
    """Return the drafts and remarks of a document. Any text has drafts."""
    titles = {block.index: parse_title(block.text) for block in blocks if block.kind is BlockKind.HEADING}
    introduces: dict[int, list[int]] = {}
    for block in blocks:
        if block.parent is not None:
            introduces.setdefault(block.parent, []).append(block.index)
    drafting = Drafting(
        document=document,
        places=index_places(document.name, document.text),
        blocks=blocks,
        scopes=_find_scopes(blocks, titles),
        titles=titles,
        introduces={index: tuple(children) for index, children in introduces.items()},
        lower=_begins_low(blocks),
    )
    for block in blocks:
        _draft_block(drafting, block)
    note_terms(drafting)
    _remark_suspects(drafting)
    return drafting


def _begins_low(blocks: Sequence[Block]) -> bool:
    """Whether most paragraphs begin with a small letter."""
    starts = [b.text.lstrip()[:1] for b in blocks if b.kind is BlockKind.PARAGRAPH and b.parent is None]
    letters = [letter for letter in starts if letter.isalpha()]
    return len(letters) >= _HABIT and 2 * sum(map(str.islower, letters)) > len(letters)


def _draft_block(drafting: Drafting, block: Block) -> None:
    """Add the clauses of one block."""
    if block.kind is BlockKind.HEADING:
        _draft_heading(drafting, block)
    elif block.kind in (BlockKind.COMMENT, BlockKind.FRONT_MATTER):
        return
    elif block.informative:
        _draft_rationale(drafting, block)
    elif block.kind is BlockKind.TABLE:
        draft_table(drafting, block)
    elif block.kind is BlockKind.FENCE:
        _draft_fence(drafting, block)
    elif block.kind is BlockKind.ITEM:
        draft_item(drafting, block)
        _place_anchors(drafting, block, drafting.mask(block))
    else:
        _draft_paragraph(drafting, block)
        _place_anchors(drafting, block, drafting.mask(block))


def _find_scopes(blocks: Sequence[Block], titles: dict[int, Title]) -> tuple[Scope, ...]:
    """Return what the headings say about each block: the nearest tag, LOCKED, and sections that take force away."""
    has_parts = any(b.kind is BlockKind.HEADING and b.level == 2 for b in blocks)
    scopes: list[Scope] = []
    stack: list[tuple[int, Scope]] = []
    part_seen = False
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            part_seen = part_seen or block.level == 2
            while stack and stack[-1][0] >= block.level:
                stack.pop()
            outer = stack[-1][1] if stack else Scope()
            stack.append((block.level, _enter(outer, titles[block.index], block)))
        scope = stack[-1][1] if stack else Scope()
        if has_parts and not part_seen:
            scope = Scope(
                force=scope.force,
                span=scope.span,
                locked=scope.locked,
                definitions=scope.definitions,
                contents=scope.contents,
                intro=True,
            )
        scopes.append(scope)
    return tuple(scopes)


def _enter(outer: Scope, title: Title, block: Block) -> Scope:
    """Return the scope below a heading."""
    locked = outer.locked or title.locked
    if title.tagged:
        span = block.span if title.force else None
        return Scope(
            force=title.force, span=span, locked=locked, definitions=title.definitions, contents=title.contents
        )
    if title.definitions or title.contents:
        return Scope(locked=locked, definitions=title.definitions, contents=title.contents)
    return Scope(
        force=outer.force, span=outer.span, locked=locked, definitions=outer.definitions, contents=outer.contents
    )


def _draft_heading(drafting: Drafting, block: Block) -> None:
    """Add a clause for a heading with an anchor, and remark tags that nobody knows."""
    title = drafting.titles[block.index]
    for tag in title.unknown:
        start = max(block.text.find(tag), 0)
        drafting.remark("SP101", drafting.span(block, start, start + len(tag)), tag=tag)
    if title.anchor and title.text:
        start, end = 0, len(block.text.rstrip())
        draft = drafting.add(block, Kind.META, start, end, title.text)
        draft.anchor = title.anchor


def _remark_suspects(drafting: Drafting) -> None:
    """Remark words that end a heading as a tag would, and that are no acronym of the document."""
    suspects = [(index, title) for index, title in drafting.titles.items() if title.suspect]
    used = find_capitals(drafting.document.text) if suspects else set()
    for index, title in suspects:
        if not is_acronym(title.suspect, title.text, used):
            block = drafting.blocks[index]
            start = max(block.text.rfind(title.suspect), 0)
            span = drafting.span(block, start, start + len(title.suspect))
            drafting.remark("SP101", span, tag=title.suspect)


def _draft_rationale(drafting: Drafting, block: Block) -> None:
    """Add one clause without force for a block that only informs."""
    start, end = 0, len(block.text)
    if block.kind in (BlockKind.FENCE, BlockKind.TABLE):
        words = " ".join(block.text.split())
    else:
        masked = drafting.mask(block)
        start, end = masked.trim(start, end)
        words = masked.words(start, end)
        for modal in find_modals(masked.mask)[:1]:
            drafting.remark("SP120", drafting.span(block, modal.start, modal.end), len(drafting.drafts))
    if words:
        draft = drafting.add(block, Kind.RATIONALE, start, end, words, locked=False)
        drafting.lead[block.index] = draft.index


def _draft_fence(drafting: Drafting, block: Block) -> None:
    """Add a fence as a sample, or as a grammar where it says so or looks like productions."""
    start = len(block.text) - len(block.text.lstrip())
    lines = [line for line in block.text.split("\n")[:200] if line.strip()]
    inner = lines[1:-1] if lines and lines[0].lstrip().startswith(("```", "~~~")) else lines
    productions = sum(bool(_PRODUCTION.match(line)) for line in inner)
    named = bool(re.match(r"\s*(?:```+|~~~+)[ \t]*\w", block.text)) and not re.match(
        r"\s*(?:```+|~~~+)\s*text\b", block.text
    )
    grammar = bool(_GRAMMAR_INFO.match(block.text)) or (
        not named and productions >= 2 and productions * 2 >= len(inner)
    )
    kind = Kind.GRAMMAR if grammar else Kind.SAMPLE
    words = " ".join(block.text.split())
    draft = drafting.add(block, kind, start, len(block.text), words)
    lead = drafting.parent_of(block)
    if lead is not None:
        draft.parent, draft.bearer = lead.index, lead.bearer
        draft.leadin = lead.introduction if lead.opens else ""
    drafting.lead[block.index] = draft.index


def _draft_paragraph(drafting: Drafting, block: Block) -> None:
    """Add the clauses of a paragraph or quote.

    Reports: SP011, SP012 as remarks.
    """
    masked = drafting.mask(block)
    start, end = masked.trim(0, len(block.text))
    if not masked.words(start, end):
        return
    scope = drafting.scopes[block.index]
    inside = drafting.parent_of(block)
    if not find_modals(masked.mask, start, end) and scope.force is None:
        definition = draft_definition(drafting, block, masked, start, end, section=False)
        if definition is not None:
            drafting.lead[block.index] = definition.index
            return
    lead = _find_continued(drafting, block, masked)
    if lead is not None:
        _continue(drafting, block, masked, lead)
        return
    if inside is None and _draft_lines(drafting, block, masked):
        return
    drafting.lead[block.index] = draft_prose(drafting, block, masked, inside).index


def _find_continued(drafting: Drafting, block: Block, masked: Masked) -> Draft | None:
    """Return the lead-in of the list just above where this paragraph goes on with its sentence."""
    if not block.index or drafting.blocks[block.index - 1].kind not in _LISTED:
        return None
    start, end = masked.trim(0, len(block.text))
    if not _GOES_ON.match(masked.mask[start:end]) or (drafting.lower and masked.mask[start:end][:1].islower()):
        return None
    above = drafting.blocks[block.index - 1]
    while above.kind is BlockKind.ITEM and above.parent is not None:
        above = drafting.blocks[above.parent]
    if above.kind is not BlockKind.PARAGRAPH or above.parent != block.parent or above.index not in drafting.lead:
        return None
    lead = drafting.drafts[drafting.lead[above.index]]
    return lead if lead.opens else None


def _continue(drafting: Drafting, block: Block, masked: Masked, lead: Draft) -> None:
    """Read a paragraph as the rest of the sentence that a list interrupts: the bullets are its condition or subject.

    Reports: SP012.
    """
    bullets = [draft for draft in drafting.drafts[lead.index + 1 :] if draft.parent == lead.index]
    start, end = masked.trim(0, len(block.text))
    subject = bool(find_modals(masked.mask, start, min(end, start + 12)))
    for draft in bullets:
        if draft.modality is None or draft.modality.source is not Source.EXPLICIT:
            draft.kind = Kind.SUBJECT if subject and lead.modality is None else Kind.CONDITION
            draft.modality = None
    if lead.modality is not None and lead.modality.source is not Source.EXPLICIT:
        lead.modality = None
    rest = draft_prose(drafting, block, masked, None)
    listed = "; ".join(draft.text.rstrip(".;,") for draft in bullets)[:1200]
    rest.leadin = f"{lead.introduction} {listed}:"
    rest.parent, rest.bearer = lead.index, lead.bearer
    rest.fallback = False
    if rest.modality is None and lead.modality is not None:
        rest.modality = Modality(force=lead.modality.force, source=Source.LEADIN, span=lead.modality.span)
    if rest.modality is not None:
        rest.kind = Kind.NORM
    drafting.lead[block.index] = rest.index
    drafting.remark("SP012", drafting.span(block, start, end), rest.index, lead.index)


def _draft_lines(drafting: Drafting, block: Block, masked: Masked) -> bool:
    """Read short bare lines after a colon as an enumeration; False where the paragraph is prose.

    Reports: SP011.
    """
    lines = [masked.trim(match.start(), match.end()) for match in _LINE.finditer(masked.source)]
    texts = [masked.mask[start:end].rstrip() for start, end in lines]
    colon = next((i for i, text in enumerate(texts) if text.endswith(":")), -1)
    above = drafting.blocks[block.index - 1] if block.index else None
    lead = None
    if colon < 0 and above is not None and above.kind is BlockKind.PARAGRAPH and above.index in drafting.lead:
        before = drafting.drafts[drafting.lead[above.index]]
        if before.text.endswith(":") and before.section == block.section:
            lead = before
    rest = list(zip(lines, texts, strict=True))[colon + 1 :]
    bare = all(text and len(text.split()) <= 5 and text[-1] not in ".!?,;:" for _, text in rest)
    if not bare or len(rest) < 2 or (colon < 0 and lead is None):
        return False
    if colon >= 0:
        end = lines[colon][1]
        lead = _draft_head(drafting, block, masked, end)
    if lead is None:
        return False
    lead.opens, lead.kind = True, Kind.GROUP
    for (start, end), _ in rest:
        draft = drafting.add(block, Kind.ENUMERATION, start, end, masked.words(start, end))
        draft.parent, draft.leadin, draft.bearer = lead.index, lead.introduction, lead.bearer
        if is_choice(lead):
            draft.kind = Kind.ALTERNATIVE
        elif lead.modality:
            draft.kind = Kind.NORM
            draft.modality = Modality(force=lead.modality.force, source=Source.LEADIN, span=lead.modality.span)
    drafting.lead[block.index] = lead.index
    drafting.remark("SP011", drafting.span(block, rest[0][0][0], rest[-1][0][1]), lead.index, count=str(len(rest)))
    return True


def _draft_head(drafting: Drafting, block: Block, masked: Masked, end: int) -> Draft:
    """Add the sentences of a paragraph up to its colon."""
    head = Masked(source=masked.source[:end], bare=masked.bare[:end], mask=masked.mask[:end], codes=masked.codes)
    return draft_prose(drafting, block, head, None)


def _place_anchors(drafting: Drafting, block: Block, masked: Masked) -> None:
    """Give each author's anchor to the clause that it follows."""
    if not masked.anchors:
        return
    own = [draft for draft in drafting.drafts[-40:] if draft.block == block.index and draft.kind is not Kind.ATTRIBUTE]
    for place, name in masked.anchors:
        before = [draft for draft in own if draft.start <= block.span.start + place and draft.anchor is None]
        if before:
            before[-1].anchor = name
