"""What a build that ends badly leaves beside the zip that is not there. All answers are synthetic."""

from pathlib import Path

import pytest
from tests.e2e.greeter import CODE, INIT, make_pack, render_answers, run_specpack
from tests.providers.wire import Heard, Say, WireServer

pytest.importorskip("pydantic_ai", reason="the extra `models` is not installed")


def answer_with_a_fault(heard: Heard) -> Say:
    wrong = {"file greeter/__init__.py": INIT, "file greeter/greeting.py": CODE.replace("Hello", "Hi")}
    return Say(render_answers(heard.text, write=wrong))


@pytest.mark.sandbox
def test_two_readings_end_the_build_and_the_best_attempt_is_kept(tmp_path: Path):
    pack = make_pack(tmp_path)
    with WireServer(answer_with_a_fault) as server:
        environment = {"SPECPACK_BASE_URL": f"{server.url}/v1"}
        done = run_specpack(
            *("build", pack, "--model", "compatible:m", "-o", "greeter.zip"), folder=tmp_path, environment=environment
        )
    assert done.returncode == 1, done.stderr
    assert "the pack has two readings" in done.stderr
    assert "a greeting begins with any word" in done.stderr
    assert "kept: the best attempt is in `greeter.rejected`" in done.stderr
    assert not (tmp_path / "greeter.zip").exists()
    assert "Hi, {name}" in (tmp_path / "greeter.rejected" / "greeter" / "greeting.py").read_text(encoding="utf-8")
    assert "gate suite" in (tmp_path / "greeter.rejected" / "BLOCKER.txt").read_text(encoding="utf-8")
