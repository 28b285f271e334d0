"""`specpack check --deep` through relay. All replies are synthetic: no model wrote them."""

import json
import re
from pathlib import Path

import pytest

from specpack.cli.main import main

MANIFEST = """\
[pack]
name = "ferry"
version = "0.1.0"
target = "python"
edition = "2026.1"
extends = ["std"]

[documents]
behaviour = ["*.md"]
"""
TEXT = """\
# Ferry

## Fares

The ferry MUST ask a fare of each guest. {#fare}

The ferry MUST carry *each* guest. {#carry}
"""
SAID = {
    "section": {
        "findings": [
            {
                "code": "SP508",
                "clauses": ["ferry.carry"],
                "words": "carry each guest",
                "why": "all at once?",
                "rewording": "r",
            }
        ]
    },
    "whole": {"cores": [{"clauses": ["ferry.fare", "ferry.carry"], "why": "some cannot pay"}]},
    "literal": {"artefacts": [{"describes": "the fare is asked and never taken", "clauses": ["ferry.fare"]}]},
    "core": {"satisfiable": False, "why": "a guest without money"},
    "prosecute": {"forbidden_by": [], "why": "asked is asked"},
    "object": {
        "objectionable": True,
        "why": "no income",
        "positive": "The ferry MUST take it.",
        "negative": "No guest MAY pass.",
        "check": "count",
    },
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "ferry.md").write_text(TEXT, encoding="utf-8")
    return folder


def check(pack: Path, *more: str) -> int:
    return main(["check", str(pack), "--deep", "--model", "relay:m", "--relay", str(pack / "relay"), *more])


def answer_all(pack: Path) -> int:
    """Answer what waits, and return how many requests there were."""
    count = 0
    for path in (pack / "relay").glob("*.request.md"):
        answer = path.with_name(path.name.replace(".request.", ".answer."))
        if answer.exists():
            continue
        count += 1
        text = path.read_text("utf-8")
        kinds = re.findall(r"^## Question `review/(\w+)", text, re.MULTILINE)
        marks = re.findall(r"^(==== specpack data - ([0-9a-f]{8}) ====)$", text, re.MULTILINE)
        blocks = [
            f"{mark}\n{json.dumps(SAID[kind])}\n==== end {nonce} ====\n"
            for kind, (mark, nonce) in zip(kinds, marks, strict=True)
        ]
        answer.write_text("\n".join(blocks), encoding="utf-8")
    return count


def test_a_review_waits_goes_on_and_is_shown_with_its_evidence(pack: Path, capsys: pytest.CaptureFixture[str]):
    assert check(pack) == 4
    assert answer_all(pack)
    assert check(pack) == 4
    assert answer_all(pack)
    capsys.readouterr()
    assert check(pack) == 0
    out = capsys.readouterr().out
    assert "warning[SP508]: `carry each guest`: all at once?" in out
    assert "warning[SP405]: these 2 clauses cannot be obeyed together: some cannot pay" in out
    assert "who saw these clauses alone said: a guest without money" in out
    assert "warning[SP509]: every clause is obeyed and nobody would take it: the fare is asked and never taken" in out
    assert "The ferry MUST take it. No guest MAY pass." in out
    assert "found by `relay:m`, not by a rule" in out
    assert check(pack, "--format", "json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["severity"] for one in told if one["code"] in ("SP508", "SP405", "SP509")} == {"warning"}


def test_an_accepted_finding_of_a_model_stays_accepted(pack: Path, capsys: pytest.CaptureFixture[str]):
    while check(pack) == 4:
        answer_all(pack)
    assert main(["accept", "--pack", str(pack), "SP509", "ferry.fare", "--reason", "guests are honest"]) == 0
    capsys.readouterr()
    assert check(pack) == 0
    assert "SP509" not in capsys.readouterr().out
    main(["check", str(pack)])
    assert "SP902" not in capsys.readouterr().out


def test_without_a_model_it_says_so(pack: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(pack), "--deep"]) == 1
    assert "no model was named" in capsys.readouterr().err
