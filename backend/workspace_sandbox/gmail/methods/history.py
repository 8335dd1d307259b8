"""What changed in a mailbox since a history id, and the profile that names the newest one.

Source: https://developers.google.com/workspace/gmail/api/guides/sync
"""

import json
from sqlite3 import Row

from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import invalid_argument, not_found

# ``historyTypes`` and the list of a history record that carries them.
_LISTS = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


def get_profile(call: Call) -> Json:
    """The address, the counts and the newest history id."""
    counts = call.store.one(
        "SELECT COUNT(*), COUNT(DISTINCT thread_id) FROM messages WHERE account = ?", (call.account,)
    )
    newest, _ = _range(call)
    return {
        "emailAddress": call.account,
        "messagesTotal": counts[0] if counts else 0,
        "threadsTotal": counts[1] if counts else 0,
        "historyId": str(newest),
    }


def list_history(call: Call) -> Json:
    """The changes after ``startHistoryId``, oldest first, and the newest history id.

    Source: the guide: an id outside the available range answers 404 and the client syncs anew. ``labelId`` keeps
    changes of messages that carried the label then, or of that label itself (assumed).

    Raises:
        GoogleError: 404 for an id outside the range, 400 for one that is no number.
    """
    newest, floor = _range(call)
    start = _number(call.params.get("startHistoryId") or "", "startHistoryId")
    if not floor <= start <= newest:
        raise not_found()
    shown: Json = {"historyId": str(newest)}
    records = _records(call, max(start, _number(call.params.get("pageToken") or "0", "pageToken")))
    limit = max(1, min(int(call.params.get("maxResults") or 100), 500))
    if records:
        shown["history"] = records[:limit]
    if len(records) > limit:
        shown["nextPageToken"] = records[limit - 1]["id"]
    return shown


def _range(call: Call) -> tuple[int, int]:
    row = call.store.one("SELECT history_id, history_floor FROM mailboxes WHERE email = ?", (call.account,))
    if row is None:
        raise not_found("Mail service not enabled")
    return int(row["history_id"]), int(row["history_floor"])


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise invalid_argument(f"Invalid {name}")
    return int(text)


def _records(call: Call, after: int) -> list[Json]:
    wanted = set(call.params.get("historyTypes") or _LISTS)
    label_id = call.params.get("labelId")
    rows = call.store.all(
        "SELECT history_id, kind, message_id, thread_id, changed, labels FROM history"
        " WHERE account = ? AND history_id > ? ORDER BY entry",
        (call.account, min(after, 2**62)),
    )
    records: dict[int, Json] = {}
    for row in rows:
        if row["kind"] not in wanted or (label_id and not _concerns(row, label_id)):
            continue
        record = records.setdefault(row["history_id"], {"id": str(row["history_id"]), "messages": []})
        short = {"id": row["message_id"], "threadId": row["thread_id"]}
        if short not in record["messages"]:
            record["messages"].append(short)
        record.setdefault(_LISTS[row["kind"]], []).append(_change(row, short))
    return list(records.values())


def _concerns(row: Row, label_id: str) -> bool:
    return label_id in json.loads(row["labels"]) or label_id in json.loads(row["changed"])


def _change(row: Row, short: Json) -> Json:
    change: Json = {"message": {**short, "labelIds": json.loads(row["labels"])}}
    if row["kind"] in ("labelAdded", "labelRemoved"):
        change["labelIds"] = json.loads(row["changed"])
    return change


HANDLERS: Handlers = {
    "gmail.users.getProfile": get_profile,
    "gmail.users.history.list": list_history,
}
