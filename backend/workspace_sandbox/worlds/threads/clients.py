"""Threads of the demo world with clients, suppliers and carriers, written by hand.

Each text is what a person would really write; dates follow the world's clock.
"""

from datetime import datetime, timedelta

from workspace_sandbox.worlds.documents import Paper, Sheet
from workspace_sandbox.worlds.writing import Talk, Turn

_WEDNESDAY = 2


def coming_wednesday(now: datetime) -> datetime:
    """The next Wednesday that is at least two days away."""
    days = (_WEDNESDAY - now.weekday()) % 7
    return now + timedelta(days=days if days >= 2 else days + 7)


def client_talks(now: datetime) -> list[Talk]:
    """All threads with people outside the company, the delivery question first."""
    return [
        _delivery_window(now),
        *_hotel_talks(now),
        *_supplier_talks(),
        *_late_goods_talks(),
        *_french_talks(),
        *_design_talks(),
    ]


def _delivery_window(now: datetime) -> Talk:
    wednesday = coming_wednesday(now)
    day = f"{wednesday.day} {wednesday:%B}"
    return Talk(
        subject="Delivery window",
        days_ago=2.2,
        between=("dana", "alex"),
        copied=("priya",),
        unread=True,
        html=True,
        turns=(
            Turn("dana", 0, """Hi Alex,

The container with your oak panels [cleared customs this morning|is through customs] (consignment HLF-20417, 14
pallets, 6.2 t).
We can bring it out next week. I have a morning run and an afternoon run; which suits your yard better?"""),
            Turn("alex", 3, """Hi Dana,

[Good news.|Glad to hear it.] Mornings are better for us, the bay is quieter before noon. Will the lorry have a
tail lift? Dock 1 is
being resurfaced and I would rather not depend on the forklift ramp.

Priya, which day do you have hands free?"""),
            Turn("priya", 4, """Hi both,

Dock 2 is free on Wednesday morning and I have three people in from 7. Thursday is stocktaking, so please not
then."""),
            Turn("dana", 18, f"""Hi Alex,

[Thanks, Priya.|Perfect, Priya.] The driver does have a tail lift, so Dock 2 is fine.

Can you take delivery on Wednesday ({day}), between 8 and 12? The driver is Owen Pike, registration KX21 HRL. If I
have your yes by tomorrow noon I will lock the slot and send the advice note."""),
        ),
    )  # fmt: skip


def _hotel_talks(now: datetime) -> list[Talk]:
    return [
        Talk("Lobby refit: final quantities", 21, ("tom_o", "tom_b", "alex"), copied=("sarah",), html=True,
             labels=("Clients/Brightwater",), turns=(
            Turn("tom_o", 0, """Hello Tom, hello Alex,

[After the walk-through|After the inspection] we need 38 lounge chairs instead of 36 and the long banquette in
two pieces, otherwise it does
not go round the corner at the service lift. Can you confirm the new total?"""),
            Turn("tom_b", 5, """Hi Tom,

38 and a split banquette is no problem. It adds 1,140 to the order; I will send the revised quote today. Alex, does
that move the fitting date?"""),
            Turn("alex", 2, """It does not, as long as we have the go-ahead by Friday. The frames are cut in
one batch."""),
            Turn("tom_o", 26, """Approved from our side. Please put PO 88-3107 on the invoice, our accounts
team sends everything else back."""),
            Turn("sarah", 20, """Noted, PO 88-3107 will be on it. Deposit of 30 % goes out with the order
confirmation."""),
        )),
        Talk("Scratched table tops in room 214", 9, ("tom_o", "alex"), turns=(
            Turn("tom_o", 0, """Alex,

Two of the desks in 214 arrived with scratches across the top. Photos are with Tom Becker. Guests are due on the 1st,
so a swap would be better than a repair. What can you do?"""),
            Turn("alex", 6, """Hi Tom,

[I am sorry about that.|Our apologies.] We have four spare tops from the same batch. Two go out tomorrow, fitter
included, no charge.
Please keep the old ones for the insurer."""),
            Turn("tom_o", 3, """[Perfect, thank you.|That helps a lot.] Reception knows, ask for Maureen."""),
        )),
        Talk("Site visit Brightwater Harbour", 4.5, ("tom_o", "alex"), unread=True, turns=(
            Turn("tom_o", 0, f"""Alex,

[The board wants|Our directors want] to see a sample room before they sign phase two. Could you and Tom Becker
come by in the week of
{now + timedelta(days=10):%d %B}? Any afternoon but Monday. I need the name of whoever drives for the car park."""),
        )),
    ]  # fmt: skip


