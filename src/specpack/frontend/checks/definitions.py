"""Terms that are defined twice, differently.

Path: reading -> **checks** -> diagnostics.
"""

import re
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.precedence import find_owner
from specpack.frontend.reading import Reading
from specpack.model.clause import Clause, Kind
from specpack.model.diagnostic import Diagnostic

_WORD = re.compile(r"\w+")
_MARK = re.compile(r"\A(?:means|is defined as)\b")


def check_definitions(reading: Reading) -> Iterator[Diagnostic]:
    """Report a second definition of a term that says something else than the first of its rank.

    Compared are definitions that hold everywhere: those below a heading that announces definitions, and those with
    "means" or "is defined as". A bold word before a colon elsewhere is as often a label. Documents of different rank,
    and a document that owns the topic, settle which definition holds.

    Reports: SP207.
    """
    first: dict[tuple[str, tuple[int, int]], Clause] = {}
    pack = reading.pack
    for name, drafting in reading.draftings.items():
        rank = pack.rank_of(drafting.document)
        for term, index in drafting.terms:
            clause = reading.clauses[reading.ids[name][index]]
            if not term or index not in drafting.glossary or clause.id in reading.settlement.overridden:
                continue
            known = first.setdefault((term, rank), clause)
            if known is clause or _read_meaning(known, term) == _read_meaning(clause, term):
                continue
            one = reading.documents[known.document]
            if find_owner(pack, known, clause, one, drafting.document) is not None:
                continue
            yield build_diagnostic(
                "SP207",
                clause.span,
                fields={"term": term},
                label="the second definition",
                secondary=[(known.span, "the first definition")],
                clauses=[known.id, clause.id],
            )


def _read_meaning(clause: Clause, term: str) -> str:
    """Return the words of a definition behind its term, in lower case without marks; cells only for a row."""
    if clause.kind is Kind.ROW:
        return " ".join(_WORD.findall(" ".join(value for _, value in clause.attributes[1:]).casefold()))
    words = " ".join(_WORD.findall(clause.text.casefold()))
    words = words.removeprefix(" ".join(_WORD.findall(term.casefold()))).strip()
    return _MARK.sub("", words).strip()
