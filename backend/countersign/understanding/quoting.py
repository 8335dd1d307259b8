"""The new words of a mail: its text without the quoted mail, the signature and the disclaimer below them.

Must not run for long on any input: every pattern looks at one line, or at a few lines joined, never at the whole.
"""

import re
from dataclasses import dataclass

from countersign.understanding.matching.pattern import Pattern

_LONGEST_LINE = 1_000
_HEADER_LINES = 5
# ">>> look here <<<" is decoration; a quoted line has no closing arrows.
_QUOTED = Pattern(r"^\s*[>|](?!.*<<<\s*$)")
_OPEN_LINK = Pattern(r"^\s*>.*[<(]\s*https?://[^>)]*$")
_DATE_LIKE = (
    r"(?:\d{1,4}[./ -]|\d{1,2}:\d\d|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may"
    r"|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)"
)
_WROTE = (
    r"(?:wrote|sent|said|writes|schrieb|skrev|schreef|verzond|geschreven|a\s+[ée]crit"
    r"|escribi[óo]|ha\s+scritto|scrisse"
    r"|napisa[łl]\(?a?\)?|escreveu|vi[ếe]t|yazd[ıi]|napsal|kirjoitti|написала?|пишет)"
)
# "On <date>, <who> wrote:" in the order of many languages, after its lines were joined.
_ATTRIBUTIONS: tuple[Pattern, ...] = tuple(
    Pattern(pattern, re.IGNORECASE)
    for pattern in (
        r"^[\s>*-]*(?:on|am|le|el|il|op|den|på|em|w\s+dniu|dnia"
        rf"|vào)\b.{{4,400}}?(?:{_WROTE})\b[^\n]{{0,120}}:?\s*-*\s*$",
        rf"^[\s>*-]*(?:{_WROTE})\b.{{4,200}}:\s*$",
        rf"^[\s>*]*(?:\S+\s+){{0,3}}\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}.{{0,160}}(?:{_WROTE}|<\S+@\S+>)\s*:?\s*$",
        rf"^[\s>*]*.{{0,80}}<?\S+@\S+>?.{{0,40}}\b(?:{_WROTE})\b\s*:\s*$",
        rf"^[\s>*]*-{{2,}}[^\n]{{1,100}}\b(?:{_WROTE})\b\s*-*:?\s*$",
        rf"^[\s>*]*{_DATE_LIKE}.{{4,200}}\b(?:{_WROTE})\s*:\s*$",
    )
)
_ATTRIBUTION_START = Pattern(
    r"^[\s>*-]*(?:on|am|le|el|il|op|den|på|em|w\s+dniu|dnia|vào|\d{4}[-/.]\d"
    r"|\d{1,2}[-/.]\d{1,2})\b",
    re.IGNORECASE,
)
_SHARED_LINE = Pattern(rf"(?:-{{2,}}\s*|\s)(?=on\s+[^\n]{{4,160}}\b{_WROTE}\s*:\s*$)", re.IGNORECASE)
_SPLITTER = Pattern(
    r"^[\s>*]*[-_=*#+—–]{1,}\s*(?:original|forwarded|reply|weitergeleitete"
    r"|urspr[üu]ngliche|oprindelig|ursprungligt|mensaje|mensagem|message|messaggio"
    r"|oorspronkelijk|doorgestuurd|begin\s+forwarded|antwort|opprinnelig)[^\n]{0,60}$"
    r"|^\s*_{10,}\s*$|^\s*(?:begin\s+forwarded\s+message"
    r"|anfang\s+der\s+weitergeleiteten)\b",
    re.IGNORECASE,
)
_HEADER = Pattern(
    r"^[\s>*]*(?:from|sent|to|cc|subject|date|reply-to|von|gesendet|an|betreff|datum|de"
    r"|envoy[ée]|[àa]|objet|enviado|para|asunto|da|inviato|a|oggetto"
    r"|data|van|verzonden|aan|onderwerp|från|skickat|till|[äa]mne|fra|sendt|til|emne|od"
    r"|wys[łl]ano|do|temat|assunto)\*?\s*:\*?\s*\S",
    re.IGNORECASE,
)
_FROM_HEADER = Pattern(r"^[\s>*]*(?:from|von|de|da|van|från|fra|od|date|datum)\*?\s*:", re.IGNORECASE)
_SIGNATURE_RULE = Pattern(r"^\s*(?:--|—|__|\*\*)\s*$|^\s*[-=_~*]{4,}\s*$")
_SENT_FROM = Pattern(
    r"^\s*(?:sent\s+(?:from|via|with|by)\s+(?:my\s+)?|get\s+outlook\s+for"
    r"|von\s+meinem\s+\S.*gesendet|gesendet\s+von|gesendet\s+mit|envoy[ée]\s+(?:de|depuis)"
    r"|enviado\s+(?:desde|do|de)"
    r"|inviato\s+da|verzonden\s+(?:vanaf|met|van)|skickat\s+fr[åa]n|wys[łl]ano\s+z|sendt\s+fra)[^\n]{1,80}$",
    re.IGNORECASE,
)
_DASHED_NAME = Pattern(r"^\s*-{1,2}\s?(?!\s)[A-Z][^\W\d_]+(?:\s+[A-Z][\w.]+){0,3}\s*$")
_CLOSING = Pattern(
    r"^\s*(?:(?:with\s+)?(?:best|kind|kindest|warm|warmest|many)?\s*(?:regards|wishes)"
    r"|best|cheers|sincerely|yours(?:\s+(?:sincerely|faithfully|truly))?|sincerely\s+yours"
    r"|thanks(?:\s+(?:again|a\s+lot|so\s+much|in\s+advance))?"
    r"|thank\s+you(?:\s+(?:again|very\s+much|in\s+advance|so\s+much))?|many\s+thanks"
    r"|all\s+the\s+best|take\s+care|talk\s+soon|see\s+you(?:\s+soon)?|love|respectfully"
    r"|(?:viele|liebe|beste|herzliche|freundliche|sch[öo]ne|mit\s+freundlichen"
    r"|mit\s+besten)\s+gr[üu](?:ß|ss)e[n]?|gr[üu](?:ß|ss)e|gru(?:ß|ss)|lg|vg|mfg|danke"
    r"|vielen\s+dank"
    r"|cordialement|bien\s+[àa]\s+(?:vous|toi)|bien\s+cordialement|merci|salutations"
    r"|amicalement|[àa]\s+bient[ôo]t|saludos(?:\s+cordiales)?|un\s+saludo|gracias"
    r"|atentamente|abrazos?|cordiali\s+saluti|saluti|grazie|a\s+presto"
    r"|atenciosamente|abra[çc]os?|obrigad[oa]|cumprimentos"
    r"|(?:met\s+)?vriendelijke\s+groet(?:en)?|groet(?:en|jes)?|bedankt"
    r"|(?:med\s+)?v[äa]nliga?\s+h[äa]lsning(?:ar)?|h[äa]lsningar|mvh|tack"
    r"|(?:med\s+)?venlig\s+hilsen|hilsen|mange\s+tak|tak"
    r"|pozdrawiam|z\s+powa[żz]aniem|dzi[ęe]kuj[ęe]|te[şs]ekk[üu]rler|sayg[ıi]lar[ıi]mla"
    r"|selamlar|s\s+pozdravem|d[ěe]kuji)\s*[,.!]*\s*$",
    re.IGNORECASE,
)
_CLOSING_WITH_NAME = Pattern(
    r"^\s*(?P<closing>[^,\n]{2,30}),\s*(?P<name>[A-Z][^\W\d_]+(?:\s[A-Z][^\W\d_]+)?)\s*[.]?$"
)
_DISCLAIMER = Pattern(
    r"^\s*[*_]*(?:this\s+(?:e-?mail|message|communication"
    r"|transmission)\b.{0,80}\b(?:confidential|intended|privileged|may\s+contain)"
    r"|confidentiality\s+notice|disclaimer\b"
    r"|the\s+information\s+(?:contained\s+)?in\s+this\s+(?:e-?mail|message)"
    r"|diese\s+e-?mail\b.{0,60}\bvertraulich|ce\s+(?:message"
    r"|courriel)\b.{0,60}\bconfidentiel|please\s+consider\s+the\s+environment)",
    re.IGNORECASE,
)
_NAME_LINE = Pattern(
    r"^\s*[-–—]?\s*(?P<name>[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?(?:\s+[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?){0,2})\s*[.,]?\s*$"
)


