"""Answers as stored: a record that names its question, and its blocks as objects of their own.

Path: accepted blocks -> **answers** -> store, lock; and back on replay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specpack.middle.requests import encode_question
from specpack.middle.store import Store
from specpack.model.failure import Unavailable
from specpack.model.pack import Digest
from specpack.model.question import Answer, Ending, Label, Question, Reply, ReplyBlock, Request, Usage


def write_question(store: Store, question: Question) -> Digest:
    """Store the question with its texts; return its digest."""
    for text in (question.contract, *(part.text for part in question.shown)):
        store.put_bytes(text.encode())
    return store.put_value(encode_question(question))


def write_reply(
    store: Store,
    request: Request,
    reply: Reply,
    questions: Mapping[Label, Digest],
    sample: int,
    ahead: Mapping[Label, Digest] | None = None,
    given: Mapping[Label, Digest] | None = None,
) -> Digest:
    """Store a reply, whole and unedited, beside the request that it answers; return the digest of its record.

    `questions` are the questions that the request carried, as far as they were known. Those of `ahead` rest on answers
    of the same reply, so their digests may be others once these are accepted: it holds the digests of what does not.
    `given` are the answers that they rested on besides.
    """
    record: dict[str, object] = {
        "by": reply.by,
        "date": reply.date,
        "questions": dict(questions),
        "request": store.put_bytes(f"{request.system}\0{request.text}".encode()),
        "sample": sample,
        "text": store.put_bytes(reply.text.encode()),
        "usage": _encode_usage(reply.usage),
    }
    if reply.ending is not Ending.WHOLE:
        record["ending"] = reply.ending.value
    if ahead:
        record |= {"ahead": dict(ahead), "given": dict(given or {})}
    digest = store.put_value(record)
    store.add_reply(request.digest, digest)
    return digest


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply in the store. `questions`, `ahead` and `given` are as in `write_reply`."""

    digest: Digest
    request: Digest
    questions: Mapping[Label, str]
    by: str
    text: str
    sample: int
    ahead: Mapping[Label, str]
    given: Mapping[Label, str]
    ending: Ending = Ending.WHOLE
    output: int = 0
    """Tokens of the reply, as far as they were counted."""


def read_reply(store: Store, digest: Digest) -> StoredReply:
    """Return a stored reply."""
    record: Any = store.read_value(digest)
    return StoredReply(
        digest=digest,
        request=Digest(record["request"]),
        questions=record["questions"],
        by=record["by"],
        text=store.read_bytes(Digest(record["text"])).decode(),
        sample=record["sample"],
        ahead=record.get("ahead", {}),
        given=record.get("given", {}),
        ending=Ending(record.get("ending", Ending.WHOLE)),
        output=record["usage"]["output"],
    )


def write_answer(
    store: Store,
    question: Question,
    base: Digest,
    blocks: Sequence[ReplyBlock],
    *,
    by: str,
    attempts: Sequence[Digest] = (),
    asked_with: Sequence[Label] = (),
    chain: Sequence[Digest] = (),
) -> Answer:
    """Store an accepted answer before anything uses it; return it with its digest.

    `attempts` are the replies of this question, the accepted one last; `chain` is as in `Answer`.
    """
    asked = write_question(store, question)
    record = {
        "asked_with": sorted(asked_with),
        "attempts": list(attempts),
        "base": base,
        "blocks": [[b.kind, b.path, store.put_bytes(b.text.encode())] for b in blocks],
        "by": by,
        "chain": list(chain),
        "label": question.label,
        "question": asked,
    }
    digest = store.put_value(record)
    for key in {base, asked}:
        store.add_answer(key, digest)
    return read_answer(store, digest)


def read_answer(store: Store, digest: Digest) -> Answer:
    """Return a stored answer. Raises `Missing` or `Tampered`, and `Unavailable` where the object is no answer."""
    record: Any = store.read_value(digest)
    try:
        return Answer(
            digest=digest,
            label=Label(record["label"]),
            base=Digest(record["base"]),
            question=Digest(record["question"]),
            by=record["by"],
            blocks=tuple(
                ReplyBlock(kind=kind, path=path, text=store.read_bytes(Digest(text)).decode())
                for kind, path, text in record["blocks"]
            ),
            chain=tuple(Digest(d) for d in record["chain"]),
            attempts=tuple(Digest(d) for d in record["attempts"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(
            f"object `{digest[:12]}` is not an answer", help="`specpack store verify` lists what is broken"
        ) from error


def find_answer(store: Store, base: Digest) -> Answer | None:
    """Return the answer to a base question that the store knows: the one with the longest chain, ties by digest."""
    found = [read_answer(store, digest) for digest in store.find_answers(base)]
    mine = [answer for answer in found if base in (answer.base, answer.question)]
    return max(mine, key=lambda answer: (len(answer.chain), answer.digest), default=None)


def _encode_usage(usage: Usage) -> dict[str, object]:
    return {
        "cached": usage.cached,
        "cost": usage.cost,
        "estimated": usage.estimated,
        "input": usage.input,
        "output": usage.output,
    }
