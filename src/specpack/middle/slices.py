"""Cut the source text that a question shows: blocks word for word, with the ids of their clauses in the margin.

Path: clauses -> **slices** -> questions. A slice holds no line numbers and no document paths, and a slice of single
clauses no order beyond that of a section: moving a section or a document changes none. White space outside fences is
folded for the same reason.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate

from specpack.middle.tokens import estimate_tokens
from specpack.model.clause import Block, BlockKind, Clause, ClauseId, Kind, Section
from specpack.model.pack import Document, Role
from specpack.model.span import DocumentName
from specpack.model.understanding import Place, Understanding

_CONTEXT = frozenset({Kind.DEFINITION, Kind.SAMPLE, Kind.GRAMMAR, Kind.ENUMERATION})
"""Kinds that go along with any clause of their section."""
_TIGHT = (BlockKind.ITEM, BlockKind.SCHEMA)

_CODE_OR_SPACE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\s+", re.DOTALL)
_BREAK = re.compile(r"\s*\n\s*")
_GAP = "\0"
ANCHOR = re.compile(r"\s*\{#[\w.-]+\}")

_HEADING_MARKS = re.compile(r"\A\s*#{1,6}(?=\s|\Z)|\s#+\s*\Z|\n[ \t]*(?:=+|-+)[ \t]*\Z")
_MARKS = re.compile(r"[*_`]")
_PIPE = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")


class Slicer:
    """Cuts slices of one understanding."""

    def __init__(self, understanding: Understanding) -> None:
        """Index the clauses by block; outside behaviour documents only those with a force are shown with their ids."""
        self.understanding = understanding
        behaviour = {d.name for d in understanding.pack.documents if d.role is Role.BEHAVIOUR}
        self._by_block: dict[tuple[DocumentName, int], list[Clause]] = {}
        self._overridden: dict[tuple[DocumentName, int], list[Clause]] = {}
        """Clauses that lost to another or were set aside: their words are shown to nobody."""
        kept = set()
        for clause in understanding.clauses.values():
            place = (clause.document, clause.block)
            if clause.id in understanding.overridden:
                self._overridden.setdefault(place, []).append(clause)
                continue
            kept.add(place)
            if clause.force or clause.document in behaviour:
                self._by_block.setdefault(place, []).append(clause)
        self._set_aside = self._overridden.keys() - kept

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """Sections of behaviour documents by key."""
        return {section.key: section for section in self.understanding.sections}

    def expand(self, ids: Iterable[str]) -> tuple[ClauseId, ...]:
        """Return clause ids for ids and section keys, in source order, without doubles; unknown ones are dropped."""
        wanted: set[str] = set()
        for name in ids:
            section = self.sections.get(name)
            wanted.update(section.clauses if section else (name,))
        return tuple(c for c in self.understanding.clauses if c in wanted)

    def render_document(self, document: Document) -> str:
        """Return the whole document but for its informative blocks."""
        blocks = self.understanding.blocks[document.name]
        return self._render(document, [b.index for b in blocks if not b.informative], None)

    def render_section(self, section: Section) -> str:
        """Return a section of a behaviour document, without the preamble that its document shares."""
        document = self._document(section.document)
        blocks = self.understanding.blocks[section.document]
        return self._render(document, [i for i in section.blocks if not blocks[i].informative], None)

    def render_beginning(self, section: Section, tokens: int) -> str:
        """Return as many blocks of a section as fit, at least one, and an ellipsis where some are left out."""
        blocks = self.understanding.blocks[section.document]
        own = [i for i in section.blocks if not blocks[i].informative]
        sizes = accumulate(estimate_tokens(blocks[i].text) for i in own)
        fitting = max(1, sum(size <= tokens for size in sizes))
        text = self._render(self._document(section.document), own[:fitting], None)
        return text if fitting >= len(own) else f"{text}\n\n…"

    def render_preamble(self, section: Section) -> str:
        """Return what the sections of a document share: the blocks before the first, and its definitions elsewhere."""
        document = self._document(section.document)
        blocks = self.understanding.blocks[section.document]
        own = {(section.document, i) for i in section.blocks}
        shown = {*section.preamble, *section.blocks}
        first = {(section.document, i) for i in (*section.preamble, *self._list_definitions(document, shown))}
        wanted = self._close(own | first) - own if self.understanding.needs else first - own
        mine = sorted(i for name, i in wanted if name == section.document and not blocks[i].informative)
        return "\n\n".join(filter(None, [self._render(document, mine, None), *self._render_others(wanted, document)]))

    def render_clauses(self, ids: Collection[str]) -> str:
        """Return the blocks around the clauses: lead-ins, headings, and what goes along with their sections."""
        chosen = {self.understanding.clauses[i] for i in self.expand(ids)}
        shown: dict[DocumentName, list[int]] = {}
        for document in self._ordered:
            mine = [c for c in chosen if c.document == document.name]
            if mine:
                shown[document.name] = self._surround(document, mine)
        if self.understanding.needs:
            shown = self._with_needed(shown)
        texts = []
        for document in self._ordered:
            if document.name in shown:
                mine_ids = {c.id for c in chosen if c.document == document.name}
                texts.append(self._render(document, self._sort_blocks(document, shown[document.name]), mine_ids))
        return "\n\n".join(texts)

    @cached_property
    def _ordered(self) -> tuple[Document, ...]:
        """Documents by what most ids of their clauses begin with, which a new name of the file does not change."""
        births: dict[DocumentName, Counter[str]] = {}
        for clause in self.understanding.clauses.values():
            births.setdefault(clause.document, Counter())[clause.id.rpartition(".")[0]] += 1
        keys = {name: max(sorted(counts), key=counts.__getitem__) for name, counts in births.items()}
        return tuple(sorted(self.understanding.pack.documents, key=lambda d: keys.get(d.name, d.key)))

    @cached_property
    def _section_of(self) -> Mapping[Place, str]:
        """Block -> key of the section of a behaviour document that it stands in."""
        return {(s.document, index): s.key for s in self.understanding.sections for index in s.blocks}

    def _sort_blocks(self, document: Document, indexes: Sequence[int]) -> list[int]:
        """Return blocks by section, in source order within each; the lines of a schema stay where they are."""
        blocks = self.understanding.blocks[document.name]
        if any(blocks[index].kind is BlockKind.SCHEMA for index in indexes):
            return list(indexes)
        return sorted(indexes, key=lambda index: (self._section_of.get((document.name, index), ""), index))

    def _close(self, places: Iterable[Place]) -> set[Place]:
        """Return blocks with all that they need over any number of references, and what holds those."""
        found = set(places)
        waiting = list(found)
        while waiting:
            name, index = waiting.pop()
            parent = self.understanding.blocks[name][index].parent
            below = [*self.understanding.needs.get((name, index), ()), *([] if parent is None else [(name, parent)])]
            for place in below:
                if place not in found:
                    found.add(place)
                    waiting.append(place)
        return found

    def _with_needed(self, shown: Mapping[DocumentName, Sequence[int]]) -> dict[DocumentName, list[int]]:
        """Return document -> blocks to show, those that they need among them."""
        needed: dict[DocumentName, list[int]] = {}
        for name, index in sorted(self._close((name, i) for name, indexes in shown.items() for i in indexes)):
            if not self.understanding.blocks[name][index].informative:
                needed.setdefault(name, []).append(index)
        return needed

    def _render_others(self, wanted: Collection[Place], own: Document) -> Iterable[str]:
        """Yield what stands in other documents of the blocks wanted."""
        for document in self.understanding.pack.documents:
            blocks = self.understanding.blocks[document.name]
            mine = sorted(i for name, i in wanted if name == document.name and not blocks[i].informative)
            if mine and document is not own:
                yield self._render(document, mine, None)

    def _document(self, name: DocumentName) -> Document:
        return next(d for d in self.understanding.pack.documents if d.name == name)

    def _surround(self, document: Document, clauses: Sequence[Clause]) -> list[int]:
        blocks = self.understanding.blocks[document.name]
        wanted = {c.block for c in clauses}
        sections = {c.section for c in clauses}
        for clause in self.understanding.clauses.values():
            if clause.document == document.name and clause.kind in _CONTEXT and clause.section in sections:
                wanted.add(clause.block)
        if document.role in (Role.BEHAVIOUR, Role.PLATFORM):
            wanted |= self._list_definitions(document, wanted)
        for index in tuple(wanted):
            parent = blocks[index].parent
            while parent is not None:
                wanted.add(parent)
                parent = blocks[parent].parent
        paths = {blocks[i].section for i in wanted}
        for block in blocks:
            if block.kind is BlockKind.HEADING and any(p[: len(block.section)] == block.section for p in paths):
                wanted.add(block.index)
        return sorted(i for i in wanted if not blocks[i].informative)

    @cached_property
    def _definitions(self) -> Mapping[DocumentName, Mapping[int, re.Pattern[str] | None]]:
        """Document -> block of a definition -> what uses its terms; None where no term was found."""
        terms: dict[ClauseId, list[str]] = {}
        for term, clause_id in self.understanding.definitions.items():
            terms.setdefault(clause_id, []).append(term)
        found: dict[DocumentName, dict[int, list[str] | None]] = {}
        for clause in self.understanding.clauses.values():
            if clause.kind is Kind.DEFINITION:
                known, own = found.setdefault(clause.document, {}), terms.get(clause.id)
                before = known.get(clause.block, [])
                known[clause.block] = None if own is None or before is None else [*before, *own]
        return {
            name: {index: _compile_terms(own) if own else None for index, own in blocks.items()}
            for name, blocks in found.items()
        }

    def _list_definitions(self, document: Document, shown: Collection[int]) -> set[int]:
        """Return the definitions of a document that blocks of it use, and those that these use."""
        blocks = self.understanding.blocks[document.name]
        unused = dict(self._definitions.get(document.name, {}))
        found: set[int] = set()
        texts = [blocks[index].text for index in shown]
        while texts:
            text = _MARKS.sub("", "\n".join(texts))
            new = [index for index, pattern in unused.items() if pattern is None or pattern.search(text)]
            for index in new:
                del unused[index]
            texts = [blocks[index].text for index in new]
            found.update(new)
        return found

    def _render(self, document: Document, indexes: Sequence[int], chosen: Collection[ClauseId] | None) -> str:
        blocks = self.understanding.blocks[document.name]
        pieces: list[str] = []
        former: BlockKind | None = None
        for index in indexes:
            block = blocks[index]
            clauses = self._by_block.get((document.name, index), [])
            if (document.name, index) in self._set_aside:
                continue
            text = _annotate(_cut(block, self._overridden.get((document.name, index), ())), clauses, chosen)
            if text:
                tight = block.kind in _TIGHT and former is block.kind
                former = block.kind
                pieces.append(("\n" if tight else "\n\n") + text if pieces else text)
        whole = "".join(pieces)
        return _fence(whole, document) if former is BlockKind.SCHEMA else whole


def _compile_terms(terms: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of words, markup aside, that begin as a term does, in any case: plurals count."""
    words = (_MARKS.sub("", term).removesuffix("y").split() for term in terms)
    stems = (r"\s+".join(map(re.escape, term)) for term in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(stems)})", re.IGNORECASE)


