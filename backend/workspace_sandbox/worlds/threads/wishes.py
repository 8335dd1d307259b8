"""Single conversations that the product's requests are about: a contract, support, praise, questions left open.

Each waits for Alex or is plainly over; other languages than English are among them.
"""

from workspace_sandbox.worlds.documents import Paper
from workspace_sandbox.worlds.writing import Talk, Turn


def wish_talks() -> list[Talk]:
    """A contract to sign, customers' mails, and questions nobody has answered."""
    return [*_contract(), *_support(), *_open_questions(), *_elsewhere()]


def _contract() -> list[Talk]:
    contract = Paper(
        "contract_harborline_carriage.pdf",
        ("Carriage contract", "between Alderway Interiors and Harborline Freight", "Term: 24 months",
         "Notice: 3 months to the end of a quarter", "Price adjustment: once a year, at most 3 %", "Signature: ______"),
    )  # fmt: skip
    return [
        Talk("Contract with Harborline: for your signature", 2.7, ("nadia", "alex"), labels=("Legal",), unread=True,
             turns=(
            Turn("nadia", 0, """Alex,

Attached is the carriage contract with Harborline in its final form. [Two points changed|Two clauses are new] since the
draft: the notice period is three months, and they may raise prices once a year by 3 % at most. Please sign and return
it by <en+5>; their offer ends on the day after.""", (contract,)),
        )),
        Talk("Terms of sale: new wording on returns", 36, ("nadia", "alex"), archived=True, turns=(
            Turn("nadia", 0, """Alex, from next month customers may return unused goods within 30 days instead of 14.
The new wording is on the share."""),
            Turn("alex", 4, """Read it, agreed. The warehouse knows."""),
        )),
    ]  # fmt: skip


def _support() -> list[Talk]:
    return [
        Talk("Shelf bracket came loose after two weeks", 1.9, ("support", "alex"), labels=("Support",), unread=True,
             turns=(
            Turn("support", 0, """Hello,

I bought the wall shelf in [September|the summer], order 5512-08. One bracket came loose after two weeks and the shelf
now leans to the left. The screws are tight. Do you send a new bracket, or should I bring the shelf back?"""),
        )),
        Talk("Order 5460-31: which oil for the table?", 20, ("support", "alex"), labels=("Support",), archived=True,
             turns=(
            Turn("support", 0, """Hello, which oil do you use on the table? A glass left a ring."""),
            Turn("alex", 7, """Hello Hannah,

A hard wax oil, colourless. Sand the ring with 240 grit first, along the grain."""),
            Turn("support", 15, """The ring is gone. Thank you so much!"""),
        )),
    ]  # fmt: skip


def _open_questions() -> list[Talk]:
    return [
        Talk("Can you speak at the supplier day?", 5.4, ("marcus", "alex"), unread=True, turns=(
            Turn("marcus", 0, """Alex,

The supplier day is on <en+24>. Could you take twenty minutes on [how we plan deliveries|our delivery planning]?"""),
        )),
        Talk("Two temps for stocktaking", 4.2, ("priya", "alex"), turns=(
            Turn("priya", 0, """Hi Alex,

Stocktaking will take three days with the people I have. May I book two temps for it? They are 17.50 an hour each."""),
        )),
        Talk("Which van for the fair?", 6.8, ("tom_b", "alex"), turns=(
            Turn("tom_b", 0, """Alex, the long van is at the garage until the 10th. Should I rent one for the fair, or
can yours be spared?"""),
        )),
        Talk("Pallet swap on the next run", 7.5, ("dana", "alex"), archived=True, turns=(
            Turn("dana", 0, """Hi Alex,

Our driver can take back up to 40 empty pallets on the next run. How many should he plan for?"""),
            Turn("alex", 5, """Hi Dana, please plan for 33."""),
        )),
    ]  # fmt: skip


def _elsewhere() -> list[Talk]:
    return [
        Talk("Presupuesto para doce mesas", 3.3, ("lucia", "alex"), unread=True, turns=(
            Turn("lucia", 0, """Hola Alex:

Estamos renovando el comedor del hostal y necesitamos doce mesas de roble para el <es+45>. ¿Podrías enviarnos un
presupuesto con el transporte incluido?"""),
        )),
        Talk("Campioni di rovere", 10, ("giulia", "alex"), turns=(
            Turn("giulia", 0, """Buongiorno Alex,

i campioni di rovere sono partiti ieri con il corriere. Dovrebbero arrivare entro il <it-6>."""),
            Turn("alex", 20, """Buongiorno Giulia,

arrivati stamattina, grazie. Il secondo è perfetto."""),
        )),
        Talk("Amostras de azulejo", 16, ("ines", "alex"), turns=(
            Turn("ines", 0, """Olá Alex,

as amostras de azulejo chegam a Lisboa no dia <pt-12>. Guardo uma caixa para vocês?"""),
            Turn("alex", 3, """Olá Inês, sim, por favor. Obrigado!"""),
        )),
    ]  # fmt: skip
