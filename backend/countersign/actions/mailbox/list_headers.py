"""How a mail says one can leave its list, and whether that may be believed; pure, from header fields alone.

A one-click address counts only when the mailbox's own provider found a valid DKIM signature that covers both list
headers: else anybody could make the person's Countersign post to an address of their choice.
Source: RFC 2369 section 3.2 (List-Unsubscribe), RFC 6068 (mailto), RFC 8058 sections 3.1 and 4 (one-click and DKIM),
RFC 8601 sections 2.2 and 5 (Authentication-Results: only the provider's own counts, and it stands first).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from countersign.connectors.google.mail_types import Header
from countersign.connectors.google.transport import is_loopback_http
from countersign.connectors.web.one_click import is_allowed

_GOOGLE = "mx.google.com"
_SANDBOX = "mx.sandbox.invalid"
_ONE_CLICK = "list-unsubscribe=one-click"
_COVERED = {"list-unsubscribe", "list-unsubscribe-post"}
_URI = re.compile(r"<\s*([^<>\s]+)\s*>")
_RESULT = re.compile(r"\bdkim\s*=\s*pass\b(?P<rest>[^;]*)", re.IGNORECASE)
_PROPERTY = re.compile(r"\bheader\.(?P<name>i|d|s|b)\s*=\s*\"?@?(?P<value>[^\s;\"]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class MailtoWay:
    """The mail that leaves a list."""

    address: str
    subject: str
    body: str


@dataclass(frozen=True)
class WaysOut:
    """What a mail offers: an address to post to, that may be believed; a mail to send; or neither."""

    one_click_url: str | None
    signed_by: str | None
    mailto: MailtoWay | None


def ways_out(headers: Sequence[Header], google_base_url: str) -> WaysOut:
    """How one can leave the list this mail came from, as far as its headers may be believed."""
    listed = _values(headers, "List-Unsubscribe")
    uris = _URI.findall(listed[0]) if len(listed) == 1 else []
    urls = [uri for uri in uris if uri.isascii() and is_allowed(uri, google_base_url)]
    signer = _signer(headers, google_base_url) if _is_one_click(headers) else None
    mailtos = (mailto(uri) for uri in uris if uri.lower().startswith("mailto:"))
    return WaysOut(
        one_click_url=urls[0] if urls and signer else None,
        signed_by=signer if urls else None,
        mailto=next((way for way in mailtos if way is not None), None),
    )


def mailto(uri: str) -> MailtoWay | None:
    """The mail a `mailto:` address asks for; None when it names none or several people, or somebody in copy."""
    parts = urlsplit(uri)
    address, fields = unquote(parts.path).strip(), dict(parse_qsl(parts.query))
    wanted = {name.lower(): value for name, value in fields.items()}
    if "@" not in address or "," in address or set(wanted) & {"to", "cc", "bcc"}:
        return None
    return MailtoWay(address, wanted.get("subject", ""), wanted.get("body", ""))


def _is_one_click(headers: Sequence[Header]) -> bool:
    posts = _values(headers, "List-Unsubscribe-Post")
    return len(posts) == 1 and posts[0].strip().lower() == _ONE_CLICK


def _signer(headers: Sequence[Header], google_base_url: str) -> str | None:
    """The domain whose signature the provider found valid and which covers both list headers, or None."""
    results = _values(headers, "Authentication-Results")
    server, _, verdicts = _COMMENT.sub("", results[0]).partition(";") if results else ("", "", "")
    trusted = _SANDBOX if is_loopback_http(google_base_url) else _GOOGLE
    if server.split()[:1] != [trusted]:
        return None
    signatures = [_tags(value) for value in _values(headers, "DKIM-Signature")]
    for verdict in _RESULT.finditer(verdicts):
        found = {match["name"].lower(): match["value"] for match in _PROPERTY.finditer(verdict["rest"])}
        for signature in signatures:
            covered = {name.strip().lower() for name in signature.get("h", "").split(":")}
            if covered >= _COVERED and _is_of(signature, found):
                return signature["d"].lower()
    return None


def _is_of(signature: dict[str, str], found: dict[str, str]) -> bool:
    """Whether the verdict is about this signature: its domain, and selector and bytes where the verdict names them."""
    domain = signature.get("d", "").lower()
    said = (found.get("d") or found.get("i", "")).lower().rpartition("@")[2]
    is_its_domain = bool(domain) and (said == domain or said.endswith(f".{domain}"))
    same_selector = "s" not in found or found["s"] == signature.get("s")
    return is_its_domain and same_selector and signature.get("b", "").startswith(found.get("b", ""))


def _tags(value: str) -> dict[str, str]:
    """The tags of a DKIM-Signature, white space taken out (RFC 6376 section 3.2)."""
    pairs = (tag.partition("=") for tag in "".join(value.split()).split(";"))
    return {name: content for name, _, content in pairs if name}


def _values(headers: Sequence[Header], name: str) -> list[str]:
    return [header.value for header in headers if header.name.lower() == name.lower()]
