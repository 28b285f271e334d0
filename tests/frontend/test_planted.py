"""The corpus of planted defects: packs with one defect each, written from the catalogue by somebody who saw no check.

`case.toml` names the code, the document and the line. `near` is the same pack without the defect; `old` and `older` are
earlier versions, for codes that compare. `overlaps` are codes that a reader may take for the same finding.
"""

import tomllib
from pathlib import Path

import pytest
from test_cases import check_folder

from specpack.frontend.asymmetry import CODES as ASYMMETRY
from specpack.frontend.asymmetry import find_asymmetries
from specpack.frontend.changes import compare_packs
from specpack.frontend.flips import Version, find_flips
from specpack.model.diagnostic import Diagnostic

CORPUS = Path(__file__).parent.parent / "corpora" / "planted"
CASES = sorted(folder for folder in CORPUS.iterdir() if (folder / "case.toml").is_file())


def find_diagnostics(case: Path, version: str, code: str) -> list[Diagnostic]:
    """Return what is told of a version of a pack, of its log, or of how it differs from the versions before."""
    now = check_folder(case / version)
    before = [check_folder(case / name) for name in ("older", "old") if (case / name).is_dir()]
    if len(before) > 1:
        versions = [Version(name=str(number), understanding=pack) for number, pack in enumerate([*before, now])]
        return list(find_flips(versions, 1))
    if before:
        return list(compare_packs(before[0], now).diagnostics)
    logged = find_asymmetries(now) if code in ASYMMETRY else ()
    return [*now.diagnostics, *(diagnostic for _, diagnostic in logged)]


def list_places(diagnostic: Diagnostic) -> list[tuple[str, int]]:
    """Return document and line of each place that a diagnostic points at."""
    spans = [diagnostic.span, *(label.span for label in diagnostic.secondary)]
    return [(span.document, span.line) for span in spans if span]


def test_the_corpus_is_there() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_defect_is_found_at_its_place(case: Path) -> None:
    told = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    wanted = {told["code"], *told.get("overlaps", ())}
    found = [d for d in find_diagnostics(case, "defect", told["code"]) if d.code in wanted]
    assert (told["document"], told["line"]) in [place for d in found for place in list_places(d)], told["why"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_near_miss_is_left_alone(case: Path) -> None:
    code = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))["code"]
    assert [d.message for d in find_diagnostics(case, "near", code) if d.code == code] == []
