"""What the sandbox remembers of a mail beside its bytes: subject, addresses, words, ids, date.

It reads bytes and stores nothing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from workspace_sandbox.gmail.mime.headers import Field, decode_words, first, read_addresses
from workspace_sandbox.gmail.mime.tree import Part, parse
from workspace_sandbox.gmail.mime.visible import file_names, has_attachment, snippet, visible_text

# Text beyond this is kept but not searchable; the live limit is not published (assumed).
_SEARCHABLE_LETTERS = 65_536
# The root and the newest ones decide the thread; long chains would only repeat it.
_NEWEST_REFERENCES = 8
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_REPLY_PREFIX = re.compile(
    r"\A\s*(?:(?:re|fwd?|aw|wg|sv|vs|tr|rif|res|enc|antw|doorst)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A parsed mail. ``addresses`` is the search column, ``words`` the eight columns of ``message_words``."""

    root: Part
    subject: str
    message_id: str
    references: list[str]
    addresses: str
    snippet: str
    has_attachment: bool
    words: tuple[str, ...]


def read_mail(raw: bytes) -> Mail:
    """The mail's remembered values; broken mail gives empty ones."""
    root = parse(raw)
    fields = root.fields
    subject = decode_words(first(fields, "Subject")).strip()
    text = visible_text(root)
    people = {name: _all_values(fields, name) for name in ("From", "To", "Cc", "Bcc", "Delivered-To")}
    return Mail(
        root=root,
        subject=subject,
        message_id=message_id(fields),
        references=references(fields),
        addresses=_address_column(people),
        snippet=snippet(text),
        has_attachment=has_attachment(root),
        words=(
            subject,
            *(decode_words(people[name]) for name in ("From", "To", "Cc", "Bcc")),
            text[:_SEARCHABLE_LETTERS],
            " ".join(file_names(root)),
            f"{first(fields, 'List-Id')} {first(fields, 'List-Post')}",
        ),
    )


def message_id(fields: list[Field]) -> str:
    """The Message-ID without its angle brackets, or an empty string."""
    value = first(fields, "Message-ID").strip()
    found = _MESSAGE_ID.search(value)
    return found[1] if found else value.strip("<>").strip()


def references(fields: list[Field]) -> list[str]:
    """The mails this one answers, newest first: In-Reply-To, then References from its end; the root comes last.

    Source: RFC 5322 section 3.6.4.
    """
    chain = _MESSAGE_ID.findall(first(fields, "References"))
    newest = _MESSAGE_ID.findall(first(fields, "In-Reply-To")) + chain[::-1][:_NEWEST_REFERENCES]
    return list(dict.fromkeys([*newest, *chain[:1]]))


def base_subject(subject: str) -> str:
    """The subject without reply and forward marks, spaces and case, for comparing.

    Source: the idea of RFC 5256 section 2.1; the list of marks in other languages is assumed.
    """
    return re.sub(r"\s+", " ", _REPLY_PREFIX.sub("", subject)).strip().casefold()


def sent_at(fields: list[Field]) -> datetime | None:
    """The moment in the Date field, else in the newest Received field, aware; None when neither can be read."""
    for value in (first(fields, "Date"), first(fields, "Received").rpartition(";")[2]):
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def milliseconds(moment: datetime) -> int:
    """Unix time in milliseconds; moments outside years 1970 to 9999 are moved to the nearest one in it."""
    try:
        return max(0, int(moment.timestamp() * 1000))
    except (OverflowError, ValueError):
        return 0


def _all_values(fields: list[Field], name: str) -> str:
    wanted = name.lower()
    return ", ".join(value for key, value in fields if key.lower() == wanted)


def _address_column(people: dict[str, str]) -> str:
    marked = [
        f"{mark}:{address.lower()}"
        for mark, name in zip("ftcbd", people, strict=True)
        for _, address in read_addresses(people[name])
    ]
    return f" {' '.join(marked)} "
