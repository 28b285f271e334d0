"""References in the text: documents, sections, rule numbers, clause ids, anchors, and whether each can be followed.

Path: masking, clauses -> **references** -> checks.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from specpack.frontend.drafts import Drafting
from specpack.frontend.identity import render_slug
from specpack.frontend.masking import FILLER
from specpack.frontend.steps import find_steps, list_steps
from specpack.model.clause import Block, BlockKind
from specpack.model.pack import Document, Pack
from specpack.model.span import DocumentName, Span

_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_FILE = re.compile(r"(?:[\w.-]+/)*[\w-][\w.-]*\.(?:md|markdown)\Z")
_POINTING = re.compile(
    r"(?:\b(?:see|in|per|by|under|from|of|according to|described in|defined in|"
    r"listed in|given in|rules of|document|check of)"
    r"\s+(?:the\s+)?(?:document\s+|file\s+)?)\Z",
    re.I,
)
_FOREIGN = re.compile(
    r"\b(?:RFC|ISO|IEEE|W3C|IETF|ECMA|ANSI|NIST|Unicode|POSIX|PEP|chapter|specification at)\b|https?:"
)
_SECTION = re.compile(
    r"\b[Ss]ections?\s+(?:(?P<number>\d+(?:\.\d+)*)\b|[\"\u201c](?P<quoted>[^\"\u201c\u201d\n]{1,80})[\"\u201d])"
    r"|\b(?:(?:[Ss]ee|[Ii]n|[Uu]nder|[Oo]f|[Ff]rom|[Bb]y|[Pp]er|[Tt]o)\s+(?:the\s+)?|[Tt]he\s+)sections?\s+"
    rf"(?:(?P<named>[A-Z][\w'-]+(?:[ ][A-Za-z][\w'-]*){{0,5}})|(?P<coded>{FILLER}+))"
)
_CODED = re.compile(r"`+ ?([A-Z][\w' -]{1,78}?) ?`+")
_NAME_ENDS = re.compile(
    r"\s(?:of|in|is|are|and|or|for|to|on|by|with|that|which|has|have|holds?|must|may|shall|should|says?|gives?|lists?|"
    r"defines?|describes?|applies|apply|above|below|at|as|from|when|where|if|but|so|then|MUST|MAY|SHALL|SHOULD|NOT)\b.*",
    re.S,
)
_MODAL_NAME = re.compile(r"(?:MUST|MAY|SHALL|SHOULD|REQUIRED|OPTIONAL|RECOMMENDED)\b")
_OF_DOCUMENT = re.compile(r"[\s*_]*(?:of|in)\s+(?:the\s+)?(?:document\s+|file\s+)?`?((?:[\w.-]+/)*[\w-][\w.-]*\.md)\b")
_BARE_FILE = re.compile(r"(?<![\w/.:@#-])(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.(?:md|markdown)(?![\w/-])")
_RULE = re.compile(r"\b[Rr]ules?\s+(?P<number>\d{1,4})\b(?!\s*(?:times|%|of RFC))")
_RULE_LABEL = re.compile(r"\A[\W_]*(?:\d{1,9}[.)]\s+)?(?P<label>[Rr]ule\s+(?P<number>\d{1,4}))\s*[:.\u2014-]")
_ORDINAL = re.compile(r"\A[ \t>]*(\d{1,9})[.)](?=\s|\Z)")
_CLAUSE_ID = re.compile(r"\[(?P<id>[a-z0-9][\w-]*\.[A-Za-z0-9][\w-]*)\](?![(\[])")
_NUMBER = re.compile(r"\A(\d+(?:\.\d+)*)\.?\s+")


class Target(StrEnum):
    """What a reference points to."""

    DOCUMENT = "document"
    SECTION = "section"
    RULE = "rule"
    STEP = "step"
    CLAUSE = "clause"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A place in the text that points elsewhere; `found` counts what it may mean, 0 for nothing."""

    target: Target
    name: str
    span: Span
    found: int
    near: tuple[str, ...] = ()
    """Where nothing is found: names of the same kind that exist, for a suggestion; of numbers the highest."""
    document: str = ""
    """Of a section, the document that the text says it stands in; empty where it says none."""
    leads: tuple[DocumentName, ...] = ()
    """Of a document, what it may mean; of an anchor, the documents that it may stand in."""


