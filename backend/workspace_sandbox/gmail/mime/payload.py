"""Gmail's JSON view of a mail: the payload tree, attachments and base64url.

It does no storage and no search.
"""

import re
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Any

from workspace_sandbox.gmail.mime.headers import Field, decode_addresses, decode_words
from workspace_sandbox.gmail.mime.tree import Part, walk

Json = dict[str, Any]

_ADDRESS_FIELDS = {"from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc"}


def to_base64url(data: bytes) -> str:
    """The bytes in the padded URL-safe alphabet Gmail answers with."""
    return urlsafe_b64encode(data).decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a base64 or base64url text, padded or not.

    Raises:
        ValueError: the text holds other characters or is cut in the middle of a byte.
    """
    standard = re.sub(r"\s+", "", text).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except Base64Error as error:
        raise ValueError("not base64url") from error


def full_payload(root: Part, message_id: str) -> Json:
    """The ``payload`` of ``format=full``: headers of every part, text inline, the rest by attachment id.

    Source: text bodies are given in UTF-8 whatever charset the part declares, and the headers keep the declared one,
    https://github.com/openclaw/gogcli/issues/446. Assumed: encoded words in header values are decoded.
    """
    return _part_json(root, message_id)


def metadata_payload(root: Part, wanted: list[str]) -> Json:
    """The ``payload`` of ``format=metadata``: the root's headers, limited to the wanted names when given."""
    names = {name.lower() for name in wanted}
    fields = [pair for pair in root.fields if not names or pair[0].lower() in names]
    return {"mimeType": root.mime_type, "headers": _headers_json(fields)}


def attachment_id(message_id: str, part_id: str) -> str:
    """The id under which a part's bytes are served; opaque to clients."""
    return "ANGj" + to_base64url(f"{message_id}/{part_id}".encode()).rstrip("=")


def find_attachment(root: Part, message_id: str, wanted: str) -> bytes | None:
    """The bytes of the attachment with that id, or None."""
    for part in walk(root):
        if attachment_id(message_id, part.part_id) == wanted:
            return part.content()
    return None


def _part_json(part: Part, message_id: str) -> Json:
    shown: Json = {
        "partId": part.part_id,
        "mimeType": part.mime_type,
        "filename": part.filename,
        "headers": _headers_json(part.fields),
        "body": _body_json(part, message_id),
    }
    if part.children:
        shown["parts"] = [_part_json(child, message_id) for child in part.children]
    return shown


def _body_json(part: Part, message_id: str) -> Json:
    if part.is_multipart:
        return {"size": 0}
    if part.is_attachment:
        return {"attachmentId": attachment_id(message_id, part.part_id), "size": len(part.content())}
    data = part.text().encode("utf-8", "replace")
    return {"size": len(data), "data": to_base64url(data)} if data else {"size": 0}


def _headers_json(fields: list[Field]) -> list[Json]:
    return [{"name": name, "value": _shown_value(name, value)} for name, value in fields]


def _shown_value(name: str, value: str) -> str:
    return decode_addresses(value) if name.lower() in _ADDRESS_FIELDS else decode_words(value)
