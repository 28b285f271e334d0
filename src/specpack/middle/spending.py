"""What the requests of a run cost.

Path: engine -> **spending** -> terminal. Kept in the store reply by reply; this only adds up.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from specpack.model.question import Usage


def add_usages(usages: Sequence[Usage]) -> Usage:
    """Return the sum; `cost` is empty where no provider named one, `estimated` where one did not count its tokens."""
    costs = [cost for usage in usages if (cost := _parse_cost(usage.cost)) is not None]
    return Usage(
        input=sum(u.input for u in usages),
        output=sum(u.output for u in usages),
        cached=sum(u.cached for u in usages),
        cost=str(sum(costs, Decimal())) if costs else "",
        estimated=any(u.estimated for u in usages),
    )


def render_spending(usages: Sequence[Usage]) -> str:
    """Return one line: how many requests, tokens in and out, cost in US dollars where it is known."""
    total = add_usages(usages)
    count = f"{len(usages)} request{'s' * (len(usages) != 1)}"
    cached = f" ({total.cached:,} of them cached)" if total.cached else ""
    unpriced = sum(_parse_cost(u.cost) is None for u in usages)
    cost = f", ${Decimal(total.cost):.4f}" if total.cost else ""
    known = f" without {unpriced} of unknown price" if total.cost and unpriced else ""
    about = "about " if total.estimated else ""
    return f"asked {count}: {about}{total.input:,} tokens in{cached}, {total.output:,} out{cost}{known}"


def _parse_cost(text: str) -> Decimal | None:
    try:
        cost = Decimal(text)
    except InvalidOperation:
        return None
    return cost if cost.is_finite() else None
