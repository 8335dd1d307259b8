"""Handlers of ``users.drafts``: a draft holds one message, and sending uses it up.

Source: https://developers.google.com/workspace/gmail/api/guides/drafts
"""

from dataclasses import replace

from workspace_sandbox.gmail.indexing import milliseconds, read_mail
from workspace_sandbox.gmail.mailbox import (
    COLUMNS,
    NewMail,
    Stored,
    add_message,
    raw_bytes,
    read_row,
    remove_message,
)
from workspace_sandbox.gmail.methods.messages import given_raw, message_json, short_json, wanted_format
from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.gmail.search.listing import list_messages
from workspace_sandbox.gmail.sending import send_mail
from workspace_sandbox.gmail.threading import remember_thread, thread_for_request
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import invalid_argument, not_found
from workspace_sandbox.store import Store


def attach_draft(store: Store, stored: Stored, draft_id: str = "") -> str:
    """The id of the draft that now holds the mail."""
    chosen = draft_id or f"r{int(store.new_id(), 16)}"
    store.execute("INSERT INTO drafts VALUES (?, ?, ?)", (stored.account, chosen, stored.seq))
    return chosen


def create_draft(call: Call) -> Json:
    """The new draft with its message's ids."""
    message = (call.body or {}).get("message", {})
    stored = _store_draft(call, given_raw(call, message), wanted_thread=message.get("threadId", ""))
    draft_id = attach_draft(call.store, stored)
    call.note(draft=draft_id, message_id=stored.message_id)
    return {"id": draft_id, "message": short_json(stored)}


def get_draft(call: Call) -> Json:
    """One draft with its message in the wanted format."""
    stored = _find(call, call.params["id"])
    return {"id": call.params["id"], "message": message_json(call.store, stored, wanted_format(call)[0])}


def list_drafts(call: Call) -> Json:
    """One page of drafts, newest first, with their messages' ids."""
    page = list_messages(replace(call, params={**call.params, "labelIds": ["DRAFT"]}))
    shown: Json = {"resultSizeEstimate": page.estimate}
    drafts = []
    for row in page.rows:
        draft = call.store.one("SELECT id FROM drafts WHERE seq = ?", (row["seq"],))
        if draft is not None:
            drafts.append({"id": draft["id"], "message": {"id": row["id"], "threadId": row["thread_id"]}})
    if drafts:
        shown["drafts"] = drafts
    if page.next_token:
        shown["nextPageToken"] = page.next_token
    return shown


def update_draft(call: Call) -> Json:
    """The draft with its message replaced by a new one with a new id.

    Source: the guide: "the message contained in the draft is destroyed and replaced by the new MIME message".
    Assumed: without a threadId in the request the draft stays in its thread.
    """
    message = (call.body or {}).get("message", {})
    stored = _replaced(call, call.params["id"], given_raw(call, message), message.get("threadId", ""))
    call.note(draft=call.params["id"], message_id=stored.message_id)
    return {"id": call.params["id"], "message": short_json(stored)}


def delete_draft(call: Call) -> None:
    """Delete the draft and its message for good."""
    remove_message(call.store, _find(call, call.params["id"]))


def send_draft(call: Call) -> Json:
    """The sent message; the draft is gone, so a second call answers 404.

    Source: the guide: "the draft is automatically deleted and a new message with an updated ID is created with the
    SENT system label". A message in the request replaces the draft's first (discovery document). Assumed: the sent
    message stays in the draft's thread.

    Raises:
        GoogleError: 404 when there is no such draft (any more), 400 when it names nobody to send to.
    """
    body = call.body or {}
    draft_id = body.get("id", "")
    if not draft_id:
        raise invalid_argument("Invalid draft: the id is missing")
    stored = _find(call, draft_id)
    message = body.get("message", {})
    if call.media is not None or message.get("raw"):
        stored = _replaced(call, draft_id, given_raw(call, message), message.get("threadId", ""))
    raw = raw_bytes(call.store, stored.seq)
    remove_message(call.store, stored)
    sent = send_mail(call, raw, thread_id=stored.thread_id)
    call.note(draft=draft_id)
    return short_json(sent)


def _find(call: Call, draft_id: str) -> Stored:
    row = call.store.one(
        f"SELECT {COLUMNS} FROM messages WHERE seq ="  # noqa: S608 - our columns
        " (SELECT seq FROM drafts WHERE account = ? AND id = ?)",
        (call.account, draft_id),
    )
    if row is None:
        raise not_found()
    return read_row(row)


def _replaced(call: Call, draft_id: str, raw: bytes, wanted_thread: str) -> Stored:
    old = _find(call, draft_id)
    thread_id = "" if wanted_thread else old.thread_id
    remove_message(call.store, old)
    stored = _store_draft(call, raw, wanted_thread=wanted_thread, thread_id=thread_id)
    attach_draft(call.store, stored, draft_id)
    return stored


def _store_draft(call: Call, raw: bytes, *, wanted_thread: str, thread_id: str = "") -> Stored:
    mail = read_mail(raw)
    chosen = thread_id or thread_for_request(call.store, call.account, mail, wanted_thread)
    new = NewMail(call.account, raw, mail, ("DRAFT",), milliseconds(call.now), thread_id=chosen)
    stored = add_message(call.store, new)
    remember_thread(call.store, call.account, mail, stored.thread_id)
    return stored


HANDLERS: Handlers = {
    "gmail.users.drafts.create": create_draft,
    "gmail.users.drafts.get": get_draft,
    "gmail.users.drafts.list": list_drafts,
    "gmail.users.drafts.update": update_draft,
    "gmail.users.drafts.delete": delete_draft,
    "gmail.users.drafts.send": send_draft,
}
