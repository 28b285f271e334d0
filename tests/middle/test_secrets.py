import base64
import hashlib
import random
import string
import uuid
from pathlib import Path

import pytest

from specpack.middle.secrets import SecretFound, find_secrets, refuse_secrets

SOURCES = Path(__file__).parents[2] / "src" / "specpack"
ALPHANUMERIC = string.ascii_letters + string.digits


def invent(alphabet: str, length: int) -> str:
    """Keys are put together here, so that this file holds none."""
    return "".join(random.Random(length).choices(alphabet, k=length - 1)) + "7"


PEM = "-----BEGIN {}PRIVATE" + " KEY-----\n" + invent(ALPHANUMERIC, 64) + "\n"
KEYS = {
    "Anthropic key": "sk-" + "ant-api03-" + invent(ALPHANUMERIC, 40),
    "OpenAI-style key": "sk-" + "proj-" + invent(ALPHANUMERIC, 48),
    "Google API key": "AI" + "za" + invent(ALPHANUMERIC, 35),
    "GitHub token": "gh" + "p_" + invent(ALPHANUMERIC, 36),
    "Slack token": "xox" + "b-12345678-" + invent(ALPHANUMERIC, 24),
    "AWS access key id": "AK" + "IA" + invent("ABCDEFGHIJ234567", 16),
    "private key": PEM.format("RSA "),
    "bearer token": "Authorization: Bearer "
    + ".".join(["eyJ" + invent(ALPHANUMERIC, 20), "eyJ" + invent(ALPHANUMERIC, 40), invent(ALPHANUMERIC, 43)]),
}


@pytest.mark.parametrize("shape", KEYS)
@pytest.mark.parametrize("frame", ["{}", 'key = "{}"', "KEY={}\n", "see\n\n({})", '"a\\n{}\\n"'])
def test_known_shapes_are_found_and_never_shown(shape, frame):
    key = KEYS[shape]
    (secret,) = find_secrets(frame.format(key), {})
    assert secret.what == shape
    with pytest.raises(SecretFound) as caught:
        refuse_secrets({"output": [frame.format(key)]}, "$")
    assert shape in caught.value.message
    assert "`$.output[0]`" in caught.value.message
    assert key[-12:].strip() not in caught.value.message + caught.value.kept + caught.value.help


@pytest.mark.parametrize(
    "key",
    [
        "sk-" + invent(ALPHANUMERIC, 48),
        "sk-" + "or-v1-" + invent("0123456789abcdef", 64),
        "github" + "_pat_" + invent(ALPHANUMERIC, 82),
        "gh" + "o_" + invent(ALPHANUMERIC, 36),
        PEM.format(""),
        PEM.format("EC ").replace("\n", "\\n"),
        PEM.format("OPENSSH "),
    ],
)
def test_further_spellings_are_found(key):
    assert len(find_secrets(f"x = '{key}'", {})) == 1


def test_place_counts_lines_and_columns_from_one():
    (secret,) = find_secrets(f"one\ntwo {KEYS['GitHub token']}", {})
    assert (secret.line, secret.column) == (2, 5)


@pytest.mark.parametrize(
    "name", ["X_API_KEY", "CI_TOKEN", "APP_SECRET", "DB_PASSWORD", "TOKEN", "db_password", "AWS_SECRET_ACCESS_KEY"]
)
def test_values_of_secret_variables_are_found(name):
    (secret,) = find_secrets("a zebra-crossing, say", {name: " zebra-crossing\n"})
    assert f"`{name}`" in secret.what
    assert secret.column == 3


def test_provider_variables_are_found_but_for_the_model():
    environment = {"OPENAI_ORGANIZATION": "org-zebra-crossing", "OPENAI_MODEL": "some-model-name"}
    (secret,) = find_secrets("org-zebra-crossing asked some-model-name", environment)
    assert "OPENAI_ORGANIZATION" in secret.what


ENDPOINT = "https://ann:zebra%2Dcrossing@gate.internal:8443/v1?api-version=2024-02-01&token=quagga-in-snow"


@pytest.mark.parametrize("name", ["SPECPACK_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"])
@pytest.mark.parametrize(
    "text",
    [
        ENDPOINT,
        "https://gate.internal:8443/v1/chat/completions",
        "ann:zebra%2Dcrossing",
        "the zebra-crossing",
        "quagga-in-snow",
        "Basic " + base64.b64encode(b"ann:zebra-crossing").decode(),
    ],
)
def test_what_is_secret_of_an_endpoint_is_found(name, text):
    found = {secret.what for secret in find_secrets(f"see {text} there", {name: ENDPOINT})}
    assert found == {f"value of environment variable `{name}`"}


