"""Time of the front end on packs of a chosen size, as a ratio to markdown-it parsing the same documents.

Run from the repository with the package installed: `python benchmarks/frontend.py` generates a pack of 100 KB and one
of 5 MB in a temporary folder and prints a line for each stage. Options choose other sizes:

    python benchmarks/frontend.py --size 1000000 --documents 8
    python benchmarks/frontend.py --size 5000000 --documents 20 --profile

A ratio compares two times of one run, so it says the same on a slow machine and on a fast one. `--profile` prints where
the time of understanding goes. The text is generated from a fixed seed: sections as in `examples/telemetry`, with
lead-ins, nested lists, tables, definitions, fences, references and rationale, about one clause for each 100 bytes.
"""

import argparse
import cProfile
import gc
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from markdown_it import MarkdownIt

from specpack.composing import compose
from specpack.frontend.identity import render_identities
from specpack.reading import read_pack

T = TypeVar("T")

_THINGS = """batch event metric window report counter gauge sensor gateway token cursor page shard partition segment
snapshot record label series sample quota client device bucket manifest checkpoint alert threshold channel""".split()
_SIDES = """first last oldest newest pending expired sealed open rejected accepted empty duplicate late partial signed
compressed archived numbered shared local""".split()
_VERBS = """store reject count forward validate return delete seal sort merge encode sign retry expire list rename
compare publish acknowledge truncate""".split()
_PLACES = """header body footer index journal archive queue response ledger summary catalogue directory""".split()
_MODALS = ("MUST", "MUST", "MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")


