"""Which Google scopes each ability needs, and the words people read about them; asks for nothing by itself.

Source: "OAuth 2.0 Scopes for Google APIs", https://developers.google.com/identity/protocols/oauth2/scopes, and the
`scopes` of each method in the discovery documents shipped with google-api-python-client.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Ability = Literal[
    "read_mail",
    "draft_and_send",
    "organise_mail",
    "read_calendar",
    "change_calendar",
    "read_files",
    "share_files",
    "name_and_address",
]
ABILITIES: Final[tuple[Ability, ...]] = get_args(Ability)

_PREFIX: Final = "https://www.googleapis.com/auth/"
# Asked always: without them an account could not be told from another.
IDENTITY_SCOPES: Final = ("openid", _PREFIX + "userinfo.email")
# Short forms people and older grants use for the same permission.
_SAME_AS: Final = {"email": _PREFIX + "userinfo.email", "profile": _PREFIX + "userinfo.profile"}


@dataclass(frozen=True)
class AbilityWords:
    """One ability: its scope and the plain words shown before and after consent."""

    scope: str
    words: str
    why: str
    # Scopes that contain this one, so that an older, broader grant counts.
    also: tuple[str, ...] = ()


WORDS: Final[dict[Ability, AbilityWords]] = {
    "read_mail": AbilityWords(
        _PREFIX + "gmail.readonly",
        "Read mail",
        "To find and quote the mails a request is about.",
        (_PREFIX + "gmail.modify", "https://mail.google.com/"),
    ),
    "draft_and_send": AbilityWords(
        _PREFIX + "gmail.compose",
        "Draft and send mail you approve",
        "To send a mail after you approved exactly that mail.",
        (_PREFIX + "gmail.modify", "https://mail.google.com/"),
    ),
    "organise_mail": AbilityWords(
        _PREFIX + "gmail.modify",
        "Label, archive and move mail to the bin",
        "To tidy up after you approved it. Nothing is deleted for ever.",
        ("https://mail.google.com/",),
    ),
    "read_calendar": AbilityWords(
        _PREFIX + "calendar.readonly",
        "Read calendars",
        "To find free times and the events a request is about.",
        (_PREFIX + "calendar",),
    ),
    "change_calendar": AbilityWords(
        _PREFIX + "calendar.events",
        "Change events you approve",
        "To create, move or cancel an event after you approved it.",
        (_PREFIX + "calendar",),
    ),
    "read_files": AbilityWords(
        _PREFIX + "drive.readonly",
        "Read files",
        "To find and read the documents a request is about.",
        (_PREFIX + "drive",),
    ),
    "share_files": AbilityWords(
        _PREFIX + "drive.file",
        "Share files you choose",
        "To share a chosen file after you approved it.",
        (_PREFIX + "drive",),
    ),
    "name_and_address": AbilityWords(
        _PREFIX + "userinfo.profile",
        "See your name",
        "To sign what it writes with your name.",
    ),
}


def scopes_for(abilities: Iterable[Ability]) -> tuple[str, ...]:
    """Exactly the scopes these abilities need, with the identity scopes first, in a stable order."""
    wanted = set(abilities)
    return (*IDENTITY_SCOPES, *(WORDS[ability].scope for ability in ABILITIES if ability in wanted))


def normalised(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes sorted, without repeats, short forms written out."""
    return tuple(sorted({_SAME_AS.get(scope, scope) for scope in scopes if scope}))


def abilities_of(granted: Collection[str]) -> tuple[Ability, ...]:
    """The abilities these granted scopes give, in the order of `ABILITIES`."""
    have = set(normalised(granted))
    return tuple(
        ability for ability in ABILITIES if have.intersection((WORDS[ability].scope, *WORDS[ability].also))
    )


def missing_scopes(asked: Iterable[str], granted: Collection[str]) -> tuple[str, ...]:
    """Asked scopes that nothing granted covers, in the order asked."""
    have = set(normalised(granted))
    covers = {words.scope: {words.scope, *words.also} for words in WORDS.values()}
    return tuple(scope for scope in normalised(asked) if not have & covers.get(scope, {scope}))
