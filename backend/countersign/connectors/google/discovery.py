"""Google's typed services, built once per process from the documents shipped with the client; it makes no call.

With the `api_endpoint` option alone uploads keep `https://` and batches go to the
real host with the bearer token, so the document itself is patched before the service is built from it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Literal

import httplib2
from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.discovery_cache import get_static_doc

from countersign.errors import ConfigurationError

Api = Literal["gmail", "calendar", "drive", "oauth2"]
_VERSIONS: dict[Api, str] = {"gmail": "v1", "calendar": "v3", "drive": "v3", "oauth2": "v2"}


@lru_cache(maxsize=32)
def service_of(api: Api, base_url: str) -> Resource:
    """The service of that API, its hosts replaced by `base_url` when that is not empty; safe to share by threads."""
    document = patched_document(api, base_url)
    # The Http given here is never used: every call brings its own authorised one.
    return build_from_document(document, http=httplib2.Http())


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
