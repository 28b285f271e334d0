"""Requests of all phases for the pack `tiny`. The replies that lead to them are synthetic."""

import asyncio
import re
from pathlib import Path

import pytest
from tiny import (
    COUNT,
    PACK,
    Script,
    answer_all,
    copy_pack,
    data,
    make_engine,
    read_material,
    render_tests,
    settle_recording,
)

from specpack.middle.conclude import conclude
from specpack.middle.phases.material import Material
from specpack.middle.repair import repair
from specpack.middle.requests import SYSTEM, check_window, digest_question, render_request
from specpack.middle.slices import ANCHOR
from specpack.middle.tokens import estimate_tokens
from specpack.model.conclusion import Phase
from specpack.model.failure import Rejected
from specpack.model.finding import Finding
from specpack.model.question import Expected, Label, Part, Question, Request

ASKED = tuple(p for p in Phase if p not in (Phase.RESOLVE, Phase.CLEAN))

SOURCE = (
    "Section",
    "Beginning and definitions",
    "Document",
    "Interventions",
    "Platform",
    "Clauses",
    "Rules that bind the phase",
    "Behaviour documents, as context",
)
"""How the titles of parts begin that show the text of documents."""

DATA = (
    "The codebase",
    "Clauses to place",
    "Conclusions",
    "Assumptions that rest on other clauses, as context",
    "What interventions close",
    "Unit",
    "Signatures",
    "Public and boundary interfaces",
    "Packages",
    "Test group",
    "Entry points and controls",
    "What was done",
    "First outcome",
    "Second outcome",
    "Findings",
    "Earlier answer",
    "Gaps",
    "Ruling",
    "Answer blocks",
    "Shown above",
)
"""How the titles of parts begin that show ids, names, and what earlier answers or gates said."""

GAP = [data({"gaps": [{"clauses": ["tally.unknown"], "question": "is `north` known before its first visit?"}]})]
FAILED = Finding(
    code="GT090",
    gate="toy/suite",
    message="test `case-x` fails",
    test="tests/tally.toy::case-x",
    clauses=("tally.cgqa6",),
    expected="4",
    observed="3",
)


def rule(outcome: str) -> list[tuple[str, str, str]]:
    return [data({"outcome": outcome, "clauses": ["tally.unknown"], "why": "said so", "readings": []})]


def collect_requests(material: Material, folder: Path) -> list[Request]:
    """Return the requests of a build that meets a broken answer, a gap, and two disputes."""
    script = Script(
        answer_all(material),
        write__count=[[("file", "tiny/count.toy", "no note")]],
        test__tally=[GAP],
        behaviour__tally__recording=settle_recording(material),
    )
    engine, provider = make_engine(material, folder, script)
    values = asyncio.run(conclude(engine, material))
    for outcome in ("first", "second", "neither"):
        script.rule = lambda request, outcome=outcome: rule(outcome)
        observed = Finding(**{**_fields(FAILED), "observed": f"observed by {outcome}"})
        values |= asyncio.run(repair(engine, material, values, [observed]))
    return provider.requests


def _fields(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in Finding.__dataclass_fields__}


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    return collect_requests(read_material(), tmp_path_factory.mktemp("store"))


def test_all_phases_are_covered(requests: list[Request]):
    assert {phase for request in requests for phase in request.phases} == set(ASKED) - {Phase.REVIEW}
    titles = {line.strip("# ") for request in requests for line in request.text.split("\n") if line.startswith("##")}
    assert {"Findings", "Earlier answer", "Gaps", "Ruling"} <= titles


def test_the_system_prompt_is_short_and_the_same_for_all_phases(requests: list[Request]):
    assert len(SYSTEM.split()) <= 120
    assert {request.system for request in requests} == {SYSTEM}


def read_sentences(text: str) -> list[str]:
    """Return the sentences of a request outside headings, fences, and parts that hold data."""
    paragraphs: list[list[str]] = [[]]
    started, showing, fence = False, True, ""
    for line in re.sub(r"‹[\w./-]+›\s?", "", text).split("\n"):
        mark = re.match(r"`{3,}", line.strip())
        if mark and (not fence or line.strip() == fence):
            fence = "" if fence else mark[0]
            continue
        if fence:
            continue
        heading = re.fullmatch(r"(#{1,6}) (.*)", line)
        if heading:
            started = started or heading[2] in ("Shared by questions", "Questions")
            if started and heading[2].startswith((*DATA, *SOURCE, "Question `")):
                showing = not heading[2].startswith(DATA)
            paragraphs.append([])
        elif not line.strip() or re.match(r"\s*([-|]|\d+\.)\s?", line):
            paragraphs.append([line.strip().lstrip("- ")])
        else:
            paragraphs[-1].append(line.strip())
        if not showing:
            paragraphs[-1] = []
    return [
        s for p in map(" ".join, paragraphs) for s in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", p) if re.search(r"\w", s)
    ]


def find_strangers(text: str, material: Material) -> list[str]:
    """Return the sentences of a request that stand in no document of the pack or the standard pack."""
    pack = material.understanding.pack
    spans = [" ".join(ANCHOR.sub("", d.text).replace("|", " | ").split()) for d in pack.documents]
    sentences = [" ".join(s.replace("|", " | ").split()) for s in read_sentences(text)]
    return [s for s in sentences if not any(s in span for span in spans)]


def test_every_instruction_sentence_stands_in_a_document(requests: list[Request]):
    material = read_material()
    count = 0
    for request in requests:
        assert find_strangers(request.text, material) == []
        count += len(read_sentences(request.text))
    assert count > 400


