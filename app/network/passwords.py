"""What a member's password must be, and the one form in which it is hashed."""

import unicodedata

SHORTEST = 12
# Hashing costs the same for any length, but reading and normalising megabytes does not.
LONGEST = 1000


class PasswordRefused(Exception):
    """The chosen password cannot be used; `why` is one of short, long, unreadable, login, organisation."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_new_password(password: str, *, login: str, organisation_name: str) -> str:
    """Give back the password in the form that is hashed, or raise `PasswordRefused`.

    Only length and the two most guessed words count: rules about signs make people choose worse (NIST SP 800-63B, 5.1.1).
    """
    if len(password) > LONGEST:
        raise PasswordRefused("long")
    normal = normal_password(password)
    if normal is None:
        raise PasswordRefused("unreadable")
    if len(normal) < SHORTEST:
        raise PasswordRefused("short")
    for word, why in ((login, "login"), (organisation_name, "organisation")):
        if normal.strip().casefold() == unicodedata.normalize("NFC", word).strip().casefold():
            raise PasswordRefused(why)
    return normal


def normal_password(password: str) -> str | None:
    """The password in NFC, since keyboards compose letters differently; nothing when it cannot be encoded."""
    normal = unicodedata.normalize("NFC", password)
    try:
        normal.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which some broken keyboards and all fuzzers send
        return None
    return normal
