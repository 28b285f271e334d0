"""Names: used and never defined, defined and never used, written in another style than all others.

Path: passages, terms -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rule R4.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.drafts import Draft
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.phrases import Phrase, find_phrases, index_phrases, split_phrase
from specpack.frontend.reading import Reading
from specpack.model.clause import BlockKind, Clause, Kind
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import DocumentName, Span

_NAME = re.compile(r"\b(?:the|an?|each|every|its|any|no)\s+((?:[A-Z][a-z]+\s+){1,3}[A-Z][a-z]+)\b")
_INTRODUCED = re.compile(r"(?:\*\*|__|`|\[|\"|\bcalled\s+(?:the\s+)?)\Z", re.I)
_DEFINED = re.compile(r"\s*(?:\*\*|__)?\s*(?::|\(|\u2014|\u2013|--)|\s+(?:is|are|means|denotes|stands\s+for)\b", re.I)
_BEFORE = 20
"""Characters in front of a name in which what introduces it may stand."""
_SHOWING = frozenset({BlockKind.HEADING, BlockKind.FENCE, BlockKind.TABLE, BlockKind.FRONT_MATTER})
_STYLES = (
    ("snake_case", re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")),
    ("kebab-case", re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")),
    ("camelCase", re.compile(r"[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]*)+")),
    ("PascalCase", re.compile(r"(?:[A-Z][a-z0-9]+){2,}")),
    ("UPPER_CASE", re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")),
    ("dotted.case", re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9]+)+")),
)
_WORD = re.compile(r"[a-z][a-z0-9]*")
_ENOUGH, _SHARE, _MOST = 5, 0.8, 5


def check_undefined_names(reading: Reading) -> Iterator[Diagnostic]:
    """Report capitalised names of several words that two binding clauses use and no place of the pack explains.

    Reports: SP202.
    """
    uses: dict[str, list[tuple[Passage, re.Match[str]]]] = {}
    for passage in list_passages(reading):
        if passage.clause.force is not None:
            for match in _NAME.finditer(passage.mask):
                uses.setdefault(" ".join(match[1].split()), []).append((passage, match))
    several = {name: found for name, found in uses.items() if len({p.clause.id for p, _ in found}) > 1}
    explained = _find_explained(reading, several)
    for name, found in several.items():
        if split_phrase(name) not in explained:
            (first, match), *others = found
            more = [(passage.span(*m.span(1)), "here as well") for passage, m in others[: _MOST - 1]]
            ids = dict.fromkeys(passage.clause.id for passage, _ in found)
            span = first.span(*match.span(1))
            yield build_diagnostic("SP202", span, fields={"name": name}, secondary=more, clauses=tuple(ids))


def _find_explained(reading: Reading, names: Iterable[str]) -> frozenset[Phrase]:
    """Return the names that a heading, a definition, a sample or a sentence of any document introduces."""
    phrases = index_phrases(names)
    if not phrases:
        return frozenset()
    explained = {split_phrase(term) for drafting in reading.draftings.values() for term, _ in drafting.terms}
    for drafting in reading.draftings.values():
        for block in drafting.blocks:
            for phrase, start, end in find_phrases(block.text, phrases):
                before = block.text[max(0, start - _BEFORE) : start]
                if block.kind in _SHOWING or _INTRODUCED.search(before) or _DEFINED.match(block.text, end):
                    explained.add(phrase)
    return frozenset(explained)


def check_unused_definitions(reading: Reading) -> Iterator[Diagnostic]:
    """Report definitions of the pack itself whose terms stand nowhere else, one diagnostic a document.

    Reports: SP206.
    """
    defined: dict[Phrase, list[tuple[DocumentName, str, Draft]]] = {}
    for name, drafting in reading.draftings.items():
        for term, index in drafting.terms if drafting.document.pack == reading.pack.layers[-1] else ():
            if index in drafting.glossary:
                defined.setdefault(split_phrase(term), []).append((name, term, drafting.drafts[index]))
    used = _find_used(reading, defined)
    unused: dict[DocumentName, list[tuple[str, Clause]]] = {}
    for phrase, places in defined.items():
        for name, term, draft in places if phrase and len(places) == 1 and phrase not in used else ():
            unused.setdefault(name, []).append((term, reading.clauses[reading.ids[name][draft.index]]))
    for document, clauses in unused.items():
        yield _summarise(document, clauses)


def _find_used(reading: Reading, defined: Mapping[Phrase, Sequence[tuple[DocumentName, str, Draft]]]) -> set[Phrase]:
    """Return the terms that stand in a block which does not define them."""
    phrases = index_phrases(term for places in defined.values() for _, term, _ in places)
    own = {phrase: {(name, draft.block) for name, _, draft in places} for phrase, places in defined.items()}
    return {
        phrase
        for name, drafting in reading.draftings.items()
        for block in (drafting.blocks if phrases else ())
        if not block.informative
        for phrase, _, _ in find_phrases(block.text, phrases)
        if (name, block.index) not in own[phrase]
    }


def _summarise(document: str, unused: Sequence[tuple[str, Clause]]) -> Diagnostic:
    (term, clause), *others = unused
    fields = {"count": count_things(len(unused), "definition"), "document": document, "term": term}
    fields["is"] = "is" if len(unused) == 1 else "are"
    more = [(other.span, f"`{name}` as well") for name, other in others[:_MOST]]
    ids = [other.id for _, other in unused]
    return build_diagnostic("SP206", clause.span, fields=fields, secondary=more, clauses=ids)


def check_styles(reading: Reading) -> Iterator[Diagnostic]:
    """Report error ids, anchors and cells of a column that are written in another style than nearly all of their kind.

    Reports: SP204.
    """
    yield from _check_style("error id", [(error.id, error.declared) for error in reading.phenomena.errors])
    yield from _check_columns(reading)
    layer = reading.pack.layers[-1]
    for name, drafting in reading.draftings.items():
        if drafting.document.pack == layer and drafting.outline is None:
            clauses = (reading.clauses[i] for i in reading.ids[name])
            yield from _check_style("anchor", [(c.anchor, c.span) for c in clauses if c.anchor])


def _check_columns(reading: Reading) -> Iterator[Diagnostic]:
    """Report cells among those of a column that holds identifiers alone; error ids are looked at by themselves."""
    known = {error.id for error in reading.phenomena.errors}
    layer = reading.pack.layers[-1]
    written = {n for n, d in reading.draftings.items() if d.document.pack == layer and d.outline is None}
    columns: dict[tuple[str, int, str], list[tuple[str, Span]]] = {}
    for clause in reading.clauses.values():
        if clause.kind is Kind.ROW and clause.document in written:
            for key, value in clause.attributes:
                columns.setdefault((clause.document, clause.block, key), []).append((value, clause.span))
    for (_, _, key), cells in columns.items():
        named = all(_find_style(value) or _WORD.fullmatch(value) for value, _ in cells)
        if named and known.isdisjoint(value for value, _ in cells):
            yield from _check_style(key, cells)


def _check_style(kind: str, names: Iterable[tuple[str, Span]]) -> Iterator[Diagnostic]:
    styled = [(name, span, style) for name, span in dict(names).items() if (style := _find_style(name))]
    counts = Counter(style for _, _, style in styled)
    style, count = next(iter(counts.most_common(1)), ("", 0))
    if count < _ENOUGH - 1 or count < _SHARE * len(styled):
        return
    for name, span, other in styled:
        if other != style:
            fields = {"kind": kind, "name": name, "style": style, "count": str(count)}
            yield build_diagnostic("SP204", span, fields=fields)


def _find_style(name: str) -> str:
    """Return the style of an identifier of several words; empty for a single word, which fits all."""
    return next((style for style, pattern in _STYLES if pattern.fullmatch(name)), "")
