"""Ask a question again, with what was wrong and the answer that was wrong.

Path: findings -> **revision** -> question. A tester is never told what an implementation gave.
"""

from collections.abc import Sequence
from dataclasses import replace

from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.question import Part, Question, ReplyBlock


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
    return replace(question, revision=tuple(parts))


def _render_finding(finding: Finding, *, observed: bool) -> str:
    place = f" ({finding.path}:{finding.line})" if finding.path and finding.line else ""
    lines = [f"- {finding.code}: {finding.message}{place}"]
    if finding.test:
        lines.append(f"  - test: {finding.test}")
    if finding.expected:
        lines.append(f"  - expected: {finding.expected}")
    if finding.observed and observed:
        lines.append(f"  - observed: {finding.observed}")
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
