"""Mail addresses as they go on the wire: ASCII, one form per mailbox; it looks nobody up.

Source: RFC 5322 section 3.4.1 (addr-spec), RFC 5321 section 4.5.3.1 (lengths), RFC 5891 (IDNA 2008, through `idna`:
the older mapping in the standard library turns some names into a different domain).
"""

from __future__ import annotations

import re

import idna

from countersign.errors import InvalidError

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LOCAL_MAX = 64
_ADDRESS_MAX = 254
_NO_REPLY = re.compile(
    r"(no|do[._-]?not|don[._-]?t|never)[._-]?(reply|respond|answer)|mailer-daemon|bounces?([+._-]|$)",
    re.IGNORECASE,
)


def address(text: str, field: str) -> str:
    """The address in its ASCII form: domain lower case and valid punycode, local part untouched.

    Raises:
        InvalidError: it is not one deliverable address; `fields` names the field.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > _LOCAL_MAX:
        raise _bad(field)
    try:
        ascii_domain = (
            idna.encode(domain.lower(), uts46=False).decode("ascii")
            if not domain.isascii()
            else domain.lower()
        )
        for label in ascii_domain.split("."):
            if label.startswith("xn--"):
                idna.ulabel(label)
    except idna.IDNAError as exc:
        raise _bad(field) from exc
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise _bad(field)
    whole = f"{local}@{ascii_domain}"
    if len(whole) > _ADDRESS_MAX:
        raise _bad(field)
    return whole


def ascii_or_same(email: str) -> str:
    """The address in its ASCII form, or as it is when mail cannot be sent to it; for comparing, never for sending."""
    try:
        return address(email, "")
    except InvalidError:
        return email


def same_mailbox(left: str, right: str) -> bool:
    """Whether two addresses are one mailbox to a careful reader: compared without letter case."""
    return left.casefold() == right.casefold()


def without_tag(email: str) -> str:
    """The address without what follows a plus sign: mail to a tagged address arrives in the same mailbox.

    Source: Gmail help, "Create task-specific email addresses"; RFC 5233 (subaddressing).
    """
    local, at, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def domain_of(email: str) -> str:
    """The domain, lower case."""
    return email.rpartition("@")[2].lower()


def is_no_reply(email: str) -> bool:
    """Whether the local part says that nobody reads what is sent there."""
    return _NO_REPLY.search(email.rpartition("@")[0]) is not None


def _bad(field: str) -> InvalidError:
    return InvalidError(
        "This is not a mail address Countersign can send to.",
        action="Correct the address, for example name@example.org, and save again.",
        fields=[field],
    )
