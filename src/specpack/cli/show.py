"""`specpack show`: a clause, an answer with its request and replies, or any stored object."""

import argparse
import json

from specpack import std
from specpack.model.failure import WrongUse
from specpack.options import Home


def run(options: argparse.Namespace) -> int:
    """Print what the id names, tried as clause, label, then digest."""
    from specpack.reading import read_pack

    understanding = read_pack(options.pack)
    clause = next((c for c in understanding.clauses.values() if c.id == options.id), None)
    if clause is not None:
        force = (
            f"{clause.force.value}, {clause.modality.source.value}" if clause.modality and clause.force else "no force"
        )
        print(f"{clause.id} ({clause.kind.value}, {force}, binds the {clause.bearer.value})")
        print(f"{clause.document}:{clause.span.line}:{clause.span.column}\n\n{clause.composed}")
        return 0
    return _show_stored(options)


def _show_stored(options: argparse.Namespace) -> int:
    from specpack.middle.answers import read_answer, read_reply
    from specpack.middle.lock import read_lock
    from specpack.middle.store import Store
    from specpack.model.pack import Digest

    home = Home(options.pack)
    store = Store(home.store, layers=[layer for layer in (home.recording, std.STORE) if layer.is_dir()])
    lock = read_lock(home.lock)
    pin = next((p for p in lock.pins if p.label == options.id), None) if lock else None
    replies = [read_reply(store, d) for _, d in store.list_entries("replies")]
    if pin is not None:
        answer = read_answer(store, pin.answer)
        print(f"{answer.label} by {answer.by}, answer {answer.digest}")
        for digest in answer.attempts:
            reply = read_reply(store, digest)
            print(f"\n---- request {reply.request}\n\n{store.read_bytes(reply.request).decode()}")
            print(f"\n---- reply by {reply.by}\n\n{reply.text}")
        return 0
    unpinned = [r for r in replies if options.id in r.questions]
    if unpinned:
        for reply in unpinned:
            print(f"---- request {reply.request}\n\n{store.read_bytes(reply.request).decode()}")
            print(f"---- reply by {reply.by}\n\n{reply.text}")
        return 0
    found = [d for d in store.list_objects() if d.startswith(options.id)] if len(options.id) >= 6 else []
    if len(found) != 1:
        why = "is no clause, label or stored object" if not found else f"is the beginning of {len(found)} digests"
        raise WrongUse(f"`{options.id}` {why}", help="`specpack check` lists clauses, `specpack.lock` lists labels")
    text = store.read_bytes(Digest(found[0])).decode("utf-8", "replace")
    print(json.dumps(json.loads(text), indent=1, ensure_ascii=False) if text.startswith("{") else text)
    return 0
