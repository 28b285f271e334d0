"""`specpack check`: show what is wrong with a pack; exit status 1 on an error."""

import argparse
from importlib.metadata import entry_points

from specpack.cli.diagnostics import encode_diagnostic, render_diagnostics


def run(options: argparse.Namespace) -> int:
    """Print every diagnostic with its place."""
    from specpack.reading import read_pack

    understanding = read_pack(options.pack, [entry.name for entry in entry_points(group="specpack.targets")])
    if options.format == "json":
        for diagnostic in understanding.diagnostics:
            print(encode_diagnostic(diagnostic))
        for diagnostic, reason in understanding.accepted:
            print(encode_diagnostic(diagnostic, accepted=reason))
    else:
        print(render_diagnostics(understanding))
        if understanding.accepted:
            print(f"{len(understanding.accepted)} accepted; `specpack accept --list` shows them")
    if options.format != "json" and understanding.clauses:
        coverage = understanding.coverage
        clauses = sum(c.force is not None for c in understanding.clauses.values() if not c.document.startswith("std:"))
        print(
            f"{clauses} clauses with a force, {coverage.share:.1%} of {coverage.words} behaviour words in no clause, "
            f"{coverage.unforced_share:.1%} of {coverage.sentences} behaviour sentences without a force"
        )
    return 1 if understanding.failed else 0
