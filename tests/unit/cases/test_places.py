"""Which country words about a workplace tell, in the languages of the product, and which names tell none."""

from pathlib import Path

import pytest

from app.cases.rules.rule_set import Rules
from app.cases.words import place_names
from app.cases.words.places import Places, open_places
from tests.support.project import CONFIG

TOLD = (
    ("MY", "Penang, Malaysia"),
    ("MY", "Malaysia"),
    ("MY", "malaysia"),
    ("MY", "Foxway Electronics, Penang"),
    ("MY", "factory in penang"),
    ("MY", "Kilang di Pulau Pinang"),
    ("MY", "马来西亚槟城电子厂"),
    ("MY", "ပီနန် စက်ရုံ"),
    ("MY", "မလေးရှားနိုင်ငံ ပီနန်"),
    ("MY", "मलेसियाको पेनाङ"),
    ("MY", "মালয়েশিয়ায় কারখানা"),
    ("MY", "மலேசியாவில் பினாங்கு"),
    ("MY", "பினாங்கில் தொழிற்சாலை"),
    ("MY", "fabrica en Malasia"),
    ("MY", "v Malajsii"),
    ("MY", "w Malezji"),
    ("MY", "Malajziában"),
    ("MY", "Malezya'da"),
    ("MY", "Malezyada"),
    ("MY", "Малайзія"),
    ("MY", "ملائیشیا میں فیکٹری"),
    ("MY", "في ماليزيا"),
    ("MY", "بماليزيا"),
    ("MY", "โรงงานในมาเลเซีย"),
    ("MY", "រោងចក្រនៅម៉ាឡេស៊ី"),
    ("ID", "PT Foxway, Morowali"),
    ("ID", "Batam"),
    ("PH", "Laguna, Pilipinas"),
    ("PH", "Cabuyao Laguna"),
    ("PH", "Laguna Calamba"),
    ("MY", "Jordan Penang"),
    ("MY", "KL"),
    ("MY", "kilang di KL"),
    ("MY", "George Town"),
    ("MY", "Nilai N9"),
    ("MY", "Simpang Ampat"),
    ("MY", "Batu Maung"),
    ("ID", "Cikupa"),
    ("VN", "KCN VSIP"),
    ("VN", "Quế Võ"),
    ("TH", "นวนคร"),
    ("TH", "BKK"),
    ("CN", "宁德"),
    ("CN", "深圳龙华"),
    ("IN", "Oragadam"),
    ("ZM", "Kabwe"),
    ("BO", "Uyuni"),
    ("GN", "Kamsar"),
    ("TH", "สมุทรสาคร"),
    ("TH", "โรงงานกุ้งมหาชัย"),
    ("TH", "မဟာချိုင်"),
    ("MM", "ရန်ကုန် လှိုင်သာယာ"),
    ("KH", "រោងចក្រនៅភ្នំពេញ"),
    ("CN", "深圳富士康"),
    ("CN", "东莞厂"),
    ("TW", "桃園 電子廠"),
    ("VN", "KCN Bac Ninh"),
    ("VN", "Bình Dương"),
    ("IN", "Chennai"),
    ("IN", "श्री कंपनी, मानेसर"),
    ("IN", "சென்னையில் உள்ள தொழிற்சாலை"),
    ("IN", "தமிழ்நாட்டில்"),
    ("BD", "গাজীপুরে গার্মেন্টস"),
    ("BD", "ঢাকায়"),
    ("NP", "काठमाडौँमा"),
    ("PK", "کراچی میں فیکٹری"),
    ("PK", "Hyderabad, Pakistan"),
    ("IN", "Hyderabad, India"),
    ("MX", "maquila en Ciudad Juárez"),
    ("MX", "Tijuana"),
    ("BO", "mina en Potosí"),
    ("CD", "Kolwezi, Congo"),
    ("CD", "Lubumbashi"),
    ("CD", "mgodi wa Kolwezi"),
    ("CD", "RDC"),
    ("CD", "République démocratique du Congo"),
    ("CG", "Brazzaville"),
    ("NG", "Nigeria"),
    ("NE", "Niger"),
    ("NG", "Lagos, Nigeria"),
    ("PG", "Papua New Guinea"),
    ("PG", "mine in Papua New Guinea"),
    ("GN", "Guinea"),
    ("GQ", "Equatorial Guinea"),
    ("GW", "Guinea-Bissau"),
    ("GE", "Tbilisi, Georgia"),
    ("US", "Atlanta, Georgia"),
    ("JO", "Irbid, Jordan"),
    ("JO", "garment factory in Jordan"),
    ("TR", "Turkey"),
    ("TR", "Bursa, Turkey"),
    ("TR", "Türkiye"),
    ("TR", "İstanbul'da fabrika"),
    ("TR", "fabrika Bursada"),
    ("CN", "China"),
    ("CN", "Chongqing, China"),
    ("HU", "Budapest"),
    ("HU", "Győrben"),
    ("HU", "Magyarországon"),
    ("HU", "v Maďarsku"),
    ("CZ", "v Praze"),
    ("CZ", "Pardubice, Foxconn"),
    ("CZ", "на заводі в Чехії"),
    ("PL", "fabryka w Mławie"),
    ("PL", "w Polsce"),
    ("PL", "завод у Польщі"),
    ("UA", "в Україні"),
    ("TN", "مصنع في صفاقس"),
    ("TN", "Sfax, Tunisie"),
    ("EG", "القاهرة"),
    ("EG", "بالقاهرة"),
    ("MA", "طنجة المغرب"),
    ("JO", "المفرق، الأردن"),
    ("JO", "عمان، الأردن"),
    ("OM", "سلطنة عمان"),
    ("CD", "Goma"),
    ("HK", "香港"),
    ("KR", "South Korea"),
    ("IN", "Salem, Tamil Nadu"),
    ("MY", "JB Johor"),
    ("MY", "Bayan Lepas"),
    ("MY", "Perak"),
    ("GB", "Wales"),
    ("AU", "New South Wales"),
    ("SS", "South Sudan"),
    ("SD", "Sudan"),
    ("DO", "Dominican Republic"),
    ("DM", "Dominica"),
    ("IQ", "Baghdad"),
    ("AE", "Dubai"),
    ("KZ", "Kazakhstan"),
    ("KG", "Kyrgyzstan"),
    ("ZM", "Kitwe copper mine"),
)

