"""In which language somebody wrote: sentences as workers write them, in each language of the product, and those that tell none."""

import unicodedata

import pytest

from app.cases.rules.rule_set import Rules
from app.cases.words.written_language import WrittenLanguages

OFFERED = {
    *("en", "zh-Hans", "zh-Hant", "vi", "ms", "id", "fil", "th", "my", "ne", "bn", "hi"),
    *("ta", "km", "es", "fr", "sw", "ar", "ur", "hu", "cs", "pl", "uk", "tr"),
}

TOLD = (
    ("en", "they locked us in and he will kill me"),
    ("en", "No pay for 3 months"),
    ("en", "My passport is with the agent"),
    ("en", "dust in the mine, many are sick"),
    ("en", "Boss no pay 2 month"),
    ("en", "boss hit my friend yesterday"),
    ("en", "please help me"),
    ("en", "The supervisor shouts at us every day and we work 14 hours"),
    ("en", "Somebody died at work and they hide it"),
    ("en", "Chemicals burn my skin"),
    ("en", "I am Nepali worker in Malaysia, agent took 2000 dollars"),
    ("zh-Hans", "老板三个月没发工资"),
    ("zh-Hans", "他们扣了我的护照"),
    ("zh-Hans", "我要回家"),
    ("zh-Hans", "主管每天骂我们,加班不给钱"),
    ("zh-Hans", "有人受伤了"),
    ("zh-Hant", "老闆三個月沒發薪水"),
    ("zh-Hant", "仲介扣住我的護照,不讓我走"),
    ("zh-Hant", "主管每天罵我們,加班不給錢"),
    ("zh-Hant", "有人受傷了"),
    ("vi", "Công ty nợ lương chúng tôi ba tháng"),
    ("vi", "cong ty khong tra luong cho chung toi 3 thang"),
    ("vi", "Chủ đánh tôi"),
    ("vi", "họ nhốt chúng tôi trong nhà máy"),
    ("vi", "Quản đốc mắng chửi và trừ lương"),
    ("vi", "Tôi bị sờ mó"),
    ("vi", "toi so qua, ho giu ho chieu cua toi"),
    ("ms", "Syarikat tak bayar gaji kami tiga bulan"),
    ("ms", "Majikan simpan pasport saya, saya nak balik kampung"),
    ("ms", "saya tak boleh keluar dari asrama"),
    ("ms", "Encik di kilang ni marah kami, kena kerja lebih masa"),
    ("ms", "Pasport kami dipegang oleh majikan, tak boleh keluar"),
    ("id", "Perusahaan tidak membayar upah kami, tolong"),
    ("id", "Paspor saya ditahan agen, saya tidak bisa pulang"),
    ("id", "kami dipukul bos di pabrik"),
    ("id", "bos gak bayar gaji, gue takut banget"),
    ("id", "Mandor memukul teman saya di tambang"),
    ("id", "Lembur kami tidak dibayar sejak bulan Maret"),
    ("id", "Ada kebakaran di pabrik, pintu dikunci"),
    ("fil", "Hindi kami binabayaran ng amo namin"),
    ("fil", "Kinuha ng amo ko ang pasaporte ko"),
    ("fil", "di po kami makalabas ng factory"),
    ("fil", "Natatakot kami sa supervisor"),
    ("fil", "Walang proteksyon sa minahan, marami nang nasaktan"),
    ("fil", "Ginalaw ako ng bisor ko"),
    ("th", "นายจ้างไม่จ่ายเงินเดือน"),
    ("th", "หัวหน้าด่าทุกวัน"),
    ("my", "လစာမရတာ သုံးလရှိပြီ။ ကူညီပါ"),
    ("my", "သူေဌးက လခမေပးဘူး"),
    ("my", "ABC Electronics Factory မှာ လစာမရဘူး"),
    ("my", "ကြီးကြပ်သူက ဆဲတယ်"),
    ("ne", "हामीलाई तीन महिनादेखि तलब दिएको छैन"),
    ("ne", "मेरो पासपोर्ट साहुले राखेको छ"),
    ("ne", "साहुले कुट्छ, सहयोग गर्नुहोस्"),
    ("ne", "हामीलाई कारखानाभित्र थुनेका छन्"),
    ("ne", "सुपरभाइजरले मलाई छुन्छ"),
    ("ne", "एजेन्टले पैसा धेरै लियो"),
    ("ne", "यहाँ बच्चाहरू काम गर्छन्"),
    ("bn", "মালিক তিন মাস বেতন দেয় না"),
    ("bn", "সুপারভাইজার আমাকে গালি দেয়"),
    ("hi", "हमें तीन महीने से वेतन नहीं मिला"),
    ("hi", "मालिक मारता है"),
    ("hi", "मेरा पासपोर्ट ले लिया"),
    ("hi", "हमें फैक्ट्री में बंद कर दिया"),
    ("hi", "सुपरवाइज़र मुझे छूता है"),
    ("hi", "ठेकेदार पैसे काटता है"),
    ("hi", "बच्चे यहाँ काम करते हैं"),
    ("ta", "மூன்று மாதமாக சம்பளம் இல்லை"),
    ("ta", "மேற்பார்வையாளர் என்னை தொடுகிறார்"),
    ("km", "ថៅកែមិនបើកប្រាក់ខែ"),
    ("km", "ប្រធានក្រុមស្រែកដាក់យើង"),
    ("es", "El jefe no nos paga desde hace tres meses"),
    ("es", "me pegó el supervisor"),
    ("es", "ayuda por favor"),
    ("es", "nos encierran en la fabrica"),
    ("es", "Trabajo en la mina y hay mucho polvo"),
    ("es", "Mi supervisora me toca"),
    ("es", "Nos descuentan del sueldo"),
    ("fr", "Le patron ne nous paie pas depuis trois mois"),
    ("fr", "aidez moi"),
    ("fr", "Mon chef m'a frappé à l'usine"),
    ("fr", "on nous enferme dans l'usine"),
    ("fr", "Ils ont pris mon passeport"),
    ("fr", "Les enfants travaillent dans la mine"),
    ("fr", "Mon salaire n'est pas payé"),
    ("sw", "Hatujalipwa mshahara kwa miezi mitatu"),
    ("sw", "Bosi amenipiga, nisaidie tafadhali"),
    ("sw", "wanatufungia ndani ya kiwanda"),
    ("sw", "Watoto wanafanya kazi mgodini"),
    ("sw", "Tunalazimishwa kufanya kazi usiku"),
    ("sw", "Maji ya mto yamechafuliwa na mgodi"),
    ("ar", "لم نتقاضى رواتبنا منذ ثلاثة أشهر"),
    ("ar", "المدير ضربني ساعدوني"),
    ("ar", "ما خلصونا فلوسنا من شهرين"),
    ("ar", "مديري يضربني"),
    ("ar", "حبسونا في المصنع"),
    ("ar", "العمال مرضى بسبب المواد الكيميائية"),
    ("ar", "المشرف يتحرش بي"),
    ("ar", "ياخذوا من معاشنا"),
    ("ur", "ہمیں تین مہینے سے تنخواہ نہیں ملی"),
    ("ur", "میرا پاسپورٹ مالک کے پاس ہے"),
    ("ur", "ہمیں فیکٹری میں بند کر دیا"),
    ("ur", "سپروائزر مجھے چھوتا ہے"),
    ("ur", "کمپنی نے ہمارے پاسپورٹ رکھ لیے"),
    ("ur", "بچے یہاں کام کرتے ہیں"),
    ("hu", "Három hónapja nem fizetnek nekünk"),
    ("hu", "A főnök elvette az útlevelemet"),
    ("hu", "harom honapja nem kaptunk fizetest a gyarban"),
    ("hu", "bezártak minket"),
    ("hu", "A munkáltató nem adja ki a papírjaimat"),
    ("hu", "Elveszik a fizetésünk felét szállásra"),
    ("hu", "Megfenyegetett az ügynök"),
    ("cs", "Tři měsíce nám neplatí mzdu"),
    ("cs", "sef nam vzal pasy a bije nas"),
    ("cs", "zamkli nás v továrně"),
    ("cs", "Agentura nám strhává peníze z výplaty"),
    ("cs", "Mistr na nás křičí a vyhrožuje"),
    ("cs", "Museli jsme podepsat prázdný papír"),
    ("pl", "Nie płacą nam od trzech miesięcy"),
    ("pl", "szef zabrał mi paszport, boję się"),
    ("pl", "nie placa nam od 3 miesiecy, prosze o pomoc"),
    ("pl", "zamknęli nas w fabryce"),
    ("pl", "Agencja potrąca nam z wypłaty za mieszkanie"),
    ("pl", "Kierownik dotyka mnie w pracy"),
    ("pl", "Brygadzista krzyczy i grozi zwolnieniem"),
    ("uk", "Нам не платять зарплату три місяці"),
    ("uk", "Начальник забрав мій паспорт"),
    ("uk", "нас зачинили на заводі"),
    ("uk", "Агенція відраховує гроші за житло"),
    ("uk", "Бригадир кричить на нас і погрожує"),
    ("uk", "Мені погрожують депортацією"),
    ("tr", "Üç aydır maaşımızı alamıyoruz"),
    ("tr", "patron pasaportlarimizi aldi, vermiyor"),
    ("tr", "Müdür beni dövdü"),
    ("tr", "bizi fabrikaya kilitlediler"),
    ("tr", "Sigortamız yok, fazla mesai ödenmiyor"),
    ("tr", "Ustabaşı bana dokunuyor"),
    ("tr", "sendikaya uye olanlari isten cikardilar"),
)

