"""The files of the page: the project's documents and code, each line with its number and an address of its own.

Path: facts -> **sources** -> document. A line of a document names the clauses that begin on it, a test those it cites.
"""

from collections.abc import Iterable, Mapping, Sequence

from specpack.backend.page.facts import Facts, Row
from specpack.backend.page.rows import name_style
from specpack.backend.page.text import escape, pick, point

Marks = Mapping[str, Sequence[str]]
"""`PATH:LINE` -> pieces of HTML that stand at the end of that line."""


def mark_clauses(rows: Iterable[Row]) -> Marks:
    """Return a link to each clause of the project at the line of `spec/` where it begins."""
    marks: dict[str, list[str]] = {}
    for row in rows:
        if row.own and row.place:
            label = f'<span class="mute">{escape(row.standing)}:</span> {escape(row.clause)}'
            link = f'<a class="mark {name_style(row.standing)}" href="{point(row.clause)}">{label}</a>'
            marks.setdefault(row.place, []).append(link)
    return marks


def mark_test(test: str, cited: int) -> str:
    """Return a link that searches for the `cited` clauses of a test; nothing where it cites assumptions only."""
    if not cited:
        return ""
    count = f"{cited} clause{'s' if cited > 1 else ''}"
    return f'<a class="mark" href="{pick(q=test.partition("::")[2] or test)}">{count}</a>'


def mark_tests(cited: Mapping[str, int], places: Mapping[str, str]) -> Marks:
    """Return such a link at the line of each test's function."""
    marks: dict[str, list[str]] = {}
    for test, place in places.items():
        marks.setdefault(place, []).append(mark_test(test, cited.get(test, 0)))
    return marks


def render_files(files: Mapping[str, str], marks: Marks, *, wrap: bool) -> str:
    """Return the files, closed, each under its path; `wrap` is for prose."""
    return "".join(_render_file(path, text, marks, wrap) for path, text in files.items())


def render_documents(facts: Facts) -> str:
    """Return the project's documents as they were compiled."""
    return render_files(facts.documents, mark_clauses(facts.rows), wrap=True)


def _render_file(path: str, text: str, marks: Marks, wrap: bool) -> str:
    lines = text.removesuffix("\n").split("\n")
    body = "".join(
        f'<span id="{escape(path)}:{number}">{escape(line)}{"".join(marks.get(f"{path}:{number}", ()))}\n</span>'
        for number, line in enumerate(lines, 1)
    )
    return (
        f'<details class="item file" id="{escape(path)}"><summary><span class="path">{escape(path)}</span> '
        f'<small>{len(lines)} lines</small></summary><pre class="{"prose" if wrap else "code"}" tabindex="0">{body}'
        "</pre></details>\n"
    )
