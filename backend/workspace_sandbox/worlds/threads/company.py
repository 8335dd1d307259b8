"""Threads of the demo world inside the company and with friends, written by hand.

Each text is what a person would really write.
"""

from workspace_sandbox.worlds.documents import Sheet
from workspace_sandbox.worlds.writing import Talk, Turn


def company_talks() -> list[Talk]:
    """All threads between colleagues."""
    return [*_money_talks(), *_legal_talks(), *_hamburg_talks(), *_everyday_talks()]


def _money_talks() -> list[Talk]:
    table = Sheet(
        "budget_draft.csv",
        ("department q1_eur q2_eur", "Operations 84000 91000", "Sales 41500 39000", "Design 22000 26500"),
    )
    return [
        Talk("Budget for next year: first draft", 8, ("sarah", "alex", "marcus", "tom_b"), labels=("Finance",),
             html=True,
             turns=(
            Turn("sarah", 0, """All,

[The first draft is attached.|Attached is the first draft.] Operations is 8 % over last year, mostly freight.
Please send me your corrections by the
end of the week; Marcus wants to see one number per department.""", (table,)),
            Turn("tom_b", 5, """Sales can live with 39,000 in the second quarter if the trade fair comes out of
marketing."""),
            Turn("marcus", 20, """The fair is marketing. Alex, what would it take to bring freight back to last
year's level?"""),
            Turn("alex", 6, """Fewer, fuller lorries: if Harborline gets our orders two weeks ahead we save
about 5 %. The rest is diesel."""),
            Turn("sarah", 19, """Good, I will put 86,500 for Operations. Last call for changes is Thursday."""),
        )),
        Talk("Urgent: budget sign-off moved to tomorrow", 0.4, ("sarah", "alex"), unread=True,
             labels=("Finance", "IMPORTANT"),
             turns=(
            Turn("sarah", 0, """Alex,

[The bank moved our meeting|The bank wants to meet earlier], so Marcus signs the budget tomorrow at 11. I still
need your freight figure in writing:
is 86,500 final? Without it I have to leave the reserve in."""),
        )),
        Talk("Expenses September to November", 15, ("sarah", "alex"), turns=(
            Turn("sarah", 0, """Hi Alex,

[Three receipts are missing|I miss three receipts] for the Hamburg trip: hotel, one taxi, the dinner with the
fitters."""),
            Turn("alex", 28, """Hotel and dinner are scanned in the folder. The taxi took cash and gave
nothing, please leave it out."""),
            Turn("sarah", 2, """Done, the rest is paid out with this month's salary."""),
        )),
    ]  # fmt: skip


def _legal_talks() -> list[Talk]:
    return [
        Talk("Framework agreement Brightwater: redline", 5, ("nadia", "alex"), copied=("tom_b",), labels=("Legal",),
             html=True, unread=True, turns=(
            Turn("nadia", 0, """Alex, Tom,

[Their lawyers accept our payment terms.|The payment terms are agreed.] Open: the penalty for late fitting (they
want 1 % a day, we offered 0.5 % with
a cap of 5 %) and who insures goods on site."""),
            Turn("tom_b", 4, """0.5 % with the cap is what we have everywhere. On insurance I would give in,
they own the building."""),
            Turn("nadia", 21, """Then I need one decision from you, Alex: may I accept 0.75 % if the cap of 5 %
stays? They expect our
answer before the weekend."""),
        )),
        Talk("Privacy notice on the contact form", 24, ("nadia", "alex"), turns=(
            Turn("nadia", 0, """Alex, the form on the website still says we delete requests after two years. It
is one year since May.
Who can change the text?"""),
            Turn("alex", 5, """I have asked the agency, it should be live tonight."""),
            Turn("nadia", 17, """Live and correct. Thank you."""),
        )),
    ]  # fmt: skip