# Other languages of the same scripts, languages in letters that are not their own, two that fit as well, and no words at all.
NOT_TOLD = (
    "ما سه ماه است که حقوق نگرفته ایم",
    "موږ ته درې میاشتې معاش نه دی راکړل شوی",
    "आम्हाला तीन महिने पगार दिला नाही",
    "আমাৰ দৰমহা পোৱা নাই",
    "社長は給料を払いません",
    "사장이 월급을 안 줘요",
    "saya tidak dapat gaji",
    "Tri mesiace nám neplatia mzdu, prosím pomôžte",
    "Нам не платят зарплату три месяца",
    "Начальник забрал мой паспорт и бьёт нас",
    "mera malik paisa nahi deta, mujhe marta hai",
    "3 mahine se tankhwah nahi mili",
    "hamilai talab diyeko chaina 3 mahina bhayo",
    "amra 3 mash beton pai nai, malik mare",
    "lam yadfa3 al rateb min 3 shahr",
    "kyanaw laza ma ya bu",
    "enakku sambalam kudukkala",
    "não pagam nosso salário há três meses",
    "",
    "123 456",
    "???",
    "ABC Ltd",
    "a.m.",
    "Nu ne plătesc salariul de trei luni",
    "I",
    "boss ne passport rakh liya, ghar jana hai",
    "supervisor gaali deta hai roz",
    "malik le passport rakheko cha, ghar jana paaina",
    "ami bari jete chai, malik passport niye geche",
    "tankha nai mil rahi, bachay bhookay hain",
)


