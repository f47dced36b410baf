"""Answers in the languages of the product, as people text them: polite, with signs, with capitals. And what only looks like one."""

import tomllib

import pytest

from app.intake.conversation.machine.acts import Keep, SetDanger, SetPhone
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.topic_words import TopicWords
from app.settings import PROJECT_ROOT
from tests.unit.conversation.phone import Phone

FIRST = "Our boss is bad"
PLACE = "Foxway Kulim"
# Both writings of Chinese stand under one key.
LANGUAGES = (
    *("en", "zh", "vi", "ms", "id", "fil", "th", "my", "ne", "bn", "hi", "ta"),
    *("km", "es", "fr", "sw", "ar", "ur", "hu", "cs", "pl", "uk", "tr"),
)
# "Hai" is "there is" in Hindi: who answers the question of danger so must never be read as a no.
WITHOUT = {("answers 2", "vi")}

WAY = {
    Step.WHOSE_PHONE: (FIRST,),
    Step.DANGER: (FIRST, "1"),
    Step.REACH: (FIRST, "1", "2"),
    Step.REACH_IN_DANGER: (FIRST, "1", "1"),
    Step.TOPIC: (FIRST, "1", "2", PLACE),
    Step.CONSENT: (FIRST, "1", "2", PLACE, "2"),
    Step.LOCKED: (FIRST, "1", "2", PLACE, "2", "4"),
    Step.CONTACT: (FIRST, "1", "2", PLACE, "2", "1"),
    Step.HURT: (FIRST, "1", "2", PLACE, "5"),
    Step.OPEN: (FIRST, "1", "2", "1", PLACE, "2", "1"),
}

