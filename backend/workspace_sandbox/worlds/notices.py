"""Mail of the demo world that machines write: parcels, bank, bills with their PDF, and the flight booking.

Nobody reads answers to these; the traps are in ``traps.py``.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from workspace_sandbox.worlds.documents import Paper
from workspace_sandbox.worlds.writing import Json, Mailboxes, written_at

_AUTOMATIC = {"Auto-Submitted": "auto-generated"}
_PARCELS = 20
_STATEMENTS = 6
_PARCEL_STATES = ("is on its way", "has been delivered", "could not be delivered", "is waiting at the shop")
_FLIGHT_IN_DAYS = 12


def post_notices(boxes: Mailboxes) -> None:
    """Put all of them into Alex's accounts."""
    _post_parcels(boxes)
    for number in range(_STATEMENTS):
        words = (
            "Your monthly statement is ready in online banking.\n\nWe never ask for your password by mail.\n"
        )
        post_single(boxes, ("bank", "alex_home"), 4 + number * 30, "Your statement is ready", words,
                    labels=("CATEGORY_UPDATES",), headers=_AUTOMATIC)  # fmt: skip
    _post_bills(boxes)
    _post_booking(boxes)


def post_single(
    boxes: Mailboxes, way: tuple[str, str], days_ago: float, subject: str, text: str, **more: Any
) -> None:
    """One mail from the first key's person to the second's; ``more`` are seed fields, ``labels`` and ``unread``."""
    sender, reader = boxes.people[way[0]], boxes.people[way[1]]
    labels, unread = more.pop("labels", ()), bool(more.pop("unread", False))
    message: Json = {
        "from": sender.mailbox,
        "to": [reader.mailbox],
        "subject": boxes.say(subject),
        "date": written_at(boxes.now - timedelta(days=days_ago)),
        "message_id": boxes.new_message_id(sender),
        "text": boxes.say(text),
        **more,
    }
    boxes.post(sender, message, tuple(labels), unread=unread)


def _post_parcels(boxes: Mailboxes) -> None:
    chooser = random.Random(f"{boxes.seed}:notices")  # noqa: S311 - invented mail, not a secret
    for number in range(_PARCELS):
        code = f"PW{chooser.randrange(10**8):08d}"
        state = _PARCEL_STATES[number % len(_PARCEL_STATES)]
        words = f"Parcel {code} {state}.\n\nThis is an automatic message. Please do not reply; answers are not read.\n"
        post_single(boxes, ("no_reply", "alex" if number % 2 else "alex_home"), 2 + number * 2.6,
                    f"Your parcel {code} {state}", words, labels=("CATEGORY_UPDATES",), headers=_AUTOMATIC)  # fmt: skip


def _post_bills(boxes: Mailboxes) -> None:
    document = Paper("PT-10442.pdf", (
        "Papertrail Ltd", "Invoice PT-10442", "Document storage, 12 months", "Net 480.00", "VAT 96.00",
        "Total GBP 576.00", "Due within 14 days"))  # fmt: skip
    words = (
        "Dear customer,\n\nplease find invoice PT-10442 over GBP 576.00 attached. It is due within 14 days.\n"
    )
    _post_bill(boxes, "billing", 6.3, "Invoice PT-10442 from Papertrail", words, document)
    for sender, days_ago, title, paper in _bills(boxes.seed):
        text = f"Dear customer,\n\nyour invoice {paper.lines[1].rpartition(' ')[2]} is attached. {paper.lines[-1]}.\n"
        _post_bill(boxes, sender, days_ago, title, text, paper)


def _post_bill(boxes: Mailboxes, sender: str, days_ago: float, title: str, text: str, paper: Paper) -> None:
    files = [boxes.attached(paper)]
    post_single(boxes, (sender, "alex"), days_ago, title, text, labels=("Invoices",), attachments=files)


def _bills(seed: int) -> Iterator[tuple[str, float, str, Paper]]:
    """Four months of two suppliers."""
    chooser = random.Random(f"{seed}:bills")  # noqa: S311 - invented mail, not a secret
    for month in range(4):
        for sender, firm, letters in (("metal", "Steelyard", "SY"), ("power", "Gridwise Energy", "GE")):
            number = f"{letters}-{chooser.randrange(1000, 9999)}"
            total = f"Total GBP {chooser.randrange(90, 1900)}.{chooser.randrange(100):02d}"
            paper = Paper(f"{number}.pdf", (firm, f"Invoice {number}", total, "Due in 30 days"))
            yield sender, 9 + month * 30 + len(letters), f"Invoice {number}", paper


def _post_booking(boxes: Mailboxes) -> None:
    day = f"<en+{_FLIGHT_IN_DAYS}>"
    ticket = Paper("e-ticket_TKX4R7.pdf", ("Turkish Airlines", "Booking reference TKX4R7", "Passenger KIM/ALEX",
                                           "TK1234 London - Istanbul"))  # fmt: skip
    words = f"""Dear Alex Kim,

Thank you for flying with Turkish Airlines. Your booking is confirmed.

Booking reference: TKX4R7
Flight: TK1234, London Heathrow (LHR) - Istanbul (IST)
Departure: {day}, 10:25
Arrival: {day}, 16:20
Seat: 14C, economy, one bag of 23 kg

Free cancellation until 24 hours before departure.
"""
    post_single(boxes, ("airline", "alex"), 9.4, "Booking confirmation TKX4R7: flight TK1234 to Istanbul", words,
                labels=("CATEGORY_UPDATES",), headers=_AUTOMATIC, attachments=[boxes.attached(ticket)])  # fmt: skip
