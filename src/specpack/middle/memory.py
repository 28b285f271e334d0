"""Replies that an earlier run of this build received, found by question.

Path: question -> **memory** -> reply, before a provider is asked. A build that was killed, or that waits for answers,
goes on from here: attempts are judged again by the gates of today, and nothing that came back is asked twice.
"""

from collections.abc import Mapping

from specpack.middle.answers import StoredReply, read_reply, write_reply
from specpack.middle.store import Store
from specpack.model.pack import Digest
from specpack.model.question import Label, Reply, Request


class ReplyMemory:
    """The replies of one store by the digests of their questions; shipped recordings are not looked at."""

    def __init__(self, store: Store, sample: int) -> None:
        """Read the records of all replies of one sample in the store's own folder."""
        self._store = store
        self._sample = sample
        self._by_question: dict[str, list[StoredReply]] = {}
        self._ahead: dict[Label, list[StoredReply]] = {}
        for _, digest in Store(store.root).list_entries("replies"):
            self._add(read_reply(store, digest))

    def _add(self, reply: StoredReply) -> None:
        if reply.sample != self._sample:
            return
        for label, question in reply.questions.items():
            if question:
                self._by_question.setdefault(question, []).append(reply)
            else:
                self._ahead.setdefault(label, []).append(reply)

    def write(self, request: Request, reply: Reply, questions: Mapping[Label, Digest | None]) -> StoredReply:
        """Store a fresh reply and remember it."""
        stored = read_reply(self._store, write_reply(self._store, request, reply, questions, self._sample))
        self._add(stored)
        return stored

    def find(self, question: Digest) -> StoredReply | None:
        """Return a reply to exactly this question."""
        return next(iter(self._by_question.get(question, ())), None)

    def find_ahead(self, label: Label, sources: Mapping[Label, Digest]) -> StoredReply | None:
        """Return a reply that answered the label ahead of its question being known.

        It counts only where all other answers that the reply carries were accepted from that same reply, so that what
        it rested on is what stands.

        Args:
            label: The label of the question, now known.
            sources: Label -> record of the reply from which its accepted answer was cut.
        """
        for reply in self._ahead.get(label, ()):
            others = [other for other, question in reply.questions.items() if question]
            if all(sources.get(other) == reply.digest for other in others):
                return reply
        return None
