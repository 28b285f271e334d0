"""Wrap a specification as a pack: its documents as they are, our brief, a manifest.

Path: case -> **packs** -> the pack of every draw.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from specpack import EDITION

BRIEF = "behaviour/interface.md"

_MANIFEST = """\
[pack]
name = "{name}"
version = "0.1.0"
target = "python"
edition = "{edition}"
extends = ["std"]

[documents]
behaviour = [{documents}]

[precedence]
owns = {{ "public interface" = "{brief}" }}
"""


def write_pack(folder: Path, name: str, documents: Mapping[str, str], brief: str) -> None:
    """Write the pack anew; the brief owns the topic `public interface`."""
    shutil.rmtree(folder, ignore_errors=True)
    texts = {BRIEF: brief, **documents}
    listed = ", ".join(f'"{path}"' for path in sorted(texts))
    texts["specpack.toml"] = _MANIFEST.format(name=name, edition=EDITION, documents=listed, brief=BRIEF)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
