"""The one spelling of a value as bytes, so that the same value has the same digest anywhere.

Path: question, answer, record -> **canonical** -> store, lock.
"""

import json
from hashlib import sha256
from typing import Final

from specpack.model.pack import Digest

MAX_INTEGER: Final = 2**53 - 1
"""Largest absolute value that every JSON reader keeps exact."""

MAX_DEPTH: Final = 200
"""Levels of nesting; a value that holds itself is deeper than any limit."""


def encode_canonical(value: object) -> bytes:
    """Return the JSON of `value` with one spelling: keys sorted, no white space, UTF-8, no needless escapes.

    The values are a subset of what RFC 8785 spells (no floats, keys of ASCII only, integers that doubles hold exactly),
    and on that subset the result is what RFC 8785 demands. Money and ratios travel as strings.

    Args:
        value: str, int, bool or None, or lists, tuples and dicts of these; members of a StrEnum count as str.

    Raises:
        ValueError: The value is outside the subset; the message names the place, such as `$.usage.cost`.
    """
    fault = _find_fault(value, 0)
    if fault is not None:
        reason, steps = fault
        raise ValueError(f"no canonical JSON for `{'$' + ''.join(reversed(steps))}`: {reason}")
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def decode_canonical(content: bytes) -> object:
    """Return the value that `content` spells; dicts, lists, str, int, bool, None.

    Any JSON text is read, whether or not we spelled it, so a caller that cares compares digests.

    Raises:
        ValueError: The bytes are not JSON in UTF-8, or are nested too deeply to read.
    """
    try:
        value: object = json.loads(content.decode("utf-8"))
    except RecursionError:
        raise ValueError("JSON is nested too deeply to read") from None
    return value


def digest_bytes(content: bytes) -> Digest:
    """Return the SHA-256 of `content`, 64 lower-case hexadecimal digits."""
    return Digest(sha256(content).hexdigest())


def digest_value(value: object) -> Digest:
    """Return the digest of `encode_canonical(value)`, whose errors it shares."""
    return digest_bytes(encode_canonical(value))


def _find_fault(value: object, depth: int) -> tuple[str, list[str]] | None:
    """Return why `value` has no canonical JSON and the steps to the place, innermost first; None where it has."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _find_text_fault(value)
    if isinstance(value, int):
        return None if abs(value) <= MAX_INTEGER else ("integer of 2^53 or more, write it as a string", [])
    if depth >= MAX_DEPTH and isinstance(value, (list, tuple, dict)):
        return f"nested more than {MAX_DEPTH} levels deep", []
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if fault := _find_fault(item, depth + 1):
                fault[1].append(f"[{index}]")
                return fault
        return None
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                return f"key {key!a} is not a string of ASCII", []
            if fault := _find_fault(item, depth + 1):
                fault[1].append(f".{key}")
                return fault
        return None
    if isinstance(value, float):
        return "float, write it as a string", []
    return f"type `{type(value).__name__}` is none of str, int, bool, None, list, tuple, dict", []


def _find_text_fault(text: str) -> tuple[str, list[str]] | None:
    """Return a fault for a string that UTF-8 cannot carry; ASCII, the usual case, is told at once."""
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"lone surrogate at character {error.start}", []
    return None
