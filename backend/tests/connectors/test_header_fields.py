"""Header fields and bytes from anywhere become text and addresses, without a guess."""

from __future__ import annotations

import pytest

from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail.headers import decode_bytes, decode_words, unfold
from countersign.connectors.google.mail.parsing import decode_base64url
from countersign.connectors.google.mail_types import Address


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        ("a@b.test", (Address("a@b.test"),)),
        ("Dana Ito <dana@b.test>", (Address("dana@b.test", "Dana Ito"),)),
        (
            '"Ito, Dana" <dana@b.test>, lee@b.test',
            (Address("dana@b.test", "Ito, Dana"), Address("lee@b.test")),
        ),
        ("dana@b.test (Dana (at home))", (Address("dana@b.test", "Dana (at home)"),)),
        ("undisclosed-recipients:;", ()),
        (
            "Team: a@b.test, C <c@d.test>;, e@f.test",
            (Address("a@b.test"), Address("c@d.test", "C"), Address("e@f.test")),
        ),
        (
            "=?utf-8?q?Ito=2C_D_=3Cx=40evil=2Etest=3E?= <d@b.test>",
            (Address("d@b.test", "Ito, D <x@evil.test>"),),
        ),
        ('"dana@b.test" <eve@evil.test>', (Address("eve@evil.test", "dana@b.test"),)),
        ('"two words"@b.test', (Address('"two words"@b.test'),)),
        ("Zoë <zoë@exämple.test>", (Address("zoë@exämple.test", "Zoë"),)),
        ("x@xn--exmple-cua.test", (Address("x@xn--exmple-cua.test"),)),
        ("d@[192.0.2.1]", (Address("d@[192.0.2.1]"),)),
        ("Da\u202ena\u200b <dana@b.test>", (Address("dana@b.test", "Da\u202ena\u200b"),)),
    ],
)
def test_addresses_are_taken_apart_exactly(value: str, expected: tuple[Address, ...]) -> None:
    assert addresses((value,)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "alice@good.test)bob@evil.test",
        "<a@b.test> <c@d.test>",
        "a@b.test c@d.test",
        "Dana <dana@b.test> trailing",
        '"unclosed <a@b.test>',
        "just words",
        "a@@b.test",
        "<>",
    ],
)
def test_an_address_that_is_in_doubt_is_shown_whole_and_has_no_email(value: str) -> None:
    assert addresses((value,)) == (Address("", value),)


def test_a_name_without_address_does_not_swallow_its_neighbour() -> None:
    assert addresses(("Ito, Dana <dana@b.test>",)) == (Address("", "Ito"), Address("dana@b.test", "Dana"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?b?44GT44KT?= =?utf-8?b?44Gr44Gh44Gv?=", "こんにちは"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("=?iso-2022-jp?b?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("Re: =?nonsense?q?caf=E9?=", "Re: café"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?one=0D=0ABcc=3A_x=40y=2Etest?=", "one Bcc: x@y.test"),
        ("=?utf-8?q?nul=00?=", "nul\ufffd"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
        ("=?", "=?"),
    ],
)
def test_encoded_words_are_decoded_or_left_as_written(written: str, read: str) -> None:
    assert decode_words(written) == read


def test_a_folded_field_becomes_one_line_and_no_second_field() -> None:
    assert unfold("one\r\n two\r\nBcc: eve@evil.test") == "one two Bcc: eve@evil.test"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "no-such-charset", "Grüße"),
        ("Привет".encode("koi8-r"), '"KOI8-R"', "Привет"),
        ("こんにちは".encode("iso-2022-jp"), "ISO-2022-JP", "こんにちは"),
        ("plain".encode("utf-16"), "utf-16", "plain"),
        (b"\x81\xff", None, "\ufffdÿ"),
        (b"a\0b", "utf-8", "a\ufffdb"),
        (b"", "utf-8", ""),
    ],
)
def test_bytes_become_text_whatever_was_declared(data: bytes, charset: str | None, text: str) -> None:
    assert decode_bytes(data, charset) == text


def test_base64_with_or_without_padding_and_rubbish_is_read_or_empty() -> None:
    assert decode_base64url("aGk") == decode_base64url("aGk=") == b"hi"
    assert decode_base64url("a") == decode_base64url(None) == b""
