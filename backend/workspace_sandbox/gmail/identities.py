"""Which addresses a mailbox may send from, as its settings say; changing them is in `methods/settings.py`."""

import json

from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.kernel.errors import not_found
from workspace_sandbox.store import Store


def default_settings(email: str, name: str, send_as: list[Json]) -> Json:
    """The settings of a new mailbox; ``send_as`` holds Google's SendAs resources of further addresses.

    The account's own address is always the first, and the default unless another one says so.
    """
    given = {str(entry["sendAsEmail"]).lower(): entry for entry in send_as}
    own = {"sendAsEmail": email, "displayName": name, "signature": "", **given.pop(email.lower(), {})}
    others = [{"displayName": name, "signature": "", **entry} for entry in given.values()]
    chosen = next((entry["sendAsEmail"] for entry in others if entry.get("isDefault")), email)
    entries = [
        {
            "replyToAddress": "",
            **entry,
            "isDefault": entry["sendAsEmail"] == chosen,
            **(
                {"isPrimary": True}
                if entry is own
                else {"treatAsAlias": True, "verificationStatus": "accepted"}
            ),
        }
        for entry in (own, *others)
    ]
    return {"sendAs": entries, "vacation": {"enableAutoReply": False}, "filters": [], "language": "en"}


def read_settings(store: Store, account: str) -> Json:
    """The mailbox's settings.

    Raises:
        GoogleError: 404, the account has no mailbox.
    """
    row = store.one("SELECT settings FROM mailboxes WHERE email = ?", (account,))
    if row is None:
        raise not_found("Mail service not enabled")
    settings: Json = json.loads(row["settings"])
    return settings


def own_addresses(store: Store, account: str) -> tuple[str, ...]:
    """The lower-case addresses this account may send from, its own first."""
    return tuple(str(entry["sendAsEmail"]).lower() for entry in read_settings(store, account)["sendAs"])


def default_sender(store: Store, account: str) -> tuple[str, str]:
    """``(name, address)`` put on a mail that names no allowed sender."""
    entries = read_settings(store, account)["sendAs"]
    entry = next(one for one in entries if one["isDefault"])
    return str(entry.get("displayName") or ""), str(entry["sendAsEmail"])
