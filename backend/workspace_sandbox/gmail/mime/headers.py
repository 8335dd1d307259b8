"""Header fields of a mail as text, and small edits of them in the raw bytes.

It never raises on broken input and never looks into a body.
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from quopri import decodestring

LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_BLOCK_END = re.compile(rb"\r\n\r\n|\n\n|\r\r(?!\n)|\n\r\n|\r\n\n")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_BLANKS = " \t"
_ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_RUN_OF_WORDS = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*")
_PARAMETER = re.compile(r";\s*([^\s=;]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)")
# Quoted text, a comment, an address in angle brackets, or a single letter; all linear on hostile input.
_ADDRESS_PIECE = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|\([^()]*\)?|<[^<>]*>?|[^\"(<,;:]+|.", re.DOTALL)
_WORDS_TO_QUOTE = re.compile(r"[,;:<>@()\"\[\]\\]")

Field = tuple[str, str]


def split_message(raw: bytes) -> tuple[list[Field], bytes]:
    """Fields in order as ``(name, unfolded value)`` and the body's bytes.

    Source: RFC 5322 section 2.1. A mail that does not start with a field is all body; a line that is no field is
    passed over when a field follows, else the body begins there. Values stay as written (encoded words included);
    bytes above 127 are read as UTF-8, else Latin-1.
    """
    start = _skip_envelope_line(raw)
    found = _BLOCK_END.search(raw, start)
    if raw[start : start + 1] in (b"\r", b"\n"):
        return [], raw[LINE_BREAK.match(raw, start).end() :]  # type: ignore[union-attr]  # the character was just seen
    block, body = (raw[start:], b"") if found is None else (raw[start : found.start()], raw[found.end() :])
    # Values as pieces: joining a field of a million folded lines one by one would take forever.
    pieces: list[tuple[str, list[str]]] = []
    lines = _text_lines(block)
    for index, line in enumerate(lines):
        field = _FIELD.match(line)
        if pieces and line[:1] in (" ", "\t"):
            pieces[-1][1].append(line.strip(_BLANKS))
        elif field is not None:
            pieces.append((field[1], [field[2].strip(_BLANKS)]))
        elif not _may_be_passed_over(line, lines[index + 1 : index + 2], first=not pieces):
            rest = block[_offset_of_line(block, index) :]
            body = rest if found is None else rest + raw[found.start() :]
            break
    return [(name, " ".join(parts)) for name, parts in pieces], body


def _may_be_passed_over(line: str, following: list[str], *, first: bool) -> bool:
    """True for an mbox envelope line, and for rubbish in front of a further field."""
    if line.startswith(("From ", ">From ")):
        return True
    return not first and any(_FIELD.match(one) for one in following)


def _text_lines(block: bytes) -> list[str]:
    """The lines as text; each has its own encoding when the block is not plain ASCII."""
    if block.isascii():
        return block.decode("ascii").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [as_text(line) for line in LINE_BREAK.split(block)]


def _offset_of_line(block: bytes, number: int) -> int:
    ends = [found.end() for found in LINE_BREAK.finditer(block)]
    return ends[number - 1] if number else 0


def as_text(value: bytes) -> str:
    """The bytes as text: UTF-8 when valid, else Latin-1, so nothing is ever lost."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def first(fields: list[Field], name: str) -> str:
    """The first field of that name as written, or an empty string."""
    wanted = name.lower()
    for key, value in fields:
        if key.lower() == wanted:
            return value
    return ""


def decode_words(value: str) -> str:
    """The value with RFC 2047 encoded words decoded; undecodable ones stay as written.

    A letter that is split between two words of one charset is put together.
    """
    return _RUN_OF_WORDS.sub(_decoded_run, value) if "=?" in value else value


def decode_addresses(value: str) -> str:
    """An address field decoded, with names quoted where the decoded text would break the address syntax."""
    if "=?" not in value:
        return value
    pairs = read_addresses(value)
    return ", ".join(write_address(*pair) for pair in pairs) if pairs else decode_words(value)


def write_address(name: str, address: str) -> str:
    """``Name <address>`` with the name quoted when it needs to be; the bare address when there is no name."""
    if not name:
        return address
    if _WORDS_TO_QUOTE.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"


