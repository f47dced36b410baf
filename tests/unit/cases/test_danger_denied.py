"""Who says that they are in danger is, whatever else is denied in the same text; only what denies that very thing takes it away."""

import pytest

from app.cases.enums import Urgency
from app.cases.rules.rule_set import Rules


def urgencies(rules: Rules, text: str) -> set[Urgency]:
    return {kind.urgency for kind in rules.danger.found_in(text)}


@pytest.mark.parametrize(
    "text",
    (
        "I am in danger",
        "do not call, I am in danger",
        "he is not paid. I am in danger",
        "they do not believe I am in danger",
        "Nobody knows I am in danger",
        "nobody helps me I am in danger",
        "I never sleep I am in danger",
        "if you do not help, I am in danger",
        "I lost my job and I am in danger",
        "I am not sleeping, danger now",
        "no me llames, estoy en peligro",
        "nadie me ayuda estoy en peligro",
        "No, estoy en peligro",
        "je ne dors pas, je suis en danger",
        "personne ne sait que je suis en danger",
        "saya tidak aman saya dalam bahaya",
        "saya gak bisa tidur saya dalam bahaya",
        "nie dzwon jestem w niebezpieczenstwie",
        "nikt nie wie, że jestem w niebezpieczeństwie",
        "Nie, jestem w niebezpieczeństwie",
        "nikdo mi nepomáhá, jsem v nebezpečí",
        "phone nahi karo main khatre mein hoon",
        "मुझे फोन नहीं करो मैं खतरे में हूँ",
        "hakuna anayenisaidia niko hatarini",
    ),
)
def test_who_is_in_danger_stays_so_behind_another_denial(rules: Rules, text: str) -> None:
    assert Urgency.DANGER in urgencies(rules, text)


@pytest.mark.parametrize(
    "text",
    (
        *(
            "danger",
            "DANGER!!",
            "in danger",
            "No, in danger!",
            "I am not well. In danger",
            "help danger",
            "danger please help",
        ),
        *("not out of danger", "we are not out of danger", "the danger is not over", "danger isn't over"),
        *(
            "I was in danger and still am",
            "they say I am not in danger but I am",
            "not sure if I am in danger",
        ),
        *(
            "my friend is in danger",
            "we in danger",
            "peligro",
            "En danger!",
            "bahaya",
            "खतरा",
            "危险",
            "อันตราย",
        ),
        *("im in dnger", "i am in danjer", "iam in danger", "i in danger"),
    ),
)
def test_danger_is_heard_in_few_words_and_misspelt(rules: Rules, text: str) -> None:
    assert Urgency.DANGER in urgencies(rules, text)


@pytest.mark.parametrize(
    "text",
    (
        *(
            "I am not in danger",
            "I am not in danger now",
            "we are not in any danger now",
            "I was never in danger",
        ),
        *("nobody is in danger", "nobody here is in danger now", "we are no longer in danger now"),
        *("no danger now", "there is no danger now", "we are out of danger now", "the danger is over now"),
        *(
            "is anyone in danger now",
            "my job is in danger now",
            "In danger of losing my job",
            "Danger: high voltage",
        ),
        *(
            "no estoy en peligro",
            "nadie esta en peligro",
            "mi vida no está en peligro",
            "mi trabajo esta en peligro",
        ),
        *("je ne suis pas en danger", "ma vie n'est pas en danger", "mon emploi est en danger"),
        *(
            "saya tidak dalam bahaya",
            "hindi ako nasa panganib",
            "ฉันไม่ได้อยู่ในอันตราย",
            "我没有危险",
            "我們在這裡沒有危險",
        ),
        *(
            "मैं खतरे में नहीं हूँ",
            "main khatre mein nahi hoon",
            "म खतरामा छैन",
            "আমি বিপদে নেই",
            "میں خطرے میں نہیں ہوں",
        ),
        *("nie jestem w niebezpieczeństwie", "moje życie nie jest zagrożone", "nejsem v nebezpečí"),
        *(
            "nem vagyok veszélyben",
            "моє життя не в небезпеці",
            "ben tehlikede değilim",
            "نحن لسنا في خطر الآن",
        ),
        *("siko hatarini", "நான் ஆபத்தில் இல்லை", "យើងមិនស្ថិតក្នុងគ្រោះថ្នាក់"),
    ),
)
def test_what_denies_danger_itself_is_none(rules: Rules, text: str) -> None:
    assert Urgency.DANGER not in urgencies(rules, text)


@pytest.mark.parametrize("when", ("", " tonight", " tomorrow"))
def test_going_to_kill_is_as_urgent_as_will_kill(rules: Rules, when: str) -> None:
    will = urgencies(rules, f"he will kill me{when}")
    assert will == urgencies(rules, f"he is going to kill me{when}") != set()


@pytest.mark.parametrize(
    ("kind", "text"),
    (
        ("beaten", "je ne dors pas il m'a frappé"),
        ("beaten", "personne ne m'aide il m'a battu"),
        ("beaten", "hace calor y me pega mi jefe"),
        ("killed", "en el trabajo dice que me mata"),
        ("killed", "au travail il veut me tuer"),
        ("killed", "phone mat karo mujhe maar dega"),
        ("killed", "time nahi hai woh maar dega"),
        ("killed", "اس وقت مجھے مار ڈالے گا"),
        ("raped", "in the training he tried to rape me"),
        ("locked_in", "বেতন দেয় না আমাদের আটকে রেখেছে"),
        ("collapse", "公司里有人倒下"),
        ("fire_or_gas", "cooking gas caught fire"),
    ),
)
def test_another_word_ahead_takes_no_other_kind_away_either(rules: Rules, kind: str, text: str) -> None:
    assert kind in {found.name for found in rules.danger.found_in(text)}
