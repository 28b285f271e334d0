"""References that lead nowhere, and documents that the text requires.

Path: reading -> **checks** -> diagnostics.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.drafts import Drafting
from specpack.frontend.nearest import Suggester
from specpack.frontend.passages import list_passages
from specpack.frontend.reading import Reading
from specpack.frontend.references import Reference, Target, find_documents, find_labels, find_references
from specpack.model.clause import Bearer, Clause, Kind
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import Span

_OUTPUT = frozenset({"readme.md", "changelog.md", "contributing.md", "license.md", "security.md", "architecture.md"})
_FILE = re.compile(r"`((?:[\w.-]+/)*[\w-][\w.-]*\.md)`|\[[^\]]*\]\(((?:[\w.-]+/)*[\w-][\w.-]*\.md)\)")
_REQUIRED = re.compile(
    r"\b(?:required|mandatory|must exist|must be present|must be read|must be provided|must contain|must hold|"
    r"must include|"
    r"must have|consists? of|is part of)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:defined|described|specified|given|listed|stated|documented|agreed|set\s+out|laid\s+down)\s+"
    r"(?:elsewhere|somewhere\s+else|in\s+another\s+(?:document|place|section))\b",
    re.I,
)
"""Words that send the reader away and do not say where to."""
_OPTIONAL = re.compile(r"\b(?:optional|not required|may be (?:absent|missing|left out))\b", re.I)
_OF_PACK = re.compile(r"\b(?:pack|specification|documents?|spec)\b", re.I)


def check_references(reading: Reading) -> Iterator[Diagnostic]:
    """Report references that cannot be followed, rule numbers that several rules have, and missing documents.

    Reports: SP001, SP014, SP201, SP203, SP208.
    """
    required = set()
    suggester = Suggester()
    paths: dict[str, list[str]] = {}
    for document in reading.pack.documents:
        paths.setdefault(document.pack, []).append(document.path)
    for clause in reading.clauses.values():
        for name, diagnostic in _check_required(reading, clause, paths):
            required.add(name)
            yield diagnostic
    for drafting in reading.draftings.values():
        yield from _check_labels(drafting)
    for passage in list_passages(reading):
        if passage.clause.force is not None and (match := _ELSEWHERE.search(passage.mask)):
            span = passage.span(*match.span())
            fields = {"word": passage.words(*match.span())}
            yield build_diagnostic("SP203", span, case="elsewhere", fields=fields, clauses=[passage.clause.id])
    for reference in find_references(reading.pack, reading.draftings, set(reading.clauses)):
        if reference.target is Target.RULE and reference.found > 1:
            fields = {"number": reference.name, "count": str(reference.found)}
            yield build_diagnostic("SP014", reference.span, fields=fields)
        elif reference.found or reference.name in required:
            continue
        elif reference.target is Target.DOCUMENT:
            if posixpath.basename(reference.name).lower() not in _OUTPUT:
                fields = {"target": reference.name, "near": _suggest_document(reference, suggester) or ""}
                yield build_diagnostic("SP201", reference.span, fields=fields)
        else:
            yield _report_dangling(reading, reference, suggester)


def _check_labels(drafting: Drafting) -> Iterator[Diagnostic]:
    """Report rules of a document that bear the label of an earlier one, whether or not anybody cites it."""
    first: dict[int, Span] = {}
    for block, number, start, end in find_labels(drafting):
        span = drafting.span(block, start, end)
        known = first.setdefault(number, span)
        if known is not span:
            fields = {"number": str(number)}
            yield build_diagnostic("SP014", span, case="label", fields=fields, secondary=[(known, "the first one")])


def _check_required(
    reading: Reading, clause: Clause, paths: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Diagnostic]]:
    """Yield the documents that a clause requires of the pack and that are absent."""
    if ".md" not in clause.text or clause.kind in (Kind.RATIONALE, Kind.SAMPLE, Kind.GRAMMAR):
        return
    if not _REQUIRED.search(clause.composed) or _OPTIONAL.search(clause.text):
        return
    if clause.bearer not in (Bearer.PACK, Bearer.SYSTEM) or not _OF_PACK.search(clause.composed):
        return
    document = reading.documents[clause.document]
    for match in _FILE.finditer(clause.text):
        name = match[1] or match[2]
        if posixpath.basename(name).lower() in _OUTPUT or find_documents(document, name, paths):
            continue
        yield name, build_diagnostic("SP001", clause.span, fields={"file": name}, clauses=[clause.id])


def _suggest_document(reference: Reference, suggester: Suggester) -> str | None:
    """Return the document that may be meant by one that is missing."""
    stem = _name_stem(reference.name)
    near = suggester.find_nearest(stem, sorted({_name_stem(path) for path in reference.near}), cutoff=0.75)
    return next((path for path in reference.near if _name_stem(path) == near), None)


def _name_stem(path: str) -> str:
    """Return a document's name without folders and ending: endings are alike everywhere."""
    return posixpath.basename(path).rpartition(".")[0].lower()


def _report_dangling(reading: Reading, reference: Reference, suggester: Suggester) -> Diagnostic:
    """Return the diagnostic for a section, rule, clause or anchor that does not exist."""
    if reference.target is Target.CLAUSE:
        fields = {"name": reference.name}
        if reference.name in reading.removed:
            return build_diagnostic("SP208", reference.span, case="removed", fields=fields)
        near = suggester.find_nearest(reference.name, tuple(reading.clauses), cutoff=0.7)
        return build_diagnostic("SP208", reference.span, case="clause", fields=fields | {"near": near or ""})
    if reference.target in (Target.RULE, Target.STEP):
        fields = {"name": reference.name, "near": reference.near[-1] if reference.near else ""}
        rule = reference.target is Target.RULE
        return build_diagnostic("SP208", reference.span, case="rule" if rule else "step", fields=fields)
    near = suggester.find_nearest(reference.name.lower(), reference.near)
    if reference.document:
        fields = {"name": reference.name, "document": reference.document, "near": near or ""}
        return build_diagnostic("SP208", reference.span, case="section of", fields=fields)
    fields = {"kind": reference.target.value, "name": reference.name, "near": near or ""}
    return build_diagnostic("SP208", reference.span, case="place", fields=fields)
