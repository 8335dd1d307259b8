"""Questions for the people in mails: "who wrote to me about the roof?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar.asking.form import GIVE, WROTE, A, form

_PEOPLE = (
    r"(?:contacts?(?:\s+(?:details|info(?:rmation)?|data))?|people|persons|(?:e-?mail\s+|phone\s+"
    r"|contact\s+)?(?:addresses|numbers)|participants|senders|correspondents|names|everyone"
    r"|everybody|anyone|those)\b"
)
_MORE_PEOPLE = rf"(?:\s+(?:and|of|or)\s+(?:the\s+|all\s+(?:the\s+)?)?{_PEOPLE})*"
CONTACT_FORMS = (
    form(
        "contacts",
        r"who(?:m)?\s+(?:did|have|do)\s+(?:i|we)\s+(?:get|got|gotten|receive[d]?|have)\s+(?:any\s+|an?\s+)?"
        r"(?:e-?mails?|mails?|messages?)\s+from(?=\s|$)",
        "scope",
    ),
    form("contacts", rf"{_PEOPLE}{_MORE_PEOPLE}\s+(?:in|from|on|of)\s+", "mails"),
    form(
        "contacts",
        r"who(?:\s+all|\s+else)?\s+(?:is|are|was|were)(?:\s+all|\s+part)?(?=\s+(?:in|on|of)\s)",
        "scope",
    ),
    form(
        "contacts",
        rf"(?:{GIVE}|(?:who|what)\s+are|which|what)\s+{A}{_PEOPLE}(?:\s+of\s+(?:the\s+"
        rf"|all\s+(?:the\s+)?)?{_PEOPLE})?(?:\s+(?:involved|concerned|mentioned"
        r"|copied|included))?(?:\s+(?:who|that|which)?\s*(?:have\s+|has\s+|are\s+|were\s+"
        rf"|is\s+)?(?:{WROTE}|involved|copied|talking|asking|writing|mailing|mentioned|part|on)(?:\s+to)?(?:\s+(?:me"
        r"|us))?)?(?=\s|$)",
        "scope",
    ),
    form(
        "contacts",
        r"(?:tell\s+me\s+)?who(?:\s+all|\s+else|'s)?\s+(?:has\s+|have\s+|was\s+|is\s+|are\s+"
        rf"|were\s+)?(?:(?:already|recently|last|been|all)\s+)?(?:{WROTE}|writing|mailing|asked|asking"
        r"|complained|talked|commented|involved|copied|part|taking\s+part|took\s+part|working"
        r"|mentioned|participat(?:ed|ing)|the\s+people|people)(?:\s+(?:to|for))?(?:\s+(?:me|us))?(?=\s|$)",
        "scope",
    ),
    form(
        "contacts",
        r"(?:with\s+)?who(?:m)?\s+(?:did|have|do|am)\s+(?:i|we)\s+(?:been\s+)?discuss(?:ed|ing)?\s+",
        "topic",
    ),
    form("contacts", r"who\s+(?:sent|forwarded|gave)\s+(?:me|us)\s+", "topic"),
    form(
        "contacts",
        r"(?:with\s+)?who(?:m)?\s+(?:did|have|do|am)\s+(?:i|we)\s+(?:been\s+)?(?:talk(?:ed|ing)?"
        r"|writ(?:e|ten|ing)|mail(?:ed|ing)?|e-?mail(?:ed|ing)?|correspond(?:ed"
        r"|ing)?)(?:\s+(?:to|with))?(?=\s|$)",
        "scope",
    ),
)
