"""Patterns of how people ask, decide, promise and chat in mail; English, with small talk of a few more languages.

Must not judge: `roles` puts them together.
"""

import re

from countersign.understanding.matching.pattern import Pattern

SET_PHRASE = Pattern(
    r"\b(?:if\s+(?:you|there)\b.{0,40}\b(?:questions?|problems?|concerns?|trouble|issues?|anything\s+else)\b"
    r"|(?:do\s+not|don't|don’t)\s+hesitate|please\s+find\b(?!\s+(?:out|a\b|another|time))"
    r"|please\s+see\s+(?:the\s+)?(?:attached|enclosed|below)"
    r"|(?:attached|enclosed)\s+please|please\s+note|unsubscribe|click\s+(?:here|below|the|on)|do\s+not\s+reply"
    r"|don't\s+reply|opt[- ]?out|view\s+(?:this|in)\s+.{0,20}browser|have\s+a\s+(?:nice|great|good)"
    r"|hope\s+(?:you|this|all)|stay\s+(?:safe|tuned)|take\s+care|consider\s+the\s+environment"
    r"|excuse\s+(?:me|the|my)|forgive\s+(?:me|the|my)|accept\s+(?:my|our)\s+apolog|bear\s+with)",
    re.IGNORECASE,
)
"""A sentence with one of these asks nothing, whatever else is in it."""

OFFER = Pattern(
    r"\b(?:and\s+)?(?:feel\s+free\b|let\s+(?:me|us)\s+know\s+(?:if|should)\s+(?:you|there|any)\b(?!\s+(?:can"
    r"|could|are|agree|want))"
    r"|look(?:ing)?\s+forward\b|happy\s+to\s+(?:help|answer)\b).*$",
    re.IGNORECASE,
)
"""The polite end of a sentence; only what stands before it can ask for something."""

COURTESY = Pattern(
    r"^(?:(?:many\s+)?thanks?\b|thank\s+you|i\s+hope|hope\b|look(?:ing)?\s+forward|sure\b|great\b|ok(?:ay)?\b"
    r"|perfect\b|sorry\b"
    r"|apologies|no\s+problem"
    r"|you'?re\s+welcome|congrat|happy\s+(?:new|birthday)|good\s+(?:morning|afternoon|evening)|danke"
    r"|vielen\s+dank|merci|gracias|grazie)",
    re.IGNORECASE,
)
"""How a mail may begin without saying anything yet."""

CONTENTLESS = Pattern(
    r"^(?:please\s+)?(?:let\s+(?:me|us)\s+know(?:[.!]*$|\s+(?:(?:if|whether)\s+(?:this|that|it|you)\b"
    r"|what\s+you\s+think).{0,24}$)"
    r"|(?:advise|confirm)[.!]?$)",
    re.IGNORECASE,
)
"""A request that says nothing without the sentence before it."""

