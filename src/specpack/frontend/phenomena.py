"""Error phenomena: the error ids that a pack declares, and the clauses that say when each occurs.

Path: clauses -> **phenomena** -> understanding, checks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specpack.frontend.definitions import is_error_key
from specpack.model.clause import Clause, ClauseId, ErrorPhenomenon, Kind
from specpack.model.pack import Role
from specpack.model.span import Span

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._/-][A-Za-z0-9]+)*\Z")
_SPOKEN = re.compile(
    r"(?:`error[ _-]?(?:id|code)`|\berror[ _-](?:id|code|identifier)s?\b"
    r"|\b(?:with|raises?|fails?\s+with|returns?)\s+(?:the\s+|an?\s+)?error\b)"
    r"\s*(?:of|is|are|=|:)?\s*((?:`[A-Za-z][\w./-]*`(?:\s*(?:,|\bor\b|\band\b|, or|, and)\s*)?)+)"
)
_EQUATED = re.compile(r"`error[ _-]?(?:id|code)\s*[=:]\s*[\"']?([A-Za-z][A-Za-z0-9._-]*)[\"']?`")
_CODE = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)+")
_CONDITION_KEY = re.compile(
    r"\A(?:when|if|condition|conditions|cause|causes|trigger|triggers|raised when|returned when|sent when|on|witness|"
    r"stimulus|situation|reason|rule|check|violation|meaning|description|happens when|occurs when|case|.*\bwhen)\Z",
    re.I,
)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|where|while|unless|without|after|before|once|until|in case|on|upon|whose|that|which|for|"
    r"otherwise|exceeds?|missing|absent|fails?|lacks?|not|no)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phenomena:
    """What the pack says about error ids.

    `closed` holds the ids of a table whose first column is the error id, empty where there is none; `uses` are the ids
    that other clauses name in an error column, attribute or phrase.
    """

    errors: tuple[ErrorPhenomenon, ...]
    closed: frozenset[str]
    uses: tuple[tuple[str, Clause], ...]
    table: Span | None = None


def find_phenomena(clauses: Mapping[ClauseId, Clause], roles: Mapping[str, Role]) -> Phenomena:
    """Return the error phenomena of a pack, in order of declaration.

    Args:
        clauses: All clauses in order of documents and source.
        roles: Document name -> role; contract and policy documents declare no errors of the system.
    """
    declared: dict[str, Clause] = {}
    closed: dict[str, Clause] = {}
    uses: list[tuple[str, Clause]] = []
    product = [c for c in clauses.values() if roles[c.document] not in (Role.CONTRACT, Role.POLICY, Role.LANGUAGE)]
    for clause in product:
        for name, first in _find_named(clause):
            if first:
                closed.setdefault(name, clause)
            uses.append((name, clause))
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
    table = next(iter(closed.values())).span if closed else None
    return Phenomena(errors=errors, closed=frozenset(closed), uses=tuple(uses), table=table)


def _find_named(clause: Clause) -> Iterator[tuple[str, bool]]:
    """Yield the ids that a clause names as error ids, and whether it is a row that begins with one."""
    if clause.kind in (Kind.RATIONALE, Kind.SAMPLE, Kind.GRAMMAR):
        return
    for place, (key, value) in enumerate(clause.attributes):
        if is_error_key(key) and clause.kind is not Kind.ATTRIBUTE:
            for name in _split_ids(value):
                yield name, clause.kind is Kind.ROW and place == 0
    if clause.kind is Kind.ROW or clause.kind is Kind.ATTRIBUTE:
        return
    if "error" not in clause.text:
        return
    for match in _SPOKEN.finditer(clause.text):
        for name in _CODE.findall(match[1]):
            if _ID.match(name):
                yield name, False
    for match in _EQUATED.finditer(clause.text):
        yield match[1], False


def _split_ids(value: str) -> list[str]:
    """Return the identifiers of a cell or attribute, none where it holds prose."""
    pieces = [piece for piece in re.split(r"\s*(?:,|/|\bor\b|\band\b|<br ?/?>)\s*", value.strip()) if piece]
    return pieces if pieces and all(_ID.match(piece) for piece in pieces) and len(pieces) < 20 else []


def _find_mentions(clause: Clause, ids: Mapping[str, Clause]) -> set[str]:
    """Return the known ids that a clause mentions, in code or in an attribute."""
    if not ids:
        return set()
    words = set(_CODE.findall(clause.text)) if "`" in clause.text else set()
    if "error" in clause.text:
        words.update(match[1] for match in _EQUATED.finditer(clause.text))
    for _, value in clause.attributes:
        words.update(_split_ids(value))
        words.add(value)
    words.update(_NAME.findall(clause.text))
    return {word for word in words if word in ids}


def _is_condition(clause: Clause, name: str) -> bool:
    """Whether a clause that mentions an error id says when it occurs."""
    if clause.kind is Kind.ROW:
        keys = [(key, value) for key, value in clause.attributes if value and value != name]
        return any(_CONDITION_KEY.match(key) for key, _ in keys)
    if clause.kind is Kind.ATTRIBUTE:
        return False
    if any(is_error_key(key) and name in value for key, value in clause.attributes):
        return clause.kind in (Kind.NORM, Kind.GROUP, Kind.ENUMERATION, Kind.ALTERNATIVE, Kind.DEFINITION)
    return clause.kind is not Kind.RATIONALE and bool(_CONDITION.search(clause.composed))
