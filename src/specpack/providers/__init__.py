"""Ways to reach a model. Each is loaded by its entry point only when a question must really be asked."""

from importlib.metadata import entry_points

from specpack.model.failure import WrongUse
from specpack.model.question import Provider, ProviderSettings


def load_provider(name: str, settings: ProviderSettings) -> Provider:
    """Return the provider for `PROVIDER` or `PROVIDER:MODEL`. Raises `WrongUse` where it is not installed."""
    kind, _, model = name.partition(":")
    found = {entry.name: entry for entry in entry_points(group="specpack.providers")}
    if kind not in found:
        known = ", ".join(sorted(found)) or "none"
        raise WrongUse(f"no provider `{kind}` is installed (installed: {known})", help="`--model relay` always works")
    provider: Provider = found[kind].load()(model, settings)
    return provider
