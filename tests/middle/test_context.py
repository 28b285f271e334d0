"""What a request carries beside its questions, outside every digest."""

import pytest
from tiny import copy_pack, read_material

from specpack.middle.conclude import CONTEXT_TOKENS, render_context
from specpack.middle.phases.design import ask_design
from specpack.middle.phases.material import Material
from specpack.middle.tokens import estimate_tokens
from specpack.model.conclusion import Phase
from specpack.model.question import Label, Question

SECTIONS = 40
FILLER = "The service keeps a word of it. " * 8


def render_part(number: int) -> str:
    lines = "\n\n".join(f"Line {i} of part {number} holds more. {FILLER}" for i in range(40))
    return f"## Part {number}\n\nThe beginning of part {number} stands here.\n\n{lines}"


LONG = "# Long\n\n" + "\n\n".join(map(render_part, range(SECTIONS)))
"""About 80,000 tokens."""


def question(phase: Phase) -> Question:
    return Question(label=Label(f"{phase.value}/x"), phase=phase, contract="", parts=(), expected=())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return read_material(copy_pack(tmp_path_factory.mktemp("large"), behaviour__long=LONG))


def test_small_documents_travel_whole_with_every_phase_that_rests_on_them():
    material = read_material()
    for phase in (Phase.DESIGN, Phase.WRITE, Phase.TEST, Phase.RULING):
        (part,) = render_context(material, [question(phase)])
        assert "MUST reject an unknown gate" in part.text
    assert render_context(material, [question(Phase.POLICY)]) == ()


def test_design_sees_the_beginning_of_every_section_of_large_ones(large: Material):
    (part,) = render_context(large, [question(Phase.DESIGN)])
    assert all(f"The beginning of part {n} stands here." in part.text for n in range(SECTIONS))
    assert "Line 39 of part 0 " not in part.text
    assert "MUST reject an unknown gate" in part.text
    assert CONTEXT_TOKENS * 0.7 < estimate_tokens(part.text) < CONTEXT_TOKENS * 1.5


def test_an_abridged_section_says_that_it_is(large: Material):
    (part,) = render_context(large, [question(Phase.DESIGN)])
    assert part.text.count("\n…") == SECTIONS


@pytest.mark.parametrize("phase", [Phase.BEHAVIOUR, Phase.WRITE, Phase.TEST])
def test_questions_that_show_their_own_text_carry_no_large_documents(large: Material, phase: Phase):
    assert render_context(large, [question(phase)]) == ()


def test_the_context_is_in_no_digest(large: Material):
    ask = ask_design(large, {})[0]
    assert not any("The beginning of part 7 " in part.text for part in ask.question.shown)
