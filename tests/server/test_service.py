"""The language server as an editor meets it: over stdio, with unsaved text, in its own columns."""

from pathlib import Path

import pytest
from editor import Editor, at, converse
from lsprotocol import types
from pygls.uris import from_fs_path

MANIFEST = """\
[pack]
name = "shelf"
version = "0.1.0"
target = "python"
edition = "2026.1"

[documents]
behaviour = ["behaviour/*.md"]
"""
BOOKS = """\
# Books

## Definitions

- **reader**: a person with a card.

## Lending (MUST)

The shelf:

- lends a book to a reader {#lend}
- MUST NOT lend a \U0001f4d5 that is reserved, nor print and/or sell it

A reader must return the book, see [lending](#lend).

## Errors

| error id | when |
|---|---|
| `no-card` | the reader shows no card |
"""
DESK = """\
# Desk

The desk MUST answer with the error `no-card` as [books.lend] says, as described in `behaviour/books.md`.

Every reader MUST see the desk, by the rules in books.md.
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    (folder / "behaviour").mkdir(parents=True)
    (folder / "specpack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "behaviour" / "books.md").write_text(BOOKS, encoding="utf-8")
    (folder / "behaviour" / "desk.md").write_text(DESK, encoding="utf-8")
    return folder


def find(text: str, words: str) -> tuple[int, int]:
    """Return line and UTF-16 column of the first letter of some words."""
    start = text.index(words)
    before = text[:start].rpartition("\n")[2]
    return text.count("\n", 0, start), len(before.encode("utf-16-le")) // 2


def codes(diagnostics: list[types.Diagnostic]) -> list[object]:
    return [diagnostic.code for diagnostic in diagnostics]


def apply(text: str, change: types.TextEdit) -> str:
    """Return a text after an edit, as an editor applies it."""
    lines = text.split("\n")
    bounds = []
    for place in (change.range.start, change.range.end):
        row = lines[place.line].encode("utf-16-le")[: place.character * 2].decode("utf-16-le")
        bounds.append(sum(len(line) + 1 for line in lines[: place.line]) + len(row))
    return text[: bounds[0]] + change.new_text + text[bounds[1] :]


def test_diagnostics_come_on_open_and_follow_unsaved_text(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        file = pack / "behaviour" / "desk.md"
        uri = editor.open(file, DESK)
        await editor.wait(uri, lambda found: found == [])
        editor.change(uri, DESK.replace("[books.lend]", "[books.lent]"))
        (problem,) = await editor.wait(uri, bool)
        assert (problem.code, problem.severity, problem.source) == ("SP208", types.DiagnosticSeverity.Error, "specpack")
        line, column = find(DESK, "books.lend")
        assert problem.range == types.Range(start=at(line, column), end=at(line, column + len("books.lent")))
        assert "books.lend" in problem.message
        assert file.read_text(encoding="utf-8") == DESK
        editor.close(uri)
        await editor.wait(uri, lambda found: found == [])

    converse(script)


def test_a_document_that_nobody_opened_gets_diagnostics_too(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        editor.open(pack / "behaviour" / "desk.md", DESK)
        books = from_fs_path(str(pack / "behaviour" / "books.md"))
        assert books is not None
        found = await editor.wait(books, bool)
        assert "SP311" in codes(found)

    converse(script)


def test_an_unsaved_manifest_counts(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "specpack.toml", MANIFEST)
        await editor.wait(uri, lambda found: found == [])
        editor.change(uri, MANIFEST.replace("version", "verzion"))
        (problem,) = await editor.wait(uri, bool)
        assert problem.range.start == at(2, 0)

    converse(script)


def test_a_file_outside_of_packs_is_left_alone(tmp_path: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(tmp_path / "notes.md", "# Notes\n\nThe shelf must stand.\n")
        assert await editor.hover(uri, 2, 5) is None
        assert await editor.refer(uri, 2, 5) == []
        assert editor.published == {}

    converse(script)


def test_columns_count_utf_16_behind_a_character_of_two_units(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        found = await editor.wait(uri, bool)
        problem = next(diagnostic for diagnostic in found if diagnostic.code == "SP311")
        line, column = find(BOOKS, "and/or")
        assert problem.range == types.Range(start=at(line, column), end=at(line, column + 6))
        assert column == BOOKS.split("\n")[line].index("and/or") + 1

    converse(script)


def test_columns_count_as_the_editor_asked(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        found = await editor.wait(uri, bool)
        problem = next(diagnostic for diagnostic in found if diagnostic.code == "SP311")
        row = BOOKS.split("\n")[problem.range.start.line]
        assert problem.range.start.character == len(row[: row.index("and/or")].encode("utf-8"))

    converse(script, [types.PositionEncodingKind.Utf8])


def test_hover_tells_the_force_and_where_it_comes_from(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        told = await editor.hover(uri, *find(BOOKS, "lends a book"))
        assert told is not None
        assert isinstance(told.contents, types.MarkupContent)
        assert "`books.lend` norm: **MUST** by the heading" in told.contents.value
        assert "(behaviour/books.md:7)" in told.contents.value
        assert "binds the system" in told.contents.value
        explicit = await editor.hover(uri, *find(BOOKS, "MUST NOT lend"))
        assert explicit is not None
        assert isinstance(explicit.contents, types.MarkupContent)
        assert "**MUST NOT** by the keyword in the sentence" in explicit.contents.value

    converse(script)


def test_hover_follows_a_change_at_once(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        changed = BOOKS.replace("Lending (MUST)", "Lending (MAY)")
        editor.change(uri, changed)
        told = await editor.hover(uri, *find(changed, "lends a book"))
        assert told is not None
        assert isinstance(told.contents, types.MarkupContent)
        assert "**MAY** by the heading" in told.contents.value

    converse(script)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("reader MUST", "a person with a card"),
        ("no-card", "the reader shows no card"),
        ("books.lend", "lends a book to a reader"),
        ("behaviour/books.md", "document `behaviour/books.md`, role behaviour"),
    ],
    ids=["term", "error", "clause", "document"],
)
def test_hover_tells_what_a_name_stands_for(pack: Path, words: str, expected: str) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "desk.md", DESK)
        told = await editor.hover(uri, *find(DESK, words))
        assert told is not None
        assert isinstance(told.contents, types.MarkupContent)
        assert expected in told.contents.value

    converse(script)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("reader MUST", "**reader**"),
        ("no-card", "| `no-card`"),
        ("books.lend", "lends a book"),
        ("behaviour/books.md", "# Books"),
        ("books.md.", "# Books"),
    ],
    ids=["term", "error", "clause", "document", "bare document"],
)
def test_definition_leads_to_where_a_name_is_declared(pack: Path, words: str, target: str) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "desk.md", DESK)
        found = await editor.define(uri, *find(DESK, words))
        assert isinstance(found, types.Location)
        assert found.uri == from_fs_path(str(pack / "behaviour" / "books.md"))
        line, _ = find(BOOKS, target)
        assert found.range.start.line == line

    converse(script)


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("lends a book", [("books", "[lending](#lend)"), ("desk", "books.lend")]),
        ("no-card", [("desk", "no-card")]),
        (
            "reader**",
            [("books", "reader {#lend}"), ("books", "reader must"), ("books", "reader shows"), ("desk", "reader")],
        ),
    ],
    ids=["anchored clause", "error", "term"],
)
def test_references_stand_in_all_documents(pack: Path, words: str, places: list[tuple[str, str]]) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        found = await editor.refer(uri, *find(BOOKS, words))
        texts = {"books": BOOKS, "desk": DESK}
        wanted = []
        for name, shown in places:
            line, column = find(texts[name], shown)
            wanted.append((from_fs_path(str(pack / "behaviour" / f"{name}.md")), line, column))
        told = [(location.uri, location.range.start.line, location.range.start.character) for location in found]
        assert [place for place in wanted if place not in told] == []

    converse(script)


def test_a_safe_edit_is_a_preferred_quick_fix(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        (action,) = await editor.offer(uri, *find(BOOKS, "must return"))
        assert (action.kind, action.is_preferred) == (types.CodeActionKind.QuickFix, True)
        assert action.edit is not None
        assert action.edit.changes is not None
        (change,) = action.edit.changes[uri]
        fixed = apply(BOOKS, change)
        assert fixed == BOOKS.replace("A reader must return", "A reader MUST return")
        editor.change(uri, fixed)
        assert await editor.offer(uri, *find(fixed, "MUST return")) == []

    converse(script)


def test_edits_that_need_a_decision_are_a_choice(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        actions = await editor.offer(uri, *find(BOOKS, "and/or"))
        assert len(actions) == 2
        assert [action.is_preferred for action in actions] == [None, None]
        changes = [
            change for action in actions if action.edit and action.edit.changes for change in action.edit.changes[uri]
        ]
        assert {apply(BOOKS, change) for change in changes} == {
            BOOKS.replace("and/or", "and"),
            BOOKS.replace("and/or", "or"),
        }

    converse(script)


def test_lines_that_end_in_carriage_return_and_line_feed(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS.replace("\n", "\r\n"))
        found = await editor.wait(uri, bool)
        problem = next(diagnostic for diagnostic in found if diagnostic.code == "SP311")
        line, column = find(BOOKS, "and/or")
        assert problem.range == types.Range(start=at(line, column), end=at(line, column + 6))
        told = await editor.hover(uri, *find(BOOKS, "lends a book"))
        assert told is not None
        assert told.range is not None
        assert told.range.end.line == told.range.start.line

    converse(script)


def test_an_unusual_line_separator_does_not_move_lines(pack: Path) -> None:
    text = BOOKS.replace("a person with a card", "a person\u2028with a\x0ccard")

    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "books.md", BOOKS)
        editor.change(uri, text)
        found = await editor.wait(uri, lambda found: "SP311" in codes(found))
        problem = next(diagnostic for diagnostic in found if diagnostic.code == "SP311")
        assert problem.range.start.line == find(BOOKS, "and/or")[0]

    converse(script)


def test_what_an_extended_pack_says_is_found_in_its_folder_and_reported_in_the_manifest(pack: Path) -> None:
    house = pack.parent / "house"
    house.mkdir()
    (house / "rules.md").write_text(
        "# Rules\n\nThe house MUST stand. {#stand}\n\nSee [rules.gone].\n", encoding="utf-8"
    )
    (house / "specpack.toml").write_text(
        MANIFEST.replace("shelf", "house").replace("behaviour/*.md", "*.md"), encoding="utf-8"
    )
    manifest = MANIFEST.replace('"2026.1"', '"2026.1"\nextends = [{ path = "../house" }]')
    (pack / "specpack.toml").write_text(manifest, encoding="utf-8")
    text = DESK.replace("[books.lend]", "[rules.stand]")

    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "desk.md", text)
        found = await editor.define(uri, *find(text, "rules.stand"))
        assert isinstance(found, types.Location)
        assert (found.uri, found.range.start.line) == (from_fs_path(str(house / "rules.md")), 2)
        shown = from_fs_path(str(pack / "specpack.toml"))
        assert shown is not None
        (problem,) = await editor.wait(shown, bool)
        assert problem.message.startswith("house:rules.md:5:6: ")
        assert from_fs_path(str(house / "rules.md")) not in editor.published

    converse(script)


def test_a_file_that_changes_on_disk_counts_when_the_editor_says_so(pack: Path) -> None:
    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "behaviour" / "desk.md", DESK)
        await editor.wait(uri, lambda found: found == [])
        books = pack / "behaviour" / "books.md"
        books.write_text(BOOKS.replace("{#lend}", ""), encoding="utf-8")
        address = from_fs_path(str(books))
        assert address is not None
        event = types.FileEvent(uri=address, type=types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
        found = await editor.wait(uri, bool)
        assert codes(found) == ["SP208"]

    converse(script)


def test_an_id_in_the_manifest_leads_to_its_clause(pack: Path) -> None:
    manifest = f'{MANIFEST}\n[unlock]\n"books.lend" = "the shelf is moved"\n'

    async def script(editor: Editor) -> None:
        uri = editor.open(pack / "specpack.toml", manifest)
        found = await editor.define(uri, *find(manifest, "books.lend"))
        assert isinstance(found, types.Location)
        assert found.range.start.line == find(BOOKS, "lends a book")[0]
        told = await editor.refer(uri, *find(manifest, "books.lend"))
        assert (uri, find(manifest, "books.lend")[0]) in [(place.uri, place.range.start.line) for place in told]

    converse(script)
