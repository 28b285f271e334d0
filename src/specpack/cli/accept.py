"""`specpack accept`: accept findings with a reason, or list what is accepted."""

import argparse
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

from specpack.model.clause import ClauseId
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.failure import WrongUse
from specpack.model.pack import Disposition
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding


def run(options: argparse.Namespace) -> int:
    """Write the lines of a finding into the accepted file of the pack, or print what is there."""
    from specpack.reading import read_pack

    if not options.pack.is_dir():
        raise WrongUse(f"`{options.pack}` is no folder, so nothing can be written", help="unpack the pack first")
    understanding = read_pack(options.pack, [entry.name for entry in entry_points(group="specpack.targets")])
    if options.list:
        return _list(understanding)
    found = _find_findings(understanding, options.code.upper(), options.clause)
    reason = " ".join(options.reason.split())
    if not reason:
        raise WrongUse("a finding is accepted with a reason", help='say why with `--reason "..."`')
    added = [
        Disposition(code=d.code, clause=clause, rev=understanding.clauses[clause].rev, reason=reason, span=d.span)
        for d in found
        for clause in dict.fromkeys(d.clauses)
        if d.span is not None
    ]
    _write(options.pack, understanding, added)
    for disposition in added:
        print(f"accepted: {disposition.code} of `{disposition.clause}`")
    return 0


def _find_findings(understanding: Understanding, code: str, clause: str) -> Sequence[Diagnostic]:
    """Return the findings of a code about a clause.

    Raises:
        WrongUse: There is none, or it is an error, which stops a build whoever accepts it.
    """
    from specpack.frontend.asymmetry import find_asymmetries
    from specpack.frontend.rules_deep import DEEP_CODES

    if not code or not clause:
        raise WrongUse("name the code and the clause of a finding", help="`specpack check --format json` shows both")
    every = (*understanding.diagnostics, *(diagnostic for diagnostic, _ in understanding.accepted))
    found = [d for d in every if d.code == code and clause in d.clauses]
    found = found or [d for _, d in find_asymmetries(understanding) if d.code == code and clause in d.clauses]
    if not found and code in DEEP_CODES and clause in understanding.clauses:
        place = understanding.clauses[ClauseId(clause)]
        found = [Diagnostic(code=code, severity=Severity.WARNING, message="", span=place.span, clauses=(place.id,))]
    if not found:
        raise WrongUse(f"nothing reports `{code}` of `{clause}`", help="`specpack check` shows what is reported")
    if any(d.severity is Severity.ERROR for d in found):
        raise WrongUse(
            f"`{code}` is an error and stops a build, so it cannot be accepted", help=f"see `specpack explain {code}`"
        )
    return found


def _write(folder: Path, understanding: Understanding, added: Sequence[Disposition]) -> None:
    from specpack.frontend.dispositions import add_dispositions
    from specpack.frontend.packs import ACCEPTED

    earlier = understanding.pack.texts.get(DocumentName(ACCEPTED), "")
    temporary = folder / f".{ACCEPTED}.tmp"
    temporary.write_text(add_dispositions(earlier, added), encoding="utf-8", newline="\n")
    temporary.replace(folder / ACCEPTED)


def _list(understanding: Understanding) -> int:
    """Print each accepted finding with its reason and whether the clause still says what it said."""
    for disposition in understanding.pack.accepted:
        clause = understanding.clauses.get(ClauseId(disposition.clause))
        state = "gone" if clause is None else "holds" if clause.rev == disposition.rev else "edited since"
        print(f"{disposition.code} {disposition.clause} ({state}): {disposition.reason}")
    if not understanding.pack.accepted:
        print("nothing is accepted")
    return 0
