"""Clauses against labels that a reader gave by hand before any output was seen.

`labels.txt` has a line `pack/file:line`, a tab and the forces of the statements that begin there, `-` for none. Where
neither side sees a force the number of statements is not compared: what obliges nobody is not cut up.

First contact: 161 of 200 on the packs of `foreign`, 181 of 214 on further places of them and of a new pack, 174 of 200
on the packs of `labelled`. What these showed was mended each time, so the figures below are no longer blind.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from specpack.model.clause import Clause, Kind
from specpack.reading import read_pack

CORPUS = Path(__file__).parent.parent / "corpora" / "labelled"
NOTHING = "-"
ENOUGH, ENOUGH_OF_PACK = 184, 34


@cache
def read_labels() -> dict[str, dict[tuple[str, int], list[str]]]:
    """Return pack -> (file, line) -> the forces that begin there."""
    labels: dict[str, dict[tuple[str, int], list[str]]] = defaultdict(dict)
    for line in (CORPUS / "labels.txt").read_text(encoding="utf-8").splitlines():
        place, forces = line.split("\t")
        file, number = place.rsplit(":", 1)
        pack, path = file.split("/", 1)
        labels[pack][path, int(number)] = forces.split(",")
    return labels


@cache
def count_agreed(pack: str) -> int:
    """Return at how many places of a pack the clauses have the forces of the labels."""
    found: dict[tuple[str, int], list[Clause]] = defaultdict(list)
    for clause in sorted(read_pack(CORPUS / pack, checks=()).clauses.values(), key=lambda c: c.span.start):
        if clause.kind is not Kind.ATTRIBUTE:
            found[clause.document, clause.span.line].append(clause)
    return sum(agree(forces, found[place]) for place, forces in read_labels()[pack].items())


def agree(forces: list[str], clauses: list[Clause]) -> bool:
    told = [clause.force.value if clause.force else NOTHING for clause in clauses]
    return told == forces or set(told) <= {NOTHING} == set(forces)


@pytest.mark.parametrize("pack", sorted(read_labels()))
def test_clauses_of_a_pack_are_what_a_reader_labelled(pack: str) -> None:
    assert len(read_labels()[pack]) == 40
    assert count_agreed(pack) >= ENOUGH_OF_PACK


def test_clauses_of_all_packs_are_what_a_reader_labelled() -> None:
    assert sum(map(count_agreed, read_labels())) >= ENOUGH