def _fence(text: str, document: Document) -> str:
    """Return the lines of a YAML or JSON document in a fence that nothing in them closes."""
    mark = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    return f"{mark}{'json' if document.path.lower().endswith('.json') else 'yaml'}\n{text}\n{mark}"


def _annotate_schema(text: str, marks: Sequence[tuple[int, ClauseId]]) -> str:
    """Return the lines as they are, with the ids of the clauses that begin in a line above it."""
    lines, at = [], 0
    waiting = list(marks)
    for line in text.split("\n"):
        at += len(line) + 1
        while waiting and waiting[0][0] < at:
            lines.append(f"‹{waiting.pop(0)[1]}›")
        if not (_GAP in line and not line.replace(_GAP, "").strip()):
            lines.append(line.replace(_GAP, "").rstrip())
    return "\n".join(lines).rstrip()


def _cut(block: Block, overridden: Sequence[Clause]) -> Block:
    """Return the block with the words of overridden clauses replaced by `_GAP`, so that offsets stay."""
    text, start = block.text, block.span.start
    for clause in overridden:
        begin, end = max(clause.span.start - start, 0), clause.span.end - start
        text = text[:begin] + _GAP * len(text[begin:end]) + text[end:]
    return replace(block, text=text) if overridden else block


def _annotate(block: Block, clauses: Sequence[Clause], chosen: Collection[ClauseId] | None) -> str:
    """Return the block's text with `‹id›` before each clause; rows of a table that are not chosen are left out."""
    if block.kind is BlockKind.HEADING:
        return f"{'#' * block.level} {_fold(_HEADING_MARKS.sub('', block.text))}"
    text, start = block.text, block.span.start
    marks = sorted({(max(c.span.start - start, 0), c.id) for c in clauses if chosen is None or c.id in chosen})
    if block.kind is BlockKind.SCHEMA:
        return _annotate_schema(text, marks)
    if block.kind is BlockKind.FENCE:
        return "".join(f"‹{mark}›\n" for _, mark in marks) + text.rstrip()
    if block.kind is BlockKind.TABLE:
        return _annotate_table(block, clauses, chosen)
    pieces, at = [], 0
    for offset, mark in marks:
        pieces += [text[at:offset], f"‹{mark}› "]
        at = offset
    pieces.append(text[at:])
    indent = "  " * (block.level - 1) if block.kind is BlockKind.ITEM else ""
    return indent + _fold("".join(pieces))


def _fold(text: str) -> str:
    """Return the text with white space folded outside code spans, and line breaks alone inside them."""

    def fold(match: re.Match[str]) -> str:
        return _BREAK.sub(" ", match[0]) if match[1] else " "

    return _CODE_OR_SPACE.sub(fold, ANCHOR.sub("", text.replace(_GAP, ""))).strip()


def _annotate_table(block: Block, clauses: Sequence[Clause], chosen: Collection[ClauseId] | None) -> str:
    rows = {c.span.line: c for c in clauses if c.kind is Kind.ROW}
    lines = []
    for offset, line in enumerate(block.text.split("\n")):
        folded = _fold(_PIPE.sub(" | ", line))
        if offset == 1 and _SEPARATOR.fullmatch(folded):
            folded = re.sub(r"-+", "---", folded)
        row = rows.get(block.span.line + offset)
        if not folded or (row is not None and chosen is not None and row.id not in chosen):
            continue
        lines.append(f"‹{row.id}› {folded}" if row else folded)
    return "\n".join(lines)
