"""A codebase in memory.

Path: answers + scaffold -> **tree** -> clean -> verify -> archive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Who wrote a file."""

    UNIT = "unit"
    TEST = "test"
    SCAFFOLD = "scaffold"
    LOG = "log"
    SPEC = "spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file: UTF-8 text that ends in exactly one LF. `owner` is the label that wrote it, such as `write/store`."""

    text: str
    origin: Origin
    owner: str
    executable: bool = False


Tree = Mapping[str, File]
"""POSIX path relative to the root of the codebase -> file; never absolute, never with `..`."""
