"""Find the answer that a question already has: shipped with the standard pack, pinned in the lock, or in the store.

Path: question -> **recall** -> engine. On replay only pins count.
"""

from specpack.middle.answers import find_answer, read_answer
from specpack.middle.asking import Settings
from specpack.middle.lock import Lock, Pin
from specpack.middle.requests import digest_question
from specpack.middle.store import Missing, Store
from specpack.model.failure import Rejected
from specpack.model.pack import Digest
from specpack.model.question import Answer, Ask, Label


class Recall:
    """The answers that a build may rest on without asking."""

    def __init__(self, store: Store, lock: Lock, shipped: Lock, settings: Settings) -> None:
        """Index the pins of the pack's lock and of the standard pack's."""
        self._store = store
        self._settings = settings
        self._pins = {pin.label: pin for pin in lock.pins}
        self._shipped = {pin.label: pin for pin in shipped.pins}

    def knows(self, label: Label) -> bool:
        """Return whether the lock pins the label."""
        return label in self._pins

    def find(self, ask: Ask, current: Answer | None) -> Answer | None:
        """Return the answer to the question, or None where it has to be asked.

        Args:
            ask: The question.
            current: What this build already uses for the label.

        Raises:
            Rejected: On replay, where no pin answers; or a pin names the answer to another question.
        """
        label, base = ask.question.label, digest_question(ask.question)
        answer = current if current and current.base == base else self._read_shipped(label, base)
        if answer is not None:
            return answer
        if self._settings.fresh:
            return None
        pin = self._pins.get(label)
        if pin and pin.by != self._settings.upgrade.get(ask.question.phase, pin.by):
            return None
        answer = self._read_pinned(pin, base, ask) if pin else None
        if answer is not None:
            return answer
        if self._settings.frozen:
            raise Rejected(
                f"no recorded answer for `{label}` (question `{base[:12]}`)",
                kept="nothing was asked and nothing was written",
                help="`specpack build PACK --model relay` asks it",
            )
        return find_answer(self._store, base) or self._keep(ask, current)

    def _read_shipped(self, label: Label, base: Digest) -> Answer | None:
        pin = self._shipped.get(label)
        return read_answer(self._store, pin.answer) if pin and pin.question == base else None

    def _keep(self, ask: Ask, current: Answer | None) -> Answer | None:
        """Return what this build already uses for the label where it passes the gates of the question as it is now."""
        return current if current and ask.keep and not ask.judge(current.blocks).findings else None

    def _read_pinned(self, pin: Pin, base: Digest, ask: Ask) -> Answer | None:
        try:
            answer = read_answer(self._store, pin.answer)
        except Missing:
            if not self._settings.frozen:
                return None
            raise Rejected(
                f"the recorded answer for `{pin.label}` is missing from the store (answer `{pin.answer[:12]}`)",
                kept="nothing was asked and nothing was written",
                help="`specpack build PACK --model relay` asks it again",
            ) from None
        kept = ask.keep and answer.label == pin.label
        if pin.question == base and (kept or base in (answer.base, answer.question)):
            return answer
        if pin.question == base:
            raise Rejected(
                f"the lock pins an answer to another question for `{pin.label}`",
                help=f"remove the line of `{pin.label}` from the lock and build again",
            )
        if ask.keep and not self._settings.frozen and not ask.judge(answer.blocks).findings:
            return answer
        return None
