"""Proof that a rewritten pack says what it said: the same clauses by id, word for word, in the same blocks.

Path: understand -> **proof** -> formatting. Pure: two understandings in, what is lost on the way from one to the other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from specpack.frontend.headings import parse_title
from specpack.frontend.masking import FILLER, mask_block
from specpack.frontend.resemblance import fold_text
from specpack.model.clause import Block, BlockKind, Clause, Modality, Source
from specpack.model.span import DocumentName, Span
from specpack.model.understanding import Understanding

_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_MARKED = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|\Z))+")
_MODAL = re.compile(r"(?<![\w-])(?:must|shall)(?:\s+(?:not|never))?(?![\w-])", re.I)
_FILLED = re.compile(rf"{FILLER}+(?:\s+{FILLER}+)*")
"""Code or a link, which may go on in another line."""
_SOURCES = tuple(Source)
_TAB = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One thing that is not as it was. `span` lies in the text before, or after for what is new."""

    span: Span
    reason: str
    """As the end of a sentence: "clause `x` would lose its force"."""


def find_losses(before: Understanding, after: Understanding) -> tuple[Loss, ...]:
    """Return what two forms of one pack do not have in common, by document and place; nothing proves them the same.

    Compared are, clause by clause: id, order, kind, words, composed words, force, lock, bearer, parent, attributes and
    anchor; and block by block: kind, level, headings and words, the bytes of what is no prose, and what is read as
    code, link or quotation. Slots follow from words, mask and modality. White space may differ, the letter case of a
    modal keyword too; the source of a modality may become a stronger one, and a heading may gain the tag that its
    clauses inherit.
    """
    losses: list[Loss] = []
    for name, blocks in before.blocks.items():
        changed = after.blocks.get(name, ())
        if _texts(before, name) != _texts(after, name):
            losses += _compare_blocks(blocks, changed)
    losses += [*_compare_clauses(before, after)] or _compare_sections(before, after)
    return tuple(sorted(dict.fromkeys(losses), key=lambda loss: (loss.span, loss.reason)))


def _texts(understanding: Understanding, name: DocumentName) -> str | None:
    return next((document.text for document in understanding.pack.documents if document.name == name), None)


def _compare_clauses(before: Understanding, after: Understanding) -> Iterator[Loss]:
    """Yield what became of clauses and of their order."""
    for known, clause in before.clauses.items():
        other = after.clauses.get(known)
        if other is None:
            yield Loss(span=clause.span, reason=f"clause `{known}` would be gone")
        elif reason := _compare_clause(clause, other):
            yield Loss(span=clause.span, reason=f"clause `{known}` would {reason}")
    for known, clause in after.clauses.items():
        if known not in before.clauses:
            yield Loss(span=clause.span, reason=f"clause `{known}` would be new")
    both = [known for known in before.clauses if known in after.clauses]
    for known, other_id in zip(both, [known for known in after.clauses if known in before.clauses], strict=True):
        if known != other_id:
            yield Loss(span=before.clauses[known].span, reason=f"clause `{known}` would stand in another place")
            break


def _compare_sections(before: Understanding, after: Understanding) -> list[Loss]:
    """Return the first section that holds other clauses."""
    for section, changed in zip_longest(before.sections, after.sections):
        if section and changed and (section.key, section.clauses) == (changed.key, changed.clauses):
            continue
        named = section or changed
        inside = [clause for clause in before.clauses.values() if named and clause.id in named.clauses]
        if named and inside:
            return [Loss(span=inside[0].span, reason=f"section `{named.key}` would be cut elsewhere")]
    return []


def _compare_clause(clause: Clause, other: Clause) -> str:
    """Return what would happen to a clause, empty where nothing does."""
    if not _keeps(clause.modality, other.modality):
        return "lose its force" if clause.force else "gain a force"
    pairs = (
        ("change its words", _fold(clause.text), _fold(other.text)),
        ("change the words before it", _fold(clause.composed), _fold(other.composed)),
        ("become another kind", clause.kind, other.kind),
        ("change its lock", clause.locked, other.locked),
        ("bind somebody else", clause.bearer, other.bearer),
        ("belong to another clause", clause.parent, other.parent),
        ("change its attributes", clause.attributes, other.attributes),
        ("change its anchor", clause.anchor, other.anchor),
        ("move to another document", clause.document, other.document),
        ("move to another section", clause.section, other.section),
    )
    return next((reason for reason, one, two in pairs if one != two), "")


def _keeps(modality: Modality | None, other: Modality | None) -> bool:
    """Whether the force is the same, from the same source or a stronger one."""
    if modality is None or other is None:
        return modality is other
    return modality.force is other.force and _SOURCES.index(other.source) <= _SOURCES.index(modality.source)


def _compare_blocks(blocks: tuple[Block, ...], changed: tuple[Block, ...]) -> Iterator[Loss]:
    """Yield the first block that is another one, or reads otherwise."""
    for block, other in zip_longest(blocks, changed):
        if block is None or other is None:
            yield Loss(span=(block or other).span, reason="a block would be gone" if block else "a block would be new")
            return
        if _describe(block) != _describe(other) or not _keeps_tag(block, other):
            yield Loss(span=block.span, reason=f"the {block.kind.value} would be read otherwise")
            return


def _keeps_tag(block: Block, other: Block) -> bool:
    """Whether a heading has the force of its tag still; one without may gain the force that its clauses have."""
    force = parse_title(block.text).force if block.kind is BlockKind.HEADING else None
    return force is None or parse_title(other.text).force is force


def _describe(block: Block) -> tuple[object, ...]:
    """Return what two forms of a block have in common."""
    shared = (block.kind, block.level, block.section, block.parent, block.informative, block.unclosed)
    if block.kind is BlockKind.HEADING:
        title = parse_title(block.text)
        return (*shared, title.text, title.locked, title.anchor, title.definitions, title.contents)
    if block.kind not in _PROSE:
        return (*shared, _strip_indent(block.text))
    masked = mask_block(block.text, item=block.kind is BlockKind.ITEM)
    codes = [fold_text(content) for _, _, content in masked.codes]
    links = [tuple(link[2:]) for link in masked.links]
    return (*shared, _fold(masked.words(0, len(block.text))), _fold(_FILLED.sub(FILLER, masked.mask)), codes, links)


def _fold(text: str) -> str:
    """Return a text with white space folded and modal keywords in capitals."""
    return _MODAL.sub(lambda match: match[0].upper(), fold_text(text))


def _strip_indent(text: str) -> str:
    """Return the lines without the mark and the indentation that all of them share."""
    lines = text.split("\n")
    if match := _MARKED.match(lines[0]):
        lines[0] = " " * len(match[0]) + lines[0][match.end() :]
    lines = [_expand_lead(line) if line.strip() else "" for line in lines]
    shared = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return "\n".join(line[shared:] for line in lines)


def _expand_lead(line: str) -> str:
    """Return a line whose indentation has spaces only."""
    rest = line.lstrip(" \t")
    return line[: len(line) - len(rest)].expandtabs(_TAB) + rest