# Two countries of one name, people, things, streets, parts of longer names, and places that contradict each other.
NOT_TOLD = (
    "Hyderabad",
    "Congo",
    "Kongo",
    "Georgia",
    "Jordan",
    "ask for Jordan at the gate",
    "Chad",
    "Chad's workshop",
    "turkey farm",
    "frozen turkey plant",
    "China Town",
    "Chinatown market",
    "عمان",
    "Foxway Precision",
    "",
    "the big mine near the river",
    "suede factory",
    "island of workers",
    "fábrica de goma",
    "Mr England's shop",
    "Korea",
    "Penang and Jakarta",
    "Jalan Ipoh",
    "kami kena kerja",
    "kl kerja lembur tidak dibayar",
    "banting tulang",
    "masaya ang trabaho",
    "US",
    "I work in a jersey factory",
)


@pytest.fixture(scope="module")
def places(rules: Rules) -> Places:
    return rules.places


@pytest.mark.parametrize(("code", "words"), TOLD)
def test_words_tell_a_country(places: Places, code: str, words: str) -> None:
    assert places.country_of(words) == code


@pytest.mark.parametrize("words", NOT_TOLD)
def test_words_that_may_mean_something_else_tell_none(places: Places, words: str) -> None:
    assert places.country_of(words) is None


@pytest.mark.parametrize(
    "words",
    ("\u0301" * 20_000, "ไทย" * 5_000, "x, " * 9_000, ",;/()" * 4_000, "\ud800 Penang", "\x00", " " * 9_000),
)
def test_no_words_are_an_error(places: Places, words: str) -> None:
    assert places.country_of(words) in (None, "TH", "MY")


def test_every_name_of_the_table_is_found_where_it_stands_alone(places: Places) -> None:
    """The search by halves misses no line: what the table says is what comes out, or nothing where it is unclear."""
    lines = (CONFIG / "place_names.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("\t") for line in lines if line and line[0] not in "#@"]
    wrong = [
        name
        for name, codes, mark in names
        if not mark and len(codes) == 2 and places.country_of(name) != codes
    ]
    assert len(names) > 5_000
    assert wrong == []


def test_the_table_is_made_from_its_sources() -> None:
    made = place_names.make_table(CONFIG)
    assert made == (CONFIG / "place_names.txt").read_text(encoding="utf-8"), (
        "run: python -m app.cases.words.place_names write"
    )


def test_a_missing_or_broken_table_is_one_line_for_the_operator(tmp_path: Path) -> None:
    mistakes: list[str] = []
    assert open_places(tmp_path, mistakes).country_of("Penang") is None
    (tmp_path / "place_names.txt").write_text("Penang", encoding="utf-8")
    assert open_places(tmp_path, mistakes).country_of("Penang") is None
    assert mistakes == [
        "place_names.txt: cannot be read (FileNotFoundError).",
        "place_names.txt: broken; run: python -m app.cases.words.place_names write.",
    ]
