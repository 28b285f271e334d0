"""Dispositions: findings that the author of a pack accepts, each with a reason, while the clause says what it said.

Path: checks, accepted file -> **dispositions** -> understanding. The file stands beside the pack, one line a clause:
`SP302 errors.ab2cd 1a2b3c4d5e6f because the pilot has one user`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.places import list_records
from specpack.frontend.rules_deep import DEEP_CODES
from specpack.model.clause import Clause, ClauseId
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.pack import Disposition
from specpack.model.span import DocumentName

_HEADER = (
    "# Findings that are accepted, with the reason. Written by `specpack accept`; a changed clause raises them again."
)
_LINE = re.compile(r"(SP\d{3})\s+([a-z0-9][\w-]*\.[\w.-]+)\s+([0-9a-f]{12})\s+(\S.*)")


def parse_dispositions(text: str, name: DocumentName) -> tuple[tuple[Disposition, ...], tuple[Diagnostic, ...]]:
    """Return the lines of an accepted file; of two for one clause the last, as after a merge.

    Reports: SP902 (a line that cannot be read).
    """
    found: dict[tuple[str, str], Disposition] = {}
    diagnostics: list[Diagnostic] = []
    for line, span in list_records(name, text):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            diagnostics.append(build_diagnostic("SP902", span, case="line"))
            continue
        code, clause, rev, reason = match.groups()
        found[code, clause] = Disposition(code=code, clause=clause, rev=rev, reason=reason, span=span)
    return tuple(found[key] for key in sorted(found)), tuple(diagnostics)


def add_dispositions(text: str, added: Sequence[Disposition]) -> str:
    """Return the text of an accepted file with more lines, sorted, so that it merges well.

    A line of the same code and clause gives way; comments stay in front, and what cannot be read stays as it is.
    """
    new = {(d.code, d.clause): f"{d.code} {d.clause} {d.rev} {' '.join(d.reason.split())}" for d in added}
    old = [line.strip() for line in text.split("\n") if line.strip()]
    comments = [line for line in old if line.startswith("#")] or [_HEADER]
    kept = [line for line in old if not line.startswith("#") and tuple(line.split()[:2]) not in new]
    return "\n".join([*comments, *sorted([*kept, *new.values()])]) + "\n"


def settle_dispositions(
    diagnostics: Sequence[Diagnostic], clauses: Mapping[ClauseId, Clause], dispositions: Sequence[Disposition]
) -> tuple[tuple[Diagnostic, ...], tuple[tuple[Diagnostic, str], ...]]:
    """Return the diagnostics that stand, and those that are accepted with their reasons.

    A diagnostic is accepted where each of its clauses is, in the words that it has now. One whose clause was edited
    since stands, with the old reason as a note. An error is never accepted. Of what a model may find, nobody knows
    here whether it still would.

    Reports: SP902 (a line that accepts nothing).
    """
    known = {(d.code, d.clause): d for d in dispositions}
    used: set[tuple[str, str]] = set()
    standing: list[Diagnostic] = []
    accepted: list[tuple[Diagnostic, str]] = []
    for diagnostic in diagnostics:
        keys = [(diagnostic.code, clause) for clause in diagnostic.clauses if (diagnostic.code, clause) in known]
        used.update(keys)
        fresh = [key for key in keys if known[key].rev == clauses[ClauseId(key[1])].rev]
        whole = bool(keys) and len(fresh) == len(set(diagnostic.clauses))
        if whole and diagnostic.severity is not Severity.ERROR:
            accepted.append((diagnostic, known[fresh[0]].reason))
        else:
            standing.append(_add_reasons(diagnostic, [known[key] for key in keys if key not in fresh]))
    standing += [
        build_diagnostic("SP902", known[key].span, fields={"code": key[0], "clause": key[1]})
        for key in known.keys() - used
        if key[0] not in DEEP_CODES
    ]
    return tuple(standing), tuple(accepted)


def _add_reasons(diagnostic: Diagnostic, outdated: Sequence[Disposition]) -> Diagnostic:
    notes = (f"accepted for an earlier wording of `{d.clause}`: {d.reason}" for d in outdated)
    return replace(diagnostic, notes=(*diagnostic.notes, *notes))
