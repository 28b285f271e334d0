"""Conclusions to JSON and back; the only module that knows pydantic.

Path: blocks -> **codec** -> typed conclusion. Loaded only when an answer is read or written.
"""

import dataclasses
import json
import re
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from specpack.model.finding import Finding

T = TypeVar("T")

_FENCE = re.compile(r"\A\s*```[a-z]*\n(.*?)\n```\s*\Z", re.DOTALL)


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def encode_value(value: Any) -> Any:
    """Return a conclusion as JSON values."""
    return _adapter(type(value)).dump_python(value, mode="json")


def decode_value(kind: type[T], data: Any) -> T:
    """Return the conclusion that `data` holds. Raises `ValueError` where it holds none: use `parse_data` on replies."""
    value: T = _adapter(kind).validate_python(data)
    return value


def parse_data(kind: type[T], text: str) -> tuple[T | None, tuple[Finding, ...]]:
    """Parse a `data` block into a conclusion; all errors are reported, and unknown fields are errors."""
    fence = _FENCE.match(text)
    try:
        data = json.loads(fence[1] if fence else text)
    except (ValueError, RecursionError) as error:
        return None, (_reject(f"the data block is not JSON: {error}"),)
    if not isinstance(data, dict):
        return None, (_reject("the data block is not one JSON object"),)
    try:
        value: T = _adapter(kind).validate_python(data)
    except ValidationError as error:
        return None, tuple(_reject(f"data field `{_place(e['loc'])}`: {e['msg'].lower()}") for e in error.errors())
    unknown = _find_unknown(kind.__name__, data, value)
    return (None, tuple(unknown)) if unknown else (value, ())


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _reject(message: str) -> Finding:
    return Finding(code="BU102", gate="framing", message=message)


def _find_unknown(place: str, data: Any, value: Any) -> list[Finding]:
    if dataclasses.is_dataclass(value) and isinstance(data, dict):
        names = {f.name for f in dataclasses.fields(value)}
        found = [_reject(f"`{place}` has no field `{key}`") for key in data if key not in names]
        for key in names & data.keys():
            found += _find_unknown(f"{place}.{key}", data[key], getattr(value, key))
        return found
    if isinstance(data, list) and isinstance(value, tuple) and len(data) == len(value):
        return [
            f for i, (d, v) in enumerate(zip(data, value, strict=True)) for f in _find_unknown(f"{place}.{i}", d, v)
        ]
    return []
