"""What reaches whom: a canary word in every kind of input, and for each question exactly the canaries that it shows.

All replies are synthetic. Each question travels alone here, so that a request shows what its question may rest on.
Small packs carry their behaviour documents whole, as context of design, write and test; of large ones
design alone sees the beginning of every section.
"""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import Blocks, Script, copy_pack, data, lock_of, make_engine, read_material

from specpack.middle.conclude import CONTEXT_TOKENS, conclude
from specpack.middle.phases.material import Material
from specpack.middle.repair import repair
from specpack.middle.tokens import estimate_tokens
from specpack.model.finding import Finding
from specpack.model.pack import Role
from specpack.model.question import Request

TALLY = """\
# Tally

## Definitions

- **gate**: a name, of the kind canarydefinition.

## Recording

The service MUST add one to a tally, canarysection. {#add}

When a visit names an unknown gate, the service MUST reject it with the error id `gate_unknown`. {#unknown}

### Rationale

A rejected visit is canaryrationale.

## Reading

The service MUST return the tally of a gate, canaryneighbour. {#return}
"""
NUMBERS = f"""
## Numbers

The service MUST print this list: {{#list}}

```text
{"north: 3; south: 0; " * 8_000}
```
"""
DOCUMENTS = {
    "behaviour__tally": TALLY,
    "platform": "# Platform\n\nThe service MUST run as one process, canaryplatform. {#process}\n",
    "interventions": "# Interventions\n\nThe service MUST use one ledger, canaryintervention. {#ledger}\n",
    "policy__house": "# H\n\n- The output MUST be canaryhouse. {#neat}\n- The output MUST be canaryunbound. {#un}\n",
    "policy__other": "# Other\n\n- The output MUST be small, canaryother. {#small}\n",
    "language__toy": "# Toy\n\n- Each file MUST open with a note, canarylanguage. {#note}\n",
}

OUTCOMES = Finding(
    code="GT090",
    gate="toy/suite",
    message="test `adds` fails",
    test="tests/recording.toy::adds",
    clauses=("tally.add",),
    expected="canaryexpected",
    observed="canaryobserved",
    evidence=("drive north, canarycall",),
)

ASSUMED = {"design", "write", "write report", "driver", "test", "ruling", "write again", "test again"}
"""The questions that show an assumption, whatever it rests on."""

SMALL: dict[str, set[str]] = {
    "definition": {
        "behaviour",
        "design",
        "write",
        "write report",
        "driver",
        "test",
        "ruling",
        "write again",
        "test again",
    },
    "section": {
        "behaviour",
        "design",
        "write",
        "write report",
        "driver",
        "test",
        "ruling",
        "write again",
        "test again",
    },
    "neighbour": {"behaviour", *ASSUMED},
    "rationale": set(),
    "platform": {"interventions", "design", "write", "write again"},
    "intervention": {"interventions", "design", "write", "write again"},
    "house": {"policy", "write", "write report", "driver", "test", "write again", "test again"},
    "unbound": {"policy"},
    "other": {"ruling"},
    "language": {"write", "write report", "write again"},
    "rule": {"write", "test", "ruling", "write again", "test again"},
    "operation": {"design"},
    "witness": {"write", "test", "write again", "test again"},
    "assumption": ASSUMED,
    "elsewhere": ASSUMED,
    "closure": {"design"},
    "purpose": {"write", "write again"},
    "open": set(),
    "package": {"write", "write report", "write again"},
    "control": {"driver", "test", "test again"},
    "signature": {"write", "write report", "driver", "write again"},
    "public": {"write report", "driver"},
    "driver": {"driver", "test", "test again"},
    "body": {"write again"},
    "report": set(),
    "thin": set(),
    "tests": {"test again"},
    "call": {"ruling"},
    "expected": {"ruling", "write again", "test again"},
    "observed": {"ruling", "write again"},
}
"""Canary -> the questions that show it, in a small pack."""

