"""The logs of a build read back: assumptions, deviations, disputes.

Path: zip -> **registers** -> facts. The other way round is `specpack.backend.logs`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from specpack.model.conclusion import Deviation

_FIELD = re.compile(r"- (silence|decision|clauses|tests|first outcome|second outcome|ruling): (.*)")
_DEVIATION = re.compile(r"- `([^`]+)`: (.*)")
_RULING = re.compile(r"([a-z]+) \(([^)]*)\): (.*)", re.DOTALL)
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """An assumption as the log tells it, with the tests that name it."""

    id: str
    silence: str
    decision: str
    clauses: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A dispute as the log tells it: the test, both outcomes, what the ruling said and which clauses it read."""

    test: str
    first: str
    second: str
    outcome: str
    clauses: tuple[str, ...]
    why: str


def parse_assumptions(text: str) -> tuple[Assumed, ...]:
    """Return the assumptions of `logs/assumptions.md` in its order."""
    return tuple(
        Assumed(
            id=title.strip("`"),
            silence=fields.get("silence", ""),
            decision=fields.get("decision", ""),
            clauses=tuple(_QUOTED.findall(fields.get("clauses", ""))),
            tests=tuple(_QUOTED.findall(fields.get("tests", ""))),
        )
        for title, fields in _parse_entries(text)
    )


def parse_deviations(text: str) -> tuple[Deviation, ...]:
    """Return the deviations of `logs/deviations.md` in its order; a reason of several lines becomes one."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if entry := _DEVIATION.fullmatch(line):
            found.append((entry[1], [entry[2]]))
        elif found and line.strip():
            found[-1][1].append(line.strip())
    return tuple(Deviation(clause=clause, reason=" ".join(lines)) for clause, lines in found)


def parse_disputes(text: str) -> tuple[Settled, ...]:
    """Return the disputes of `logs/disputes.md` in its order."""
    settled = []
    for title, fields in _parse_entries(text):
        ruling = _RULING.fullmatch(fields.get("ruling", ""))
        settled.append(
            Settled(
                test=title,
                first=fields.get("first outcome", ""),
                second=fields.get("second outcome", ""),
                outcome=ruling[1] if ruling else "",
                clauses=tuple(_QUOTED.findall(ruling[2])) if ruling else (),
                why=ruling[3] if ruling else fields.get("ruling", ""),
            )
        )
    return tuple(settled)


def _parse_entries(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield title and fields of each second-level heading; lines that begin no field go on with the one before."""
    title, fields, last = "", dict[str, str](), ""
    for line in text.splitlines():
        if line.startswith("## "):
            if title:
                yield title, fields
            title, fields, last = line.removeprefix("## ").strip(), {}, ""
        elif field := _FIELD.fullmatch(line):
            last = field[1]
            fields[last] = field[2]
        elif last and line.strip():
            fields[last] += f" {line.strip()}"
    if title:
        yield title, fields
