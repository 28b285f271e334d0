"""`specpack relay`: which requests wait, for how long, and how large they are."""

import argparse
import json
import time

from specpack.options import Home


def run(options: argparse.Namespace) -> int:
    """List the waiting requests, oldest first."""
    from specpack.middle.tokens import CHARACTERS_PER_TOKEN
    from specpack.providers.relay import list_waiting

    folder = options.relay or Home(options.pack).relay
    waiting = list_waiting(folder, time.time())
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
            }
            print(json.dumps(facts))
        else:
            state = ", an answer is begun" if request.partial else ""
            print(f"{request.path}\n  waits {_render_age(request.seconds)}, about {tokens} tokens{state}")
            print(f"  answer goes to {request.answer.name}")
    if options.format == "text":
        print(f"{len(waiting)} waiting in {folder}")
    return 0


def _render_age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