def _supplier_talks() -> list[Talk]:
    price_list = Sheet(
        "price_list_spring.csv",
        (
            "fabric width_cm price_eur_m",
            "linen_natural 140 18.40",
            "linen_moss 140 18.40",
            "kilim_heavy 150 27.90",
        ),
    )
    invoice = Paper(
        "invoice_AT-2291.pdf",
        (
            "Anadolu Tekstil",
            "Invoice AT-2291",
            "120 m linen, natural",
            "Total EUR 2,208.00",
            "Due in 30 days",
        ),
    )
    return [
        Talk("Spring fabrics and prices", 33, ("yusuf", "alex"), copied=("greta",), html=True, turns=(
            Turn("yusuf", 0, """Dear Alex,

Please find our spring prices attached. Bursa linen stays at 18.40 per metre, the heavy kilim is up 4 % because of
the wool. For more than 500 m we give 6 % on the whole order.""", (price_list,)),
            Turn("greta", 20, """Hi Yusuf,

[Lovely colours.|What colours!] Could I have A4 samples of the linen in natural, moss and rust? I present to Casa
Lúmen in two
weeks."""),
            Turn("yusuf", 5, """Dear Greta,

Samples left today by courier, number 7741-220-18. Three days normally."""),
            Turn("alex", 30, """Thanks Yusuf. We will decide after Greta's presentation; count on 400 to 600 m
of the linen."""),
        )),
        Talk("Invoice AT-2291", 12, ("yusuf", "alex"), copied=("sarah",), labels=("Invoices",), turns=(
            Turn("yusuf", 0, """Dear Alex, dear Sarah,

Attached is our invoice AT-2291 for 120 m of Bursa linen, EUR 2,208.00, due in 30 days.

Could you tell me which bank reference you use, so that we find the payment quickly?""", (invoice,)),
            Turn("sarah", 22, """Dear Yusuf,

We will pay it with the run on the 25th, reference ALD-AT-2291."""),
        )),
    ]  # fmt: skip


def _late_goods_talks() -> list[Talk]:
    return [
        Talk("Pallet deposit statement", 40, ("dana", "alex"), copied=("sarah",), turns=(
            Turn("dana", 0, """Hi Alex,

Our books show 46 Euro pallets with you from the last quarter. Do you want to return them or shall we invoice?"""),
            Turn("alex", 24, """Hi Dana, we counted 41; five went back with the Felixstowe run on the 3rd. We
will return the rest with
the next delivery."""),
            Turn("dana", 4, """[Found the five, thank you.|You are right about the five.] 41 it is."""),
        )),
        Talk("Delay of the moss linen", 3, ("yusuf", "alex"), unread=True, turns=(
            Turn("yusuf", 0, """Dear Alex,

[The dye house has a broken boiler|The boiler of the dye house is broken] and the moss linen will be nine days
late. Natural and rust are ready. Shall we
send those two now, or wait and send everything together? Separate shipping is EUR 140."""),
        )),
    ]  # fmt: skip


def _french_talks() -> list[Talk]:
    return [
        Talk("Commande 2218 : étagères", 17, ("claire", "alex"), html=True, labels=("Clients/Maison Verte",), turns=(
            Turn("claire", 0, """Bonjour Alex,

[Nous avons bien reçu|Nous venons de recevoir] les étagères, merci. Il manque toutefois les fixations murales
pour six d'entre elles.
Pouvez-vous
nous les envoyer avant la fin de la semaine ?"""),
            Turn("alex", 4, """Bonjour Claire,

Toutes nos excuses. Les fixations partent aujourd'hui par express, vous les aurez jeudi matin."""),
            Turn("claire", 44, """Bonjour Alex,

Bien reçues, tout est en place. Le résultat plaît beaucoup à la cliente."""),
        )),
        Talk("Devis pour la boutique de Lyon", 2.5, ("claire", "alex"), unread=True, turns=(
            Turn("claire", 0, """Bonjour Alex,

Nous ouvrons une deuxième boutique à Lyon en mars. Pourriez-vous nous faire un devis pour douze mètres de
rayonnages en
chêne, comme à Paris, avec la pose ? Il nous le faudrait pour vendredi."""),
        )),
    ]  # fmt: skip


def _design_talks() -> list[Talk]:
    return [
        Talk("Casa Lúmen: mood board", 27, ("ines", "greta", "alex"), html=True, labels=("Clients/Lumen",),
             turns=(
            Turn("ines", 0, """Dear Greta, dear Alex,

[The client loves|Our client is taken with] the moss and rust direction. Two wishes: warmer light in the reading
corner, and nothing with visible
screws. What would that mean for the shelves?"""),
            Turn("greta", 7, """Hej Inês,

Hidden brackets work up to 25 kg a shelf. For books we would need 12 mm steel behind the panel, which Alex can
source."""),
            Turn("alex", 15, """We can. It adds about 45 per metre and two days. I would do it only on the book
wall."""),
            Turn("ines", 9, """Only the book wall, agreed. I will update the drawings."""),
        )),
        Talk("Sample chair for Lisbon", 6, ("ines", "alex"), unread=True, turns=(
            Turn("ines", 0, """Dear Alex,

[Could you lend us|May we borrow] one lounge chair for the showroom opening on the 12th? We would send it back
the week after, in the
original box, and pay the freight both ways. Who should my carrier speak to?"""),
        )),
        Talk("Drawings revision C", 14, ("greta", "alex"), copied=("tom_b",), turns=(
            Turn("greta", 0, """Hej Alex,

Revision C is on the share. Changed: plinth height 80 instead of 60, cable outlet on the left, grain runs
vertical."""),
            Turn("tom_b", 3, """Looks right to me. The client asked for the outlet on the left, so that is
settled."""),
            Turn("alex", 2, """Released for production. Thank you both."""),
        )),
    ]  # fmt: skip
