"""Reads path and query parameters of one request as the discovery document types them.

Must not interpret them: ranges beyond the document belong to the handlers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workspace_sandbox.kernel.documents.discovery import Parameter, Route
from workspace_sandbox.kernel.documents.schemas import integer_in_range, string_fits
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The method's own parameters by name, and the common ones (`alt`, `fields`, `prettyPrint`, ...)."""

    own: dict[str, Any]
    common: dict[str, Any]


def read_parameters(route: Route, query: Sequence[tuple[str, str]]) -> Parameters:
    """The typed parameters of a request, defaults filled in.

    Raises:
        GoogleError: 400 for an unknown name, a missing required one, a wrong type, a value outside the enum,
            or a single parameter given twice.
    """
    method = route.method
    given: dict[str, list[str]] = {name: [value] for name, value in route.path_values.items()}
    for name, value in query:
        parameter = method.parameters.get(name) or method.common_parameters.get(name)
        if parameter is None or parameter.location == "path":
            raise _unknown(name)
        given.setdefault(name, []).append(value)
    return Parameters(
        own=_typed(method.parameters, given), common=_typed(method.common_parameters, given, defaults=False)
    )


def _typed(
    declared: Mapping[str, Parameter], given: Mapping[str, list[str]], *, defaults: bool = True
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        texts = given.get(name, [])
        if not texts and parameter.required:
            raise invalid_argument(f"Required parameter: [{name}] is missing.", location=name)
        if parameter.repeated and texts:
            values[name] = [_value(parameter, text) for text in texts]
        elif len(texts) > 1:
            raise invalid_argument(f"Parameter '{name}' may be given only once.", location=name)
        elif texts:
            values[name] = _value(parameter, texts[0])
        elif defaults and parameter.default is not None:
            values[name] = _value(parameter, parameter.default)
    return values


def _unknown(name: str) -> GoogleError:
    """The 400 for a parameter the method does not have.

    Source: the wording is that of Google's API front end, as quoted in https://github.com/googleapis/google-api-python-client/issues
    """
    message = (
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message."
    )
    return invalid_argument(message, location=name)


def _value(parameter: Parameter, text: str) -> str | int | float | bool:
    try:
        value = _READERS[parameter.type](parameter, text)
    except ValueError as error:
        message = f"Invalid value at '{parameter.name}' (TYPE_{parameter.type.upper()}), \"{text[:80]}\""
        raise invalid_argument(message, location=parameter.name) from error
    return value


def _read_string(parameter: Parameter, text: str) -> str:
    if parameter.enum and text not in parameter.enum:
        raise ValueError(text)
    if not string_fits(text, parameter.format):
        raise ValueError(text)
    if parameter.pattern and re.fullmatch(parameter.pattern, text) is None:
        raise ValueError(text)
    return text


def _read_integer(parameter: Parameter, text: str) -> int:
    value = int(text)
    too_low = parameter.minimum is not None and value < parameter.minimum
    too_high = parameter.maximum is not None and value > parameter.maximum
    if too_low or too_high or not integer_in_range(value, parameter.format):
        raise ValueError(text)
    return value


def _read_number(_parameter: Parameter, text: str) -> float:
    return float(text)


def _read_boolean(_parameter: Parameter, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text.lower()]


_READERS: dict[str, Callable[[Parameter, str], str | int | float | bool]] = {
    "string": _read_string,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
}
