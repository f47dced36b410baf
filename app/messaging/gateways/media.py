"""What came beside words or without any, by its kind alone: no picture, voice or place is ever fetched or kept."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Media(StrEnum):
    """What a text can carry beside words, or instead of them."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"


_BY_FAMILY = {"image": Media.PHOTO, "audio": Media.VOICE, "video": Media.VIDEO}
_CONTACT = re.compile(r"text/(?:x-)?vcard|text/directory", re.IGNORECASE)
_PLACE = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")
_WORDS = {
    word: kind
    for kind, words in {
        Media.PHOTO: "image photo picture sticker gif mms",
        Media.VOICE: "audio voice ptt voicenote voice_note",
        Media.VIDEO: "video",
        Media.LOCATION: "location live_location venue place map",
        Media.CONTACT: "contact contacts vcard contact_card",
        Media.FILE: "file document attachment media unsupported other",
    }.items()
    for word in words.split()
}


def media_of(told: str) -> Media | None:
    """The kind that a media type ("image/jpeg") or a gateway's own word ("voice") names; None for words such as "text"."""
    plain = told.partition(";")[0].strip().lower()
    if _CONTACT.fullmatch(plain):
        return Media.CONTACT
    family, slash, _rest = plain.partition("/")
    if slash:
        return _BY_FAMILY.get(family, Media.FILE)
    return _WORDS.get(plain)


def is_place(latitude: str, longitude: str) -> bool:
    """Whether these are the two numbers of a place on the map."""
    return _PLACE.fullmatch(latitude) is not None and _PLACE.fullmatch(longitude) is not None


def kinds(found: Iterable[Media]) -> tuple[Media, ...]:
    """Each kind once, in the order in which they came."""
    return tuple(dict.fromkeys(found))
