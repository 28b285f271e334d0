"""What a word of a pack stands for, where that is declared, and where else it stands.

Path: analysis -> **symbols** -> definition, references, hovers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from specpack.frontend.identity import render_slug
from specpack.frontend.references import Reference, Target
from specpack.model.clause import Block, BlockKind, ClauseId, Kind
from specpack.model.span import DocumentName, Span, locate
from specpack.server.analysis import Analysis, contains

_ID = re.compile(r"(?<![\w./-])[a-z0-9][\w-]*\.[A-Za-z0-9][\w-]*(?![\w-])")
_NAME = re.compile(r"(?<![\w.-])[A-Za-z][\w-]*(?:\.[\w-]+)*(?![\w-])")
_ANCHOR = re.compile(r"\{#([^\s{}]+)\}")
_SECTION_NUMBER = re.compile(r"\A(\d+(?:\.\d+)*)\.?\s+")
_SILENT = (BlockKind.FENCE, BlockKind.COMMENT, BlockKind.FRONT_MATTER, BlockKind.SCHEMA)
_MOST_TERMS = 5_000


class SymbolKind(StrEnum):
    """What can be named."""

    CLAUSE = "clause"
    SECTION = "section"
    DOCUMENT = "document"
    TERM = "term"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A name that something declares. `name` is the id of a clause or error, a term, a document, a section's path."""

    kind: SymbolKind
    name: str
    declared: Span


def find_symbol(analysis: Analysis, document: DocumentName, offset: int) -> tuple[Symbol, Span] | None:
    """Return what stands at a place, with the range of the words that name it; None for plain words."""
    for reference in analysis.references.get(document, ()):
        if contains(reference.span, offset) and (symbol := resolve_reference(analysis, reference)):
            return symbol, reference.span
    text = analysis.texts.get(document, "")
    line = text.rfind("\n", 0, offset) + 1, (text + "\n").find("\n", offset)
    for found, start, end in (*_find_names(analysis, text, line), *_find_anchors(analysis, document, text, line)):
        if start <= offset <= end:
            return found, locate(document, text, start, end)
    return _find_term(analysis, document, offset)


def find_target(analysis: Analysis, document: DocumentName, offset: int) -> Symbol | None:
    """Return what a place is about: what its words name, else the clause or the section in which they stand."""
    named = find_symbol(analysis, document, offset)
    if named:
        return named[0]
    clause = analysis.find_clause(document, offset)
    if clause and clause.kind is not Kind.META:
        return _make_clause(analysis, clause.id)
    block = _find_block(analysis, document, offset)
    return _make_section(block) if block and block.kind is BlockKind.HEADING else None


def list_occurrences(analysis: Analysis, symbol: Symbol) -> tuple[Span, ...]:
    """Return the places at which a symbol is named, its declaration left out, in order of documents and source."""
    found: dict[Span, None] = {}
    for references in analysis.references.values():
        for reference in references:
            if reference.span.document in analysis.own and resolve_reference(analysis, reference) == symbol:
                found[reference.span] = None
    if symbol.kind in (SymbolKind.CLAUSE, SymbolKind.ERROR):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(symbol.name)}(?![\w-]|\.\w)")
        for name in analysis.own:
            found |= dict.fromkeys(_list_matches(analysis, name, pattern))
    if symbol.kind is SymbolKind.TERM:
        pattern = re.compile(rf"(?<![\w-]){_render_term(symbol.name)}(?:e?s)?(?![\w-])", re.I)
        for name in analysis.own:
            found |= dict.fromkeys(_list_spoken(analysis, name, pattern))
    return tuple(sorted(span for span in found if not _is_inside(span, [other for other in found if other != span])))


def resolve_reference(analysis: Analysis, reference: Reference) -> Symbol | None:
    """Return what a reference points to; None where nothing is found, or more than one thing."""
    match reference.target:
        case Target.CLAUSE:
            return _make_clause(analysis, reference.name)
        case Target.DOCUMENT:
            return _make_document(reference.leads[0]) if reference.leads else None
        case Target.ANCHOR:
            found = (_follow_anchor(analysis, name, reference.name) for name in reference.leads)
            return next((symbol for symbol in found if symbol), None)
        case Target.SECTION:
            return _find_section(analysis, reference)
        case _:
            return None


def _make_clause(analysis: Analysis, name: str) -> Symbol | None:
    clause = analysis.understanding.clauses.get(ClauseId(name))
    return Symbol(kind=SymbolKind.CLAUSE, name=clause.id, declared=clause.span) if clause else None


def _make_document(name: DocumentName) -> Symbol:
    return Symbol(kind=SymbolKind.DOCUMENT, name=name, declared=locate(name, "", 0, 0))


def _make_section(block: Block) -> Symbol:
    name = " > ".join((block.span.document, *block.section))
    return Symbol(kind=SymbolKind.SECTION, name=name, declared=block.span)


