import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from tiny import PACK, Script, answer_all, copy_pack, lock_of, make_engine, read_material

from specpack import std
from specpack.frontend.identity import render_identities
from specpack.middle.answers import read_answer
from specpack.middle.conclude import conclude
from specpack.middle.lock import read_lock
from specpack.middle.phases.behaviour import ask_behaviour
from specpack.middle.phases.design import ask_design
from specpack.middle.phases.interventions import ask_interventions
from specpack.middle.phases.material import Material
from specpack.middle.phases.policy import ask_policies
from specpack.middle.phases.test import ask_groups
from specpack.middle.phases.write import ask_units
from specpack.middle.requests import digest_question
from specpack.middle.slices import ANCHOR
from specpack.middle.store import Store
from specpack.model.clause import BlockKind
from specpack.model.pack import Role
from specpack.model.question import Ask
from specpack.reading import read_pack
from specpack.targets import load_target

EXAMPLES = Path(__file__).parents[2] / "examples"
TALLY = (PACK / "behaviour" / "tally.md").read_text(encoding="utf-8")
_MARK = re.compile(r"‹[^‹›]+›\s")
_RULE = re.compile(r"\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?")


def words(text: str) -> list[str]:
    """Return the words of Markdown in order; rules of tables and heading marks are no words."""
    lines = [line for line in ANCHOR.sub("", text).split("\n") if not _RULE.fullmatch(line.strip())]
    return [w for line in lines for w in line.replace("|", " | ").split() if not re.fullmatch(r"#+|=+", w)]


def unmarked(slice_: str) -> list[str]:
    return words(_MARK.sub("", slice_))


def labels(asks: list[Ask]) -> dict[str, str]:
    return {ask.question.label: digest_question(ask.question) for ask in asks}


def decode_values(material: Material) -> dict[str, object]:
    """Return the conclusions of the early phases as the synthetic answers give them."""
    with tempfile.TemporaryDirectory() as folder:
        engine, _ = make_engine(material, Path(folder), Script(answer_all(material)))
        return dict(asyncio.run(conclude(engine, material)))


def digests(material: Material, values: Mapping[str, object] | None = None) -> dict[str, str]:
    """Return label -> digest of every question of a pack."""
    values = values or decode_values(material)
    early = {k: v for k, v in values.items() if k != "design"}
    asks = [
        *ask_policies(material, {}),
        *ask_interventions(material, {}),
        *ask_behaviour(material, values),
        *ask_design(material, early),
        *ask_units(material, values),
        *ask_groups(material, values),
    ]
    return labels(asks)


def changed(tmp_path: Path, **texts: str) -> set[str]:
    """Return the labels whose question an edit changes, adds or removes."""
    before, after = digests(read_material()), digests(read_material(copy_pack(tmp_path, **texts)))
    return {label for label in before.keys() | after.keys() if before.get(label) != after.get(label)}


def edit(old: str, new: str) -> str:
    assert TALLY.count(old) == 1
    return TALLY.replace(old, new)


PACKS = [PACK, *(p for p in (EXAMPLES / "telemetry", EXAMPLES / "ulid") if p.is_dir())]


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.parent.name if p.name == "pack" else p.name)
def test_documents_are_shown_word_for_word(pack: Path):
    understanding = read_pack(pack)
    material = Material(understanding, load_target("python"))
    for document in understanding.pack.documents:
        if document.role is Role.CONTRACT:
            continue
        shown = unmarked(material.slicer.render_document(document))
        blocks = [b for b in understanding.blocks[document.name] if not b.informative]
        assert shown == [w for b in blocks for w in words(b.text)], document.name


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.parent.name if p.name == "pack" else p.name)
def test_a_slice_of_one_clause_holds_its_words_and_only_words_of_its_document(pack: Path):
    understanding = read_pack(pack)
    slicer = Material(understanding, load_target("python")).slicer
    for clause in understanding.clauses.values():
        block = understanding.blocks[clause.document][clause.block]
        shown = slicer.render_clauses([clause.id])
        if block.informative:
            continue
        source = Counter(words(understanding.document_of(clause).text))
        assert Counter(unmarked(shown)) <= source, clause.id
        text = " ".join(unmarked(shown))
        if block.kind not in (BlockKind.TABLE, BlockKind.HEADING):
            assert " ".join(words(block.text)) in text, clause.id


