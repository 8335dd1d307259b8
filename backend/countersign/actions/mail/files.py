"""Files that go with a mail: named by what they are and where their bytes lie, so that the same bytes leave.

A payload never holds the bytes. They are read again right before the mail is made, and their hash must be the
approved one. Nothing here executes, opens or unpacks a file.
Source: RFC 2046 sections 5.1 and 5.2 (composite types may not be base64), RFC 2183 section 2.3 (file names).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from countersign.actions.mail.hidden import has_forbidden_control, without_hidden
from countersign.actions.types import OwnRefusalError
from countersign.connectors.google.mail_types import Attachment, MailMessage
from countersign.errors import InvalidError, TooLargeError

MAX_FILES = 50
MAX_BYTES = 25 * 1024 * 1024
"""All files of a mail together. Source: Gmail help, "Attachment size limit": 25 MB."""

OPAQUE_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_COMPOSITE = ("message/", "multipart/")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME_MAX = 200
"""Below the 255 bytes a file name may have on common file systems, with room for what a browser adds."""


class FromUpload(BaseModel):
    """A file the person uploaded; `upload_id` is its public id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["upload"] = "upload"
    upload_id: str


class FromMail(BaseModel):
    """A file of a mail in the same account's mailbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["mail"] = "mail"
    message_id: str
    part_id: str


class AttachedFile(BaseModel):
    """One file as it will be attached; `sha256` is 64 lower-case hex digits of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    origin: Annotated[FromUpload | FromMail, Field(discriminator="kind")]


Contents = Mapping[str, bytes]
"""The bytes of files by their sha256."""


class ChangedFileError(OwnRefusalError):
    """A file's bytes are not the approved ones any more, so the mail was not made."""

    code = "changed_file"
    action = "Attach it again and decide on what it is now."


def from_upload(upload_id: str, name: str, media_type: str, content: bytes) -> AttachedFile:
    """An uploaded file with these bytes as it will be attached; `media_type` is what its bytes were sniffed to be."""
    return _attached(name, media_type, content, FromUpload(upload_id=upload_id))


def from_mail(message: MailMessage, part: Attachment, content: bytes) -> AttachedFile:
    """A file of that mail with these bytes as it will be attached."""
    origin = FromMail(message_id=message.id, part_id=part.part_id)
    return _attached(part.name, part.media_type, content, origin)


def checked(files: Sequence[AttachedFile], path: str) -> list[AttachedFile]:
    """The files with every check done.

    Raises:
        InvalidError: a name, type, size or hash cannot be sent as it is, or there are too many.
        TooLargeError: together they are more than a mail may carry.
    """
    if len(files) > MAX_FILES:
        msg = f"A mail can carry at most {MAX_FILES} files."
        raise InvalidError(msg, fields=[path])
    for position, file in enumerate(files):
        is_whole = file.size_bytes >= 0 and _SHA256.fullmatch(file.sha256) and _is_type(file.media_type)
        if not is_whole or not file.name or file.name != _plain_name(file.name):
            msg = "A file is not named or described in a form that can be sent."
            raise InvalidError(msg, fields=[f"{path}/{position}"])
    if sum(file.size_bytes for file in files) > MAX_BYTES:
        msg = f"The files together are larger than {MAX_BYTES // 1024 // 1024} MB."
        raise TooLargeError(msg, action="Take one off and save again.", fields=[path])
    return list(files)


def verified(file: AttachedFile, content: bytes) -> bytes:
    """These bytes, when they are the approved ones.

    Raises:
        ChangedFileError: they are not.
    """
    if (len(content), hashlib.sha256(content).hexdigest()) != (file.size_bytes, file.sha256):
        msg = f"The file “{file.name}” is not the one that was approved, so nothing was sent."
        raise ChangedFileError(msg)
    return content


def _attached(name: str, media_type: str, content: bytes, origin: FromUpload | FromMail) -> AttachedFile:
    kind = media_type.strip().lower()
    return AttachedFile(
        name=_plain_name(name) or "file",
        media_type=kind if _is_type(kind) else OPAQUE_TYPE,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        origin=origin,
    )


def _is_type(media_type: str) -> bool:
    return _TYPE.fullmatch(media_type) is not None and not media_type.startswith(_COMPOSITE)


def _plain_name(name: str) -> str:
    """The name without folders, hidden characters and quotes; a very long one keeps its ending."""
    last = without_hidden("".join(" " if has_forbidden_control(c) else c for c in name))
    plain = re.sub(r'[\\/"]', "_", last).strip(". ")
    return plain if len(plain) <= _NAME_MAX else f"{plain[: _NAME_MAX - 20]}…{plain[-19:]}"