def _make_term(analysis: Analysis, term: str) -> Symbol | None:
    known = analysis.understanding.definitions.get(term)
    clause = analysis.understanding.clauses.get(known) if known else None
    return Symbol(kind=SymbolKind.TERM, name=term, declared=clause.span) if clause else None


def _follow_anchor(analysis: Analysis, document: DocumentName, anchor: str) -> Symbol | None:
    """Return the clause, the heading or the term that has an anchor."""
    drafting = analysis.draftings[document]
    clause = _make_clause(analysis, f"{drafting.document.key}.{anchor}")
    if clause:
        return clause
    wanted = {anchor, render_slug(anchor), re.sub(r"-\d+\Z", "", anchor)}
    for index, title in drafting.titles.items():
        if title.anchor == anchor or render_slug(title.text) in wanted:
            return _make_section(drafting.blocks[index])
    term = next((term for term in sorted(drafting.linked) if render_slug(term) in wanted), "")
    return _make_term(analysis, term)


def _find_section(analysis: Analysis, reference: Reference) -> Symbol | None:
    """Return the heading of a reference by number or by name; one in the same document goes before others."""
    wanted = {reference.name.lower(), reference.name.lower().rstrip(".")}
    found: list[Block] = []
    for name, drafting in analysis.draftings.items():
        if reference.document and name.rpartition(":")[2] != reference.document:
            continue
        for index, title in drafting.titles.items():
            number = _SECTION_NUMBER.match(title.text)
            names = {title.text.lower(), *((number[1], title.text[number.end() :].lower()) if number else ())}
            if names & wanted:
                found.append(drafting.blocks[index])
    found.sort(key=lambda block: block.span.document != reference.span.document)
    return _make_section(found[0]) if found else None


def _find_names(analysis: Analysis, text: str, line: tuple[int, int]) -> Iterator[tuple[Symbol, int, int]]:
    """Yield ids of clauses and of errors in a line."""
    for match in _ID.finditer(text, *line):
        if symbol := _make_clause(analysis, match[0]):
            yield symbol, *match.span()
    errors = {error.id: error for error in analysis.understanding.errors}
    for match in _NAME.finditer(text, *line):
        if error := errors.get(match[0]):
            yield Symbol(kind=SymbolKind.ERROR, name=error.id, declared=error.declared), *match.span()


def _find_anchors(
    analysis: Analysis, document: DocumentName, text: str, line: tuple[int, int]
) -> Iterator[tuple[Symbol, int, int]]:
    """Yield what the anchors declare that stand in a line."""
    for match in _ANCHOR.finditer(text, *line):
        symbol = _follow_anchor(analysis, document, match[1]) if document in analysis.draftings else None
        if symbol:
            yield symbol, *match.span()


def _find_term(analysis: Analysis, document: DocumentName, offset: int) -> tuple[Symbol, Span] | None:
    block = _find_block(analysis, document, offset)
    pattern = _compile_terms(tuple(analysis.understanding.definitions))
    if block is None or block.kind in _SILENT or pattern is None:
        return None
    for match in pattern.finditer(block.text):
        start, end = block.span.start + match.start(), block.span.start + match.end()
        if start <= offset <= end and (symbol := _make_term(analysis, " ".join(match["term"].lower().split()))):
            return symbol, locate(document, analysis.texts[document], start, end)
    return None


def _find_block(analysis: Analysis, document: DocumentName, offset: int) -> Block | None:
    blocks = analysis.understanding.blocks.get(document, ())
    return next((block for block in blocks if contains(block.span, offset)), None)


@lru_cache(maxsize=4)
def _compile_terms(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds defined terms, longer ones first, also in the plural."""
    ranked = sorted((term for term in terms if term.strip()), key=len, reverse=True)[:_MOST_TERMS]
    if not ranked:
        return None
    return re.compile(rf"(?<![\w-])(?P<term>{'|'.join(map(_render_term, ranked))})(?:e?s)?(?![\w-])", re.I)


def _render_term(term: str) -> str:
    return r"\s+".join(map(re.escape, term.split()))


def _list_matches(analysis: Analysis, document: DocumentName, pattern: re.Pattern[str]) -> Iterator[Span]:
    text = analysis.texts[document]
    for match in pattern.finditer(text):
        yield locate(document, text, *match.span())


def _list_spoken(analysis: Analysis, document: DocumentName, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Yield the places of a term in prose and tables."""
    for block in analysis.understanding.blocks.get(document, ()):
        if block.kind not in _SILENT:
            for match in pattern.finditer(block.text):
                start = block.span.start
                yield locate(document, analysis.texts[document], start + match.start(), start + match.end())


def _is_inside(span: Span, others: list[Span]) -> bool:
    """Whether a longer place of the list holds a place: `[id]` of a reference holds the id."""
    return any(
        other.document == span.document and other.start <= span.start and span.end <= other.end for other in others
    )
