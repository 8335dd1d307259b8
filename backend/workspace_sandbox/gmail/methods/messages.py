"""Handlers of ``users.messages``, and the JSON of a message for all of Gmail.

Rows are written in ``mailbox.py``; sending is in ``sending.py``.
"""

from workspace_sandbox.gmail.indexing import milliseconds, read_mail, sent_at
from workspace_sandbox.gmail.mailbox import (
    NewMail,
    Stored,
    add_message,
    change_labels,
    find_message,
    raw_bytes,
    remove_message,
)
from workspace_sandbox.gmail.methods.labels import require_labels
from workspace_sandbox.gmail.mime.payload import (
    Json,
    find_attachment,
    from_base64url,
    full_payload,
    metadata_payload,
    to_base64url,
)
from workspace_sandbox.gmail.mime.tree import parse
from workspace_sandbox.gmail.search.listing import list_messages
from workspace_sandbox.gmail.sending import send_mail
from workspace_sandbox.gmail.threading import remember_thread, thread_for_request
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument
from workspace_sandbox.store import Store

# Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/batchModify
_MOST_IN_BATCH = 1000


def message_json(store: Store, stored: Stored, shape: str, metadata_headers: list[str] | None = None) -> Json:
    """The message resource in ``shape`` full, metadata, minimal or raw.

    Source: ``format`` in the discovery document of users.messages.get.
    """
    shown: Json = {
        "id": stored.id,
        "threadId": stored.thread_id,
        "labelIds": list(stored.labels),
        "snippet": stored.snippet,
        "sizeEstimate": stored.size,
        "historyId": str(stored.history_id),
        "internalDate": str(stored.internal_date),
    }
    if shape == "raw":
        shown["raw"] = to_base64url(raw_bytes(store, stored.seq))
    elif shape == "metadata":
        shown["payload"] = metadata_payload(parse(raw_bytes(store, stored.seq)), metadata_headers or [])
    elif shape != "minimal":
        shown["payload"] = full_payload(parse(raw_bytes(store, stored.seq)), stored.id)
    return shown


def short_json(stored: Stored) -> Json:
    """The message resource as changes answer it: ids and labels."""
    return {"id": stored.id, "threadId": stored.thread_id, "labelIds": list(stored.labels)}


def given_raw(call: Call, message: Json) -> bytes:
    """The bytes of the mail in a request: the upload, or ``raw``.

    Raises:
        GoogleError: 400 when there are none or they are not base64url.
    """
    if call.media is not None:
        return call.media
    if not message.get("raw"):
        raise invalid_argument(
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        )
    try:
        return from_base64url(message["raw"])
    except ValueError:
        raise invalid_argument("Invalid value for ByteString: raw is not base64url") from None


def list_page(call: Call) -> Json:
    """One page of ids."""
    page = list_messages(call)
    shown: Json = {"resultSizeEstimate": page.estimate}
    if page.rows:
        shown["messages"] = [{"id": row["id"], "threadId": row["thread_id"]} for row in page.rows]
    if page.next_token:
        shown["nextPageToken"] = page.next_token
    return shown


def get_message(call: Call) -> Json:
    """One message in the wanted format."""
    stored = find_message(call.store, call.account, call.params["id"])
    return message_json(call.store, stored, *wanted_format(call))


def wanted_format(call: Call) -> tuple[str, list[str]]:
    """The format parameter and the metadata headers; clients may join names with commas (assumed)."""
    names = [name.strip() for value in call.params.get("metadataHeaders") or [] for name in value.split(",")]
    return call.params.get("format") or "full", names


def send_message(call: Call) -> Json:
    """The sent message's id, thread and labels."""
    body = call.body or {}
    return short_json(send_mail(call, given_raw(call, body), wanted_thread=body.get("threadId", "")))


