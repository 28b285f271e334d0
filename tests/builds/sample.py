"""A build as its end leaves it, made by the code that ends builds, from a small pack with hostile words."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from specpack.backend.archive import write_archive
from specpack.backend.assemble import assemble_sources, assemble_tree
from specpack.backend.attestation import render_attestation
from specpack.backend.deliver import beside
from specpack.backend.ledger import account, render_ledger
from specpack.model.conclusion import (
    Assumption,
    DesignConclusion,
    Deviation,
    Dispute,
    Outcome,
    Ruling,
    SourceFile,
    Unit,
)
from specpack.model.finding import GateResult, Verdict
from specpack.model.pack import Digest
from specpack.model.record import BuildRecord
from specpack.reading import read_pack
from specpack.targets import load_target

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">"
MANIFEST = """[pack]
name = "greeter"
version = "0.1.0"
target = "python"
edition = "2026.1"
extends = ["std"]

[documents]
behaviour = ["greet.md"]
"""
DOCUMENT = f"""# Greet

## Greeting

- The service MUST greet a known person by name. {{#known}}
- The service MUST NOT greet a person twice. {{#twice}}
- The service MUST answer `name-empty` when the name is empty. {{#empty}}
- The service MUST store `{HOSTILE}` as it is. {{#hostile}}
- The service MAY smile. {{#smile}}
"""
TEST = "tests/test_greet.py::test_known_person"
LONE = "tests/test_greet.py::test_blank_name"
CODE = 'def greet(name: str) -> str:\n    """Greet."""\n    return f"hello {name}"  # </pre><b>&amp;\n'
TESTS = "def test_known_person() -> None:\n    assert True\n\n\ndef test_blank_name() -> None:\n    assert True\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Where the pack and the zip lie; ledger and attestation are beside the zip."""

    pack: Path
    archive: Path


def write_sample(folder: Path) -> Sample:
    """Write pack, zip, ledger and attestation of a build that has one of everything."""
    pack = folder / "greeter"
    pack.mkdir()
    (pack / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (pack / "greet.md").write_text(DOCUMENT, encoding="utf-8")
    record = _make_record(pack)
    noticed = ("noticed", json.dumps({"greeting": [TEST]}))
    results = (GateResult(gate="stubs", verdict=Verdict.PASS, facts=(noticed,)),)
    archive = folder / "greeter.zip"
    tree = assemble_tree(record, assemble_sources(record), load_target("python"), "# Cleanup\n")
    digest = write_archive(archive, tree)
    beside(archive, "ledger.jsonl").write_text(render_ledger(account(record, results)), encoding="utf-8")
    statement = render_attestation(
        subject=archive.name,
        digest=digest,
        pack=record.understanding.pack.digest,
        lock=Digest(hashlib.sha256(b"").hexdigest()),
        edition="2026.1",
        target="python",
        options={},
        answers=(),
    )
    beside(archive, "intoto.json").write_text(statement, encoding="utf-8")
    return Sample(pack=pack, archive=archive)


def _make_record(pack: Path) -> BuildRecord:
    understanding = read_pack(pack)
    known, twice, empty, hostile = (f"greet.{anchor}" for anchor in ("known", "twice", "empty", "hostile"))
    assert {known, twice, empty, hostile} <= set(understanding.clauses), sorted(understanding.clauses)[-9:]
    unit = Unit(id="greeting", paths=("greeter/greet.py",), purpose="says hello & more", clauses=(known, empty))
    ruling = Ruling(outcome=Outcome.FIRST, clauses=(known,), why="the text says by name")
    return BuildRecord(
        understanding=understanding,
        design=DesignConclusion(units=(unit,), entry_points=(), groups=()),
        files={
            "write/greeting": (SourceFile(path="greeter/greet.py", text=CODE),),
            "test/greeting": (SourceFile(path="tests/test_greet.py", text=TESTS),),
        },
        lockfile="",
        assumptions=(
            Assumption(id="assume.blank", silence="what a blank is", decision="a blank is no name", clauses=(empty,)),
        ),
        deviations=(Deviation(clause=twice, reason="nobody remembers `persons`"),),
        disputes=(Dispute(test=TEST, call="greet('Ann')", first="hello Ann", second="hello\nyou", ruling=ruling),),
        units={known: ("greeting",), empty: ("greeting",), twice: ("greeting",), hostile: ("greeting",)},
        tests={known: (TEST,), "assume.blank": (LONE,)},
        unforced=frozenset(),
        bindings={},
        gates={},
    )