SAID: dict[Step, dict[int, tuple[str, ...]]] = {
    Step.WHOSE_PHONE: {
        1: (
            *("मेरो मात्र हो।", "हजुर, मेरो मात्रै हो", "Của tôi ạ", "Akin lang po!", "ของผมคนเดียว ครับ", "របស់ខ្ញុំ"),
            *("صرف میرا ہے جی", "لي فقط، شكرا", "Csak az enyém, köszönöm.", "TYLKO MOJ", "jen muj, prosim", "Тільки мій."),
            *("mera hai ji", "yangu tu, asante", "Sadece benim lütfen", "只有我用。谢谢", "punya saya pak", "ကိုယ်ပိုင်ပါ။"),
        ),
        2: (
            *("No es mío", "pas à moi", "hindi akin po"),
            *("không phải của tôi.", "मेरो मात्र होइन", "मेरा नहीं है जी", "আমার না, ধন্যবাদ", "Nem csak az enyém."),
            *("nie tylko mój", "ليس لي، شكرا", "ไม่ใช่ของผม ครับ", "si yangu tu", "朋友的，谢谢"),
        ),
        3: (
            *("Công ty cấp.", "কোম্পানির ফোন।", "company ka hai ji", "कम्पनीको हो हजुर", "sa amo ko po", "ของบริษัท ค่ะ"),
            *("Céges telefon!", "telefon służbowy", "Şirketin", "هاتف الشركة", "老板的。", "របស់ក្រុមហ៊ុន", "es de la empresa"),
        ),
    },
    Step.DANGER: {
        1: (
            *("खतरा छ!", "Có nguy hiểm!", "meron po!!", "มี ครับ",
                "មានគ្រោះថ្នាក់", "جی خطرہ ہے", "نحن في خطر", "Igen, kérem"),
            *("Jsme v nebezpečí", "Tak, jestem", "Є небезпека!", "tehlike var lütfen", "khatra hai ji", "有危险!", "Ya, ada."),
            *("kuna hatari", "si, por favor", "oui s'il vous plaît", "আমরা বিপদে আছি", "ဟုတ်ကဲ့ ရှင့်", "ஆமாங்க சார்"),
        ),
        2: (
            *("لا أحد في خطر، الحمد لله", "कोही पनि छैन।", "Không ai cả.", "wala naman po", "ไม่มี ค่ะ", "គ្មានទេ អរគុណ"),
            *("شکریہ، کوئی نہیں", "Senki, köszönöm", "Nikdo, děkuji",
                "Nikt. Dziękuję", "Ніхто, дякую", "Hayır, teşekkürler"),
            *("koi khatra nahi hai sir", "没有，谢谢", "tak ada bahaya encik", "hakuna hatari asante", "Nadie, gracias a Dios"),
            *("personne, merci", "কেউ বিপদে নেই স্যার", "မရှိပါဘူး ရှင့်", "யாரும் இல்லை சார்", "gak ada kak"),
        ),
    },
    Step.REACH: {
        1: (
            *("Nhắn tin được!", "pwede po", "ได้ ครับ", "បានបាទ",
                "ٹھیک ہے جی", "نعم، شكرا", "Igen, írhatnak.", "Můžete, prosím"),
            *("Można, proszę", "можна, дякую", "Olur, teşekkürler", "हुन्छ हजुर", "可以，谢谢", "boleh encik", "sawa, asante"),
        ),
        2: (
            *("đừng nhắn.", "Huwag po", "อย่าส่งข้อความ ค่ะ", "កុំផ្ញើសារ", "میسج نہ کریں شکریہ", "لا ترسلوا من فضلك"),
            *("Ne írjanak, kérem", "Nepište mi", "Proszę nie pisać",
                "Не пишіть", "yazmayın lütfen", "message mat karo ji", "不行"),
        ),
    },
    Step.REACH_IN_DANGER: {
        1: (
            *("chỉ nhắn tin", "text lang po", "ส่งข้อความ ค่ะ", "ផ្ញើសារ", "صرف میسج", "رسالة فقط", "Csak sms!", "jen SMS"),
            *("tylko sms proszę", "тільки смс", "Sadece mesaj", "短信", "sirf message ji"),
        ),
        2: (
            *("Gọi cho tôi", "Tawagan niyo ako po", "โทรมา ครับ", "តេមក",
                "کال کریں جی", "اتصلوا بي!", "Hívjanak fel, kérem"),
            *("zavolejte, prosím", "Proszę zadzwonić", "подзвоніть мені", "Beni arayın", "फोन गर्नुस् हजुर", "给我打电话"),
        ),
        3: (
            *("đừng liên lạc", "wag niyo akong kontakin po",
                "อย่าติดต่อ ครับ", "កុំទាក់ទង", "رابطہ نہ کریں", "لا تتواصلوا معي"),
            *("Ne keressenek", "Nekontaktujte mě!", "nie kontaktować się", "Не контактуйте", "bana ulaşmayın", "不要联系我。"),
        ),
    },
    Step.TOPIC: {
        0: ("khác", "iba po", "เรื่องอื่น", "ផ្សេង", "کچھ اور", "شيء آخر", "Egyéb", "něco jiného", "інше"),
        1: ("Tiền lương", "sahod po", "เงินเดือน ครับ", "ប្រាក់ខែ", "تنخواہ جی", "الراتب", "Fizetés", "výplata", "तलब हजुर"),
        2: ("giờ làm", "oras po", "ชั่วโมง", "ម៉ោង", "گھنٹے", "ساعات العمل", "Munkaidő", "hodiny", "godziny"),
        3: ("tai nạn", "may sakit po", "ป่วย ค่ะ", "ឈឺ", "بیمار", "مرض", "Baleset", "nemoc", "wypadek"),
        4: ("hộ chiếu", "pasaporte po", "พาสปอร์ต", "បំណុល", "پاسپورٹ", "جواز السفر", "útlevél", "dluh", "paszport"),
        5: ("bị đánh", "hinipo po", "ถูกทำร้าย", "គំរាមកំហែង", "دھمکی", "تهديد", "fenyegetés", "výhrůžky", "groźby"),
        6: ("công đoàn", "unyon po", "สหภาพ", "សហជីព", "یونین", "النقابة", "szakszervezet", "odbory", "związek"),
        7: ("mất việc", "nawalan ng trabaho po", "ตกงาน", "បាត់ការងារ", "نوکری گئی", "طردوني", "kirúgtak", "zwolnienie"),
        8: ("trẻ em", "bata po", "เด็ก", "កុមារ", "بچے", "أطفال", "gyerekek", "děti", "dzieci"),
        9: ("đất đai", "lupa po", "ที่ดิน", "ដី", "زمین", "أرض", "föld", "voda", "ziemia"),
    },
    Step.CONSENT: {
        1: (
            *("chỉ người giúp", "tagatulong lang po", "แค่ผู้ช่วย ค่ะ", "តែអ្នកជួយ", "صرف مددگار", "المساعد فقط، شكرا"),
            *("csak egy segítő, kérem", "Jen pomocník", "tylko pomocnik"),
        ),
        2: ("người giúp và công đoàn", "tagatulong at unyon po",
            "สหภาพ ครับ", "សហជីព", "یونین", "النقابة", "sendika", "odbory"),
        3: ("cả người mua", "pati mga mamimili po", "ผู้ซื้อ", "អ្នកទិញ", "خریدار بھی", "المشترين", "vevők", "alıcılar"),
        4: ("chưa ai", "wala muna po", "ยังไม่มี ค่ะ", "មិនទាន់", "کسی کو نہیں", "لا أحد", "Senki", "Nikdo", "Nikt"),
    },
    Step.LOCKED: {
        1: ("cho họ đọc", "basahin na po", "ให้อ่านได้ ค่ะ", "អោយអាន",
            "پڑھنے دیں", "دعوه يقرأ", "olvassák el, kérem", "může číst"),
        2: ("đừng mở", "huwag buksan po", "อย่าเปิด ค่ะ", "កុំបើក",
            "نہ کھولیں", "لا تفتحوه", "ne nyissák ki", "neotvírejte"),
    },
    Step.CONTACT: {
        1: ("được ạ", "sige po", "ได้ ค่ะ", "បាន", "جی اجازت ہے",
            "نعم من فضلك", "rendben", "klidně", "zgoda", "добре", "tamam"),
        2: ("không được", "ayaw ko po", "ไม่ต้องส่ง", "កុំផ្ញើ", "نہیں شکریہ",
            "لا شكرا", "Nem, köszönöm", "Nepište", "Nie, dziękuję"),
    },
    Step.HURT: {
        1: ("gọi điện", "tawag na lang po", "โทรหาฉัน ค่ะ", "តេមកខ្ញុំ",
            "فون کریں", "كلموني", "hívjon fel", "Volejte", "dzwońcie"),
        2: ("nhắn tin thôi", "text na lang po", "ข้อความ", "ផ្ញើសារមក",
            "میسج کریں", "راسلوني", "írjanak", "Napište", "piszcie"),
        3: ("không liên hệ", "wag akong kontakin po", "ไม่ต้องติดต่อ",
            "កុំទាក់ទង", "رابطہ مت کریں", "بدون تواصل", "egyik sem", "hiçbiri"),
    },
    Step.OPEN: {
        0: ("đừng nhắn nữa", "ayaw ko na ng text", "อย่าส่งข้อความมาอีก", "ឈប់ផ្ញើសារ",
            "اب میسج نہ کریں", "لا أريد رسائل", "ne írjanak többet", "už nepište"),
        2: ("báo cáo mới", "bagong report po", "เรื่องใหม่", "របាយការណ៍ថ្មី",
            "نئی شکایت", "شكوى جديدة", "Új bejelentés", "nová stížnost"),
        4: ("mã bí mật", "code ko po", "ขอรหัส ค่ะ", "លេខសម្ងាត់",
            "خفیہ کوڈ", "الرمز السري من فضلك", "a kódom", "tajný kód"),
        8: ("Có tin gì mới?", "may balita na po?", "มีข่าวไหม ครับ", "មានដំណឹងទេ?",
            "کوئی خبر؟", "هل من أخبار؟", "Van hír?", "Jsou novinky?"),
    },
}  # fmt: skip

