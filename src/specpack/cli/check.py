"""`specpack check`: show what is wrong with a pack; exit status 1 on an error."""

import argparse
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from specpack.cli.rendering.lines import encode_diagnostic
from specpack.cli.rendering.text import render_diagnostics
from specpack.model.failure import WrongUse
from specpack.model.span import DocumentName
from specpack.model.understanding import Understanding

if TYPE_CHECKING:
    from specpack.folders import Folders


def run(options: argparse.Namespace) -> int:
    """Print every diagnostic with its place."""
    from specpack.cli.asymmetry import count_openings, print_asymmetry
    from specpack.folders import Folders
    from specpack.reading import read_pack

    if options.all and not options.asymmetry:
        raise WrongUse("`--all` goes with `--asymmetry`", help="without it all diagnostics are shown anyway")
    if options.asymmetry and options.format not in ("text", "json"):
        raise WrongUse(
            f"`--asymmetry` has no form `{options.format}`", help="it prints text, or JSON with `--format json`"
        )
    targets = [entry.name for entry in entry_points(group="specpack.targets")]
    folders = Folders()
    understanding = read_pack(options.pack, targets, folders.read)
    if options.fix:
        from specpack.cli.fix import fix_pack

        print(fix_pack(options.pack, understanding, targets), file=sys.stderr)
        folders = Folders()
        understanding = read_pack(options.pack, targets, folders.read)
    if options.deep:
        from specpack.cli.deep import add_review

        understanding = add_review(options, understanding)
    if options.asymmetry:
        print_asymmetry(understanding, everything=options.all, as_json=options.format == "json")
        return 1 if understanding.failed else 0
    if options.format == "json":
        _print_lines(understanding)
    elif options.format == "sarif":
        from specpack.cli.rendering.sarif import quote_path, render_sarif

        print(render_sarif(understanding, lambda name: quote_path(_show_path(understanding, folders, name) or name)))
    elif options.format == "github":
        from specpack.cli.rendering.annotations import render_annotations

        told = render_annotations(understanding.diagnostics, lambda name: _show_path(understanding, folders, name))
        print(told, end="\n" if told else "")
    else:
        _print_text(understanding, count_openings(understanding))
    return 1 if understanding.failed else 0


def _print_lines(understanding: Understanding) -> None:
    for diagnostic in understanding.diagnostics:
        print(encode_diagnostic(diagnostic))
    for diagnostic, reason in understanding.accepted:
        print(encode_diagnostic(diagnostic, accepted=reason))


def _print_text(understanding: Understanding, openings: str) -> None:
    print(render_diagnostics(understanding))
    if understanding.accepted:
        print(f"{len(understanding.accepted)} accepted; `specpack accept --list` shows them")
    if openings:
        print(f"{openings}; `specpack check --asymmetry` ranks them")
    if understanding.clauses:
        coverage = understanding.coverage
        clauses = sum(c.force is not None for c in understanding.clauses.values() if not c.document.startswith("std:"))
        print(
            f"{clauses} clauses with a force, {coverage.share:.1%} of {coverage.words} behaviour words in no clause, "
            f"{coverage.unforced_share:.1%} of {coverage.sentences} behaviour sentences without a force"
        )


def _show_path(understanding: Understanding, folders: "Folders", name: DocumentName) -> str:
    """Return the path of a document from the current folder with `/`; empty for one outside of it, as `std` may be."""
    file = folders.find_file(understanding.pack, name)
    whole = Path(os.path.abspath(file)) if file else None  # noqa: PTH100 - links stay as they are named
    return whole.relative_to(Path.cwd()).as_posix() if whole and whole.is_relative_to(Path.cwd()) else ""