def insert_message(call: Call) -> Json:
    """The stored message; nothing is sent or delivered.

    Source: ``internalDateSource`` in the discovery document: insert defaults to the time of receipt, import to the
    Date field.
    """
    body = call.body or {}
    raw = given_raw(call, body)
    mail = read_mail(raw)
    labels = require_labels(call.store, call.account, body.get("labelIds", []))
    written_at = sent_at(mail.root.fields) if call.params.get("internalDateSource") == "dateHeader" else None
    thread_id = thread_for_request(call.store, call.account, mail, body.get("threadId", ""))
    new = NewMail(
        call.account, raw, mail, tuple(labels), milliseconds(written_at or call.now), thread_id=thread_id
    )
    stored = add_message(call.store, new)
    remember_thread(call.store, call.account, mail, stored.thread_id)
    return short_json(stored)


def modify_message(call: Call) -> Json:
    """The message with labels changed."""
    stored = find_message(call.store, call.account, call.params["id"])
    add, remove = given_labels(call)
    return short_json(change_labels(call.store, stored, add, remove))


def given_labels(call: Call) -> tuple[list[str], list[str]]:
    """Labels to add and to remove, each known.

    Raises:
        GoogleError: 400 for an unknown or fixed label.
    """
    body = call.body or {}
    return (
        require_labels(call.store, call.account, body.get("addLabelIds", [])),
        require_labels(call.store, call.account, body.get("removeLabelIds", [])),
    )


def batch_modify(call: Call) -> None:
    """Change the labels of up to 1,000 messages; unknown ids are passed over (assumed)."""
    add, remove = given_labels(call)
    for stored in _batch(call):
        change_labels(call.store, stored, add, remove)


def batch_delete(call: Call) -> None:
    """Delete up to 1,000 messages for good; unknown ids are passed over.

    Source: discovery document: "Provides no guarantees that messages were not already deleted or even existed".
    """
    for stored in _batch(call):
        remove_message(call.store, stored)


def trash_message(call: Call) -> Json:
    """The message in the trash."""
    return short_json(to_trash(call.store, find_message(call.store, call.account, call.params["id"])))


def untrash_message(call: Call) -> Json:
    """The message out of the trash, where its other labels put it.

    Assumed: INBOX does not come back by itself.
    """
    stored = find_message(call.store, call.account, call.params["id"])
    return short_json(change_labels(call.store, stored, (), ("TRASH",)))


def to_trash(store: Store, stored: Stored) -> Stored:
    """The mail with TRASH and without INBOX and SPAM (assumed)."""
    return change_labels(store, stored, ("TRASH",), ("INBOX", "SPAM"))


def delete_message(call: Call) -> None:
    """Delete the message for good."""
    remove_message(call.store, find_message(call.store, call.account, call.params["id"]))


def get_attachment(call: Call) -> Json:
    """The bytes of one attachment."""
    stored = find_message(call.store, call.account, call.params["messageId"])
    content = find_attachment(parse(raw_bytes(call.store, stored.seq)), stored.id, call.params["id"])
    if content is None:
        raise invalid_argument("Invalid attachment token")
    return {"size": len(content), "data": to_base64url(content)}


def _batch(call: Call) -> list[Stored]:
    ids = list(dict.fromkeys((call.body or {}).get("ids", [])))
    if not ids or len(ids) > _MOST_IN_BATCH:
        raise invalid_argument(
            "No message ids specified" if not ids else "Too many message ids: the most is 1000"
        )
    found = []
    for message_id in ids:
        try:
            found.append(find_message(call.store, call.account, message_id))
        except GoogleError:
            continue
    return found


HANDLERS: Handlers = {
    "gmail.users.messages.list": list_page,
    "gmail.users.messages.get": get_message,
    "gmail.users.messages.send": send_message,
    "gmail.users.messages.insert": insert_message,
    "gmail.users.messages.import": insert_message,
    "gmail.users.messages.modify": modify_message,
    "gmail.users.messages.batchModify": batch_modify,
    "gmail.users.messages.batchDelete": batch_delete,
    "gmail.users.messages.trash": trash_message,
    "gmail.users.messages.untrash": untrash_message,
    "gmail.users.messages.delete": delete_message,
    "gmail.users.messages.attachments.get": get_attachment,
}
