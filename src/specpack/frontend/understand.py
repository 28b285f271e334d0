"""The understanding half of the front end: a pack in, clauses and diagnostics out.

Path: read -> **understand** -> conclude. Read this first: it is the table of contents of the folder.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from specpack.frontend.asymmetry import settle_openings
from specpack.frontend.checks import CHECKS, LOCAL, Check
from specpack.frontend.clauses import draft_document
from specpack.frontend.coverage import measure_coverage
from specpack.frontend.dispositions import settle_dispositions
from specpack.frontend.drafts import Draft, Drafting
from specpack.frontend.fillings import Fillings
from specpack.frontend.identity import Candidate, Doubt, match_identities, record_identities
from specpack.frontend.markdown import parse_blocks
from specpack.frontend.memory import Memory
from specpack.frontend.phenomena import find_phenomena
from specpack.frontend.precedence import settle_conflicts
from specpack.frontend.reading import Reading
from specpack.frontend.schemas.documents import draft_notation
from specpack.frontend.schemas.groups import group_sections
from specpack.frontend.schemas.pointers import follow_pointers
from specpack.frontend.sections import cut_sections
from specpack.frontend.terms import find_uses
from specpack.model.clause import Clause, ClauseId, Section
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Document, Identity, Pack, Role
from specpack.model.span import DocumentName
from specpack.model.understanding import Place, Understanding


def understand_pack(
    pack: Pack,
    earlier: Sequence[Diagnostic] = (),
    memory: Memory | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Understanding:
    """Return all that is known of a pack; bad text gives diagnostics, never an exception.

    Args:
        pack: The composition as read.
        earlier: Diagnostics of the reading half, which are passed through.
        memory: What is known of documents that have not changed; it makes no difference but to the time.
        checks: Which checks to run; without any, clauses are known and nothing is reported about them.
    """
    kept = memory or Memory()
    draftings = kept.draft(pack.documents, _draft_document)
    needs = _find_needs(draftings)
    named = _name_drafts(pack, draftings, kept)
    clauses = {
        clause.id: clause
        for name, drafting in draftings.items()
        for clause in _recall_clauses(drafting, named.ids[name], kept)
    }
    blocks = {name: tuple(drafting.blocks) for name, drafting in draftings.items()}
    slots = Fillings(pack.documents, blocks, clauses)
    roles: dict[str, Role] = {document.name: document.role for document in pack.documents}
    reading = Reading(
        pack=pack,
        draftings=draftings,
        clauses=clauses,
        ids=named.ids,
        before=named.before,
        removed=named.removed,
        doubts=named.doubts,
        phenomena=find_phenomena(clauses, roles),
        settlement=settle_conflicts(pack, clauses),
        coverage=measure_coverage(draftings.values()),
        slots=slots,
    )
    found = [diagnostic for check in checks for diagnostic in _run_check(check, reading, memory)]
    logged, left = settle_openings(pack, clauses, slots, found)
    standing, accepted = settle_dispositions([*earlier, *found], clauses, left)
    return Understanding(
        pack=pack,
        blocks=blocks,
        clauses=clauses,
        sections=tuple(
            section
            for name, drafting in draftings.items()
            if drafting.document.role is Role.BEHAVIOUR
            for section in _cut_sections(drafting, named.ids[name], clauses, needs)
        ),
        errors=reading.phenomena.errors,
        definitions=_collect_definitions(draftings, named.ids),
        overridden=reading.settlement.overridden,
        identities=named.identities,
        coverage=reading.coverage,
        diagnostics=_sort_diagnostics(pack, standing),
        accepted=(*accepted, *logged),
        needs=needs,
        slots=slots,
    )


def _draft_document(document: Document) -> Drafting:
    """Return the drafts of a document in its notation: YAML, JSON, else Markdown."""
    return draft_notation(document) or draft_document(document, parse_blocks(document))


def _run_check(check: Check, reading: Reading, memory: Memory | None) -> Iterable[Diagnostic]:
    """Return what a check reports; with a memory, a check of single documents looks only at what has changed."""
    if memory is None or check not in LOCAL:
        return check(reading)
    found: list[Diagnostic] = []
    for name, drafting in reading.draftings.items():
        ids = reading.ids[name]
        part = partial(_check_alone, check, reading, name)
        found += memory.recall(check.__name__, name, (drafting.document, ids), part)
    return found


def _check_alone(check: Check, reading: Reading, name: DocumentName) -> tuple[Diagnostic, ...]:
    clauses = {known: reading.clauses[known] for known in reading.ids[name]}
    return tuple(check(replace(reading, draftings={name: reading.draftings[name]}, clauses=clauses)))


def _find_needs(draftings: Mapping[DocumentName, Drafting]) -> dict[Place, tuple[Place, ...]]:
    """Return block -> the blocks that it cannot be read without: what a `$ref` names, the terms that it links to."""
    needs = follow_pointers(draftings)
    uses: dict[Place, dict[Place, None]] = {}
    for here, there in find_uses(draftings):
        uses.setdefault(here, {})[there] = None
    return needs | {here: tuple(sorted(places)) for here, places in uses.items()}


def _cut_sections(
    drafting: Drafting,
    ids: Sequence[ClauseId],
    clauses: Mapping[ClauseId, Clause],
    needs: Mapping[Place, tuple[Place, ...]],
) -> tuple[Section, ...]:
    if drafting.outline and drafting.outline.parts:
        return group_sections(drafting, ids, clauses, needs)
    return cut_sections(drafting, ids, clauses)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Ids of all drafts, and what the identity files said about them."""

    ids: Mapping[DocumentName, tuple[ClauseId, ...]]
    before: Mapping[ClauseId, Identity]
    removed: frozenset[str]
    doubts: tuple[tuple[ClauseId, Doubt], ...]
    identities: tuple[Identity, ...]


