"""What an answer to a question asked again may leave out, and what then stands. All replies are synthetic."""

import asyncio
from pathlib import Path

import pytest
from tiny import Script, answer_all, make_engine, read_material

from specpack.middle.asking import Revision
from specpack.middle.conclude import conclude
from specpack.middle.phases.design import LABEL as DESIGN
from specpack.middle.phases.design import ask_design
from specpack.middle.revision import merge_blocks, revise_question
from specpack.model.conclusion import Phase
from specpack.model.finding import Finding
from specpack.model.question import Expected, Label, Question, ReplyBlock


def block(path: str, text: str = "", kind: str = "file") -> ReplyBlock:
    return ReplyBlock(kind=kind, path=path, text=text or f"text of {path}\n")


FILES = (Expected(kind="file", path="a"), Expected(kind="file", path="b"), Expected(kind="data", optional=True))
OPEN = (Expected(kind="data"), Expected(kind="signatures", path="<path>"))


@pytest.mark.parametrize(
    ("expected", "earlier", "given", "stand"),
    [
        (FILES, [block("a"), block("b")], [block("b", "new\n")], [block("b", "new\n"), block("a")]),
        (FILES, [block("a"), block("b")], [], [block("a"), block("b")]),
        (FILES, [block("a"), block("-", "{}\n", "data")], [block("b")], [block("b"), block("a")]),
        (FILES, [block("a"), block("c")], [block("b")], [block("b"), block("a")]),
        (FILES, [], [block("b")], [block("b")]),
        (
            OPEN,
            [block("x", kind="signatures"), block("gone", kind="signatures"), block("-", "old\n", "data")],
            [block("-", '{"paths": ["x"]}\n', "data")],
            [block("-", '{"paths": ["x"]}\n', "data"), block("x", kind="signatures")],
        ),
    ],
)
def test_what_is_left_out_of_files_and_signatures_stands(expected, earlier, given, stand):
    assert list(merge_blocks(given, expected, earlier)) == stand


def test_only_what_the_earlier_answer_holds_may_be_left_out():
    question = Question(label=Label("write/u"), phase=Phase.WRITE, contract="", parts=(), expected=FILES)
    revised = revise_question(question, [Finding(code="GT000", gate="g", message="m")], [block("a")])
    assert [(e.path, e.optional) for e in revised.expected] == [("a", True), ("b", False), ("-", True)]
    assert revise_question(question, [Finding(code="GT000", gate="g", message="m")], []).expected == FILES


def test_a_design_that_changes_its_data_alone_is_whole(tmp_path: Path):
    material = read_material()
    script = Script(answer_all(material))
    engine, provider = make_engine(material, tmp_path, script)
    values = asyncio.run(conclude(engine, material))
    (ask,) = ask_design(material, {k: v for k, v in values.items() if k != DESIGN})
    earlier = engine.answers[DESIGN].blocks
    script.queue[DESIGN] = [[(b.kind, b.path, b.text.rstrip("\n")) for b in earlier if b.kind == "data"]]
    finding = Finding(code="GT000", gate="toy", message="look again")
    revised = asyncio.run(engine.revise([Revision(ask=ask, findings=(finding,))]))
    assert "==== specpack signatures <path> " in provider.requests[-1].text
    assert sum(block.kind == "signatures" for block in earlier) > 1
    assert sorted(engine.answers[DESIGN].blocks, key=str) == sorted(earlier, key=str)
    assert revised[DESIGN] == values[DESIGN]
