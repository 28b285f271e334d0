"""Ways to reach a model. Each is loaded by its entry point only when a question must really be asked."""

from importlib.metadata import EntryPoint, entry_points

from specpack.model.failure import WrongUse
from specpack.model.provider import Provider, ProviderKind, ProviderSettings


def load_provider(name: str, settings: ProviderSettings) -> Provider:
    """Return the provider for `PROVIDER` or `PROVIDER:MODEL`. Raises `WrongUse` where it is not installed."""
    kind, _, model = name.partition(":")
    found = _find_entries()
    if kind not in found:
        known = ", ".join(sorted(found)) or "none"
        raise WrongUse(
            f"no provider `{kind}` is installed (installed: {known})",
            help="`specpack models` says which are usable here; `--model relay` always is",
        )
    loaded: ProviderKind = found[kind].load()
    return loaded.open(model, settings)


def load_kinds() -> tuple[ProviderKind, ...]:
    """Return every installed way to reach a model, by name."""
    return tuple(entry.load() for _, entry in sorted(_find_entries().items()))


def _find_entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="specpack.providers")}
