"""`specpack trace`: the ledger of the last build, as lines, as JSON or as one page."""

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from specpack.backend.deliver import beside
from specpack.backend.page import Facts, Words, decode_facts, render_page, render_rows
from specpack.cli.log import find_archive
from specpack.model.failure import Unavailable, WrongUse

_GOOD = frozenset({"tested", "gated", "not applicable", "overridden"})


def run(options: argparse.Namespace) -> int:
    """Print the ledger in the format asked for; the page goes to a file whose path is printed."""
    if options.to and options.format != "html":
        raise WrongUse("`--to` names the page, which `--format html` writes", help="add `--format html`")
    archive = _find_archive(options)
    ledger = beside(archive, "ledger.jsonl")
    if not ledger.is_file():
        raise WrongUse(f"there is no ledger at `{ledger}`", help="build the pack first")
    text = ledger.read_text(encoding="utf-8")
    if options.format == "text":
        _print_text(text, everything=options.all)
        return 0
    statement = _read_attestation(archive)
    facts, digest = _read_facts(archive, text, _read_words(options.pack, statement))
    if options.format == "json":
        print(render_rows(facts), end="")
        return 0
    about = {"zip": archive.name, "sha256": digest} | {
        key: statement[key] for key in ("target", "edition") if key in statement
    }
    path = options.to or beside(archive, "trace.html")
    _write_page(path, render_page(facts, name=archive.name.removesuffix(".zip"), about=about))
    print(path)
    return 0


def _find_archive(options: argparse.Namespace) -> Path:
    """Return the zip that `-o` names, for which no pack is needed, else that of the pack."""
    if options.output and options.output.is_file():
        return Path(options.output)
    return find_archive(options.pack, options.output)


def _print_text(ledger: str, *, everything: bool) -> None:
    """Print one line a clause of the pack that is not satisfied, worst standing first; all clauses with `--all`."""
    rows = [json.loads(line) for line in ledger.splitlines()]
    for row in rows:
        if everything or (row["own"] and row["standing"] not in _GOOD):
            print(f"{row['standing']:<14} {row['clause']:<40} {row['why']}")
    for own, name in ((True, "project"), (False, "extended")):
        mine = [row for row in rows if row["own"] is own]
        satisfied = sum(row["standing"] in _GOOD for row in mine)
        print(f"{name}: {satisfied} of {len(mine)} clauses tested, gated, overridden or not applicable")


def _read_facts(archive: Path, ledger: str, words: Mapping[str, Words]) -> tuple[Facts, str]:
    from specpack.backend.archive import read_archive

    facts = decode_facts(read_archive(archive), ledger, words)
    return facts, hashlib.sha256(archive.read_bytes()).hexdigest()


def _read_attestation(archive: Path) -> Mapping[str, str]:
    """Return edition, target and the pack's digest from the attestation; nothing where there is none to be read."""
    try:
        statement = json.loads(beside(archive, "intoto.json").read_text(encoding="utf-8"))
        stated = statement["predicate"]["buildDefinition"]["externalParameters"]
        return {
            "edition": str(stated["edition"]),
            "target": str(stated["target"]),
            "pack": str(stated["pack"]["sha256"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _read_words(pack: Path, statement: Mapping[str, str]) -> Mapping[str, Words]:
    """Return the words of clauses of extended packs, where the pack at hand is the one that the zip was built from."""
    from specpack.reading import read_pack

    if "pack" not in statement or not (pack.is_file() or (pack / "specpack.toml").is_file()):
        return {}
    understanding = read_pack(pack)
    if understanding.pack.digest != statement["pack"]:
        return {}
    own = {d.name for d in understanding.pack.documents if d.pack == understanding.pack.name}
    return {
        clause.id: Words(
            force=clause.force.value if clause.force else "",
            text=clause.composed,
            place=f"{clause.document}:{clause.span.line}",
        )
        for clause in understanding.clauses.values()
        if clause.document not in own
    }


def _write_page(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Unavailable(
            f"page `{path}` could not be written: {error.strerror or type(error).__name__}",
            kept="the zip and its ledger",
            help="name another file with `--to`",
        ) from error
