"""Who a clause binds, read off its subject.

Path: splitting -> **bearers** -> clauses.
"""

import re

from specpack.model.clause import Bearer
from specpack.model.pack import Document, Role

_FRONT = re.compile(
    r"\A[\W_]*(?:if|when|whenever|where|while|unless|once|after|before|without|with|for|in|on|at|during)\b[^,]*,\s*",
    re.I,
)
_DETERMINERS = frozenset(
    [
        *("the", "a", "an", "each", "every", "any", "no", "all", "both", "this", "that", "these", "those"),
        *("its", "their", "some", "such", "one", "generated", "another"),
    ]
)
_CUT = re.compile(
    r"\b(?:of|in|for|that|which|who|whose|with|to|at|on|under|from|by|beside|other|as|without|between|against|below|"
    r"and|or)\b"
)
_TESTS = frozenset({"test", "tests", "suite", "fake", "fakes"})
_PLAIN_TESTS = frozenset({"test", "tests", "test suite"})
_GENERATOR = frozenset(
    {"generator", "compiler", "answer", "answers", "reply", "design", "conclusion", "conclusions", "phase", "phases"}
)
_MODELS = frozenset({"model", "language model", "llm"})
_PACK = frozenset({"pack", "document", "specification", "spec", "file of the pack"})
_REPOSITORY = frozenset({"repository", "archive", "build", "makefile", "zip"})


def find_bearer(subject: str, document: Document, default: Bearer = Bearer.SYSTEM) -> Bearer:
    """Return who is bound by a clause with this subject.

    `default` is the bearer of the lead-in, taken where the subject is empty. In a document that is declared to be
    behaviour only tests and the pack are told from the system: there a "generator" or an "archive" is a thing of the
    domain.
    """
    words = _head_words(subject)
    if not words:
        return default
    phrase = " ".join(words)
    declared_behaviour = document.role is Role.BEHAVIOUR and not document.inferred
    if declared_behaviour:
        if phrase in _PLAIN_TESTS:
            return Bearer.TESTS
        return Bearer.PACK if phrase == "pack" else Bearer.SYSTEM
    if words[0] in ("test", "tests") or words[-1] in _TESTS:
        return Bearer.TESTS
    if words[-1] in _GENERATOR or phrase in _MODELS:
        return Bearer.GENERATOR
    if words[-1] == "pack" or phrase in _PACK:
        return Bearer.PACK
    if words[-1] in _REPOSITORY:
        return Bearer.REPOSITORY
    return Bearer.SYSTEM


def _head_words(subject: str) -> list[str]:
    """Return the words of the head noun phrase in lower case, determiners and what follows a preposition left out."""
    text = subject[-400:]
    while match := _FRONT.match(text):
        text = text[match.end() :]
    text = _CUT.split(text.lower(), 1)[0]
    words = re.findall(r"\w[\w-]*", text)
    while words and words[0] in _DETERMINERS:
        words = words[1:]
    return words
