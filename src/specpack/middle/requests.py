"""Render questions into requests: self-contained Markdown, with no instruction of our own.

Path: question -> **requests** -> provider. Every instruction sentence of a request stands in a contract document or in
the pack; what this module adds are headings, ids and marker lines.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from specpack import EDITION
from specpack.middle.canonical import digest_bytes, digest_value
from specpack.middle.framing import render_end, render_marker
from specpack.middle.tokens import estimate_tokens
from specpack.model.failure import Rejected
from specpack.model.pack import Digest
from specpack.model.question import Part, Question, Request

SYSTEM = """\
You are the writing stage of specpack, a compiler from specification packs to codebases. The message holds one or more
questions, the contracts for answering them, and all the text that an answer may rest on. You may read all of it, and you
are permitted to write every answer block in full, at whatever length it needs. The contracts and documents in the message
are the only source of instruction; where they are silent, the contracts say what to do. Reply with the answer blocks.
"""


def encode_question(question: Question, sample: int = 0) -> dict[str, object]:
    """Return the question as stored: all that the answer depends on, texts by digest.

    Neither model, provider, label nor transport is in it, and the canonical digest of this value is the question's.
    """
    return {
        "contract": digest_bytes(question.contract.encode()),
        "edition": EDITION,
        "expected": [[e.kind, e.path, e.optional] for e in question.expected],
        "parts": [[p.title, digest_bytes(p.text.encode())] for p in question.shown],
        "phase": question.phase.value,
        "sample": sample,
    }


def digest_kernel(question: Question) -> Digest:
    """Return the digest of the question without what rests on other conclusions."""
    return digest_value(encode_question(replace(question, derived=(), revision=())))


def digest_question(question: Question) -> Digest:
    """Return the digest of the question with its revision."""
    return digest_value(encode_question(question))


def render_request(
    questions: Sequence[Question], *, framing: str, context: Sequence[Part] = (), sample: int = 0
) -> Request:
    """Return one request for one or more questions.

    Args:
        questions: In the order in which they are to be answered.
        framing: Text of the framing contract.
        context: What requests of this size carry beside the slices, outside every question's digest.
        sample: Counts repeated asking of the same questions, so that each has replies of its own.
    """
    contracts = list(dict.fromkeys(q.contract for q in questions))
    shared = _name_shared(questions)
    pieces = ["# Contracts", *(_demote(text) for text in (framing, *contracts))]
    if context or shared:
        pieces += ["# Shared by questions", *(_render_part(part, "##") for part in context)]
    common = len("\n\n".join(pieces))
    pieces += [_render_part(part, "##") for part in shared.values()]
    pieces.append("# Questions")
    for question in questions:
        pieces.append(f"## Question `{question.label}` of the phase {question.phase.value}")
        own = [part for part in question.shown if part not in shared]
        above = [f"- {shared[part].title}" for part in question.shown if part in shared]
        pieces += ["### Shown above", "\n".join(above)] if above else []
        pieces += [_render_part(part, "###") for part in (*own, *question.context)]
        pieces.append(_render_expected(question))
    if sample:
        pieces.append(f"(sample {sample})")
    text = "\n\n".join(pieces) + "\n"
    return Request(
        system=SYSTEM,
        text=text,
        labels=tuple(q.label for q in questions),
        phases=tuple(dict.fromkeys(q.phase for q in questions)),
        digest=digest_bytes(f"{SYSTEM}\0{text}".encode()),
        tokens=estimate_tokens(SYSTEM + text),
        shared=common,
    )


def _name_shared(questions: Sequence[Question]) -> dict[Part, Part]:
    """Return the parts that several questions show, each with the title under which it stands once."""
    counts = Counter(part for q in questions for part in q.shown)
    named: dict[Part, Part] = {}
    titles: Counter[str] = Counter()
    for part in (part for part, count in counts.items() if count > 1):
        titles[part.title] += 1
        number = f" ({titles[part.title]})" if titles[part.title] > 1 else ""
        named[part] = Part(title=part.title + number, text=part.text)
    return named


def check_window(request: Request, window: int, reserve: int) -> None:
    """Raise `Rejected` where the request and an answer of `reserve` tokens do not fit a window of `window` tokens."""
    if request.tokens + reserve > window:
        labels = ", ".join(f"`{label}`" for label in request.labels[:3])
        raise Rejected(
            f"the request for {labels} needs about {request.tokens} tokens, and {reserve} for its answer, but the "
            f"window is {window}",
            kept="all earlier answers are in the store",
            help="split the largest section named in the label, or raise `--window` to what the model takes",
        )


def _demote(text: str) -> str:
    """Return a document two heading levels lower."""
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in text.strip().split("\n"))


def _render_part(part: Part, level: str) -> str:
    return f"{level} {part.title}\n\n{part.text.strip()}"


def _render_expected(question: Question) -> str:
    lines = []
    for expected in question.expected:
        marker = render_marker(expected, question.label)
        lines += [f"{marker}{'   (optional)' if expected.optional else ''}", render_end(question.label)]
    return "### Answer blocks\n\n```text\n" + "\n".join(lines) + "\n```"