SMALL_TALK = Pattern(
    r"^(?:so\s+|and\s+|well,?\s+)?(?:how\s+(?:are|is|was|were|have|'s|’s)\s+(?:you|your|everything|things"
    r"|life|it\s+going|the\s+(?:weekend"
    r"|family|holidays?|trip|weather))|how\s+do\s+you\s+do|what'?s\s+up|how's\s+it\s+going"
    r"|did\s+you\s+have\s+a\s+(?:good|nice)"
    r"|hope\b|(?:is\s+)?all\s+well|are\s+you\s+(?:well|ok|okay)\b|why\s+not|anything\s+else\?$"
    r"|can\s+you\s+(?:believe|imagine)"
    r"|who\s+knows|guess\s+what"
    r"|you\s+know\s+what|right\?$|really\?$"
    r"|wie\s+geht|alles\s+(?:gut|klar)|[¿]?c[oó]mo\s+(?:est[aá]s?|va|andas)|[¿]?qu[eé]\s+tal|comment\s+(?:vas"
    r"|allez|[çc]a\s+va)|[çc]a\s+va"
    r"|come\s+(?:stai|sta|va)|tudo\s+bem|hoe\s+gaat)",
    re.IGNORECASE,
)
REQUEST = Pattern(
    r"\b(?:please|pls|kindly)\b|\b(?:can|could|would|will|won't|might)\s+(?:you|u|someone|somebody|anyone|we"
    r"|i|it\s+be\s+possible)\b"
    r"|\b(?:need|want|like|expect|ask|require|asking|love)\s+(?:you|everyone|everybody|someone|your"
    r"|the\s+team)\b"
    r"|\b(?:we|i)(?:'d|’d|\s+would|\s+do|\s+still|\s+also|\s+really|\s+just|'ll|\s+will)*\s+(?:need|require"
    r"|appreciate)\b(?!\s+to\b)|\bwe\s+need\s+to\b"
    r"|\blet\s+(?:me|us)\s+know\b|\bmake\s+sure\b|\bbe\s+sure\s+to\b|\bdon(?:'|’)t\s+forget\b|\bremember\s+to\b"
    r"|\byou\s+(?:should|must|need\s+to|have\s+to|are\s+(?:asked|requested|required)\s+to|may\s+want\s+to"
    r"|might\s+want\s+to)\b"
    r"|\b(?:would|do)\s+you\s+mind\b|\bwondering\s+if\s+you\b|\bget\s+back\s+to\s+(?:me|us)\b"
    r"|\bneeds?\s+to\s+be\s+\w+ed\b"
    r"|\b(?:waiting|wait)\s+(?:for|on)\s+your\b|\b(?:is|are)\s+due\b|\bdeadline\b|\b(?:action|todo"
    r"|to\s+do)\s*:",
    re.IGNORECASE,
)
IMPERATIVE = Pattern(
    r"^(?:(?:also|and|then|so|first|next|finally|again)\s*,?\s+)?(?:confirm|send|review|check|sign|approve"
    r"|forward|share|update"
    r"|prepare|complete|fill|provide|return|pay|book|call|reply|respond|answer|tell|submit|upload|add|remove"
    r"|bring|order"
    r"|arrange|schedule|finish|finali[sz]e|draft|revise|contact|email|mail|ask|give|get|set|put|make"
    r"|ensure|verify|fix|move"
    r"|cancel|resend|advise|read|look|pick|copy|include|write|take)\s+(?!been\b|is\b|was\b|has\b"
    r"|of\b)\S",
    re.IGNORECASE,
)
DECIDED = Pattern(
    r"\b(?:(?:we|i|they|he|she|board|team|committee|management|everyone|all|client|customer)(?:\s+(?:have|has"
    r"|had|all|both|finally|now|just|already|also)|'ve|’ve)*\s+(?:decided|agreed|approved|chose|chosen"
    r"|settled|accepted|signed\s+off"
    r"|opted|concluded|voted"
    r"|confirmed|rejected|declined|cancell?ed|postponed)|(?:is|are|was|were|been|has\s+been"
    r"|have\s+been)\s+(?:now\s+|finally\s+|officially\s+)?"
    r"(?:decided|agreed|approved|chosen|signed\s+off|cancell?ed|postponed|rejected|confirmed|accepted"
    r"|moved\s+to|rescheduled)"
    r"|(?:we|i)(?:'ll|’ll|\s+will|\s+are\s+going\s+to|'re\s+going\s+to)\s+(?:go|stick|proceed|move\s+ahead"
    r"|stay)\s+(?:with|ahead)"
    r"|let(?:'|’)?s\s+(?:go|stick|proceed)\s+(?:with|ahead)|(?:the\s+)?decision\s+(?:is|was)|it(?:'"
    r"|’)?s\s+(?:decided|agreed|a\s+deal)|agreed\s*:)\b",
    re.IGNORECASE,
)
NOT_DECIDED = Pattern(
    r"\b(?:not|n't|n’t|never|if|whether|unless|until|once|when|would|could|should|may|might|can|to\s+be|yet"
    r"|before|after|nobody)\b",
    re.IGNORECASE,
)
PROMISED = Pattern(
    r"^(?:(?:ok|okay|yes|sure|great|perfect|thanks|fine|and|then|so|also)[,.!]?\s+)*(?:i|we)(?:'ll|’ll"
    r"|\s+will|\s+shall|\s+am\s+going\s+to|'m\s+going\s+to"
    r"|\s+promise\s+to)\s+(?:(?:also|then|definitely|certainly|gladly|try\s+to|make\s+sure\s+to)\s+)*"
    r"(?!be\s+(?:out|away|off|on|in|at|late|happy|glad|able)\b|have\b|need\b|see\b|miss\b|not\b|never\b"
    r"|go\s+with\b)\w+",
    re.IGNORECASE,
)
ENDS_OPEN = Pattern(r"[:,]\s*$")
