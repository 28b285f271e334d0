"""Registry and tools as pinned answers: asked once, then replayed like any other.

Path: conclude -> resolve -> **pinned** -> assemble -> clean. Replay needs neither the registry nor the formatter.
"""

import json
from collections.abc import Sequence

from specpack.middle.engine import Engine
from specpack.model.conclusion import Package, Phase
from specpack.model.question import Label, Part, Question, ReplyBlock
from specpack.model.target import Cleaned, Target
from specpack.model.tree import File, Tree


def resolve_pinned(engine: Engine, target: Target, packages: Sequence[Package]) -> str:
    """Return the lockfile of the packages: versions and hashes, asked of the registry once. Raises `Unavailable`."""
    names = "\n".join(sorted({p.name for p in packages}))
    question = Question(
        label=Label(f"resolve/{target.name}"),
        phase=Phase.RESOLVE,
        contract="",
        parts=(Part(title="packages", text=names + "\n"),),
        expected=(),
    )
    blocks = engine.compute(
        question, "registry", lambda: [ReplyBlock(kind="file", path="lockfile", text=target.resolve(packages))]
    )
    return blocks[0].text


def clean_pinned(engine: Engine, target: Target, sources: Tree) -> Cleaned:
    """Return the sources after the pinned cleanup tools, run once for the same sources. Raises `Unavailable`."""
    tools = "\n".join(f"{name} {version}" for name, version in target.tool_pins)
    parts = [Part(title="tools", text=tools + "\n")]
    parts += [Part(title=path, text=file.text) for path, file in sorted(sources.items())]
    question = Question(
        label=Label(f"clean/{target.name}"), phase=Phase.CLEAN, contract="", parts=tuple(parts), expected=()
    )
    by = "tool:" + "+".join(f"{name}=={version}" for name, version in target.tool_pins)

    def make() -> list[ReplyBlock]:
        cleaned = target.clean(sources)
        changed = [p for p, f in sorted(cleaned.tree.items()) if f.text != sources[p].text]
        record = json.dumps([list(entry) for entry in cleaned.record])
        blocks = [ReplyBlock(kind="file", path=p, text=cleaned.tree[p].text) for p in changed]
        return [ReplyBlock(kind="data", path="-", text=record), *blocks]

    blocks = engine.compute(question, by, make)
    texts = {b.path: b.text for b in blocks if b.kind == "file"}
    tree: dict[str, File] = {}
    for path, file in sources.items():
        text = texts.get(path, file.text)
        tree[path] = File(text=text, origin=file.origin, owner=file.owner, executable=file.executable)
    record = tuple((str(p), str(rule), int(n)) for p, rule, n in json.loads(blocks[0].text))
    return Cleaned(tree=tree, record=record)


def render_cleanup(cleaned: Cleaned, target: Target) -> str:
    """Return the record of the cleanup tools as Markdown."""
    tools = ", ".join(f"{name} {version}" for name, version in target.tool_pins)
    lines = ["# Cleanup", "", f"What the deterministic tools ({tools}) changed in the answered files.", ""]
    lines += [f"- `{path}`: {rule}: {count}" for path, rule, count in cleaned.record]
    return "\n".join(lines if cleaned.record else [*lines, "Nothing."]) + "\n"
