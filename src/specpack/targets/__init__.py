"""Target languages, each a folder that implements `specpack.model.target.Target`.

Path: manifest -> **targets** -> every stage that knows a language.
"""

from importlib.metadata import entry_points

from specpack.model.failure import WrongUse
from specpack.model.target import Target


def load_target(name: str) -> Target:
    """Return the target of that name, found by entry point. Raises `WrongUse` where none is installed."""
    found = {entry.name: entry for entry in entry_points(group="specpack.targets")}
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise WrongUse(
            f"no target `{name}` is installed (installed: {known})", help="change `target` in `specpack.toml`"
        )
    target: Target = found[name].load()()
    return target
