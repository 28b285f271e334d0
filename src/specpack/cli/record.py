"""The record of the last build, for the commands that look ahead.

Path: pack, lock, store -> **record** -> diff, plan, why.
"""

from collections.abc import Collection

from specpack import std
from specpack.middle.foresight import Foresight, foresee_questions
from specpack.middle.lock import Lock, read_lock
from specpack.middle.phases.material import Material
from specpack.middle.store import Store
from specpack.model.clause import ClauseId
from specpack.model.pack import Role
from specpack.model.understanding import Understanding
from specpack.options import Home
from specpack.targets import load_target


def foresee_build(
    understanding: Understanding, home: Home, lock: Lock, changed: Collection[ClauseId]
) -> Foresight | None:
    """Return what a build would ask by the record of the last one, None for a pack without phases to ask.

    Args:
        understanding: The pack that would be built.
        home: Where its store lies; nothing is written.
        lock: Pins of the last build, none where there was none.
        changed: Clauses that differ from that build.
    """
    material = Material(understanding, load_target(understanding.pack.target))
    if not material.documents(Role.CONTRACT):
        return None
    layers = [layer for layer in (home.recording, std.STORE) if layer.is_dir()]
    store = Store(home.store, layers=layers, read_only=True)
    return foresee_questions(material, store, lock, read_lock(std.LOCK) or Lock(), changed)
