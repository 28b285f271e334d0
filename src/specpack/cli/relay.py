"""`specpack relay`: which requests wait, and the ways in which answers come in.

Path: relay's folder <-> **relay** <-> a person, a zip, an assistant.
"""

import argparse
import json
import shlex
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from specpack.model.failure import WrongUse
from specpack.options import Home

if TYPE_CHECKING:
    from specpack.providers.inbox import Arrival
    from specpack.providers.relay import WaitingRequest


def run(options: argparse.Namespace) -> int:
    """List the waiting requests, oldest first, or do with them what one of the options says."""
    folder = options.relay or Home(options.pack).relay
    _check_options(options)
    if options.export:
        return _export(folder, options)
    if options.taken:
        return _import(folder, options)
    if options.interactive:
        from specpack.cli.relay_session import run_session

        return run_session(folder, options.phase)
    if options.mcp:
        from specpack.cli.relay_tools import serve_tools

        return serve_tools(folder, options.phase)
    return _list(folder, options)


def _check_options(options: argparse.Namespace) -> None:
    if options.replace and not (options.export or options.taken):
        raise WrongUse("`--replace` goes with `--export` or `--import`", help="leave it away")
    if options.phase and options.taken:
        raise WrongUse("`--phase` does not go with `--import`", help="answers are told apart by their names")
    if options.format == "json" and (options.interactive or options.mcp):
        raise WrongUse("`--format json` does not go with `--interactive` or `--mcp`", help="leave it away")


def _list(folder: Path, options: argparse.Namespace) -> int:
    from specpack.middle.tokens import CHARACTERS_PER_TOKEN
    from specpack.providers.relay import list_waiting

    waiting = list_waiting(folder, time.time(), options.phase)
    for request in waiting:
        tokens = int(request.characters / CHARACTERS_PER_TOKEN)
        if options.format == "json":
            facts = {
                "request": str(request.path),
                "answer": str(request.answer),
                "seconds": int(request.seconds),
                "characters": request.characters,
                "tokens": tokens,
                "begun": request.partial,
                "superseded": request.superseded,
            }
            print(json.dumps(facts))
        else:
            state = ", an answer is begun" if request.partial else ""
            state += ", a younger request asks the same in other words" if request.superseded else ""
            print(f"{request.path}\n  waits {_render_age(request.seconds)}, about {tokens} tokens{state}")
            print(f"  answer goes to {request.answer.name}")
    if options.format == "text":
        print(f"{len(waiting)} waiting in {folder}")
    return 0


def _export(folder: Path, options: argparse.Namespace) -> int:
    """Write the bundle and print what to paste beside it."""
    from specpack.providers.bundle import PROMPT, write_bundle
    from specpack.providers.relay import list_waiting

    waiting = list_waiting(folder, time.time(), options.phase)
    if not waiting:
        print(json.dumps({"bundle": None, "requests": []}) if options.format == "json" else f"0 waiting in {folder}")
        return 0
    write_bundle(options.export, waiting, replace=options.replace)
    mixed = _mixes_test_with_code(waiting)
    if options.format == "json":
        names = sorted(request.name for request in waiting)
        print(json.dumps({"bundle": str(options.export), "requests": names, "prompt": PROMPT, "mixed": mixed}))
        return 0
    count = "1 request" if len(waiting) == 1 else f"{len(waiting)} requests"
    print(f"{count} in {options.export}; attach it to a new chat and paste:\n")
    print("\n".join(f"    {line}" for line in PROMPT.splitlines()))
    print(f"\nthen: specpack relay --import ANSWERS.zip --relay {shlex.quote(str(folder))}")
    if mixed:
        print(
            "note: the zip holds requests for tests and for the code that they test; whoever has seen the code is no\n"
            "  independent tester: export twice, with `--phase test` and `--phase write`, for two chats"
        )
    return 0


def _mixes_test_with_code(waiting: Iterable["WaitingRequest"]) -> bool:
    phases = {phase for request in waiting for phase in request.phases}
    return {"test", "write"} <= phases


def _import(folder: Path, options: argparse.Namespace) -> int:
    """Take a bundle in, and tell what became of each file and what still waits; 1 where something was not taken."""
    from specpack.providers.bundle import read_bundle
    from specpack.providers.inbox import Outcome, take_answers
    from specpack.providers.relay import list_waiting

    bundle = read_bundle(options.taken)
    arrivals = [*bundle.refused, *take_answers(folder, bundle.files, time.time(), replace=options.replace)]
    waiting = list_waiting(folder, time.time())
    if options.format == "json":
        _print_arrivals_json(arrivals)
    else:
        _print_arrivals(arrivals)
        if not arrivals:
            print(f"no answer in {options.taken}")
        for request in waiting:
            print(f"still waits: {request.name}{' (an answer is begun)' if request.partial else ''}")
        print(f"{len(waiting)} waiting in {folder}")
    good = (Outcome.TAKEN, Outcome.SAME)
    return 0 if arrivals and all(arrival.outcome in good for arrival in arrivals) else 1


def _print_arrivals(arrivals: Sequence["Arrival"]) -> None:
    from specpack.providers.inbox import Outcome, show_name

    for arrival in arrivals:
        source, request = show_name(arrival.source), arrival.request
        if arrival.outcome is Outcome.REFUSED:
            print(f"refused: `{source}` {arrival.why}")
        elif arrival.outcome is Outcome.KEPT:
            print(f"not taken: `{source}`, because `{request}` has another answer already; insist with `--replace`")
        else:
            print(f"{arrival.outcome}: {request} (from `{source}`)")
            for line in arrival.missing:
                print(f"  not whole: {line}")


def _print_arrivals_json(arrivals: Sequence["Arrival"]) -> None:
    for arrival in arrivals:
        facts = {
            "source": arrival.source,
            "request": arrival.request,
            "outcome": arrival.outcome.name.lower(),
            "why": arrival.why,
            "missing": arrival.missing,
        }
        print(json.dumps(facts))


def _render_age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
