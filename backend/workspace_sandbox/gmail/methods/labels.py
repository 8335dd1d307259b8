"""Labels of a mailbox: the system ones, the user's own, and their counters.

Which mail carries which label is written in ``mailbox.py``.
"""

import json
import re
from collections.abc import Iterable

from workspace_sandbox.gmail.known_labels import SYSTEM_LABELS, label_ids_by_name
from workspace_sandbox.gmail.mailbox import COLUMNS, change_labels, read_row
from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument, not_found
from workspace_sandbox.store import Store

# Source: the same guide as known_labels.py: these cannot be put on or taken off by a client.
_FIXED = frozenset(("SENT", "DRAFT", "CHAT"))
_HIDDEN_NAMES = frozenset(name.lower() for name in SYSTEM_LABELS)
_VISIBILITY = {"messageListVisibility": "show", "labelListVisibility": "labelShow"}


def make_label(
    store: Store, account: str, name: str, *, label_id: str = "", options: Json | None = None
) -> str:
    """The id of a new user label, ``Label_1`` onwards unless an id is given."""
    if not label_id:
        row = store.one(
            "UPDATE mailboxes SET next_label = next_label + 1 WHERE email = ? RETURNING next_label - 1",
            (account,),
        )
        if row is None:
            raise not_found("Mail service not enabled")
        label_id = f"Label_{row[0]}"
    shown = {
        **_VISIBILITY,
        **{key: value for key, value in (options or {}).items() if key in (*_VISIBILITY, "color")},
    }
    store.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", (account, label_id, name, json.dumps(shown)))
    return label_id


def require_labels(store: Store, account: str, label_ids: Iterable[str]) -> list[str]:
    """The ids, each known in this mailbox and changeable by a client.

    Raises:
        GoogleError: 400 naming the label (the sentence is assumed).
    """
    wanted = list(label_ids)
    own = set(label_ids_by_name(store, account).values())
    for label_id in wanted:
        if label_id in _FIXED or (label_id not in SYSTEM_LABELS and label_id not in own):
            raise invalid_argument(f"Invalid label: {label_id}")
    return wanted


def list_labels(call: Call) -> Json:
    """All labels without counters, the system ones first."""
    rows = call.store.all(
        "SELECT id, name, visibility FROM labels WHERE account = ? ORDER BY name", (call.account,)
    )
    system = [_system_json(label_id) for label_id in SYSTEM_LABELS]
    return {"labels": [*system, *(_user_json(row["id"], row["name"], row["visibility"]) for row in rows)]}


def get_label(call: Call) -> Json:
    """One label with its counters of messages and threads."""
    return {**_find(call), **_counters(call)}


def create_label(call: Call) -> Json:
    """The new label; 409 when the name is taken, 400 when it is empty or a system name (words assumed)."""
    body = call.body or {}
    name = _checked_name(call.store, call.account, body.get("name", ""))
    label_id = make_label(call.store, call.account, name, options=body)
    return {**_find(call, label_id), **_VISIBILITY, **{key: body[key] for key in _VISIBILITY if key in body}}


def update_label(call: Call) -> Json:
    """The label with the given fields changed; system labels cannot be (words assumed)."""
    current = _find(call)
    if current["type"] == "system":
        raise invalid_argument("Cannot change a system label")
    body = call.body or {}
    name = str(body.get("name", current["name"]))
    if name != current["name"]:
        name = _checked_name(call.store, call.account, name, renaming=current["name"])
    shown = {key: body.get(key, current.get(key)) for key in (*_VISIBILITY, "color")}
    call.store.execute(
        "UPDATE labels SET name = ?, visibility = ? WHERE account = ? AND id = ?",
        (
            name,
            json.dumps({key: value for key, value in shown.items() if value}),
            call.account,
            current["id"],
        ),
    )
    return _find(call)


def delete_label(call: Call) -> None:
    """Delete the label and take it off every mail."""
    current = _find(call)
    if current["type"] == "system":
        raise invalid_argument("Cannot delete a system label")
    rows = call.store.all(
        f"SELECT {COLUMNS} FROM messages JOIN message_labels USING (account, seq)"  # noqa: S608 - our columns
        " WHERE account = ? AND label_id = ?",
        (call.account, current["id"]),
    )
    for row in rows:
        change_labels(call.store, read_row(row), (), (current["id"],))
    call.store.execute("DELETE FROM labels WHERE account = ? AND id = ?", (call.account, current["id"]))


def _find(call: Call, label_id: str = "") -> Json:
    wanted = label_id or call.params["id"]
    if wanted in SYSTEM_LABELS:
        return _system_json(wanted)
    row = call.store.one(
        "SELECT id, name, visibility FROM labels WHERE account = ? AND id = ?", (call.account, wanted)
    )
    if row is None:
        raise not_found()
    return _user_json(row["id"], row["name"], row["visibility"])


def _counters(call: Call) -> Json:
    row = call.store.one(
        "SELECT COUNT(*), COUNT(DISTINCT m.thread_id), COUNT(u.seq), COUNT(DISTINCT IIF(u.seq, m.thread_id, NULL))"
        " FROM message_labels l JOIN messages m ON m.seq = l.seq"
        " LEFT JOIN message_labels u ON u.account = l.account AND u.label_id = 'UNREAD' AND u.seq = l.seq"
        " WHERE l.account = ? AND l.label_id = ?",
        (call.account, call.params["id"]),
    )
    names = ("messagesTotal", "threadsTotal", "messagesUnread", "threadsUnread")
    return dict(zip(names, row or (0, 0, 0, 0), strict=True))


def _checked_name(store: Store, account: str, given: str, *, renaming: str = "") -> str:
    name = given.strip()
    if not name or len(name) > 225 or name.lower() in _HIDDEN_NAMES or re.search(r"[\r\n^]|^/|/$", name):
        raise invalid_argument("Invalid label name")
    taken = {other.lower() for other in label_ids_by_name(store, account) if other != renaming}
    if name.lower() in taken:
        raise GoogleError(409, "aborted", "Label name exists or conflicts")
    return name


def _system_json(label_id: str) -> Json:
    return {"id": label_id, "name": label_id, "type": "system"}


def _user_json(label_id: str, name: str, visibility: str) -> Json:
    return {"id": label_id, "name": name, "type": "user", **json.loads(visibility)}


HANDLERS: Handlers = {
    "gmail.users.labels.list": list_labels,
    "gmail.users.labels.get": get_label,
    "gmail.users.labels.create": create_label,
    "gmail.users.labels.patch": update_label,
    "gmail.users.labels.update": update_label,
    "gmail.users.labels.delete": delete_label,
}
