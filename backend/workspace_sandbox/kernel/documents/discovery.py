"""Compiles Google's discovery documents into methods that can be routed and checked.

Must not talk to a network or import Google's client: the documents are read as files out of its wheel.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from workspace_sandbox.kernel.documents.schemas import Node

SERVICES = ("gmail.v1", "calendar.v3", "drive.v3", "oauth2.v2", "people.v1", "docs.v1", "pubsub.v1")

_PLACEHOLDER = re.compile(r"\{(\+?)([^}]+)\}")
_SIZE_UNITS = {"KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One path or query parameter as the document declares it."""

    name: str
    location: str
    type: str
    format: str | None
    enum: tuple[str, ...]
    pattern: str | None
    minimum: int | None
    maximum: int | None
    repeated: bool
    required: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class MediaRules:
    """What a method takes as an upload: media type patterns (`message/*`) and the size limit in bytes."""

    accept: tuple[str, ...]
    max_bytes: int | None


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one service; `schemas` are those of its whole document."""

    id: str
    http_method: str
    path: re.Pattern[str]
    parameters: Mapping[str, Parameter]
    common_parameters: Mapping[str, Parameter]
    request: str | None
    response: str | None
    scopes: frozenset[str]
    media: MediaRules | None
    schemas: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Route:
    """A method together with the decoded path parameters of one request."""

    method: Method
    path_values: Mapping[str, str]


class Catalog:
    """Every method of the given services, found by verb and path."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self.methods: dict[str, Method] = {}
        self.scopes: dict[str, str] = {}
        self._by_start: dict[tuple[str, str], list[Method]] = {}
        compiled: list[tuple[str, Method]] = []
        for document in documents.values():
            declared = document.get("auth", {}).get("oauth2", {}).get("scopes", {})
            self.scopes.update({scope: about["description"] for scope, about in declared.items()})
            compiled.extend(_compile(document))
        # Literals win over parameters: `files/generateIds` before `files/{fileId}`, `{+name}:commit` before `{+name}`.
        compiled.sort(
            key=lambda item: [("{" in part, part.endswith("}"), part) for part in item[0].split("/")]
        )
        for template, method in compiled:
            self.methods[method.id] = method
            start = template.split("/", 1)[0]
            self._by_start.setdefault((method.http_method, start), []).append(method)

    def route(self, http_method: str, raw_path: str) -> Route | None:
        """The method answering this verb and still percent-encoded path, or None.

        Example: `route("GET", "/gmail/v1/users/me/messages/18c")`.
        """
        path = raw_path.lstrip("/")
        for method in self._by_start.get((http_method, path.split("/", 1)[0]), ()):
            match = method.path.fullmatch(path)
            if match is not None:
                names = [name for name, p in method.parameters.items() if p.location == "path"]
                values = {name: unquote(match[f"p{index}"]) for index, name in enumerate(sorted(names))}
                return Route(method, values)
        return None


def load_catalog() -> Catalog:
    """The methods of all SERVICES, read from the installed google-api-python-client.

    Raises:
        FileNotFoundError: when that package is not installed.
    """
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("google-api-python-client is not installed; the sandbox reads its documents")
    folder = Path(spec.submodule_search_locations[0], "discovery_cache", "documents")
    return Catalog({name: json.loads((folder / f"{name}.json").read_bytes()) for name in SERVICES})


def _compile(document: Mapping[str, Any]) -> Iterator[tuple[str, Method]]:
    common = {name: _parameter(name, raw) for name, raw in document.get("parameters", {}).items()}
    for raw in _walk(document):
        template = document["servicePath"] + raw["path"]
        parameters = {name: _parameter(name, value) for name, value in raw.get("parameters", {}).items()}
        yield (
            template,
            Method(
                id=raw["id"],
                http_method=raw["httpMethod"],
                path=_path_pattern(template, parameters),
                parameters=parameters,
                common_parameters=common,
                request=raw.get("request", {}).get("$ref"),
                response=raw.get("response", {}).get("$ref"),
                scopes=frozenset(raw.get("scopes", ())),
                media=_media_rules(raw.get("mediaUpload")),
                schemas=document.get("schemas", {}),
            ),
        )


def _walk(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from resource.get("methods", {}).values()
    for child in resource.get("resources", {}).values():
        yield from _walk(child)


def _parameter(name: str, raw: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        location=raw["location"],
        type=raw["type"],
        format=raw.get("format"),
        enum=tuple(raw.get("enum", ())),
        pattern=raw.get("pattern"),
        minimum=int(raw["minimum"]) if "minimum" in raw else None,
        maximum=int(raw["maximum"]) if "maximum" in raw else None,
        repeated=raw.get("repeated", False),
        required=raw.get("required", False),
        default=raw.get("default"),
    )


def _path_pattern(template: str, parameters: Mapping[str, Parameter]) -> re.Pattern[str]:
    """The path as a regular expression with groups p0, p1, ... in alphabetical order of the parameter names.

    Source: RFC 6570 sections 3.2.2 and 3.2.3 (`{name}` stops at a slash, `{+name}` does not).
    """
    names = sorted(name for name, parameter in parameters.items() if parameter.location == "path")
    pieces: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        name = match[2]
        declared = parameters[name].pattern if match[1] else None
        inner = declared.strip("^$") if declared else ".+" if match[1] else "[^/]+"
        pieces += [re.escape(template[end : match.start()]), f"(?P<p{names.index(name)}>{inner})"]
        end = match.end()
    return re.compile("".join(pieces) + re.escape(template[end:]))


def _media_rules(raw: Mapping[str, Any] | None) -> MediaRules | None:
    if raw is None:
        return None
    size = raw.get("maxSize")
    return MediaRules(tuple(raw.get("accept", ("*/*",))), None if size is None else _bytes(size))


def _bytes(size: str) -> int:
    unit = _SIZE_UNITS.get(size[-2:])
    return int(size[:-2]) * unit if unit else int(size)
