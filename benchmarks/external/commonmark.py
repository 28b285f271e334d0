"""CommonMark, a parser with a command line: the specification with its odd examples, judged by the even ones.

Path: npm package -> **commonmark** -> pack, judge.

The package (CC-BY-SA-4.0) brings the specification and a cutter of examples, but no normaliser of HTML, so the judge
compares byte for byte. An arrow in an example stands for a tab, as the specification says.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.external.case import RESULTS, Case, Place, Reference, Result, place_below, read_brief, read_judge
from benchmarks.external.fetch import fetch_npm
from benchmarks.external.outcome import read_result

from specpack.model.target import Sandbox
from specpack.targets.python.environment import find_python, find_toolchain

REQUIREMENT = "commonmark-spec@0.31.2"
DIGEST = "588280df96c211f7ce9db0b7943ded34ac4b8ba321e2fdf9c03d188ec0f01fea"
END = "<!-- END TESTS -->"
_FENCE = "`" * 32
_EXAMPLE = re.compile(rf"^{_FENCE} example\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^{_FENCE}$\n?", re.MULTILINE | re.DOTALL)

_MARKED = re.compile(r"\[([^\]\[]+)\]\(@\)")
_LINK = re.compile(r"\[([^\]\[]+)\]\(#([a-z0-9-]+)\)")

_REFERENCE = '''"""Validates the judge."""

import sys

from markdown_it import MarkdownIt

text = sys.stdin.buffer.read().decode("utf-8")
sys.stdout.buffer.write(MarkdownIt("commonmark").render(text).encode("utf-8"))
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example with its number, counted from 1; tabs are tabs."""

    number: int
    markdown: str
    html: str


def split_examples(text: str) -> tuple[str, tuple[Example, ...]]:
    """Return the specification without its even-numbered examples, and all examples in order.

    Nothing takes the place of an example that is removed; the prose around it stays.
    """
    examples: list[Example] = []

    def keep_odd(match: re.Match[str]) -> str:
        parts = {name: part.replace("→", "\t") for name, part in match.groupdict().items()}
        examples.append(Example(number=len(examples) + 1, **parts))
        return match[0] if len(examples) % 2 else ""

    tested, end, rest = text.replace("\r\n", "\n").partition(END)
    kept = _EXAMPLE.sub(keep_odd, tested)
    return kept + end + rest, tuple(examples)


def unlink_definitions(text: str) -> str:
    """Return the text without the links to anchors that only the specification's own tool makes, from `[term](@)`.

    Their words stay. A pack must hold what its links lead to.
    """
    made = {"-".join(term.lower().split()) for term in _MARKED.findall(text)}
    return _LINK.sub(lambda match: match[1] if match[2] in made else match[0], text)


def prepare(place: Place, source: Path | None) -> Mapping[str, str]:
    """Fetch the specification; keep the even examples as the suite; return the text with the odd ones."""
    del source
    text = (fetch_npm(REQUIREMENT, DIGEST, place.download) / "spec.txt").read_text(encoding="utf-8")
    kept, examples = split_examples(text)
    even = [asdict(example) for example in examples if example.number % 2 == 0]
    shutil.rmtree(place.suite, ignore_errors=True)
    place.suite.mkdir(parents=True)
    (place.suite / "examples.json").write_text(json.dumps(even, ensure_ascii=False, indent=1), encoding="utf-8")
    return {"behaviour/spec.md": unlink_definitions(kept)}


def score(place: Place, tree: Mapping[str, bytes], environment: Path, sandbox: Sandbox) -> Result:
    """Give each even example to the command, a process each."""
    files = place_below("product", tree)
    files["examples.json"] = (place.suite / "examples.json").read_bytes()
    files["run.py"] = read_judge("commonmark_examples")
    told = sandbox.run(
        [str(find_python(environment)), "run.py"],
        tree=files,
        read_only=find_toolchain(environment),
        harvest=[RESULTS],
        seconds=1200.0,
    )
    return read_result(told)


def read_reference(place: Place) -> Reference:
    """Return `markdown-it-py` with its `commonmark` preset, behind our command."""
    del place
    files = {"commonmark/__init__.py": b"", "commonmark/__main__.py": _REFERENCE.encode()}
    return Reference(files=files, packages=("markdown-it-py",))


CASE = Case(
    name="commonmark",
    pack="commonmark",
    licence="CC-BY-SA-4.0",
    gold=326,
    floor={"commonmark/__init__.py": "", "commonmark/__main__.py": '"""Does nothing."""\n'},
    prepare=prepare,
    score=score,
    brief=lambda: read_brief("commonmark"),
    reference=read_reference,
)
