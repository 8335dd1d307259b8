"""Newsletters of the demo world, which can be left with one click.

They point at a one-click address of the sandbox itself; nothing here leaves the machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from workspace_sandbox.worlds.people import Person
from workspace_sandbox.worlds.writing import Json, Mailboxes, to_html, written_at

OLD_PROMOTIONS = 45
"""Promotional mails in the inbox of the work account that are older than thirty days."""

_FIRST_OLD_DAY = 31.5
_DAYS_BETWEEN_OLD = 1.6
_NEWEST_DAY = 1.3
_RECENT_DAYS = 28
_DAYS_BETWEEN_LISTS = 0.6


@dataclass(frozen=True, slots=True)
class _Newsletter:
    """One list: ``shapes`` take one of the ``things``, and what it says below stands in ``teasers``."""

    key: str
    name: str
    email: str
    reader: str
    recent: int
    shapes: tuple[str, ...]
    things: tuple[str, ...]
    teasers: tuple[str, ...]


_NEWSLETTERS = (
    _Newsletter("timber-weekly", "Timber Weekly", "news@timberweekly.example", "alex", 3,
        ("{} prices ease after a dry autumn", "Where to buy {} now", "{}: the long wait", "What mills say about {}"),
        ("oak", "birch plywood", "larch", "cherry", "Douglas fir"),
        ("Stocks are up in six of nine regions.", "Freight is the smaller part of it this time.")),
    _Newsletter("loading-dock", "The Loading Dock", "hello@loadingdock.example", "alex", 2,
        ("{}, tested", "{} compared", "The quiet truth about {}", "Five ways to save on {}"),
        ("tail lifts", "pallet pools", "yard planning", "dock seals", "shared lorries"),
        ("We spent a week with three carriers.", "Readers sent us their figures.")),
    _Newsletter("design-post", "Design Post", "post@designpost.example", "alex", 2,
        ("{} is the new grey", "The return of {}", "Small studios and {}", "{} at the spring fairs"),
        ("rust", "cane", "hidden fittings", "cork", "smoked glass"),
        ("A walk through four showrooms.", "Three designers disagree.")),
    _Newsletter("packwell", "Packwell", "deals@packwell.example", "alex", 2,
        ("15 % off {}", "{}: last pallets", "New: {}", "{} by the thousand"),
        ("stretch film", "edge guards", "double-wall boxes", "paper tape", "furniture blankets"),
        ("The offer ends on Sunday.", "Free delivery from 200 pounds.")),
    _Newsletter("bright-trade", "Bright Trade", "offers@brighttrade.example", "alex", 2,
        ("Trade price on {}", "{} at half price", "Back in stock: {}", "{} for your showroom"),
        ("track lights", "pendant cables", "dimmers", "clamp lamps", "spare bulbs"),
        ("Only for trade customers.", "While stocks last.")),
    _Newsletter("fairs-calendar", "Fairs Calendar", "info@fairscalendar.example", "alex", 1,
        ("Early tickets for {}", "Who exhibits at {}", "Halls and hours of {}", "Why visit {}"),
        ("Interior North", "Material Days", "Wood Forum", "Hotel Supply", "Studio Open"),
        ("Tickets are cheaper until the end of the month.", "The list of exhibitors is out.")),
    _Newsletter("sole-mate", "Solemate Shoes", "offers@solemate.example", "alex_home", 6,
        ("20 % off {}", "{}: your size is back", "Last pairs of {}", "Members first: {}"),
        ("trail shoes", "winter soles", "sandals", "city runners", "boots"),
        ("Returns are free.", "Online and in the shops.")),
    _Newsletter("peak-hall", "Peak Hall", "news@peakhall.example", "alex_home", 4,
        ("New routes in {}", "{}: late opening", "Volunteers wanted for {}", "{} is clean again"),
        ("the dome", "the boulder room", "the youth cup", "the cellar", "the lead wall"),
        ("See you on the wall.", "Bring a friend for free on Sunday.")),
    _Newsletter("trainline", "Northline Trains", "travel@northline.example", "alex_home", 4,
        ("Book early for {}", "Night trains to {}", "Your seat to {}", "Two for one to {}"),
        ("the coast", "Edinburgh", "the Alps", "Brussels", "the lakes"),
        ("Tickets from 19 pounds.", "Every seat has a socket.")),
)  # fmt: skip


def post_newsletters(boxes: Mailboxes, origin: str) -> None:
    """Put the recent issues of every list, and the old ones of the work account, into Alex's inboxes."""
    lists = [(one, _headlines(boxes.seed, one)) for one in _NEWSLETTERS]
    for position, (one, headlines) in enumerate(lists):
        newest = _NEWEST_DAY + position * _DAYS_BETWEEN_LISTS
        for issue in range(one.recent):
            _post(boxes, one, next(headlines), newest + issue * (_RECENT_DAYS / one.recent), origin)
    at_work = [(one, headlines) for one, headlines in lists if one.reader == "alex"]
    for number in range(OLD_PROMOTIONS):
        one, headlines = at_work[number % len(at_work)]
        _post(boxes, one, next(headlines), _FIRST_OLD_DAY + number * _DAYS_BETWEEN_OLD, origin)


