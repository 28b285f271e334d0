"""How asking ends when it does not end well: attempts used up, answers waited for.

Path: engine -> **endings** -> exit status.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from specpack.model.failure import Failure, Rejected, Stopped
from specpack.model.finding import Finding
from specpack.model.provider import Waiting
from specpack.model.question import Label, Request


class Exhausted(Rejected):
    """A question used up its attempts."""

    def __init__(self, label: Label, findings: Sequence[Finding], attempts: int, *, repeated: bool = False) -> None:
        """Keep the findings of the last attempt; `repeated`: the next question would be the same one."""
        first = findings[0].message if findings else "no finding"
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        count = f"{attempts} attempt{'s' * (attempts != 1)}"
        again = ", and asking again would repeat the same question" if repeated else ""
        told = findings[0].help if findings else ""
        cure = (
            f"{told}, or name another model" if told else "change a clause that they trip over, or name another model"
        )
        super().__init__(
            f"no answer to `{label}` was accepted in {count}{again}: {first}{more}",
            kept="all replies are in the store",
            help=f"`specpack show {label} PACK` prints requests and replies; {cure}, or ask anew with `--fresh`",
        )
        self.label = label
        self.findings = tuple(findings)


class WaitingForAnswers(Stopped):
    """Requests are out, and their answers are not there yet."""

    def __init__(self, requests: Sequence[Request], places: Sequence[str]) -> None:
        """Keep the requests and where they wait."""
        count = f"{len(requests)} request waits" if len(requests) == 1 else f"{len(requests)} requests wait"
        super().__init__(
            f"{count} for an answer: " + ", ".join(places),
            kept="all answers so far are in the store",
            help="put each answer beside its request and run the same command again; "
            f"`specpack relay --relay {Path(places[0]).parent}` lists what waits",
        )
        self.requests = tuple(requests)


def raise_together(results: Sequence[Any]) -> list[dict[Label, Any]]:
    """Return the results where none failed; else raise the most telling failure, after all have ended."""
    failures = [r for r in results if isinstance(r, BaseException)]
    for failure in failures:
        if not isinstance(failure, (Failure, Waiting)):
            raise failure
    for failure in failures:
        if isinstance(failure, Failure) and not isinstance(failure, Stopped):
            raise failure
    waiting = [f for f in failures if isinstance(f, Waiting)]
    if waiting:
        raise WaitingForAnswers([w.request for w in waiting], [w.place for w in waiting])
    for failure in failures:
        raise failure
    return list(results)