@dataclass
class _Index:
    """What can be pointed to, by lower-case name; what is derived is made once, when it is first asked for."""

    paths: dict[str, list[str]] = field(default_factory=dict)
    """Pack -> paths of its documents."""
    headings: dict[DocumentName, set[str]] = field(default_factory=dict)
    slugs: dict[DocumentName, set[str]] = field(default_factory=dict)
    numbers: dict[DocumentName, set[str]] = field(default_factory=dict)
    rules: dict[DocumentName, Counter[int]] = field(default_factory=dict)
    steps: dict[DocumentName, frozenset[int]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    _near: dict[tuple[DocumentName, ...], tuple[str, ...]] = field(default_factory=dict)
    _found: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @cached_property
    def all_headings(self) -> frozenset[str]:
        """Headings of all documents."""
        return frozenset().union(*self.headings.values())

    @cached_property
    def all_numbers(self) -> frozenset[str]:
        """Section numbers of all documents."""
        return frozenset().union(*self.numbers.values())

    @cached_property
    def near_headings(self) -> tuple[str, ...]:
        """Headings to suggest."""
        return tuple(sorted(self.all_headings))

    @cached_property
    def near_numbers(self) -> tuple[str, ...]:
        """Section numbers to suggest."""
        return tuple(sorted(self.all_numbers))

    def near_slugs(self, names: Sequence[DocumentName]) -> tuple[str, ...]:
        """Return the anchors of some documents, to suggest."""
        known = tuple(names)
        if known not in self._near:
            self._near[known] = tuple(sorted({slug for name in known for slug in self.slugs[name]}))
        return self._near[known]

    def name_documents(self, paths: Sequence[str]) -> tuple[DocumentName, ...]:
        """Return the names of the documents that paths may mean, in any pack."""
        return tuple(name for path in paths for name in self.slugs if name.rpartition(":")[2] == path)

    def find_documents(self, document: Document, name: str) -> list[str]:
        """Return what `find_documents` does; the same name in the same folder is looked for once."""
        key = (document.pack, posixpath.dirname(document.path), name)
        if key not in self._found:
            self._found[key] = find_documents(document, name, self.paths)
        return self._found[key]


def find_references(pack: Pack, draftings: Mapping[DocumentName, Drafting], ids: set[str]) -> Iterator[Reference]:
    """Yield the references of all documents, in order.

    Args:
        pack: The composition.
        draftings: What was read of each document.
        ids: Ids of clauses in use.
    """
    index = _build_index(pack, draftings)
    for drafting in draftings.values():
        for block in drafting.blocks:
            if block.kind in _PROSE:
                yield from _find_in_block(drafting, block, index, ids)


def _build_index(pack: Pack, draftings: Mapping[DocumentName, Drafting]) -> _Index:
    index = _Index(keys={document.key for document in pack.documents})
    for document in pack.documents:
        index.paths.setdefault(document.pack, []).append(document.path)
    for name, drafting in draftings.items():
        headings, slugs, numbers = set(), set(), set()
        for title in drafting.titles.values():
            headings.add(title.text.lower())
            slugs.add(render_slug(title.text))
            if match := _NUMBER.match(title.text):
                numbers.add(match[1])
                headings.add(title.text[match.end() :].lower())
            if title.anchor:
                slugs.add(title.anchor)
        slugs.update(draft.anchor for draft in drafting.drafts if draft.anchor)
        slugs.update(render_slug(term) for term in drafting.linked)
        index.headings[name], index.slugs[name], index.numbers[name] = headings, slugs, numbers
        index.rules[name] = Counter(_number_rules(drafting))
        index.steps[name] = list_steps(drafting.drafts)
    return index


def find_labels(drafting: Drafting) -> Iterator[tuple[Block, int, int, int]]:
    """Yield block, number, start and end in the block of each label such as "Rule 3:" that a rule begins with."""
    for block in drafting.blocks:
        if block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM) and "ule" in block.text[:80]:
            skipped = len(block.text) - len(block.text.lstrip("# \t")) if block.kind is BlockKind.HEADING else 0
            if match := _RULE_LABEL.match(block.text[skipped : skipped + 80]):
                yield block, int(match["number"]), skipped + match.start("label"), skipped + match.end("number")


