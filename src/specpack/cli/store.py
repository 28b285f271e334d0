"""`specpack store`: verify what is stored, or export what a build rests on."""

import argparse
from pathlib import Path

from specpack import std
from specpack.model.failure import Rejected, WrongUse
from specpack.options import Home


def run(options: argparse.Namespace) -> int:
    """Verify or export."""
    from specpack.middle.lock import read_lock
    from specpack.middle.store import Store, copy_closure, verify_store

    home = Home(options.pack)
    store = Store(home.store, layers=[layer for layer in (home.recording, std.STORE) if layer.is_dir()])
    if options.action == "verify":
        problems = verify_store(store)
        for problem in problems:
            print(problem)
        print(f"{len(store.list_objects())} objects, {len(problems)} problems")
        return 1 if problems else 0
    lock = read_lock(home.lock)
    if lock is None:
        raise Rejected(f"`{home.lock}` does not exist, so there is no build to export", help="build the pack first")
    if options.output is None:
        raise WrongUse("`specpack store export` needs `-o FOLDER`")
    target: Path = options.output
    copied = copy_closure(store, [pin.answer for pin in lock.pins], Store(target))
    print(f"{len(copied)} objects of {len(lock.pins)} answers in {target}")
    return 0
