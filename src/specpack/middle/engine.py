"""Ask: from the lock, from the store, or a provider; judge, ask again with all errors, remember.

Path: phase -> **engine** -> conclusion. An answer is on disk before it is used, so a build that stops goes on by
running again. On replay no gate is consulted and no provider is loaded.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from specpack.middle.answers import StoredReply, find_answer, write_answer
from specpack.middle.asking import Event, Revision, Settings, Step
from specpack.middle.bundles import bundle_asks
from specpack.middle.endings import Exhausted, raise_together
from specpack.middle.framing import parse_reply
from specpack.middle.limiter import Limiter
from specpack.middle.lock import Lock, Pin
from specpack.middle.memory import ReplyMemory
from specpack.middle.pending import Pending
from specpack.middle.recall import Recall
from specpack.middle.requests import check_window, digest_kernel, digest_question, render_request
from specpack.middle.revision import merge_blocks
from specpack.middle.store import Store
from specpack.middle.structured import render_schema, unwrap_reply
from specpack.model.conclusion import Phase
from specpack.model.failure import Rejected
from specpack.model.pack import Digest
from specpack.model.provider import Provider, Waiting
from specpack.model.question import (
    Accepted,
    Answer,
    Ask,
    Ending,
    Label,
    Part,
    Question,
    ReplyBlock,
    Request,
    Usage,
)


class Engine:
    """One build's asking."""

    def __init__(
        self,
        *,
        store: Store,
        lock: Lock,
        shipped: Lock,
        provider: Callable[[Phase], Provider] | None,
        settings: Settings,
        framing: str,
        context: Callable[[Sequence[Question]], Sequence[Part]] = lambda questions: (),
        report: Callable[[Event], None] = lambda event: None,
    ) -> None:
        """Take what the build uses; nothing is read before the first ask.

        `provider` is called with the phase when a question must really be asked; `shipped` pins the standard pack's
        answers; `context` gives what a request with these questions carries beside them, outside every digest.
        """
        self.store = store
        self.settings = settings
        self.used: dict[Label, Pin] = {}
        self.asked: list[tuple[Label, Digest]] = []
        """What a provider was asked for in this run: label and digest of the request."""
        self.usages: list[Usage] = []
        """What these requests used."""
        self.answers: dict[Label, Answer] = {}
        self.recall = Recall(store, lock, shipped, settings)
        self._find_provider = provider
        self._framing = framing
        self._context = context
        self._report = report
        self._limiter = Limiter(
            settings.jobs, lambda request, what: report(Event(kind="retried", labels=request.labels, detail=what))
        )
        self._memory: ReplyMemory | None = None
        self._begun: dict[Label, Pending] = {}

    @property
    def memory(self) -> ReplyMemory:
        """Replies of earlier runs, read when the first question is not recalled."""
        if self._memory is None:
            self._memory = ReplyMemory(self.store, self.settings.sample, by=frozenset(self.settings.upgrade.values()))
        return self._memory

    async def ask(self, asks: Sequence[Ask]) -> dict[Label, Any]:
        """Return the conclusion of each ask; those that are not recalled are asked side by side.

        Questions of different phases never share a request here. Raises `Stopped` where answers are waited for, after
        all that could be asked was asked.
        """
        values: dict[Label, Any] = {}
        missing: set[Label] = set()
        for ask in asks:
            found, value = self._recall(ask)
            if found:
                values[ask.question.label] = value
            else:
                missing.add(ask.question.label)
        bundles = [
            [a for a in bundle if a.question.label in missing]
            for bundle in bundle_asks(asks, self.settings.bundle, self.settings.window)
        ]
        jobs = [self._settle(bundle) for bundle in bundles if bundle]
        for settled in raise_together(await asyncio.gather(*jobs, return_exceptions=True)):
            values.update(settled)
        return {ask.question.label: values[ask.question.label] for ask in asks}

    async def ask_steps(self, steps: Sequence[Step], *, ahead: bool) -> dict[Label, Any]:
        """Return the conclusions of phases that build on each other.

        Args:
            steps: The phases in order.
            ahead: Whether a request also carries the questions of later steps, to be answered in order. Each answer is
                judged by its own gates, and one that rests on a rejected answer is not used.
        """
        values: dict[Label, Any] = {}
        for index, step in enumerate(steps):
            asks = step(values)
            pending = []
            for ask in asks:
                found, value = self._recall(ask)
                if not found:
                    found, value = self._take_ahead(ask)
                if found:
                    values[ask.question.label] = value
                else:
                    pending.append(ask)
            if pending and ahead:
                later = [ask for s in steps[index + 1 :] for ask in s(values) if self._travels(ask, pending[0])]
                settled = await asyncio.gather(self._settle(pending, later=later), return_exceptions=True)
                values.update(*raise_together(settled))
            elif pending:
                values.update(await self.ask(pending))
        return values

    async def revise(self, revisions: Sequence[Revision]) -> dict[Label, Any]:
        """Ask labels again because a later gate rejected their accepted answers; return the new conclusions.

        Those of one phase share a request. An answer that repeats the earlier one stands: the caller sees no change.
        """
        phases: dict[Phase, dict[Label, Pending]] = {}
        for revision in revisions:
            question = revision.ask.question
            earlier = self.answers[question.label]
            if len(earlier.chain) >= 2 * self.settings.revisions:
                raise Exhausted(question.label, revision.findings, self.settings.revisions)
            opened = self._open(revision.ask)
            opened.chain = (*earlier.chain, earlier.digest, *revision.rulings)
            opened.told, opened.extra, opened.earlier = revision.findings, revision.extra, earlier.blocks
            opened.revise(revision.findings, earlier.blocks)
            phases.setdefault(question.phase, {})[question.label] = opened
        jobs = [self._settle([o.ask for o in opened.values()], opened=opened) for opened in phases.values()]
        values: dict[Label, Any] = {}
        for settled in raise_together(await asyncio.gather(*jobs, return_exceptions=True)):
            values.update(settled)
        return values

    def compute(self, question: Question, by: str, make: Callable[[], Sequence[ReplyBlock]]) -> tuple[ReplyBlock, ...]:
        """Return what a registry or tool answered to a question, asked at most once and pinned like an answer."""
        ask = Ask(question=question, decode=tuple, judge=lambda blocks: Accepted(value=tuple(blocks)))
        base = digest_question(question)
        if self.settings.fresh:
            answer = find_answer(self.store, base)
            found, value = answer is not None, answer.blocks if answer else ()
            if answer:
                self._use(question.label, base, answer)
        else:
            found, value = self._recall(ask)
        if not found:
            answer = write_answer(self.store, question, base, make(), by=by)
            self._use(question.label, base, answer)
            value = answer.blocks
        return tuple(value)

    def pin(self, label: Label, base: Digest, answer: Digest, by: str) -> None:
        """Record that this build rests on an answer."""
        self.used[label] = Pin(label=label, question=base, answer=answer, by=by)

    def _begin(self, ask: Ask) -> Pending:
        """Return the question as it stands: with the findings of an answer that was given ahead and rejected."""
        begun = self._begun.pop(ask.question.label, None)
        return begun if begun and begun.base == digest_question(ask.question) else self._open(ask)

    def _open(self, ask: Ask) -> Pending:
        return Pending(ask=ask, base=digest_question(ask.question), question=ask.question)

    def _recall(self, ask: Ask) -> tuple[bool, Any]:
        label = ask.question.label
        answer = self.recall.find(ask, self.answers.get(label))
        if answer is None:
            return False, None
        self._use(label, digest_question(ask.question), answer)
        self._report(Event(kind="recalled", labels=(label,)))
        return True, ask.decode(answer.blocks)

    def _use(self, label: Label, base: Digest, answer: Answer) -> None:
        self.answers[label] = answer
        self.pin(label, base, answer.digest, answer.by)

    def _take_ahead(self, ask: Ask) -> tuple[bool, Any]:
        if self.settings.frozen:
            return False, None
        reply = self.memory.find_ahead(ask, self.answers)
        if reply is None:
            return False, None
        opened = self._open(ask)
        found, value = self._judge(opened, reply)
        if not found:
            self._begun[ask.question.label] = opened
        return found, value

    def _travels(self, ask: Ask, first: Ask) -> bool:
        """Return whether an ask of a later phase goes with the first: to the same model, and no reply is there yet."""
        phases = ask.question.phase, first.question.phase
        if self._find_provider and len({self._find_provider(phase).name for phase in phases}) > 1:
            return False
        known = bool(self.memory.list_replies(digest_question(ask.question)))
        return not known and not (ask.keep and self.memory.expects(ask.question.label))

    async def _settle(
        self,
        asks: Sequence[Ask],
        *,
        later: Sequence[Ask] = (),
        opened: Mapping[Label, Pending] | None = None,
    ) -> dict[Label, Any]:
        """Ask a bundle until every answer is accepted or a question has used up its attempts."""
        pending = dict(opened) if opened else {a.question.label: self._begin(a) for a in asks}
        values: dict[Label, Any] = {}
        while True:
            self._drain(pending, values)
            if not pending:
                return values
            questions = [*(o.question for o in pending.values()), *(a.question for a in later)]
            request = render_request(
                questions, framing=self._framing, context=self._context(questions), sample=self.settings.sample
            )
            ahead = {a.question.label: digest_kernel(a.question) for a in later}
            await self._exchange(request, questions, ahead, sum(a.weight for a in (*asks, *later)))

    def _drain(self, pending: dict[Label, Pending], values: dict[Label, Any]) -> None:
        """Judge every reply that is remembered for the questions as they stand now, each once for a label.

        Raises the first `Exhausted` after all are judged.
        """
        ended = []
        for label, opened in list(pending.items()):
            try:
                while reply := self._find_reply(opened):
                    accepted, value = self._judge(opened, reply)
                    if accepted:
                        values[label] = value
                        del pending[label]
                        break
            except Exhausted as exhausted:
                ended.append(exhausted)
        if ended:
            raise ended[0]

    def _find_reply(self, opened: Pending) -> StoredReply | None:
        def would_ask_again(reply: StoredReply) -> bool:
            if self._find_provider is None or self.settings.locked:
                return True
            cut = reply.ending is Ending.CUT and reply.output < self.settings.output_limit
            return not cut and reply.by == self._find_provider(opened.ask.question.phase).name

        return opened.find_reply(self.memory, self.settings.attempts, would_ask_again)

    def _judge(self, opened: Pending, reply: StoredReply) -> tuple[bool, Any]:
        label = opened.ask.question.label
        opened.attempts.append(reply)
        framed = parse_reply(
            unwrap_reply(reply.text, [Label(name) for name in reply.questions]),
            {Label(name): [] for name in reply.questions} | {label: opened.question.expected},
            cut=reply.ending is Ending.CUT,
        )
        blocks, findings = framed[label].blocks, framed[label].findings
        blocks = merge_blocks(blocks, opened.question.expected, opened.shown)
        value = None
        if not findings:
            judged = opened.ask.judge(blocks)
            value, findings = judged.value, judged.findings
        if findings:
            opened.reject(findings, blocks, cut=reply.ending is Ending.CUT)
            self._report(Event(kind="rejected", labels=(label,), findings=findings))
            return False, None
        answer = write_answer(
            self.store,
            opened.question,
            opened.base,
            blocks,
            by=reply.by,
            attempts=[attempt.digest for attempt in opened.attempts],
            asked_with=[Label(name) for name in reply.questions if name != label],
            chain=opened.chain,
        )
        self._use(label, opened.base, answer)
        self._report(Event(kind="accepted", labels=(label,)))
        return True, value

    async def _exchange(
        self, request: Request, questions: Sequence[Question], ahead: Mapping[Label, Digest], reserve: int
    ) -> None:
        if self.settings.locked:
            raise Rejected(
                f"`{request.labels[0]}` would have to be asked, and `--locked` forbids a change of the lock",
                kept="nothing was asked, the lock is as it was",
                help="build without `--locked`, look at the difference and commit it",
            )
        if self._find_provider is None:
            raise Rejected(
                f"`{request.labels[0]}` and {len(request.labels) - 1} more have no answer, and no model was named"
                if len(request.labels) > 1
                else f"`{request.labels[0]}` has no answer, and no model was named",
                help="`specpack build PACK --model relay` writes the request to a file",
            )
        provider = self._find_provider(request.phases[0])
        check_window(request, self.settings.window, reserve)
        self.store.put_bytes(f"{request.system}\0{request.text}".encode())
        self._report(Event(kind="asked", labels=request.labels, detail=f"{request.tokens} tokens"))
        try:
            reply = await self._limiter.exchange(provider, replace(request, output_schema=render_schema(questions)))
        except Waiting as waiting:
            self._report(Event(kind="waiting", labels=request.labels, detail=waiting.place))
            raise
        known = {question.label: digest_question(question) for question in questions}
        given = {label: answer.digest for label, answer in self.answers.items()} if ahead else {}
        self.memory.write(request, reply, known, ahead, given)
        self.asked += [(label, request.digest) for label in request.labels]
        self.usages.append(reply.usage)
        self._report(Event(kind="answered", labels=request.labels, detail=f"{reply.usage.output} tokens"))
