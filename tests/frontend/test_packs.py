"""Packs composed from layers: roles, keys, encodings, digests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from specpack.frontend.documents import decode_text, infer_role, match_glob
from specpack.frontend.identity import Candidate, match_identities, record_identities, render_identities
from specpack.frontend.packs import compose_pack
from specpack.frontend.sources import Source, read_source
from specpack.model.diagnostic import Diagnostic, Severity
from specpack.model.pack import Pack, Role
from specpack.model.span import DocumentName

STD = {
    "specpack.toml": '[pack]\nname = "std"\nversion = "1.0.0"\nedition = "1"\n[documents]\n'
    'policy = ["policy/*.md"]\nlanguage = ["language/*.md"]\n',
    "policy/testing.md": "# Testing\n",
    "policy/review.md": "# Review\n",
    "language/python.md": "# Python\n",
}


def write_manifest(
    name: str = "app", extends: str = "", documents: str = 'behaviour = ["**/*.md"]', more: str = ""
) -> str:
    return (
        f'[pack]\nname = "{name}"\nversion = "1.0.0"\nedition = "1"\ntarget = "python"\nextends = [{extends}]\n'
        f"[documents]\n{documents}\n{more}"
    )


def write_pack(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def compose(folder: Path, files: Mapping[str, str | bytes] | None = None) -> tuple[Pack, tuple[Diagnostic, ...]]:
    write_pack(folder, files or {})
    std = Source(name="std", files={name: text.encode() for name, text in STD.items()})
    return compose_pack(read_source(folder), edition="1", find_std=lambda: std, read=read_source, root=folder)


def errors(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str, int]]:
    """Return code, document and line of the errors."""
    return [
        (d.code, d.span.document if d.span else "", d.span.line if d.span else 0)
        for d in diagnostics
        if d.severity is Severity.ERROR
    ]


def keys(pack: Pack) -> dict[str, str]:
    return {document.name: document.key for document in pack.documents}


def test_documents_come_in_rising_rank_with_names_and_keys(tmp_path: Path) -> None:
    house = write_manifest("house", '"std"', 'policy = ["policy/*.md"]')
    write_pack(tmp_path / "house", {"specpack.toml": house, "policy/naming.md": "# Naming\n"})
    files = {
        "specpack.toml": write_manifest(
            "app", '"std", { path = "../house" }', 'behaviour = ["b/*.md"]\nplatform = ["p.md"]'
        ),
        "b/two.md": "# Two\n",
        "b/one.md": "# One\n",
        "p.md": "# P\n",
        "README.md": "outside\n",
    }
    pack, diagnostics = compose(tmp_path / "app", files)
    assert diagnostics == ()
    assert pack.layers == ("std", "house", "app")
    assert keys(pack) == {
        "std:language/python.md": "python",
        "std:policy/review.md": "review",
        "std:policy/testing.md": "testing",
        "house:policy/naming.md": "naming",
        "p.md": "p",
        "b/one.md": "one",
        "b/two.md": "two",
    }
    assert list(keys(pack)) == [document.name for document in pack.documents]
    assert (pack.name, pack.version, pack.target, pack.edition) == ("app", "1.0.0", "python", "1")
    ranks = {document.name: pack.rank_of(document) for document in pack.documents}
    assert ranks["house:policy/naming.md"] > ranks["std:policy/testing.md"]
    assert ranks["b/one.md"] > ranks["house:policy/naming.md"]


def test_keys_stay_unique(tmp_path: Path) -> None:
    files = {
        "specpack.toml": write_manifest("telemetry", '"std"'),
        "behaviour/a.md": "",
        "policy/a.md": "",
        "a.md": "",
        "behaviour/testing.md": "",
        "x/y/One two.md": "",
        "x y/one-two.md": "",
        "z/***.md": "",
    }
    pack, _ = compose(tmp_path / "p", files)
    found = keys(pack)
    assert found["behaviour/a.md"] == "behaviour-a"
    assert found["policy/a.md"] == "policy-a"
    assert found["a.md"] == "a"
    assert found["behaviour/testing.md"] == "telemetry-testing"
    assert found["std:policy/testing.md"] == "testing"
    assert {found["x/y/One two.md"], found["x y/one-two.md"]} == {"x-y-one-two", "x-y-one-two-2"}
    assert found["z/***.md"] == "document"
    assert len(set(found.values())) == len(found)


def record(documents: Mapping[str, tuple[str, str]]) -> str:
    """Return an identity file: path -> (key, text with one clause a line)."""
    new = [
        Candidate(key=key, document=path, path=(), leadin="", text=line)
        for path, (key, text) in documents.items()
        for line in text.splitlines()
    ]
    ids, gone, _ = match_identities((), new)
    return render_identities(record_identities(ids, new, gone))


def test_a_key_survives_new_neighbours_and_a_rename(tmp_path: Path) -> None:
    text = "The server must keep each event for a year.\nThe clock is taken from the caller.\n"
    ids = record({"behaviour/a.md": ("a", text)})
    base = {"specpack.toml": write_manifest(), "specpack.ids": ids}
    beside, _ = compose(tmp_path / "one", {**base, "behaviour/a.md": text, "policy/a.md": "Else.\n"})
    assert keys(beside) == {"behaviour/a.md": "a", "policy/a.md": "policy-a"}
    renamed, _ = compose(tmp_path / "two", {**base, "behaviour/events.md": f"# New\n\n{text}", "x.md": "Else.\n"})
    assert keys(renamed) == {"behaviour/events.md": "a", "x.md": "x"}
    assert [identity.document for identity in renamed.identities["app"]] == ["behaviour/a.md"] * 2
    other, _ = compose(tmp_path / "three", {**base, "behaviour/events.md": "Nothing of the sort.\n"})
    assert keys(other) == {"behaviour/events.md": "events"}


def test_a_policy_of_the_same_path_replaces_the_lower_one(tmp_path: Path) -> None:
    documents = 'policy = ["policy/*.md"]\nbehaviour = ["language/python.md"]'
    files = {
        "specpack.toml": write_manifest("app", '"std"', documents),
        "policy/testing.md": "# Ours\n",
        "language/python.md": "# Of another role\n",
    }
    pack, diagnostics = compose(tmp_path / "p", files)
    assert [(d.code, d.severity) for d in diagnostics] == [("SP017", Severity.INFORMATION)]
    assert diagnostics[0].span is not None
    assert diagnostics[0].span.document == "policy/testing.md"
    assert keys(pack) == {
        "std:language/python.md": "python",
        "std:policy/review.md": "review",
        "language/python.md": "app-python",
        "policy/testing.md": "testing",
    }


def test_globs_that_match_nothing_and_two_roles_are_reported(tmp_path: Path) -> None:
    documents = 'behaviour = ["a.md", "gone/*.md"]\nplatform = [\n  "*.md",\n]'
    pack, diagnostics = compose(tmp_path / "p", {"specpack.toml": write_manifest(documents=documents), "a.md": ""})
    assert errors(diagnostics) == [("SP001", "specpack.toml", 8), ("SP016", "specpack.toml", 10)]
    assert diagnostics[1].secondary[0].span.line == 8
    assert [document.role for document in pack.documents] == [Role.BEHAVIOUR]


def test_the_files_of_specpack_are_no_documents(tmp_path: Path) -> None:
    files = {
        "specpack.toml": write_manifest(documents='behaviour = ["**"]'),
        "specpack.ids": "",
        "specpack.lock": "",
        "a.md": "",
    }
    pack, diagnostics = compose(tmp_path / "p", files)
    assert (list(keys(pack)), diagnostics) == (["a.md"], ())


EXTENDING = {
    "absent": ('"std", { path = "../gone" }', {}, [("SP001", "specpack.toml", 6)]),
    "other edition": (
        '{ path = "../h" }',
        {"h": write_manifest("h").replace('"1"\nt', '"2"\nt')},
        [("SP008", "h:specpack.toml", 4)],
    ),
    "digest": (
        f'{{ path = "../h", digest = "sha256:{"0" * 64}" }}',
        {"h": write_manifest("h")},
        [("SP009", "specpack.toml", 6)],
    ),
    "itself": ('{ path = "../p" }', {}, [("SP007", "specpack.toml", 6)]),
    "circle": (
        '{ path = "../h" }',
        {"h": write_manifest("h", '{ path = "../k" }'), "k": write_manifest("k", '{ path = "../h" }')},
        [("SP007", "k:specpack.toml", 6)],
    ),
    "circle through the pack": (
        '{ path = "../h" }',
        {"h": write_manifest("h", '{ path = "../p" }')},
        [("SP007", "h:specpack.toml", 6)],
    ),
    "one name twice": ('{ path = "../h" }', {"h": write_manifest("app")}, [("SP005", "specpack.toml", 2)]),
    "falling rank": ('{ path = "../h" }, "std"', {"h": write_manifest("h", '"std"')}, [("SP007", "specpack.toml", 6)]),
    "diamond": (
        '{ path = "../h" }, { path = "../k" }',
        {"h": write_manifest("h", '"std"'), "k": write_manifest("k", '"std"')},
        [],
    ),
}


@pytest.mark.parametrize(("extends", "others", "expected"), EXTENDING.values(), ids=EXTENDING)
def test_extended_packs(
    tmp_path: Path, extends: str, others: dict[str, str], expected: list[tuple[str, str, int]]
) -> None:
    for name, manifest in others.items():
        write_pack(tmp_path / name, {"specpack.toml": manifest, "x.md": "# X\n"})
    pack, diagnostics = compose(tmp_path / "p", {"specpack.toml": write_manifest("app", extends), "a.md": "# A\n"})
    assert errors(diagnostics) == expected
    assert len(set(pack.layers)) == len(pack.layers)
    assert pack.layers[-1].startswith("app")
    assert {document.pack for document in pack.documents} <= set(pack.layers)


def test_the_digest_in_the_help_is_the_one_to_pin(tmp_path: Path) -> None:
    write_pack(tmp_path / "h", {"specpack.toml": write_manifest("h"), "x.md": "# X\n"})
    wrong = write_manifest("app", f'{{ path = "../h", digest = "sha256:{"0" * 64}" }}')
    _, (problem,) = compose(tmp_path / "p", {"specpack.toml": wrong, "a.md": ""})
    right = problem.help.split('"')[1]
    assert compose(tmp_path / "p", {"specpack.toml": wrong.replace("sha256:" + "0" * 64, right)})[1] == ()
    (tmp_path / "h" / "unlisted.json").write_text("{}")
    assert compose(tmp_path / "p")[1] == ()
    (tmp_path / "h" / "x.md").write_text("# Y\n")
    assert [code for code, *_ in errors(compose(tmp_path / "p")[1])] == ["SP009"]


def test_the_digest_depends_on_what_the_pack_says_alone(tmp_path: Path) -> None:
    files = {"specpack.toml": write_manifest(), "a.md": "# A\n\ntext\n", "b.md": "# B\n"}
    one = compose(tmp_path / "one", files)[0]
    crlf = {name: text.replace("\n", "\r\n") for name, text in files.items()}
    two = compose(tmp_path / "two", {**crlf, "a.md": b"\xef\xbb\xbf" + crlf["a.md"].encode(), "notes.json": "{}"})[0]
    assert (one.digest, one.documents) == (two.digest, two.documents)
    changes = [{"a.md": "# A\n"}, {"c.md": ""}, {"specpack.toml": files["specpack.toml"] + "\n"}]
    digests = {compose(tmp_path / f"c{n}", {**files, **change})[0].digest for n, change in enumerate(changes)}
    assert len({one.digest, *digests}) == 4


def test_a_bad_byte_is_marked_and_the_rest_kept(tmp_path: Path) -> None:
    files = {"specpack.toml": write_manifest(), "a.md": b"\xef\xbb\xbf# T\r\n\r\n\xc3\xa4 caf\xe9 au lait\r\n"}
    pack, diagnostics = compose(tmp_path / "p", files)
    assert errors(diagnostics) == [("SP015", "a.md", 3)]
    assert diagnostics[0].span is not None
    assert diagnostics[0].span.column == 6
    assert pack.documents[0].text == "# T\n\n\u00e4 caf\ufffd au lait\n"
    assert pack.documents[0].text[diagnostics[0].span.start] == "\ufffd"


@pytest.mark.parametrize(
    ("data", "text", "place"),
    [
        (b"a\rb\r\nc\n", "a\nb\nc\n", None),
        (b"", "", None),
        (b"ab\r\n\x00c", "ab\n\ufffdc", (2, 1)),
        (b"\x00\xff", "\ufffd\ufffd", (1, 1)),
        (b"ok \xe2\x82", "ok \ufffd", (1, 4)),
        ("\ud800".encode("utf-8", "surrogatepass"), "\ufffd\ufffd\ufffd", (1, 1)),
    ],
)
def test_decoding(data: bytes, text: str, place: tuple[int, int] | None) -> None:
    found, problems = decode_text(data, DocumentName("x.md"))
    assert found == text
    assert [(d.span.line, d.span.column) for d in problems if d.span] == ([place] if place else [])


def test_utf16_is_named() -> None:
    assert decode_text("# Ab".encode("utf-16"), DocumentName("x.md"))[1][0].notes == ("the file begins like UTF-16",)


def test_a_pack_without_a_manifest_is_inferred_aloud(tmp_path: Path) -> None:
    files = {
        "README.md": "x",
        "CHANGELOG.md": "x",
        "package.json": "{}",
        "endpoints.md": "# E\n",
        "policies/review.md": "# R\n",
        "deployment.md": "# D\n",
        "python-language.md": "# L\n",
        "interventions.md": "# I\n",
        "openapi.yml": "openapi: 3.1.0\n",
    }
    pack, diagnostics = compose(tmp_path / "My pack (2)", files)
    assert {document.path: document.role for document in pack.documents} == {
        "interventions.md": Role.INTERVENTION,
        "deployment.md": Role.PLATFORM,
        "endpoints.md": Role.BEHAVIOUR,
        "openapi.yml": Role.BEHAVIOUR,
        "python-language.md": Role.LANGUAGE,
        "policies/review.md": Role.POLICY,
    }
    assert all(document.inferred for document in pack.documents)
    assert (pack.name, pack.target, pack.edition, pack.layers) == ("my-pack-2", "python", "1", ("my-pack-2",))
    assert {(d.code, d.severity) for d in diagnostics} == {("SP102", Severity.INFORMATION)}
    outside, inferred = diagnostics
    assert outside.message == "read as outside the pack: `CHANGELOG.md`, `README.md`, `package.json`"
    assert "the name `my-pack-2`, the target `python` and the roles of 6 documents" in inferred.message
    (lines,) = inferred.notes
    write_pack(tmp_path / "My pack (2)", {"specpack.toml": lines.partition("\n\n")[2]})
    declared, told = compose(tmp_path / "My pack (2)")
    assert told == ()
    assert {d.path: d.role for d in declared.documents if d.pack != "std"} == {d.path: d.role for d in pack.documents}


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("docs/README.md", None),
        ("licence.md", None),
        ("readmeters.md", Role.BEHAVIOUR),
        ("LICENSE-MIT.md", None),
        ("readme-format-of-exports.md", Role.BEHAVIOUR),
        ("changelog-of-orders.md", Role.BEHAVIOUR),
        ("retention/architecture.md", Role.PLATFORM),
        ("policy/language.md", Role.LANGUAGE),
        ("03.md", Role.BEHAVIOUR),
        ("pyproject.toml", None),
        ("schema.json", None),
    ],
)
def test_roles_by_name(path: str, role: Role | None) -> None:
    assert infer_role(path, '{"a": 1}') == role


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.md", "a.md", True),
        ("*.md", "x/a.md", False),
        ("**/*.md", "a.md", True),
        ("**/*.md", "x/y/a.md", True),
        ("x/**", "x/y/a.md", True),
        ("x/**", "x", False),
        ("x/**/a.md", "x/a.md", True),
        ("x/**/a.md", "x/p/q/a.md", True),
        ("x/**/a.md", "y/a.md", False),
        ("**", "a.md", True),
        ("?.md", "ab.md", False),
        ("[ab].md", "b.md", True),
        ("A.md", "a.md", False),
        ("**/**/**/b", "a/" * 40 + "c", False),
        ("*a" * 40 + "b", "a" * 400, False),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert match_glob(path, glob) is expected


def test_broken_inputs_give_one_error_each(tmp_path: Path) -> None:
    _, broken = compose(tmp_path / "toml", {"specpack.toml": "[pack\n", "a.md": ""})
    assert errors(broken) == [("SP006", "specpack.toml", 1)]
    assert len(broken) == 1
    _, empty = compose(tmp_path / "empty", {"specpack.toml": write_manifest(documents="")})
    assert errors(empty) == [("SP001", "", 0)]
    _, ids = compose(tmp_path / "ids", {"specpack.toml": write_manifest(), "a.md": "", "specpack.ids": "=======\n"})
    assert errors(ids) == [("SP018", "specpack.ids", 1)]
    pack, absent = compose_pack(
        read_source(tmp_path / "none"),
        edition="1",
        find_std=lambda: Source(name="std"),
        read=read_source,
        root=tmp_path,
    )
    assert (errors(absent), pack.documents) == ([("SP001", "", 0)], ())
    _, edition = compose(
        tmp_path / "edition", {"specpack.toml": write_manifest().replace('"1"\nt', '"9"\nt'), "a.md": ""}
    )
    assert errors(edition) == [("SP008", "specpack.toml", 4)]


def test_owners_must_be_documents(tmp_path: Path) -> None:
    more = '[precedence]\nowns = { "a" = "a.md", "tests" = "std:policy/testing.md", "b" = "b.md" }\n'
    pack, diagnostics = compose(
        tmp_path / "p", {"specpack.toml": write_manifest(extends='"std"', more=more), "a.md": ""}
    )
    assert errors(diagnostics) == [("SP001", "specpack.toml", 10)]
    assert pack.owns == {"a": "a.md", "tests": "std:policy/testing.md", "b": "b.md"}


def test_what_an_extended_pack_owns_is_named_as_its_own(tmp_path: Path) -> None:
    more = '[precedence]\nowns = { "naming" = "x.md" }\noverrides = { "testing.k3x9q" = "slow" }\n'
    more += '[unlock]\nids = [{ id = "x.1", reason = "r" }]\n'
    write_pack(tmp_path / "h", {"specpack.toml": write_manifest("h", more=more), "x.md": ""})
    pack, diagnostics = compose(
        tmp_path / "p", {"specpack.toml": write_manifest(extends='{ path = "../h" }'), "a.md": ""}
    )
    assert diagnostics == ()
    assert (pack.owns, pack.overrides, pack.unlocked) == ({"naming": "h:x.md"}, {"testing.k3x9q": "slow"}, {})
