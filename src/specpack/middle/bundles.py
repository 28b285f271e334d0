"""Decide which questions travel together.

Path: asks -> **bundles** -> requests. Transport only: no digest sees it. The cut is made over all asks of a phase, also
those that need no asking, so that it stays the same while a build waits for some of its answers.
"""

from collections.abc import Sequence

from specpack.model.question import Ask


def bundle_asks(asks: Sequence[Ask], limit: int) -> list[list[Ask]]:
    """Return the asks cut into bundles: one phase each, in order, up to `limit` tokens of expected output."""
    bundles: list[list[Ask]] = []
    weight = 0
    for ask in asks:
        new = not bundles or bundles[-1][0].question.phase is not ask.question.phase or weight + ask.weight > limit
        if new:
            bundles.append([])
            weight = 0
        bundles[-1].append(ask)
        weight += ask.weight
    return bundles
