"""The whole page: one HTML file with its own style and script, that asks nothing of any other place.

Path: facts, rows, sources -> **document** -> `ZIP.trace.html`.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from importlib.resources import files

from specpack.backend.page.facts import Facts, Part
from specpack.backend.page.rows import (
    MEANINGS,
    group_tests,
    name_style,
    render_clauses,
    render_controls,
    render_counts,
    render_test,
)
from specpack.backend.page.sources import mark_test, mark_tests, render_documents, render_files
from specpack.backend.page.text import escape, pick, render_inline, render_link
from specpack.model.record import Standing

_SETTLED = frozenset({Standing.TESTED, Standing.GATED, Standing.NOT_APPLICABLE, Standing.OVERRIDDEN})
_SECTIONS = (
    ("project", "Clauses"),
    ("extended", "Extended packs"),
    ("units", "Units"),
    ("tests", "Tests"),
    ("assumptions", "Assumptions"),
    ("deviations", "Deviations"),
    ("disputes", "Disputes"),
    ("documents", "Documents"),
    ("code", "Code"),
)


def render_page(facts: Facts, *, name: str, about: Mapping[str, str]) -> str:
    """Return the page; the same arguments give the same bytes.

    Args:
        facts: What the build left.
        name: Title of the page: the codebase.
        about: Label -> value, shown in the head: the zip, its digest, the target.
    """
    folder = files(__package__)
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; "
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}form-action \'none\'">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(name)}: trace</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_render_head(facts, name, about)}{_render_contents(facts)}{render_controls(facts)}<main>\n"
        f"{render_clauses(facts)}{_render_sections(facts)}</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _render_head(facts: Facts, name: str, about: Mapping[str, str]) -> str:
    counts = Counter(row.standing for row in facts.rows if row.own)
    total = sum(counts[standing.value] for standing in Standing)
    settled = sum(counts[standing.value] for standing in _SETTLED)
    rest = ", ".join(
        f'<a href="{pick(document="all:project", standing=s.value)}">{counts[s.value]} {s.value}</a>'
        for s in Standing
        if s not in _SETTLED and counts[s.value]
    )
    first = f"; read first: {rest}" if rest else ""
    meanings = "".join(
        f'<dt><b class="badge {name_style(standing)}">{escape(standing)}</b></dt><dd>{escape(meaning)}</dd>'
        for standing, meaning in MEANINGS.items()
    )
    facts_of = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in about.items())
    return (
        f'<header>\n<p class="kind">Trace of a build</p>\n<h1>{escape(name)}</h1>\n'
        f'<p class="verdict"><b>{settled} of {total}</b> clauses of the project are proved or set aside{first}.</p>\n'
        f'<div class="counts">{render_counts(facts.rows)}</div>\n'
        f'<details class="legend"><summary>What a standing means</summary><dl>{meanings}</dl></details>\n'
        f'<dl class="about">{facts_of}</dl>\n</header>\n'
    )


def _render_contents(facts: Facts) -> str:
    sizes = {
        "project": sum(row.own for row in facts.rows),
        "extended": sum(not row.own for row in facts.rows),
        "units": len(facts.parts),
        "tests": len(_count_citations(facts)),
        "assumptions": len(facts.assumptions),
        "deviations": len(facts.deviations),
        "disputes": len(facts.disputes),
        "documents": len(facts.documents),
        "code": len(facts.code),
    }
    links = "".join(f'<li><a href="#page:{key}">{title} <b>{sizes[key]}</b></a></li>' for key, title in _SECTIONS)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n'


def _render_sections(facts: Facts) -> str:
    """Return all that is not a clause, each kind under its heading."""
    cited = _count_citations(facts)
    return "".join(
        (
            _section("units", "Units", len(facts.parts), _render_units(facts)),
            _section("tests", "Tests", len(cited), _render_groups(cited, facts.places)),
            _section("assumptions", "Assumptions", len(facts.assumptions), _render_assumptions(facts)),
            _section("deviations", "Deviations", len(facts.deviations), _render_deviations(facts)),
            _section("disputes", "Disputes", len(facts.disputes), _render_disputes(facts)),
            _section("documents", "Documents", len(facts.documents), render_documents(facts)),
            _section(
                "code",
                "Code",
                len(facts.code),
                render_files(facts.code, mark_tests(cited, facts.places), wrap=False),
            ),
        )
    )


def _count_citations(facts: Facts) -> Mapping[str, int]:
    """Return test -> how many clauses it cites; 0 for one that cites assumptions only."""
    assumed = {test: 0 for a in facts.assumptions for test in a.tests}
    return assumed | Counter(test for row in facts.rows for test in row.tests)


def _section(key: str, title: str, size: int, body: str) -> str:
    body = body or '<p class="none">None.</p>\n'
    return (
        f'<section id="page:{key}"><h2>{title} <small class="count">{size}</small></h2>\n'
        f'<div class="list">{body}</div></section>\n'
    )


def _render_units(facts: Facts) -> str:
    counts: dict[str, Counter[str]] = {part.unit: Counter() for part in facts.parts}
    for row in facts.rows:
        for unit in row.units:
            counts[unit][row.standing] += 1
    return "".join(_render_unit(part, counts[part.unit], facts) for part in facts.parts)


def _render_unit(part: Part, counts: Mapping[str, int], facts: Facts) -> str:
    paths = ", ".join(render_link(p, p, css="path") if p in facts.code else escape(p) for p in part.paths)
    known = [s for s in [*MEANINGS, *sorted(set(counts) - set(MEANINGS))] if counts.get(s)]
    badges = " ".join(
        f'<a class="badge {name_style(s)}" href="{pick(standing=s, unit=part.unit)}">{counts[s]} {escape(s)}</a>'
        for s in known
    )
    return (
        f'<article class="item card" id="unit:{escape(part.unit)}"><h3>'
        f'<a href="{pick(unit=part.unit)}">{escape(part.unit)}</a></h3><p>{render_inline(part.purpose)}</p>'
        f"<p>{paths}</p><p>{badges}</p></article>\n"
    )


def _render_groups(cited: Mapping[str, int], places: Mapping[str, str]) -> str:
    """Return the tests that cite a clause, a closed list a file."""
    return "".join(
        f'<details class="group file"><summary><span class="path">{escape(path)}</span> '
        f'<small>{len(tests)} tests</small></summary><div class="tests"><ul>'
        + "".join(f'<li class="item">{render_test(t, places)}{mark_test(t, cited[t])}</li>' for t in tests)
        + "</ul></div></details>\n"
        for path, tests in group_tests(sorted(cited)).items()
    )


def _render_assumptions(facts: Facts) -> str:
    return "".join(
        f'<article class="item card" id="{escape(a.id)}"><h3>{render_link(a.id, a.id, css="id")}</h3>'
        f'<dl class="pairs"><dt>silence</dt><dd>{render_inline(a.silence)}</dd>'
        f"<dt>decision</dt><dd>{render_inline(a.decision)}</dd>"
        f"<dt>clauses</dt><dd>{_render_ids(a.clauses)}</dd>"
        f"<dt>tests</dt><dd>{', '.join(render_test(t, facts.places) for t in a.tests) or 'none'}</dd></dl></article>\n"
        for a in facts.assumptions
    )


def _render_deviations(facts: Facts) -> str:
    return "".join(
        f'<article class="item card" id="deviation:{escape(d.clause)}"><h3>{_render_ids((d.clause,))}</h3>'
        f"<p>{render_inline(d.reason)}</p></article>\n"
        for d in facts.deviations
    )


def _render_disputes(facts: Facts) -> str:
    return "".join(
        f'<article class="item card" id="dispute:{escape(d.test)}"><h3>{escape(d.test)}</h3>'
        f'<dl class="pairs"><dt>first outcome</dt><dd>{render_inline(d.first)}</dd>'
        f"<dt>second outcome</dt><dd>{render_inline(d.second)}</dd>"
        f"<dt>ruling</dt><dd>{escape(d.outcome)}: {render_inline(d.why)}</dd>"
        f"<dt>clauses</dt><dd>{_render_ids(d.clauses)}</dd></dl></article>\n"
        for d in facts.disputes
    )


def _render_ids(clauses: tuple[str, ...]) -> str:
    return ", ".join(render_link(clause, clause, css="id") for clause in clauses) or "none"