def read_addresses(value: str) -> list[tuple[str, str]]:
    """``(decoded name, address)`` pairs of an address field, in order.

    Groups are flattened, comments become names, entries without an ``@`` are kept so that a caller can refuse them.
    Source: RFC 5322 section 3.4.
    """
    pairs = [_read_address(piece) for piece in _split_outside_quotes(value)]
    return [pair for pair in pairs if pair[1]]


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The lower-case main value and the parameters of a structured field.

    Source: RFC 2045 section 5.1; RFC 2231 continuations and charsets.
    """
    main = value.split(";", 1)[0].strip().lower()
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, quoted in _PARAMETER.findall(value):
        key, star, rest = name.lower().partition("*")
        text = _unquote(quoted)
        if not star:
            plain.setdefault(key, decode_words(text))
            continue
        number = rest.rstrip("*")
        order = int(number) if number.isascii() and number.isdecimal() else 0
        pieces.setdefault(key, []).append((order, name.endswith("*"), text))
    for key, parts in pieces.items():
        plain[key] = _joined_parameter(sorted(parts))
    return main, plain


def remove_fields(raw: bytes, names: tuple[str, ...]) -> bytes:
    """The mail without every field of the given names; all other bytes are untouched."""
    start = _skip_envelope_line(raw)
    found = _BLOCK_END.search(raw, start)
    end = len(raw) if found is None else found.start()
    wanted = tuple(name.lower().encode() for name in names)
    kept: list[bytes] = []
    dropping = False
    for line in raw[start:end].splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            dropping = line.split(b":", 1)[0].strip().lower() in wanted
        if not dropping:
            kept.append(line)
    head = b"".join(kept)
    if dropping and found is not None:
        head = head.rstrip(b"\r\n")
    return raw[:start] + head + raw[end:]


def prepend_fields(raw: bytes, fields: list[Field]) -> bytes:
    """The mail with the fields put in front, in the given order, using the mail's own line break."""
    newline = "\r\n" if b"\r\n" in raw[:4096] or b"\n" not in raw[:4096] else "\n"
    head = "".join(f"{name}: {value}{newline}" for name, value in fields)
    return head.encode() + raw[_skip_envelope_line(raw) :]


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The body with its Content-Transfer-Encoding undone; damaged base64 gives what could be read.

    Source: RFC 2045 section 6.
    """
    kind = encoding.strip().lower()
    if kind == "quoted-printable":
        return decodestring(body)
    if kind != "base64":
        return body
    try:
        return a2b_base64(body)
    except Base64Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        return a2b_base64(letters[: len(letters) // 4 * 4])


def to_unicode(data: bytes, charset: str) -> str:
    """The bytes in the named charset; an unknown or wrong charset falls back to UTF-8, then Latin-1.

    The text can always be written as UTF-8: half letters, which UTF-7 can hold, become question marks.
    """
    try:
        text = data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return as_text(data)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _skip_envelope_line(raw: bytes) -> int:
    if not raw.startswith((b"From ", b">From ")):
        return 0
    found = LINE_BREAK.search(raw)
    return found.end() if found else 0


def _decoded_run(match: re.Match[str]) -> str:
    pieces: list[tuple[str, bytes]] = []
    for found in _ENCODED_WORD.finditer(match[0]):
        charset, kind, text = found[1].split("*")[0].lower(), found[2].lower(), found[3]
        try:
            source = text.encode("ascii")
            data = a2b_base64(source + b"==") if kind == "b" else decodestring(source, header=True)
        except (UnicodeEncodeError, Base64Error):
            charset, data = "utf-8", found[0].encode()
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + data)
        else:
            pieces.append((charset, data))
    return "".join(to_unicode(data, charset) for charset, data in pieces)


def _split_outside_quotes(value: str) -> list[str]:
    """The pieces between commas and semicolons that stand outside quotes, comments and angle brackets."""
    pieces: list[str] = []
    current: list[str] = []
    for piece in _ADDRESS_PIECE.findall(value):
        if piece in (",", ";"):
            pieces.append("".join(current))
            current = []
        elif piece == ":":
            current = []
        else:
            current.append(piece)
    return [*pieces, "".join(current)]


def _read_address(piece: str) -> tuple[str, str]:
    piece = piece.strip()
    opening = piece.rfind("<")
    if opening >= 0:
        address = piece[opening + 1 :].split(">", 1)[0].strip()
        return decode_words(_unquote(piece[:opening].strip())), address
    comment = re.search(r"\(([^()]*)\)", piece)
    if comment is not None:
        return decode_words(comment[1].strip()), piece.replace(comment[0], "").strip()
    return "", piece


def _unquote(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _joined_parameter(parts: list[tuple[int, bool, str]]) -> str:
    charset = ""
    data = b""
    for index, (_, encoded, piece) in enumerate(parts):
        text = piece
        if encoded and index == 0 and piece.count("'") >= 2:
            charset, _, text = piece.split("'", 2)
        data += _percent_decoded(text) if encoded else text.encode()
    return to_unicode(data, charset or "utf-8")


def _percent_decoded(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode())
