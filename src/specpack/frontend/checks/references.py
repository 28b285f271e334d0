"""References that lead nowhere, and documents that the text requires.

Path: reading -> **checks** -> diagnostics.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.reading import Reading
from specpack.frontend.references import Reference, Target, find_documents, find_references
from specpack.model.clause import Bearer, Clause, Kind
from specpack.model.diagnostic import Diagnostic

_MOST_NAMES = 2_000
_OUTPUT = frozenset({"readme.md", "changelog.md", "contributing.md", "license.md", "security.md", "architecture.md"})
_FILE = re.compile(r"`((?:[\w.-]+/)*[\w-][\w.-]*\.md)`|\[[^\]]*\]\(((?:[\w.-]+/)*[\w-][\w.-]*\.md)\)")
_REQUIRED = re.compile(
    r"\b(?:required|mandatory|must exist|must be present|must be read|must be provided|must contain|must hold|"
    r"must include|"
    r"must have|consists? of|is part of)\b",
    re.I,
)
_OF_PACK = re.compile(r"\b(?:pack|specification|documents?|spec)\b", re.I)


def check_references(reading: Reading) -> Iterator[Diagnostic]:
    """Report references that cannot be followed, rule numbers that several rules have, and missing documents.

    Reports: SP001, SP014, SP201, SP208.
    """
    required = set()
    for clause in reading.clauses.values():
        for name, diagnostic in _check_required(reading, clause):
            required.add(name)
            yield diagnostic
    for reference in find_references(reading.pack, reading.draftings, set(reading.clauses)):
        if reference.target is Target.RULE and reference.found > 1:
            fields = {"number": reference.name, "count": str(reference.found)}
            yield build_diagnostic("SP014", reference.span, fields=fields)
        elif reference.found or reference.name in required:
            continue
        elif reference.target is Target.DOCUMENT:
            if posixpath.basename(reference.name).lower() not in _OUTPUT:
                yield build_diagnostic(
                    "SP201", reference.span, fields={"target": reference.name, "cure": _suggest_document(reference)}
                )
        else:
            yield _report_dangling(reading, reference)


def _check_required(reading: Reading, clause: Clause) -> Iterator[tuple[str, Diagnostic]]:
    """Yield the documents that a clause requires of the pack and that are absent."""
    if ".md" not in clause.text or clause.kind in (Kind.RATIONALE, Kind.SAMPLE, Kind.GRAMMAR):
        return
    if not _REQUIRED.search(clause.composed):
        return
    if clause.bearer not in (Bearer.PACK, Bearer.SYSTEM) or not _OF_PACK.search(clause.composed):
        return
    document = reading.documents[clause.document]
    paths: dict[str, list[str]] = {}
    for other in reading.pack.documents:
        paths.setdefault(other.pack, []).append(other.path)
    for match in _FILE.finditer(clause.text):
        name = match[1] or match[2]
        if posixpath.basename(name).lower() in _OUTPUT or find_documents(document, name, paths):
            continue
        yield name, build_diagnostic("SP001", clause.span, fields={"file": name}, clauses=[clause.id])


def _suggest_document(reference: Reference) -> str:
    """Return the cure for a document that is missing."""
    base = posixpath.basename(reference.name)
    near = get_close_matches(reference.name, reference.near, n=1, cutoff=0.5) or get_close_matches(
        base, [posixpath.basename(path) for path in reference.near], n=1, cutoff=0.5
    )
    return f"the nearest document is `{near[0]}`" if near else "add it to the pack, or take the reference out"


def _report_dangling(reading: Reading, reference: Reference) -> Diagnostic:
    """Return the diagnostic for a section, rule, clause or anchor that does not exist."""
    if reference.target is Target.CLAUSE:
        gone = reference.name in reading.removed
        state = "which was removed" if gone else "which no document defines"
        near = _find_nearest(reference.name, tuple(reading.clauses), cutoff=0.7)
        cure = f"the nearest id is `{near[0]}`" if near and not gone else "name a clause that is there"
        return build_diagnostic(
            "SP208", reference.span, fields={"what": f"the text refers to `{reference.name}`, {state}", "cure": cure}
        )
    if reference.target is Target.RULE:
        highest = reference.near[-1] if reference.near else "none"
        what = f"the text refers to `rule {reference.name}`, which this document does not have"
        return build_diagnostic(
            "SP208", reference.span, fields={"what": what, "cure": f"the highest number of a rule here is {highest}"}
        )
    what = f"the text refers to the {reference.target} `{reference.name}`, which the pack does not have"
    near = _find_nearest(reference.name.lower(), reference.near)
    cure = f"the nearest is `{near[0]}`" if near else "name a heading or anchor that is there"
    return build_diagnostic("SP208", reference.span, fields={"what": what, "cure": cure})


def _find_nearest(name: str, names: Sequence[str], cutoff: float = 0.6) -> list[str]:
    """Return the most similar name, if any; none where there are too many to compare."""
    return get_close_matches(name, names, n=1, cutoff=cutoff) if len(names) <= _MOST_NAMES else []