def test_every_clause_with_a_force_is_marked_once_in_its_section():
    material = read_material()
    for section in material.understanding.sections:
        shown = material.slicer.render_section(section)
        for clause in section.clauses:
            if material.understanding.clauses[clause].force:
                assert shown.count(f"‹{clause}›") == 1


def test_a_tag_stays_in_its_heading(tmp_path: Path):
    """The heading gives items their force: without its tag the slice would demand nothing."""
    text = (
        "# T\n\n## Opening hours (MUST)\n\n- closed on Sundays\n\nMUST NOT: Extras\n===\n\n### Noise ###\n\n- bells\n"
    )
    understanding = read_pack(copy_pack(tmp_path, behaviour__tally=text))
    material = Material(understanding, load_target("python"))
    document = next(d for d in understanding.pack.documents if d.path == "behaviour/tally.md")
    shown = material.slicer.render_document(document)
    assert "## Opening hours (MUST)" in shown
    assert "# MUST NOT: Extras" in shown
    assert "### Noise\n" in shown


def test_rationale_is_left_out_everywhere():
    material = read_material()
    document = next(d for d in material.documents(Role.BEHAVIOUR))
    section = material.slicer.sections["tally/recording"]
    slices = [
        material.slicer.render_document(document),
        material.slicer.render_section(section),
        material.slicer.render_clauses([section.key]),
        material.slicer.render_clauses(section.clauses),
    ]
    for shown in slices:
        assert "MUST add one" in shown
        assert "counting it would lie" not in shown
        assert "Rationale" not in shown


def test_lead_ins_headings_and_definitions_go_along():
    shown = read_material().slicer.render_clauses(["tally.no-change"])
    assert "When a visit is recorded, the service:" in shown
    assert "‹tally.no-change› MUST NOT change a tally" in shown
    assert "## Recording" in shown
    assert "**gate**: a name of 1 to 8 letters inclusive." in shown
    assert "reject an unknown gate" not in shown
    assert "## Reading" not in shown


def test_only_the_chosen_clauses_are_marked():
    shown = read_material().slicer.render_clauses(["tally.no-change"])
    assert re.findall("‹(.*?)›", shown) == ["tally.no-change"]


def test_tables_keep_their_header_and_only_the_chosen_rows():
    material = read_material()
    rows = [c for c in material.understanding.clauses.values() if c.kind == "row"]
    assert [r.text.split()[0].strip("|") for r in rows] != []
    shown = material.slicer.render_clauses([rows[0].id])
    assert f"| gate | tally |\n| --- | --- |\n‹{rows[0].id}› | north | 3 |" in shown
    assert "south | 0" not in shown
    assert "MUST return these tallies after three visits" in shown


def test_samples_of_the_section_go_along():
    material = read_material()
    section = material.slicer.sections["tally/reading"]
    shown = material.slicer.render_clauses([section.clauses[0]])
    assert "```text\nnorth: 3\nsouth: 0\n```" in shown


def test_slices_name_no_document_and_no_line():
    material = read_material()
    for ask in [*ask_behaviour(material, {}), *ask_policies(material, {})]:
        for part in ask.question.parts:
            assert ".md" not in part.text


def test_unknown_ids_show_nothing_and_order_of_ids_is_not_seen():
    slicer = read_material().slicer
    assert slicer.render_clauses(["nobody.knows"]) == ""
    ids = ["tally.unknown", "tally.no-change", "platform.a2jmv"]
    assert slicer.render_clauses(ids) == slicer.render_clauses([*reversed(ids), *ids])


