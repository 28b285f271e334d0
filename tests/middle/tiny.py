"""The pack `tiny` as material, an engine over a scripted provider, and answers to every question of the pack.

All replies made here are synthetic: they exist to drive the machinery, no model wrote them.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fake_target import FakeTarget

from specpack.middle.asking import Settings
from specpack.middle.conclude import render_context
from specpack.middle.engine import Engine
from specpack.middle.framing import render_end, render_marker
from specpack.middle.lock import Lock
from specpack.middle.phases.material import Material
from specpack.middle.store import Store
from specpack.model.clause import Bearer
from specpack.model.pack import Role
from specpack.model.question import Expected, Label, Request
from specpack.providers.scripted import ScriptedProvider
from specpack.reading import read_pack

PACK = Path(__file__).parents[1] / "cases" / "builds" / "tiny" / "pack"

Blocks = Sequence[tuple[str, str, str]]
"""(kind, path, text) in order."""

SECTIONS = ("limits", "reading", "recording")


def copy_pack(folder: Path, **texts: str) -> Path:
    """Return a copy of the pack with some documents given new texts; `behaviour__tally` is `behaviour/tally.md`."""
    pack = folder / "pack"
    shutil.copytree(PACK, pack)
    for name, text in texts.items():
        path = pack / (name.replace("__", "/") + ".md")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return pack


def read_material(pack: Path = PACK) -> Material:
    """Return the material of a pack that has no error but that nothing is wrong with the toy target."""
    understanding = read_pack(pack)
    assert not understanding.failed, understanding.diagnostics
    return Material(understanding, FakeTarget())


def data(value: object) -> tuple[str, str, str]:
    return ("data", "-", json.dumps(value, indent=1))


def render_answer(label: str, blocks: Blocks) -> str:
    """Return an answer as a well-behaved model would frame it."""
    return "\n".join(
        f"{render_marker(Expected(kind=kind, path=path), Label(label))}\n{text.rstrip()}\n{render_end(Label(label))}"
        for kind, path, text in blocks
    )


class Script:
    """Answers by label; `queue` holds other answers for the next attempts of a label, as blocks or as raw text.

    `rule` answers rulings, whose labels are digests.
    """

    def __init__(self, answers: Mapping[str, Blocks], **queue: list[Blocks | str]) -> None:
        self.answers = dict(answers)
        self.queue = {name.replace("__", "/"): list(attempts) for name, attempts in queue.items()}
        self.rule: Callable[[Request], Blocks] | None = None

    def __call__(self, request: Request) -> str:
        texts = []
        for label in request.labels:
            if self.rule and label.startswith("ruling/"):
                blocks: Blocks | str = self.rule(request)
            else:
                blocks = self.queue[label].pop(0) if self.queue.get(label) else self.answers[label]
            texts.append(blocks if isinstance(blocks, str) else render_answer(label, blocks))
        return "Here are the answers.\n\n" + "\n\n".join(texts) + "\n"


def make_engine(
    material: Material,
    store: Path,
    script: Callable[[Request], str] | None,
    *,
    lock: Lock | None = None,
    **settings: Any,
) -> tuple[Engine, ScriptedProvider]:
    """Return an engine over a store folder, and the provider that remembers its requests."""
    provider = ScriptedProvider(script or (lambda request: ""))
    engine = Engine(
        store=Store(store),
        lock=lock or Lock(),
        shipped=Lock(),
        provider=(lambda phase: provider) if script else None,
        settings=Settings(**settings),
        framing=material.contract("framing"),
        context=partial(render_context, material),
    )
    return engine, provider


def lock_of(engine: Engine) -> Lock:
    return Lock(pins=tuple(engine.used.values()))


def answer_all(material: Material, **changes: Blocks) -> dict[str, Blocks]:
    """Return one acceptable answer to every question of the pack, but for rulings."""
    answers: dict[str, Blocks] = {}
    for document in material.documents(Role.POLICY, Role.LANGUAGE):
        forced = [c.id for c in material.clauses_of([document]) if c.force]
        phases = {"house": ["write", "test"], "toy": ["design", "write"]}.get(document.key, [])
        bindings = [{"clause": i, "phases": phases, "check": "reading"} for i in forced]
        answers[f"policy/{document.key}"] = [data({"bindings": bindings})]
    closed = [c.id for c in material.clauses_of(material.documents(Role.INTERVENTION)) if c.force]
    if closed:
        answers["interventions"] = [data({"closures": [{"clauses": closed, "closes": "one way to the ledger"}]})]
    for section in material.understanding.sections:
        answers[f"behaviour/{section.key}"] = [data(conclude_section(section.key, section.clauses))]
    answers["design"] = design_blocks(material)
    answers["write/count"] = [("file", "tiny/count.toy", COUNT)]
    answers["write/report"] = [("file", "tiny/report.toy", REPORT)]
    answers["test/driver"] = [("file", "tests/driver.toy", DRIVER)]
    answers["test/tally"] = [("file", "tests/tally.toy", render_tests(binding_ids(material)))]
    return answers | {name.replace("__", "/"): blocks for name, blocks in changes.items()}


COUNT = "note counts visits\ndef record: adds one visit, or gives gate_unknown\ndoes add\n"
REPORT = "note writes the report\ndef report: gives the report of all tallies\ndoes print\n"
DRIVER = "note drives the product\ndef drive: records and reads through the public interface\n"


def binding_ids(material: Material) -> list[str]:
    clauses = material.clauses_of(material.documents(Role.BEHAVIOUR))
    return [c.id for c in clauses if c.force and c.force.binding and c.bearer is Bearer.SYSTEM]


def render_tests(ids: Sequence[str]) -> str:
    return "note asserts every clause\n" + "".join(f"test case-{'x' * (n + 1)}: {i}\n" for n, i in enumerate(ids))


def conclude_section(key: str, clauses: Sequence[str]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if key.endswith("/recording"):
        value["operations"] = [{"name": "record", "takes": "a gate", "gives": "nothing", "clauses": [clauses[0]]}]
        value["errors"] = [{"id": "gate_unknown", "when": "the gate has no tally", "clauses": ["tally.unknown"]}]
        value["assumptions"] = [
            {
                "id": "assume.first-visit",
                "silence": "whether a gate is known before its first visit",
                "decision": "the gates `north` and `south` are known from the start",
                "clauses": ["tally.unknown"],
            }
        ]
    return value


def settle_recording(material: Material, *, clause: str = "tally.unknown") -> list[Blocks | str]:
    """Return two answers to the section recording: the usual one, and one that closes a gap by an assumption."""
    first = answer_all(material)["behaviour/tally/recording"]
    value = json.loads(first[0][2])
    assumed = {"id": "assume.known", "silence": "is it known", "decision": "`north` is known", "clauses": [clause]}
    return [first, [data(value | {"assumptions": [*value["assumptions"], assumed]})]]


def design_value(material: Material) -> dict[str, Any]:
    fixed = [c.id for c in material.clauses_of(material.documents(Role.INTERVENTION, Role.PLATFORM)) if c.force]
    sections = {s.key.rpartition("/")[2]: s.key for s in material.understanding.sections}
    shown = [key for name, key in sections.items() if name != "recording"]
    return {
        "units": [
            {
                "id": "count",
                "paths": ["tiny/count.toy"],
                "purpose": "counts visits",
                "clauses": [sections["recording"], *fixed],
            },
            {
                "id": "report",
                "paths": ["tiny/report.toy"],
                "purpose": "shows tallies",
                "clauses": shown,
                "depends": ["count"],
            },
        ],
        "entry_points": [{"kind": "library", "target": "tiny.report:report", "unit": "report"}],
        "groups": [
            {"id": "driver", "paths": ["tests/driver.toy"], "clauses": []},
            {"id": "tally", "paths": ["tests/tally.toy"], "clauses": list(sections.values())},
        ],
    }


def design_blocks(material: Material, **changes: Any) -> Blocks:
    return [
        data(design_value(material) | changes),
        ("signatures", "tiny/count.toy", "def record: adds one visit, or gives gate_unknown"),
        ("signatures", "tiny/report.toy", "def report: gives the report of all tallies"),
        ("signatures", "tests/driver.toy", "def drive: records and reads through the public interface"),
    ]
