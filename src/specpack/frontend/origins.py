"""Where a clause's force comes from, and its words as they stand in the source.

Path: understanding -> **origins** -> changes.
"""

from specpack.model.clause import Clause, Source
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding

_WORDS = {
    Source.EXPLICIT: "the keyword in the sentence",
    Source.LEADIN: "the lead-in",
    Source.ANAPHORA: "the rule that it refers to",
    Source.HEADING: "the heading",
    Source.IMPLIED: "implied wording",
    Source.FORMAT: "the format of the document",
}


class Sources:
    """The texts of one version of a pack."""

    def __init__(self, understanding: Understanding) -> None:
        self._texts = {document.name: document.text for document in understanding.pack.documents}

    def cut(self, clause: Clause) -> list[str]:
        """Return the lines of the source in which a clause stands, from its first letter to its last."""
        return self._texts[clause.document][clause.span.start : clause.span.end].split("\n")

    def describe(self, clause: Clause) -> str:
        """Return where the force comes from: `the heading "## Lending (MUST)" (books.md:3)`; empty for no force."""
        modality = clause.modality
        if modality is None:
            return ""
        told = _WORDS[modality.source]
        if modality.source not in (Source.HEADING, Source.LEADIN, Source.ANAPHORA):
            return told
        if modality.source is Source.HEADING:
            told += f' "{self._read_line(modality.span.document, modality.span.line)}"'
        return f"{told} ({modality.span.document}:{modality.span.line})"

    def _read_line(self, document: DocumentName, line: int) -> str:
        return self._texts[document].split("\n")[line - 1].lstrip("# ").strip()
