"""Reads expected and observed out of a failure, without what differs between machines and runs.

Path: JUnit report -> **failure_text** -> finding.
"""

import ast
import re
from dataclasses import dataclass

LENGTH = 300

_FRAME = re.compile(r"^(?P<path>[\w./-]+\.py):(?P<line>\d+): in (?P<name>.+)$", re.MULTILINE)
_ASSERT = re.compile(r"^E\s+(?:AssertionError: )?assert (?P<text>.+)$", re.MULTILINE)
_ERROR = re.compile(r"^E\s+(?P<text>\S.*)$", re.MULTILINE)
_NO_RAISE = re.compile(r"DID NOT RAISE <class '(?:[\w.]*\.)?(?P<name>\w+)'>|DID NOT RAISE (?P<other>.+)")
_OPERATORS = (" == ", " != ", " <= ", " >= ", " not in ", " is not ", " in ", " is ", " < ", " > ")
_NOISE = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x"),
    (re.compile(r"/tree/(?=\w)"), ""),
    (re.compile(r"(?<![\w.:/])/(?:[\w.+-]+/)*(?:site-packages|lib/python3[\w.]*)/[\w./+-]*"), "<path>"),
    (re.compile(r"(?<![\w.:/])/(?:tmp|usr|home|root|var|opt|nix|proc|dev|etc)/[\w./+-]+"), "<path>"),
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d+"), r"\1:<port>"),
    (re.compile(r"\bpid=\d+"), "pid=<pid>"),
    (re.compile(r"\bin \d+(?:\.\d+)?\s?s\b"), "in <time>"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One step of a traceback below the tree."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureText:
    """What a failing test expected and saw, and through which files it went, outermost first."""

    expected: str
    observed: str
    frames: tuple[Frame, ...]


def read_failure(text: str, source: str = "") -> FailureText:
    """Return what a traceback in pytest's short style says.

    Args:
        text: The traceback.
        source: Text of the test file, to see on which side of a comparison the literal stands.
    """
    frames = tuple(
        Frame(path=path, line=int(match["line"]))
        for match in _FRAME.finditer(text)
        if not (path := match["path"].removeprefix("/tree/")).startswith("/")
    )
    compared = _ASSERT.search(text)
    not_raised = _NO_RAISE.search(text)
    if not_raised:
        expected, observed = f"raises {not_raised['name'] or not_raised['other']}", "no exception"
    elif compared:
        expected, observed = _split(compared["text"], swapped=_has_literal_first(source, frames))
    else:
        error = _ERROR.search(text)
        expected, observed = "", error["text"] if error else "failed"
    return FailureText(expected=normalise(expected), observed=normalise(observed), frames=frames)


def normalise(text: str) -> str:
    """Return the text in one line of at most `LENGTH` characters, without what belongs to one machine or run.

    Spaces stay as they are: they may be all in which two outcomes differ.
    """
    folded = re.sub(r"\s*\n\s*", " ", text.strip())
    for pattern, replacement in _NOISE:
        folded = pattern.sub(replacement, folded)
    return folded if len(folded) <= LENGTH else folded[: LENGTH - 3] + "..."


def blend(first: str, second: str) -> str:
    """Return the first text with each word that differs in the second replaced by `<varies>`."""
    words, others = first.split(" "), second.split(" ")
    if len(words) != len(others):
        return first
    return " ".join(word if word == other else "<varies>" for word, other in zip(words, others, strict=True))


def _split(text: str, *, swapped: bool) -> tuple[str, str]:
    """Return (expected, observed) of the shown comparison; the product's side is the left one unless swapped."""
    for operator in _OPERATORS:
        position = text.find(operator)
        while position >= 0:
            left, right = text[:position], text[position + len(operator) :]
            if not _is_open(left):
                sign = operator.strip()
                if swapped:
                    left, right = right, left
                return (right if sign == "==" else f"{sign} {right}"), left
            position = text.find(operator, position + 1)
    if text.startswith("not "):
        return "false", text[4:]
    return "true", text


def _is_open(text: str) -> bool:
    """Return whether a quote or a bracket is still open at the end, so that the operator stands inside a value."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return any(text.count(a) > text.count(b) for a, b in ("()", "[]", "{}", "<>")) or text.count("'") % 2 == 1
    return False


def _has_literal_first(source: str, frames: tuple[Frame, ...]) -> bool:
    if not source or not frames:
        return False
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.lineno <= frames[-1].line <= (node.end_lineno or node.lineno):
            test = node.test
            if isinstance(test, ast.Compare) and len(test.comparators) == 1:
                return _is_literal(test.left) and not _is_literal(test.comparators[0])
    return False


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    return True
