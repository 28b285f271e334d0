"""`specpack models`: the ways to reach a model, which are usable here, and why the others are not."""

import argparse
import json
import os

from specpack.providers import load_kinds


def run(options: argparse.Namespace) -> int:
    """Print each provider: what to write behind `--model`, what it is, and whether it is usable here."""
    for kind in load_kinds():
        why = kind.check(os.environ)
        if options.format == "json":
            facts = {"name": kind.name, "usage": kind.usage, "summary": kind.summary, "usable": not why, "why": why}
            print(json.dumps(facts))
        else:
            print(f"{kind.usage:<20} {f'not usable: {why}' if why else 'usable'}\n  {kind.summary}")
    return 0
