"""Gate `canary`: a test that must fail, planted beside the others, turns the run red.

Path: suite -> **canary** -> witness. What the tree does to its own run (hooks, exits, patched reports) shows here.
"""

from pathlib import PurePosixPath

from specpack.model.finding import GateResult
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.running import REPORT, parse_report, read_contents, run_pytest
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.gates.view import read_view

GATE = "canary"
_NAME = "test_specpack_canary"
_TEXT = b'def test_a_canary_sings():\n    assert "canary" == "dead", "planted to fail"\n'


def check_tree(verification: Verification) -> GateResult:
    """Run the whole suite with a failing test in each folder of tests. Reports: GT186."""
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    paths = [path for path in read_view(verification).texts if is_test_path(path)]
    folders = sorted({str(PurePosixPath(path).parent) for path in paths})
    planted = [f"{folder}/{_NAME}.py" for folder in folders]
    contents = {**read_contents(verification), **dict.fromkeys(planted, _TEXT)}
    result = run_pytest(verification, contents, [f"--junitxml={REPORT}", *paths, *planted])
    root = parse_report(result.files.get(REPORT))
    cases = [] if root is None else [case for case in root.iter("testcase") if _NAME in (case.get("classname") or "")]
    heard = sum(case.find("failure") is not None for case in cases)
    if result.status == 1 and heard == len(planted):
        return conclude(GATE, [], (("canaries", str(len(planted))),))
    message = f"{heard} of {len(planted)} planted tests failed as they must, and the run ended with {result.status}"
    return conclude(GATE, [reject(Code.CANARY, GATE, message, path=paths[0] if paths else None, tests=True)])
