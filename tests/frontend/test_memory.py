"""A memory of unchanged documents saves time and changes nothing else."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from specpack.composing import compose
from specpack.frontend.documents import compute_digest
from specpack.frontend.memory import Memory
from specpack.frontend.understand import understand_pack
from specpack.model.pack import Pack

ROOT = Path(__file__).parent.parent
CASES = sorted(folder / "pack" for folder in (ROOT / "cases" / "diagnostics").iterdir() if (folder / "pack").is_dir())
EXAMPLES = [ROOT.parent / "examples" / name for name in ("telemetry", "ulid")]
WORDS = ("MUST", "MAY", "not", "and/or", "first", "`x-1`", "(SHOULD)", "1 to 5", "[a](#b)", "\n\n", "- ", "## ")


def edit(pack: Pack, chance: random.Random) -> Pack:
    """Return a pack after one edit of one of its own documents: a line goes, comes twice, moves, or gets a word."""
    documents = list(pack.documents)
    own = [place for place, document in enumerate(documents) if document.pack == pack.layers[-1]]
    if not own:
        return pack
    place = chance.choice(own)
    lines = documents[place].text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(chance.randrange(len(lines)), lines.pop(at))
        case _:
            lines[at] += f" {chance.choice(WORDS)} {chance.choice(WORDS)}"
    text = "\n".join(lines)
    documents[place] = replace(documents[place], text=text, digest=compute_digest(text))
    if chance.random() < 0.1 and len(documents) > 1:
        del documents[chance.choice(own)]
    return replace(pack, documents=tuple(documents))


@pytest.mark.parametrize("folder", [*CASES, *EXAMPLES], ids=lambda folder: "/".join(folder.parts[-2:]))
def test_what_is_understood_is_the_same_with_a_memory(folder: Path) -> None:
    chance = random.Random(folder.parent.name)
    whole, earlier = compose(folder)
    memory, pack = Memory(), whole
    for _ in range(6):
        assert understand_pack(pack, earlier, memory) == understand_pack(pack, earlier)
        pack = edit(pack, chance) if chance.random() < 0.8 else whole


def test_an_unchanged_document_is_not_drafted_again() -> None:
    pack, earlier = compose(EXAMPLES[1])
    memory = Memory()
    understand_pack(pack, earlier, memory)
    before = memory.draftings
    changed = pack.documents[-1]
    text = changed.text + "\nThe end MUST come.\n"
    documents = (*pack.documents[:-1], replace(changed, text=text, digest=compute_digest(text)))
    understand_pack(replace(pack, documents=documents), earlier, memory)
    after = memory.draftings
    assert [name for name in after if after[name] is not before[name]] == [changed.name]


def test_a_document_that_is_gone_is_forgotten() -> None:
    pack, earlier = compose(EXAMPLES[1])
    memory = Memory()
    understand_pack(pack, earlier, memory)
    understand_pack(replace(pack, documents=pack.documents[:-1]), earlier, memory)
    assert list(memory.draftings) == [document.name for document in pack.documents[:-1]]
