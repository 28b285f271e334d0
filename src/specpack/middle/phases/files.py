"""Answers that are files: shared by write and test.

Path: question -> **files** -> unit or test group.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from specpack.middle.codec import parse_data
from specpack.middle.codes import Code
from specpack.middle.phases.material import data_block, decode_data
from specpack.model.conclusion import Deviation, FilesConclusion, Gap, Phase, SourceFile
from specpack.model.finding import Finding
from specpack.model.question import Accepted, Ask, Expected, Label, Part, Question, ReplyBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """The optional data block beside the files."""

    gaps: tuple[Gap, ...] = ()
    deviations: tuple[Deviation, ...] = ()


def decode_files(blocks: Sequence[ReplyBlock]) -> FilesConclusion:
    """Return the conclusion of a stored answer."""
    return _join(decode_data(_Notes)(blocks), blocks)


def _join(notes: _Notes, blocks: Sequence[ReplyBlock]) -> FilesConclusion:
    files = tuple(SourceFile(path=b.path, text=b.text) for b in blocks if b.kind == "file")
    return FilesConclusion(files=files, gaps=notes.gaps, deviations=notes.deviations)


def files_ask(
    *,
    label: Label,
    phase: Phase,
    contract: str,
    parts: tuple[Part, ...],
    paths: Sequence[str],
    check: Callable[[FilesConclusion], Iterable[Finding]],
    weight: int,
) -> Ask:
    """Return an ask for files; an answer that reports gaps may leave them out, and its files are then not used."""

    def judge(blocks: Sequence[ReplyBlock]) -> Accepted:
        notes, findings = parse_data(_Notes, data_block(blocks))
        if notes is None:
            return Accepted(findings=findings)
        value = _join(notes, blocks)
        if value.gaps:
            return Accepted(value=replace(value, files=()))
        missing = sorted(set(paths) - {f.path for f in value.files})
        if missing:
            told = [f"block `file {path}` is missing, and no gap is reported" for path in missing]
            return Accepted(findings=tuple(Finding(code=Code.FRAMING.value, gate="framing", message=m) for m in told))
        return Accepted(value=value, findings=tuple(check(value)))

    return Ask(
        question=Question(
            label=label,
            phase=phase,
            contract=contract,
            parts=parts,
            expected=(
                *(Expected(kind="file", path=path) for path in paths),
                Expected(kind="data", optional=True),
            ),
        ),
        decode=decode_files,
        judge=judge,
        weight=weight,
    )
