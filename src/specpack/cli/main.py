"""Entry point of the command `specpack`: parses arguments, calls one command, turns failures into exit statuses.

Path: **command line** -> driver. Modules of the path are loaded by the command that needs them, so that `--help` is
quick.
"""

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from specpack import __version__
from specpack.model.failure import Failure, WrongUse

STATUSES = "exit status: 0 good; 1 the pack or the output fails; 2 wrong use; 3 the surroundings failed; 4 stopped on \
request or waiting for answers, everything kept; 70 a bug of specpack"

_COLLECT_AFTER = 50_000
"""Objects made before garbage is looked for: a pack is hundreds of thousands of frozen values and no cycles."""
_PHASES = ("policy", "interventions", "behaviour", "design", "write")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if not options.command:
        parser.print_help()
        return 2
    command = import_module(f"specpack.cli.{options.command}")
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    try:
        if not getattr(options, "pack", Path()).exists():
            raise WrongUse(f"there is no pack at `{options.pack}`", help="name a folder, a zip or a tar")
        status: int = command.run(options)
        sys.stdout.flush()
        return status
    except Failure as failure:
        render_failure(failure)
        return failure.status
    except KeyboardInterrupt:
        print("specpack: stopped; all answers so far are in the store", file=sys.stderr)
        return 4
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the one place where a bug becomes an exit status
        traceback.print_exc()
        print("specpack: this is a bug of specpack; everything paid for is kept in the store", file=sys.stderr)
        return 70


def render_failure(failure: Failure) -> None:
    """Print a failure: what is wrong, what was kept, how to go on."""
    print(f"specpack: {failure.message}", file=sys.stderr)
    if failure.kept:
        print(f"  kept: {failure.kept}", file=sys.stderr)
    if failure.help:
        print(f"  help: {failure.help}", file=sys.stderr)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="specpack",
        description="compile a specification pack into a complete, tested codebase",
        epilog=STATUSES,
    )
    parser.add_argument("--version", action="version", version=f"specpack {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_new(commands)
    check = _add(commands, "check", "show what is wrong with a pack")
    check.add_argument(
        "--format",
        choices=("text", "json", "sarif", "github"),
        default="text",
        help="text, one JSON object a line, a SARIF 2.1.0 log, or annotations of GitHub Actions",
    )
    check.add_argument(
        "--fix", action="store_true", help="first apply the edits that change no clause's force or words"
    )
    check.add_argument("--deep", action="store_true", help="also have a model review the pack; needs --model")
    check.add_argument(
        "--model", action="append", default=[], metavar="PROVIDER[:MODEL]", help="whom to ask with --deep"
    )
    check.add_argument("--relay", type=Path, metavar="FOLDER", help="folder of relay's requests and answers")
    check.add_argument(
        "--asymmetry", action="store_true", help="rank the rules that say one half and leave the other open, instead"
    )
    check.add_argument("--all", action="store_true", help="with --asymmetry: the whole ranking, not its top ten")
    _add_format(commands)
    explain = commands.add_parser("explain", help="print the page of a diagnostic code")
    explain.add_argument("code", help="a code such as SP208")
    _add_accept(commands)
    _add_diff(commands)
    _add_plan(commands)
    _add_build(commands)
    show = commands.add_parser("show", help="print a clause, an answer, or any stored object")
    show.add_argument("id", help="a clause id, a label such as write/store, or a digest")
    _add_pack(show)
    log = _add(commands, "log", "print assumptions, deviations and disputes of the last build")
    log.add_argument("-o", dest="output", type=Path, metavar="ZIP", help="the zip of the build")
    trace = _add(commands, "trace", "print the ledger of the last build, worst standing first")
    trace.add_argument("-o", dest="output", type=Path, metavar="ZIP", help="the zip of the build")
    trace.add_argument("--all", action="store_true", help="also satisfied clauses, and those of extended packs")
    trace.add_argument(
        "--format", choices=("text", "json", "html"), default="text", help="text, one JSON object a clause, or one page"
    )
    trace.add_argument("--to", type=Path, metavar="FILE", help="the page (default: ZIP.trace.html)")
    _add_relay(commands)
    models = commands.add_parser("models", help="say which ways to reach a model are usable here, and why not")
    models.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a line")
    _add_verify(commands)
    lsp = commands.add_parser("lsp", help="serve an editor over standard input and output")
    lsp.add_argument("--stdio", action="store_true", help="the only way there is; editors that name it may")
    _add_store(commands)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help)
    _add_pack(command)
    return command


