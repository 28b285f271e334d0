"""The manifest as it is read, and the place of each mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpack.frontend.manifest import Manifest, parse_manifest
from specpack.model.diagnostic import Severity
from specpack.model.pack import Role
from specpack.model.span import DocumentName

NAME = DocumentName("specpack.toml")
DIGEST = "sha256:" + "0a" * 32
GOOD = f"""[pack]
name = "telemetry"
version = "0.1.0"
target = "python"
edition = "2026.1"
extends = ["std", {{ path = "../house", digest = "{DIGEST}" }}, {{ path = "../more" }}]   # in rising rank

[documents]
behaviour = ["behaviour/*.md", "api.json"]
intervention = ["interventions.md"]

[precedence]
owns = {{ "public interface" = "behaviour/interface.md" }}
overrides = {{ "testing.k3x9q" = "we have no network" }}

[unlock]
ids = [{{ id = "a.b1c2d", reason = "new law" }}]
"""


def faults(text: str) -> list[tuple[str, int, str]]:
    """Return code, line and marked text of each diagnostic."""
    found = []
    for diagnostic in parse_manifest(text, NAME)[1]:
        assert diagnostic.span is not None
        assert diagnostic.severity is Severity.ERROR
        found.append((diagnostic.code, diagnostic.span.line, text[diagnostic.span.start : diagnostic.span.end]))
    return found


def test_a_whole_manifest() -> None:
    manifest, diagnostics = parse_manifest(GOOD, NAME)
    assert diagnostics == ()
    assert (manifest.name, manifest.version, manifest.target, manifest.edition) == (
        "telemetry",
        "0.1.0",
        "python",
        "2026.1",
    )
    assert [(e.path, e.digest) for e in manifest.extends] == [(None, None), ("../house", DIGEST), ("../more", None)]
    assert [(p.role, p.glob) for p in manifest.patterns or ()] == [
        (Role.BEHAVIOUR, "behaviour/*.md"),
        (Role.BEHAVIOUR, "api.json"),
        (Role.INTERVENTION, "interventions.md"),
    ]
    assert manifest.owns == {"public interface": "behaviour/interface.md"}
    assert manifest.overrides == {"testing.k3x9q": "we have no network"}
    assert manifest.unlocked == {"a.b1c2d": "new law"}


def test_places_point_at_the_words() -> None:
    manifest, _ = parse_manifest(GOOD, NAME)
    spans = [manifest.places["pack", "edition"], manifest.places["unlock", "ids", "a.b1c2d"]]
    spans += [entry.span for entry in manifest.extends] + [pattern.span for pattern in manifest.patterns or ()]
    assert [GOOD[span.start : span.end] for span in spans] == [
        "edition",
        '"a.b1c2d"',
        '"std"',
        '"../house"',
        '"../more"',
        '"behaviour/*.md"',
        '"api.json"',
        '"interventions.md"',
    ]


def test_tables_may_be_written_either_way() -> None:
    text = '[pack]\nname="a"\nedition="1"\n[unlock.ids]\n"x.y" = "why"\n[precedence.owns]\ntopic = "a.md"\n'
    manifest, diagnostics = parse_manifest(text, NAME)
    assert diagnostics == ()
    assert (manifest.unlocked, manifest.owns) == ({"x.y": "why"}, {"topic": "a.md"})
    place = manifest.places["unlock", "ids", "x.y"]
    assert (place.line, text[place.start : place.end]) == (5, '"x.y"')
    assert manifest.patterns is None


HEAD = '[pack]\nname = "a"\nedition = "1"\n'
FAULTY = {
    "no pack": ("", [(1, ""), (1, "")]),
    "no name": ('[pack]\nedition = "1"\n', [(1, "pack")]),
    "no edition": ('# edition = "x"\n[pack]\nname = "a"\n', [(2, "pack")]),
    "empty name": ('[pack]\nname = " "\nedition = "1"\n', [(2, "name")]),
    "name of folders": ('[pack]\nname = "a/b"\nedition = "1"\n', [(2, "name")]),
    "number for text": (HEAD + "version = 1\n", [(4, "version")]),
    "unknown key": (HEAD + 'nmae = "b"\n', [(4, "nmae")]),
    "unknown table": (HEAD + "\n[paths]\n", [(5, "paths")]),
    "pack is no table": ("pack = 3\n", [(1, "pack")] * 3),
    "unknown role": (HEAD + '[documents]\nbehavior = ["a.md"]\n', [(5, "behavior")]),
    "text for a list": (HEAD + '[documents]\npolicy = "a.md"\n', [(5, "policy")]),
    "number in a list": (HEAD + "[documents]\npolicy = [1]\n", [(5, "policy")]),
    "glob that leaves": (HEAD + '[documents]\npolicy = [\n  "a.md",\n  "../b.md",\n]\n', [(7, '"../b.md"')]),
    "glob from the root": (HEAD + '[documents]\npolicy = ["/b.md"]\n', [(5, '"/b.md"')]),
    "extends a text": (HEAD + 'extends = "std"\n', [(4, "extends")]),
    "extends unknown": (HEAD + 'extends = ["std", "house"]\n', [(4, '"house"')]),
    "extends absolute": (HEAD + 'extends = [{ path = "/srv/house" }]\n', [(4, '"/srv/house"')]),
    "extends with more": (HEAD + 'extends = [{ path = "h", tag = "1" }]\n', [(4, '"h"')]),
    "short digest": (HEAD + 'extends = [{ path = "h", digest = "sha256:00" }]\n', [(4, '"h"')]),
    "owner is no text": (HEAD + "[precedence]\nowns = { topic = 1 }\n", [(5, "topic")]),
    "override without reason": (HEAD + '[precedence]\noverrides = { "a.b" = "" }\n', [(5, '"a.b"')]),
    "owns is a list": (HEAD + "[precedence]\nowns = []\n", [(5, "owns")]),
    "unlock without reason": (HEAD + '[unlock]\nids = ["a.b"]\n', [(5, '"a.b"')]),
    "unlock by a number": (HEAD + "[unlock]\nids = 4\n", [(5, "ids")]),
}


@pytest.mark.parametrize(("text", "places"), FAULTY.values(), ids=FAULTY)
def test_mistakes_are_marked_where_they_stand(text: str, places: list[tuple[int, str]]) -> None:
    assert faults(text) == [("SP005", *place) for place in places]


def test_a_misspelt_key_is_guessed() -> None:
    _, diagnostics = parse_manifest(HEAD + "[documents]\nbehavior = []\n", NAME)
    assert diagnostics[0].help == "did you mean `behaviour`"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a = ", 1, 5),
        ('[pack]\nname "x"\n', 2, 6),
        ('[pack]\nname = "x\n', 2, 10),
        ("x = " + "[" * 5000, 1, 5005),
        ("x = " + "1" * 5000, 1, 5005),
        ('a = 1\n\nb = [\n"x",\n', 5, 1),
    ],
    ids=["value", "equals", "quote", "deep", "huge", "open"],
)
def test_what_is_not_toml_is_marked(text: str, line: int, column: int) -> None:
    manifest, diagnostics = parse_manifest(text, NAME)
    assert manifest == Manifest()
    assert [d.code for d in diagnostics] == ["SP006"]
    span = diagnostics[0].span
    assert span is not None
    assert (span.line, span.column) == (line, column)
    assert f"line {line}, column {column}" in diagnostics[0].message


@given(st.text(alphabet="[]{}=\"'\n#.,ab1 packdocumentsids*/\\", max_size=80))
def test_any_text_gives_a_value(text: str) -> None:
    manifest, diagnostics = parse_manifest(text, NAME)
    assert isinstance(manifest, Manifest)
    assert all(d.span is not None and 0 <= d.span.start <= d.span.end <= len(text) for d in diagnostics)