WHITE_SPACE = {
    "blank lines": TALLY.replace("\n\n", "\n\n\n\n").replace("```text\nnorth: 3\n\n\n\n", "```text\nnorth: 3\n"),
    "wrapped lines": TALLY.replace(" when a visit to", "\nwhen a visit to"),
    "trailing spaces": re.sub(r"\.\n", ".  \n", TALLY),
    "CRLF": TALLY.replace("\n", "\r\n"),
    "aligned table": TALLY.replace(
        "| gate  | tally |\n|-------|-------|", "|gate      |tally    |\n|  ---------|--------  |"
    ),
    "indented items": TALLY.replace("\n- ", "\n -   "),
    "no line feed at the end": TALLY.rstrip("\n"),
}


@pytest.mark.parametrize("name", WHITE_SPACE)
def test_white_space_changes_no_question(tmp_path: Path, name: str):
    assert WHITE_SPACE[name] != TALLY
    assert changed(tmp_path, behaviour__tally=WHITE_SPACE[name]) == set()


def test_prose_outside_clauses_changes_no_question(tmp_path: Path):
    text = edit("so counting it would lie", "so it is not counted, whatever the gate keeper says")
    text = text.replace("## Reading\n", "## Reading\n\n<!-- to be read aloud -->\n\n> Note: in the morning.\n")
    assert changed(tmp_path, behaviour__tally=text, README="Nobody compiles this.\n") == set()


def test_a_renamed_document_changes_no_question(tmp_path: Path):
    pack = copy_pack(tmp_path)
    before = read_material(pack)
    (pack / "specpack.ids").write_text(render_identities(before.understanding.identities), encoding="utf-8")
    (pack / "behaviour" / "tally.md").rename(pack / "behaviour" / "counting.md")
    manifest = pack / "specpack.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("behaviour/tally.md", "behaviour/counting.md"), "utf-8")
    assert digests(read_material(pack)) == digests(before)


def test_a_moved_section_changes_no_question(tmp_path: Path):
    start, middle, end = (TALLY.index(f"## {title}") for title in ("Recording", "Reading", "Limits"))
    moved = TALLY[:start] + TALLY[middle:end] + TALLY[start:middle] + TALLY[end:]
    assert changed(tmp_path, behaviour__tally=moved) == set()


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ("SHOULD stop counting at 9999", "SHOULD stop counting at 999", {"behaviour/tally/limits", "write/report"}),
        ("MUST add one to the tally", "MUST add 1 to the tally", {"behaviour/tally/recording", "write/count"}),
        ("| north | 3     |", "| north | 4     |", {"behaviour/tally/reading", "write/report"}),
        ("north: 3\n", "north:  3\n", {"behaviour/tally/reading", "write/report"}),
        (
            "a name of 1 to 8 letters inclusive",
            "a name of 1 to 9 letters inclusive",
            {
                "behaviour/tally/limits",
                "behaviour/tally/reading",
                "behaviour/tally/recording",
                "write/count",
                "write/report",
            },
        ),
    ],
)
def test_an_edited_clause_changes_only_the_questions_that_show_it(tmp_path: Path, old: str, new: str, asked: set[str]):
    pack = copy_pack(tmp_path)
    before = read_material(pack)
    values = decode_values(before)
    (pack / "specpack.ids").write_text(render_identities(before.understanding.identities), encoding="utf-8")
    (pack / "behaviour" / "tally.md").write_text(edit(old, new), encoding="utf-8")
    after = read_material(pack)
    first, second = digests(before, values), digests(after, values)
    assert {label for label in first if first[label] != second[label]} == {*asked, "test/tally"}


def test_a_policy_clause_changes_its_document_and_the_phases_that_it_binds(tmp_path: Path):
    house = (PACK / "policy" / "house.md").read_text("utf-8")
    edited = house.replace("in decimal digits", "in octal digits")
    expected = {"policy/house", "write/count", "write/report", "test/driver", "test/tally"}
    assert changed(tmp_path, policy__house=edited) == expected


