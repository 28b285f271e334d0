"""Conclusions to JSON and back; the only module that knows pydantic.

Path: blocks -> **codec** -> typed conclusion. Loaded only when an answer is read or written.
"""

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from specpack.middle.codes import Code
from specpack.model.finding import Finding

T = TypeVar("T")

_FENCE = re.compile(r"\A\s*```[a-z]*\n(.*?)\n```\s*\Z", re.DOTALL)


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def parse_data(kind: type[T], text: str) -> tuple[T | None, tuple[Finding, ...]]:
    """Parse a `data` block into a conclusion; all errors are reported, and unknown or repeated fields are errors."""
    fence = _FENCE.match(text)
    repeated: list[Finding] = []

    def collect(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in pairs)
        repeated.extend(
            _reject(f"field `{_shorten(name)}` stands twice in one object") for name, n in counts.items() if n > 1
        )
        return dict(pairs)

    try:
        data = json.loads(fence[1] if fence else text, object_pairs_hook=collect)
    except (ValueError, RecursionError) as error:
        return None, (_reject(f"the data block is not JSON: {error}"),)
    if not isinstance(data, dict):
        return None, (_reject("the data block is not one JSON object"),)
    found = [*repeated, *_find_unknown(kind.__name__, data, kind)]
    value: T | None = None
    try:
        value = _adapter(kind).validate_python(data)
    except ValidationError as error:
        found += [_reject(f"data field `{_place(e['loc'])}`: {e['msg'].lower()}") for e in error.errors()]
    return (None, tuple(found)) if found else (value, ())


def build_schema(kinds: Mapping[str, type[Any]]) -> dict[str, Any]:
    """Return the JSON schema of an object with one conclusion a property.

    Every property is required and no other is allowed, as constrained decoding of all vendors takes it: a model writes
    an empty list or text where it has nothing to say. What a field means stands in the contracts alone.
    """
    places, schema = TypeAdapter.json_schemas([(name, "validation", _adapter(kind)) for name, kind in kinds.items()])
    root = {"type": "object", "properties": {name: places[name, "validation"] for name in kinds}}
    bare: dict[str, Any] = _bare({**root, "$defs": schema["$defs"]})
    return bare


def _bare(schema: Any) -> Any:
    """Return a schema without prose and defaults, its objects closed and complete."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = {key: {n: _bare(s) for n, s in schema[key].items()} for key in ("properties", "$defs") if key in schema}
    rest = {k: _bare(v) for k, v in schema.items() if k not in (*named, "title", "description", "default", "required")}
    closed = {"required": list(schema["properties"]), "additionalProperties": False} if "properties" in schema else {}
    return {**rest, **closed, **named}


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _shorten(name: str) -> str:
    """Return a name of the model's making as a message can hold it."""
    return " ".join(name.split())[:80]


def _reject(message: str) -> Finding:
    return Finding(code=Code.DATA.value, gate="framing", message=message)


def _find_unknown(place: str, data: Any, kind: Any) -> list[Finding]:
    """Return the fields that the type does not have, whether or not the values are of the right types."""
    if dataclasses.is_dataclass(kind) and isinstance(data, dict):
        hints = get_type_hints(kind)
        found = [_reject(f"`{place}` has no field `{_shorten(key)}`") for key in data if key not in hints]
        for key in hints.keys() & data.keys():
            found += _find_unknown(f"{place}.{key}", data[key], hints[key])
        return sorted(found, key=lambda f: f.message)
    if isinstance(data, list) and get_args(kind):
        return [f for i, item in enumerate(data) for f in _find_unknown(f"{place}.{i}", item, get_args(kind)[0])]
    return []