def _number_rules(drafting: Drafting) -> Iterator[int]:
    """Yield the numbers that rules of a document have: by label, by heading, by ordered list."""
    labelled = {block.index: number for block, number, _, _ in find_labels(drafting)}
    yield from labelled.values()
    for block in drafting.blocks:
        counts = block.kind is BlockKind.ITEM and block.level == 1 and block.index not in labelled
        if counts and (match := _ORDINAL.match(block.text)):
            yield int(match[1])


def _find_in_block(drafting: Drafting, block: Block, index: _Index, ids: set[str]) -> Iterator[Reference]:
    masked = drafting.mask(block)
    document = drafting.document
    for start, end, _, address in masked.links:
        if reference := _follow_link(drafting, block, (start, end), address, index):
            yield reference
    named = [(start, end, content) for start, end, content in masked.codes if _FILE.match(content)]
    if ".m" in masked.mask:
        named += [(*match.span(), match[0]) for match in _BARE_FILE.finditer(masked.mask)]
    for start, end, content in named:
        if _POINTING.search(masked.mask[max(0, start - 40) : start]):
            found = index.find_documents(document, content)
            yield Reference(
                target=Target.DOCUMENT,
                name=content,
                span=drafting.span(block, start, end),
                found=len(found),
                near=tuple(index.paths.get(document.pack, ())),
                leads=index.name_documents(found),
            )
    if "ection" in masked.mask:
        yield from _find_sections(drafting, block, index)
    if "ule" in masked.mask:
        yield from _find_rules(drafting, block, index)
    if "tep" in masked.mask:
        yield from _find_steps(drafting, block, index)
    for match in _CLAUSE_ID.finditer(masked.mask) if "[" in masked.mask else ():
        name = masked.source[match.start("id") : match.end("id")]
        if name.partition(".")[0] in index.keys:
            span = drafting.span(block, match.start("id"), match.end("id"))
            yield Reference(target=Target.CLAUSE, name=name, span=span, found=int(name in ids))


def _follow_link(
    drafting: Drafting, block: Block, place: tuple[int, int], address: str, index: _Index
) -> Reference | None:
    """Return the reference that a link is, or None for one that leads out of the pack."""
    path, _, anchor = address.partition("#")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/", path) or (path and not _FILE.match(path)):
        return None
    document = drafting.document
    span = drafting.span(block, *place)
    names = [document.name]
    if path:
        found = index.find_documents(document, path)
        if not found:
            near = tuple(index.paths.get(document.pack, ()))
            return Reference(target=Target.DOCUMENT, name=path, span=span, found=0, near=near)
        names = list(index.name_documents(found[:1]))
    leads = tuple(names)
    if not anchor:
        return Reference(target=Target.DOCUMENT, name=path or document.path, span=span, found=1, leads=leads)
    wanted = {anchor, render_slug(anchor), re.sub(r"-\d+\Z", "", anchor)}
    hit = any(not wanted.isdisjoint(index.slugs[name]) for name in names)
    near = () if hit else index.near_slugs(names)
    return Reference(target=Target.ANCHOR, name=anchor, span=span, found=int(hit), near=near, leads=leads)


