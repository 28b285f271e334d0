"""`specpack new`: begin a pack that checks clean."""

import argparse
from pathlib import Path

from specpack import EDITION
from specpack.model.failure import WrongUse

_MANIFEST = """\
[pack]
name = "{name}"
version = "0.1.0"
target = "python"
edition = "{edition}"
extends = ["std"]

[documents]
behaviour = ["behaviour/*.md"]
"""

_BEHAVIOUR = """\
# {title}

What a user of the system can see. Everything here is a rule, a definition or a sample.

## Definitions

- **greeting**: a text that the system gives to its caller.

## Greeting

- The system MUST answer `greet(name)` of the module `{module}` with the greeting `Hello, NAME`, where NAME is the name
  given.
- The system MUST raise `EmptyName` of the module `{module}` where the name given is empty.
"""


def run(options: argparse.Namespace) -> int:
    """Write the folder of a new pack."""
    from specpack.frontend.manifest import NAME

    name: str = options.name
    if not NAME.fullmatch(name):
        raise WrongUse(
            f"`{name}` is no name of a pack", help="use lower-case letters, digits and hyphens, a letter first"
        )
    folder = Path(name)
    if folder.exists():
        raise WrongUse(f"`{name}` exists already", help="choose another name, or remove it first")
    module = name.replace("-", "_")
    (folder / "behaviour").mkdir(parents=True)
    (folder / "specpack.toml").write_text(_MANIFEST.format(name=name, edition=EDITION), encoding="utf-8")
    text = _BEHAVIOUR.format(title=name.replace("-", " ").capitalize(), module=module)
    (folder / "behaviour" / f"{name}.md").write_text(text, encoding="utf-8")
    print(f"{folder}/specpack.toml and {folder}/behaviour/{name}.md are written; `specpack check {name}` reads them")
    return 0
