"""Handlers of ``users.threads``.

A thread is only the messages that share its id; it has no row of its own.
"""

from workspace_sandbox.gmail.mailbox import Stored, change_labels, remove_message, thread_messages
from workspace_sandbox.gmail.methods.messages import (
    given_labels,
    message_json,
    short_json,
    to_trash,
    wanted_format,
)
from workspace_sandbox.gmail.mime.payload import Json
from workspace_sandbox.gmail.search.listing import list_threads
from workspace_sandbox.kernel.call import Call, Handlers
from workspace_sandbox.kernel.errors import not_found


def list_page(call: Call) -> Json:
    """One page of threads, each with the snippet of its newest message (assumed) and its newest history id."""
    page = list_threads(call)
    shown: Json = {"resultSizeEstimate": page.estimate}
    if page.rows:
        shown["threads"] = [
            _summary(thread_messages(call.store, call.account, row["id"])) for row in page.rows
        ]
    if page.next_token:
        shown["nextPageToken"] = page.next_token
    return shown


def get_thread(call: Call) -> Json:
    """The thread with its messages, oldest first, in the wanted format."""
    members = _members(call)
    shape, names = wanted_format(call)
    return {
        "id": members[0].thread_id,
        "historyId": _newest_history(members),
        "messages": [message_json(call.store, member, shape, names) for member in members],
    }


def modify_thread(call: Call) -> Json:
    """The thread with the labels of all its messages changed."""
    add, remove = given_labels(call)
    return _changed([change_labels(call.store, member, add, remove) for member in _members(call)])


def trash_thread(call: Call) -> Json:
    """The thread with all its messages in the trash."""
    return _changed([to_trash(call.store, member) for member in _members(call)])


def untrash_thread(call: Call) -> Json:
    """The thread with all its messages out of the trash."""
    return _changed([change_labels(call.store, member, (), ("TRASH",)) for member in _members(call)])


def delete_thread(call: Call) -> None:
    """Delete all messages of the thread for good."""
    for member in _members(call):
        remove_message(call.store, member)


def _members(call: Call) -> list[Stored]:
    members = thread_messages(call.store, call.account, call.params["id"])
    if not members:
        raise not_found()
    return members


def _summary(members: list[Stored]) -> Json:
    return {
        "id": members[-1].thread_id,
        "snippet": members[-1].snippet,
        "historyId": _newest_history(members),
    }


def _changed(members: list[Stored]) -> Json:
    return {"id": members[0].thread_id, "messages": [short_json(member) for member in members]}


def _newest_history(members: list[Stored]) -> str:
    return str(max(member.history_id for member in members))


HANDLERS: Handlers = {
    "gmail.users.threads.list": list_page,
    "gmail.users.threads.get": get_thread,
    "gmail.users.threads.modify": modify_thread,
    "gmail.users.threads.trash": trash_thread,
    "gmail.users.threads.untrash": untrash_thread,
    "gmail.users.threads.delete": delete_thread,
}
