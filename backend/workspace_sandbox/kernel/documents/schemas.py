"""Checks a JSON value against the schemas of a discovery document, for requests and for our own responses.

Must not change the value: it only says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Node = Mapping[str, Any]

_INT64 = re.compile(r"-?\d{1,19}")
_UINT64 = re.compile(r"\d{1,20}")
_BYTES = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_DURATION = re.compile(r"-?\d{1,12}(\.\d{1,9})?s")
_INTEGER_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}

# Source: https://developers.google.com/discovery/v1/type-format
STRING_FORMATS: dict[str, re.Pattern[str]] = {
    "int64": _INT64,
    "uint64": _UINT64,
    "byte": _BYTES,
    "date": _DATE,
    "date-time": _MOMENT,
    "google-datetime": _MOMENT,
    "google-duration": _DURATION,
}


def problem_with(schemas: Mapping[str, Node], name: str, value: object, *, at: str = "") -> str | None:
    """What is wrong with `value` as an instance of the schema `name`, in Google's words, or None.

    Nulls are allowed: in a request they stand for "absent" (JSON mapping of protocol buffers).

    Source: https://protobuf.dev/programming-guides/json/
    """
    return _check(schemas, schemas[name], value, at)


def integer_in_range(value: int, number_format: str | None) -> bool:
    """Whether `value` fits the discovery format int32 or uint32 (any other format always fits)."""
    low, high = _INTEGER_BOUNDS.get(number_format or "", (value, value))
    return low <= value <= high


def string_fits(value: str, string_format: str | None) -> bool:
    """Whether `value` is written as the discovery format wants it; unknown formats always fit."""
    pattern = STRING_FORMATS.get(string_format or "")
    return pattern is None or pattern.fullmatch(value) is not None


def _check(schemas: Mapping[str, Node], node: Node, value: object, at: str) -> str | None:
    if value is None:
        return None
    reference = node.get("$ref")
    if reference is not None:
        return _check(schemas, schemas[reference], value, at)
    kind = node.get("type", "any")
    if kind == "object":
        return _check_object(schemas, node, value, at)
    if kind == "array":
        return _check_array(schemas, node, value, at)
    if kind == "any" or _SCALARS[kind](node, value):
        return None
    shown = str(value)[:80]
    return f"Invalid value at '{at}' (TYPE_{kind.upper()}), \"{shown}\""


def _check_object(schemas: Mapping[str, Node], node: Node, value: object, at: str) -> str | None:
    if not isinstance(value, dict):
        return f"Invalid value at '{at}': an object is expected"
    properties = node.get("properties", {})
    others = node.get("additionalProperties")
    for name, item in value.items():
        child = properties.get(name, others)
        if child is None:
            place = f" at '{at}'" if at else ""
            return f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
        problem = _check(schemas, child, item, f"{at}.{name}" if at else name)
        if problem is not None:
            return problem
    return None


def _check_array(schemas: Mapping[str, Node], node: Node, value: object, at: str) -> str | None:
    if not isinstance(value, list):
        return f"Invalid value at '{at}': a list is expected"
    for index, item in enumerate(value):
        problem = _check(schemas, node["items"], item, f"{at}[{index}]")
        if problem is not None:
            return problem
    return None


def _is_string(node: Node, value: object) -> bool:
    wanted = node.get("format")
    if wanted in {"int64", "uint64"} and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not string_fits(value, wanted):
        return False
    return "enum" not in node or value in node["enum"]


def _is_integer(node: Node, value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return integer_in_range(value, node.get("format"))


def _is_number(_node: Node, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_boolean(_node: Node, value: object) -> bool:
    return isinstance(value, bool)


_SCALARS: dict[str, Callable[[Node, object], bool]] = {
    "string": _is_string,
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
}