HARM = (
    *("Hindi ligtas po", "tidak aman", "tak selamat", "không an toàn", "không ai giúp tôi", "wala kaming ligtas na lugar"),
    *("nikt nam nie pomaga", "Tak, proszę", "tak", "nikdo nám nepomůže",
        "senki nem segít", "kimse yok mu", "kimse yardım etmiyor"),
    *("ніхто не допомагає", "لا أحد يساعدنا", "لا نحن في خطر", "کوئی نہیں بچا رہا",
        "हम सुरक्षित नहीं हैं", "hai", "ji hai", "koi nahi bachata"),
    *("कोही बचाउन आएन", "सुरक्षित छैन", "কেউ সাহায্য করে না", "নিরাপদ না",
        "யாரும் உதவவில்லை", "ไม่ปลอดภัย", "ไม่มีใครช่วยเรา", "អត់មានសុវត្ថិភាពទេ"),
    *("ဘယ်သူမှမကူညီဘူး", "没有人帮我们", "不安全", "沒有人救我們", "nadie nos ayuda", "no estamos a salvo", "personne en danger ici"),
    *("une personne est en danger", "hakuna usalama", "si salama", "ano", "ano po?", "ne?", "co?", "aman", "la", "na"),
)  # fmt: skip

NOT_ONLY_MINE = (
    *("telefon saya", "hp saya", "mera nahi hai", "sirf mera nahi", "मेरो होइन", "मेरो मात्र होइन", "আমার নয়", "আমার না"),
    *("no es solo mío", "ce n'est pas à moi", "si yangu",
        "không phải của tôi", "hindi akin", "ไม่ใช่ของผม", "មិនមែនរបស់ខ្ញុំទេ"),
    *("میرا نہیں", "ليس لي", "benim değil", "nem az enyém", "není můj", "nie mój", "не мій", "不是我的", "ကိုယ်ပိုင်မဟုတ်ဘူး"),
    *("mi teléfono", "mon téléphone", "simu yangu", "điện thoại của tôi",
        "cellphone ko", "โทรศัพท์ของผม", "telefonum", "мій телефон"),
    *("mi jefe y mio", "akin at sa asawa ko", "bos saya sendiri", "personal de la empresa", "மேலாளரின் போன்", "apna hai"),
)  # fmt: skip


