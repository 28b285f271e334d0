"""The page and the JSON lines of `specpack trace`: what they tell, and that nothing in them is more than text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.builds.sample import CODE, HOSTILE, LONE, TEST, Sample, write_sample

from specpack.backend.archive import read_archive
from specpack.backend.deliver import beside
from specpack.backend.page import decode_facts, render_page
from specpack.backend.page.registers import parse_assumptions, parse_deviations, parse_disputes
from specpack.cli.main import main
from specpack.model.failure import Rejected

VOID = {"meta", "img", "input", "br", "rect"}


class Reader(HTMLParser):
    """Collects elements with their attributes, the text of each element with an id, and whether tags are paired."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, str] = {}
        self.unpaired: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        self.unpaired += [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.elements.append((tag, held))
        if tag not in VOID:
            self._open.append((tag, held.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened = self._open.pop()[0] if self._open else ""
        if opened != tag:
            self.unpaired.append(f"{opened} closed by {tag}")

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.text[name] = self.text.get(name, "") + data

    def values(self, name: str) -> list[str]:
        return [held[name] for _, held in self.elements if name in held]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def page(sample: Sample) -> str:
    assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--format", "html"]) == 0
    return beside(sample.archive, "trace.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def make_build(clause: str, text: str, *, why: str = "", unit: str = "u") -> tuple[dict[str, bytes], str]:
    entry = {"force": "MUST", "place": "spec/a.md:1", "tests": [], "text": text, "units": [unit]}
    line = {"clause": clause, "standing": "claimed", "own": True, "units": [unit], "tests": [], "why": why}
    return {"logs/trace.json": json.dumps({clause: entry}).encode(), "spec/a.md": text.encode()}, json.dumps(line)


def test_row_tells_standing_reason_words_and_evidence(reader: Reader) -> None:
    row = reader.text["greet.known"]
    for part in ("tested", "test_known_person fails without the unit", "MUST", "greet a known person", "greeting"):
        assert part in row
    assert "nobody remembers persons" in reader.text["greet.twice"]
    assert "assume.blank a blank is no name" in reader.text["greet.empty"]
    assert f"disputed {TEST} ruling: first" in row
    assert "not counted" in reader.text["greet.smile"]


def test_worst_standing_of_the_project_comes_first(reader: Reader) -> None:
    rows = [held for tag, held in reader.elements if tag == "article" and "data-standing" in held]
    own = [held["data-standing"] for held in rows if held["data-scope"] == "all:project"]
    assert own == ["claimed", "claimed", "deviated", "tested", "not counted"]
    assert {held["data-scope"] for held in rows[len(own) :]} == {"all:extended"}
    tiles = [held["href"] for tag, held in reader.elements if held.get("class", "").startswith("tile ")]
    assert tiles[0] == "#document=all:project&standing=claimed"


def test_every_link_leads_to_an_element_or_sets_a_filter(reader: Reader) -> None:
    ids = set(reader.values("id"))
    links = [unquote(href.removeprefix("#")) for href in reader.values("href")]
    dead = {
        link
        for link in links
        if link not in ids and link.partition("=")[0] not in ("q", "document", "standing", "unit")
    }
    assert not dead
    assert {"greet.known", "spec/greet.md:5", "tests/test_greet.py:1", "unit:greeting", "assume.blank"} <= set(links)


def test_ids_are_unique_and_tags_are_paired(reader: Reader) -> None:
    ids = reader.values("id")
    assert len(ids) == len(set(ids))
    assert reader.unpaired == []


def test_code_and_documents_can_be_read_line_by_line(reader: Reader) -> None:
    assert reader.text["greeter/greet.py:3"] == CODE.splitlines()[2] + "\n"
    assert HOSTILE in reader.text["spec/greet.md:8"]
    assert "claimed: greet.hostile" in reader.text["spec/greet.md:8"]
    assert reader.text["tests/test_greet.py:1"] == "def test_known_person() -> None:1 clause\n"


def test_test_that_cites_an_assumption_only_is_listed(reader: Reader) -> None:
    assert LONE.partition("::")[2] in reader.text["page:tests"]
    assert LONE.partition("::")[2] in reader.text["assume.blank"]


def test_hostile_words_are_text(page: str, reader: Reader) -> None:
    assert HOSTILE in reader.text["greet.hostile"]
    assert "<img" not in page
    assert page.count("<script") == page.count("</script") == 1


def test_nothing_is_fetched_and_nothing_else_may_run(page: str, reader: Reader) -> None:
    assert all(href.startswith("#") for href in reader.values("href"))
    assert not reader.values("src")
    assert not [name for _, held in reader.elements for name in held if name.startswith("on") or name == "style"]
    assert "url(" not in page
    policy = next(held["content"] for _, held in reader.elements if "http-equiv" in held)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize("clause", ["a.\"quoted'", "a.<b>&amp;", "a.x y%20#z", "a.\u202ereversed", 'a." onclick="x'])
def test_id_of_any_characters_stays_an_id(clause: str) -> None:
    members, ledger = make_build(clause, f"say {clause}", why=f"`{clause}`", unit=clause)
    read = Reader(render_page(decode_facts(members, ledger), name=clause, about={clause: clause}))
    ids = read.values("id")
    assert ids.count(clause.replace("\u202e", "‹U+202E›")) == 1
    assert {unquote(h[1:]) for h in read.values("href") if "page:" not in h and "=" not in h} <= set(ids)
    assert not [name for _, held in read.elements for name in held if name.startswith("on")]
    assert read.unpaired == []


def test_what_is_not_seen_is_spelled_out() -> None:
    members, ledger = make_build("a.b", "ab\u202edc\x00\u200b")
    members["logs/trace.json"] = members["logs/trace.json"].replace(b"ab", b"\\ud800ab")
    text = Reader(render_page(decode_facts(members, ledger), name="x", about={})).text["a.b"]
    assert "‹U+D800›ab‹U+202E›dc‹U+0000›‹U+200B›" in text


def test_same_build_gives_the_same_bytes(sample: Sample, page: str, tmp_path: Path) -> None:
    before = sample.archive.read_bytes()
    other = tmp_path / "other.html"
    assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--format", "html", "--to", str(other)]) == 0
    assert other.read_text(encoding="utf-8") == page
    assert sample.archive.read_bytes() == before


def test_zip_and_ledger_are_enough(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (sample.archive, beside(sample.archive, "ledger.jsonl")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["trace", "-o", "greeter.zip", "--format", "html"]) == 0
    read = Reader((tmp_path / "greeter.zip.trace.html").read_text(encoding="utf-8"))
    assert "greet a known person" in read.text["greet.known"]
    assert "specpack show ID" in read.text["page:extended"]
    assert "MUST" not in read.text["review.narrow"]


def test_words_of_extended_packs_come_from_the_pack_that_was_built(
    sample: Sample, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "MUST" in reader.text["review.narrow"]
    assert "specpack show ID" not in reader.text["page:extended"]
    document = sample.pack / "greet.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(text + "\n- The service MUST end. {#end}\n", encoding="utf-8")
    try:
        assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--format", "json"]) == 0
    finally:
        document.write_text(text, encoding="utf-8")
    rows = {row["clause"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["review.narrow"]["text"] == ""
    assert "greet.end" not in rows


def test_json_has_one_object_a_clause(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ledger = beside(sample.archive, "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(ledger) + 1
    told = {row["clause"]: row for row in rows}
    for line in map(json.loads, ledger):
        assert {key: told[line["clause"]][key] for key in line} == line
    assert told["greet.empty"]["assumptions"] == ["assume.blank"]
    assert told["greet.twice"]["deviations"] == ["nobody remembers `persons`"]
    assert told["greet.known"]["place"] == "spec/greet.md:5"
    assert told["greet.smile"]["standing"] == "not counted"


def test_logs_are_read_back(sample: Sample) -> None:
    members = read_archive(sample.archive)
    (assumed,) = parse_assumptions(members["logs/assumptions.md"].decode())
    assert (assumed.silence, assumed.clauses, assumed.tests) == ("what a blank is", ("greet.empty",), (LONE,))
    (deviation,) = parse_deviations(members["logs/deviations.md"].decode())
    assert (deviation.clause, deviation.reason) == ("greet.twice", "nobody remembers `persons`")
    (settled,) = parse_disputes(members["logs/disputes.md"].decode())
    assert (settled.test, settled.second, settled.outcome) == (TEST, "hello you", "first")
    assert (settled.clauses, settled.why) == (("greet.known",), "the text says by name")


def test_empty_logs_have_no_entries() -> None:
    assert parse_assumptions("# Assumptions\n\nNone.\n") == ()
    assert parse_deviations("# Deviations\n\nNone.\n") == ()
    assert parse_disputes("# Disputes\n\nNone.\n") == ()


def test_log_entry_of_several_lines_is_one() -> None:
    (deviation,) = parse_deviations("# Deviations\n\n- `a.b`: one\n  two\n")
    assert deviation.reason == "one two"


def test_ledger_of_another_build_is_refused() -> None:
    members, _ = make_build("a.b", "x")
    _, ledger = make_build("a.c", "x")
    with pytest.raises(Rejected, match=r"not of one build: `a\.b`"):
        decode_facts(members, ledger)


@pytest.mark.parametrize("trace", [b"", b"[1]", b'{"a.b": {}}', b'{"a.b": {"force": "PERHAPS"}}'])
def test_zip_without_a_trace_is_refused(trace: bytes) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        decode_facts({"logs/trace.json": trace}, make_build("a.b", "x")[1])


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2 of two colours `#rrggbb`, from 1 to 21."""

    def weigh(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((weigh(one), weigh(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_can_be_told_from_its_ground(page: str, scheme: int) -> None:
    roots = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", roots[scheme]))
    tones = ("red", "amber", "plum", "green", "teal", "grey")
    pairs = [(text, ground) for text in ("ink", "soft", "link") for ground in ("ground", "sheet", "code")]
    pairs += [(text, f"{tone}-bg") for tone in tones for text in (tone, "ink", "soft", "link")]
    pairs += [("hit-ink", "hit")]
    assert not [pair for pair in pairs if measure_contrast(colours[pair[0]], colours[pair[1]]) < 4.5]


def test_target_of_the_page_needs_its_format(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--to", "x.html"]) == 2
    assert "--format html" in capsys.readouterr().err
