"""Replies that an earlier run of this build received, found by question.

Path: question -> **memory** -> reply, before a provider is asked. A build that was killed, or that waits for answers,
goes on from here: attempts are judged again by the gates of today, and nothing that came back is asked twice.
"""

from collections.abc import Mapping

from specpack.middle.answers import StoredReply, read_reply, write_reply
from specpack.middle.requests import digest_kernel
from specpack.middle.store import Store
from specpack.model.conclusion import Phase
from specpack.model.pack import Digest
from specpack.model.question import Answer, Ask, Label, Reply, Request


class ReplyMemory:
    """The replies of one store by the digests of their questions; shipped recordings are not looked at."""

    def __init__(self, store: Store, sample: int, by: frozenset[str] = frozenset()) -> None:
        """Read the records of all replies of one sample in the store's own folder, of some authors where named."""
        self._store = store
        self._sample = sample
        self._by_question: dict[str, list[StoredReply]] = {}
        self._ahead: dict[Label, list[StoredReply]] = {}
        self._new: set[Digest] = set()
        for _, digest in Store(store.root).list_entries("replies"):
            reply = read_reply(store, digest)
            if not by or reply.by in by:
                self._add(reply)

    def _add(self, reply: StoredReply) -> None:
        if reply.sample != self._sample:
            return
        for label, question in reply.questions.items():
            self._by_question.setdefault(question, []).append(reply)
            if label in reply.ahead:
                self._ahead.setdefault(label, []).append(reply)

    def write(
        self,
        request: Request,
        reply: Reply,
        questions: Mapping[Label, Digest],
        ahead: Mapping[Label, Digest] | None = None,
        given: Mapping[Label, Digest] | None = None,
    ) -> StoredReply:
        """Store a fresh reply and remember it."""
        stored = read_reply(
            self._store, write_reply(self._store, request, reply, questions, self._sample, ahead, given)
        )
        self._new.add(stored.digest)
        self._add(stored)
        return stored

    def list_replies(self, question: Digest) -> tuple[StoredReply, ...]:
        """Return the replies to exactly this question, those of this run last."""
        return tuple(self._by_question.get(question, ()))

    def is_new(self, reply: StoredReply) -> bool:
        """Return whether a reply came back in this run."""
        return reply.digest in self._new

    def find_ahead(self, ask: Ask, answers: Mapping[Label, Answer]) -> StoredReply | None:
        """Return a reply that answered the question ahead of its being known.

        It counts where the question's own parts are the same and what it rested on is what stands: every answer of an
        earlier phase was cut from that same reply, or was in force when the reply was asked for. An answer that may be
        kept while it passes its gates counts always: its gates decide.

        Args:
            ask: The question, now known.
            answers: The accepted answers so far.
        """
        label, kernel = ask.question.label, digest_kernel(ask.question)
        for reply in self._ahead.get(label, ()):
            carried = {other for other in reply.questions if _rank(Label(other)) < _rank(label)}
            earlier = {other: answer for other, answer in answers.items() if _rank(other) < _rank(label)}
            stands = carried <= earlier.keys() and all(_stands(reply, o, a) for o, a in earlier.items())
            if ask.keep or (stands and reply.ahead[label] == kernel):
                return reply
        return None

    def expects(self, label: Label) -> bool:
        """Return whether a reply has answered the label ahead."""
        return label in self._ahead


def _rank(label: Label) -> int:
    return list(Phase).index(Phase(label.partition("/")[0]))


def _stands(reply: StoredReply, label: Label, answer: Answer) -> bool:
    if label in reply.questions:
        return reply.digest in answer.attempts[-1:]
    return reply.given.get(label) == answer.digest