def _name_drafts(pack: Pack, draftings: Mapping[DocumentName, Drafting], memory: Memory) -> _Named:
    """Give every draft its id, pack by pack in rising rank; the last pack's identity file is what may be written."""
    ids: dict[DocumentName, tuple[ClauseId, ...]] = {document.name: () for document in pack.documents}
    before: dict[ClauseId, Identity] = {}
    removed: set[str] = set()
    doubts: list[tuple[ClauseId, Doubt]] = []
    identities: tuple[Identity, ...] = ()
    reserved: set[str] = set()
    for layer in pack.layers:
        documents = [document for document in pack.documents if document.pack == layer]
        old = pack.identities.get(layer, ())
        given, tombstones, doubtful, identities = memory.recall(
            f"names of {layer}",
            "",
            (documents, old, frozenset(reserved)),
            partial(_name_layer, documents, draftings, old, frozenset(reserved)),
        )
        reserved.update(given, (identity.id for identity in tombstones))
        removed.update(identity.id for identity in tombstones)
        doubts += ((ClauseId(given[doubt.new]), doubt) for doubt in doubtful)
        known = {identity.id: identity for identity in old if not identity.removed}
        before |= {ClauseId(name): known[name] for name in given if name in known}
        at = 0
        for document in documents:
            count = len(draftings[document.name].drafts)
            ids[document.name] = tuple(ClauseId(name) for name in given[at : at + count])
            at += count
    return _Named(ids=ids, before=before, removed=frozenset(removed), doubts=tuple(doubts), identities=identities)


def _name_layer(
    documents: Sequence[Document],
    draftings: Mapping[DocumentName, Drafting],
    old: Sequence[Identity],
    reserved: frozenset[str],
) -> tuple[tuple[str, ...], tuple[Identity, ...], tuple[Doubt, ...], tuple[Identity, ...]]:
    """Return the ids of one pack's drafts, its tombstones, what is in doubt, and its identity file as it should be."""
    candidates = [_describe(document, draft) for document in documents for draft in draftings[document.name].drafts]
    given, tombstones, doubtful = match_identities(old, candidates, reserved=reserved)
    return given, tombstones, doubtful, record_identities(given, candidates, tombstones)


def _describe(document: Document, draft: Draft) -> Candidate:
    """Return what identity matches a draft by."""
    return Candidate(
        key=document.key,
        document=document.path,
        path=draft.section,
        leadin=draft.leadin,
        text=draft.text,
        anchor=draft.anchor,
    )


def _recall_clauses(drafting: Drafting, ids: tuple[ClauseId, ...], memory: Memory) -> Sequence[Clause]:
    key = (drafting.document, ids)
    return memory.recall("clauses", drafting.document.name, key, partial(_finish_clauses, drafting, ids))


def _finish_clauses(drafting: Drafting, ids: Sequence[ClauseId]) -> list[Clause]:
    """Return the clauses of a document."""
    clauses = []
    for draft in drafting.drafts:
        composed, attributes = draft.composed, tuple(draft.attributes)
        clauses.append(
            Clause(
                id=ids[draft.index],
                rev=_digest(composed, draft, attributes),
                kind=draft.kind,
                text=draft.text,
                composed=composed,
                span=drafting.places.span(draft.start, draft.end),
                document=drafting.document.name,
                section=draft.section,
                block=draft.block,
                modality=draft.modality,
                locked=draft.locked,
                bearer=draft.bearer,
                parent=ids[draft.parent] if draft.parent is not None else None,
                attributes=attributes,
                anchor=draft.anchor,
            )
        )
    return clauses


def _digest(composed: str, draft: Draft, attributes: tuple[tuple[str, str], ...]) -> str:
    """Return the revision of a clause: 12 hexadecimal digits over its words, force, lock and attributes."""
    force = draft.modality.force.value if draft.modality else ""
    data = json.dumps([composed, force, draft.locked, attributes])
    return hashlib.sha256(data.encode()).hexdigest()[:12]


def _collect_definitions(
    draftings: Mapping[DocumentName, Drafting], ids: Mapping[DocumentName, tuple[ClauseId, ...]]
) -> dict[str, ClauseId]:
    """Return defined term -> its definition; of several the one of the highest layer, then the first."""
    found: dict[str, ClauseId] = {}
    layers: dict[str, str] = {}
    for name, drafting in draftings.items():
        for term, index in drafting.terms:
            if term and layers.get(term) != drafting.document.pack:
                found[term] = ids[name][index]
                layers[term] = drafting.document.pack
    return found


def _sort_diagnostics(pack: Pack, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by document and place, those without a place first, equal ones once."""
    order = {document.name: number for number, document in enumerate(pack.documents)}

    def rank(diagnostic: Diagnostic) -> tuple[int, int, int, str, str]:
        span = diagnostic.span
        if span is None:
            return (-1, 0, 0, diagnostic.code, diagnostic.message)
        return (order.get(span.document, -1), span.start, span.end, diagnostic.code, diagnostic.message)

    return tuple(dict.fromkeys(sorted(diagnostics, key=rank)))
