"""Estimate how many tokens a text costs.

Path: question -> **tokens** -> plan, bundling, the window's limit. An estimate is never used to cut a text.
"""

CHARACTERS_PER_TOKEN = 3.3
"""Current tokenisers give 3.3 to 4.5 characters a token for English prose and code; the low end is the safe one."""


def estimate_tokens(text: str) -> int:
    """Return an upper estimate of the number of tokens of a text."""
    return int(len(text) / CHARACTERS_PER_TOKEN) + 1
