"""Fixtures of the providers' tests."""

from tests.providers.planted import home

__all__ = ["home"]
