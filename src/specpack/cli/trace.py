"""`specpack trace`: the ledger of the last build."""

import argparse
import json

from specpack.cli.log import find_archive
from specpack.model.failure import WrongUse


def run(options: argparse.Namespace) -> int:
    """Print one line a clause of the pack that is not satisfied, worst standing first; all clauses with `--all`."""
    archive = find_archive(options.pack, options.output)
    ledger = archive.with_name(f"{archive.name}.ledger.jsonl")
    if not ledger.is_file():
        raise WrongUse(f"there is no ledger at `{ledger}`", help="build the pack first")
    rows = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    good = {"tested", "gated", "not applicable", "overridden"}
    for row in rows:
        if options.all or (row["own"] and row["standing"] not in good):
            print(f"{row['standing']:<14} {row['clause']:<40} {row['why']}")
    for own, name in ((True, "project"), (False, "extended")):
        mine = [row for row in rows if row["own"] is own]
        satisfied = sum(row["standing"] in good for row in mine)
        print(f"{name}: {satisfied} of {len(mine)} clauses tested, gated, overridden or not applicable")
    return 0
