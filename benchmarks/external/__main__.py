"""The command: `python -m benchmarks.external CASE STEP`.

Path: command line -> **main** -> one step of one case.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.external.builds import WAITING, build_draw, read_codebase
from benchmarks.external.case import Case, Place, Reference
from benchmarks.external.commonmark import CASE as COMMONMARK
from benchmarks.external.control import ANSWER, cut_reply, list_packages, read_tree, write_request
from benchmarks.external.meridian import CASE as MERIDIAN
from benchmarks.external.packs import write_pack
from benchmarks.external.realworld import CASE as REALWORLD
from benchmarks.external.report import render_report
from benchmarks.external.scores import LOCKFILE, SCORE, render_result, score_packaged, score_tree, write_score
from benchmarks.external.toon import CASE as TOON

from specpack.model.failure import Failure, WrongUse

CASES = {case.name: case for case in (MERIDIAN, COMMONMARK, REALWORLD, TOON)}
STEPS = ("prepare", "floor", "reference", "control", "build", "score", "report")
WORK = Path("build/external")


def main(arguments: list[str] | None = None) -> int:
    """Run one step; return 0, 4 while an answer is waited for, or the status of the failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.external", description=__doc__)
    parser.add_argument("case", choices=[*CASES, "all"])
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--draw", type=int, default=1, metavar="N", help="which control or build (default: 1)")
    parser.add_argument("--work", type=Path, default=WORK, metavar="DIR", help=f"work folder (default: {WORK})")
    parser.add_argument("--source", type=Path, metavar="DIR", help="the specification of the case `realworld`")
    parser.add_argument("options", nargs="*", help="after `--`: options for `specpack build`")
    options = parser.parse_args(arguments)
    chosen = list(CASES.values()) if options.case == "all" else [CASES[options.case]]
    if options.step == "report":
        print(render_report(chosen, options.work), end="")
        return 0
    return max(_run_step(case, options) for case in chosen)


def _run_step(case: Case, options: argparse.Namespace) -> int:
    place = Place(options.work.absolute() / case.name)
    try:
        if options.step != "prepare" and not place.pack.is_dir():
            raise WrongUse(f"case `{case.name}` is not prepared", help="run the step `prepare` first")
        if options.step == "prepare":
            return prepare(case, place, options.source)
        if options.step == "floor":
            return _score_fixed(case, place, "floor")
        if options.step == "reference":
            return _score_fixed(case, place, "reference")
        if options.step == "control":
            return ask_control(case, place, options.draw)
        if options.step == "build":
            return build_draw(place.pack, place.draw("build", options.draw), tuple(options.options))
        return score_build(case, place, options.draw)
    except Failure as failure:
        print(f"{case.name}: {failure.message}", file=sys.stderr)
        for title, text in (("kept", failure.kept), ("help", failure.help)):
            if text:
                print(f"  {title}: {text}", file=sys.stderr)
        return failure.status


def prepare(case: Case, place: Place, source: Path | None) -> int:
    """Fetch specification and suite, write the pack; a case whose source is absent is skipped with the reason."""
    if case.needs_source and (source is None or not source.is_dir()):
        print(f"{case.name}: skipped, because `--source DIR` names no folder with its specification")
        return 0
    documents = case.prepare(place, source.absolute() if source else None)
    write_pack(place.pack, case.pack, documents, case.brief())
    print(f"{case.name}: the pack is in {place.pack}, {len(documents) + 1} documents ({case.licence}, to measure by)")
    return 0


def ask_control(case: Case, place: Place, number: int) -> int:
    """Write the control's request; where its answer lies beside it, cut the answer into a tree and score that."""
    folder = place.draw("control", number)
    answer = folder / ANSWER
    if not answer.is_file():
        request = write_request(place.pack, folder)
        print(f"{case.name}: waiting for {answer}, the answer to {request}")
        return WAITING
    framed = cut_reply(answer.read_bytes().decode("utf-8-sig", "replace"))
    tree = read_tree(framed)
    for path, content in tree.items():
        target = folder / "tree" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for finding in framed.findings:
        print(f"{case.name}: framing: {finding.message}")
    result = score_packaged(case, place, tree, list_packages(tree))
    write_score(folder / SCORE, case, result)
    print(f"{case.name}, control {number}: {render_result(case, result)}")
    return 0


def score_build(case: Case, place: Place, number: int) -> int:
    """Score the zip of a build, or the best attempt where it ended at a blocker."""
    folder = place.draw("build", number)
    tree = read_codebase(folder)
    if tree is None:
        raise WrongUse(f"build {number} of `{case.name}` has neither a zip nor a rejected tree yet")
    result = score_tree(case, place, tree, None if LOCKFILE in tree else ())
    write_score(folder / SCORE, case, result)
    print(f"{case.name}, build {number}: {render_result(case, result)}")
    return 0


def _score_fixed(case: Case, place: Place, kind: str) -> int:
    """Score the do-nothing implementation, or the reference that validates the judge."""
    if kind == "floor":
        reference = Reference(files={path: text.encode() for path, text in case.floor.items()})
    elif case.reference is None:
        print(f"{case.name}: no reference implementation is known")
        return 0
    else:
        reference = case.reference(place)
    result = score_tree(case, place, reference.files, reference.packages)
    write_score(place.root / f"{kind}.json", case, result)
    print(f"{case.name}, {kind}: {render_result(case, result)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
