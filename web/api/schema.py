"""JSON schemas of records, from the types of their fields."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any, Final

SIMPLE: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def schema_of(record_type: Any) -> dict[str, Any]:
    """Return the schema of a record type: an object with every field, none more."""
    hints = typing.get_type_hints(record_type)
    return {
        "type": "object",
        "description": inspect.cleandoc(record_type.__doc__ or "").splitlines()[0],
        "properties": {name: _schema(hints[name]) for name in record_type._fields},
        "required": list(record_type._fields),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> dict[str, Any]:
    if hint in SIMPLE:
        return dict(SIMPLE[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(each) for each in arguments]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin in (tuple, list) and (origin is list or arguments[-1] is Ellipsis):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_schema(each) for each in arguments]}
    return schema_of(hint)
