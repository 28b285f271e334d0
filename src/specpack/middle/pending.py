"""A question on its way to an accepted answer: what was tried, what was wrong, how it stands now.

Path: ask -> engine -> **pending** -> answer. A reply counts once for a label, however often its question is put.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from specpack.middle.answers import StoredReply
from specpack.middle.endings import Exhausted
from specpack.middle.memory import ReplyMemory
from specpack.middle.requests import digest_question
from specpack.middle.revision import revise_question
from specpack.model.finding import Finding
from specpack.model.pack import Digest
from specpack.model.question import Ask, Part, Question, ReplyBlock


@dataclass(slots=True, kw_only=True)
class Pending:
    """One label's question in one build."""

    ask: Ask
    base: Digest
    question: Question
    chain: tuple[Digest, ...] = ()
    attempts: list[StoredReply] = field(default_factory=list)
    """Replies that were judged, oldest first."""
    begun_anew: bool = False
    """Whether replies of earlier runs count only where they are what this run would ask for once more."""
    findings: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()
    """Findings for which an accepted answer is asked again; each further attempt is told them too."""
    extra: tuple[Part, ...] = ()
    earlier: tuple[ReplyBlock, ...] = ()
    shown: tuple[ReplyBlock, ...] = ()
    """The earlier answer that the question shows as it stands now."""

    def revise(self, told: Sequence[Finding], earlier: Sequence[ReplyBlock]) -> None:
        """Put the question with what is wrong and the answer that was wrong."""
        self.shown = tuple(earlier)
        self.question = revise_question(self.ask.question, told, earlier, self.extra)

    def find_reply(self, memory: ReplyMemory, most: int, again: Callable[[StoredReply], bool]) -> StoredReply | None:
        """Return the next reply to judge; None where the question has to be asked as it stands.

        Args:
            memory: The replies of this run and of earlier ones.
            most: How many attempts there are.
            again: Whether this run would ask just as the run did that a reply is of: the same model, no higher limit.
                Else its attempts count until they are used up, and are set aside then.

        Raises:
            Exhausted: The attempts are used up, or the same question would be put word for word again.
        """
        while True:
            known = memory.list_replies(digest_question(self.question))
            if self.begun_anew:
                known = tuple(reply for reply in known if memory.is_new(reply) or again(reply))
            fresh = next((reply for reply in known if reply not in self.attempts), None)
            spent = len(self.attempts) >= most
            if not (spent or (known and fresh is None)):
                return fresh
            if self.begun_anew or all(memory.is_new(reply) or again(reply) for reply in self.attempts):
                raise Exhausted(self.ask.question.label, self.findings, len(self.attempts), repeated=not spent)
            self._begin_anew()

    def reject(self, findings: tuple[Finding, ...], blocks: Sequence[ReplyBlock], *, cut: bool) -> None:
        """Put the question anew, with all that is wrong; how to raise a limit is told to the user alone."""
        self.findings = findings
        shown = [replace(finding, help="") for finding in findings] if cut else findings
        told = tuple(dict.fromkeys((*self.told, *shown)))
        self.revise(told, blocks or self.earlier)

    def _begin_anew(self) -> None:
        self.begun_anew = True
        self.attempts = []
        self.revise(self.told, self.earlier)
