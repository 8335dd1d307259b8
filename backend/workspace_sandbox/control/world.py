"""The whole world in and out as JSON: what `/_sandbox/seed` loads and `/_sandbox/state` shows.

Must not keep half a world: loading runs in one transaction and fails as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from workspace_sandbox.gmail import seed as gmail_seed
from workspace_sandbox.gmail.indexing import read_mail
from workspace_sandbox.oauth.clients import DEFAULT_CLIENTS, replace_clients
from workspace_sandbox.store import Store

_WORLD_FIELDS = frozenset({"clock", "oauth_clients", "accounts"})
_KEPT_AS_GIVEN = ("contacts", "calendars", "files")
_DEFAULT_ZONE = "UTC"

EMPTY_WORLD: dict[str, Any] = {"accounts": []}


def load_world(store: Store, world: Mapping[str, Any]) -> None:
    """Replace everything (accounts, mail, tokens, ledger, clock) by `world`; one transaction, idempotent.

    Shape: `{"clock": ISO 8601 or null, "oauth_clients": [...], "accounts": [{"email", "name", "time_zone",
    "type", "contacts", "messages", "calendars", "files", ...}]}`. Contacts, calendars and files are kept as given
    until a service serves them.

    Raises:
        ValueError: with words for what is wrong; nothing has changed then.
    """
    _check(world)
    with store.transaction():
        store.clear()
        clock = world.get("clock")
        store.move_clock(to=None if clock is None else datetime.fromisoformat(clock))
        replace_clients(store, world.get("oauth_clients") or list(DEFAULT_CLIENTS))
        for account in world["accounts"]:
            _insert_account(store, account)
        # The same bytes lie in the mailboxes of everybody who got them; they are parsed once.
        read = cache(read_mail)
        for account in world["accounts"]:
            gmail_seed.load_account(store, account, read)


def dump_account(store: Store, email: str) -> dict[str, Any] | None:
    """The account in the shape of the seed, every object with its id, or None when it does not exist."""
    row = store.one("SELECT * FROM accounts WHERE email = ?", (email,))
    if row is None:
        return None
    known = {name: row[name] for name in ("email", "name", "time_zone", "type")}
    kept = {name: json.loads(row[name]) for name in _KEPT_AS_GIVEN}
    return {**known, **kept, **gmail_seed.dump_account(store, row["email"])}


def dump_world(store: Store) -> dict[str, Any]:
    """Every account in alphabetical order, with the clock and the clients: a seed that makes the same world again."""
    emails = [row["email"] for row in store.all("SELECT email FROM accounts ORDER BY email")]
    clients = [
        {**dict(row), "redirect_uris": json.loads(row["redirect_uris"])}
        for row in store.all("SELECT * FROM oauth_clients ORDER BY client_id")
    ]
    accounts = [dump_account(store, email) for email in emails]
    return {"clock": store.now().isoformat(), "oauth_clients": clients, "accounts": accounts}


def _check(world: Mapping[str, Any]) -> None:
    unknown = set(world) - _WORLD_FIELDS
    if unknown:
        raise ValueError(
            f"A world has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(_WORLD_FIELDS))}"
        )
    accounts = world.get("accounts")
    if not isinstance(accounts, list):
        raise ValueError("accounts must be a list")  # noqa: TRY004 - one kind of error for everything in the JSON
    seen: set[str] = set()
    for account in accounts:
        email = account.get("email") if isinstance(account, dict) else None
        if not isinstance(email, str) or "@" not in email:
            raise ValueError(f"Every account needs an email address; this has {email!r}")
        if email.casefold() in seen:
            raise ValueError(f"Two accounts have the address {email}")
        seen.add(email.casefold())
    for client in world.get("oauth_clients") or []:
        if {"client_id", "client_secret", "redirect_uris"} - set(client):
            raise ValueError("Every OAuth client needs client_id, client_secret and redirect_uris")


def _insert_account(store: Store, account: Mapping[str, Any]) -> None:
    kind = account.get("type") or "work"
    if kind not in {"personal", "work"}:
        raise ValueError(f"The type of {account['email']} must be personal or work")
    store.execute(
        "INSERT INTO accounts (email, name, time_zone, type, contacts, calendars, files) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            account["email"],
            account.get("name") or account["email"].partition("@")[0],
            account.get("time_zone") or _DEFAULT_ZONE,
            kind,
            *(json.dumps(account.get(name) or []) for name in _KEPT_AS_GIVEN),
        ),
    )
