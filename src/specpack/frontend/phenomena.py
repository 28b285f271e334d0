"""Error phenomena: the error ids that a pack declares, and the clauses that say when each occurs.

Path: clauses, listing -> **phenomena** -> understanding, checks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpack.frontend.definitions import is_error_key
from specpack.frontend.listing import ErrorTable, find_closed, is_condition_key, is_id, split_ids
from specpack.model.clause import Clause, ClauseId, ErrorPhenomenon, Kind
from specpack.model.pack import Role

_SPOKEN = re.compile(
    r"(?:`error[ _-]?(?:id|code)`|\berror[ _-](?:id|code|identifier)s?\b"
    r"|\b(?:with|raises?|fails?\s+with|returns?)\s+(?:the\s+|an?\s+)?error\b)"
    r"\s*(?:of|is|are|=|:)?\s*((?:`[A-Za-z][\w./-]*`(?:\s*(?:,|\bor\b|\band\b|, or|, and)\s*)?)+)"
)
_EQUATED = re.compile(r"`error[ _-]?(?:id|code)\s*[=:]\s*[\"']?([A-Za-z][A-Za-z0-9._-]*)[\"']?`")
_CODE = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)+")
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|where|while|unless|without|after|before|once|until|in case|on|upon|whose|that|which|for|"
    r"otherwise|exceeds?|missing|absent|fails?|lacks?|not|no)\b",
    re.I,
)

_STIMULUS = re.compile(
    r"\b(?:answers?|rejects?|refuses?|responds?\s+to|reports?|den(?:y|ies))\s+(?:an?|the|each|every|any|all)\s+[\w-]+\s+"
    r"(?:with|beyond|above|below|over|under|of|from|to|in|by|at|outside|between|longer|shorter|larger|smaller|more|less|during)\s",
    re.I,
)
"""What is answered with the error, told by what it has and not by a condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phenomena:
    """What the pack says about error ids.

    `closed` holds the ids of the closed list, empty where there is none; `uses` are the ids that clauses name in an
    error column, attribute or phrase; `tables` are the closed list, or all that could be it.
    """

    errors: tuple[ErrorPhenomenon, ...]
    closed: frozenset[str]
    uses: tuple[tuple[str, Clause], ...]
    tables: tuple[ErrorTable, ...] = ()


def find_phenomena(clauses: Mapping[ClauseId, Clause], roles: Mapping[str, Role]) -> Phenomena:
    """Return the error phenomena of a pack, in order of declaration.

    Args:
        clauses: All clauses in order of documents and source.
        roles: Document name -> role; contract and policy documents declare no errors of the system.
    """
    declared: dict[str, Clause] = {}
    product = [c for c in clauses.values() if roles[c.document] not in (Role.CONTRACT, Role.POLICY, Role.LANGUAGE)]
    tables = find_closed(product)
    closed = _list_closed(tables, product)
    uses = [(name, clause) for clause in product for name in _find_named(clause)]
    for name, clause in [*closed.items(), *uses]:
        declared.setdefault(name, clause)
    if closed:
        declared = {name: clause for name, clause in declared.items() if name in closed}
    witnesses: dict[str, list[ClauseId]] = {name: [] for name in declared}
    for clause in product:
        for name in _find_mentions(clause, declared):
            if _is_condition(clause, name):
                witnesses[name].append(clause.id)
    errors = tuple(
        ErrorPhenomenon(id=name, declared=clause.span, clauses=tuple(witnesses[name]))
        for name, clause in declared.items()
    )
    return Phenomena(errors=errors, closed=frozenset(closed), uses=tuple(uses), tables=tables)


def _list_closed(tables: Sequence[ErrorTable], clauses: Sequence[Clause]) -> dict[str, Clause]:
    """Return the ids of the closed list; beside a list by steps, tables that begin with the id declare ids as well."""
    closed: dict[str, Clause] = {}
    for table in tables:
        for name, row in table.ids.items():
            closed.setdefault(name, row)
    if tables and not tables[0].first:
        for clause in clauses:
            if clause.kind is Kind.ROW and clause.attributes and is_error_key(clause.attributes[0][0]):
                for name in split_ids(clause.attributes[0][1]):
                    closed.setdefault(name, clause)
    return closed


def _find_named(clause: Clause) -> Iterator[str]:
    """Yield the ids that a clause names as error ids."""
    if clause.kind in (Kind.RATIONALE, Kind.SAMPLE, Kind.GRAMMAR):
        return
    for key, value in clause.attributes:
        if is_error_key(key) and clause.kind is not Kind.ATTRIBUTE:
            yield from split_ids(value)
    if clause.kind is Kind.ROW or clause.kind is Kind.ATTRIBUTE:
        return
    if "error" not in clause.text:
        return
    for match in _SPOKEN.finditer(clause.text):
        for name in _CODE.findall(match[1]):
            if is_id(name):
                yield name
    for match in _EQUATED.finditer(clause.text):
        yield match[1]


def _find_mentions(clause: Clause, ids: Mapping[str, Clause]) -> set[str]:
    """Return the known ids that a clause mentions, in code or in an attribute."""
    if not ids:
        return set()
    words = set(_CODE.findall(clause.text)) if "`" in clause.text else set()
    if "error" in clause.text:
        words.update(match[1] for match in _EQUATED.finditer(clause.text))
    for _, value in clause.attributes:
        words.update(split_ids(value))
        words.add(value)
    words.update(_NAME.findall(clause.text))
    return {word for word in words if word in ids}


def _is_condition(clause: Clause, name: str) -> bool:
    """Whether a clause that mentions an error id says when it occurs."""
    if clause.kind is Kind.ROW:
        keys = [(key, value) for key, value in clause.attributes if value and value != name]
        return any(is_condition_key(key) for key, _ in keys)
    if clause.kind is Kind.ATTRIBUTE:
        return False
    if any(is_error_key(key) and name in value for key, value in clause.attributes):
        return clause.kind in (Kind.NORM, Kind.GROUP, Kind.ENUMERATION, Kind.ALTERNATIVE, Kind.DEFINITION)
    return clause.kind is not Kind.RATIONALE and bool(
        _CONDITION.search(clause.composed) or _STIMULUS.search(clause.composed)
    )
