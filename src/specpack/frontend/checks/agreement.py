"""Clauses that have to agree and do not: on an error id, a quantity, a set, on what may be absent.

Path: passages, phenomena -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.definitions import is_error_key
from specpack.frontend.listing import is_condition_key, split_ids
from specpack.frontend.passages import Passage, list_passages
from specpack.frontend.precedence import normalise_words
from specpack.frontend.reading import Reading
from specpack.model.clause import Clause, Force, Kind
from specpack.model.diagnostic import Diagnostic

_NUMBER = re.compile(r"(?<![\w.`#-])\d+(?:[.,]\d+)*(?![\w`]|[.-]\d)")
_LEAST_WORDS = 4
_MAKES = re.compile(
    r"\s*(?:also\s+)?(?:write|keep|produce|create|emit|maintain|hold|store|offer|have|include|record|provide|expose|publish)"
    r"\s+(?:to\s+)?(?:an?|the|its|one)\s+(?P<thing>[^,.;:]{3,60}?)(?=\s+(?:of|for|with|that|which|in|on|at|to|when|if|by)\b|"
    r"[,.;:]|\Z)",
    re.I,
)
_NEEDS = re.compile(
    r"\b(?:read|show|use|consult|load|search|parse|copy|send|upload|print|append\s+(?:\S+\s+){1,4}?to|from|in|of|against)\s+"
    r"(?:the|its)\s+(?P<thing>[^,.;:]{3,60}?)(?=\s+(?:of|for|with|that|which|in|on|at|to|when|if|by|and|or)\b|[,.;:]|\Z)",
    re.I,
)
_CODE = re.compile(r"`([^`\n]+)`")
_CLOSED_SET = re.compile(
    r"\b(?:exactly|only|no\s+other\s+than)\s+(?:these\s+|the\s+)?(?:\w+\s+)?(?P<kind>[a-z-]+)\s*:?\s*"
    r"(?P<members>`[^`\n]+`(?:\s*(?:,|,?\s*(?:and|or))\s*`[^`\n]+`)+)"
)
"""A sentence that closes a set by naming each member: "exactly the events `a`, `b` and `c`"."""
_FIELD_ERROR = re.compile(
    r"\b(?:on|upon|in\s+case\s+of)\s+(?:an?\s+|any\s+)?(?P<error>(?:[\w-]+\s+){0,2}(?:error|failure|mismatch))\b"
    r"(?:\s+(?:in|of|at)\s+(?:the\s+)?(?:(?:field|member|parameter|column|property)\s+)?`(?P<field>[\w.-]+)`)?",
    re.I,
)
_FIELD = re.compile(r"`([\w.-]+)`")
_GUARDED = re.compile(r"\b(?:if|when|where|whenever|unless|once|while)\b", re.I)


def check_agreement(reading: Reading) -> Iterator[Diagnostic]:
    """Report what two places of a pack say differently although only one of them can be right.

    Reports: SP401, SP404, SP412.
    """
    yield from _check_conditions(reading)
    yield from _check_fields(reading)
    yield from _check_statuses(reading)
    yield from _check_optional(reading)
    yield from _check_quantities(reading)
    yield from _check_sets(reading)
    yield from _check_columns(reading)


def _check_conditions(reading: Reading) -> Iterator[Diagnostic]:
    """Report rows of the tables of errors that give one condition two error ids."""
    first: dict[tuple[str, ...], tuple[str, Clause]] = {}
    for table in reading.phenomena.tables:
        for row in table.rows:
            ids = [name for key, value in row.attributes if is_error_key(key) for name in split_ids(value)]
            said = " ".join(value for key, value in row.attributes if is_condition_key(key))
            condition = normalise_words(said)
            if len(ids) != 1 or len(condition) < 2:
                continue
            name, known = first.setdefault(condition, (ids[0], row))
            if name != ids[0]:
                yield _report_ids(known, name, row, ids[0])


def _check_fields(reading: Reading) -> Iterator[Diagnostic]:
    """Report an error of a field ("on a type error in the field `amount`") that has another id in another place."""
    first: dict[tuple[object, ...], tuple[str, Clause]] = {}
    uses: dict[str, set[str]] = {}
    for name, clause in reading.phenomena.uses:
        uses.setdefault(clause.id, set()).add(name)
    for clause in reading.clauses.values():
        match = _FIELD_ERROR.search(clause.text)
        if match is None or (field := match["field"] or _find_field(reading, clause)) is None:
            continue
        own = [name for key, value in clause.attributes if is_error_key(key) for name in split_ids(value)]
        ids = own or sorted(uses.get(clause.id, ()))
        key = (normalise_words(match["error"]), field.lower())
        if len(ids) == 1 and key[0]:
            name, known = first.setdefault(key, (ids[0], clause))
            if name != ids[0]:
                yield _report_ids(known, name, clause, ids[0])


def _find_field(reading: Reading, clause: Clause) -> str | None:
    """Return the name that begins the nearest clause above which a rule of a field hangs on."""
    above = clause
    while above.parent is not None and above.parent in reading.clauses:
        above = reading.clauses[above.parent]
        if match := _FIELD.match(above.text):
            return match[1]
    return None


def _check_statuses(reading: Reading) -> Iterator[Diagnostic]:
    """Report an error id that has one status in one place and another status elsewhere."""
    first: dict[str, tuple[str, Clause]] = {}
    for clause in reading.clauses.values():
        ids = [name for key, value in clause.attributes if is_error_key(key) for name in split_ids(value)]
        status = next((v for k, v in clause.attributes if k in ("status", "status code", "http status")), "")
        if len(ids) != 1 or not status.isdigit() or clause.kind is Kind.ATTRIBUTE:
            continue
        known, place = first.setdefault(ids[0], (status, clause))
        if known != status:
            fields = {"id": ids[0], "first": known, "second": status}
            more = [(place.span, f"{known} here")]
            yield build_diagnostic(
                "SP401", clause.span, case="status", fields=fields, secondary=more, clauses=[place.id, clause.id]
            )


def _check_optional(reading: Reading) -> Iterator[Diagnostic]:
    """Report demands on a thing that only a SHOULD or MAY brings into being."""
    made: dict[tuple[str, ...], list[Clause]] = {}
    needed: list[tuple[tuple[str, ...], Passage, re.Match[str]]] = []
    for passage in list_passages(reading):
        force = passage.clause.force
        if force in (Force.MUST, Force.SHOULD, Force.MAY) and passage.modal:
            maker = _MAKES.match(passage.mask, passage.modal)
            if maker:
                made.setdefault(normalise_words(maker["thing"]), []).append(passage.clause)
        if force is Force.MUST and passage.modal and not _GUARDED.search(passage.mask):
            needed += [(normalise_words(m["thing"]), passage, m) for m in _NEEDS.finditer(passage.mask, passage.modal)]
    for thing, passage, match in needed:
        makers = made.get(thing, [])
        if not thing or not makers or any(clause.force is Force.MUST for clause in makers):
            continue
        optional = makers[0]
        place = match.span("thing")
        fields = {"thing": passage.words(*place), "force": optional.force.value if optional.force else ""}
        more = [(optional.span, "optional here")]
        ids = [optional.id, passage.clause.id]
        yield build_diagnostic("SP404", passage.span(*place), fields=fields, secondary=more, clauses=ids)


def _check_quantities(reading: Reading) -> Iterator[Diagnostic]:
    """Report clauses that differ in one number and in nothing else."""
    first: dict[tuple[object, ...], tuple[str, Clause]] = {}
    for passage in list_passages(reading):
        clause = passage.clause
        numbers = _NUMBER.findall(clause.composed)
        if clause.force is None or clause.kind is not Kind.NORM or len(numbers) != 1:
            continue
        words = normalise_words(_NUMBER.sub(" # ", clause.composed))
        if len(words) < _LEAST_WORDS or clause.id in reading.settlement.overridden:
            continue
        key = (words, clause.force, clause.bearer, reading.ranks[clause.document])
        number, known = first.setdefault(key, (numbers[0], clause))
        if number != numbers[0]:
            yield _report_values(known, clause, number, numbers[0])


def _check_sets(reading: Reading) -> Iterator[Diagnostic]:
    """Report two lists under one lead-in that have different items."""
    below: dict[str, list[Clause]] = {}
    for clause in reading.clauses.values():
        if clause.parent:
            below.setdefault(clause.parent, []).append(clause)
    first: dict[tuple[object, ...], tuple[Clause, Sequence[Clause]]] = {}
    for clause in reading.clauses.values():
        items = below.get(clause.id, [])
        words = normalise_words(clause.composed)
        if clause.kind is not Kind.GROUP or clause.force is None or len(items) < 2 or len(words) < _LEAST_WORDS:
            continue
        key = (words, clause.force, reading.ranks[clause.document])
        known, before = first.setdefault(key, (clause, items))
        mine, theirs = (_list_members(group) for group in (items, before))
        if known is not clause and mine.keys() != theirs.keys() and mine.keys() & theirs.keys():
            odd = next(iter(sorted(mine.keys() ^ theirs.keys())))
            told = {**theirs, **mine}[odd]
            yield _report_values(known, clause, "one list", "the other", notes=[f"only one of them has `{told.text}`"])


def _check_columns(reading: Reading) -> Iterator[Diagnostic]:
    """Report rows whose cell is no member of the closed set that a sentence of the document gives for that column."""
    closed: dict[tuple[str, ...], tuple[Clause, frozenset[str]]] = {}
    for clause in reading.clauses.values():
        if clause.force is Force.MUST and clause.kind is Kind.NORM and (match := _CLOSED_SET.search(clause.text)):
            members = frozenset(_CODE.findall(match["members"]))
            if len(members) > 1:
                closed[clause.document, *normalise_words(match["kind"])] = (clause, members)
    columns: dict[tuple[str, int, str], list[tuple[str, Clause]]] = {}
    for clause in reading.clauses.values() if closed else ():
        if clause.kind is Kind.ROW:
            for key, value in clause.attributes:
                if (clause.document, *normalise_words(key)) in closed:
                    columns.setdefault((clause.document, clause.block, key), []).append((value, clause))
    for (document, _, key), cells in columns.items():
        known, members = closed[document, *normalise_words(key)]
        if len(members & {value for value, _ in cells}) > 1:
            for value, row in cells:
                if value not in members:
                    notes = [f"the closed set does not have `{value}`"]
                    yield _report_values(known, row, "the closed set", "the table", notes=notes)


def _list_members(items: Sequence[Clause]) -> Mapping[tuple[str, ...], Clause]:
    return {normalise_words(item.text): item for item in items}


def _report_ids(first: Clause, name: str, second: Clause, other: str) -> Diagnostic:
    """Return SP401 for one condition that has an error id in one place and another id in another."""
    return build_diagnostic(
        "SP401",
        second.span,
        fields={"first": name, "second": other},
        label=f"`{other}` here",
        secondary=[(first.span, f"`{name}` here")],
        clauses=[first.id, second.id],
    )


def _report_values(first: Clause, second: Clause, one: str, other: str, notes: Sequence[str] = ()) -> Diagnostic:
    return build_diagnostic(
        "SP412",
        second.span,
        fields={"first": one, "second": other},
        label=f"{other} here",
        secondary=[(first.span, f"{one} here")],
        notes=notes,
        clauses=[first.id, second.id],
    )
