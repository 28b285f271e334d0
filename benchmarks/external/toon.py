"""TOON, a codec with a command line: the specification and the fixtures of one npm package (MIT).

Path: npm package -> **toon** -> pack, judge.

The fixtures lie apart from the text, so the text stays whole, with its own examples. Its links to files beside it lead
to the same files in the specification's repository instead, because the pack does not hold them. The last release of
the published implementation that follows this version of the specification validates the judge, run by node.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.external.case import (
    RESULTS,
    Case,
    Place,
    Reference,
    Result,
    place_below,
    read_brief,
    read_folder,
    read_judge,
)
from benchmarks.external.fetch import fetch_npm, find_command
from benchmarks.external.outcome import read_result

from specpack.model.target import Sandbox
from specpack.targets.python.environment import find_python, find_toolchain

REQUIREMENT = "@toon-format/spec@3.3.2"
DIGEST = "9f60fdb76bbd6969298bc73c4f0fa247cf2991c6dc21b7f8efd59828425625e9"
REFERENCE = "@toon-format/toon@2.3.1"
REFERENCE_DIGEST = "6925613ea3298f5625ae84a2056b79021aacf737ed1782107f77d8c20aebac2a"
FIXTURES = "tests/fixtures"
_ADDRESS_SPACE = 64 << 30
"""Node reserves far more than it uses."""

_HOME = "https://github.com/toon-format/spec/blob/main/"
_LINK = re.compile(r"(?<=\]\()\./(?=[^)\s]*\))")

_MAIN = '''"""Validates the judge."""

import subprocess
import sys
from pathlib import Path

sys.exit(subprocess.run(["{node}", str(Path(__file__).parent / "run.mjs"), *sys.argv[1:]]).returncode)
'''

_RUN = """\
import { readFileSync, writeSync } from "node:fs";
import { decode, encode } from "./index.mjs";

const [command, ...words] = process.argv.slice(2);
const told = {};
for (let i = 0; i < words.length; i += 2) told[words[i]] = words[i + 1];
const options = {
  indent: Number(told["--indent-size"] ?? 2),
  delimiter: { comma: ",", tab: "\\t", pipe: "|" }[told["--delimiter"] ?? "comma"],
  keyFolding: told["--key-folding"] ?? "off",
  flattenDepth: Number(told["--flatten-depth"] ?? Infinity),
  strict: told["--strict"] !== "off",
  expandPaths: told["--expand-paths"] ?? "off",
};
const text = readFileSync(0, "utf8");
let answer;
try {
  answer = command === "encode" ? encode(JSON.parse(text), options) : JSON.stringify(decode(text, options));
} catch (error) {
  console.error(String(error));
  process.exit(3);
}
writeSync(1, answer);
"""


def link_outside(text: str) -> str:
    """Return the text with its links to files beside it made absolute, since the pack does not hold them."""
    return _LINK.sub(_HOME, text)


def prepare(place: Place, source: Path | None) -> Mapping[str, str]:
    """Fetch the package; keep its fixtures as the suite; return its text."""
    del source
    package = fetch_npm(REQUIREMENT, DIGEST, place.download / "spec")
    shutil.rmtree(place.suite, ignore_errors=True)
    shutil.copytree(package / FIXTURES, place.suite)
    return {"behaviour/spec.md": link_outside((package / "SPEC.md").read_text(encoding="utf-8"))}


def score(place: Place, tree: Mapping[str, bytes], environment: Path, sandbox: Sandbox) -> Result:
    """Give each fixture to the command, a process each."""
    files = place_below("product", tree) | place_below("fixtures", read_folder(place.suite))
    files["run.py"] = read_judge("toon_fixtures")
    told = sandbox.run(
        [str(find_python(environment)), "run.py"],
        tree=files,
        read_only=find_toolchain(environment),
        harvest=[RESULTS],
        seconds=1200.0,
        memory=_ADDRESS_SPACE,
    )
    return read_result(told)


def read_reference(place: Place) -> Reference:
    """Return the published implementation, behind our command. Raises `Unavailable` without node."""
    package = fetch_npm(REFERENCE, REFERENCE_DIGEST, place.download / "reference")
    node = Path(find_command("node")).resolve()
    files = {
        "toon/__init__.py": b"",
        "toon/__main__.py": _MAIN.format(node=node).encode(),
        "toon/run.mjs": _RUN.encode(),
        "toon/index.mjs": (package / "dist" / "index.mjs").read_bytes(),
    }
    return Reference(files=files)


CASE = Case(
    name="toon",
    pack="toon",
    licence="MIT",
    gold=400,
    floor={"toon/__init__.py": "", "toon/__main__.py": '"""Does nothing."""\n'},
    prepare=prepare,
    score=score,
    brief=lambda: read_brief("toon"),
    reference=read_reference,
)
