"""What is remarkable about the differences between two versions of a pack.

Path: changes -> **alarms** -> diagnostics. One cause is told once: a locked clause that was edited is told as that
alone, a weaker keyword as weaker and not as a turned word too, a lead-in's force by the items that it changes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.levers import Lever, Turn, find_turns, is_small, render_turns
from specpack.frontend.matching import Doubt
from specpack.frontend.modality import strength
from specpack.frontend.pieces import split_words
from specpack.model.change import Aspect, ClauseChange, Piece, Presence
from specpack.model.clause import BlockKind, Clause, ClauseId, Force, Source
from specpack.model.diagnostic import Diagnostic
from specpack.model.span import Span, locate
from specpack.model.understanding import Understanding

_WORDS = frozenset({Aspect.REWORDED, Aspect.LEADIN, Aspect.ATTRIBUTES})
_STRONG = 2
"""Strength of SHOULD: what asks less is no demand that could be lost."""
_MOST_NAMED = 8
_LOCK_OFF = "its lock was taken off"


def report_changes(
    old: Understanding,
    new: Understanding,
    changes: Sequence[ClauseChange],
    doubts: Sequence[tuple[ClauseId, Doubt]],
) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a comparison, by document and place, those without a place first.

    Reports: SP801, SP802, SP804, SP806, SP807.
    """
    texts = {document.name: document.text for document in new.pack.documents}
    locked = {change.id for change in changes if _breaks_lock(change, new)}
    open_changes = [change for change in changes if change.id not in locked]
    found = [_report_lock(change) for change in changes if change.id in locked]
    forced = [c for c in open_changes if Aspect.FORCE in c.aspects and Aspect.REWORDED not in c.aspects and c.after]
    found += _report_forces(forced)
    led = {c.after.parent for c in forced if c.after and c.after.modality and c.after.modality.source is Source.LEADIN}
    for change in open_changes:
        if not (change.words and change.before and change.after and change.meaning):
            continue
        weaker = is_weaker(change.before.force, change.after.force)
        apart = {Lever.MODAL, Lever.NEGATION} if weaker or change.id in led else ()
        if weaker and change.id not in led:
            found.append(report_weaker(change.after, change.before.force, change.before.text))
        turned = report_turned(
            change.after, change.before.text, change.words, texts[change.after.document], apart=apart
        )
        found += [turned] if turned else []
    found += _report_removed([c for c in open_changes if c.after is None and not _lives_on(c, changes)], old, new)
    found += [report_doubt(new.clauses[name], doubt) for name, doubt in doubts]
    order = {document.name: number for number, document in enumerate(new.pack.documents)}
    return tuple(sorted(found, key=lambda d: (order.get(d.span.document, -1), d.span.start) if d.span else (-1, -1)))


def report_turned(
    clause: Clause, before: str, words: Sequence[Piece], text: str, *, apart: Iterable[Lever] = ()
) -> Diagnostic | None:
    """Return SP801 where a small edit of a clause moves a lever that is not told `apart`, else None.

    Args:
        clause: The clause as it is now.
        before: What it said.
        words: Its old and new words.
        text: The document that holds it.
        apart: Levers that another diagnostic of the clause speaks of.
    """
    turns = find_turns(words, apart=frozenset(apart)) if is_small(words) else ()
    if not turns:
        return None
    fields = {"id": clause.id, "what": render_turns(turns)}
    span = _find_place(clause, words, turns, text)
    return build_diagnostic("SP801", span, fields=fields, notes=[f"it said: {before}"], clauses=[clause.id])


def is_weaker(before: Force | None, now: Force | None) -> bool:
    """Return whether a demand asks less than before, or nothing."""
    return before is not None and strength(before) >= _STRONG and strength(before) > (strength(now) if now else 0)


def report_weaker(clause: Clause, before: Force | None, text: str) -> Diagnostic:
    """Return SP804 for a clause that other words made weaker; `text` is what it said."""
    fields = {"id": clause.id, "before": _show(before), "now": _show(clause.force)}
    span = clause.modality.span if clause.modality else clause.span
    return build_diagnostic(
        "SP804", span, case="weaker", fields=fields, notes=[f"it said: {text}"], clauses=[clause.id]
    )


def report_gone(clauses: Sequence[tuple[ClauseId, str]], place: str, span: Span | None = None) -> Diagnostic:
    """Return SP804 for norms of one place, id and words each, that are gone."""
    count = count_things(len(clauses), "norm")
    fields = {"count": count, "place": place, "verb": "is" if len(clauses) == 1 else "are"}
    notes = [f"`{name}` said: {text}" for name, text in clauses[:_MOST_NAMED]]
    if len(clauses) > _MOST_NAMED:
        notes.append(f"and {len(clauses) - _MOST_NAMED} more")
    return build_diagnostic("SP804", span, fields=fields, notes=notes, clauses=[name for name, _ in clauses])


def report_doubt(clause: Clause, doubt: Doubt) -> Diagnostic:
    """Return SP807 for a match that is near a guess."""
    case = "" if doubt.accepted else "new"
    fields = {"id": doubt.old.id, "score": f"{doubt.score:.2f}"}
    notes = [f"`{doubt.old.id}` said: {doubt.old.text}"]
    return build_diagnostic("SP807", clause.span, case=case, fields=fields, notes=notes, clauses=[clause.id])