class _Author:
    """Writes documents in the manner of the telemetry example."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def thing(self) -> str:
        """Return a noun phrase."""
        return f"{self._random.choice(_SIDES)} {self._random.choice(_THINGS)}"

    def object(self) -> str:
        """Return what an action is done to, with a number that makes most sentences differ."""
        place, limit = self._random.choice(_PLACES), self._random.randrange(1, 4000)
        return self._random.choice(
            (
                f"the {self.thing()} in the {place} of the {self.thing()}",
                f"at most {limit} of the {self._random.choice(_THINGS)}s that the {place} holds",
                f"`{place}_{limit}` before the {self.thing()} of each {self._random.choice(_THINGS)}",
                f"the {self.thing()} after {limit} seconds, unless the {place} names another {self.thing()}",
            )
        )

    def sentence(self) -> str:
        """Return one sentence with a keyword."""
        modal, verb = self._random.choice(_MODALS), self._random.choice(_VERBS)
        front = self._random.choice(("", "", f"When the {self.thing()} is missing, ", f"If a {self.thing()} arrives, "))
        subject = f"the {self._random.choice(_THINGS)} service"
        text = f"{front}{subject} {modal} {verb} {self.object()}."
        return text[0].upper() + text[1:]

    def paragraph(self) -> str:
        """Return a paragraph of one to three sentences."""
        return " ".join(self.sentence() for _ in range(self._random.randrange(1, 4)))

    def items(self) -> str:
        """Return a lead-in and a list, some items with a nested consequence."""
        lines = [f"The {self._random.choice(_THINGS)} service {self._random.choice(_MODALS)}:", ""]
        for _ in range(self._random.randrange(2, 8)):
            lines.append(f"- {self._random.choice(_VERBS)} {self.object()}")
            if self._random.random() < 0.2:
                lines.append(f"  - on violation, status: 4{self._random.randrange(10, 40)}")
        return "\n".join(lines)

    def table(self) -> str:
        """Return a table of fields."""
        lines = ["| field | type | meaning |", "|---|---|---|"]
        for _ in range(self._random.randrange(2, 8)):
            name = f"{self._random.choice(_THINGS)}_{self._random.randrange(100_000)}"
            lines.append(f"| `{name}` | integer | counts the {self.thing()} of the {self._random.choice(_PLACES)} |")
        return "\n".join(lines)

    def definition(self) -> str:
        """Return a definition; terms are numbered, so that hardly any is defined twice."""
        return f"**{self.thing()} {self._random.randrange(10_000_000)}**: {self.object()}."

    def fence(self) -> str:
        """Return a sample."""
        numbers = ", ".join(str(self._random.randrange(1000)) for _ in range(6))
        return f'```json\n{{"{self._random.choice(_THINGS)}": [{numbers}]}}\n```'

    def section(self, number: int) -> str:
        """Return a section with a heading of its own."""
        makers = (
            *(self.paragraph,) * 6,
            *(self.items,) * 6,
            *(self.table, self.definition, self.fence),
        )
        parts = [f"### {number}. Handling of the {self.thing()}"]
        parts += [self._random.choice(makers)() for _ in range(self._random.randrange(4, 10))]
        if number > 1 and self._random.random() < 0.3:
            parts.append(f"The {self.thing()} MUST obey section {self._random.randrange(1, number)}.")
        return "\n\n".join(parts)

    def document(self, title: str, size: int) -> str:
        """Return a document of about `size` bytes: parts of some twenty sections each."""
        parts, length, number = [f"# {title}"], 0, 0
        while length < size:
            if number % 20 == 0:
                parts.append(f"## Part {number // 20 + 1}: {self.thing()}")
            number += 1
            parts.append(self.section(number))
            length += len(parts[-1])
        return "\n\n".join(parts) + "\n"


def write_pack(folder: Path, *, size: int, documents: int, seed: int = 7) -> None:
    """Write a pack of about `size` bytes into a new folder."""
    author = _Author(seed)
    (folder / "behaviour").mkdir(parents=True)
    for number in range(1, documents + 1):
        text = author.document(f"Telemetry, volume {number}", size // documents)
        (folder / "behaviour" / f"volume-{number}.md").write_text(text, encoding="utf-8")
    manifest = ["[pack]", 'name = "bulk"', 'version = "0.1.0"', 'target = "python"', 'edition = "2026.1"']
    manifest += ['extends = ["std"]', "", "[documents]", 'behaviour = ["behaviour/*.md"]', ""]
    (folder / "specpack.toml").write_text("\n".join(manifest), encoding="utf-8")


def _time(call: Callable[[], T], rounds: int) -> tuple[float, T]:
    """Return the least of the times of some calls in seconds, and the last result."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def _parse_all(texts: list[str]) -> int:
    """Return the number of tokens that markdown-it finds; set up as in `specpack.frontend.markdown`."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return sum(len(parser.parse(text)) for text in texts)


def _check(folder: Path) -> int:
    """Run the command as a process of its own and return how much it printed."""
    command = [sys.executable, "-m", "specpack.cli.main", "check", str(folder)]
    return len(subprocess.run(command, check=False, capture_output=True).stdout)


def measure_pack(size: int, documents: int, *, rounds: int, profile: bool) -> None:
    """Generate a pack, time the front end on it, and print seconds and ratios."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "bulk"
        write_pack(folder, size=size, documents=documents)
        texts = [document.text for document in compose(folder)[0].documents]
        total = sum(len(text.encode()) for text in texts)
        parsing, _ = _time(lambda: _parse_all(texts), rounds)
        fresh, understanding = _time(lambda: read_pack(folder), rounds)
        (folder / "specpack.ids").write_text(render_identities(understanding.identities), encoding="utf-8")
        known, _ = _time(lambda: read_pack(folder), rounds)
        process, _ = _time(lambda: _check(folder), rounds)
        counts = f"{total:,} bytes, {len(texts)} documents, {len(understanding.clauses):,} clauses"
        print(f"{counts}, {len(understanding.diagnostics):,} diagnostics (the standard pack included)")
        for name, seconds in (
            ("markdown-it alone", parsing),
            ("read and understand, new ids", fresh),
            ("read and understand, known ids", known),
            ("whole `specpack check` process", process),
        ):
            print(f"  {name:<32}{seconds:8.2f} s {seconds / parsing:7.2f} x parsing")
        if profile:
            profiler = cProfile.Profile()
            profiler.runcall(read_pack, folder)
            pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description="time the front end against markdown-it on generated packs")
    parser.add_argument("--size", type=int, help="bytes of the pack; without it, 100,000 and 5,000,000")
    parser.add_argument("--documents", type=int, help="number of documents; without it, one for each 250,000 bytes")
    parser.add_argument("--rounds", type=int, default=1, help="how often each stage is timed; the least time counts")
    parser.add_argument("--profile", action="store_true", help="print where the time of understanding goes")
    options = parser.parse_args()
    for size in [options.size] if options.size else [100_000, 5_000_000]:
        documents = options.documents or max(4, size // 250_000)
        measure_pack(size, documents, rounds=options.rounds, profile=options.profile)


if __name__ == "__main__":
    main()
