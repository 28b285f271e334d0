"""Phrases that wording is searched for, written one beside the other as an author would.

Path: **phrases** -> checks of wording.
"""

import re

_CHOICE = re.compile(r"\(([^()?]*/[^()]*)\)")
_SPACE = r"\s+"


def compile_phrases(text: str, *, after: str = "") -> re.Pattern[str]:
    """Return a pattern of whole phrases in any case, over line breaks too.

    Args:
        text: Phrases with `,` between them. A phrase is a regular expression in which a space stands for any white
            space, `(a/b)` for `a` or `b`, and `_` for a comma.
        after: What must follow, as a regular expression.
    """
    phrases = [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]
    choices = [_CHOICE.sub(lambda match: f"(?:{match[1].replace('/', '|')})", phrase) for phrase in phrases]
    joined = "|".join(choices).replace(" ", _SPACE).replace("_", ",")
    return re.compile(rf"\b(?:{joined})\b{after}", re.IGNORECASE)
