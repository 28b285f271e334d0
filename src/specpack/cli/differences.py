"""A comparison as text, old and new words marked so that they are told apart without colour.

Path: changes, foresight -> **differences** -> terminal.
"""

from collections.abc import Iterator, Sequence

from specpack.cli.rendering.text import render_counts, render_diagnostic
from specpack.middle.foresight import Foresight, Reask
from specpack.model.change import (
    SAME_MEANING,
    Aspect,
    ClauseChange,
    Comparison,
    DocumentChange,
    Piece,
    Presence,
    SettingChange,
)
from specpack.model.clause import Clause
from specpack.model.understanding import Understanding

_LONG, _KEPT = 24, 8
"""Words from which a run without a difference is shortened, and how many stay at either end."""
_MOST_NAMED = 6
_TOGETHER = SAME_MEANING | {Aspect.LEADIN, Aspect.FORCE, Aspect.LOCKED, Aspect.UNLOCKED}
"""Aspects that clauses get by something around them."""


def render_differences(comparison: Comparison, foresight: Foresight, old: Understanding, new: Understanding) -> str:
    """Return the whole comparison: manifest, documents with their clauses, diagnostics, questions, a line of counts."""
    pieces = []
    if comparison.settings:
        pieces.append("\n".join(["specpack.toml", *(f"  {_render_setting(s)}" for s in comparison.settings)]))
    pieces += _render_documents(comparison, old, new)
    texts = {**new.pack.texts, **{d.name: d.text for d in new.pack.documents}}
    pieces += [render_diagnostic(diagnostic, texts) for diagnostic in comparison.diagnostics]
    if comparison.clauses or comparison.settings or comparison.documents:
        pieces.append("\n".join(_render_foresight(foresight)))
    return "\n\n".join([*pieces, _render_summary(comparison)])


def _render_setting(setting: SettingChange) -> str:
    return f"{setting.key}: {setting.before or '(nothing)'} -> {setting.after or '(nothing)'}"


def _render_documents(comparison: Comparison, old: Understanding, new: Understanding) -> Iterator[str]:
    about: dict[str, DocumentChange] = {}
    renamed: dict[str, str] = {}
    for document in comparison.documents:
        about |= {side.name: document for side in (document.after or document.before,) if side}
        if document.before and document.after:
            renamed[document.before.name] = document.after.name
    grouped: dict[str, list[ClauseChange]] = {}
    for change in comparison.clauses:
        if change.after:
            grouped.setdefault(change.after.document, []).append(change)
        elif change.before:
            grouped.setdefault(renamed.get(change.before.document, change.before.document), []).append(change)
    order = dict.fromkeys([*(d.name for d in new.pack.documents), *(d.name for d in old.pack.documents)])
    for name in order:
        changes = grouped.get(name, [])
        if not changes and name not in about:
            continue
        head = f"{name}{_render_document(about[name]) if name in about else ''}"
        lines = [head]
        quiet = _group_quiet(changes)
        told = {change.id for group in quiet for change in group}
        for change in changes:
            if change.id not in told:
                lines += ["", *_render_change(change)]
        for group in quiet:
            lines += ["", *_render_group(group)]
        yield "\n".join(lines)


def _render_document(change: DocumentChange) -> str:
    told = []
    for aspect in change.aspects:
        sides = ""
        if change.before and change.after:
            sides = {"renamed": f" from {change.before.name}"}.get(aspect.value, "")
            if aspect.value == "role changed":
                sides = f": {change.before.role.value} -> {change.after.role.value}"
        told.append(f"{aspect.value}{sides}")
    return f" ({'; '.join(told)})"


def _group_quiet(changes: Sequence[ClauseChange]) -> list[list[ClauseChange]]:
    """Return the changes that are told together: of form alone, or of several clauses by one heading or lead-in."""
    groups: dict[tuple[object, ...], list[ClauseChange]] = {}
    for change in changes:
        if change.before and change.after and _TOGETHER.issuperset(change.aspects):
            moved = (change.before.section, change.after.section) if Aspect.MOVED in change.aspects else ()
            led = change.after.parent if Aspect.LEADIN in change.aspects else None
            forces = (change.before.force, change.after.force) if Aspect.FORCE in change.aspects else ()
            groups.setdefault((change.aspects, moved, led, forces, change.origins), []).append(change)
    return [group for group in groups.values() if len(group) > 1 or not group[0].meaning]


def _render_group(group: Sequence[ClauseChange]) -> Iterator[str]:
    first, aspects = group[0], ", ".join(group[0].aspects)
    assert first.before is not None
    assert first.after is not None
    where = ""
    if Aspect.MOVED in first.aspects and first.before.section != first.after.section:
        where = f" from {_show_path(first.before.section)} to {_show_path(first.after.section)}"
    if Aspect.LEADIN in first.aspects and first.after.parent:
        where += f", below `{first.after.parent}`"
    if Aspect.FORCE in first.aspects:
        where += f" ({_show_force(first.before)} -> {_show_force(first.after)})"
    yield f"  {aspects}{where}: {_name_ids([change.id for change in group])}"
    yield from _render_origins(first)


def _show_path(path: Sequence[str]) -> str:
    return f'"{" / ".join(path)}"'


