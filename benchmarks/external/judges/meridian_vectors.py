"""Meridian's shared vectors, one test each.

Path: pytest_suite -> **meridian_vectors** -> generated library.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

meridian_euid = importlib.import_module("meridian_euid")
VECTORS = json.loads((Path(__file__).parents[3] / "test-vectors" / "v3.json").read_text(encoding="utf-8"))
CLAIMS = VECTORS["governance"]["prefix_claims"]
DOMAINS = [item["domain_code"] for item in VECTORS["governance"]["registered_domains"]]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["euid"])
def test_valid(vector: dict[str, Any]) -> None:
    """A canonical EUID validates, comes back as it is, and its number encodes to it."""
    euid = vector["euid"]
    assert meridian_euid.validate(euid) == euid
    assert meridian_euid.is_valid(euid) is True
    assert meridian_euid.encode(vector["integer"], vector["prefix"], domain_code=vector["domain_code"]) == euid


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda v: v["reason"])
def test_invalid(vector: dict[str, Any]) -> None:
    """A rejected input is rejected by the error class of the interface."""
    with pytest.raises(meridian_euid.EUIDError):
        meridian_euid.validate(vector["euid"])
    assert meridian_euid.is_valid(vector["euid"]) is False


@pytest.mark.parametrize("domain", DOMAINS)
def test_domain(domain: str) -> None:
    """A domain of the registry is registered."""
    assert meridian_euid.assert_registered_domain(domain) == domain


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c["domain_code"] + "-" + c["prefix"])
def test_claim(claim: dict[str, str]) -> None:
    """A claim of the registry resolves to its issuer."""
    issuer = claim["issuer_app_code"]
    told = meridian_euid.assert_prefix_issuer_app_code(claim["domain_code"], claim["prefix"], issuer)
    assert told == issuer
