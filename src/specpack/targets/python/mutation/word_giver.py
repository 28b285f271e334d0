"""Gives declared words, or another one for the word of the round.

Path: swapped tree -> **word_giver**, inside the sandbox -> rounds_plugin. Its text is put beside the tree.
"""

import os

active = os.environ.get("SPECPACK_WORD", "")


def give(word):
    """Return the word, or another one in its place."""
    return f"other{len(word)}" if word == active else word