@dataclass(frozen=True)
class MailParts:
    """A mail's plain text in three: what was newly written, the signature below it, and what it quotes."""

    new_text: str
    signature: str
    quoted: str


def split_mail(text: str) -> MailParts:
    """The mail cut into new words, signature and quote; each without white space around it.

    Answers between quoted lines count as new. A closing with a name ("Best, Dana") stays with the new words, so that
    the sign-off can be read from them. Works line by line in linear time.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    own, quoted = _without_quotes(lines)
    body, signature = _without_signature(own)
    return MailParts("\n".join(body).strip(), "\n".join(signature).strip(), "\n".join(quoted).strip())


def new_words(text: str) -> str:
    """Only what the sender newly wrote, without quote, signature and disclaimer."""
    return split_mail(text).new_text


def sign_off_name(text: str, display_name: str = "") -> str | None:
    """The name the sender signs their own words with ("Dana"); None when they do not sign.

    Only letters count as a name, at most three words; without a closing such as "Best," the last line must share a
    word with `display_name`. A full name is cut to the part in use.
    """
    lines = [line for line in new_words(text).split("\n") if line.strip()]
    if len(lines) < 2:
        return None
    for index in range(max(1, len(lines) - 4), len(lines)):
        together = _CLOSING_WITH_NAME.match(lines[index])
        if together and _CLOSING.match(together["closing"]):
            return _used_name(together["name"], display_name)
        if _CLOSING.match(lines[index - 1]):
            named = _NAME_LINE.match(lines[index])
            return _used_name(named["name"], display_name) if named else None
    last = _NAME_LINE.match(lines[-1])
    known = {word.lower() for word in re.findall(r"[^\W\d_]+", display_name)}
    if last and known & {word.lower() for word in last["name"].split()}:
        return _used_name(last["name"], display_name)
    return None


def is_closing(line: str) -> bool:
    """Whether a line closes a mail, with or without a name behind it ("Kind regards,", "Best, Dana")."""
    together = _CLOSING_WITH_NAME.match(line)
    return _CLOSING.match(line) is not None or (
        together is not None and _CLOSING.match(together["closing"]) is not None
    )


def _used_name(name: str, display_name: str) -> str:
    words = name.rstrip(".").split()
    shares = bool({word.lower() for word in words} & {word.lower() for word in display_name.split()})
    return words[0] if len(words) > 1 and shares and len(words[0].rstrip(".")) > 1 else " ".join(words)


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """The sender's own lines and the quoted ones."""
    own: list[str] = []
    quoted: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index][:_LONGEST_LINE]
        shared = _SHARED_LINE.search(line)
        is_shared = (
            shared is not None
            and line[: shared.start()].strip(" >-") != ""
            and not _ATTRIBUTION_START.match(line)
        )
        length = 0 if is_shared else _attribution_length(lines, index)
        if length:
            rest_begins = index + length
            if _marks_quotes(lines, rest_begins):
                quoted.extend(lines[index:rest_begins])
                index = rest_begins
                continue
            return own, quoted + lines[index:]
        if shared and is_shared and not _QUOTED.match(line):
            own.append(line[: shared.start()])
            quoted.append(line[shared.end() :])
            if not _marks_quotes(lines, index + 1):
                return own, quoted + lines[index + 1 :]
        elif _SPLITTER.match(line) or _is_header_block(lines, index):
            return own, quoted + lines[index:]
        else:
            is_quoted = _QUOTED.match(line) or (index and _OPEN_LINK.match(lines[index - 1][:_LONGEST_LINE]))
            (quoted if is_quoted else own).append(lines[index])
        index += 1
    return own, quoted