def _add_pack(command: argparse.ArgumentParser) -> None:
    command.add_argument("pack", nargs="?", type=Path, default=Path(), metavar="PACK", help="folder, zip or tar")


def _add_new(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = commands.add_parser("new", help="begin a pack, or write the manifest of documents that have none")
    new.add_argument("name", nargs="?", default="", metavar="NAME", help="name of the pack and its folder")
    new.add_argument(
        "--from",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="write the manifest of a folder of documents, with roles and owners inferred (NAME: the folder's)",
    )


def _add_format(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _add(commands, "format", "bring the documents of a pack into canonical form, without losing a clause")
    command.add_argument("--check", action="store_true", help="write nothing, name what is not in canonical form")
    command.add_argument("--diff", action="store_true", help="write nothing, print a unified diff")
    command.add_argument(
        "--explicit", action="store_true", help="also write out modality that is inherited or in lower case"
    )
    command.epilog = "exit status: 0 all in canonical form; 1 --check found some that are not, or one was left as it is"


def _add_accept(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    accept = commands.add_parser("accept", help="accept a finding with a reason, or list what is accepted")
    accept.add_argument("code", nargs="?", default="", help="a code such as SP302")
    accept.add_argument("clause", nargs="?", default="", help="the id of a clause that it is about")
    accept.add_argument("--reason", default="", metavar="TEXT", help="why it is accepted, kept beside the pack")
    accept.add_argument("--pack", type=Path, default=Path(), metavar="PACK", help="folder of the pack")
    accept.add_argument("--list", action="store_true", help="print what is accepted, and whether it still holds")


def _add_diff(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    diff = commands.add_parser("diff", help="show what an edit changes in meaning, and what a build would ask again")
    diff.epilog = "exit status: 0 nothing changed in meaning; 1 something did; 2 wrong use"
    side = "folder, zip, tar, or git revision REV or REV:PATH"
    diff.add_argument("old", metavar="OLD", help=side)
    diff.add_argument("new", nargs="?", default=".", metavar="NEW", help=f"{side} (default: the current folder)")
    diff.add_argument(
        "--history",
        type=_natural,
        default=50,
        metavar="N",
        help="commits in which values that flip back are looked for, where OLD is a revision (default: 50)",
    )
    diff.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a line")


def _add_plan(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    plan = _add(commands, "plan", "say what a build would ask, why, and what that needs, before anything is spent")
    plan.epilog = "exit status: 0 nothing to ask; 1 a build would ask; 2 wrong use"
    plan.add_argument("--jobs", type=int, default=8, metavar="N", help="requests at the same time (default: 8)")
    plan.add_argument(
        "--speed", type=float, default=50.0, metavar="TOKENS", help="tokens a second of one answer (default: 50)"
    )
    plan.add_argument(
        "--price", type=float, nargs=2, metavar=("IN", "OUT"), help="dollars for a million tokens shown and answered"
    )
    plan.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a line")
    why = commands.add_parser("why", help="say whether the answer of a question is kept, or what it is asked again for")
    why.add_argument("label", metavar="LABEL", help="a question, such as write/store")
    _add_pack(why)


def _add_store(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    store = commands.add_parser(
        "store", help="verify the store, export what a build rests on, take an export in, or give space back"
    )
    store.add_argument("action", choices=("verify", "export", "import", "gc"), help="what to do")
    _add_pack(store)
    store.add_argument("-o", dest="output", type=Path, metavar="FOLDER", help="where an export goes")
    store.add_argument("--from", dest="source", type=Path, metavar="FOLDER", help="the export that is taken in")
    store.add_argument("--days", type=float, default=30.0, metavar="N", help="gc: younger objects stay (default: 30)")
    store.add_argument("--dry-run", action="store_true", help="gc: only say what would go")


def _add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = commands.add_parser("verify", help="run the gates on any tree, and say what its tests prove")
    verify.add_argument("tree", type=Path, metavar="TREE", help="folder of a codebase")
    verify.add_argument("--facts", type=Path, metavar="FILE", help="what is known beside the tree, as TOML")
    verify.add_argument("--environment", type=Path, metavar="FOLDER", help="an environment with what its tests need")
    verify.add_argument("--target", default="python", metavar="NAME", help="language of the tree (default: python)")
    verify.add_argument("--all", action="store_true", help="run all gates, also behind the first blocker")
    verify.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a gate")


def _add_relay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    relay = _add(commands, "relay", "show which requests wait for an answer, or take answers in")
    relay.description = (
        "Without --export, --import, --interactive or --mcp: list the requests that wait for an answer, \
for how long, and how large they are."
    )
    ways = relay.add_mutually_exclusive_group()
    ways.add_argument(
        "--export", type=Path, metavar="ZIP", help="write what waits into one zip, and print what to paste"
    )
    ways.add_argument("--import", dest="taken", type=Path, metavar="FILE", help="take a zip of answers, or one answer")
    ways.add_argument("--interactive", action="store_true", help="go through what waits by clipboard and editor")
    ways.add_argument("--mcp", action="store_true", help="serve what waits to a coding assistant, over stdio")
    relay.add_argument("--relay", type=Path, metavar="FOLDER", help="folder of the requests")
    phases = (*_PHASES, "test", "ruling")
    relay.add_argument("--phase", choices=phases, default="", metavar="PHASE", help="only requests of one phase")
    relay.add_argument("--replace", action="store_true", help="let what is there already give way to the new file")
    relay.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object a line")


def _add_build(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    build = _add(commands, "build", "compile a pack into a zip")
    build.add_argument("-o", dest="output", type=Path, metavar="ZIP", help="the zip (default: build/NAME.zip)")
    build.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="[PHASE=]PROVIDER[:MODEL]",
        help="whom to ask, such as relay:LABEL, or whom to ask in one phase; may be given several times",
    )
    build.add_argument("--relay", type=Path, metavar="FOLDER", help="folder of relay's requests and answers")
    build.add_argument("--locked", action="store_true", help="fail where the lock would change")
    build.add_argument("--frozen", action="store_true", help="replay: pinned answers only, no model")
    build.add_argument("--fresh", action="store_true", help="ask everything anew, whatever is pinned or stored")
    build.add_argument("--upgrade", action="store_true", help="ask again what another model than --model answered")
    build.add_argument(
        "--pause-after", choices=_PHASES, metavar="PHASE", help=f"stop after a phase: {', '.join(_PHASES)}"
    )
    build.add_argument("--jobs", type=_positive, default=8, metavar="N", help="requests at once (default: 8)")
    build.add_argument(
        "--window", type=_positive, default=200_000, metavar="TOKENS", help="what the model takes at once"
    )
    build.add_argument(
        "--output-limit", type=_positive, default=32_000, metavar="TOKENS", help="most tokens of one reply"
    )
    build.add_argument("--repairs", type=_natural, default=3, metavar="N", help="rounds of repair (default: 3)")
    build.add_argument("--format", choices=("text", "json"), default="text", help="text, or one JSON object at the end")


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


if __name__ == "__main__":
    sys.exit(main())
