"""Sentences to clauses: whose modality counts, what kind a sentence is, and what it says about its reader.

Path: splitting, bearers, verbs -> **sentences** -> items, clauses.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from specpack.frontend.bearers import find_bearer
from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.masking import FILLER, Masked
from specpack.frontend.modality import Modal, find_lower_case, find_modals, find_plain_modals, weaker
from specpack.frontend.splitting import Part, split_modals
from specpack.frontend.verbs import has_verb, is_imperative
from specpack.model.clause import Bearer, Block, BlockKind, Force, Kind, Modality, Source
from specpack.model.pack import Role

_ANAPHORA = re.compile(
    r"\bthe\s+same\s+(?:(prohibition|ban|restriction)|[\w-]+)?\s*(?:also\s+)?(?:appl(?:y|ies)|holds?|goes|is true)\b",
    re.I,
)
_FORBIDDEN = re.compile(
    r"\b(?:is|are)\s+(?:also\s+|strictly\s+|always\s+)?(?:forbidden|prohibited|banned|disallowed|"
    r"not\s+allowed|not\s+permitted)(?=\W*\Z|\s+(?:outside|inside|in|within|for|by|under|from|to|unless|except)\b)",
    re.I,
)
_REFERENCE = re.compile(r"\A[\W_]*(?:see|compare|cf\.?|refer to|as defined in|defined in)\b", re.I)
_CONDITION = re.compile(r"\A[\W_]*(?:if|when|whenever|where|unless|while|once)\b", re.I)
_OPENS_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|until|after|before|while|except(?:\s+for|\s+that)?|other\s+than|provided\s+that|as\s+long\s+as|in\s+case)"
    r"(?:\s+(?:either|any\s+of(?:\s+(?:these|the\s+following))?(?:\s+\w+)?|one\s+of(?:\s+(?:these|the\s+following))?(?:\s+\w+)?"
    r"|all\s+of(?:\s+(?:these|the\s+following))?(?:\s+\w+)?))?\s*:?\s*\Z",
    re.I,
)
"""A lead-in whose last word is a subordinator: what it introduces are its conditions, whatever force it has itself."""
_NOT_IMPERATIVE = (Role.CONTRACT,)


def draft_sentence(
    drafting: Drafting, block: Block, masked: Masked, start: int, end: int, *, lead: Draft | None, opens: bool
) -> list[Draft]:
    """Add the clauses of one sentence, one a modal, and return them.

    Args:
        drafting: The document's state.
        block: The block that holds the sentence.
        masked: The block masked.
        start: Offset of the sentence in the block.
        end: Its end.
        lead: The draft whose words go in front, None for a sentence that stands alone.
        opens: Whether the sentence introduces what follows.

    Reports: SP111, SP113, SP114, SP116, SP117 as remarks.
    """
    modals = find_modals(masked.mask, start, end)
    if not modals:
        lower = find_plain_modals(masked.mask, start, end)
        parts = [replace(part, modal=None) for part in split_modals(masked.mask, start, end, lower)]
    else:
        parts = list(split_modals(masked.mask, start, end, modals))
    drafts = []
    for part in parts:
        first, last = masked.trim(part.start, part.end)
        text = masked.words(first, last)
        if not text:
            continue
        draft = drafting.add(block, Kind.INFORMATION, first, last, text)
        carried = masked.words(*part.subject)[:400] if part.subject else ""
        before = lead.introduction if lead is not None else ""
        draft.leadin = " ".join(piece for piece in (before, carried) if piece)
        draft.parent = lead.index if lead is not None else None
        draft.opens = opens and part is parts[-1]
        draft.modality = _find_modality(drafting, block, masked, part, draft, lead)
        draft.bearer = _find_bearer(drafting, masked, part, draft, lead)
        draft.kind = _find_kind(drafting, block, masked, (first, last), draft, lead)
        drafts.append(draft)
    forces = [draft.modality.force for draft in drafts if draft.modality]
    if len(drafts) > 1 and any(weaker(forces[0], other) or weaker(other, forces[0]) for other in forces[1:]):
        names = " and ".join(f"`{force}`" for force in dict.fromkeys(forces))
        span = drafting.span(block, *masked.trim(start, end))
        drafting.remark("SP117", span, *(draft.index for draft in drafts), forces=names)
    return drafts


def _find_modality(
    drafting: Drafting, block: Block, masked: Masked, part: Part, draft: Draft, lead: Draft | None
) -> Modality | None:
    """Return the modality of a part, first hit wins: own word, lead-in, anaphora, heading, implied wording."""
    scope = drafting.scopes[block.index]
    mask = masked.mask[part.start : part.end]
    if part.modal:
        place = drafting.span(block, part.modal.start, part.modal.end)
        if lead is None and scope.force and weaker(part.modal.force, scope.force) and not scope.definitions:
            drafting.remark("SP116", place, draft.index, force=part.modal.force.value, tag=scope.force.value)
        return Modality(force=part.modal.force, source=Source.EXPLICIT, span=place)
    inherited = inherit(lead)
    if inherited or (draft.opens and is_condition(draft.text)):
        return inherited
    own = drafting.span(block, *masked.trim(part.start, part.end))
    if match := _ANAPHORA.search(mask[:300]):
        return _borrow(drafting, block, draft, banned=match[1] is not None)
    lower = find_lower_case(masked.mask, part.start, part.end, described=not scope.intro)
    implied = _find_implied(drafting, block, masked, part, lower) if not scope.definitions else None
    if implied:
        drafting.remark("SP111", implied.span, draft.index, word=masked.words(*_relative(implied, block)))
    if scope.force and scope.span and not scope.definitions:
        if implied and implied.force is Force.MUST_NOT and scope.force is Force.MUST:
            return implied
        return Modality(force=scope.force, source=Source.HEADING, span=scope.span)
    if implied:
        return implied
    if lead is None and not mask.rstrip().endswith(":") and is_imperative(mask) and _orders(drafting, block, draft):
        drafting.remark("SP114", own, draft.index)
    return None


def is_condition(text: str) -> bool:
    """Whether a lead-in is the beginning of a condition."""
    return bool(_CONDITION.match(text))


def opens_condition(text: str) -> bool:
    """Whether a lead-in ends where its condition begins, as "refuses to start if:" does."""
    return bool(_OPENS_CONDITION.search(text[-80:]))


def inherit(lead: Draft | None) -> Modality | None:
    """Return the modality that a lead-in gives to what it introduces."""
    if lead is None or lead.modality is None or not lead.opens:
        return None
    source = lead.modality.source
    return Modality(
        force=lead.modality.force,
        source=Source.LEADIN if source is Source.EXPLICIT else source,
        span=lead.modality.span,
    )


def _relative(modality: Modality, block: Block) -> tuple[int, int]:
    """Return the place of a modality as offsets in its block."""
    return modality.span.start - block.span.start, modality.span.end - block.span.start


def _find_implied(drafting: Drafting, block: Block, masked: Masked, part: Part, lower: Modal | None) -> Modality | None:
    """Return the modality that lower-case or implied wording gives."""
    if lower is not None:
        place = drafting.span(block, lower.start, lower.end)
        return Modality(force=lower.force, source=Source.IMPLIED, span=place)
    tail = masked.mask[part.start : part.end].rstrip(" \t\n:.")
    match = _FORBIDDEN.search(tail)
    before = tail[: match.start()] if match else ""
    if match and not re.search(
        r"\b(?:if|when|that|which|who|whose|what|because|since)\b[^,]{0,60}\Z", before[-80:], re.I
    ):
        place = drafting.span(block, part.start + match.start(), part.start + match.end())
        return Modality(force=Force.MUST_NOT, source=Source.IMPLIED, span=place)
    return None


def _borrow(drafting: Drafting, block: Block, draft: Draft, *, banned: bool) -> Modality | None:
    """Return the modality that "the same ... applies" takes from the nearest rule above in its section."""
    span = drafting.span(block, draft.start - block.span.start, draft.end - block.span.start)
    for other in reversed(drafting.drafts[max(0, draft.index - 60) : draft.index]):
        if other.section != block.section:
            break
        if other.modality and (not banned or other.modality.force in (Force.MUST_NOT, Force.SHOULD_NOT)):
            drafting.remark("SP113", span, draft.index, force=other.modality.force.value)
            return Modality(force=other.modality.force, source=Source.ANAPHORA, span=other.modality.span)
    if banned:
        drafting.remark("SP113", span, draft.index, force=Force.MUST_NOT.value)
        return Modality(force=Force.MUST_NOT, source=Source.ANAPHORA, span=span)
    return None


def _orders(drafting: Drafting, block: Block, draft: Draft) -> bool:
    """Whether an imperative in this place could be taken for a rule."""
    scope = drafting.scopes[block.index]
    return drafting.document.role not in _NOT_IMPERATIVE and not (scope.definitions or scope.contents or draft.opens)


def _find_bearer(drafting: Drafting, masked: Masked, part: Part, draft: Draft, lead: Draft | None) -> Bearer:
    """Return who the part binds, read off the words before its modal."""
    default = lead.bearer if lead is not None else Bearer.SYSTEM
    if lead is not None and draft.modality and draft.modality.source is not Source.EXPLICIT:
        return default
    if part.subject:
        subject = masked.mask[part.subject[0] : part.subject[1]]
    elif part.modal:
        subject = masked.mask[part.start : part.modal.start]
    else:
        subject = re.split(
            r"\b(?:is|are|has|have|must|shall|can|cannot|may)\b", masked.mask[part.start : part.end][:80]
        )[0]
        subject = " ".join(subject.split()[:4])
    return find_bearer(subject.replace(FILLER, "x"), drafting.document, default)


def _find_kind(
    drafting: Drafting, block: Block, masked: Masked, place: tuple[int, int], draft: Draft, lead: Draft | None
) -> Kind:
    """Return the kind of a sentence, and mark it where nothing recognised it."""
    scope = drafting.scopes[block.index]
    mask = masked.mask[place[0] : place[1]]
    if draft.opens and drafting.introduces.get(block.index):
        return Kind.GROUP
    if draft.modality:
        return Kind.NORM
    if scope.contents or _REFERENCE.match(mask) or _is_links(masked, *place):
        return Kind.REFERENCE
    if lead is not None:
        return Kind.ENUMERATION
    if drafting.document.role is not Role.BEHAVIOUR or scope.intro:
        return Kind.INFORMATION
    if _is_code(masked, *place):
        return Kind.SAMPLE
    if has_verb(mask) or block.kind is BlockKind.QUOTE:
        return Kind.NORM
    draft.fallback = True
    return Kind.INFORMATION


def _is_links(masked: Masked, start: int, end: int) -> bool:
    """Whether a text is nothing but links."""
    return _is_only(masked.source, start, end, masked.links)


def _is_code(masked: Masked, start: int, end: int) -> bool:
    """Whether a text is nothing but code spans."""
    return _is_only(masked.source, start, end, masked.codes)


def _is_only(source: str, start: int, end: int, ranges: Sequence[tuple[int, int, *tuple[str, ...]]]) -> bool:
    """Whether no word of a text stands outside the given ranges, of which at least one lies in it."""
    at = bisect_left(ranges, start, key=lambda found: found[0])
    edges = [start]
    while at < len(ranges) and ranges[at][1] <= end:
        edges += ranges[at][:2]
        at += 1
    edges.append(end)
    return len(edges) > 2 and not any(
        re.search(r"\w", source[edges[i] : edges[i + 1]]) for i in range(0, len(edges), 2)
    )
