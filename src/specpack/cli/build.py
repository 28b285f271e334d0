"""`specpack build`: the main job."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from specpack.cli.rendering.text import render_diagnostics
from specpack.model.conclusion import ASKED, Phase
from specpack.model.failure import WrongUse
from specpack.options import BuildOptions, Home


def run(options: argparse.Namespace) -> int:
    """Build the pack; say in milliseconds where nothing is to do."""
    model, models = parse_models(options.model)
    wanted = BuildOptions(
        pack=options.pack,
        output=options.output,
        model=model,
        models=models,
        relay=options.relay,
        locked=options.locked,
        frozen=options.frozen,
        fresh=options.fresh,
        upgrade=options.upgrade,
        pause_after=Phase(options.pause_after) if options.pause_after else None,
        jobs=options.jobs,
        window=options.window,
        output_limit=options.output_limit,
        repairs=options.repairs,
    )
    if wanted.upgrade and not wanted.model:
        raise WrongUse("`--upgrade` needs `--model`", help="`--upgrade` asks again what another model answered")
    if wanted.fresh and (wanted.frozen or not wanted.model):
        raise WrongUse("`--fresh` asks everything anew, so it needs `--model` and no `--frozen`")
    if _is_current(wanted):
        return 0
    return _build(wanted, options.format)


def parse_models(given: Sequence[str]) -> tuple[str, dict[Phase, str]]:
    """Return whom to ask in general and in single phases, from `PROVIDER[:MODEL]` and `PHASE=PROVIDER[:MODEL]`."""
    model = ""
    models: dict[Phase, str] = {}
    phases: dict[str, Phase] = {phase.value: phase for phase in ASKED}
    for text in given:
        phase, equals, name = text.partition("=")
        if not equals or ":" in phase:
            model = text
        elif phase in phases:
            models[phases[phase]] = name
        else:
            raise WrongUse(f"`--model {text}`: there is no phase `{phase}`", help=f"the phases are {', '.join(phases)}")
    if models and not model and len(models) < len(phases):
        raise WrongUse("`--model PHASE=…` names no model for the other phases", help="add one `--model PROVIDER:MODEL`")
    return model, models


def _is_current(options: BuildOptions) -> bool:
    from specpack.composing import compose
    from specpack.stamp import describe_inputs, is_current

    home = Home(options.pack)
    if not (home.state / "stamp.json").is_file() or not home.lock.is_file():
        return False
    pack, _ = compose(options.pack)
    inputs = describe_inputs(pack.digest, home.lock.read_text(encoding="utf-8"), options)
    archive = is_current(home, inputs, options, pack.name)
    if archive:
        print(f"{archive} is up to date")
    return archive is not None


def _build(options: BuildOptions, format: str) -> int:
    from specpack.backend.ledger import render_counts
    from specpack.cli.progress import Progress
    from specpack.driver import OutputRejected, PackRejected, build, render_blocker
    from specpack.middle.spending import add_usages

    progress = Progress(sys.stderr)
    try:
        built = build(options, progress.report)
    except PackRejected as rejected:
        print(render_diagnostics(rejected.understanding), file=sys.stderr)
        raise
    except OutputRejected as rejected:
        print(render_blocker(rejected.blocker), file=sys.stderr)
        raise
    delivered = built.delivered
    if format == "json":
        facts = {
            "archive": str(delivered.archive),
            "sha256": delivered.digest,
            "asked": [label for label, _ in built.engine.asked],
            "note": built.note,
            "usage": asdict(add_usages(built.engine.usages)),
        }
        print(json.dumps(facts))
        return 0
    print(render_counts(delivered.rows))
    if built.note:
        print(f"note: {built.note}")
    print(f"{delivered.archive}\nsha256 {delivered.digest}")
    return 0