NOT_IN_LARGE: dict[str, set[str]] = {
    "definition": {"driver", "ruling"},
    "section": {"write report", "driver"},
    "neighbour": {"behaviour", "write", "driver", "test", "ruling", "write again", "test again"},
}
"""Canary -> the questions that show it in a small pack alone, through the context."""

QUESTIONS = {
    "policy/house": "policy",
    "interventions": "interventions",
    "behaviour/tally/recording": "behaviour",
    "design": "design",
    "write/count": "write",
    "write/report": "write report",
    "test/driver": "driver",
    "test/recording": "test",
}


def bind(clauses: dict[str, list[str]]) -> Blocks:
    return [data({"bindings": [{"clause": c, "phases": p, "check": "reading"} for c, p in clauses.items()]})]


def answer(material: Material) -> dict[str, Blocks]:
    forced = {
        d.key: [c.id for c in material.clauses_of([d]) if c.force]
        for d in material.documents(Role.POLICY, Role.LANGUAGE)
    }
    answers = {f"policy/{key}": bind({c: [] for c in clauses}) for key, clauses in forced.items()}
    answers |= {
        "policy/house": bind({"house.neat": ["write", "test"], "house.un": []}),
        "policy/other": bind({"other.small": ["ruling"]}),
        "policy/toy": bind({"toy.note": ["write"]}),
    }
    fixed = [c.id for c in material.clauses_of(material.documents(Role.INTERVENTION, Role.PLATFORM)) if c.force]
    closed = [c.id for c in material.clauses_of(material.documents(Role.INTERVENTION)) if c.force]
    answers["interventions"] = [data({"closures": [{"clauses": closed, "closes": "canaryclosure"}]})]
    answers["behaviour/tally/recording"] = [
        data(
            {
                "operations": [{"name": "canaryoperation", "takes": "t", "gives": "g", "clauses": ["tally.add"]}],
                "rules": [{"rule": "canaryrule", "clauses": ["tally.add", "tally.unknown"]}],
                "errors": [{"id": "gate_unknown", "when": "canarywitness", "clauses": ["tally.unknown"]}],
                "assumptions": [
                    {"id": "assume.a", "silence": "s", "decision": "canaryassumption", "clauses": ["tally.add"]}
                ],
            }
        )
    ]
    elsewhere = {"id": "assume.b", "silence": "s", "decision": "canaryelsewhere", "clauses": ["tally.return"]}
    answers["behaviour/tally/reading"] = [data({"assumptions": [elsewhere]})]
    design = {
        "units": [
            {
                "id": "count",
                "paths": ["tiny/count.toy"],
                "purpose": "canarypurpose",
                "clauses": ["tally/recording", *fixed],
            },
            {
                "id": "report",
                "paths": ["tiny/report.toy"],
                "purpose": "shows",
                "clauses": ["tally/reading"],
                "depends": ["count"],
            },
        ],
        "entry_points": [{"kind": "library", "target": "tiny.report:report", "unit": "report"}],
        "groups": [
            {"id": "driver", "paths": ["tests/driver.toy"], "clauses": []},
            {"id": "recording", "paths": ["tests/recording.toy"], "clauses": ["tally/recording"]},
            {"id": "reading", "paths": ["tests/reading.toy"], "clauses": ["tally/reading"]},
        ],
        "controls": [{"name": "clock", "reaches": "canarycontrol"}],
        "packages": [{"name": "p", "imports": "p", "reason": "canarypackage", "clauses": ["tally.add"]}],
        "open": ["canaryopen"],
    }
    answers["design"] = [
        data(design),
        ("signatures", "tiny/count.toy", "def record: canarysignature"),
        ("signatures", "tiny/report.toy", "def report: canarypublic"),
        ("signatures", "tests/driver.toy", "def drive: canarydriver"),
    ]
    answers["write/count"] = [("file", "tiny/count.toy", "note counts\ndef record: canarysignature\ndoes canarybody")]
    answers["write/report"] = [("file", "tiny/report.toy", "note shows\ndef report: canarypublic\ndoes canaryreport")]
    answers["test/driver"] = [("file", "tests/driver.toy", "note drives\ndef drive: canarydriver\ndoes canarythin")]
    tests = "note canarytests\ntest adds: tally.add\ntest rejects: tally.unknown"
    answers["test/recording"] = [("file", "tests/recording.toy", tests)]
    answers["test/reading"] = [("file", "tests/reading.toy", "note reads\ntest returns: tally.return")]
    return answers


