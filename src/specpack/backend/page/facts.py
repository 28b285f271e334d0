"""What the page tells, from the files of the zip and the ledger beside it.

Path: zip + ledger -> **facts** -> document. Nothing else is needed; the words of extended packs are added where the
caller has them, because the zip holds only the project's own documents.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar

from specpack.backend.page.registers import Assumed, Settled, parse_assumptions, parse_deviations, parse_disputes
from specpack.model.clause import Force
from specpack.model.conclusion import Deviation
from specpack.model.failure import Rejected

T = TypeVar("T")
UNCOUNTED = "not counted"
"""Standing of a clause that the ledger leaves out, because its force does not bind."""
_PART = re.compile(r"- \*\*(?P<unit>[^*]+)\*\* \((?P<files>`[^)]*`)\): (?P<purpose>.*)")
_FUNCTION = re.compile(r"^\s*(?:async\s+)?(?:def|func|fn|function)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Force, text and place (`DOCUMENT:LINE`) of a clause of an extended pack."""

    force: str
    text: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One clause with all that is known of it; `text` is empty where the zip does not hold the clause's document."""

    clause: str
    own: bool
    standing: str
    why: str
    force: str
    text: str
    place: str
    """`spec/DOCUMENT:LINE` in the zip, `DOCUMENT:LINE` in an extended pack, or empty."""
    document: str
    """Path of the document in the pack; of an extended pack, the key that the ids of the document begin with."""
    units: tuple[str, ...]
    tests: tuple[str, ...]
    assumptions: tuple[Assumed, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    disputes: tuple[Settled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A unit: its files and what it is for, in the words of the codebase's README."""

    unit: str
    paths: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a page or a script is told of a build."""

    rows: tuple[Row, ...]
    """The project's first, the worst standing first, as in the ledger; a clause that it leaves out stands after."""
    parts: tuple[Part, ...]
    assumptions: tuple[Assumed, ...]
    deviations: tuple[Deviation, ...]
    disputes: tuple[Settled, ...]
    code: Mapping[str, str]
    """Path -> text of the sources and tests."""
    documents: Mapping[str, str]
    """Path in the zip -> text of the project's own documents."""
    places: Mapping[str, str]
    """Test -> `PATH:LINE` of its function, or `PATH` where the line is not found."""


def decode_facts(members: Mapping[str, bytes], ledger: str, words: Mapping[str, Words] | None = None) -> Facts:
    """Return the facts of a build.

    Args:
        members: Path -> content of the zip's files.
        ledger: The text of the ledger, one JSON object a line.
        words: Clause of an extended pack -> its words; a clause that is not in it is told by its id alone.

    Raises:
        Rejected: The zip has no trace, or the ledger is that of another build.
    """
    texts = {path: content.decode("utf-8", "replace") for path, content in members.items()}
    try:
        trace: dict[str, dict[str, Any]] = json.loads(texts.get("logs/trace.json", ""))
        lines: list[dict[str, Any]] = [json.loads(line) for line in ledger.splitlines()]
        _check_match(trace, lines)
        assumptions = parse_assumptions(texts.get("logs/assumptions.md", ""))
        deviations = parse_deviations(texts.get("logs/deviations.md", ""))
        disputes = parse_disputes(texts.get("logs/disputes.md", ""))
        counted = {line["clause"] for line in lines}
        own = [line for line in lines if line["own"]]
        own += [_decode_uncounted(clause, entry) for clause, entry in trace.items() if clause not in counted]
        decode = partial(
            _decode_row,
            trace=trace,
            words=words or {},
            assumptions=_group(assumptions, lambda a: a.clauses),
            deviations=_group(deviations, lambda d: (d.clause,)),
            disputes=_group(disputes, lambda d: d.clauses),
        )
        rows = tuple(decode(line) for line in [*own, *(line for line in lines if not line["own"])])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejected(
            f"the trace of the zip or the ledger beside it cannot be read ({type(error).__name__})",
            kept="both files as they are",
            help="build the pack again",
        ) from error
    parts = _parse_parts(texts.get("README.md", ""), (unit for row in rows for unit in row.units))
    tests = {test for row in rows for test in row.tests} | {test for a in assumptions for test in a.tests}
    code = _select_code(texts, parts, tests)
    return Facts(
        rows=rows,
        parts=parts,
        assumptions=assumptions,
        deviations=deviations,
        disputes=disputes,
        code=code,
        documents={path: text for path, text in texts.items() if path.startswith("spec/")},
        places=_locate_tests(tests, code),
    )


def render_rows(facts: Facts) -> str:
    """Return JSON lines, one a clause: what the ledger says of it, its words, and what else cites it."""
    return "".join(json.dumps(_encode_row(row), ensure_ascii=False) + "\n" for row in facts.rows)


def _encode_row(row: Row) -> dict[str, Any]:
    return {
        "clause": row.clause,
        "standing": row.standing,
        "own": row.own,
        "force": row.force,
        "text": row.text,
        "place": row.place,
        "units": row.units,
        "tests": row.tests,
        "why": row.why,
        "assumptions": [a.id for a in row.assumptions],
        "deviations": [d.reason for d in row.deviations],
        "disputes": [d.test for d in row.disputes],
    }


def _check_match(trace: Mapping[str, Mapping[str, Any]], lines: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a ledger that counts other clauses than the trace holds: its standings would be of another codebase."""
    binding = {clause for clause, entry in trace.items() if Force(entry["force"]).binding}
    other = binding ^ {line["clause"] for line in lines if line["own"]}
    if other:
        raise Rejected(
            f"the ledger and the zip are not of one build: `{min(other)}` is in one of them only",
            kept="both files as they are",
            help="build the pack again, which writes both",
        )


def _decode_uncounted(clause: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    why = f"{entry['force']}; the ledger counts MUST and MUST NOT"
    return {"clause": clause, "standing": UNCOUNTED, "own": True, "why": why, **entry}


def _decode_row(
    line: Mapping[str, Any],
    *,
    trace: Mapping[str, Mapping[str, Any]],
    words: Mapping[str, Words],
    assumptions: Mapping[str, tuple[Assumed, ...]],
    deviations: Mapping[str, tuple[Deviation, ...]],
    disputes: Mapping[str, tuple[Settled, ...]],
) -> Row:
    clause = str(line["clause"])
    entry = trace.get(clause, {})
    known = Words(force=entry["force"], text=entry["text"], place=entry["place"]) if entry else words.get(clause)
    place = known.place if known else ""
    own = bool(line["own"])
    return Row(
        clause=clause,
        own=own,
        standing=str(line["standing"]),
        why=str(line["why"]),
        force=known.force if known else "",
        text=known.text if known else "",
        place=place,
        document=place.rpartition(":")[0].removeprefix("spec/") if own else clause.rpartition(".")[0],
        units=tuple(line["units"]),
        tests=tuple(line["tests"]),
        assumptions=assumptions.get(clause, ()),
        deviations=deviations.get(clause, ()),
        disputes=disputes.get(clause, ()),
    )


def _group(items: Iterable[T], cite: Callable[[T], Iterable[str]]) -> Mapping[str, tuple[T, ...]]:
    """Return clause -> the items that cite it, each once, in their order."""
    groups: dict[str, list[T]] = {}
    for item in items:
        for clause in dict.fromkeys(cite(item)):
            groups.setdefault(clause, []).append(item)
    return {clause: tuple(group) for clause, group in groups.items()}


def _parse_parts(readme: str, cited: Iterable[str]) -> tuple[Part, ...]:
    """Return the units in the order of the README, then those that only the ledger names, without files."""
    parts = {}
    for line in readme.splitlines():
        if part := _PART.fullmatch(line):
            paths = tuple(re.findall(r"`([^`]+)`", part["files"]))
            parts[part["unit"]] = Part(unit=part["unit"], paths=paths, purpose=part["purpose"])
    for unit in sorted(set(cited) - set(parts)):
        parts[unit] = Part(unit=unit, paths=(), purpose="")
    return tuple(parts.values())


def _select_code(texts: Mapping[str, str], parts: Iterable[Part], tests: Iterable[str]) -> Mapping[str, str]:
    """Return the files of units and tests, and those of the same endings, such as the driver of the tests."""
    named = {path for part in parts for path in part.paths} | {test.partition("::")[0] for test in tests}
    endings = {PurePosixPath(path).suffix for path in named & set(texts)} - {""}
    return {
        path: text
        for path, text in sorted(texts.items())
        if not path.startswith(("spec/", "logs/")) and (path in named or PurePosixPath(path).suffix in endings)
    }


def _locate_tests(tests: Iterable[str], code: Mapping[str, str]) -> Mapping[str, str]:
    lines: dict[tuple[str, str], int] = {}
    for path in {test.partition("::")[0] for test in tests} & set(code):
        number, last = 1, 0
        for found in _FUNCTION.finditer(code[path]):
            number, last = number + code[path].count("\n", last, found.start(1)), found.start(1)
            lines.setdefault((path, found[1]), number)
    places = {}
    for test in tests:
        path, _, name = test.partition("::")
        line = lines.get((path, name.rpartition("::")[2].partition("[")[0]))
        if path in code:
            places[test] = f"{path}:{line}" if line else path
    return places
