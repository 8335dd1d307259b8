"""Short everyday threads of the demo world, filled in from the seed number.

They give search and summaries something to find among; nothing important is asked in them.
"""

import random

from workspace_sandbox.worlds.writing import Talk, Turn

_GOODS = ("lounge chairs", "oak panels", "shelf brackets", "table tops", "banquette frames", "reading lamps",
          "felt gliders", "linen covers")  # fmt: skip
_PLACES = ("Bristol", "Leeds", "Hamburg", "Lisbon", "Lyon", "Copenhagen", "Cardiff", "Norwich")
_THREADS = 22


def routine_talks(seed: int) -> list[Talk]:
    """Twenty-two threads of one to three mails; the same for the same seed."""
    chooser = random.Random(f"{seed}:routine")  # noqa: S311 - invented mail, not a secret
    makers = (_stock_check, _dispatch_note, _complaint_closed, _order_question)
    return [makers[number % len(makers)](chooser, 5 + number * 2.7) for number in range(_THREADS)]


def _stock_check(chooser: random.Random, days_ago: float) -> Talk:
    goods, count = chooser.choice(_GOODS), chooser.randrange(12, 400)
    return Talk(f"Stock of {goods}", days_ago, ("priya", "alex"), archived=True, turns=(
        Turn("alex", 0, f"Hi Priya, how many {goods} do we have left?"),
        Turn("priya", 1.5, f"{count} on the shelf, {count // 7} of them reserved."),
        Turn("alex", 0.5, "Thanks, that is enough for now."),
    ))  # fmt: skip


def _dispatch_note(chooser: random.Random, days_ago: float) -> Talk:
    goods, place, number = chooser.choice(_GOODS), chooser.choice(_PLACES), chooser.randrange(10_000, 99_999)
    return Talk(f"Dispatch note HLF-{number}", days_ago, ("dana", "alex"), archived=True, copied=("priya",), turns=(
        Turn("dana", 0, f"Hi Alex,\n\nHLF-{number} ({goods}, for {place}) left the depot this morning, on schedule."),
        Turn("priya", 26, "Arrived complete and dry. Signed for."),
    ))  # fmt: skip


def _complaint_closed(chooser: random.Random, days_ago: float) -> Talk:
    goods, place = chooser.choice(_GOODS), chooser.choice(_PLACES)
    return Talk(f"Complaint {place}: {goods}", days_ago, ("tom_b", "alex"), archived=True, turns=(
        Turn("tom_b", 0, f"The client in {place} says one box of {goods} was damp. I offered a credit of 5 %."),
        Turn("alex", 3, "Fine with me. Please take a photo for the carrier."),
    ))  # fmt: skip


def _order_question(chooser: random.Random, days_ago: float) -> Talk:
    goods, count = chooser.choice(_GOODS), chooser.randrange(4, 60)
    return Talk(f"Order confirmation {count} {goods}", days_ago, ("greta", "alex"), archived=True, turns=(
        Turn("greta", 0, f"Hej Alex, can you confirm {count} {goods} for next month?"),
        Turn("alex", 5, "Confirmed, the date stands."),
    ))  # fmt: skip
