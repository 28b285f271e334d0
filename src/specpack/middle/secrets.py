"""What must never enter a store: keys of known shape, and the values of this machine's own secret variables.

Path: question, reply, answer -> **secrets** -> store.
"""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from specpack.model.failure import Rejected

_EDGE: Final = r"(?:(?<![A-Za-z0-9_+/-])|(?<=\\[nrt]))"
"""Not inside a longer word or base64 run, but an escaped line break may stand before."""
_END: Final = r"(?![A-Za-z0-9_+/-])"

SHAPES: Final[tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]] = tuple(
    (name, tuple(hints.split()), re.compile(pattern))
    for name, hints, pattern in (
        ("Anthropic key", "sk-ant-", _EDGE + r"sk-ant-[A-Za-z0-9_-]{20,}"),
        (
            "OpenAI-style key",
            "sk-",
            _EDGE + r"sk-(?!ant-)[A-Za-z0-9_-]{0,40}?(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20,}",
        ),
        ("Stripe live key", "k_live_", _EDGE + r"[rs]k_live_[A-Za-z0-9]{16,}"),
        ("Google API key", "AIza", _EDGE + r"AIza[A-Za-z0-9_-]{35}" + _END),
        ("Google access token", "ya29.", _EDGE + r"ya29\.[A-Za-z0-9_-]{30,}"),
        ("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", _EDGE + r"gh[opusr]_[A-Za-z0-9]{36,}"),
        ("GitHub token", "github_pat_", _EDGE + r"github_pat_[A-Za-z0-9_]{40,}"),
        ("GitLab token", "glpat-", _EDGE + r"glpat-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}"),
        ("Slack token", "xox", _EDGE + r"xox[abeoprs]-(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{10,}"),
        ("AWS access key id", "AKIA ASIA", _EDGE + r"A[KS]IA(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}" + _END),
        ("Hugging Face token", "hf_", _EDGE + r"hf_(?=[A-Za-z]*[0-9])[A-Za-z0-9]{30,}"),
        ("Groq key", "gsk_", _EDGE + r"gsk_[A-Za-z0-9]{40,}"),
        ("xAI key", "xai-", _EDGE + r"xai-[A-Za-z0-9]{40,}"),
        ("npm token", "npm_", _EDGE + r"npm_[A-Za-z0-9]{36}" + _END),
        ("PyPI token", "pypi-AgE", _EDGE + r"pypi-AgE[A-Za-z0-9_-]{50,}"),
        (
            "private key",
            "-----BEGIN",
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?!-----)[\s\S]){0,300}?[A-Za-z0-9+/=]{40}",
        ),
        (
            "bearer token",
            ".eyJ",
            r"(?i:\bbearer)[\"']?\s{1,4}eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
        ),
    )
)
"""Shape, texts one of which must be there before the pattern is tried, pattern.

A private key needs a body, so that code which looks for the heading alone is let through.
"""

SECRET_ENDINGS: Final = (
    "_API_KEY",
    "_TOKEN",
    "_SECRET",
    "_PASSWORD",
    "_ACCESS_KEY",
    "_PRIVATE_KEY",
)
PROVIDER_PREFIXES: Final = (
    "ANTHROPIC_",
    "OPENAI_",
    "AZURE_OPENAI_",
    "GEMINI_",
    "MISTRAL_",
    "OPENROUTER_",
    "DEEPSEEK_",
    "GROQ_",
    "XAI_",
    "COHERE_",
)
HARMLESS_ENDINGS: Final = ("_MODEL", "_REGION", "_LOCATION", "_VERSION", "_LOG", "_LOG_LEVEL")
"""Provider variables that records name on purpose, such as the model."""

ENDPOINT_PREFIXES: Final = (*PROVIDER_PREFIXES, "SPECPACK_", "GOOGLE_", "CODE_ASSIST_")
ENDPOINT_ENDINGS: Final = ("_URL", "_ENDPOINT")
"""Variables for the place of a provider's server: a secret unless it is one that anybody may know."""
PUBLIC_HOSTS: Final = frozenset(
    {
        "api.anthropic.com",
        "api.deepseek.com",
        "api.groq.com",
        "api.mistral.ai",
        "api.openai.com",
        "api.together.xyz",
        "api.x.ai",
        "generativelanguage.googleapis.com",
        "localhost",
        "openrouter.ai",
    }
)
"""Hosts of endpoints that may stand in a pack; so may any loopback address."""

SHORTEST_VALUE: Final = 8
PLACEHOLDERS: Final = frozenset(
    {"changeme", "password", "postgres", "disabled", "localhost", "undefined", "development", "production", "required"}
)
"""Values of secret variables that are ordinary words of code: no secret is lost by letting them through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret in a text, without the secret: `what` is a shape or a variable, the place counts from 1."""

    what: str
    line: int
    column: int


