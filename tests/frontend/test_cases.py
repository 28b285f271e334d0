"""Data cases: each folder holds a pack, what is reported about it, and a pack that is nearly the same."""

import os
from pathlib import Path

import pytest

from specpack.frontend.asymmetry import CODES as ASYMMETRY
from specpack.frontend.asymmetry import find_asymmetries
from specpack.frontend.catalogue import RULES, find_page
from specpack.frontend.packs import compose_pack
from specpack.frontend.sources import Source, read_source
from specpack.frontend.understand import understand_pack
from specpack.model.diagnostic import Diagnostic
from specpack.model.understanding import Understanding

CASES = Path(__file__).parent.parent / "cases" / "diagnostics"
ARCHIVES = ("SP002", "SP003", "SP004")
"""Codes that no folder of a few small files can show; `test_sources.py` builds the archives and folders that do."""
VERSIONS = ("SP805",)
"""Codes that one pack and its identity file cannot show; `test_changes.py` has cases of several versions."""
MODELS = ("SP323", "SP405", "SP509", "SP601")
"""Codes that a model alone finds; `test_deep.py` and `test_review.py` have their cases."""
FOLDERS = sorted(folder for folder in CASES.iterdir() if (folder / "pack").is_dir())


def check_folder(folder: Path) -> Understanding:
    """Return what is known of a pack that extends nothing."""
    std = Source(name="std", files={})
    pack, earlier = compose_pack(
        read_source(folder),
        edition="2026.1",
        find_std=lambda: std,
        read=read_source,
        root=folder,
        targets=("python",),
    )
    return understand_pack(pack, earlier)


def report_folder(folder: Path, code: str) -> list[str]:
    """Return the lines of a pack's diagnostics; for a code of the log of open halves, those of the log behind them."""
    understanding = check_folder(folder)
    logged = find_asymmetries(understanding) if code in ASYMMETRY else ()
    lines = [render_line(diagnostic) for diagnostic in understanding.diagnostics]
    return lines + [f"{render_line(diagnostic)} (log)" for opening, diagnostic in logged if not opening.certain]


def render_line(diagnostic: Diagnostic) -> str:
    """Return `CODE severity document:line:column message`."""
    span = diagnostic.span
    place = f"{span.document}:{span.line}:{span.column}" if span else "-"
    return f"{diagnostic.code} {diagnostic.severity} {place} {diagnostic.message}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_pack_is_reported_as_expected(folder: Path) -> None:
    code = folder.name.partition("_")[0]
    found = "".join(line + "\n" for line in report_folder(folder / "pack", code))
    expected = folder / "expected.txt"
    if os.environ.get("SPECPACK_REWRITE") == "1":
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    assert code in {line.split()[0] for line in found.splitlines()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_near_miss_is_not_reported(folder: Path) -> None:
    near_miss = folder / "near_miss"
    if not near_miss.is_dir():
        pytest.skip("a case without a near miss")
    code = folder.name.partition("_")[0]
    found = report_folder(near_miss, code)
    assert [line for line in found if line.startswith(code)] == []


@pytest.mark.parametrize("code", RULES)
def test_each_code_has_a_case_and_a_page(code: str) -> None:
    has_case = any((folder / "near_miss").is_dir() for folder in FOLDERS if folder.name.startswith(f"{code}_"))
    assert has_case is (code not in (*ARCHIVES, *VERSIONS, *MODELS))
    page = find_page(code)
    assert page is not None
    assert page.startswith(f"# {code}")
    assert {"## Example", "## Reason", "## Cure"} <= set(page.splitlines())


def test_unknown_code_has_no_page() -> None:
    assert find_page("SP999") is None
    assert find_page("../SP001") is None