def _attribution_length(lines: list[str], index: int) -> int:
    """How many lines from `index` on say who wrote what follows; 0 when they do not."""
    if not lines[index].strip():
        return 0
    joined = ""
    may_be_long = _ATTRIBUTION_START.match(lines[index]) is not None
    for length in range(1, _HEADER_LINES + 1 if may_be_long else 2):
        if index + length > len(lines):
            return 0
        joined = f"{joined} {lines[index + length - 1][:_LONGEST_LINE].strip()}".strip()
        if any(pattern.match(joined) for pattern in _ATTRIBUTIONS) and _is_attribution(joined):
            return length
    return 0


def _is_attribution(joined: str) -> bool:
    """Whether a date, a time, an address or a rule is in it: "On the other hand she wrote:" is no attribution."""
    return re.search(r"\d|@|-{3}", joined) is not None


def _marks_quotes(lines: list[str], index: int) -> bool:
    """Whether the text behind an attribution marks its quoted lines, so that others are answers."""
    following = next((line for line in lines[index:] if line.strip()), "")
    return _QUOTED.match(following) is not None


def _is_header_block(lines: list[str], index: int) -> bool:
    if not _FROM_HEADER.match(lines[index]):
        return False
    block = [line for line in lines[index : index + _HEADER_LINES + 1] if line.strip()]
    return sum(_HEADER.match(line[:_LONGEST_LINE]) is not None for line in block) >= 2


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines above the signature and the signature; a rule counts only when few lines follow it."""
    for index, line in enumerate(lines):
        text = line[:_LONGEST_LINE]
        below = sum(1 for other in lines[index + 1 :] if other.strip())
        is_first = not any(other.strip() for other in lines[:index])
        if is_first:
            continue
        if _SENT_FROM.match(text) and below <= 2:
            return lines[:index], lines[index:]
        if _SIGNATURE_RULE.match(text) and 0 < below <= 14:
            return lines[:index], lines[index:]
        if _DISCLAIMER.match(text) or (_DASHED_NAME.match(text) and below == 0):
            return lines[:index], lines[index:]
    return lines, []