@pytest.mark.parametrize("place", ["# Questions", "### Clauses", "# Contracts"])
def test_a_sentence_of_our_own_would_be_found(requests: list[Request], place: str):
    request = next(r for r in requests if Phase.WRITE in r.phases)
    assert place in request.text
    text = request.text.replace(place, f"{place}\n\nThink step by step.", 1)
    assert find_strangers(text, read_material()) == ["Think step by step."]


def test_every_part_is_known_to_be_source_or_data(requests: list[Request]):
    """A new part must be sorted into one of the two lists above, so that no instruction slips in as data."""
    for request in requests:
        _, _, questions = request.text.partition("\n# Questions\n")
        for line in re.findall(r"^### (.*)$", questions, re.MULTILINE):
            assert line.startswith((*SOURCE, *DATA)) or line == "Noise", line


def test_data_parts_hold_no_word_of_force_of_ours():
    """Markers, ids and headings only: the pieces that `render_request` adds itself demand nothing."""
    question = Question(
        label=Label("write/x"), phase=Phase.WRITE, contract="", parts=(), expected=(Expected(kind="file", path="x"),)
    )
    text = render_request([question], framing="").text
    assert not re.search(r"\b(MUST|SHOULD|MAY|must|should|please|answer with)\b", text)


def test_a_request_too_large_for_the_window_is_rejected_unasked(tmp_path: Path):
    material = read_material()
    engine, provider = make_engine(material, tmp_path, Script(answer_all(material)), window=5_000)
    with pytest.raises(Rejected) as rejected:
        asyncio.run(conclude(engine, material))
    assert provider.requests == []
    assert "the window is 5000" in rejected.value.message
    assert "`policy/ambiguity`" in rejected.value.message
    assert rejected.value.help
    assert rejected.value.kept


def test_the_window_holds_request_and_answer_and_not_one_token_more():
    question = Question(label=Label("design"), phase=Phase.DESIGN, contract="", parts=(), expected=())
    request = render_request([question], framing="")
    check_window(request, request.tokens + 10, 10)
    with pytest.raises(Rejected):
        check_window(request, request.tokens + 9, 10)
    assert request.tokens == estimate_tokens(request.system + request.text)


def test_early_phases_share_one_request_in_their_order(requests: list[Request]):
    first = requests[0]
    assert first.phases == (Phase.POLICY, Phase.INTERVENTIONS, Phase.BEHAVIOUR, Phase.DESIGN)
    places = [first.text.index(f"## Question `{label}`") for label in first.labels]
    assert places == sorted(places)
    assert first.labels[-1] == "design"


def test_test_and_write_never_share_a_request(requests: list[Request]):
    for request in requests:
        assert not {Phase.TEST, Phase.WRITE} <= set(request.phases)
        assert Phase.TEST not in request.phases or request.phases == (Phase.TEST,)
        assert Phase.RULING not in request.phases or request.phases == (Phase.RULING,)


def test_small_bundles_cut_phases_and_not_questions(tmp_path: Path):
    material = read_material()
    engine, provider = make_engine(material, tmp_path, Script(answer_all(material)), bundle=1)
    asyncio.run(conclude(engine, material))
    late = [r.labels for r in provider.requests[1:]]
    assert sorted(late) == [("test/driver",), ("test/tally",), ("write/count",), ("write/report",)]


def test_large_packs_ask_the_early_phases_one_after_the_other(tmp_path: Path):
    tally = (PACK / "behaviour" / "tally.md").read_text("utf-8")
    rationale = "\n### Rationale\n\n" + "It was always so. " * 8_000
    material = read_material(copy_pack(tmp_path, behaviour__tally=tally + rationale))
    engine, provider = make_engine(material, tmp_path / "store", Script(answer_all(material)))
    asyncio.run(conclude(engine, material))
    assert all(len(request.phases) == 1 for request in provider.requests)


def test_shared_parts_stand_once_and_are_in_every_question():
    shared, own = Part(title="Rules", text="the same rules"), Part(title="Unit", text="mine")
    parts = [(shared, own), (shared,)]
    questions = [
        Question(label=Label(f"write/{n}"), phase=Phase.WRITE, contract="C", parts=p, expected=())
        for n, p in enumerate(parts)
    ]
    request = render_request(questions, framing="F")
    assert request.text.count("the same rules") == 1
    assert request.text.index("the same rules") < request.text.index("# Questions")
    assert render_request(questions[:1], framing="F").text.count("the same rules") == 1


def test_label_transport_and_framing_are_not_in_the_digest():
    part = Part(title="Unit", text="mine")
    one = Question(label=Label("write/a"), phase=Phase.WRITE, contract="C", parts=(part,), expected=())
    other = Question(label=Label("write/b"), phase=Phase.WRITE, contract="C", parts=(part,), expected=())
    assert digest_question(one) == digest_question(other)
    told = Question(
        label=Label("write/a"), phase=Phase.WRITE, contract="C", parts=(part,), expected=(), revision=(part,)
    )
    assert digest_question(told) != digest_question(one)


def test_samples_are_other_requests_for_the_same_questions():
    question = Question(label=Label("write/a"), phase=Phase.WRITE, contract="C", parts=(), expected=())
    digests = {render_request([question], framing="F", sample=n).digest for n in range(3)}
    assert len(digests) == 3


def test_every_id_in_a_request_to_a_tester_is_citable(requests: list[Request]):
    material = read_material()
    known = material.known_ids({})
    for request in requests:
        if Phase.TEST in request.phases:
            shown = set(re.findall("‹(?!id›)([\\w.-]+)›", request.text.partition("# Shared by questions")[2]))
            assert {i for i in shown if not i.startswith("assume.")} <= known
            assert render_tests(sorted(shown))
            assert COUNT not in request.text
