"""Compare two versions of a pack: what differs in each clause, each document and the manifest.

Path: two understandings -> pairing -> **changes** -> alarms -> renderers, foresight. Pure: no file is read.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from specpack.frontend.alarms import report_changes
from specpack.frontend.origins import Sources
from specpack.frontend.pairing import Pairing, lead_of, pair_clauses
from specpack.frontend.pieces import compare_words
from specpack.frontend.resemblance import fold_text
from specpack.frontend.transfers import find_transfers
from specpack.model.change import (
    Aspect,
    ClauseChange,
    Comparison,
    DocumentAspect,
    DocumentChange,
    SettingChange,
)
from specpack.model.clause import Clause, ClauseId, Kind
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Document, Pack
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding

_AS_WRITTEN = (Kind.SAMPLE, Kind.GRAMMAR)
"""Kinds in which white space can mean something."""
_CONTINUED = (Kind.NORM, Kind.GROUP)
"""Kinds between which a clause goes when items come below it."""


def compare_packs(old: Understanding, new: Understanding) -> Comparison:
    """Return all that differs between two versions of a pack, with the diagnostics that the differences deserve.

    Reports: SP801, SP802, SP804, SP806, SP807.
    """
    pairing = pair_clauses(old, new)
    renamed = _follow_documents(old, new, pairing)
    comparing = _Comparing(old, new, pairing, renamed)
    clauses = find_transfers(comparing.list_clauses())
    return Comparison(
        documents=_compare_documents(old.pack, new.pack, renamed),
        settings=_compare_settings(old.pack, new.pack),
        clauses=clauses,
        diagnostics=report_changes(old, new, clauses, pairing.doubts),
    )


class _Comparing:
    """Both versions with what is looked up in them again and again."""

    def __init__(
        self,
        old: Understanding,
        new: Understanding,
        pairing: Pairing,
        renamed: Mapping[DocumentName, DocumentName],
    ) -> None:
        self._old, self._new, self._before, self._renamed = old, new, pairing.before, renamed
        self._likeness = {name: doubt.score for name, doubt in pairing.doubts if doubt.accepted}
        self._sources = Sources(old), Sources(new)
        self._now = {name: known for known, name in pairing.before.items()}
        self._moved = self._find_moved()

    def list_clauses(self) -> tuple[ClauseChange, ...]:
        """Return the clauses that differ, in the order of the new version, those that are gone where they were."""
        ranked: list[tuple[tuple[float, int], ClauseChange]] = []
        places = {name: place for place, name in enumerate(self._new.clauses)}
        for name, after in self._new.clauses.items():
            known = self._before.get(name)
            if known is None:
                change = ClauseChange(id=name, before=None, after=after, aspects=(Aspect.ADDED,))
                ranked.append(((places[name], 0), change))
            elif changed := self._compare(self._old.clauses[known], after):
                ranked.append(((places[name], 0), changed))
        starts = {c.document: places[c.id] for c in reversed(tuple(self._new.clauses.values()))}
        last: dict[DocumentName, float] = {}
        for number, (name, before) in enumerate(self._old.clauses.items(), 1):
            now = self._now.get(name)
            if now is not None:
                last[before.document] = places[now]
                continue
            document = self._renamed.get(before.document, before.document)
            at = last.get(before.document, starts.get(document, len(places)) - 0.5)
            ranked.append(((at, number), ClauseChange(id=name, before=before, after=None, aspects=(Aspect.REMOVED,))))
        return tuple(change for _, change in sorted(ranked, key=lambda entry: entry[0]))

    def _compare(self, before: Clause, after: Clause) -> ClauseChange | None:
        """Return what differs in a clause that both versions have, None for nothing."""
        aspects = [*self._compare_text(before, after), *_compare_kind(before, after)]
        if before.force is not after.force:
            aspects.append(Aspect.FORCE)
        if before.attributes != after.attributes:
            aspects.append(Aspect.ATTRIBUTES)
        if before.bearer is not after.bearer and (before.force or after.force):
            aspects.append(Aspect.BEARER)
        if before.locked is not after.locked:
            aspects.append(Aspect.LOCKED if after.locked else Aspect.UNLOCKED)
        aside = before.id in self._old.overridden, after.id in self._new.overridden
        if aside[0] is not aside[1]:
            aspects.append(Aspect.SET_ASIDE if aside[1] else Aspect.RESTORED)
        if after.id in self._moved:
            aspects.append(Aspect.MOVED)
        if not aspects:
            return None
        old, new = self._sources
        return ClauseChange(
            id=after.id,
            before=before,
            after=after,
            aspects=tuple(aspects),
            words=compare_words(before.text, after.text) if Aspect.REWORDED in aspects else (),
            origins=(old.describe(before), new.describe(after)) if Aspect.FORCE in aspects else ("", ""),
            likeness=self._likeness.get(after.id),
        )

    def _compare_text(self, before: Clause, after: Clause) -> Iterable[Aspect]:
        if before.text != after.text and before.text.replace("`", "") == after.text.replace("`", ""):
            yield Aspect.MARKUP
        elif before.text != after.text:
            yield Aspect.REWORDED
            if Kind.DEFINITION in (before.kind, after.kind):
                yield Aspect.DEFINITION
        elif fold_text(lead_of(before)) != fold_text(lead_of(after)):
            yield Aspect.LEADIN
        else:
            old, new = (s.cut(c) for s, c in zip(self._sources, (before, after), strict=True))
            if old != new and after.kind in _AS_WRITTEN and [*map(str.rstrip, old)] != [*map(str.rstrip, new)]:
                yield Aspect.REWORDED
            elif old != new:
                same = fold_text("\n".join(old)) == fold_text("\n".join(new))
                yield Aspect.SPACING if same else Aspect.MARKUP

    def _find_moved(self) -> frozenset[ClauseId]:
        """Return the clauses that stand below other headings, in another document, or in another order."""
        moved: set[ClauseId] = set()
        rows: dict[DocumentName, list[ClauseId]] = defaultdict(list)
        for name, after in self._new.clauses.items():
            if name not in self._before:
                continue
            before = self._old.clauses[self._before[name]]
            if self._renamed.get(before.document, before.document) != after.document or before.section != after.section:
                moved.add(name)
            else:
                rows[after.document].append(name)
        places = {name: place for place, name in enumerate(self._old.clauses)}
        for row in rows.values():
            moved |= _find_unordered(row, [places[self._before[name]] for name in row])
        return frozenset(moved)


def _compare_kind(before: Clause, after: Clause) -> Iterable[Aspect]:
    both = (before.kind, after.kind)
    if before.kind is not after.kind and not set(both) <= set(_CONTINUED):
        yield Aspect.KIND


def _find_unordered(names: Sequence[ClauseId], places: Sequence[int]) -> set[ClauseId]:
    """Return as few names as can be taken out so that the places of the others rise."""
    tails: list[int] = []
    lengths = []
    for place in places:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
        lengths.append(at + 1)
    wanted, bound, kept = len(tails), max(places, default=0) + 1, set()
    for index in reversed(range(len(places))):
        if lengths[index] == wanted and places[index] < bound:
            kept.add(index)
            wanted, bound = wanted - 1, places[index]
    return {name for index, name in enumerate(names) if index not in kept}


def _follow_documents(old: Understanding, new: Understanding, pairing: Pairing) -> dict[DocumentName, DocumentName]:
    """Return name before -> name now of documents that have another name: most of their clauses, or all text, moved."""
    names = {d.name: d for d in old.pack.documents}, {d.name: d for d in new.pack.documents}
    gone, fresh = names[0].keys() - names[1].keys(), names[1].keys() - names[0].keys()
    counts: dict[DocumentName, Counter[DocumentName]] = defaultdict(Counter)
    sizes = Counter(clause.document for clause in old.clauses.values())
    for name, known in pairing.before.items():
        before, after = old.clauses[known].document, new.clauses[name].document
        if before in gone and after in fresh:
            counts[before][after] += 1
    renamed: dict[DocumentName, DocumentName] = {}
    for before in sorted(gone):
        heir, count = max(counts[before].items(), key=lambda item: (item[1], item[0]), default=(None, 0))
        if heir is None:
            heir = next((n for n in sorted(fresh) if names[1][n].digest == names[0][before].digest), None)
        elif 2 * count < sizes[before]:
            heir = None
        if heir is not None and heir not in renamed.values():
            renamed[before] = heir
    return renamed


def _compare_documents(
    old: Pack, new: Pack, renamed: Mapping[DocumentName, DocumentName]
) -> tuple[DocumentChange, ...]:
    before = {renamed.get(d.name, d.name): d for d in old.documents}
    changes = []
    for document in new.documents:
        known = before.pop(document.name, None)
        aspects = _compare_document(old, new, known, document) if known else [DocumentAspect.ADDED]
        if aspects:
            changes.append(DocumentChange(before=known, after=document, aspects=tuple(aspects)))
    gone = (DocumentChange(before=d, after=None, aspects=(DocumentAspect.REMOVED,)) for d in before.values())
    return (*changes, *gone)


def _compare_document(old: Pack, new: Pack, before: Document, after: Document) -> list[DocumentAspect]:
    aspects = []
    if before.name != after.name:
        aspects.append(DocumentAspect.RENAMED)
    if before.role is not after.role:
        aspects.append(DocumentAspect.ROLE)
    elif _layer_rank(old, new, before.pack) != _layer_rank(new, old, after.pack):
        aspects.append(DocumentAspect.RANK)
    return aspects


def _layer_rank(pack: Pack, other: Pack, layer: str) -> int:
    """Return where a layer stands among those that both compositions have; the pack itself stands above all."""
    if layer == pack.layers[-1]:
        return len(pack.layers) + len(other.layers)
    return [name for name in pack.layers[:-1] if name in (*other.layers[:-1], layer)].index(layer)


def _compare_settings(old: Pack, new: Pack) -> tuple[SettingChange, ...]:
    pairs = [
        ("name", old.name, new.name),
        ("version", old.version, new.version),
        ("target", old.target, new.target),
        ("edition", old.edition, new.edition),
        ("extends", ", ".join(old.layers[:-1]), ", ".join(new.layers[:-1])),
        *_list_entries("owns", old.owns, new.owns),
        *_list_entries("overrides", old.overrides, new.overrides),
        *_list_entries("unlock", old.unlocked, new.unlocked),
    ]
    return tuple(SettingChange(key=key, before=b, after=a) for key, b, a in pairs if b != a)


def _list_entries(key: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    for entry in sorted({*old, *new}):
        sides = [f"{entry}: {side[entry]}" if entry in side else "" for side in (old, new)]
        yield key, sides[0], sides[1]


def add_diagnostics(comparison: Comparison, more: Iterable[Diagnostic]) -> Comparison:
    """Return the comparison with further diagnostics at its end."""
    return replace(comparison, diagnostics=(*comparison.diagnostics, *more))
