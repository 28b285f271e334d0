"""What a command may import before it has something to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ULID = Path(__file__).parents[2] / "examples" / "ulid"
HEAVY = ("pydantic", "pydantic_ai", "asyncio", "rich", "httpx", "pygls", "markdown_it", "yaml")
"""Libraries that a question, an editor or a document needs, and a command with nothing to do does not."""
READING = ("specpack.frontend.checks", "specpack.frontend.understand", "specpack.driver", "specpack.middle.engine")
HELP = "from specpack.cli.main import make_parser; make_parser().format_help()"
RUN = "from specpack.cli.main import main; main(sys.argv[1:])"


def list_imported(*arguments: object, cwd: Path) -> set[str]:
    """Return the modules that a process of specpack has imported at its end; without arguments it shows its help."""
    code = f"import json, sys; {RUN if arguments else HELP}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def find_heavy(imported: set[str]) -> list[str]:
    return sorted(name for name in imported if name.partition(".")[0] in HEAVY or name in READING)


def test_help_imports_nothing_that_reads_asks_or_parses(tmp_path: Path) -> None:
    imported = list_imported(cwd=tmp_path)
    assert find_heavy(imported) == []
    assert not any(name.startswith(("specpack.frontend", "specpack.middle", "specpack.targets")) for name in imported)


@pytest.mark.sandbox
def test_a_build_with_nothing_to_do_imports_no_reader_and_no_model(tmp_path: Path) -> None:
    archive = tmp_path / "ulid.zip"
    pack = tmp_path / "ulid"
    shutil.copytree(ULID, pack, ignore=shutil.ignore_patterns(".specpack"))
    build = ("build", pack, "--frozen", "-o", archive)
    list_imported(*build, cwd=tmp_path)
    written = archive.stat().st_mtime_ns
    assert find_heavy(list_imported(*build, cwd=tmp_path)) == []
    assert archive.stat().st_mtime_ns == written
