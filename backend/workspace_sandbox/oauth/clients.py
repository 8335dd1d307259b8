"""The applications that may ask for consent, and how they prove who they are.

Must not be used for people: accounts need no password in the sandbox.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from workspace_sandbox.store import Store

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

# What the product's settings use when nothing else is configured; it opens nothing but this sandbox.
DEFAULT_CLIENTS: tuple[dict[str, Any], ...] = (
    {
        "client_id": "countersign-sandbox.apps.example",
        "client_secret": "sandbox-secret",
        "redirect_uris": ["http://127.0.0.1", "http://localhost"],
    },
)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered application."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


def replace_clients(store: Store, clients: list[dict[str, Any]]) -> None:
    """Make exactly these the registered clients, inside the open transaction."""
    store.execute("DELETE FROM oauth_clients")
    rows = [(c["client_id"], c["client_secret"], json.dumps(c["redirect_uris"])) for c in clients]
    store.executemany("INSERT INTO oauth_clients VALUES (?, ?, ?)", rows)


def find_client(store: Store, client_id: str) -> Client | None:
    """The client of that id, or None."""
    row = store.one("SELECT * FROM oauth_clients WHERE client_id = ?", (client_id,))
    if row is None:
        return None
    return Client(row["client_id"], row["client_secret"], tuple(json.loads(row["redirect_uris"])))


def accepts_redirect(client: Client, redirect_uri: str) -> bool:
    """Whether the client may be answered at `redirect_uri`: exactly as registered, or on loopback with any port.

    A registered loopback address without a path stands for every path.

    Source: RFC 8252 section 7.3 (any port on loopback); RFC 9700 section 4.1.3 (otherwise exact comparison).
    Assumed: the path is free when the registered loopback address has none, as with Google's desktop clients.
    """
    if redirect_uri in client.redirect_uris:
        return True
    try:
        asked = urlsplit(redirect_uri)
        usable = asked.scheme == "http" and asked.hostname in LOOPBACK_NAMES and not asked.fragment
        _ = asked.port
    except ValueError:
        return False
    for registered in map(urlsplit, client.redirect_uris):
        same = (
            registered.hostname == asked.hostname and registered.scheme == "http" and registered.port is None
        )
        if usable and same and registered.path in {"", asked.path} and asked.username is None:
            return True
    return False


def authenticate_client(store: Store, headers: Mapping[str, str], form: Mapping[str, str]) -> Client | None:
    """The client that proved itself by HTTP Basic or by `client_id` and `client_secret` in the body, or None.

    Source: RFC 6749 section 2.3.1; google-auth-oauthlib sends Basic, google-auth sends the body.
    """
    claimed = _basic(headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    for client_id, secret in (claimed, tuple(map(unquote_plus, claimed))):
        client = find_client(store, client_id)
        if client is not None and hmac.compare_digest(client.client_secret.encode(), secret.encode()):
            return client
    return None


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret
