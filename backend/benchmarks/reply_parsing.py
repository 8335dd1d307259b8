"""Scores `understanding.quoting` on public reply-parsing cases; reads them in place and copies none.

Usage: python backend/benchmarks/reply_parsing.py --data FOLDER, where FOLDER holds cases.jsonl with `body` and
`expected_reply` in each row, and optionally email_long_quote.txt for the time limit. Must not be imported by the
product. HTML and raw MIME cases are counted apart: this room reads plain text only.
"""

import argparse
import json
import re
import time
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

from countersign.understanding.quoting import split_mail


def main() -> None:
    """Prints cases right and in all, by kind, and the seconds of the long quotation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print each case that is wrong")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in (arguments.data / "cases.jsonl").read_text("utf-8").splitlines()]
    scores: dict[str, list[bool]] = {}
    for row in rows:
        text = _text(row)
        if text is None or row.get("expected_reply") is None:
            continue
        got = _answer(row["kind"], text)
        is_right = _plain(got) == _plain(row["expected_reply"])
        scores.setdefault(row["kind"], []).append(is_right)
        if arguments.show and not is_right:
            print(row["id"], repr(got[:120]), "expected", repr(row["expected_reply"][:120]))
    for kind, results in sorted(scores.items()):
        print(f"{kind}: {sum(results)}/{len(results)}")
    everything = [result for results in scores.values() for result in results]
    print(f"all: {sum(everything)}/{len(everything)} = {100 * sum(everything) / len(everything):.1f} %")
    long_quote = arguments.data / "email_long_quote.txt"
    if long_quote.exists():
        started = time.perf_counter()
        split_mail(long_quote.read_text("utf-8"))
        print(f"email_long_quote.txt: {time.perf_counter() - started:.3f} s")


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


if __name__ == "__main__":
    main()