@pytest.fixture(scope="module")
def written(rules: Rules) -> WrittenLanguages:
    return rules.written


def test_every_language_of_the_product_can_be_told(written: WrittenLanguages) -> None:
    assert written.offered == OFFERED
    assert {code for code, _ in TOLD} == written.offered


@pytest.mark.parametrize(("code", "words"), TOLD)
def test_a_sentence_tells_its_language(written: WrittenLanguages, code: str, words: str) -> None:
    assert written.tell(words, "en") == code


@pytest.mark.parametrize("words", NOT_TOLD)
def test_what_is_not_sure_tells_nothing(written: WrittenLanguages, words: str) -> None:
    assert written.tell(words, "en") is None


def test_signs_of_both_chinese_writings_are_read_as_on_the_page(written: WrittenLanguages) -> None:
    assert written.tell("我要回家", "zh-Hant") == "zh-Hant"
    assert written.tell("我要回家", "en") == "zh-Hans"


@pytest.mark.parametrize(
    "shouted",
    ("MALIPO YETU! HATUJALIPWA MSHAHARA!!", "NO NOS PAGAN DESDE HACE MESES", "İŞÇİLER MAAŞ ALAMIYOR"),
)
def test_capitals_tell_the_same(written: WrittenLanguages, shouted: str) -> None:
    assert written.tell(shouted, "en") in ("sw", "es", "tr")


def test_a_name_in_latin_letters_does_not_hide_the_language(written: WrittenLanguages) -> None:
    assert written.tell("Foxway Precision Sdn Bhd မှာ လစာမရဘူး", "en") == "my"
    assert written.tell("HP Dell 工厂 拖欠工资", "en") == "zh-Hans"


def test_marks_apart_from_their_letters_tell_the_same(written: WrittenLanguages) -> None:
    assert written.tell(unicodedata.normalize("NFD", "Công ty nợ lương chúng tôi ba tháng"), "en") == "vi"


def test_a_long_report_is_read_from_its_beginning_only(written: WrittenLanguages) -> None:
    """The cost of a report does not grow with its length: what stands far behind cannot change the answer."""
    begun = "El jefe no nos paga desde hace tres meses. " * 20
    assert written.tell(begun + "hai " * 20_000, "en") == "es"
    assert written.tell("\u0301" * 20_000, "en") is None
