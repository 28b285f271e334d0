"""`specpack check --deep`: what a model finds in the pack, as diagnostics beside the deterministic ones.

Path: check -> **deep** -> campaign -> diagnostics. A finding of a model is never more than a warning.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from specpack.model.clause import ClauseId
from specpack.model.diagnostic import Diagnostic, Evidence
from specpack.model.review import Core, Loophole, Said, Suspicion
from specpack.model.span import Span
from specpack.model.understanding import Understanding


def review(options: argparse.Namespace, understanding: Understanding) -> tuple[Diagnostic, ...]:
    """Return what a review by `--model` finds; what was answered before is not asked again.

    Raises:
        Failure: As a build raises it, `WaitingForAnswers` among them.
    """
    from specpack import std
    from specpack.cli.build import parse_models
    from specpack.cli.progress import Progress
    from specpack.middle.lock import Lock
    from specpack.middle.phases.material import Material
    from specpack.middle.review.campaign import review_pack
    from specpack.opening import open_engine
    from specpack.options import BuildOptions, Home
    from specpack.targets import load_target

    model, models = parse_models(options.model)
    wanted = BuildOptions(pack=options.pack, model=model, models=models, relay=options.relay)
    material = Material(understanding, load_target(understanding.pack.target))
    engine = open_engine(wanted, Home(options.pack), material, Lock(), Progress(sys.stderr).report)
    said = asyncio.run(review_pack(engine, material, std.read_deep_contract))
    return tuple(_report(understanding, one) for one in said)


def add_review(options: argparse.Namespace, understanding: Understanding) -> Understanding:
    """Return the understanding with what a review finds; what the author accepted of it is set aside."""
    from specpack.frontend.dispositions import settle_dispositions

    found = review(options, understanding)
    standing, accepted = settle_dispositions(found, understanding.clauses, understanding.pack.accepted)
    standing = tuple(d for d in standing if d.code != "SP902")
    return replace(
        understanding,
        diagnostics=(*understanding.diagnostics, *standing),
        accepted=(*understanding.accepted, *accepted),
    )


def _report(understanding: Understanding, said: Said) -> Diagnostic:
    from specpack.frontend.catalogue import build_diagnostic
    from specpack.frontend.rules_deep import DEEP_CASE

    match said.finding:
        case Suspicion() as finding:
            code, ids = finding.code, finding.clauses
            fields = {"words": finding.words, "why": finding.why, "rewording": finding.rewording or "say it once"}
            span = _find_words(understanding, finding)
            notes: Sequence[str] = ()
        case Core() as core:
            code, ids = "SP405", core.clauses
            fields = {"count": str(len(ids)), "why": core.why}
            span = understanding.clauses[ClauseId(ids[0])].span
            notes = (f"who saw these clauses alone said: {said.confirmed}",)
        case Loophole(artefact=artefact, objection=objection):
            code, ids = "SP509", artefact.clauses
            fields = {"describes": artefact.describes, "positive": objection.positive, "negative": objection.negative}
            span = understanding.clauses[ClauseId(ids[0])].span
            checked = f"a machine could check: {objection.check}" if objection.check else ""
            conceded = f"whoever looked for a clause against it said: {said.confirmed}"
            notes = (f"it would be rejected: {objection.why}", conceded, *([checked] if checked else []))
    more = [(understanding.clauses[ClauseId(i)].span, "and this") for i in ids[1:]]
    diagnostic = build_diagnostic(
        code,
        span,
        case=DEEP_CASE,
        fields=fields,
        secondary=more,
        notes=(*notes, f"found by `{said.by}`, not by a rule"),
        clauses=tuple(ClauseId(i) for i in ids),
    )
    return replace(diagnostic, evidence=Evidence(provider=said.by, votes=1, asked=1, transcript=said.question))


def _find_words(understanding: Understanding, finding: Suspicion) -> Span:
    """Return the place of the words in the clause that holds them, the whole clause where markup stands between."""
    from specpack.model.span import locate

    texts = {document.name: document.text for document in understanding.pack.documents}
    for name in finding.clauses:
        clause = understanding.clauses[ClauseId(name)]
        text = texts[clause.document]
        at = text.find(finding.words, clause.span.start, clause.span.end)
        if at >= 0:
            return locate(clause.document, text, at, at + len(finding.words))
    return understanding.clauses[ClauseId(finding.clauses[0])].span
