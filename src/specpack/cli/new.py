"""`specpack new`: begin a pack that checks clean, or write the manifest of documents that have none."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

from specpack import EDITION
from specpack.model.failure import WrongUse

_TARGET = "python"
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
    """Write the folder of a new pack, or the manifest of a folder that has documents."""
    from specpack.frontend.manifest import NAME

    name: str = options.name
    if options.folder is None and not name:
        raise WrongUse("a new pack has a name", help="say `specpack new NAME`, or `specpack new --from FOLDER`")
    if name and not NAME.fullmatch(name):
        raise WrongUse(
            f"`{name}` is no name of a pack", help="use lower-case letters, digits and hyphens, a letter first"
        )
    if options.folder is not None:
        return _adopt(options.folder, name)
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


def _adopt(folder: Path, name: str) -> int:
    """Write the manifest and the identity file of a folder of documents, say why each entry, end with the check."""
    from specpack.cli.main import main
    from specpack.cli.rendering.text import map_texts, render_diagnostic, render_diagnostics
    from specpack.frontend.identity import render_identities
    from specpack.frontend.inference import infer_manifest, report_inference
    from specpack.frontend.manifest import render_manifest
    from specpack.frontend.packs import ACCEPTED, IDENTITIES, LOCK, MANIFEST
    from specpack.frontend.roles import infer_roles
    from specpack.frontend.sources import read_source
    from specpack.reading import read_pack

    manifest = folder / MANIFEST
    if not folder.is_dir():
        raise WrongUse(f"`{folder}` is no folder", help="name a folder of Markdown documents")
    if os.path.lexists(manifest):
        raise WrongUse(f"`{manifest}` exists already", help="it is never overwritten: edit it, or move it away first")
    source = read_source(folder)
    understanding = read_pack(folder, read=lambda path: source if path == folder else read_source(path))
    if not understanding.pack.documents:
        print(render_diagnostics(understanding))
        return 1
    inference = infer_manifest(understanding)
    known, texts = name or understanding.pack.name, map_texts(understanding)
    others = {path: data for path, data in source.files.items() if path not in (IDENTITIES, LOCK, ACCEPTED)}
    for diagnostic in (*report_inference(inference), *infer_roles(others, "")[1]):
        print(f"{render_diagnostic(diagnostic, texts)}\n")
    for topic in inference.contested:
        print(f"`{topic}` has no owner: two documents are told to own it\n")
    roles = [(guess.document.path, guess.role) for guess in inference.guesses]
    owns = {owner.topic: owner.path for owner in inference.owners}
    _create(manifest, render_manifest(roles, (known, _TARGET, EDITION)) + _render_owners(owns))
    named = "as you say" if name else "after its folder"
    print(f"{manifest} is written: pack `{known}`, {named}, target `{_TARGET}`, on top of `std`")
    _replace(folder / IDENTITIES, render_identities(read_pack(folder).identities))
    print(f"{folder / IDENTITIES} is written\n")
    return main(["check", str(folder)])


def _render_owners(owns: Mapping[str, str]) -> str:
    """Return the end of a manifest: the table of owners, where there are any."""
    pairs = ", ".join(f"{_quote(topic)} = {_quote(path)}" for topic, path in owns.items())
    return f"\n\n[precedence]\nowns = {{ {pairs} }}\n" if pairs else "\n"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _create(file: Path, text: str) -> None:
    """Write a file that does not exist yet.

    Raises:
        WrongUse: It came to be in the meantime.
    """
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise WrongUse(f"`{file}` exists already", help="it is never overwritten") from None


def _replace(file: Path, text: str) -> None:
    """Write a file in one step."""
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(file)
