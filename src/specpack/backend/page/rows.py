"""The clauses of the page, a row each, with the controls that filter them and the counts above them.

Path: facts -> **rows** -> document.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from specpack.backend.page.facts import UNCOUNTED, Facts, Row
from specpack.backend.page.text import escape, pick, render_inline, render_link
from specpack.model.record import Standing

MEANINGS: Mapping[str, str] = {
    Standing.MISSING.value: "no unit and no test cites it",
    Standing.CLAIMED.value: "cited, or shown to whoever wrote the code; no machine has proved it. Read these first",
    Standing.DEVIATED.value: "knowingly not satisfied, with a reason",
    Standing.TESTED.value: "a passing test cites it, and fails when a function of the unit is replaced",
    Standing.GATED.value: "a named machine check decides it",
    Standing.NOT_APPLICABLE.value: "binds the pack or the repository, or no phase of the build",
    Standing.OVERRIDDEN.value: "set aside by a clause of higher rank or by the manifest",
    UNCOUNTED: "its force does not bind, so that the ledger leaves it out",
}
_FEW = 2
"""Tests that are shown without a click."""
_SCOPES = ((True, "project", "Project"), (False, "extended", "Extended packs"))


def name_style(standing: str) -> str:
    """Return the CSS class of a standing: `not applicable` -> `s-not-applicable`; a foreign one has none of its own."""
    return f"s-{standing.replace(' ', '-')}" if standing in MEANINGS else "s-unknown"


def render_counts(rows: Sequence[Row]) -> str:
    """Return a bar and a list of counts, project and extended packs apart; each count filters the page."""
    parts = []
    for own, scope, title in _SCOPES:
        counts = Counter(row.standing for row in rows if row.own is own)
        total = counts.total()
        if not total:
            continue
        known = [s for s in [*MEANINGS, *sorted(set(counts) - set(MEANINGS))] if counts[s]]
        bar, x = "", 0
        for standing in known:
            bar += f'<rect class="{name_style(standing)}" x="{x}" width="{counts[standing]}" height="1"/>'
            x += counts[standing]
        tiles = "".join(
            f'<li><a class="tile {name_style(s)}" href="{pick(document=f"all:{scope}", standing=s)}" '
            f'title="{escape(MEANINGS.get(s, s))}"><b>{counts[s]}</b> <span>{escape(s)}</span></a></li>'
            for s in known
        )
        parts.append(
            f'<div class="scope"><h2><a href="{pick(document=f"all:{scope}")}">{title}</a> '
            f"<small>{total} clauses</small></h2>"
            f'<svg class="bar" viewBox="0 0 {total} 1" preserveAspectRatio="none" aria-hidden="true">{bar}</svg>'
            f'<ul class="tiles">{tiles}</ul></div>\n'
        )
    return "".join(parts)


def render_controls(facts: Facts) -> str:
    """Return the search box and the filters; hidden until the script runs, because they do nothing without it."""
    held = {row.standing for row in facts.rows}
    standings = [s for s in [*MEANINGS, *sorted(held - set(MEANINGS))] if s in held]
    documents = ""
    for own, scope, title in _SCOPES:
        names = dict.fromkeys(row.document for row in facts.rows if row.own is own)
        options = [(f"all:{scope}", f"{title}, all"), *((name, name) for name in names)]
        documents += f'<optgroup label="{title}">{_render_options(options)}</optgroup>' if names else ""
    return (
        '<form class="tools" role="search" hidden>'
        '<label class="seek"><span>Search</span><input type="search" name="q" autocomplete="off" spellcheck="false"'
        ' placeholder="words, an id, a unit, a test, an error id" aria-keyshortcuts="/"></label>'
        + _render_select("standing", "Standing", _render_options([(s, s) for s in standings]))
        + _render_select("document", "Document", documents)
        + _render_select("unit", "Unit", _render_options([(p.unit, p.unit) for p in facts.parts]))
        + '<button type="reset">Clear</button><output aria-live="polite"></output></form>\n'
    )


def render_clauses(facts: Facts) -> str:
    """Return all clauses, the project's and the extended packs' under a heading each, in the ledger's order."""
    sections = []
    for own, scope, title in _SCOPES:
        rows = [row for row in facts.rows if row.own is own]
        name = "Clauses" if own else f"Clauses of {title.lower()}"
        note = "" if own else _render_note(rows)
        body = "".join(_render_row(row, scope, facts.places) for row in rows) or '<p class="none">None.</p>\n'
        sections.append(
            f'<section id="page:{scope}" class="clauses"><h2>{name} <small class="count">{len(rows)}</small></h2>\n'
            f'{note}<div role="table" aria-label="{name}">\n{body}</div></section>\n'
        )
    return "".join(sections)


