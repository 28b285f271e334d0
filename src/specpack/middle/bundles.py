"""Decide which questions travel together.

Path: asks -> **bundles** -> requests. Transport only: no digest sees it. The cut is made over all asks of a phase, also
those that need no asking, so that it stays the same while a build waits for some of its answers.
"""

from collections.abc import Sequence

from specpack.middle.tokens import estimate_tokens
from specpack.model.question import Ask


def bundle_asks(asks: Sequence[Ask], limit: int, window: int) -> list[list[Ask]]:
    """Return the asks cut into bundles, one phase each, in order.

    The answers of a bundle fit `limit` tokens and its questions half of `window` tokens; a question that is larger goes
    alone.
    """
    bundles: list[list[Ask]] = []
    output = shown = 0
    for ask in asks:
        size = sum(estimate_tokens(part.text) for part in ask.question.shown)
        fits = output + ask.weight <= limit and shown + size <= window // 2
        if not bundles or bundles[-1][0].question.phase is not ask.question.phase or not fits:
            bundles.append([])
            output = shown = 0
        bundles[-1].append(ask)
        output += ask.weight
        shown += size
    return bundles
