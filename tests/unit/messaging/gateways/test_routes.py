"""Which gateway answers a number of which country: the one it wrote to if it can, else the one that serves the country."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from app.database import Database
from app.messaging.gateways.registry import Gateways, GatewaysRefused, Route, load_gateways
from app.settings import read_settings
from tests.support.making import new_vault

_TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM": "+15550100999",
}
_FILE = """
[twilio]
one_way = ["TZ", "KH"]
registration = ["VN", "KH"]
registered = ["KH"]

[[gateway]]
name = "nairobi-phone"
line = "+254700000000"
home_country = "KE"
countries = ["KE", "TZ"]
two_way = true
[gateway.send]
url = "http://192.0.2.10:8080/message"
[gateway.send.fields]
to = "{to}"
text = "{body}"
id = "{id}"
[gateway.inbound]
id = "id"
sender = "from"
body = "text"
[gateway.signature]
header = "X-Signature"
timestamp_header = "X-Timestamp"
variable = "PHONE_SECRET"
signed = "{body}{timestamp}"
window_seconds = 300

[[gateway]]
name = "kampala"
line = "HelpLine"
countries = ["UG"]
alphanumeric = true
[gateway.send]
url = "https://aggregator.example/send"
content = "form"
auth_header = "apiKey"
auth_variable = "KAMPALA_KEY"
answer_id = "id"
[gateway.send.fields]
to = "{to}"
message = "{body}"
"""
_KEYS = {"PHONE_SECRET": "s" * 32, "KAMPALA_KEY": "k"}


def _load(
    folder: Path, settings: Mapping[str, str], file: str = _FILE, keys: Mapping[str, str] = _KEYS
) -> Gateways:
    (folder / "gateways.toml").write_text(file, encoding="utf-8")
    read = read_settings({"REDRESS_HOME": str(folder), **settings})
    vault = new_vault(folder / "keys")
    return load_gateways(read, vault, Database(read.database_url), keys, folder / "gateways.toml")


_PHONE = Route("nairobi-phone", "+254700000000", two_way=True)
_SMS = Route("twilio", "+15550100999", two_way=True)


@pytest.mark.parametrize(
    ("country", "came_by", "line", "route"),
    (
        ("ZA", "twilio", None, _SMS),
        (None, "twilio", None, _SMS),
        ("KE", "twilio", None, _SMS),
        ("KE", None, None, _PHONE),
        ("KE", "nairobi-phone", None, _PHONE),
        ("ZA", "nairobi-phone", None, _SMS),
        # No answer comes back through Twilio, but a phone in the country carries it.
        ("TZ", "twilio", None, _PHONE),
        ("KH", "twilio", None, Route("twilio", "+15550100999", two_way=False)),
        ("VN", "twilio", None, None),
        ("VN", None, None, None),
        ("VN", "twilio", "whatsapp:+15550100998", Route("twilio", "whatsapp:+15550100998", two_way=True)),
        ("UG", "kampala", None, _SMS),
        ("XX", "gone", None, _SMS),
    ),
)
def test_who_answers(
    tmp_path: Path, country: str | None, came_by: str | None, line: str | None, route: Route | None
) -> None:
    assert _load(tmp_path, _TWILIO).route_to(country, came_by, line) == route


def test_a_name_as_sender_where_nothing_else_reaches(tmp_path: Path) -> None:
    gateways = _load(tmp_path, {})
    assert gateways.route_to("UG", None) == Route("kampala", "HelpLine", two_way=False)


@pytest.mark.parametrize(
    ("country", "settings", "number"),
    (
        ("KE", _TWILIO, "+254700000000"),
        ("ZA", _TWILIO, "+15550100999"),
        ("KH", _TWILIO, ""),  # whoever texts there gets no answer
        ("VN", _TWILIO, ""),
        ("UG", {}, ""),
        ("ZA", {**_TWILIO, "TWILIO_FROM": "whatsapp:+15550100999"}, ""),
        ("ZA", {}, ""),
    ),
)
def test_only_a_number_that_can_be_texted_and_answers_is_printed(
    tmp_path: Path, country: str, settings: Mapping[str, str], number: str
) -> None:
    assert _load(tmp_path, settings).number_to_print(country) == number


def test_the_simulators_number_is_never_printed(tmp_path: Path) -> None:
    assert _load(tmp_path, {}, "").number_to_print("MY") == ""


def test_without_settings_the_simulator_answers_everybody(tmp_path: Path) -> None:
    gateways = _load(tmp_path, {}, "")
    assert gateways.names == ("simulator",)
    assert gateways.default_webhook().name == "simulator"
    for country, came_by in (("KE", "simulator"), ("VN", None), (None, None)):
        route = gateways.route_to(country, came_by)
        assert route is not None
        assert (route.gateway, route.two_way) == ("simulator", True)


def test_an_alert_does_not_vanish_into_the_simulator_beside_a_real_gateway(tmp_path: Path) -> None:
    assert _load(tmp_path, {}).route_to("VN", None) is None


def test_with_an_account_there_is_no_simulator(tmp_path: Path) -> None:
    gateways = _load(tmp_path, _TWILIO)
    assert gateways.names == ("nairobi-phone", "kampala", "twilio")
    assert gateways.default_webhook().name == "twilio"
    assert gateways.webhook("nairobi-phone").name == "nairobi-phone"
    assert gateways.home_country("nairobi-phone") == "KE"
    assert gateways.home_country("twilio") is None
    for ask in (gateways.webhook, gateways.gateway):
        with pytest.raises(KeyError):
            ask("simulator")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    (
        ("[twilio]", "[twilio", "not valid TOML"),
        (
            '"TZ", "KH"]',
            '"Tanzania"]',
            "one_way: Tanzania must be a country's two capital letters (ISO 3166): write TZ.",
        ),
        ('"TZ", "KH"]', '"EU"]', "one_way: EU must be a country's two capital letters (ISO 3166)."),
        ('name = "kampala"', 'name = "Kampala"', "name must be small letters"),
        ('name = "kampala"', 'name = "twilio"', "name must be small letters"),
        ('name = "kampala"', 'name = "nairobi-phone"', "two gateways have the name nairobi-phone"),
        ('["UG"]', '["UG", "KE"]', "two gateways have the country KE"),
        ('countries = ["UG"]', "countries = []", "at least one country"),
        ("alphanumeric = true", "alphanumeric = true\ntwo_way = true", "two_way needs"),
        ("two_way = true", "two_way = true\nalphanumeric = true", "exclude each other"),
        ('text = "{body}"', 'text = "hello"', "must use {to} and {body}"),
        ('text = "{body}"', 'text = "{body} {word}"', "{word}, which is not known"),
        ('id = "{id}"\n', "", "must use {id}"),
        ('"http://192.0.2.10:8080/message"', '"192.0.2.10/message"', "url must begin with"),
        ('"http://192.0.2.10:8080/message"', '"http://192.0.2.10:port/"', "url must begin with"),
        ('"http://192.0.2.10:8080/message"', '"http://192.0.2.10/{to}"', "{to}, which is not known"),
        ('variable = "PHONE_SECRET"', 'variable = "NOT_SET"', "NOT_SET, which is not set"),
        ('auth_variable = "KAMPALA_KEY"', 'auth_variable = "sekret-key"', "not hold the secret itself"),
        ('signed = "{body}{timestamp}"', 'signed = "{body}"', "must use {body} and {timestamp}"),
        ("window_seconds = 300", "window_seconds = 99999", "window_seconds must be"),
        ('header = "X-Signature"', 'header = "X Signature"', "name of an HTTP header"),
        ('answer_id = "id"', 'answer_id = "id"\nanswer_state = "s"', "belong together"),
        ('answer_id = "id"', 'answer_idd = "id"', "answer_idd is not known"),
        ('home_country = "KE"', 'home_country = "Kenya"', "home_country must be"),
        ('sender = "from"\n', "", "sender is missing"),
        ('content = "form"', 'content = "hex"', "content must be one of json, form"),
        (
            "window_seconds = 300",
            'window_seconds = 300\nencoding = "json"',
            "encoding must be one of hex, base64",
        ),
        ('id = "{id}"\n', 'id = "{id}"\n"id.sim" = "1"\n', "gives id a text and parts within it"),
        (
            "[gateway.signature]",
            '[gateway.status]\nid = "i"\nstate = "s"\n[gateway.status.states]\nx = "claimed"\n[gateway.signature]',
            "x must be one of accepted, sent",
        ),
        (
            "[gateway.signature]",
            '[gateway.find]\nurl = "http://192.0.2.10/{id}"\nanswer_state = "s"\n[gateway.signature]',
            "answer_state and states belong together",
        ),
    ),
)
def test_every_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in _FILE
    with pytest.raises(GatewaysRefused) as refused:
        _load(tmp_path, {}, _FILE.replace(old, new))
    assert any(line in mistake for mistake in refused.value.mistakes)
    for mistake in refused.value.mistakes:
        assert "\n" not in mistake
        assert mistake.startswith("gateways.toml")
        assert "sekret" not in mistake


def test_requests_need_a_signature(tmp_path: Path) -> None:
    start, end = _FILE.index("[gateway.signature]"), _FILE.index('[[gateway]]\nname = "kampala"')
    with pytest.raises(GatewaysRefused, match="anybody could post to us"):
        _load(tmp_path, {}, _FILE[:start] + _FILE[end:])


def test_the_file_that_is_shipped_and_its_examples_are_good(tmp_path: Path) -> None:
    shipped = (read_settings({}).config / "gateways.toml").read_text(encoding="utf-8")
    assert _load(tmp_path, {}, shipped).names == ("simulator",)
    lines = shipped.splitlines()
    examples = "\n".join(line[1:] for line in lines if line.startswith("#") and line[1:2].strip())
    keys = {"NAIROBI_PHONE_AUTHORIZATION": "a", "NAIROBI_PHONE_SECRET": "b", "KAMPALA_AGGREGATOR_KEY": "c"}
    (tmp_path / "more").mkdir()
    loaded = _load(tmp_path / "more", {}, examples, keys)
    assert loaded.names == ("nairobi-phone", "kampala-aggregator", "simulator")
