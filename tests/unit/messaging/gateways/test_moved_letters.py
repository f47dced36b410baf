"""Twilio's signature holds wherever a field's name ends: moved letters must never make another act of a recorded request."""

import base64
import hmac
import random
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from app.messaging.gateways.media import Media
from app.messaging.gateways.protocol import Forged, ReceivedText, SignedRequest
from app.messaging.gateways.twilio_webhook import TwilioWebhook

URL = "https://help.example.org/sms/inbound"
TOKEN = "n" * 32
SID, OTHER = "SM" + "0a" * 16, "SM" + "1b" * 16
SMS = {
    "AccountSid": "AC" + "0" * 32,
    "ApiVersion": "2010-04-01",
    "Body": "We were not paid",
    "From": "+254700000001",
    "FromCity": "Nairobi",
    "FromCountry": "KE",
    "FromState": "",
    "FromZip": "00100",
    "MessageSid": SID,
    "MessagingServiceSid": "MG" + "0" * 32,
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsMessageSid": SID,
    "SmsSid": SID,
    "SmsStatus": "received",
    "To": "+15550100999",
    "ToCity": "",
    "ToCountry": "US",
    "ToState": "CA",
    "ToZip": "",
}
_BARE = {
    name: SMS[name]
    for name in ("AccountSid", "ApiVersion", "Body", "MessageSid", "NumMedia", "SmsMessageSid", "SmsSid")
}
WHATSAPP = _BARE | {
    "ChannelMetadata": '{"type":"whatsapp","data":{"context":{"ProfileName":"Asha","WaId":"254700000001"}}}',
    "From": "whatsapp:+254700000001",
    "MessageType": "text",
    "OriginalRepliedMessageSender": "whatsapp:+15550100999",
    "OriginalRepliedMessageSid": OTHER,
    "ProfileName": "Asha From Body Shop",
    "SmsStatus": "received",
    "To": "whatsapp:+15550100999",
    "WaId": "254700000001",
}
MMS = SMS | {
    "Body": "",
    "MediaContentType0": "image/jpeg",
    "MediaSid0": "ME" + "0" * 32,
    "MediaUrl0": f"https://api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}/Messages/MM{'0a' * 16}/Media/ME{'0' * 32}",
    "MessageSid": "MM" + "0a" * 16,
    "NumMedia": "1",
    "SmsMessageSid": "MM" + "0a" * 16,
    "SmsSid": "MM" + "0a" * 16,
}
RCS = _BARE | {
    "From": "rcs:+254700000001",
    "To": "rcs:redress_agent_1",
    "ButtonPayload": "yes",
    "Body": "Yes",
}
PLACE = WHATSAPP | {"Body": "", "Latitude": "-1.2921", "Longitude": "36.8219", "MessageType": "location"}
KINDS = {
    "a text": SMS,
    "a short code": SMS | {"To": "20880"},
    "a sender that is a name": SMS | {"From": "MPESA Kenya"},
    "a sender with marks": SMS | {"From": "Bäckerei & Co"},
    "a text without words": SMS | {"Body": ""},
    "a reply on WhatsApp": WHATSAPP,
    "an unnamed person on WhatsApp": WHATSAPP | {"From": "whatsapp:KE.13491208655302741918"},
    "a picture": MMS,
    "a picture without its words' field": {name: value for name, value in MMS.items() if name != "Body"},
    "rich text": RCS,
    "a place": PLACE,
    "a field that is new": SMS
    | {"GeoTrust": "new", "ForwardedFrom": "+254700000009", "ParentAccountSid": "AC" + "1" * 32},
    "words about fields": SMS | {"Body": "MessageSid From+254700000002 To+254700000003 NumMedia1 AccountSid"},
}

_webhook = TwilioWebhook("twilio", (TOKEN,))


def _signature(told: str) -> str:
    return base64.b64encode(hmac.digest(TOKEN.encode(), told.encode(), "sha1")).decode()


def _told(fields: Mapping[str, str]) -> str:
    return URL + "".join(f"{name}{fields[name]}" for name in sorted(fields))


def _post(fields: Mapping[str, str], signature: str) -> SignedRequest:
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return SignedRequest(URL, headers, urlencode(fields).encode())


def _read(fields: Mapping[str, str], signed: Mapping[str, str] | None = None) -> ReceivedText:
    return _webhook.read_text(_post(fields, _signature(_told(signed or fields))))


@pytest.mark.parametrize("fields", KINDS.values(), ids=KINDS.keys())
def test_whatever_twilio_sends_is_taken(fields: dict[str, str]) -> None:
    text = _read(fields)
    assert (text.provider_id, text.sender, text.body) == (
        fields["MessageSid"],
        fields["From"],
        fields.get("Body", ""),
    )


# What a stranger may cut a signed string at: the names that mean something here, some that do not, and pieces of them.
_CUTS = (
    *SMS,
    *PLACE,
    *MMS,
    "Bod",
    "BodyW",
    "Z",
    "Label",
    "MessageS",
    "NumMedi",
    "SmsStatu",
    "Sid",
    "Mess",
    "T",
    "Froms",
)
_HOSTILE = "".join(
    f"{name}{value}"
    for name, value in {
        "": "hi",
        "From": "+254733333333",
        "FromA": "",
        "MessageSid": OTHER,
        "To": "+15550100777",
        "Z": "",
    }.items()
)
SIGNED = KINDS | {
    "words that name fields": SMS | {"Body": _HOSTILE},
    "words that name a sender": SMS | {"Body": "hiFrom+254733333333FromA"},
    "a place that names fields": PLACE | {"Label": _HOSTILE},
    "a profile that names fields": WHATSAPP | {"ProfileName": _HOSTILE},
}