class SecretFound(Rejected):
    """Something to be stored holds a secret; the message names what and where, never the value."""

    def __init__(self, secret: Secret, place: str) -> None:
        """Keep the secret's name, and the place as the caller calls it."""
        super().__init__(
            f"{place} holds a secret: {secret.what} at line {secret.line}, column {secret.column}",
            kept="nothing of it was stored; all that was stored before is kept",
            help="take the secret out of the pack or of the reply and build again; if it left this machine, revoke it",
        )
        self.secret = secret


def find_secrets(text: str, environment: Mapping[str, str] | None = None) -> tuple[Secret, ...]:
    """Return the secrets in `text`, in order of place; () for ordinary code, digests, ULIDs and UUIDs.

    Args:
        text: Any text.
        environment: Variable -> value; the process's own where None.
    """
    return _find_secrets(text, _list_values(os.environ if environment is None else environment))


def refuse_secrets(value: object, place: str) -> None:
    """Look through every string of a JSON-like value, keys too, as it stands and not as JSON escapes it.

    Args:
        value: A string, or lists, tuples and dicts that hold strings.
        place: What the value is called in the message, such as `answer` or `$`.

    Raises:
        SecretFound: For the first secret.
    """
    values = _list_values(os.environ)
    for where, text in _list_strings(value, place):
        if secrets := _find_secrets(text, values):
            raise SecretFound(secrets[0], f"`{where}`")


def _find_secrets(text: str, values: tuple[tuple[str, str], ...]) -> tuple[Secret, ...]:
    """Return the secrets in `text`, given (variable, value) of the secret variables."""
    found: dict[int, str] = {}
    for name, value in values:
        start = text.find(value)
        while start >= 0:
            found.setdefault(start, f"value of environment variable `{name}`")
            start = text.find(value, start + len(value))
    for shape, hints, pattern in SHAPES:
        if any(hint in text for hint in hints):
            for match in pattern.finditer(text):
                found.setdefault(match.start(), shape)
    return tuple(
        Secret(what=found[at], line=text.count("\n", 0, at) + 1, column=at - text.rfind("\n", 0, at))
        for at in sorted(found)
    )


def _list_values(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return (variable, secret) of all that variables hold, sorted by name, the longest of a variable first."""
    listed: list[tuple[str, str]] = []
    for name in sorted(environment):
        upper, value = name.upper(), environment[name].strip()
        parts = {part for part in _list_credentials(value) if len(part) >= SHORTEST_VALUE}
        if upper.startswith(ENDPOINT_PREFIXES) and upper.endswith(ENDPOINT_ENDINGS):
            parts |= _list_endpoint(value)
        elif f"_{upper}".endswith(SECRET_ENDINGS) or _is_of_provider(upper):
            parts.add(value)
        long = (part for part in parts if len(part) >= SHORTEST_VALUE and part.lower() not in PLACEHOLDERS)
        listed += [(name, part) for part in sorted(long, key=lambda part: (-len(part), part))]
    return tuple(listed)


def _is_of_provider(name: str) -> bool:
    return name.startswith(PROVIDER_PREFIXES) and not name.endswith(HARMLESS_ENDINGS)


def _list_credentials(value: str) -> set[str]:
    """Return the password of a URL, as it stands and decoded, and as HTTP sends it; nothing of another value."""
    _, mark, rest = value.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0] if mark else ""
    user, at, _ = place.rpartition("@")
    if not at or ":" not in user:
        return set()
    pair = ":".join(map(unquote, user.split(":", 1)))
    password = user.partition(":")[2]
    return {password, unquote(password), base64.b64encode(pair.encode()).decode()}


def _list_endpoint(value: str) -> set[str]:
    """Return what is secret of an endpoint: all of it, its user, what stands in its query; nothing of a public one."""
    address, _, tail = value.partition("?")
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    user, at, server = place.rpartition("@")
    host = server.rpartition(":")[0] if re.search(r":\d+$", server) else server
    public = host.lower() in PUBLIC_HOSTS or host == "[::1]" or host.startswith("127.")
    secrets = set() if public else {f"{scheme}://{server}{slash}{path}".rstrip("/")}
    if at or tail:
        secrets |= {value, user, unquote(user), base64.b64encode(f"{unquote(user)}:".encode()).decode()}
    for parameter in re.split(r"[&#;]", tail):
        name, mark, given = parameter.partition("=")
        if not name.endswith("version"):
            secrets |= {given, unquote(given)} if mark else {name}
    return secrets


def _list_strings(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Give (place, string) of all strings in `value`; a key is reported at the place of its dict."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _list_strings(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _list_strings(str(key), place)
            yield from _list_strings(item, f"{place}.{key}")
