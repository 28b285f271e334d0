"""Names: used and never defined, defined and never used, written in another style than all others.

Path: passages, terms -> **checks** -> diagnostics. After the INCOSE Guide to Writing Requirements, rule R4.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.reading import Reading
from specpack.model.clause import BlockKind, Clause
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import Span

_NAME = re.compile(r"\b(?:the|an?|each|every|its|any|no)\s+((?:[A-Z][a-z]+\s+){1,3}[A-Z][a-z]+)\b")
_DEFINING = r"(?:\s*(?:\*\*|__)?\s*(?::|\(|\u2014|\u2013|--)|\s+(?:is|are|means|denotes|stands\s+for)\b)"
_STYLES = (
    ("snake_case", re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")),
    ("kebab-case", re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")),
    ("camelCase", re.compile(r"[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]*)+")),
    ("PascalCase", re.compile(r"(?:[A-Z][a-z0-9]+){2,}")),
    ("UPPER_CASE", re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")),
    ("dotted.case", re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9]+)+")),
)
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
    for name, found in uses.items():
        first, match = found[0]
        if len({passage.clause.id for passage, _ in found}) < 2 or _is_explained(reading, name):
            continue
        more = [(p.span(*m.span(1)), "here as well") for p, m in found[1:_MOST]]
        ids = dict.fromkeys(passage.clause.id for passage, _ in found)
        span = first.span(*match.span(1))
        yield build_diagnostic("SP202", span, fields={"name": name}, secondary=more, clauses=tuple(ids))


def _is_explained(reading: Reading, name: str) -> bool:
    """Whether a heading, a definition, a sample or a sentence of any document introduces a name."""
    words = r"\s+".join(map(re.escape, name.split()))
    defined = re.compile(rf"(?:\*\*|__|`|\[|\"|\bcalled\s+(?:the\s+)?){words}|{words}{_DEFINING}", re.I)
    heading = re.compile(words, re.I)
    for drafting in reading.draftings.values():
        if any(term == name.lower() for term, _ in drafting.terms):
            return True
        for block in drafting.blocks:
            shown = block.kind in (BlockKind.HEADING, BlockKind.FENCE, BlockKind.TABLE, BlockKind.FRONT_MATTER)
            if (heading if shown else defined).search(block.text):
                return True
    return False


def check_unused_definitions(reading: Reading) -> Iterator[Diagnostic]:
    """Report definitions of the pack itself whose terms stand nowhere else, one diagnostic a document.

    Reports: SP206.
    """
    layer = reading.pack.layers[-1]
    texts = [_fold(block.text) for d in reading.draftings.values() for block in d.blocks if not block.informative]
    for name, drafting in reading.draftings.items():
        if drafting.document.pack != layer:
            continue
        unused = []
        for term, index in drafting.terms:
            own = _fold(drafting.blocks[drafting.drafts[index].block].text)
            if index in drafting.glossary and term and not _is_used(term, texts, own):
                unused.append((term, reading.clauses[reading.ids[name][index]]))
        if unused:
            yield _summarise(name, unused)


def _fold(text: str) -> str:
    return " ".join(re.sub(r"[*_`]", "", text).casefold().split())


def _is_used(term: str, texts: Sequence[str], own: str) -> bool:
    """Whether a term, or its plural, stands in another block than its own."""
    stem = _fold(term).removesuffix("y")
    return sum(stem in text for text in texts) > (1 if stem in own else 0)


def _summarise(document: str, unused: Sequence[tuple[str, Clause]]) -> Diagnostic:
    (term, clause), *others = unused
    fields = {"count": count_things(len(unused), "definition"), "document": document, "term": term}
    fields["is"] = "is" if len(unused) == 1 else "are"
    more = [(other.span, f"`{name}` as well") for name, other in others[:_MOST]]
    ids = [other.id for _, other in unused]
    return build_diagnostic("SP206", clause.span, fields=fields, secondary=more, clauses=ids)


def check_styles(reading: Reading) -> Iterator[Diagnostic]:
    """Report error ids, and anchors of a document, that are written in another style than nearly all of their kind.

    Reports: SP204.
    """
    yield from _check_style("error id", [(error.id, error.declared) for error in reading.phenomena.errors])
    layer = reading.pack.layers[-1]
    for name, drafting in reading.draftings.items():
        if drafting.document.pack == layer and drafting.outline is None:
            clauses = (reading.clauses[i] for i in reading.ids[name])
            yield from _check_style("anchor", [(c.anchor, c.span) for c in clauses if c.anchor])


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
