"""Cut a reply into framed blocks, or say why it cannot be.

Path: reply -> **framing** -> blocks per question -> gates of the phase.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from specpack.middle.codes import Code
from specpack.model.finding import Finding
from specpack.model.question import Expected, Label, ReplyBlock

MAX_BLOCK_CHARACTERS = 1_000_000
MAX_BLOCK_LINES = 20_000

ANY_PATH = "<path>"
"""Stands for any number of blocks of a kind, at least one, where the answer itself chooses the paths."""

CUT = "the reply was cut at the limit of its tokens before this answer was whole"
CUT_HELP = "raise `--output-limit`, or split the section or unit so that its answer is shorter"

_BEGIN = re.compile(r"==== specpack (\S+) (.+?) ([0-9a-f]{8}) ====\s*")
_END = re.compile(r"==== end ([0-9a-f]{8}) ====\s*")
_MARKER = re.compile(r"={3,}\s*(?:specpack|end)\b.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """The blocks of one question, in order, and what is wrong with its framing."""

    blocks: tuple[ReplyBlock, ...] = ()
    findings: tuple[Finding, ...] = ()


def label_nonce(label: Label) -> str:
    """Return the eight hexadecimal digits that mark the blocks of a label."""
    return hashlib.sha256(label.encode()).hexdigest()[:8]


def render_marker(expected: Expected, label: Label) -> str:
    """Return the line that begins a block."""
    return f"==== specpack {expected.kind} {expected.path} {label_nonce(label)} ===="


def render_end(label: Label) -> str:
    """Return the line that ends a block of the label."""
    return f"==== end {label_nonce(label)} ===="


def normalise_text(text: str) -> str:
    """Return the text with LF line ends and exactly one LF at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def _reject(message: str, help: str = "") -> Finding:
    return Finding(code=Code.FRAMING.value, gate="framing", message=message, help=help)


class _Reader:
    """One pass over the lines of a reply; an open block ends at its own end marker or is broken."""

    def __init__(self, nonces: Mapping[str, Label]) -> None:
        self.nonces = nonces
        self.blocks: dict[Label, list[ReplyBlock]] = {label: [] for label in nonces.values()}
        self.findings: dict[Label, list[Finding]] = {label: [] for label in nonces.values()}
        self.strays: list[Finding] = []
        self.last: Label | None = None
        """The question of the block that began last."""
        self._open: tuple[str, str, str] | None = None
        self._lines: list[str] = []

    def feed(self, line: str) -> None:
        """Take one line without its line break."""
        if not line.startswith("==="):
            if self._open:
                self._lines.append(line)
            return
        begin, end = _BEGIN.fullmatch(line), _END.fullmatch(line)
        if begin:
            self._begin(begin)
        elif end and self._open and end[1] == self._open[2]:
            self._end()
        elif end or _MARKER.fullmatch(line):
            self._say(self._open[2] if self._open else "", f"marker `{line[:80]}` stands where no block ends or begins")
        elif self._open:
            self._lines.append(line)

    def _begin(self, match: re.Match[str]) -> None:
        kind, path, nonce = match.groups()
        name = f"{kind} {path}"[:160]
        if self._open:
            self._say(self._open[2], f"marker of `{name}` stands inside the block of `{self._open[1][:160]}`")
            self._drop()
        if nonce not in self.nonces:
            self._say(nonce, f"block `{name}` has the nonce `{nonce}`, which no question of the request has")
        self._open, self._lines = (kind, path, nonce), []
        self.last = self.nonces.get(nonce, self.last)

    def _end(self) -> None:
        assert self._open
        kind, path, nonce = self._open
        label = self.nonces.get(nonce)
        text = "\n".join(self._lines)
        if label is not None:
            self.blocks[label].append(ReplyBlock(kind=kind, path=path, text=normalise_text(text)))
        self._drop()

    def _drop(self) -> None:
        self._open, self._lines = None, []

    def _say(self, nonce: str, message: str) -> None:
        label = self.nonces.get(nonce)
        (self.strays if label is None else self.findings[label]).append(_reject(message))

    def close(self) -> None:
        """Report a block that never ended."""
        if self._open:
            name = f"{self._open[0]} {self._open[1]}"[:160]
            self._say(self._open[2], f"block `{name}` has no end marker: the reply breaks off")


def parse_reply(
    text: str, expected: Mapping[Label, Sequence[Expected]], *, cut: bool = False
) -> Mapping[Label, Framed]:
    """Return the blocks of each question of a request.

    A problem that no question owns (a stray marker, an unknown nonce) is told to every question that is not complete.

    Args:
        text: The whole reply; prose and code fences outside blocks are skipped.
        expected: The blocks that each question of the request must or may have.
        cut: Whether the reply ended at the limit of its tokens. Then the question whose block stands last is not whole
            either, even where every block that it needs is there.
    """
    reader = _Reader({label_nonce(label): label for label in expected})
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        reader.feed(line)
    reader.close()
    framed = {}
    for label, wanted in expected.items():
        blocks = tuple(reader.blocks[label])
        findings = [*reader.findings[label], *check_blocks(blocks, wanted)]
        if cut and (findings or label == reader.last):
            findings.insert(0, _reject(CUT, CUT_HELP))
        if findings:
            findings.extend(reader.strays)
        framed[label] = Framed(blocks=blocks, findings=tuple(findings))
    return framed


def check_blocks(blocks: Sequence[ReplyBlock], expected: Sequence[Expected]) -> tuple[Finding, ...]:
    """Check that the blocks are the expected ones, once each, and hold text of a sane size.

    Files may be missing beside a data block: whether it reports a gap that excuses them is for the phase to judge.
    """
    findings = []
    owned = {(e.kind, e.path) for e in expected}
    open_kinds = {e.kind for e in expected if e.path == ANY_PATH}
    seen = set()
    for block in blocks:
        key = (block.kind, block.path)
        name = f"{block.kind} {block.path}"[:160]
        if key not in owned and block.kind not in open_kinds:
            findings.append(_reject(f"block `{name}` is not one that this question owns"))
        elif key in seen:
            findings.append(_reject(f"block `{name}` stands twice"))
        seen.add(key)
        findings.extend(_check_text(name, block.text))
    findings.extend(
        _reject(f"block `{e.kind} {e.path}` is missing")
        for e in expected
        if not e.optional
        and (e.kind, e.path) not in seen
        and not (e.kind == "file" and ("data", "-") in seen)
        and not (e.path == ANY_PATH and e.kind in {k for k, _ in seen})
    )
    return tuple(findings)


def _check_text(name: str, text: str) -> tuple[Finding, ...]:
    if len(text) > MAX_BLOCK_CHARACTERS or text.count("\n") > MAX_BLOCK_LINES:
        limit = f"{MAX_BLOCK_CHARACTERS} characters and {MAX_BLOCK_LINES} lines"
        return (_reject(f"block `{name}` is larger than {limit}"),)
    strange = next((c for c in text if (c < " " and c not in "\n\t\f") or c in "\x7f\ufffd\ufeff"), None)
    if strange is not None:
        return (_reject(f"block `{name}` holds the character U+{ord(strange):04X}, so it is not plain text"),)
    if not text.strip():
        return (_reject(f"block `{name}` is empty"),)
    return ()
