"""`specpack store`: verify what is stored, hand it over, take it in, or give back what no build rests on."""

import argparse
from pathlib import Path

from specpack import std
from specpack.middle.lock import read_lock
from specpack.middle.store import Store, copy_closure, verify_store
from specpack.middle.sweeping import sweep_store
from specpack.model.failure import Rejected, WrongUse
from specpack.options import Home


def run(options: argparse.Namespace) -> int:
    """Do one of the four."""
    home = Home(options.pack)
    store = Store(home.store, layers=[layer for layer in (home.recording, std.STORE) if layer.is_dir()])
    if options.action == "verify":
        problems = verify_store(store)
        for problem in problems:
            print(problem)
        print(f"{len(store.list_objects())} objects, {len(problems)} problems")
        return 1 if problems else 0
    if options.action == "import":
        return _import(store, options.source)
    lock = read_lock(home.lock)
    if lock is None:
        raise Rejected(f"`{home.lock}` does not exist, so no build rests on the store", help="build the pack first")
    roots = [pin.answer for pin in lock.pins]
    if options.action == "gc":
        if not options.days >= 0:
            raise WrongUse("`--days` is no less than 0")
        swept = sweep_store(store, roots, days=options.days, dry=options.dry_run)
        went = "would go" if options.dry_run else "went"
        print(f"{swept.objects} objects and {swept.entries} entries {went} ({swept.size} bytes), {swept.kept} stay")
        return 0
    if options.output is None:
        raise WrongUse("`specpack store export` needs `-o FOLDER`")
    target: Path = options.output
    copied = copy_closure(store, roots, Store(target))
    print(f"{len(copied)} objects of {len(roots)} answers in {target}")
    return 0


def _import(store: Store, folder: Path | None) -> int:
    """Take in a store that was exported, whole or not at all."""
    if folder is None or not folder.is_dir():
        raise WrongUse("`specpack store import` needs `--from FOLDER`, a store that was exported")
    source = Store(folder, read_only=True)
    problems = verify_store(source)
    if problems:
        raise Rejected(
            f"`{folder}` is damaged: {problems[0]}",
            kept="nothing was taken in",
            help="export it again where it is sound",
        )
    copied = copy_closure(source, source.list_objects(), store)
    print(f"{len(copied)} objects taken in from {folder}")
    return 0
