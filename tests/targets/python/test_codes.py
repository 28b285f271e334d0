"""The table of codes: each has a cure, and each is seen to fire in some test of this folder."""

from pathlib import Path

from specpack.targets.python.codes import CURES, Code

UNSEEN = {
    Code.UNSETTLED: "no input is known on which the pinned tool does not settle",
}


def test_each_code_has_a_cure_and_is_used_once():
    assert set(CURES) == set(Code)
    assert len({code.value for code in Code}) == len(Code)
    assert all(cure and cure[0].islower() and not cure.endswith(".") for cure in CURES.values())


def test_each_code_has_a_case():
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert sorted(code.value for code in Code if code.value not in texts and code not in UNSEEN) == []