def _headlines(seed: int, one: _Newsletter) -> Iterator[str]:
    """Every headline of the list once, in an order of the seed's own."""
    written = [shape.format(thing) for shape, thing in product(one.shapes, one.things)]
    random.Random(f"{seed}:{one.key}").shuffle(written)  # noqa: S311 - invented mail, not a secret
    return iter([headline[0].upper() + headline[1:] for headline in written])


def _post(boxes: Mailboxes, one: _Newsletter, headline: str, days_ago: float, origin: str) -> None:
    chooser = random.Random(f"{boxes.seed}:{one.key}:{headline}")  # noqa: S311 - invented mail, not a secret
    sender = Person(one.key, one.name, one.email, has_account=False)
    reader = boxes.people[one.reader]
    domain = one.email.partition("@")[2]
    link = f"{origin}/_sandbox/unsubscribe/{one.key}"
    text = boxes.say(
        f"{headline}\n\nHello {reader.name.split()[0]}, {chooser.choice(one.teasers)}\n"
        f"The whole story at https://{domain}/issues/{chooser.randrange(100, 999)}\n\n"
        f"You get this mail because you subscribed to {one.name}. Unsubscribe: {link}\n"
    )
    message: Json = {
        "from": sender.mailbox,
        "to": [reader.mailbox],
        "subject": boxes.say(headline),
        "date": written_at(boxes.now - timedelta(days=days_ago)),
        "message_id": boxes.new_message_id(sender),
        "text": text,
        "html": to_html(text),
        "headers": _list_headers(one, domain, link),
    }
    is_unread = days_ago < _RECENT_DAYS / 2 or chooser.random() < 0.5
    boxes.post(sender, message, ("CATEGORY_PROMOTIONS",), unread=is_unread)


def _list_headers(one: _Newsletter, domain: str, link: str) -> dict[str, str]:
    """What a list that may be left with one click sends. Source: RFC 2369, RFC 2919, RFC 8058 section 3.1."""
    return {
        "List-Id": f"{one.name} <{one.key}.{domain}>",
        "List-Unsubscribe": f"<{link}>, <mailto:leave-{one.key}@{domain}?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Authentication-Results": f"mx.sandbox.invalid; dkim=pass header.i=@{domain} header.s=s1",
        "DKIM-Signature": (
            f"v=1; a=rsa-sha256; d={domain}; s=s1; h=from:to:subject:date:list-unsubscribe:"
            "list-unsubscribe-post; bh=c2FuZGJveA==; b=c2FuZGJveA=="
        ),
    }
