"""Long documents with few keywords: chapters, large sections, terms that links define, labels, samples, tables."""

from packs_of_text import codes, understand

from specpack.frontend.sections import LARGE
from specpack.middle.slices import Slicer
from specpack.model.clause import Kind
from specpack.model.understanding import Understanding

MARKUP = """\
# Preliminaries

This text describes a small markup.

## Characters

A [line](@) is a sequence of [characters][character] that ends in LF.

A [blank line](@) is a [line] without words. Each [blank line] ends a paragraph.

A [character](@) is a code point, one of:

- a letter
- a digit

# Blocks

Blocks are read before inlines.

## Rules

A [thematic rule](@) is one of three [blank lines], see [lines](#line) and `[character]`.

```````` example
- a

  # not a heading: [character]
.
<hr>
````````

## Quotes

Quotes hold blocks.

# Appendix

The strategy has two phases.
"""


def cut(text: str) -> dict[str, str]:
    slicer = Slicer(understand(text))
    return {key: slicer.render_section(section) for key, section in slicer.sections.items()}


def preamble(understanding: Understanding, key: str) -> str:
    slicer = Slicer(understanding)
    return slicer.render_preamble(slicer.sections[key])


def test_terms_that_links_define_are_found_and_linked() -> None:
    understanding = understand(MARKUP)
    assert set(understanding.definitions) == {"line", "blank line", "character", "thematic rule"}
    assert codes(understanding) == []


def test_a_section_shows_the_terms_that_it_uses_with_the_terms_that_these_use() -> None:
    understanding = understand(MARKUP)
    rules = preamble(understanding, "shelf/rules")
    assert "A [blank line](@) is" in rules
    assert "A [line](@) is" in rules
    assert "is a code point" in rules
    assert "- ‹" in rules
    assert "a digit" in rules
    assert "code point" not in preamble(understanding, "shelf/quotes")


def test_code_uses_no_term() -> None:
    text = MARKUP.replace("one of three [blank lines], see [lines](#line) and", "a dash, not")
    assert "code point" not in preamble(understand(text), "shelf/rules")


def test_an_anchor_of_no_term_is_dangling() -> None:
    assert codes(understand(MARKUP.replace("(#line)", "(#lime)"))) == ["SP208"]


def test_a_chapter_begins_its_own_first_section() -> None:
    sections = cut(MARKUP)
    assert list(sections) == ["shelf/characters", "shelf/rules", "shelf/quotes", "shelf/appendix"]
    assert sections["shelf/rules"].startswith("# Blocks\n")
    assert "Blocks are read" not in sections["shelf/characters"]
    assert "two phases" in sections["shelf/appendix"]


def test_samples_stay_word_for_word() -> None:
    assert "```````` example\n- a\n\n  # not a heading: [character]\n.\n<hr>\n````````" in cut(MARKUP)["shelf/rules"]


def test_a_bold_label_of_several_texts_is_no_definition() -> None:
    items = "\n".join(f"{n}. **Start:** line {n} begins with `<{n}`.\n" for n in range(1, 4))
    kinds = [c.kind for c in understand(f"## Blocks\n\nThe kinds are:\n\n{items}").clauses.values()]
    assert Kind.DEFINITION not in kinds
    twice = understand("## Blocks\n\n- **start**: line one.\n- **end**: line two.\n")
    assert set(twice.definitions) == {"start", "end"}


def fill(characters: int) -> str:
    return "The frame holds one octet of the field. " * (characters // 40) + "\n"


def test_a_large_section_is_cut_at_the_headings_below() -> None:
    half = fill(LARGE * 2 // 3)
    text = f"## Frames\n\nIntroduction.\n\n### Head\n\n{half}\n### Body\n\n{half}\n### Tail\n\nThe end is near.\n"
    understanding = understand(text)
    assert [section.key for section in understanding.sections] == ["shelf/frames", "shelf/frames/body"]
    assert "near" in cut(text)["shelf/frames/body"]
    small = understand(text.replace(half, fill(400)))
    assert [section.key for section in small.sections] == ["shelf/frames"]


def test_a_large_document_without_second_level_is_cut_at_its_chapters() -> None:
    half = fill(LARGE * 2 // 3)
    text = f"# One\n\n{half}\n# Two\n\n{half}"
    assert [section.key for section in understand(text).sections] == ["shelf/one", "shelf/two"]
    assert [section.key for section in understand(text.replace(half, fill(400))).sections] == ["shelf"]


def test_every_clause_stands_in_one_section() -> None:
    text = MARKUP + "\n## Registry\n\n| number | name |\n|---|---|\n" + "".join(f"| {n} | F{n} |\n" for n in range(500))
    understanding = understand(text)
    placed = [clause for section in understanding.sections for clause in section.clauses]
    assert len(placed) == len(set(placed))
    assert sum(clause.kind is Kind.ROW for clause in understanding.clauses.values()) == 500
    assert {understanding.clauses[c].kind for c in understanding.clauses if c not in placed} <= {Kind.INFORMATION}
    assert understanding.coverage.uncovered == 0
