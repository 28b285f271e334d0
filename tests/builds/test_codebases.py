"""The generated codebases as a user meets them: unpacked, with one command, and no network."""

from pathlib import Path

import pytest

from specpack.backend.archive import read_archive
from specpack.backend.sandbox import choose_sandbox
from specpack.driver import build, cache_folder
from specpack.options import BuildOptions
from specpack.targets import load_target
from specpack.targets.python.environment import find_python, find_toolchain
from tests.builds.mirror import copy_pack

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["ulid", "telemetry"])
def test_make_test_passes_without_a_network(name: str, tmp_path: Path) -> None:
    """`make test` in the unpacked zip, in the sandbox, with an environment prepared from the zip's own pins."""
    sandbox = choose_sandbox()
    if sandbox is None:
        pytest.skip("no sandbox works on this machine, and generated code runs nowhere else")
    pack = copy_pack(EXAMPLES / name, tmp_path / "pack", recording=True)
    build(BuildOptions(pack=pack, output=tmp_path / f"{name}.zip", frozen=True))
    tree = read_archive(tmp_path / f"{name}.zip")
    environment = load_target("python").prepare(tree["requirements.lock"].decode(), cache_folder())
    result = sandbox.run(
        ["make", "test", f"PYTHON={find_python(environment)}"],
        tree=tree,
        read_only=find_toolchain(environment),
        environment={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert result.status == 0, result.stdout + result.stderr
    assert " passed" in result.stdout
    assert "skipped" not in result.stdout