def _at(phone: Phone, step: Step) -> Phone:
    phone.send_all(*WAY[step])
    assert phone.step is step
    return phone


def test_every_option_has_words_in_every_language() -> None:
    file = tomllib.loads((PROJECT_ROOT / "config" / "topic_words.toml").read_text(encoding="utf-8"))
    tables = {
        **{f"answers {name}": table for name, table in file["answers"].items()},
        **{f"phrases {name}": table for name, table in file["phrases"].items()},
        **{
            f"{name} {digit}": words
            for name, table in file["options"].items()
            for digit, words in table.items()
        },
    }
    assert {name.split()[0] for name in tables} >= {step.value for step in WAY}
    missing = {(name, code) for name, table in tables.items() for code in LANGUAGES if not table.get(code)}
    assert missing == WITHOUT


def test_every_option_is_tried_in_eight_languages() -> None:
    file = tomllib.loads((PROJECT_ROOT / "config" / "topic_words.toml").read_text(encoding="utf-8"))
    assert {step.value: {str(digit) for digit in said} for step, said in SAID.items()} == {
        question: set(table)
        for question, table in file["options"].items()
        if question not in ("how_is_it", "text_hours")
    }
    assert all(len(answers) >= 8 for said in SAID.values() for answers in said.values())


@pytest.mark.parametrize(
    ("digit", "answers"),
    (
        (5, ("It got worse!", "makin teruk", "और खराब", "更严重了", "Peor.", "tệ hơn", "gorzej", "أسوأ")),
        (
            6,
            (
                "Not worse",
                "masih sama",
                "वैसा ही है",
                "还是一样",
                "Sigue igual",
                "như cũ",
                "bez zmian",
                "لم يتغير",
            ),
        ),
        (7, ("Better now, thank you", "membaik", "बेहतर", "好多了", "Mejor", "đỡ hơn", "lepiej", "تحسن")),
    ),
)
def test_a_texted_question_is_answered_in_words_in_eight_languages(
    words: TopicWords, digit: int, answers: tuple[str, ...]
) -> None:
    read = {said: read_text(said, words) for said in answers}
    assert {said: found.named.get("how_is_it") for said, found in read.items()} == dict.fromkeys(
        answers, digit
    )
    assert not any(found.worse for found in read.values() if digit != 5)


@pytest.mark.parametrize(
    ("digit", "answers"),
    (
        (
            0,
            (
                "Never!",
                "jangan tanya lagi",
                "कभी नहीं",
                "不要再问",
                "Nunca.",
                "đừng hỏi nữa",
                "nie pytać",
                "أبدا",
            ),
        ),
        (
            1,
            (
                "Any time",
                "bila bila masa",
                "दिन में",
                "随时",
                "A cualquier hora",
                "ban ngày",
                "w dzień",
                "في أي وقت",
            ),
        ),
        (2, ("In the morning", "pagi", "सुबह", "早上", "Por la mañana", "buổi sáng", "rano", "صباحا")),
        (
            3,
            (
                "After work, please",
                "malam",
                "शाम को",
                "晚上",
                "Por la noche",
                "buổi tối",
                "wieczorem",
                "مساء",
            ),
        ),
        (
            4,
            (
                "Only days off",
                "hari cuti",
                "छुट्टी के दिन",
                "休息日",
                "Días libres",
                "ngày nghỉ",
                "dni wolne",
                "يوم العطلة",
            ),
        ),
    ),
)
def test_times_for_texts_are_chosen_in_words_in_eight_languages(
    words: TopicWords, digit: int, answers: tuple[str, ...]
) -> None:
    read = {said: read_text(said, words).named.get("text_hours") for said in answers}
    assert read == dict.fromkeys(answers, digit)


