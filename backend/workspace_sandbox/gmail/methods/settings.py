"""Settings of a mailbox: send-as addresses with signatures, vacation, filters, language.

Settings are kept and answered; apart from send-as they change no behaviour of the sandbox yet.
"""

import json
from typing import Any

from workspace_sandbox.gmail.identities import read_settings
from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import invalid_argument, not_found
from workspace_sandbox.store import Store

_WRITABLE_SEND_AS = ("displayName", "replyToAddress", "signature", "isDefault", "treatAsAlias")


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
