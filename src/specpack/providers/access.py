"""How models over the network are reached: which variables hold a key and an endpoint, and which client is needed.

Path: environment -> **access** -> library. Reads names and looks for packages; imports none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How models of one kind are reached: names of variables and what holds where they are not set."""

    kind: str
    keys: tuple[str, ...]
    """Variables for the key; the first that is set counts."""
    endpoint: str
    """Variable for another endpoint."""
    standard: str
    """The endpoint where none is set."""
    client: str
    """Module of the client library."""
    keyless: bool = False
    seeded: bool = True
    """Whether the wire knows a seed."""

    def find_key(self, environment: Mapping[str, str]) -> str:
        """Return the variable that holds the key, the first one where none does."""
        return next((name for name in self.keys if environment.get(name, "").strip()), self.keys[0])


ANTHROPIC = Access(
    kind="anthropic",
    keys=("ANTHROPIC_API_KEY",),
    endpoint="ANTHROPIC_BASE_URL",
    standard="https://api.anthropic.com",
    client="anthropic",
    seeded=False,
)
OPENAI = Access(
    kind="openai",
    keys=("OPENAI_API_KEY",),
    endpoint="OPENAI_BASE_URL",
    standard="https://api.openai.com/v1",
    client="openai",
)
GOOGLE = Access(
    kind="google",
    keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    endpoint="GOOGLE_GEMINI_BASE_URL",
    standard="https://generativelanguage.googleapis.com/",
    client="google.genai",
)
COMPATIBLE = Access(
    kind="compatible",
    keys=("SPECPACK_API_KEY",),
    endpoint="SPECPACK_BASE_URL",
    standard="http://127.0.0.1:11434/v1",
    client="openai",
    keyless=True,
)


def check_access(access: Access, environment: Mapping[str, str]) -> str:
    """Say why models of a kind cannot be reached with an environment; empty where they can. Imports nothing."""
    if not (_is_installed("pydantic_ai") and _is_installed(access.client)):
        return "its client is not installed: `pip install 'specpack[models]'`"
    name = access.find_key(environment)
    key = environment.get(name, "").strip()
    if not (key or access.keyless):
        return f"{' or '.join(f'`{name}`' for name in access.keys)} is not set"
    if not (key.isascii() and key.isprintable()):
        return f"`{name}` holds something that is no key"
    if not (environment.get(access.endpoint, "").strip() or "https://").startswith(("https://", "http://")):
        return f"`{access.endpoint}` does not begin with `https://` or `http://`"
    return ""


def _is_installed(name: str) -> bool:
    path, found = None, ""
    for part in name.split("."):
        found = f"{found}.{part}".lstrip(".")
        spec = PathFinder.find_spec(found, path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return True
