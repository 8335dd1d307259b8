"""The people of the demo world: a small furniture company, its clients, suppliers and friends.

Names, addresses and signatures only; what they write is in the ``letters`` modules.
"""

from dataclasses import dataclass, replace

from workspace_sandbox.worlds.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes mail; ``has_account`` when the mail is really delivered to them."""

    key: str
    name: str
    email: str
    role: str = ""
    company: str = ""
    time_zone: str = "Europe/London"
    greeting: str = "Best"
    has_account: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def mailbox(self) -> str:
        """``Name <address>``."""
        return f"{self.name} <{self.email}>"

    @property
    def signature(self) -> str:
        """Closing line, name, role and company; just the first name for friends."""
        if not self.company:
            return f"{self.greeting},\n{self.name.split()[0]}"
        return f"{self.greeting},\n{self.name}\n{self.role}, {self.company}"


OWN_COMPANY = "Alderway Interiors"
WORK = "alderway.example"

ALEX = Person("alex", "Alex Kim", f"alex.kim@{WORK}", "Head of Operations", OWN_COMPANY,
              aliases=(f"orders@{WORK}", f"a.kim@{WORK}"))  # fmt: skip
ALEX_AT_HOME = Person("alex_home", "Alex Kim", "alexkim@postbox.example")

COLLEAGUES = (
    Person("priya", "Priya Raman", f"priya.raman@{WORK}", "Warehouse Lead", OWN_COMPANY, greeting="Thanks"),
    Person("sarah", "Sarah Chen", f"sarah.chen@{WORK}", "Finance Director", OWN_COMPANY),
    Person("tom_b", "Tom Becker", f"tom.becker@{WORK}", "Account Manager", OWN_COMPANY, greeting="Cheers"),
    Person("lena", "Lena Fischer", f"lena.fischer@{WORK}", "Leitung Standort Hamburg", OWN_COMPANY, "Europe/Berlin",
           "Viele Grüße"),
    Person("marcus", "Marcus Reid", f"marcus.reid@{WORK}", "Managing Director", OWN_COMPANY, greeting="Regards"),
    Person("nadia", "Nadia Haddad", f"nadia.haddad@{WORK}", "Legal Counsel", OWN_COMPANY, greeting="Kind regards"),
)  # fmt: skip

PARTNERS = (
    Person("dana", "Dana Whitfield", "dana.whitfield@harborline.example", "Dispatch Coordinator",
           "Harborline Freight", greeting="Many thanks"),
    Person("tom_o", "Tom Okafor", "tom.okafor@brightwater.example", "Facilities Manager", "Brightwater Hotels"),
    Person("claire", "Claire Dubois", "claire.dubois@maisonverte.example", "Responsable achats", "Maison Verte",
           "Europe/Paris", "Bien cordialement"),
    Person("ines", "Inês Carvalho", "ines.carvalho@casalumen.example", "Interior Architect", "Casa Lúmen",
           "Europe/Lisbon", "Warm regards"),
    Person("yusuf", "Yusuf Demir", "yusuf.demir@anadolutekstil.example", "Export Sales", "Anadolu Tekstil",
           "Europe/Istanbul", "Kind regards"),
    Person("greta", "Greta Holm", "greta.holm@nordlys.example", "Designer", "Nordlys Design", "Europe/Copenhagen",
           "Hej"),
)  # fmt: skip

FRIENDS = (
    Person("mia", "Mia Kim", "mia.kim@postbox.example", greeting="Love"),
    Person("ben", "Ben Foster", "ben.foster@postbox.example", greeting="Cheers"),
)

# They write, but nobody reads what is sent to them: such mail ends in the outbox.
STRANGERS = (
    Person("dana_spam", "Dana W.", "dana.w@prize-harbor.example", has_account=False),
    Person(
        "dana_old",
        "Dana Osei",
        "dana.osei@formervendor.example",
        "Sales",
        "Former Vendor Ltd",
        has_account=False,
    ),
    Person("phish", "Alderway IT Service Desk", "service-desk@alderway-secure.example", has_account=False),
    Person("portal", "Supplier Portal", "updates@supplierportal.example", has_account=False),
    Person("billing", "Papertrail Billing", "billing@papertrail.example", has_account=False),
    Person("no_reply", "Parcelwise", "no-reply@parcelwise.example", has_account=False),
    Person("bank", "Brookside Bank", "noreply@brooksidebank.example", has_account=False),
    Person("airline", "Turkish Airlines", "booking@turkishairlines.example", has_account=False),
    Person("lookalike", "Yusuf Demir", "yusuf.demir@anadolutekstil-export.example", "Export Sales",
           "Anadolu Tekstil", greeting="Kind regards", has_account=False),
    Person("support", "Hannah Boyd", "hannah.boyd@quickpost.example", greeting="Thanks", has_account=False),
    Person("lucia", "Lucía Ortega", "lucia.ortega@hostalsol.example", "Gerente", "Hostal Sol", greeting="Un saludo",
           has_account=False),
    Person("giulia", "Giulia Conti", "giulia.conti@filolegno.example", "Ufficio vendite", "Filo e Legno",
           greeting="Cordiali saluti", has_account=False),
    Person("metal", "Steelyard Accounts", "accounts@steelyard.example", has_account=False),
    Person("power", "Gridwise Energy", "bills@gridwise.example", has_account=False),
)  # fmt: skip

EVERYBODY = {
    person.key: person for person in (ALEX, ALEX_AT_HOME, *COLLEAGUES, *PARTNERS, *FRIENDS, *STRANGERS)
}


def cast_of(words: Vocabulary) -> dict[str, Person]:
    """Everybody by key, named as this world names them; Alex is Alex in every world."""
    return {key: _renamed(person, words) for key, person in EVERYBODY.items()}


def _renamed(person: Person, words: Vocabulary) -> Person:
    return replace(
        person,
        name=words.say(person.name),
        email=words.say(person.email),
        company=words.say(person.company),
    )