def _splits(told: str, rng: random.Random, number: int) -> Iterator[dict[str, str]]:
    """Forms with other fields over which the same signature is made."""
    starts: dict[int, list[str]] = {}
    for name in sorted(_CUTS, key=len):
        for at in range(len(told)):
            if told.startswith(name, at):
                starts.setdefault(at, []).append(name)
    for _ in range(number):
        care, fields = rng.choice((0.6, 0.9, 0.98, 1.0)), {}
        names = [(0, told[: len("AccountSid") if rng.random() < care else rng.randrange(1, 14)])]
        for at, found in sorted(starts.items()):
            end = names[-1][0] + len(names[-1][1])
            name = found[-1] if rng.random() < care else rng.choice(found)
            if at >= end and name > names[-1][1] and rng.random() < care:
                names.append((at, name))
        ends = [at for at, _name in names[1:]] + [len(told)]
        for (at, name), end in zip(names, ends, strict=True):
            fields[name] = told[at + len(name) : end]
        yield fields


@pytest.mark.parametrize("signed", SIGNED.values(), ids=SIGNED.keys())
def test_a_recorded_request_is_the_same_act_or_none_wherever_it_is_cut(signed: dict[str, str]) -> None:
    told = _told(signed)
    fields = told.removeprefix(URL)
    signature, taken = _signature(told), 0
    for split in _splits(fields, random.Random(7), 600):  # noqa: S311
        assert "".join(f"{name}{value}" for name, value in sorted(split.items())) == fields
        try:
            text = _webhook.read_text(_post(split, signature))
        except Forged:
            continue
        taken += 1
        assert (text.provider_id, text.sender, text.line) == (
            signed["MessageSid"],
            signed["From"],
            signed["To"],
        )
    assert taken or signed is not SMS


@pytest.mark.parametrize(
    "changes",
    (
        {"MessageSid": SID[:-1], "SmsSid": SID[:-1], "SmsMessageSid": SID[:-1]},
        {"MessageSid": SID + "0"},
        {"MessageSid": SID + "NumMedia0"},
        {"MessageSid": "SM" + "g" * 32},
        {"MessageSid": "IM" + "0a" * 16},
        {"SmsSid": OTHER},
        {"SmsMessageSid": ""},
        {"AccountSid": "AC1"},
        {"MessagingServiceSid": "MG1"},
        {"NumMedia": "one"},
        {"NumSegments": "1From"},
        {"ApiVersion": "2010"},
        {"From": "+254700000001FromCityNairobi"},
        {"To": "+1555010 0999"},
        {"SmsStatus": "receivedTo+15550100999"},
        {"odd name": "x"},
        {"": "x"},
        {"FromZip": f"00100MessageSid{OTHER}"},
        {f"AMessageSid{OTHER}": "x"},
        {"AMessage": f"Sid{OTHER}x"},
    ),
)
def test_a_field_that_is_not_as_twilio_writes_it(changes: dict[str, str]) -> None:
    with pytest.raises(Forged):
        _read(SMS | changes)


@pytest.mark.parametrize(
    "name", ("From", "To", "MessageSid", "SmsSid", "Body", "NumMedia", "AccountSid", "SmsStatus")
)
def test_a_field_that_comes_twice_means_nothing(name: str) -> None:
    pairs = [*SMS.items(), (name, SMS[name])]
    told = URL + "".join(f"{each}{value}" for each, value in sorted(set(pairs)))
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": _signature(told)}
    with pytest.raises(Forged):
        _webhook.read_text(SignedRequest(URL, headers, urlencode(pairs).encode()))


@pytest.mark.parametrize(
    ("fields", "came"),
    (
        (SMS, ()),
        (MMS, (Media.PHOTO,)),
        (MMS | {"MediaContentType0": "audio/ogg; codecs=opus"}, (Media.VOICE,)),
        (MMS | {"MediaContentType0": "video/3gpp"}, (Media.VIDEO,)),
        (MMS | {"MediaContentType0": "text/x-vcard"}, (Media.CONTACT,)),
        (MMS | {"MediaContentType0": "text/vcard; charset=utf-8"}, (Media.CONTACT,)),
        (MMS | {"MediaContentType0": "application/pdf"}, (Media.FILE,)),
        (MMS | {"MediaContentType0": ""}, (Media.FILE,)),
        (MMS | {"NumMedia": "2"}, (Media.PHOTO, Media.FILE)),
        (
            MMS | {"NumMedia": "3", "MediaContentType1": "image/png", "MediaContentType2": "audio/amr"},
            (Media.PHOTO, Media.VOICE),
        ),
        (PLACE, (Media.LOCATION,)),
        (PLACE | {"Latitude": "here"}, ()),
    ),
)
def test_what_came_beside_the_words_is_told_by_its_kind_alone(
    fields: dict[str, str], came: tuple[Media, ...]
) -> None:
    text = _read(fields)
    assert text.came == came
    assert "media" not in repr(text).casefold().replace("media.", "").replace("<media", "")
    assert "36.8" not in repr(vars(text))
