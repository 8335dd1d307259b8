"""In which language a mail is written, and how that language introduces a quote; it translates nothing.

A handful of very frequent words is enough to tell these languages apart in a mail; below two hits it is English.
Source: the attribution wording follows the mail programs common in each language; word lists are our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

_WORDS = re.compile(r"[^\W\d_]+")
_FREQUENT = {
    "en": "the and you for that with have this are will from your can please thanks we not",
    "de": "der die das und ich nicht wir sie mit ist für den auch bitte danke zum ein eine",
    "fr": "le la les des est pour vous nous avec pas une que dans merci bonjour sur je",
    "es": "el los las para con por que una como más gracias hola pero está usted y",
    "it": "il gli che per con una sono non grazie della ciao anche questo nel siamo di",
    "nl": "het een van ik niet dat voor met zijn wij je bedankt graag ook dit aan",
    "pt": "os que para com uma não obrigado você mais por está olá seu ao são isso",
    "tr": "ve bir bu için ile çok teşekkürler merhaba değil olarak var daha gibi ne ben siz",
}
_LISTS = {code: frozenset(words.split()) for code, words in _FREQUENT.items()}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INTRODUCTIONS = {
    "en": "On {date} at {time}, {who} wrote:",
    "de": "Am {date} um {time} schrieb {who}:",
    "fr": "Le {date} à {time}, {who} a écrit :",
    "es": "El {date} a las {time}, {who} escribió:",
    "it": "Il {date} alle {time}, {who} ha scritto:",
    "nl": "Op {date} om {time} schreef {who}:",
    "pt": "Em {date} às {time}, {who} escreveu:",
    "tr": "{who}, {date} {time} tarihinde şunu yazdı:",
}
_FORWARDED = {
    "en": "Forwarded message|From|Date|Subject|To|Cc",
    "de": "Weitergeleitete Nachricht|Von|Datum|Betreff|An|Cc",
    "fr": "Message transféré|De|Date|Objet|À|Cc",
    "es": "Mensaje reenviado|De|Fecha|Asunto|Para|Cc",
    "it": "Messaggio inoltrato|Da|Data|Oggetto|A|Cc",
    "nl": "Doorgestuurd bericht|Van|Datum|Onderwerp|Aan|Cc",
    "pt": "Mensagem encaminhada|De|Data|Assunto|Para|Cc",
    "tr": "İletilen mesaj|Gönderen|Tarih|Konu|Alıcı|Bilgi",
}
_ENOUGH = 2


def language_of(text: str) -> str:
    """The language code with the most frequent-word hits, ties to the earlier in the list; `en` when unsure."""
    words = _WORDS.findall(text.casefold())
    hits = {code: sum(word in frequent for word in words) for code, frequent in _LISTS.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] >= _ENOUGH else "en"


def introduction(language: str, when: datetime, zone: ZoneInfo, who: str) -> str:
    """The line above a quote, e.g. `On 18 Nov 2026 at 14:05, Dana <dana@example.org> wrote:`; time in `zone`."""
    date, time = _date(language, when, zone), _time(when, zone)
    return _INTRODUCTIONS[language].format(date=date, time=time, who=who)


def moment(language: str, when: datetime, zone: ZoneInfo) -> str:
    """Day and time as that language writes them, e.g. `18 Nov 2026, 14:05`; time in `zone`."""
    return f"{_date(language, when, zone)}, {_time(when, zone)}"


def forwarded(language: str, values: Sequence[str]) -> str:
    """The block above a mail passed on: a rule with its name, then each header that has a value, as it is called there.

    `values` are From, Date, Subject, To and Cc, in this order.
    """
    title, *names = _FORWARDED[language].split("|")
    named = [f"{name}: {value}" for name, value in zip(names, values, strict=True) if value]
    return "\n".join([f"---------- {title} ---------", *named])


def _date(language: str, when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    if language == "en":
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    separator = "." if language in {"de", "tr"} else "-" if language == "nl" else "/"
    return separator.join((f"{local.day:02d}", f"{local.month:02d}", str(local.year)))


def _time(when: datetime, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%H:%M}"