def _hamburg_talks() -> list[Talk]:
    return [
        Talk("Inventur im Lager Hamburg", 11, ("lena", "alex"), copied=("priya",), turns=(
            Turn("lena", 0, """Hallo Alex,

[die Inventur ist durch.|wir sind mit der Inventur fertig.] Es fehlen 14 Sesselgestelle (Serie Fjord), dafür
haben wir zwei Paletten Schrauben
gefunden, die
niemand gebucht hat. Soll ich die Differenz gleich ausbuchen oder erst mit Priya klären?"""),
            Turn("alex", 3, """Hallo Lena,

bitte erst mit Priya klären, die Gestelle könnten noch auf Dock 1 stehen."""),
            Turn("priya", 5, """Found them: 14 frames on Dock 1, behind the tarpaulin. They go to Hamburg with
the next run."""),
            Turn("lena", 16, """Super, danke euch! Dann buche ich nur die Schrauben ein."""),
        )),
        Talk("Urlaub über die Feiertage", 3.6, ("lena", "alex"), unread=True, turns=(
            Turn("lena", 0, """Hallo Alex,

ich würde gern vom <de+30> bis zum <de+44> Urlaub nehmen. Jan würde mich vertreten. Passt das, und bis wann
brauchst du den Antrag?"""),
        )),
        Talk("Tor 3 klemmt", 19, ("lena", "alex"), turns=(
            Turn("lena", 0, """Moin Alex, Tor 3 geht nur noch halb auf. Der Techniker könnte am Freitag, kostet
380 Euro. Freigeben?"""),
            Turn("alex", 1, """Moin Lena, ja, bitte beauftragen."""),
        )),
    ]  # fmt: skip


def _everyday_talks() -> list[Talk]:
    return [
        Talk("Oak project: who does what", 13, ("marcus", "alex", "priya", "greta"), html=True,
             labels=("Projects/Oak",),
             turns=(
            Turn("marcus", 0, """Team,

The oak line has to be on the floor by spring. Alex owns delivery, Greta the drawings, Priya the stock. Please answer
with your three biggest risks."""),
            Turn("greta", 3, """Late fabric, the hidden brackets, and that nobody has tested the 25 kg yet."""),
            Turn("priya", 2, """Space. If the panels come before the old stock is sold, I have nowhere to put
them."""),
            Turn("alex", 20, """Customs, Dock 1, and the moss linen. I will have a plan on Monday."""),
            Turn("marcus", 2, """Good. Priya, talk to Tom Becker about a warehouse sale."""),
        )),
        Talk("Forklift inspection", 30, ("priya", "alex"), turns=(
            Turn("priya", 0, """[Both forklifts passed.|The inspector is happy with both forklifts.] Number 2
needs new forks within three months, about 900."""),
            Turn("alex", 2, """Please order them with the next parts delivery."""),
        )),
        Talk("Trade fair stand", 22, ("tom_b", "alex"), turns=(
            Turn("tom_b", 0, """Alex, can I have six lounge chairs and the oak sample wall for the fair? I
would need them in the van on the
9th, early."""),
            Turn("alex", 20, """Chairs yes, the wall only if it comes back by the 14th, Greta needs it."""),
            Turn("tom_b", 1, """It will. Thanks!"""),
        )),
        Talk("Friday numbers", 1.2, ("marcus", "alex"), unread=True, turns=(
            Turn("marcus", 0, """Alex,

I need the weekly operations report by Friday noon: deliveries, complaints, stock value, open orders. One page."""),
        )),
    ]  # fmt: skip


def home_talks() -> list[Talk]:
    """Threads of the private account."""
    return [
        Talk("Mum's birthday", 7, ("mia", "alex_home"), turns=(
            Turn("mia", 0, """Hi! Mum turns 65 on the 14th. Restaurant or at mine? I can do Saturday evening or
Sunday lunch."""),
            Turn("alex_home", 9, """Sunday lunch at yours sounds lovely. I bring the cake."""),
            Turn("mia", 1, """[Deal.|Done.] Chocolate, no nuts, you know why."""),
            Turn("alex_home", 3, """Chocolate, no nuts. Promise."""),
        )),
        Talk("Photos from the lake", 18, ("mia", "alex_home"), turns=(
            Turn("mia", 0, """[I put all of them in the shared album.|They are all in the shared album.] The one
with the canoe is for the fridge."""),
        )),
        Talk("Climbing on Thursday?", 1.6, ("ben", "alex_home"), unread=True, turns=(
            Turn("ben", 0, """Hey, the hall has late opening on Thursday. 19:30? I can bring the second rope if
you have no partner for
lead."""),
        )),
        Talk("Flat keys", 10, ("ben", "alex_home"), turns=(
            Turn("ben", 0, """Could you water the plants from the 3rd to the 10th? Keys are with Mia."""),
            Turn("alex_home", 2, """Sure. The big one too, or does it still sulk?"""),
            Turn("ben", 1, """It sulks. Half a glass."""),
        )),
    ]  # fmt: skip
