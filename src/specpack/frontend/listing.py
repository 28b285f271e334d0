"""Tables of errors: which of them is the closed list of error ids.

Path: clauses -> **listing** -> phenomena -> checks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpack.frontend.definitions import is_error_key
from specpack.model.clause import Clause, Kind
from specpack.model.span import DocumentName

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._/-][A-Za-z0-9]+)*\Z")
_CONDITION_KEY = re.compile(
    r"\A(?:when|if|condition|conditions|cause|causes|trigger|triggers|raised when|returned when|sent when|on|witness|"
    r"stimulus|situation|reason|rule|check|violation|meaning|description|happens when|occurs when|case|.*\bwhen)\Z",
    re.I,
)
_STEP_KEY = re.compile(r"\A(?:steps?|#|no\.?|nr\.?|number|order)\Z", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """A table with a column of error ids and a column that says when each occurs."""

    rows: tuple[Clause, ...]
    ids: Mapping[str, Clause]
    """Error id -> the first row that has it."""
    first: bool
    """Whether the id stands in the first column."""
    steps: frozenset[str]
    """What stands in the first column where it numbers steps."""
    repeated: tuple[tuple[str, str, Clause, Clause], ...]
    """What stands in two rows: (`error` or `step`, the value, the first row, the later row)."""


def find_closed(clauses: Iterable[Clause]) -> tuple[ErrorTable, ...]:
    """Return the table that lists all errors; several where each could be it, none where no table is a list of errors.

    A list of errors has a column of conditions and begins with the error id, or, where no table does, with the number
    of the step at which the error is found. Tables of one document that count on through their steps are one list. Of
    several the one that holds the ids of all others is meant.
    """
    tables = list(_find_tables(clauses))
    tables = [table for table in tables if table.first] or _join_parts(tables)
    known = {name for table in tables for name in table.ids}
    whole = next((table for table in tables if len(table.ids) == len(known)), None)
    return (whole,) if whole else tuple(tables)


def split_ids(value: str) -> list[str]:
    """Return the identifiers of a cell or attribute, none where it holds prose."""
    pieces = [piece for piece in re.split(r"\s*(?:,|/|\bor\b|\band\b|<br ?/?>)\s*", value.strip()) if piece]
    return pieces if pieces and all(_ID.match(piece) for piece in pieces) and len(pieces) < 20 else []


def is_id(text: str) -> bool:
    """Whether a text has the form of an error id."""
    return bool(_ID.match(text))


def is_condition_key(key: str) -> bool:
    """Whether a column of that name says when something occurs."""
    return bool(_CONDITION_KEY.match(key))


def is_step_key(key: str) -> bool:
    """Whether a column of that name numbers steps."""
    return bool(_STEP_KEY.match(key.replace("`", "").strip()))


def _find_tables(clauses: Iterable[Clause]) -> Iterator[ErrorTable]:
    """Yield the tables that could be a closed list, in order."""
    groups: dict[tuple[DocumentName, int], list[Clause]] = {}
    for clause in clauses:
        if clause.kind is Kind.ROW:
            groups.setdefault((clause.document, clause.block), []).append(clause)
    for rows in groups.values():
        keys = [key for key, _ in max(rows, key=lambda row: len(row.attributes)).attributes]
        errors = [key for key in keys if is_error_key(key)]
        first = is_error_key(keys[0])
        if not errors or not any(map(is_condition_key, keys)) or not (first or is_step_key(keys[0])):
            continue
        ids: dict[str, Clause] = {}
        for row in rows:
            for name in split_ids(dict(row.attributes).get(errors[0], "")):
                ids.setdefault(name, row)
        if ids:
            numbers = [dict(row.attributes).get(keys[0], "") for row in rows] if is_step_key(keys[0]) else []
            repeated = _find_repeated(rows, errors[0], keys[0])
            steps = frozenset(number for number in numbers if number)
            yield ErrorTable(rows=tuple(rows), ids=ids, first=first, steps=steps, repeated=repeated)


def _join_parts(tables: Sequence[ErrorTable]) -> list[ErrorTable]:
    """Return the tables, those of one document joined that share no step and no error with the part before."""
    joined: list[ErrorTable] = []
    for table in tables:
        before = joined[-1] if joined else None
        if (
            before
            and before.rows[0].document == table.rows[0].document
            and before.steps.isdisjoint(table.steps)
            and before.ids.keys().isdisjoint(table.ids)
        ):
            joined[-1] = ErrorTable(
                rows=before.rows + table.rows,
                ids={**before.ids, **table.ids},
                first=False,
                steps=before.steps | table.steps,
                repeated=before.repeated + table.repeated,
            )
        else:
            joined.append(table)
    return joined


def _find_repeated(rows: Sequence[Clause], error: str, step: str) -> tuple[tuple[str, str, Clause, Clause], ...]:
    """Return what two rows have in common; a row that repeats an error id is not told of its step as well."""
    found: list[tuple[str, str, Clause, Clause]] = []
    ids: dict[str, Clause] = {}
    steps: dict[str, Clause] = {}
    for row in rows:
        cells = dict(row.attributes)
        twice = [("error", name, ids[name], row) for name in split_ids(cells.get(error, "")) if name in ids]
        number = cells.get(step, "") if is_step_key(step) else ""
        if not twice and number in steps:
            twice.append(("step", number, steps[number], row))
        found += twice
        for name in split_ids(cells.get(error, "")):
            ids.setdefault(name, row)
        if number:
            steps.setdefault(number, row)
    return tuple(found)
