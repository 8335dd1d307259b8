"""The closed word classes of the request grammar, as fragments of regular expressions over folded text.

Must not hold whole sentences: a phrase list would only understand the people who wrote it.
"""

GAP = r"\s+"
MAIL = (
    r"(?:e-?mails?|mails?|messages?|msg|notes?|letters?|threads?|conversations?|questions?|enquir(?:y|ies)"
    r"|inquir(?:y|ies)|thing|one|requests?|repl(?:y|ies)|responses?|answers?)\b"
)
LAST = r"(?:(?:very\s+)?(?:last|latest|newest|most\s+recent|recent|current|new|unread|unanswered)\b)"
DETERMINER = r"(?:the|that|this|an?|my)\b"
POSSESSIVE = r"(?:her|his|their)\b"
PRONOUN = r"(?:her|him|them|she|he|they)\b"
QUOTED = r'"(?P<quoted>[^"\n]{1,120})"'
ABOUT = r"(?:about|regarding|concerning|re|on|with\s+respect\s+to|in\s+regard\s+to|with\s+regards?\s+to)\b:?"
TELL = (
    r"(?:tell(?:ing)?|inform(?:ing)?|let(?:ting)?|notify(?:ing)?|assur(?:e|ing)|advis(?:e|ing)|remind(?:ing)?"
    r"|promis(?:e|ing)|reassur(?:e|ing))\b"
)
ASK = r"(?:ask(?:ing)?|enquir(?:e|ing)|inquir(?:e|ing))\b"
SAY = (
    r"(?:say(?:ing)?|stat(?:e|ing)|writ(?:e|ing)|confirm(?:ing)?|mention(?:ing)?|explain(?:ing)?|announc(?:e|ing)"
    r"|add(?:ing)?|not(?:e|ing)|answer(?:ing)?|reply(?:ing)?|respond(?:ing)?)\b"
)
THANK = r"(?:thank(?:ing)?)\b"
APOLOGISE = r"(?:apologi[sz](?:e|ing))\b"
SUBJECT = r"(?:we|i|you|he|she|they|it|there|we're|i'm|we'll|i'll|we've|i've|it's|that's|yes|no|ok|okay)\b"
WEEKDAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"

# Words that end a name when they follow it, and may not begin one.
_NAME_END = (
    r"saying|say|says|said|stating|state|that|to|and|or|but|about|regarding|concerning|re|with|telling|tell|asking"
    r"|ask|asked|asks|letting|let|informing|inform|confirming|confirm|thanking|thank|writing|write|wrote|writes"
    r"|mailed|emailed|sent|send|we|i|you|he|she|it|they|our|her|his|their|in|on|by|for|who|which|when|if|whether"
    r"|because|as|via|using|is|are|was|has|have|can|could|would|should|yes|no|ok|okay|please|pls|thanks|thx|know"
    r"|back|now|today|yesterday|tomorrow|tonight|this|last|latest|newest|just|again|we're|we'll|we've|i'm|i'll"
    r"|i've|it's|there|not|explaining|announcing|mentioning|noting|adding|apologising|apologizing|reminding"
    r"|promising|assuring|replying|answering|responding|under|titled|called|also|then|so|at|from|of|into|me|us"
    r"|them|him|all|everyone|everybody|anyone|somebody|someone|both|each|e-?mails?|mails?|messages?|threads?"
    r"|conversations?|notes?|saved|without|after|before|until|once|unless|instead|asap|immediately|quickly|politely"
    r"|briefly|kindly|nicely|soon|shortly|since|older|newer|during|until|till|between|dated|received|arrived|came|come"
    r"|except|excluding|nor|ever|already|recently|lately|later|every|labell?ed|tagged|unread|starred|did|does|do|had|not|the|our|my|your|a|an"
    r"|i'd|we'd|you're|you'll|apologise|apologize|mention"
)
_NOT_FIRST = (
    _NAME_END
    + r"|the|a|an|my|most|recent|new|unread|every|any|some|what|where|why|how|do|does|did|these|those"
    r"|one|two|three|several|many|other|another|yourself|myself|himself|herself"
)
# A dot belongs to a name inside it or behind an initial or a title, else it ends the sentence.
_NAME_WORD = r"(?:(?:dr|mrs?|ms|st|prof|[^\W\d_])\.(?=[ ]*\w)|[^\W\d_](?:[\w\-]|\.(?=\w))*(?:'(?!s\b)\w+)*)"
NAME = (
    rf"(?!(?:{_NOT_FIRST})(?![\w'-])){_NAME_WORD}"
    rf"(?:[ ]+(?!(?:{_NAME_END})(?![\w'-])){_NAME_WORD}"
    r"|[ ]+&[ ]+(?:sons?|co|partners|associates|company|bro(?:ther)?s)\b){0,4}"
)
ADDRESS = r"[\w.+%'\-]+@[\w\-]+(?:\.[\w\-]+)+"
_HOUSE = (
    rf"(?:[ ]+(?:from|at)[ ]+(?!{WEEKDAY}|(?:my|her|his|their|our|reply|response|answer|return)\b){NAME})"
)
PERSON = (
    rf"(?:<?{ADDRESS}>?|(?:(?:the|my|our)[ ]+)?{NAME}(?:[ ]*(?:<{ADDRESS}>|\({ADDRESS}\)))?"
    rf"(?:{_HOUSE}(?=[ ]*(?:[:,\n\"]|that\b|saying\b|telling\b|and\b|about\b|to\b|$)))?)"
)
# Where what is to be said begins: used to end a topic or a name.
SAYING_AHEAD = (
    rf"(?:\s*[,;.]?\s*(?:(?:and|to|by|then|please|,)\s+)*(?:{SAY}|{TELL}|{ASK}|{THANK}|{APOLOGISE}|that\b)"
    r"|\s*:|\s+-+\s|\s*\n|\s*\"|\s*,?\s*with(?:\s*:|\s+[\"'](?=\S))|\s*,?\s*with\s+(?:an?\s+(?:yes|no)\b|yes\b|no\b"
    r"|thanks\b|the\s+(?:words?|text)\b)"
    rf"|\s*[,.;]\s|\s+(?:from|sent\s+by|by)\s|\s+(?:we|i)(?:'\w+)?\s|\s*[.!?]*$)"
)
PLEASE = r"(?:please|pls|plz|kindly)"
