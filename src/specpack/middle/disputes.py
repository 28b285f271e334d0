"""Read back which disagreements were ruled on, from the chains of the accepted answers.

Path: answers -> **disputes** -> log. Works on replay, where nothing is ruled again.
"""

from collections.abc import Iterable
from typing import Any

from specpack.middle.answers import read_answer
from specpack.middle.phases.material import decode_data
from specpack.middle.store import Store
from specpack.model.conclusion import Dispute, Ruling
from specpack.model.pack import Digest
from specpack.model.question import Answer


def read_disputes(store: Store, answers: Iterable[Answer]) -> tuple[Dispute, ...]:
    """Return the disputes of a build in the order of their labels, each once."""
    found: dict[str, Dispute] = {}
    for answer in answers:
        for digest in answer.chain:
            ruling = read_answer(store, digest)
            if ruling.label.startswith("ruling/"):
                found.setdefault(ruling.label, _read_dispute(store, ruling))
    return tuple(found[label] for label in sorted(found))


def _read_dispute(store: Store, answer: Answer) -> Dispute:
    question: Any = store.read_value(answer.question)
    texts = {title: store.read_bytes(Digest(digest)).decode().strip() for title, digest in question["parts"]}
    call = texts.get("What was done", "")
    return Dispute(
        test=call.split("\n", 1)[0],
        call=call,
        first=texts.get("First outcome", ""),
        second=texts.get("Second outcome", ""),
        ruling=decode_data(Ruling)(answer.blocks),
    )