def show_requests(folder: Path, *, large: bool) -> dict[str, str]:
    """Return question -> text of the request that asks it alone, contracts included."""
    documents = DOCUMENTS | ({"behaviour__tally": TALLY + NUMBERS} if large else {})
    material = read_material(copy_pack(folder, **documents))
    assert (estimate_tokens("".join(d.text for d in material.documents(Role.BEHAVIOUR))) > CONTEXT_TOKENS) is large
    answers = answer(material)
    if large:
        answers["behaviour/tally/numbers"] = [data({})]
        _place_numbers(answers)
    script = Script(answers)
    first, _ = make_engine(material, folder / "store", script)
    asyncio.run(conclude(first, material))
    engine, provider = make_engine(
        material, folder / "store", script, lock=lock_of(first), fresh=True, sample=1, bundle=1
    )
    values = asyncio.run(conclude(engine, material))
    shown = {QUESTIONS[r.labels[0]]: r.text for r in provider.requests if r.labels[0] in QUESTIONS}
    assert all(len(r.labels) == 1 for r in provider.requests)
    assert set(shown) == set(QUESTIONS.values())
    for right, again in (("expected", "write again"), ("observed", "test again")):
        script.rule = lambda request, right=right: _rule(request, right)
        finding = replace(OUTCOMES, code=f"GT09{len(again)}")
        provider.requests.clear()
        asyncio.run(repair(engine, material, values, [finding]))
        ruling, asked = provider.requests
        assert asked.labels == (f"{again.split()[0]}/{'count' if right == 'expected' else 'recording'}",)
        shown |= {"ruling": ruling.text, again: asked.text}
    return shown


def _rule(request: Request, right: str) -> Blocks:
    """Rule for one of the two outcomes, wherever it is shown."""
    first = request.text.index("### First outcome") < request.text.index(f"canary{right}")
    second = request.text.index("### Second outcome") < request.text.index(f"canary{right}")
    assert first
    return [data({"outcome": "second" if second else "first", "clauses": ["tally.add"], "why": "w", "readings": []})]


def _place_numbers(answers: dict[str, Blocks]) -> None:
    """Give the section of numbers a unit and a test group of its own."""
    design = json.loads(answers["design"][0][2])
    design["units"].append(
        {"id": "numbers", "paths": ["tiny/numbers.toy"], "purpose": "n", "clauses": ["tally/numbers"]}
    )
    design["groups"].append({"id": "numbers", "paths": ["tests/numbers.toy"], "clauses": ["tally/numbers"]})
    answers["design"] = [data(design), *answers["design"][1:]]
    answers["write/numbers"] = [("file", "tiny/numbers.toy", "note n")]
    answers["test/numbers"] = [("file", "tests/numbers.toy", "note n\ntest lists: tally.list")]


@pytest.fixture(scope="module", params=["small", "large"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    return request.param, show_requests(tmp_path_factory.mktemp(request.param), large=request.param == "large")


@pytest.mark.parametrize("canary", SMALL)
def test_a_canary_reaches_exactly_these_questions(shown: tuple[str, dict[str, str]], canary: str):
    size, requests = shown
    expected = SMALL[canary] - (NOT_IN_LARGE.get(canary, set()) if size == "large" else set())
    assert {question for question, text in requests.items() if f"canary{canary}" in text} == expected