def test_the_shipped_answers_are_answers_to_the_questions_of_the_standard_pack():
    lock = read_lock(std.LOCK)
    if lock is None:
        pytest.skip("this checkout ships no answers of the standard pack")
    pins = {pin.label: pin for pin in lock.pins}
    material = Material(read_pack(PACK), load_target("python"))
    asks = [a for a in ask_policies(material, {}) if a.question.label not in ("policy/house", "policy/toy")]
    store = Store(std.STORE)
    for ask in asks:
        pin = pins[ask.question.label]
        assert pin.question == digest_question(ask.question), ask.question.label
        assert not ask.judge(read_answer(store, pin.answer).blocks).findings


def test_lock_of_a_build_pins_every_question(tmp_path: Path):
    material = read_material()
    engine, _ = make_engine(material, tmp_path / "store", Script(answer_all(material)))
    values = asyncio.run(conclude(engine, material))
    assert {pin.label: pin.question for pin in lock_of(engine).pins} == digests(material, values)


def test_overridden_words_are_shown_to_nobody(tmp_path: Path):
    """A row, a sentence among others and a whole item of an extended pack, each set aside by the manifest."""
    house = tmp_path / "house"
    (house / "policy").mkdir(parents=True)
    (house / "specpack.toml").write_text(
        '[pack]\nname = "house"\nversion = "1.0.0"\nedition = "2026.1"\nextends = []\n'
        '[documents]\npolicy = ["policy/*.md"]\n',
        encoding="utf-8",
    )
    (house / "policy" / "house.md").write_text(
        "# House\n\n## Rules\n\n- Product code MUST be amber. {#item}\n- Product code MUST be beige. {#other}\n\n"
        "Product code MUST be cyan. Product code MUST NOT be drab.\n\n"
        "Product code MUST have the colour of each row:\n\n"
        "| part | colour |\n|---|---|\n| wall | ecru |\n| roof | fawn |\n",
        encoding="utf-8",
    )
    pack = tmp_path / "pack"
    (pack / "behaviour").mkdir(parents=True)
    (pack / "behaviour" / "a.md").write_text("# A\n\n## B\n\nThe system MUST hum.\n", encoding="utf-8")
    head = (
        '[pack]\nname = "hum"\nversion = "1.0.0"\ntarget = "python"\nedition = "2026.1"\n'
        'extends = ["std", { path = "../house" }]\n[documents]\nbehaviour = ["behaviour/*.md"]\n'
    )

    def shown(overrides: dict[str, str]) -> str:
        lines = ", ".join(f'"{clause}" = "{reason}"' for clause, reason in overrides.items())
        (pack / "specpack.toml").write_text(f"{head}[precedence]\noverrides = {{ {lines} }}\n", encoding="utf-8")
        material = Material(read_pack(pack), load_target("python"))
        assert not material.understanding.failed
        document = next(d for d in material.documents(Role.POLICY) if d.pack == "house")
        return material.slicer.render_document(document)

    whole = shown({})
    colours = ("amber", "beige", "cyan", "drab", "ecru", "fawn")
    assert all(colour in whole for colour in colours)
    clauses = read_pack(pack).clauses
    lost = {
        str(c.id): "ours differ"
        for c in clauses.values()
        if c.document == "house:policy/house.md" and c.text and any(w in c.text for w in ("amber", "cyan", "ecru"))
    }
    assert len(lost) == 3
    left = shown(lost)
    assert [colour for colour in colours if colour in left] == ["beige", "drab", "fawn"]
    assert "‹" in left
    assert "\0" not in left
    assert "| |" not in left


def test_a_group_stands_for_its_items_and_one_item_not_for_its_group():
    material = Material(read_pack(EXAMPLES / "ulid"), load_target("python"))
    clauses = material.understanding.clauses
    group = "ulid.gwv4x"
    rows = [str(c.id) for c in clauses.values() if c.parent == group and c.force]
    assert len(rows) == 9
    assert material.with_members([group]) >= set(rows)
    assert group not in material.with_members(rows[:-1])
    assert group in material.with_members(rows)
