"""Chains of the demo world that reach Alex by forwarding, and the weekly reports Alex sends.

A forwarded mail keeps the whole mail before it under Gmail's own line.
"""

import random

from workspace_sandbox.worlds.documents import Paper, Sheet
from workspace_sandbox.worlds.writing import Mailboxes, Talk, Turn, hold_talk, pass_on

_WEEKS = 12


def post_chains(boxes: Mailboxes) -> None:
    """Two chains, each forwarded twice before it reaches Alex, the newest unread."""
    certificate = Paper(
        "fire_certificate.pdf", ("Fire certificate", "Lounge chair, class B-s1", "Valid for 5 years")
    )
    first = hold_talk(boxes, Talk("Fire certificate for the lobby chairs", 5.6, ("tom_o", "tom_b"), turns=(
        Turn("tom_o", 0, """Hello Tom,

Our insurer asks for the fire certificate of the lobby chairs. [The one we have|Ours] is from the old fabric."""),
        Turn("tom_b", 4, """Hi Tom, here is the new one. I will ask our warehouse whether all chairs have the new
fabric.""", (certificate,)),
    )))  # fmt: skip
    asked = Turn("tom_b", 1, """Priya, do all 38 chairs have the new fabric? The insurer wants to know.""")
    passed = pass_on(boxes, first[-1], asked, "priya")
    on = Turn(
        "priya", 20, """Alex, 34 do, four are from the old batch. Can we swap the covers before <en+9>?"""
    )
    pass_on(boxes, passed, on, "alex", unread=True)
    noise = hold_talk(boxes, Talk("Noise at the loading bay", 28, ("tom_o", "marcus"), turns=(
        Turn("tom_o", 0, """Dear Marcus,

Guests complained about unloading at six in the morning. Could your lorries come after eight?"""),
    )))  # fmt: skip
    pass_on(
        boxes, noise[-1], Turn("marcus", 3, """Alex, please see to it. After eight from now on."""), "alex"
    )


def weekly_talks(seed: int) -> list[Talk]:
    """Twelve weeks of operations reports with their table, each acknowledged."""
    return [_weekly(random.Random(f"{seed}:week:{week}"), week) for week in range(1, _WEEKS + 1)]  # noqa: S311 - invented figures


def _weekly(chooser: random.Random, week: int) -> Talk:
    deliveries, complaints, late = chooser.randrange(31, 68), chooser.randrange(1, 7), chooser.randrange(0, 5)
    table = Sheet(f"operations_{week:02d}.csv", (
        "figure value", f"deliveries {deliveries}", f"complaints {complaints}", f"late {late}",
        f"stock_value_eur {chooser.randrange(310, 420) * 1000}", f"open_orders {chooser.randrange(40, 95)}",
    ))  # fmt: skip
    answer = chooser.choice(("Thanks. Keep an eye on the late ones.", "Good week. Thank you.", "Received, thanks.",
                             "Fewer complaints, I like that."))  # fmt: skip
    return Talk(f"Operations report, week to <en-{week * 7 - 2}>", week * 7 - 2, ("marcus", "alex"), archived=True,
                labels=("Reports",), turns=(
        Turn("alex", 0, f"""Marcus,

{deliveries} deliveries, {complaints} complaints, {late} late. The table is attached.""", (table,)),
        Turn("marcus", 2.5, answer),
    ))  # fmt: skip
