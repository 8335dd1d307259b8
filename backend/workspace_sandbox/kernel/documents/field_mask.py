"""Partial responses: the `fields` parameter, parsed, checked against the schema and applied.

Must not be used on request bodies (`updateMask` is another language).

Source: https://developers.google.com/workspace/gmail/api/guides/performance#partial-response
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workspace_sandbox.kernel.documents.schemas import Node
from workspace_sandbox.kernel.errors import GoogleError

_TOKEN = re.compile(r"\s*([A-Za-z0-9_$.@-]+|[*/(),])")

# A selection maps a field name (or `*`) to what is selected below it; an empty one below means "all of it".
Selection = dict[str, "Selection"]


def apply_mask(
    fields: str, schemas: Mapping[str, Node], response: str, value: dict[str, Any]
) -> dict[str, Any]:
    """A copy of `value` with only the fields that the mask selects, e.g. `messages(id,payload/headers)`.

    Raises:
        GoogleError: 400 invalidParameter when the mask cannot be read or names a field the response cannot have.
    """
    selection = parse(fields)
    _check(selection, schemas, {"$ref": response}, fields)
    picked = _pick(selection, value)
    return picked if isinstance(picked, dict) else {}


@lru_cache(maxsize=512)
def parse(fields: str) -> Selection:
    """The tree of a mask; 400 invalidParameter when it is not well formed."""
    tokens: list[str] = []
    end = 0
    while end < len(fields.rstrip()):
        match = _TOKEN.match(fields, end)
        if match is None:
            raise _invalid(fields)
        tokens.append(match[1])
        end = match.end()
    selection, rest = _read_list(tokens, fields)
    if rest:
        raise _invalid(fields)
    return selection


def _read_list(tokens: list[str], fields: str) -> tuple[Selection, list[str]]:
    selection: Selection = {}
    while True:
        tokens = _read_item(tokens, selection, fields)
        if not tokens or tokens[0] != ",":
            return selection, tokens
        tokens = tokens[1:]


def _read_item(tokens: list[str], into: Selection, fields: str) -> list[str]:
    if not tokens or tokens[0] in "/(),":
        raise _invalid(fields)
    below = into.setdefault(tokens[0], {})
    tokens = tokens[1:]
    if tokens and tokens[0] == "/":
        return _read_item(tokens[1:], below, fields)
    if tokens and tokens[0] == "(":
        inner, tokens = _read_list(tokens[1:], fields)
        if not tokens or tokens[0] != ")":
            raise _invalid(fields)
        below.update(inner)
        return tokens[1:]
    return tokens


def _check(selection: Selection, schemas: Mapping[str, Node], node: Node, fields: str) -> None:
    while "$ref" in node or node.get("type") == "array":
        node = schemas[node["$ref"]] if "$ref" in node else node["items"]
    properties: Mapping[str, Node] = node.get("properties", {})
    others = node.get("additionalProperties")
    if node.get("type") == "any" or not selection:
        return
    for name, below in selection.items():
        if name == "*":
            continue
        child = properties.get(name, others)
        if child is None:
            raise _invalid(name)
        _check(below, schemas, child, fields)


def _pick(selection: Selection, value: object) -> object:
    if not selection:
        return value
    if isinstance(value, list):
        return [_pick(selection, item) for item in value]
    if not isinstance(value, dict):
        return value
    wildcard = selection.get("*")
    picked: dict[str, object] = {}
    for name, item in value.items():
        below = selection.get(name, wildcard)
        if below is not None:
            picked[name] = _pick(below, item)
    return picked


def _invalid(what: str) -> GoogleError:
    return GoogleError(400, "invalidParameter", f"Invalid field selection {what}", location="fields")
