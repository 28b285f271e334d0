"""The sandbox and one prepared environment for the tests that run code."""

import pytest

from specpack.backend.sandbox import choose_sandbox
from specpack.model.failure import Unavailable
from specpack.targets.python.environment import prepare_environment
from specpack.targets.python.resolve import resolve_packages


@pytest.fixture(scope="session")
def sandbox():
    found = choose_sandbox()
    if found is None:
        pytest.skip("no sandbox tier works on this machine")
    return found


@pytest.fixture(scope="session")
def lockfile():
    try:
        return resolve_packages(())
    except Unavailable as error:
        pytest.skip(f"the registry is out of reach: {error.message}")


@pytest.fixture(scope="session")
def environment(lockfile, tmp_path_factory):
    return prepare_environment(lockfile, tmp_path_factory.mktemp("environments"))
