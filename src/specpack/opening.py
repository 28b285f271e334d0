"""Open the engine of one build: its store, its lock, the models that its phases ask.

Path: options -> **opening** -> driver. No provider is loaded before a question must really be asked.
"""

import json
import os
from collections.abc import Callable
from functools import partial

from specpack import std
from specpack.middle.answers import read_reply
from specpack.middle.asking import Event, Settings
from specpack.middle.conclude import render_context
from specpack.middle.engine import Engine
from specpack.middle.lock import Lock, read_lock
from specpack.middle.phases.material import Material
from specpack.middle.store import Store
from specpack.middle.tokens import estimate_tokens
from specpack.model.conclusion import Phase
from specpack.model.provider import Provider, ProviderSettings
from specpack.options import BuildOptions, Home
from specpack.providers import load_provider

Report = Callable[[Event | str], None]
"""Told what the engine does and, as text, what the driver does."""


def open_engine(options: BuildOptions, home: Home, material: Material, lock: Lock, report: Report) -> Engine:
    """Return the engine of one build: its store with the layers below it, its lock, the provider that was named."""
    layers = [layer for layer in (home.recording, std.STORE) if layer.is_dir()]

    opened: dict[str, Provider] = {}

    def find_provider(phase: Phase) -> Provider:
        name = options.model_for(phase)
        if name not in opened:
            opened[name] = load_provider(name, _provider_settings(options, home, report))
        return opened[name]

    settings = Settings(
        locked=options.locked,
        frozen=options.frozen,
        fresh=options.fresh,
        upgrade={phase: find_provider(phase).name for phase in Phase} if options.upgrade else {},
        sample=_sample(home) if options.fresh else 0,
        jobs=options.jobs,
        window=options.window,
        output_limit=options.output_limit,
    )
    store = Store(home.store, layers=layers)
    store.sweep_temporaries()
    return Engine(
        store=store,
        lock=lock,
        shipped=read_lock(std.LOCK) or Lock(),
        provider=find_provider if options.model and not options.frozen else None,
        settings=settings,
        framing=material.contract("framing"),
        context=partial(render_context, material),
        report=report,
    )


def _provider_settings(options: BuildOptions, home: Home, report: Report) -> ProviderSettings:
    return ProviderSettings(
        folder=options.relay or home.relay,
        estimate=estimate_tokens,
        environment=os.environ,
        output_limit=options.output_limit,
        report=lambda request, characters: report(
            Event(kind="streaming", labels=request.labels, detail=f"{characters} characters so far")
        ),
    )


def _sample(home: Home) -> int:
    """Return the number of this fresh build: one that was stopped goes on under its number."""
    place = home.state / "fresh.json"
    try:
        sample: int = json.loads(place.read_text(encoding="utf-8"))["sample"]
    except (OSError, ValueError, KeyError, TypeError):
        store = Store(home.store)
        used = [read_reply(store, digest).sample for _, digest in store.list_entries("replies")]
        sample = max(used, default=0) + 1
        home.state.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps({"sample": sample}), encoding="utf-8")
    return sample