def group_tests(tests: Iterable[str]) -> Mapping[str, list[str]]:
    """Return path -> the tests in it."""
    groups: dict[str, list[str]] = {}
    for test in tests:
        groups.setdefault(test.partition("::")[0], []).append(test)
    return groups


def render_test(test: str, places: Mapping[str, str]) -> str:
    """Return the name of a test, as a link to its code where that is in the zip."""
    name = test.partition("::")[2] or test
    return render_link(places[test], name) if test in places else escape(name)


def _render_note(rows: Iterable[Row]) -> str:
    if all(row.text for row in rows):
        return ""
    return (
        '<p class="note">The zip holds the documents of the project only. <code>specpack show ID</code> prints the '
        "words of a clause of an extended pack.</p>\n"
    )


def _render_select(name: str, label: str, options: str) -> str:
    return f'<label><span>{label}</span><select name="{name}"><option value="">any</option>{options}</select></label>'


def _render_options(options: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in options)


def _render_row(row: Row, scope: str, places: Mapping[str, str]) -> str:
    place = row.place.removeprefix("spec/")
    where = render_link(row.place, place) if row.own and place else escape(place)
    force = f'<span class="force">{escape(row.force)}</span>' if row.force else ""
    text = f'<p class="text">{render_inline(row.text)}</p>' if row.text else ""
    units = "".join(f"<li>{render_link(f'unit:{unit}', unit)}</li>" for unit in row.units)
    listed = f'<ul class="units" aria-label="units">{units}</ul>' if units else ""
    return (
        f'<article role="row" class="item row {name_style(row.standing)}" id="{escape(row.clause)}" '
        f'data-standing="{escape(row.standing)}" data-document="{escape(row.document)}" data-scope="all:{scope}" '
        f'data-units="{escape(" ".join(row.units))}">'
        f'<div role="cell" class="standing"><b class="badge">{escape(row.standing)}</b>'
        f"<p>{_render_why(row, places)}</p></div>"
        f'<div role="cell" class="words"><p class="head">{render_link(row.clause, row.clause, css="id")} {force} '
        f'<span class="where">{where}</span></p>{text}{_render_remarks(row)}</div>'
        f'<div role="cell" class="evidence">{listed}{_render_evidence(row, places)}</div></article>\n'
    )


def _render_why(row: Row, places: Mapping[str, str]) -> str:
    """Return the reason of the standing; a test that it begins with is a link."""
    test, _, rest = row.why.removeprefix("`").partition("`")
    return f"{render_test(test, places)}{escape(rest)}" if test in row.tests else render_inline(row.why)


def _render_evidence(row: Row, places: Mapping[str, str]) -> str:
    if not row.tests:
        return ""
    count = f"{len(row.tests)} test{'s' if len(row.tests) > 1 else ''}"
    opened = " open" if len(row.tests) <= _FEW else ""
    return f'<details class="tests"{opened}><summary>{count}</summary>{_render_tests(row.tests, places)}</details>'


def _render_tests(tests: Iterable[str], places: Mapping[str, str]) -> str:
    return "".join(
        f'<p class="path">{escape(path)}</p><ul>'
        + "".join(f"<li>{render_test(test, places)}</li>" for test in group)
        + "</ul>"
        for path, group in group_tests(tests).items()
    )


def _render_remarks(row: Row) -> str:
    """Return what else was logged of the clause: deviations, assumptions, disputes."""
    remarks = [("deviates", render_inline(d.reason)) for d in row.deviations if d.reason != row.why]
    remarks += [
        ("assumes", f"{render_link(a.id, a.id, css='id')} {render_inline(a.decision)}") for a in row.assumptions
    ]
    remarks += [
        ("disputed", f"{render_link(f'dispute:{d.test}', d.test)} ruling: {render_inline(d.outcome)}")
        for d in row.disputes
    ]
    return "".join(f'<p class="remark"><b>{kind}</b> {text}</p>' for kind, text in remarks)
