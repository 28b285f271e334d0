"""Topics: which clauses speak of the same thing, and how hot a section is.

Path: understanding -> **topics** -> families -> asymmetry. Two clauses share a topic where they stand in one section,
or where they share words that are rare in their document; a shared code span alone is enough.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from specpack.frontend.fillings import Fillings
from specpack.frontend.precedence import normalise_words
from specpack.frontend.resemblance import fold_text
from specpack.model.clause import Clause, ClauseId, Force, Kind
from specpack.model.pack import Document, Pack, Role
from specpack.model.slots import Slots, Topic
from specpack.model.span import DocumentName

_SILENT = frozenset({Kind.RATIONALE, Kind.META, Kind.SAMPLE, Kind.GRAMMAR, Kind.REFERENCE})
_FORBIDDING = (Force.MUST_NOT, Force.SHOULD_NOT)
_GENERAL = frozenset(
    """
    if when whenever where while unless until once after before not no only one two than from that which who whose there
    must may should shall can cannot have has had hold use make set get give take new own same other such more most
    least less into out up over under within without through than exactly any every either both none nor but so
    """.split()
)
_OFTEN, _SHARE = 4, 0.2
"""A word in more clauses of a document than this, and in this share of them, tells no topic from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One clause as others see it: its words with code masked, and what it is about."""

    clause: Clause
    document: Document
    mask: str
    keys: frozenset[str]

    @property
    def forbids(self) -> bool:
        """Whether the clause is a prohibition."""
        return self.clause.force in _FORBIDDING

    @property
    def section(self) -> tuple[str, ...]:
        """The document and the two outermost headings."""
        return (self.document.name, *self.clause.section[:2])


class Topics:
    """All clauses of a composition that others may be closed by, and their slots."""

    def __init__(self, pack: Pack, clauses: Mapping[ClauseId, Clause], fillings: Fillings) -> None:
        self.fillings, self._pack = fillings, pack
        documents = {document.name: document for document in pack.documents if document.role is not Role.CONTRACT}
        heard = [c for c in clauses.values() if c.kind not in _SILENT and c.document in documents]
        words = {clause.id: _list_keys(clause) for clause in heard}
        counts: dict[DocumentName, Counter[str]] = {}
        for clause in heard:
            counts.setdefault(clause.document, Counter()).update(words[clause.id])
        sizes = Counter(clause.document for clause in heard)
        common = {
            name: {word for word, n in counter.items() if n > max(_OFTEN, sizes[name] * _SHARE) and word[0] != "`"}
            for name, counter in counts.items()
        }
        self.voices = tuple(
            Voice(
                clause=clause,
                document=documents[clause.document],
                mask=fillings.mask(clause),
                keys=words[clause.id] - common[clause.document],
            )
            for clause in heard
        )
        self.bans = tuple(voice for voice in self.voices if voice.forbids)
        self._sections: dict[tuple[str, ...], list[Voice]] = {}
        for voice in self.voices:
            self._sections.setdefault(voice.section, []).append(voice)
        self._by_pattern: dict[re.Pattern[str], tuple[Voice, ...]] = {}
        self._bans_by_pattern: dict[re.Pattern[str], tuple[Voice, ...]] = {}
        self._topics = self._measure_topics()

    def list_own(self) -> Iterator[Voice]:
        """Yield the voices of the pack itself, those of extended packs left out."""
        return (voice for voice in self.voices if voice.document.pack == self._pack.layers[-1])

    def slots(self, voice: Voice) -> Slots:
        """Return the slots of a voice."""
        return self.fillings[voice.clause.id]

    def topic(self, voice: Voice) -> Topic:
        """Return the section that a voice stands in, with its heat."""
        return self._topics[voice.document.name, voice.clause.section]

    def neighbours(self, voice: Voice) -> Iterator[Voice]:
        """Yield the other voices of the section of a voice, in source order."""
        return (other for other in self._sections[voice.section] if other.clause.id != voice.clause.id)

    def matching(self, pattern: re.Pattern[str]) -> tuple[Voice, ...]:
        """Return the voices whose words match, in source order; looked for once a pattern."""
        if pattern not in self._by_pattern:
            self._by_pattern[pattern] = tuple(v for v in self.voices if pattern.search(v.mask))
        return self._by_pattern[pattern]

    def banning(self, pattern: re.Pattern[str]) -> tuple[Voice, ...]:
        """Return the prohibitions among the voices whose words match."""
        if pattern not in self._bans_by_pattern:
            self._bans_by_pattern[pattern] = tuple(voice for voice in self.matching(pattern) if voice.forbids)
        return self._bans_by_pattern[pattern]

    def answers(self, voice: Voice, among: Iterable[Voice], *, words: frozenset[str] = frozenset()) -> bool:
        """Whether one of the given voices, not the voice itself, is of its topic.

        Args:
            voice: The clause with the open slot.
            among: Voices that would close it.
            words: What they have to be about; empty for what the whole clause is about.
        """
        keys = words or voice.keys
        return any(
            other.clause.id != voice.clause.id
            and other.clause.id != voice.clause.parent
            and ((other.section == voice.section and not words) or is_alike(keys, other.keys, enough=1 if words else 2))
            for other in among
        )

    def _measure_topics(self) -> dict[tuple[str, tuple[str, ...]], Topic]:
        """Return (document, section) -> its topic; an edit is a clause that the identity file does not know so."""
        known = {line.id: line.text for lines in self._pack.identities.values() for line in lines if not line.removed}
        written = {document for document in self._pack.identities if self._pack.identities[document]}
        bans: Counter[tuple[str, tuple[str, ...]]] = Counter()
        edits: Counter[tuple[str, tuple[str, ...]]] = Counter()
        sections: dict[tuple[str, tuple[str, ...]], None] = {}
        for voice in self.voices:
            key = voice.document.name, voice.clause.section
            sections[key] = None
            bans[key] += voice.forbids
            new = voice.clause.force is not None and known.get(voice.clause.id) != fold_text(voice.clause.text)
            edits[key] += new and voice.document.pack in written
        return {key: Topic(section=key[1], prohibitions=bans[key], edits=edits[key]) for key in sections}


def is_alike(keys: frozenset[str], others: frozenset[str], *, enough: int = 2) -> bool:
    """Whether two sets of words share as many as asked, or one piece of code."""
    shared = keys & others
    return len(shared) >= enough or any(word.startswith("`") for word in shared)


def list_keys(text: str) -> frozenset[str]:
    """Return the words of a text that can tell one topic from another, code in its ticks."""
    return frozenset(word for word in normalise_words(text) if word not in _GENERAL and not word.isdigit())


def _list_keys(clause: Clause) -> frozenset[str]:
    attributes = " ".join(value for _, value in clause.attributes) if clause.kind is not Kind.ROW else ""
    return list_keys(f"{clause.composed} {attributes}")
