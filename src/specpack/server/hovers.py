"""What an editor shows over a word: the clause with its force and where that comes from, a term, an error, a document.

Path: symbols -> **hovers** -> editor.
"""

from specpack.frontend.origins import Sources
from specpack.model.clause import Clause, ClauseId
from specpack.model.span import DocumentName, Span
from specpack.server.analysis import Analysis
from specpack.server.symbols import Symbol, SymbolKind, find_symbol

_MOST_CLAUSES = 8


def render_hover(analysis: Analysis, document: DocumentName, offset: int) -> tuple[str, Span] | None:
    """Return what there is to say of a place, as Markdown, and the range that it is about; None for nothing."""
    clause = analysis.find_clause(document, offset)
    named = find_symbol(analysis, document, offset)
    parts: list[str] = []
    if named and not (clause and named[0].kind is SymbolKind.CLAUSE and named[0].name == clause.id):
        parts.append(render_symbol(analysis, named[0]))
    if clause:
        parts.append(render_clause(analysis, clause))
    span = named[1] if named else clause.span if clause else None
    return ("\n\n---\n\n".join(parts), span) if span and parts else None


def render_clause(analysis: Analysis, clause: Clause) -> str:
    """Return a clause: its id, its effective force with the place that gives it, and what else is known of it."""
    understanding = analysis.understanding
    head = f"`{clause.id}` {clause.kind.value}"
    if clause.force:
        head += f": **{clause.force.value}** by {Sources(understanding).describe(clause)}"
    else:
        head += ", no force"
    lines = [head]
    if clause.locked:
        reason = understanding.pack.unlocked.get(clause.id)
        lines.append(f"- LOCKED, {'unlocked: ' + reason if reason else 'changed only through `[unlock]`'}")
    if clause.force:
        lines.append(f"- binds the {clause.bearer.value}")
    lines += [f"- {name}: {value}" for name, value in clause.attributes]
    if clause.id in understanding.overridden:
        winner = understanding.overridden[clause.id]
        lines.append(f"- overridden by {'`' + winner + '`' if winner else 'the manifest'}")
    if clause.composed != clause.text:
        lines += ["", _quote(clause.composed)]
    return "\n".join(lines)


def render_symbol(analysis: Analysis, symbol: Symbol) -> str:
    """Return what a name stands for."""
    place = analysis.show_place(symbol.declared)
    match symbol.kind:
        case SymbolKind.TERM:
            known = analysis.understanding.definitions[symbol.name]
            return f"**{symbol.name}**, a term ({place})\n\n{_quote(analysis.understanding.clauses[known].composed)}"
        case SymbolKind.ERROR:
            return _render_error(analysis, symbol, place)
        case SymbolKind.CLAUSE:
            clause = analysis.understanding.clauses[ClauseId(symbol.name)]
            return f"{render_clause(analysis, clause)}\n\n{_quote(clause.text)}\n\n{place}"
        case SymbolKind.DOCUMENT:
            name = symbol.declared.document
            held = next((d for d in analysis.understanding.pack.documents if d.name == name), None)
            return f"document `{name}`" + (f", role {held.role.value}, of the pack `{held.pack}`" if held else "")
        case SymbolKind.SECTION:
            return f"section {symbol.name.partition(' > ')[2]} ({place})"


def _render_error(analysis: Analysis, symbol: Symbol, place: str) -> str:
    error = next(error for error in analysis.understanding.errors if error.id == symbol.name)
    lines = [f"`{error.id}`, an error ({place})"]
    if not error.clauses:
        lines += ["", "no clause says when it occurs"]
    for known in error.clauses[:_MOST_CLAUSES]:
        clause = analysis.understanding.clauses[known]
        more = "; ".join(f"{name}: {value}" for name, value in clause.attributes)
        lines += ["", _quote(clause.composed + (f" ({more})" if more else "")), "", f"`{known}`"]
    return "\n".join(lines)


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))