@pytest.mark.parametrize(
    ("step", "digit", "said"),
    [
        (step, digit, said)
        for step, table in SAID.items()
        for digit, answers in table.items()
        for said in answers
    ],
)
def test_words_say_what_the_digit_says(
    phone: Phone, words: TopicWords, step: Step, digit: int, said: str
) -> None:
    by_digit = _at(Phone(words, phone.texts), step).send(str(digit))
    in_words = _at(phone, step).send(said)
    assert not any(isinstance(act, Keep) for act in in_words.acts)
    assert (in_words.position.step, in_words.reply, in_words.acts) == (
        by_digit.position.step,
        by_digit.reply,
        by_digit.acts,
    )


@pytest.mark.parametrize("said", HARM)
def test_what_only_looks_like_no_danger_is_none(phone: Phone, said: str) -> None:
    heard = _at(phone, Step.DANGER).send(said)
    assert phone.step is Step.DANGER or SetDanger() in heard.acts


@pytest.mark.parametrize("said", NOT_ONLY_MINE)
def test_what_may_be_another_s_phone_is_not_only_mine(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    assert SetPhone(WhosePhone.OWN) not in phone.send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        *(
            "oo, tinatakot kami",
            "igen, bántják",
            "نعم، يضربوننا",
            "ہاں وہ مار رہا ہے",
            "evet, bizi dövüyor",
            "ใช่ค่ะ เขาทำร้ายเรา",
        ),
        *("vâng, họ đánh chúng tôi", "ஆமா அடிக்கிறார்கள்", "是的，他打人", "iya, kami dipukul"),
    ),
)
def test_a_sentence_that_begins_with_yes_is_danger(phone: Phone, said: str) -> None:
    assert SetDanger() in _at(phone, Step.DANGER).send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        *(
            "1 he is at the door",
            "1 they are outside my room",
            "1 i am hiding",
            "1 help they come",
            "1he is here",
        ),
        *(
            "1他在门口",
            "1 mereka di depan pintu",
            "1 siya ay nandito",
            "1 вони тут",
            "1 nó ở ngoài cửa",
            "1 เขาอยู่หน้าห้อง",
        ),
    ),
)
def test_a_one_before_a_sentence_is_a_yes_to_danger(phone: Phone, said: str) -> None:
    assert SetDanger() in _at(phone, Step.DANGER).send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        "1 hour",
        "1 month no pay",
        "1 friend is sick",
        "1 year i work here",
        "1 we are safe",
        "1 hari",
        "1 bulan",
    ),
)
def test_a_one_that_counts_something_is_none(phone: Phone, said: str) -> None:
    assert SetDanger() not in _at(phone, Step.DANGER).send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        "si me quedo me pegan",
        "tak ada bahaya",
        "jó napot",
        "jo log yahan hain",
        "ya no hay peligro",
        "có vấn đề với lương",
        "так не можна",
    ),
)
def test_a_sentence_that_only_seems_to_begin_with_yes_is_no_yes(words: TopicWords, said: str) -> None:
    assert not read_text(said, words).begins_with_yes


@pytest.mark.parametrize(
    "said",
    (
        "Wrong number!",
        "คุณเป็นใคร ครับ",
        "អ្នកជានរណា?",
        "آپ کون ہیں؟",
        "من أنت؟",
        "Siz kimsiniz?",
        "Ki ez?",
        "kdo jste, prosím",
        "Kto to jest?",
        "хто це?",
        "को हो?",
    ),
)
def test_who_asks_who_we_are_is_a_stranger(words: TopicWords, said: str) -> None:
    assert read_text(said, words).stranger


@pytest.mark.parametrize(
    "said",
    (
        "ตอนนี้แย่ลงแล้ว",
        "វាកាន់តែអាក្រក់",
        "حالات بدتر ہیں",
        "الوضع أسوأ",
        "durum kötüleşti",
        "Egyre rosszabb",
        "je to horší",
        "jest gorzej",
        "стало гірше",
    ),
)
def test_what_got_worse_is_heard(words: TopicWords, said: str) -> None:
    assert read_text(said, words).worse
