"""Scores `understanding.quoting` on public reply-parsing cases; reads them in place and copies none.

HTML cases are left out: that room reads plain text only. Must not be imported by the product.
"""

from __future__ import annotations

import json
import re
import time
from email import message_from_string, policy
from email.message import EmailMessage

from benchmarks.figures import Figure, Line, at_least
from benchmarks.place import Place
from countersign.understanding.quoting import split_mail

SET = "reply_parsing"


def measure(place: Place) -> list[Figure]:
    """Cases right by kind and in all, and the seconds of the long quotation."""
    folder = place.public(SET)
    place.say("splitting public mails into reply and quotation ...")
    scores: dict[str, list[bool]] = {}
    for line in (folder / "cases.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        text = _text(row)
        if text is not None and row.get("expected_reply") is not None:
            is_right = _plain(_answer(row["kind"], text)) == _plain(row["expected_reply"])
            scores.setdefault(row["kind"], []).append(is_right)
    everything = [result for results in scores.values() for result in results]
    by_kind = [_share(f"replies cut right: {kind}", results) for kind, results in sorted(scores.items())]
    return [*by_kind, _share("replies cut right: all", everything, at_least(90)), *_long_quotation(place)]


def _share(what: str, results: list[bool], line: Line | None = None) -> Figure:
    return Figure(
        what, 100 * sum(results) / len(results), "%", line, note=f"{sum(results)} of {len(results)}"
    )


def _long_quotation(place: Place) -> list[Figure]:
    file = place.public(SET) / "email_long_quote.txt"
    if not file.exists():
        return []
    text = file.read_text("utf-8")
    started = time.perf_counter()
    split_mail(text)
    seconds = time.perf_counter() - started
    return [Figure("a quotation of 767 KB", seconds, "s", note="a slow pattern would take minutes")]


def _text(row: dict[str, str]) -> str | None:
    """The plain text of a row; None for HTML and for mails without a plain part."""
    if row.get("kind") == "html":
        return None
    if "raw" not in row:
        return row.get("body")
    mail = message_from_string(row["raw"], policy=policy.default)
    part = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    return str(part.get_content()) if part else None


def _answer(kind: str, text: str) -> str:
    """The quotation cases of talon keep signatures in the reply; the fixtures of email_reply_parser cut them."""
    parts = split_mail(text)
    return parts.new_text if kind == "erp_fixture" else f"{parts.new_text}\n{parts.signature}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
