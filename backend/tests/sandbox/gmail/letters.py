"""Mails written by hand for the Gmail tests, and short ways to look at a mailbox."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

ALEX = "alex@alderway.example"
ORDERS = "orders@alderway.example"
PRIYA = "priya@alderway.example"
DANA = "dana@harborline.example"


def raw(text: str) -> str:
    """The mail, written with plain line ends, as base64url with CRLF line ends."""
    return encoded(text.lstrip("\n").replace("\n", "\r\n").encode())


def encoded(mail: bytes) -> str:
    """The bytes as base64url."""
    return urlsafe_b64encode(mail).decode()


def letter(
    to: str = DANA, *, subject: str = "Delivery", text: str = "Wednesday is fine.", fields: str = ""
) -> str:
    """A short mail as base64url; ``fields`` are further header lines, each with its line end."""
    return raw(f"To: {to}\nSubject: {subject}\n{fields}Content-Type: text/plain; charset=utf-8\n\n{text}\n")


def send(mailbox: Any, mail: str, **more: Any) -> dict[str, Any]:
    """Send the mail; the answer."""
    answer: dict[str, Any] = mailbox.messages().send(userId="me", body={"raw": mail, **more}).execute()
    return answer


def find(mailbox: Any, q: str = "", **more: Any) -> list[dict[str, Any]]:
    """The messages a search finds, in full, newest first."""
    found = mailbox.messages().list(userId="me", q=q, **more).execute().get("messages", [])
    return [mailbox.messages().get(userId="me", id=one["id"]).execute() for one in found]


def only(mailbox: Any, q: str = "", **more: Any) -> dict[str, Any]:
    """The one message a search finds."""
    [message] = find(mailbox, q, **more)
    return message


def header(message: dict[str, Any], name: str) -> str:
    """The value of the one header field of that name, or an empty string."""
    values = [
        field["value"] for field in message["payload"]["headers"] if field["name"].lower() == name.lower()
    ]
    return str(values[0]) if values else ""


def raw_of(mailbox: Any, message_id: str) -> bytes:
    """The stored bytes of a message."""
    answer = mailbox.messages().get(userId="me", id=message_id, format="raw").execute()
    return urlsafe_b64decode(answer["raw"])


def text_of(part: dict[str, Any]) -> str:
    """The inline text of a payload part."""
    return urlsafe_b64decode(part["body"]["data"]).decode()
