"""Settings of a mailbox: send-as addresses with signatures, vacation, filters, language.

Settings are kept and answered; apart from send-as they change no behaviour of the sandbox yet.
"""

import json
from typing import Any

from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import invalid_argument, not_found
from workspace_sandbox.store import Store

_WRITABLE_SEND_AS = ("displayName", "replyToAddress", "signature", "isDefault", "treatAsAlias")


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


def _save(store: Store, account: str, settings: Json) -> None:
    store.execute("UPDATE mailboxes SET settings = ? WHERE email = ?", (json.dumps(settings), account))


def _find_send_as(settings: Json, wanted: str) -> Json:
    for entry in settings["sendAs"]:
        if str(entry["sendAsEmail"]).lower() == wanted.lower():
            found: Json = entry
            return found
    raise not_found()


def list_send_as(call: Call) -> Json:
    """All send-as addresses, the account's own first."""
    return {"sendAs": read_settings(call.store, call.account)["sendAs"]}


def get_send_as(call: Call) -> Json:
    """One send-as address; 404 when it is not set up."""
    return _find_send_as(read_settings(call.store, call.account), call.params["sendAsEmail"])


def patch_send_as(call: Call) -> Json:
    """The address with the given fields changed; making it the default takes that from the others.

    Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.sendAs
    """
    body = call.body or {}
    settings = read_settings(call.store, call.account)
    entry = _find_send_as(settings, call.params["sendAsEmail"])
    if body.get("isDefault") is False and entry["isDefault"]:
        raise invalid_argument("The default send-as address can only be changed by choosing another one")
    for name in _WRITABLE_SEND_AS:
        if name in body:
            entry[name] = body[name]
    if body.get("isDefault"):
        for other in settings["sendAs"]:
            other["isDefault"] = other is entry
    _save(call.store, call.account, settings)
    return entry


def update_send_as(call: Call) -> Json:
    """The address with all writable fields replaced; left-out texts become empty."""
    body = {"displayName": "", "replyToAddress": "", "signature": "", **(call.body or {})}
    settings = read_settings(call.store, call.account)
    entry = _find_send_as(settings, call.params["sendAsEmail"])
    entry.update({name: body[name] for name in ("displayName", "replyToAddress", "signature")})
    _save(call.store, call.account, settings)
    return patch_send_as(call)


def get_vacation(call: Call) -> Json:
    """The vacation settings; the sandbox stores them and sends no vacation mail."""
    vacation: Json = read_settings(call.store, call.account)["vacation"]
    return vacation


def update_vacation(call: Call) -> Json:
    """The vacation settings after replacing them."""
    settings = read_settings(call.store, call.account)
    settings["vacation"] = {"enableAutoReply": False, **(call.body or {})}
    _save(call.store, call.account, settings)
    replaced: Json = settings["vacation"]
    return replaced


def list_filters(call: Call) -> Json:
    """The filters given by the seed; the sandbox applies none."""
    filters = read_settings(call.store, call.account)["filters"]
    return {"filter": filters} if filters else {}


def get_filter(call: Call) -> Json:
    """One filter; 404 when there is none with that id."""
    for entry in read_settings(call.store, call.account)["filters"]:
        if entry["id"] == call.params["id"]:
            found: dict[str, Any] = entry
            return found
    raise not_found()


def get_language(call: Call) -> Json:
    """The display language."""
    return {"displayLanguage": read_settings(call.store, call.account)["language"]}


HANDLERS: Handlers = {
    "gmail.users.settings.sendAs.list": list_send_as,
    "gmail.users.settings.sendAs.get": get_send_as,
    "gmail.users.settings.sendAs.patch": patch_send_as,
    "gmail.users.settings.sendAs.update": update_send_as,
    "gmail.users.settings.getVacation": get_vacation,
    "gmail.users.settings.updateVacation": update_vacation,
    "gmail.users.settings.filters.list": list_filters,
    "gmail.users.settings.filters.get": get_filter,
    "gmail.users.settings.getLanguage": get_language,
}