def _name_ids(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return ", ".join(f"`{name}`" for name in ids[:_MOST_NAMED]) + more


def _render_change(change: ClauseChange) -> Iterator[str]:
    clause = change.after or change.before
    assert clause is not None
    force = _show_force(clause)
    if change.before and change.after and change.before.force is not change.after.force:
        force = f"{_show_force(change.before)} -> {force}"
    place = f"line {clause.span.line}" if change.after else f"was line {clause.span.line}"
    aspects = ", ".join(a for a in change.aspects if not ({Aspect.MERGED, Aspect.SPLIT} & {a}))
    yield f"  {aspects}: `{change.id}` ({force}), {place}"
    if change.after is None or change.before is None:
        yield f"    {'+' if change.after else '-'} {_shorten(clause.composed)}"
    elif change.words:
        yield f"    - {_render_words(change.words, Presence.OLD)}"
        yield f"    + {_render_words(change.words, Presence.NEW)}"
    else:
        yield f"      {_shorten(clause.composed)}"
    yield from _render_details(change)


def _render_details(change: ClauseChange) -> Iterator[str]:
    before, after = change.before, change.after
    yield from _render_origins(change)
    if before and after and before.attributes != after.attributes:
        old, new = dict(before.attributes), dict(after.attributes)
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                yield f"      {key}: {old.get(key, '(nothing)')} -> {new.get(key, '(nothing)')}"
    if before and after and Aspect.BEARER in change.aspects:
        yield f"      binds the {before.bearer.value} -> the {after.bearer.value}"
    if before and after and Aspect.KIND in change.aspects:
        yield f"      read as {before.kind.value} -> {after.kind.value}"
    if before and after and Aspect.MOVED in change.aspects and before.section != after.section:
        yield f"      moved from {_show_path(before.section)} to {_show_path(after.section)}"
    if before and after and before.id != after.id:
        sure = f", with a likeness of {change.likeness:.2f}" if change.likeness is not None else ""
        yield f"      taken for `{before.id}`{sure}"
    for other in change.related:
        yield f"      its words {'stand' if after is None else 'stood'} in `{other}`"


def _render_origins(change: ClauseChange) -> Iterator[str]:
    sides = (("before", change.before, change.origins[0]), ("now", change.after, change.origins[1]))
    for name, side, origin in sides:
        if Aspect.FORCE in change.aspects and side:
            yield f"      {name}: {_show_force(side)}{f' from {origin}' if origin else ''}"


def _render_words(words: Sequence[Piece], side: Presence) -> str:
    """Return one side's words, those that the other has not marked: `[-old-]` or `{+new+}`."""
    opening, closing = ("[-", "-]") if side is Presence.OLD else ("{+", "+}")
    shown = ""
    for piece in words:
        space = " " if piece.spaced and shown else ""
        if piece.presence is Presence.BOTH:
            shown += space + _shorten(piece.text)
        elif piece.presence is side:
            shown += f"{space}{opening}{piece.text}{closing}"
    return shown


def _shorten(text: str) -> str:
    words = text.split()
    if len(words) <= _LONG:
        return " ".join(words)
    return f"{' '.join(words[:_KEPT])} ... {' '.join(words[-_KEPT:])}"


def _show_force(clause: Clause) -> str:
    return clause.force.value if clause.force else "no force"


def _render_foresight(known: Foresight) -> Iterator[str]:
    certain = [reask for reask in known.asked if reask.certain]
    if not known.recorded:
        yield "no build of the new version is on record, so what one would ask again is not known"
        if certain:
            yield "questions that the changed clauses belong to:"
    elif not certain:
        yield f"a build would ask nothing again: all {known.kept} questions have their answers"
    else:
        total = known.kept + len(known.asked)
        own = sum(bool(reask.clauses) for reask in certain)
        yield f"a build would ask {len(certain)} of {total} questions, {own} of them for the clauses above:"
    yield from render_questions(known)


def render_questions(known: Foresight) -> Iterator[str]:
    """Yield a line for each question that is asked, or may have to be, and why."""
    possible = [reask for reask in known.asked if not reask.certain]
    for reask in known.asked:
        if reask.certain:
            yield f"  {reask.label}: {render_why(reask)}"
    groups: dict[tuple[str, ...], list[str]] = {}
    for reask in possible:
        groups.setdefault(reask.after, []).append(reask.label)
    for after, labels in groups.items():
        more = f" and {len(after) - _MOST_NAMED} more" if len(after) > _MOST_NAMED else ""
        yield f"  depending on the new answer of {', '.join(after[:_MOST_NAMED])}{more}: {', '.join(labels)}"
    if known.dropped:
        yield f"  no longer asked: {', '.join(known.dropped)}"
    if known.recorded and not known.whole:
        yield "  units and test groups are not known before there is a design"


def render_why(reask: Reask) -> str:
    """Return what differs in a question, with the edited clauses that it shows."""
    parts = [f'"{part}"' for part in reask.parts]
    told = f"{', '.join(parts)} {'differs' if len(parts) == 1 else 'differ'}" if parts else reask.reason
    clauses = _name_ids(reask.clauses)
    return f"{told} ({clauses})" if told and clauses else told or clauses


def _render_summary(comparison: Comparison) -> str:
    meaning = sum(change.meaning for change in comparison.clauses)
    form = len(comparison.clauses) - meaning
    if not (comparison.clauses or comparison.documents or comparison.settings):
        return "no difference"
    counts = f"; {render_counts(comparison.diagnostics)}" if comparison.diagnostics else ""
    clauses = f"{meaning} clause{'s' * (meaning != 1)} changed in meaning, {form} in form alone{counts}"
    return clauses if comparison.meaning else f"{clauses}: nothing changed in meaning"