def test_a_token_in_place_of_a_user_is_found():
    assert len(find_secrets("quagga-in-snow", {"OPENAI_BASE_URL": "https://quagga-in-snow@127.0.0.1/v1"})) == 1


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("SPECPACK_BASE_URL", "http://127.0.0.1:8080/v1", "listens on http://127.0.0.1:8080/v1"),
        ("ANTHROPIC_BASE_URL", "http://localhost:8080", "listens on http://localhost:8080"),
        ("OPENAI_BASE_URL", "http://[::1]:8080/v1", "listens on http://[::1]:8080/v1"),
        ("OPENAI_BASE_URL", "https://api.openai.com/v1", "calls https://api.openai.com/v1"),
        ("SPECPACK_BASE_URL", ENDPOINT, "ann, since 2024-02-01, on https://gate.internal"),
        ("SPECPACK_BASE_URL", "", "text"),
        ("SPECPACK_BASE_URL", "not a URL at all", "another text"),
        ("HOMEPAGE", "https://gate.internal/v1?token=quagga-in-snow", "https://gate.internal/v1 quagga-in-snow"),
    ],
)
def test_what_is_no_secret_of_an_endpoint_is_let_through(name, value, text):
    assert find_secrets(text, {name: value}) == ()


def test_the_password_of_any_url_is_found():
    (secret,) = find_secrets("the zebra-crossing", {"DATABASE_URL": "postgres://app:zebra-crossing@db/app"})
    assert "DATABASE_URL" in secret.what


def test_other_variables_short_values_and_placeholders_are_let_through():
    environment = {
        "HOME": "/home/somebody",
        "KEYBOARD": "qwertyuiop",
        "A_TOKEN": "short12",
        "B_TOKEN": "",
        "DB_PASSWORD": "postgres",
    }
    assert find_secrets("/home/somebody qwertyuiop short12 postgres", environment) == ()


def test_value_that_json_would_escape_is_found_in_a_value(monkeypatch):
    monkeypatch.setenv("ODD_PASSWORD", 'quo"te\\slash')
    with pytest.raises(SecretFound, match="ODD_PASSWORD"):
        refuse_secrets({"answer": ('the quo"te\\slash is here',)}, "$")


def test_secret_in_a_key_is_refused_and_not_named(monkeypatch):
    monkeypatch.setenv("ODD_PASSWORD", "zebra-crossing")
    with pytest.raises(SecretFound) as caught:
        refuse_secrets({"a": {"zebra-crossing": 1}}, "$")
    assert "zebra" not in caught.value.message


def test_digests_and_identifiers_are_let_through():
    chance = random.Random(7)
    lines = []
    for number in range(3000):
        lines += [
            hashlib.sha256(str(number).encode()).hexdigest(),
            "".join(chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=26)),
            str(uuid.UUID(int=chance.getrandbits(128))),
            "sha512-" + "".join(chance.choices(ALPHANUMERIC + "+/", k=86)) + "==",
        ]
    assert find_secrets("\n".join(lines), {}) == ()


def test_ordinary_code_is_let_through():
    for path in SOURCES.rglob("*.py"):
        assert find_secrets(path.read_text(encoding="utf-8"), {}) == (), path.name


@pytest.mark.parametrize(
    "text",
    [
        ".sk-folding-cube-animation-with-a-long-class-name { }",
        "task-0123456789abcdef0123456789abcdef",
        "risk-" + "a1" * 20,
        "if text.startswith('-----BEGIN PRIVATE" + " KEY-----'): raise ValueError",
        "Authorization: Bearer {token}",
        "Authorization: Bearer <access token of the caller>",
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-your-token-here",
        "sk-...",
        "hf_hub_download_with_progress_and_more_words()",
    ],
)
def test_lookalikes_are_let_through(text):
    assert find_secrets(text, {}) == ()


def test_long_hostile_text_is_searched_in_full():
    hostile = "sk-" + "a" * 50_000 + "\n" + "sk-a-" * 10_000 + "-----BEGIN PRIVATE" + " KEY-----" + "x " * 50_000
    assert find_secrets(hostile + "\n" + KEYS["GitHub token"], {})[-1].what == "GitHub token"
