"""One Markdown table over all cases and draws.

Path: scores, stores, runs -> **report** -> terminal.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.external.builds import find_outcome, measure_seconds
from benchmarks.external.case import Case, Place
from benchmarks.external.control import ANSWER, REQUEST
from benchmarks.external.scores import SCORE, find_passed
from benchmarks.external.tokens import Spent, measure_store

from specpack.middle.tokens import estimate_tokens
from specpack.options import Home

_HEAD = (
    *("case", "draw", "passed of gold", "floor", "questions", "requests"),
    *("output tokens", "on the critical path", "seconds of ours", "outcome"),
)


def render_report(cases: Sequence[Case], work: Path) -> str:
    """Return the table; a draw that was not begun has no row."""
    rows = [row for case in cases for row in _list_rows(case, Place(work / case.name))]
    lines = [_HEAD, tuple("---" if i in (0, 1, 9) else "---:" for i in range(len(_HEAD))), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _list_rows(case: Case, place: Place) -> Iterator[tuple[str, ...]]:
    floor = _render_count(find_passed(place.root / "floor.json"))
    for kind in ("control", "build"):
        for folder in sorted(place.root.glob(f"{kind}-*")):
            passed = _render_count(find_passed(folder / SCORE))
            spent = measure_control(folder) if kind == "control" else measure_store(Home(folder / "pack").store)
            outcome = _find_control(folder) if kind == "control" else find_outcome(folder)
            seconds = f"{measure_seconds(folder):.1f}" if kind == "build" else ""
            counts = (spent.questions, spent.requests, spent.output, spent.critical)
            yield (case.name, folder.name, f"{passed} of {case.gold}", floor, *map(str, counts), seconds, outcome)


def measure_control(folder: Path) -> Spent:
    """Return what a control spent: one request, all of it on the critical path."""
    answer = folder / ANSWER
    if not answer.is_file():
        return Spent()
    tokens = estimate_tokens(answer.read_text(encoding="utf-8", errors="replace"))
    return Spent(requests=1, questions=1, output=tokens, critical=tokens, rounds=1)


def _find_control(folder: Path) -> str:
    if (folder / SCORE).is_file():
        return "scored"
    return "answered" if (folder / ANSWER).is_file() else "waiting" if (folder / REQUEST).is_file() else "not begun"


def _render_count(count: int | None) -> str:
    return "-" if count is None else str(count)