def report_forced(clauses: Sequence[Clause], before: Force | None, notes: Sequence[str]) -> Diagnostic:
    """Return SP802 for clauses whose force one cause changed; all have the same force now.

    `notes` say where the forces come from.
    """
    first = clauses[0]
    which = f"`{first.id}`" if len(clauses) == 1 else count_things(len(clauses), "clause")
    fields = {"which": which, "before": _show(before), "now": _show(first.force)}
    notes = [*notes]
    if len(clauses) > 1:
        more = f" and {len(clauses) - _MOST_NAMED} more" if len(clauses) > _MOST_NAMED else ""
        notes.append("changed with it: " + ", ".join(f"`{c.id}`" for c in clauses[:_MOST_NAMED]) + more)
    span = first.modality.span if first.modality else first.span
    label = f"{_show(first.force)} comes from here" if first.modality else ""
    secondary = [(first.span, "changed by it")] if first.modality else []
    ids = [clause.id for clause in clauses]
    return build_diagnostic("SP802", span, fields=fields, notes=notes, label=label, secondary=secondary, clauses=ids)


def _report_forces(changes: Sequence[ClauseChange]) -> Iterator[Diagnostic]:
    """Report forces that changed without the sentence, once for each cause."""
    causes: dict[tuple[object, ...], list[ClauseChange]] = {}
    for change in changes:
        if change.meaning and change.before and change.after:
            causes.setdefault((change.before.force, change.after.force, *change.origins), []).append(change)
    for group in causes.values():
        first = group[0]
        if first.before:
            clauses = [change.after for change in group if change.after]
            notes = [f"{_show(first.before.force)} came from {first.origins[0]}"] if first.origins[0] else []
            notes += [f"{_show(clauses[0].force)} comes from {first.origins[1]}"] if first.origins[1] else []
            yield report_forced(clauses, first.before.force, notes)


def _report_removed(changes: Sequence[ClauseChange], old: Understanding, new: Understanding) -> Iterator[Diagnostic]:
    """Report norms that are gone, once for each document that is gone and each section of those that are not."""
    here = {document.name for document in new.pack.documents}
    groups: dict[tuple[str, ...], list[tuple[ClauseId, str]]] = {}
    spans: dict[tuple[str, ...], Span | None] = {}
    for change in changes:
        clause = change.before
        if clause is None or clause.id in old.overridden or not is_weaker(clause.force, None):
            continue
        gone = clause.document not in here
        title = clause.section[-1] if clause.section else ""
        place = f"`{clause.document}`" if gone or not title else f"`{title}` in `{clause.document}`"
        key = (place, *(() if gone else clause.section))
        groups.setdefault(key, []).append((clause.id, clause.composed))
        spans.setdefault(key, None if gone else _find_section(clause, new))
    for key, norms in groups.items():
        yield report_gone(norms, key[0], spans[key])


def _find_section(clause: Clause, new: Understanding) -> Span | None:
    """Return where the section of a removed clause begins now: its heading, else the first one of the document."""
    headings = [block for block in new.blocks.get(clause.document, ()) if block.kind is BlockKind.HEADING]
    titles = clause.section[-1:]
    named = (block for block in headings if titles and titles[0] in block.text)
    found = next(named, next(iter(headings), None))
    return found.span if found else None


def _lives_on(change: ClauseChange, changes: Sequence[ClauseChange]) -> bool:
    """Return whether the words of a removed clause stand in another one that asks as much."""
    heirs = [c.after for c in changes if c.id in change.related and c.after]
    return any(change.before and not is_weaker(change.before.force, heir.force) for heir in heirs)


def _breaks_lock(change: ClauseChange, new: Understanding) -> bool:
    before = change.before
    if before is None or not before.locked or not change.meaning:
        return False
    return before.id not in new.pack.unlocked and change.id not in new.pack.unlocked


def _report_lock(change: ClauseChange) -> Diagnostic:
    assert change.before is not None
    what = ", ".join(_LOCK_OFF if aspect is Aspect.UNLOCKED else aspect for aspect in change.aspects)
    fields = {"id": change.id, "what": what}
    worded = change.after is None or change.after.composed != change.before.composed
    notes = [f"it said: {change.before.composed}"] if worded else []
    if change.after is None:
        return build_diagnostic("SP806", None, case="removed", fields=fields, notes=notes, clauses=[change.id])
    case = "" if _WORDS & set(change.aspects) else "loosened"
    return build_diagnostic("SP806", change.after.span, case=case, fields=fields, notes=notes, clauses=[change.id])


def _find_place(clause: Clause, words: Sequence[Piece], turns: Sequence[Turn], text: str) -> Span:
    """Return where the first new word that is a lever stands; the whole clause where none does."""
    turn = next((turn for turn in turns if turn.new), None)
    tokens = split_words(turn.new) if turn else []
    if not turn or not tokens:
        return clause.span
    pattern = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, tokens)) + r"(?!\w)")
    before = []
    for piece in words:
        if piece.presence is Presence.NEW and piece.text == turn.new:
            break
        before += [piece.text] if piece.presence is not Presence.OLD else []
    skipped = len(pattern.findall(" ".join(before)))
    found = list(pattern.finditer(text, clause.span.start, clause.span.end))
    if skipped >= len(found):
        return clause.span
    return locate(clause.document, text, *found[skipped].span())


def _show(force: Force | None) -> str:
    return f"`{force.value}`" if force else "no force"
