"""Google's own client, pointed at a sandbox: the services by discovery document, the OAuth flow, a browser's consent.

Must not be used by the product, which has its own transport in connectors/google.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google_auth_httplib2
import httplib2
import httpx
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build_from_document

from tests.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox

REDIRECT_URI = "http://127.0.0.1:53682/callback"
READONLY = "https://www.googleapis.com/auth/gmail.readonly"
SEND = "https://www.googleapis.com/auth/gmail.send"
MODIFY = "https://www.googleapis.com/auth/gmail.modify"
COMPOSE = "https://www.googleapis.com/auth/gmail.compose"
LABELS = "https://www.googleapis.com/auth/gmail.labels"
FULL = "https://mail.google.com/"


def document(name: str, base_url: str) -> dict[str, Any]:
    """A static discovery document with every address moved to the sandbox."""
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    raw: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    raw.pop("mtlsRootUrl", None)
    raw["rootUrl"] = f"{base_url}/"
    raw["baseUrl"] = f"{base_url}/{raw['servicePath']}"
    return raw


def service(sandbox: Sandbox, credentials: Credentials, name: str = "gmail.v1") -> Any:
    """Google's client for one service."""
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=20))
    built = build_from_document(document(name, sandbox.base_url), http=http)
    sandbox.connections.callback(built.close)
    return built


def gmail_with(sandbox: Sandbox, token: str) -> Any:
    """Gmail with a bare access token that cannot be refreshed."""
    return service(sandbox, Credentials(token=token))  # type: ignore[no-untyped-call]  # google-auth has no types here


def flow(sandbox: Sandbox, scopes: list[str], **options: Any) -> Flow:
    """Google's authorization flow of a web application, with PKCE."""
    config = {
        "web": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "auth_uri": f"{sandbox.base_url}/o/oauth2/v2/auth",
            "token_uri": f"{sandbox.base_url}/token",
        }
    }
    made: Flow = Flow.from_client_config(config, scopes, redirect_uri=REDIRECT_URI, **options)
    sandbox.connections.callback(made.oauth2session.close)
    return made


def consent(sandbox: Sandbox, address: str, **sandbox_answer: str) -> dict[str, str]:
    """The query of the redirect that the consent page ends with, for example `{"code": ..., "state": ...}`."""
    answer = {f"sandbox_{name}": value for name, value in sandbox_answer.items()}
    response = sandbox.http.get(str(httpx.URL(address).copy_merge_params(answer)))
    assert response.status_code == 302, response.text
    location = response.headers["location"]
    assert location.startswith(REDIRECT_URI)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def connect(sandbox: Sandbox, email: str, scopes: list[str], **parameters: str) -> Credentials:
    """Credentials for an account by the whole flow: authorization request, consent, code, tokens."""
    asking = flow(sandbox, scopes)
    address, _state = asking.authorization_url(access_type="offline", **parameters)
    answer = consent(sandbox, address, account=email, decision="allow")
    asking.fetch_token(code=answer["code"])
    credentials = asking.credentials
    assert isinstance(credentials, Credentials)
    return credentials
