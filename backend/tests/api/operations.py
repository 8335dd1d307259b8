"""Every operation of the published contract, read from OpenAPI, with a valid request for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from countersign.app import create_app
from countersign.settings import Settings

_ALL_LETTERS = "a"


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    description: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def is_secured(self) -> bool:
        """Whether a session is needed."""
        return bool(self.description.get("security"))

    @property
    def changes_things(self) -> bool:
        """Whether it is a state-changing method."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def path_names(self) -> list[str]:
        """Names of the parameters in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def id_names(self) -> list[str]:
        """Names of the path's id parameters."""
        return [name for name in self.path_names if name.endswith("_id")]

    def address(self, values: dict[str, str]) -> str:
        """The path with these values in it."""
        return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "outside"), self.path)

    def required_headers(self) -> dict[str, str]:
        """A value for each header that must be there."""
        return {
            parameter["name"]: "matrix-key"
            for parameter in self.description.get("parameters", [])
            if parameter["in"] == "header" and parameter.get("required")
        }

    def body(self) -> Any:
        """The smallest valid JSON body; None when it takes none."""
        content = self.description.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else _smallest(schema, self.schemas)


def operations() -> list[Operation]:
    """All operations, in the order of the document."""
    document = create_app(Settings(_env_file=None, environment="test")).openapi()
    schemas = document["components"]["schemas"]
    return [
        Operation(method.upper(), path, description, schemas)
        for path, methods in document["paths"].items()
        for method, description in methods.items()
    ]


def _smallest(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _smallest(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return _smallest(schema["anyOf"][0], schemas)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            required = schema.get("required", [])
            free = {"/subject": _ALL_LETTERS} if schema.get("minProperties") else {}
            return {name: _smallest(schema["properties"][name], schemas) for name in required} | free
        case "array":
            return [_smallest(schema["items"], schemas)] * schema.get("minItems", 0)
        case "integer":
            return int(schema.get("minimum", 1))
        case "boolean":
            return True
        case _:
            return _text(schema)


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date-time":
        return "2999-01-01T00:00:00Z"
    pattern: str = schema.get("pattern", "")
    if pattern.startswith("^sha256:"):
        return "sha256:" + "0" * 64
    marked = re.match(r"\^(\w+_)\[a-z2-7\]{26}", pattern)
    if marked:
        return f"{marked[1]}{_ALL_LETTERS * 26}"
    return _ALL_LETTERS * max(int(schema.get("minLength", 1)), 1)
