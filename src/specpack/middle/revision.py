"""Ask a question again, with what was wrong and the answer that was wrong.

Path: findings -> **revision** -> question. A tester is never told what an implementation gave. What
an answer leaves out of its files and signatures stands as it was.
"""

from collections.abc import Sequence
from dataclasses import replace

from specpack.middle.framing import ANY_PATH
from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.question import Expected, Part, Question, ReplyBlock


def revise_question(
    question: Question, findings: Sequence[Finding], earlier: Sequence[ReplyBlock], extra: Sequence[Part] = ()
) -> Question:
    """Return the question with a revision; the base question stays as it was."""
    parts = list(extra)
    if findings:
        told = [_render_finding(f, observed=question.phase is not Phase.TEST) for f in findings]
        parts.append(Part(title="Findings", text="\n".join(dict.fromkeys(told))))
    if earlier:
        parts.append(Part(title="Earlier answer", text="\n\n".join(_render_block(b) for b in earlier)))
    expected = tuple(replace(e, optional=True) if _stands(e, earlier) else e for e in question.expected)
    return replace(question, revision=tuple(parts), expected=expected)


def merge_blocks(
    blocks: Sequence[ReplyBlock], expected: Sequence[Expected], earlier: Sequence[ReplyBlock]
) -> tuple[ReplyBlock, ...]:
    """Return the blocks of an answer with those of the earlier one that it was free to leave out.

    Of blocks whose paths the answer chooses, those stand that its data still names.
    """
    given = {(block.kind, block.path) for block in blocks}
    data = "".join(block.text for block in blocks if block.kind == "data")
    open_kinds = {e.kind for e in expected if e.path == ANY_PATH}
    owned = {(e.kind, e.path) for e in expected if e.kind != "data"}
    kept = [
        block
        for block in earlier
        if (block.kind, block.path) not in given
        and ((block.kind, block.path) in owned or (block.kind in open_kinds and f'"{block.path}"' in data))
    ]
    return (*blocks, *kept)


def _stands(expected: Expected, earlier: Sequence[ReplyBlock]) -> bool:
    return expected.kind != "data" and any(
        block.kind == expected.kind and expected.path in (block.path, ANY_PATH) for block in earlier
    )


def _render_finding(finding: Finding, *, observed: bool) -> str:
    place = f" ({finding.path}:{finding.line})" if finding.path and finding.line else ""
    lines = [f"- {finding.code}: {finding.message}{place}"]
    if finding.test:
        lines.append(f"  - test: {finding.test}")
    if finding.expected:
        lines.append(f"  - expected: {finding.expected}")
    if finding.observed and observed:
        lines.append(f"  - observed: {finding.observed}")
    lines += [f"  - {line}" for line in finding.evidence if not finding.expected]
    if finding.clauses:
        lines.append(f"  - clauses: {', '.join(finding.clauses)}")
    if finding.help:
        lines.append(f"  - help: {finding.help}")
    return "\n".join(lines)


def _render_block(block: ReplyBlock) -> str:
    title = block.kind if block.path == "-" else f"{block.kind} {block.path}"
    fence = "`" * max(3, 1 + _longest_run(block.text))
    return f"{title}:\n\n{fence}\n{block.text}{fence}"


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
