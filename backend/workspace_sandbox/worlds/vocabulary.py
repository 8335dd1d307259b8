"""Which names, firms, amounts and turns of phrase a world's seed number uses in place of the default world's.

It knows words only; who writes which sentence is in ``threads``.
"""

import random
import re
from datetime import datetime, timedelta
from unicodedata import normalize

DEFAULT_SEED = 1
"""The world of the README and of ``make run``; its words are the first of every row."""

# One row for each thing: the default world's words, then what other worlds say; "|" parts words that go together.
_ROWS = (
    ("Project X", "Project Halcyon", "Project Meridian", "Project Tamarind", "Project Kestrel"),
    ("Dana|Whitfield", "Ruth|Calloway", "Carla|Brandt", "Hedda|Lowry"),
    ("Priya|Raman", "Anjali|Menon", "Kofi|Mensah", "Salma|Aziz"),
    ("Sarah|Chen", "Judith|Weiss", "Naomi|Park", "Helen|Strand"),
    ("Tom|Becker|Okafor", "Sam|Lindqvist|Adeyemi", "Paul|Novak|Ferreira", "Max|Hollis|Duarte"),
    ("Lena|Fischer", "Katrin|Vogel", "Jonas|Albrecht", "Sabine|Kruse"),
    ("Marcus|Reid", "Douglas|Hume", "Edith|Marlow", "Victor|Crane"),
    ("Nadia|Haddad", "Leila|Farouk", "Oscar|Penrose", "Miriam|Stone"),
    ("Claire|Dubois", "Amélie|Garnier", "Luc|Perrin", "Sophie|Marchand"),
    ("Inês|Carvalho", "Marta|Teixeira", "Rui|Moreira", "Joana|Seabra"),
    ("Yusuf|Demir", "Emre|Kaya", "Selin|Aydin", "Murat|Yildiz"),
    ("Greta|Holm", "Astrid|Lund", "Mikkel|Dahl", "Signe|Bruun"),
    ("Mia", "Ellie", "Rosa", "June"),
    ("Ben|Foster", "Noah|Barlow", "Ivan|Petty", "Ralph|Coates"),
    ("Harborline|HLF", "Ferrybridge|FBF", "Keelway|KWF", "Tidegate|TGF"),
    ("Brightwater", "Larkspur", "Stonecrop", "Fairhaven"),
    ("Maison Verte", "Atelier Brun", "Maison Claude", "Galerie Roux"),
    ("Casa Lúmen", "Casa Nébula", "Casa Âmbar", "Casa Luar"),
    ("Anadolu Tekstil", "Pamukkale Dokuma", "Beylik Tekstil", "Selvi Dokuma"),
    ("Nordlys", "Fjeldlys", "Havblik", "Lyngby"),
    ("Papertrail|PT-10442", "Inkwell|IW-20871", "Ledgerly|LG-7719", "Boxfile|BF-30415"),
    ("480.00|96.00|576.00", "620.00|124.00|744.00", "355.00|71.00|426.00", "910.00|182.00|1092.00"),
    ("86,500|84000", "91,200|88500", "78,400|76000", "102,000|99000"),
    ("39,000|41500|39000", "36,500|40200|36500", "44,000|43100|44000", "31,000|33900|31000"),
    ("18.40|2,208.00", "21.50|2,580.00", "16.90|2,028.00", "24.00|2,880.00"),
    ("1,140", "1,380", "960", "1,520"),
    ("oak|Oak|chêne", "walnut|Walnut|noyer", "beech|Beech|hêtre", "maple|Maple|érable"),
    ("moss|Moss", "sage|Sage", "amber|Amber", "slate|Slate"),
    ("TK1234|TKX4R7", "TK1987|Q8LM2P", "TK1972|H3VZ9D", "TK1980|W6NB4K"),
    ("14,200", "16,900", "11,800", "19,500"),
    ("664|412", "702|450", "631|379", "685|433"),
    ("9,500", "8,700", "10,400", "12,300"),
    ("AT-2291", "AT-3107", "AT-1854", "AT-4420"),
)
_EITHER = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|[\w-]+\.example")
_DAY = re.compile(r"<(en|de|fr|es|it|pt)([+-]\d+)>")
_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_DAY_SHAPES = {
    "en": "{} {}",
    "de": "{}. {}",
    "fr": "{} {}",
    "es": "{} de {}",
    "it": "{} {}",
    "pt": "{} de {}",
}


class Vocabulary:
    """The words of one world: whoever says a sentence of the default world says it in this world's words."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._words = dict(pair for row in _ROWS for pair in self._pairs(row))
        self._slugs = {_slug(word): _slug(chosen) for word, chosen in self._words.items()}
        self._spoken = _any_of(self._words)
        self._addressed = _any_of(self._slugs)

    def say(self, text: str, now: datetime | None = None) -> str:
        """The text in this world's words.

        ``[a|b]`` becomes one of its turns of phrase (the first in the default world) and ``<en+3>`` the day three days
        after ``now``, in that language.
        """
        chosen = _EITHER.sub(self._turn_of_phrase, text)
        dated = _DAY.sub(lambda found: _day(found, now), chosen) if now else chosen
        if self._seed == DEFAULT_SEED:
            return dated
        addressed = _ADDRESS.sub(lambda found: self._address(found[0]), dated)
        return self._spoken.sub(lambda found: self._words[found[0]], addressed)

    def _pairs(self, row: tuple[str, ...]) -> list[tuple[str, str]]:
        default, *others = row
        # Drawn by the row's own words, so that a new row leaves the other worlds as they are.
        drawn = random.Random(f"{self._seed}:{default}").choice(others)  # noqa: S311 - invented names, no secret
        chosen = default if self._seed == DEFAULT_SEED else drawn
        return list(zip(default.split("|"), chosen.split("|"), strict=True))

    def _turn_of_phrase(self, found: re.Match[str]) -> str:
        turns: list[str] = found[1].split("|")
        if self._seed == DEFAULT_SEED:
            return turns[0]
        return random.Random(f"{self._seed}:{found[1]}").choice(turns)  # noqa: S311 - invented wording, no secret

    def _address(self, address: str) -> str:
        return self._addressed.sub(lambda found: self._slugs[found[0]], address)


def _slug(word: str) -> str:
    """The word as it stands in an address: plain lower-case letters without spaces."""
    return normalize("NFD", word).encode("ascii", "ignore").decode().lower().replace(" ", "")


def _any_of(words: dict[str, str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _day(found: re.Match[str], now: datetime) -> str:
    moment = now + timedelta(days=int(found[2]))
    month = f"{moment:%B}" if found[1] == "en" else _MONTHS[found[1]].split()[moment.month - 1]
    return _DAY_SHAPES[found[1]].format(moment.day, month)