def find_documents(document: Document, name: str, paths: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the paths that a file name in a document may mean: relative to it, to the pack, or a unique ending."""
    relative = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), name))
    for known in (paths.get(document.pack, ()), [path for group in paths.values() for path in group]):
        exact = [path for path in known if path in (relative, posixpath.normpath(name))]
        ending = [path for path in known if ("/" + path).endswith("/" + name.lstrip("./"))]
        if exact or ending:
            return exact or ending
    return []


def _find_sections(drafting: Drafting, block: Block, index: _Index) -> Iterator[Reference]:
    """Yield references to sections by number or by name."""
    masked = drafting.mask(block)
    at = 0
    while match := _SECTION.search(masked.mask, at):
        at = match.end()
        group = match.lastgroup or "named"
        start, end = match.span(group)
        text = masked.source[start:end]
        around = masked.source[max(0, match.start() - 60) : match.end() + 60]
        coded = _CODED.fullmatch(text) if group == "coded" else None
        if _FOREIGN.search(around) or _MODAL_NAME.match(text) or (group == "coded" and coded is None):
            continue
        if group == "number":
            found = text in index.all_numbers
            near = () if found else index.near_numbers
            span = drafting.span(block, start, end)
            yield Reference(target=Target.SECTION, name=text, span=span, found=int(found), near=near)
            continue
        if group == "named":
            text = text[: _measure_name(text, index.all_headings)]
            at = end = start + len(text)
        name = coded[1] if coded else text
        yield _look_up(drafting.document, name, drafting.span(block, start, end), masked.source[end:], index)


def _look_up(document: Document, name: str, span: Span, after: str, index: _Index) -> Reference:
    """Return the reference to a section by its name; words behind it may say in which document it stands."""
    headings, holder = index.all_headings, ""
    wanted = {name.lower(), name.lower().rstrip(".")}
    if holding := _OF_DOCUMENT.match(after.lstrip('"\u201d')):
        paths = index.find_documents(document, holding[1])
        if not paths:
            return Reference(target=Target.SECTION, name=name, span=span, found=1)
        holder = paths[0]
        headings = frozenset().union(*(h for n, h in index.headings.items() if n.rpartition(":")[2] == holder))
    found = not wanted.isdisjoint(headings)
    near = () if found else tuple(sorted(headings)) if holder else index.near_headings
    return Reference(target=Target.SECTION, name=name, span=span, found=int(found), near=near, document=holder)


def _measure_name(text: str, headings: Collection[str]) -> int:
    """Return how much of a text is the name of a section: the longest heading it begins with, else up to a verb."""
    ends = [match.start() for match in re.finditer(r"(?= )|\Z", text)]
    known = [end for end in ends if text[:end].lower().rstrip(".") in headings]
    return max(known, default=len(_NAME_ENDS.sub("", text)))


def _find_steps(drafting: Drafting, block: Block, index: _Index) -> Iterator[Reference]:
    """Yield references to steps by number, where a table of the document numbers steps."""
    masked = drafting.mask(block)
    known = index.steps[drafting.document.name]
    numbers = index.rules[drafting.document.name]
    for start, end, number in find_steps(masked.mask) if known else ():
        around = masked.source[max(0, start - 60) : end + 60]
        if number in numbers or _FOREIGN.search(around) or _OF_DOCUMENT.match(masked.source[end:]):
            continue
        yield Reference(
            target=Target.STEP,
            name=str(number),
            span=drafting.span(block, start, end),
            found=int(number in known),
            near=(str(max(known)),),
        )


def _find_rules(drafting: Drafting, block: Block, index: _Index) -> Iterator[Reference]:
    """Yield references to rules by number, labels of rules left out."""
    masked = drafting.mask(block)
    numbers = index.rules[drafting.document.name]
    label = _RULE_LABEL.match(masked.source[:80])
    for match in _RULE.finditer(masked.mask):
        if (label and match.start() < label.end()) or _FOREIGN.search(
            masked.source[max(0, match.start() - 60) : match.end() + 60]
        ):
            continue
        number = int(match["number"])
        span = drafting.span(block, match.start(), match.end())
        near = (str(max(numbers)),) if numbers and not numbers[number] else ()
        yield Reference(target=Target.RULE, name=str(number), span=span, found=numbers[number], near=near)
