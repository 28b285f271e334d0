"""`specpack plan` and `specpack why`: what a build would ask, because of what, and what that needs; nothing is asked.

Exit status 0 where there is nothing to ask, or where the answer to `why` is at hand; 1 where a build would ask.
"""

import argparse
import json
from pathlib import Path

from specpack.cli.difference_lines import describe_question
from specpack.cli.differences import render_questions, render_why
from specpack.frontend.resemblance import fold_text
from specpack.middle.foresight import Foresight, Reask
from specpack.middle.planning import Plan, Rates, expect_tokens, plan_build
from specpack.model.clause import ClauseId
from specpack.model.failure import Rejected, WrongUse
from specpack.model.understanding import Understanding


def run(options: argparse.Namespace) -> int:
    """Print the plan of a build."""
    plan = plan_build(_foresee(options.pack), _read_rates(options))
    if options.format == "json":
        print("\n".join(_encode(plan)))
    else:
        print(_render(plan))
    return 1 if any(reask.certain for reask in plan.foresight.asked) else 0


def run_why(options: argparse.Namespace) -> int:
    """Print whether the answer of one label is reused, and else what it is asked again for."""
    known = _foresee(options.pack)
    reask = next((reask for reask in known.asked if reask.label == options.label), None)
    if reask is not None and reask.certain:
        print(f"{options.label} is asked: {render_why(reask)}")
        return 1
    if reask is not None:
        print(f"{options.label} is kept, unless one of these gets another answer: {', '.join(reask.after)}")
        return 0
    if options.label in known.seen:
        print(f"{options.label} is kept: its question is the one that was answered")
        return 0
    if options.label in known.dropped:
        print(f"{options.label} is no longer asked: nothing of the pack leads to it any more")
        return 0
    raise WrongUse(
        f"no build of this pack asks `{options.label}`", help="`specpack plan --format json` lists the labels"
    )


def _foresee(pack: Path) -> Foresight:
    """Return what a build of a pack would ask. Raises Rejected for a pack with errors."""
    from importlib.metadata import entry_points

    from specpack.cli.record import foresee_build
    from specpack.middle.lock import Lock, read_lock
    from specpack.options import Home
    from specpack.reading import read_pack

    understanding = read_pack(pack, [entry.name for entry in entry_points(group="specpack.targets")])
    if understanding.failed:
        raise Rejected("the pack has errors, so a build would ask nothing", help="`specpack check` shows them")
    home = Home(pack)
    known = foresee_build(understanding, home, read_lock(home.lock) or Lock(), list_edited(understanding))
    if known is None:
        raise Rejected("the pack extends no pack with phases, so a build asks nothing", help='add `extends = ["std"]`')
    return known


def list_edited(understanding: Understanding) -> frozenset[ClauseId]:
    """Return the clauses that are new or say something else than when the identity file was written."""
    known = {
        line.id: line.text for lines in understanding.pack.identities.values() for line in lines if not line.removed
    }
    own = {d.name for d in understanding.pack.documents if d.pack == understanding.pack.layers[-1]}
    clauses = (clause for clause in understanding.clauses.values() if clause.document in own)
    return frozenset(clause.id for clause in clauses if known.get(clause.id) != fold_text(clause.text))


def _read_rates(options: argparse.Namespace) -> Rates:
    prices = options.price or (None, None)
    if options.jobs < 1 or not options.speed > 0 or any(price is not None and not price >= 0 for price in prices):
        raise WrongUse("`--jobs` and `--speed` are greater than 0, and no price is negative")
    return Rates(jobs=options.jobs, tokens_per_second=options.speed, price_in=prices[0], price_out=prices[1])


def _render(plan: Plan) -> str:
    known = plan.foresight
    certain = sum(reask.certain for reask in known.asked)
    if not certain:
        return f"a build would ask nothing: all {known.kept} questions have their answers"
    lines = [f"a build would ask {certain} of {len(known.seen)} questions:", *render_questions(known)]
    lines.append(
        f"about {plan.tokens_in:,} tokens shown and {plan.tokens_out:,} answered, {plan.critical_tokens:,} of them one "
        f"after the other: {_show_seconds(plan.seconds)}"
    )
    if plan.cost is not None:
        lines.append(f"about ${plan.cost:.2f} at the given prices")
    return "\n".join(lines)


def _show_seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _encode(plan: Plan) -> list[str]:
    told: list[dict[str, object]] = [_encode_reask(reask) for reask in plan.foresight.asked]
    total = {
        "kind": "total",
        "kept": plan.foresight.kept,
        "whole": plan.foresight.whole,
        "tokens_in": plan.tokens_in,
        "tokens_out": plan.tokens_out,
        "critical_tokens": plan.critical_tokens,
        "seconds": round(plan.seconds, 1),
        "cost": None if plan.cost is None else f"{plan.cost:.4f}",
    }
    return [json.dumps(line, ensure_ascii=False) for line in (*told, total)]


def _encode_reask(reask: Reask) -> dict[str, object]:
    expected = expect_tokens(reask) if reask.certain else 0
    return {**describe_question(reask), "tokens_in": reask.tokens, "tokens_out": expected}
