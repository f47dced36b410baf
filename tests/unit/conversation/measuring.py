"""The intake's texts in three real languages, to measure with.

The pseudo-language is half as long again as English, which no translator who keeps to a budget has to be. These were written within
the budgets that the texts are given (70 for the short questions, 134 for the menus and for what somebody in danger reads before the
question where). Nobody who speaks the languages has checked them, and nothing outside the tests reads them: they show that these
budgets can be kept, in three scripts of UCS-2.
"""

import gettext

from app.intake.conversation.machine.texts import Text
from app.language import Language
from app.language.languages import LanguageEntry

MEASURES = {
    "hi": {
        Text.WHOSE_PHONE: "मिल गया। यह फ़ोन किसका है? 1 सिर्फ़ मेरा 2 साझा 3 कंपनी का",
        Text.DANGER: "क्या अभी कोई ख़तरे में है? 1 हाँ 2 नहीं",
        Text.SITE: "कहाँ काम करते हैं? नाम, शहर लिखें।",
        Text.REACH: "सहायक %(day)s तक पढ़ेगा। संदेश भेजें? 1 हाँ (8 ख़बर) 2 नहीं 4 गुप्त कोड। कहाँ काम करते हैं? नाम, शहर लिखें।",
        Text.REACH_IN_DANGER: "1 संदेश 2 फ़ोन 3 संपर्क नहीं? नंबर दो दिन रहेगा।",
        Text.MAY_TEXT: "सहायक संदेश भेजेगा।",
        Text.MAY_CALL: "सहायक फ़ोन करेगा।",
        Text.HURT_TOLD: "दुख है। ग़लती आपकी नहीं। लिखना ज़रूरी नहीं। प्रशिक्षित व्यक्ति मदद कर सकते हैं।",
        Text.TOPIC: "किस बारे में? 1 वेतन 2 घंटे 3 ख़तरा, बीमारी 4 पासपोर्ट, क़र्ज़ 5 मारा, छुआ, धमकाया 6 यूनियन"
        " 7 नौकरी गई 8 बच्चा 9 ज़मीन, पानी 0 अन्य",
        Text.PLACE: "%(letter)s... (%(town)s)",
        Text.ECHO: "%(place)s? ग़लत हो तो 9।",
        Text.CONSENT: "कौन जाने? 1 सिर्फ़ सहायक 2 सहायक, यूनियन 3 सहायक, यूनियन, सरकारी ख़रीदार, नाम नहीं 4 कोई नहीं",
        Text.CONTACT: "धन्यवाद। सहायक %(day)s तक पढ़ेगा। यहाँ संदेश भेजें? 1 हाँ (8 से ख़बर) 2 नहीं 4 गुप्त कोड। संदेश मिटा दें।",
        Text.HELPER_TOLD: "सहायक को बता रहे हैं। हो सके तो सुरक्षित जगह जाएँ।",
        Text.CALL: "आपात फ़ोन: %(number)s।",
        Text.PICK_SITE: "कौन सी जगह? %(places)s 0 कोई नहीं",
        Text.LOCKED: "बंद है। कोई नहीं पढ़ता, तो कोई मदद नहीं कर सकता। 1 एक सहायक पढ़े 2 बंद रहे 4 बाद में खोलने का गुप्त कोड",
        Text.LOCKED_IN_DANGER: "पढ़े बिना कोई नहीं आएगा। एक सहायक पढ़े? 1 हाँ 2 नहीं 4 गुप्त कोड",
        Text.CONTACT_IN_DANGER: "सहायक आपको संदेश भेजे? 1 हाँ 2 नहीं 4 गुप्त कोड। संदेश मिटा दें।",
        Text.HURT_IN_DANGER: "दुख है। ग़लती आपकी नहीं। प्रशिक्षित व्यक्ति 1 फ़ोन 2 संदेश 3 संपर्क नहीं? 4 गुप्त कोड। नंबर दो दिन रहेगा।",
        Text.HURT: "दुख है। ग़लती आपकी नहीं। लिखना ज़रूरी नहीं। प्रशिक्षित व्यक्ति मदद कर सकते हैं: 1 फ़ोन 2 संदेश 3 संपर्क नहीं? 4 गुप्त कोड",
    },
    "bn": {
        Text.WHOSE_PHONE: "পেয়েছি। এটা কার ফোন? 1 শুধু আমার 2 ভাগের 3 কোম্পানির",
        Text.DANGER: "এখন কেউ কি বিপদে আছে? 1 হ্যাঁ 2 না",
        Text.SITE: "কোথায় কাজ করেন? নাম, শহর লিখুন।",
        Text.REACH: "সহায়ক %(day)s এর মধ্যে পড়বেন। বার্তা পাঠাবে? 1 হ্যাঁ (8 খবর) 2 না 4 গোপন কোড। কোথায় কাজ করেন? নাম, শহর লিখুন।",
        Text.REACH_IN_DANGER: "1 বার্তা 2 ফোন 3 যোগাযোগ নয়? নম্বর দুই দিন থাকবে।",
        Text.MAY_TEXT: "সহায়ক বার্তা পাঠাবে।",
        Text.MAY_CALL: "সহায়ক ফোন করবে।",
        Text.HURT_TOLD: "আমরা দুঃখিত। দোষ আপনার নয়। আর লিখতে হবে না। প্রশিক্ষিত মানুষ সাহায্য করতে পারেন।",
        Text.TOPIC: "কী বিষয়ে? 1 বেতন 2 সময় 3 বিপদ, অসুখ 4 পাসপোর্ট, ঋণ 5 মার, স্পর্শ, হুমকি 6 ইউনিয়ন"
        " 7 চাকরি গেছে 8 শিশু 9 জমি, পানি 0 অন্য",
        Text.PLACE: "%(letter)s... (%(town)s)",
        Text.ECHO: "%(place)s? ভুল হলে 9।",
        Text.CONSENT: "কে জানবে? 1 শুধু সহায়ক 2 সহায়ক, ইউনিয়ন 3 সহায়ক, ইউনিয়ন, সরকারি ক্রেতা, নাম নয় 4 কেউ না",
        Text.CONTACT: "ধন্যবাদ। সহায়ক %(day)s এর মধ্যে পড়বেন। বার্তা পাঠাবে? 1 হ্যাঁ (8 খবর) 2 না 4 গোপন কোড। বার্তা মুছুন।",
        Text.HELPER_TOLD: "সহায়ককে জানানো হচ্ছে। পারলে নিরাপদ জায়গায় যান।",
        Text.CALL: "জরুরি ফোন: %(number)s।",
        Text.PICK_SITE: "কোন জায়গা? %(places)s 0 কোনোটি নয়",
        Text.LOCKED: "বন্ধ আছে। কেউ পড়ে না, তাই কেউ সাহায্য করতে পারে না। 1 সহায়ক পড়ুক 2 বন্ধ থাক 4 পরে খোলার গোপন কোড",
        Text.LOCKED_IN_DANGER: "কেউ না পড়লে কেউ আসবে না। সহায়ক পড়বে? 1 হ্যাঁ 2 না 4 গোপন কোড",
        Text.CONTACT_IN_DANGER: "সহায়ক বার্তা পাঠাবে? 1 হ্যাঁ 2 না 4 গোপন কোড। বার্তা মুছুন।",
        Text.HURT_IN_DANGER: "আমরা দুঃখিত। দোষ আপনার নয়। প্রশিক্ষিত মানুষ 1 ফোন 2 বার্তা 3 যোগাযোগ নয়? 4 গোপন কোড। নম্বর দুই দিন থাকবে।",
        Text.HURT: "আমরা দুঃখিত। দোষ আপনার নয়। আর লিখতে হবে না। প্রশিক্ষিত মানুষ সাহায্য করতে পারেন: 1 ফোন 2 বার্তা 3 যোগাযোগ নয়? 4 গোপন কোড",
    },
    "my": {
        Text.WHOSE_PHONE: "ရပါပြီ။ ဘယ်သူ့ဖုန်းလဲ။ 1 ကျွန်ုပ်သာ 2 မျှသုံး 3 ကုမ္ပဏီ",
        Text.DANGER: "အခု တစ်ယောက်ယောက် အန္တရာယ်ရှိလား။ 1 ရှိ 2 မရှိ",
        Text.SITE: "ဘယ်မှာ လုပ်လဲ။ အမည်၊ မြို့ ရေးပါ။",
        Text.REACH: "ကူညီသူ %(day)s မတိုင်မီ ဖတ်မယ်။ စာပို့ရမလား။ 1 ပို့ (8 သတင်း) 2 မပို့ 4 ကုဒ်။ ဘယ်မှာ လုပ်လဲ။ အမည်၊ မြို့ ရေးပါ။",
        Text.REACH_IN_DANGER: "1 စာ 2 ဖုန်း 3 မဆက်ရ။ နံပါတ် နှစ်ရက် သိမ်းမယ်။",
        Text.MAY_TEXT: "ကူညီသူ စာပို့မယ်။",
        Text.MAY_CALL: "ကူညီသူ ဖုန်းဆက်မယ်။",
        Text.HURT_TOLD: "စိတ်မကောင်းပါ။ သင့်အပြစ် မဟုတ်ပါ။ ထပ်ရေးစရာ မလိုပါ။ သင်တန်းရသူ ကူညီနိုင်တယ်။",
        Text.TOPIC: "ဘာအကြောင်းလဲ။ 1 လစာ 2 အချိန် 3 ဘေး၊ ဖျားနာ 4 ပတ်စပို့၊ အကြွေး 5 ရိုက်၊ ထိ၊ ခြိမ်းခြောက် 6 သမဂ္ဂ"
        " 7 အလုပ်ပြုတ် 8 ကလေး 9 မြေ၊ ရေ 0 အခြား",
        Text.PLACE: "%(letter)s... (%(town)s)",
        Text.ECHO: "%(place)s? မှားရင် 9။",
        Text.CONSENT: "ဘယ်သူ သိရမလဲ။ 1 ကူညီသူသာ 2 ကူညီသူ၊ သမဂ္ဂ 3 ကူညီသူ၊ သမဂ္ဂ၊ အစိုးရဝယ်သူ၊ အမည်မပါ 4 မည်သူမျှ",
        Text.CONTACT: "ကျေးဇူး။ ကူညီသူ %(day)s မတိုင်မီ ဖတ်မယ်။ စာပို့ရမလား။ 1 ပို့ (8 သတင်း) 2 မပို့ 4 ကုဒ်။ စာတွေ ဖျက်ပါ။",
        Text.HELPER_TOLD: "ကူညီသူကို ပြောနေပါပြီ။ ဖြစ်ရင် ဘေးကင်းရာ သွားပါ။",
        Text.CALL: "အရေးပေါ်ဖုန်း %(number)s။",
        Text.PICK_SITE: "ဘယ်နေရာလဲ။ %(places)s 0 မပါ",
        Text.LOCKED: "ပိတ်ထားတယ်။ ဘယ်သူမှ မဖတ်လို့ မကူညီနိုင်။ 1 ကူညီသူ ဖတ်ပါစေ 2 ပိတ်ထား 4 နောက်မှဖွင့်ဖို့ ကုဒ်",
        Text.LOCKED_IN_DANGER: "မဖတ်ရင် ဘယ်သူမှ မလာနိုင်။ ကူညီသူ ဖတ်ရမလား။ 1 ဖတ် 2 မဖတ် 4 ကုဒ်",
        Text.CONTACT_IN_DANGER: "ကူညီသူ စာပို့ရမလား။ 1 ပို့ 2 မပို့ 4 ကုဒ်။ စာတွေ ဖျက်ပါ။",
        Text.HURT_IN_DANGER: "စိတ်မကောင်းပါ။ သင့်အပြစ် မဟုတ်ပါ။ သင်တန်းရသူ 1 ဖုန်း 2 စာ 3 မဆက်ရ။ 4 ကုဒ်။ နံပါတ် နှစ်ရက် သိမ်းမယ်။",
        Text.HURT: "စိတ်မကောင်းပါ။ သင့်အပြစ် မဟုတ်ပါ။ ထပ်ရေးစရာ မလိုပါ။ သင်တန်းရသူ ကူညီနိုင်တယ်။ သူတို့ 1 ဖုန်း 2 စာ 3 မဆက်သွယ်ရ။ 4 ကုဒ်",
    },
}
"""By language, the texts of an intake."""


class _Measuring(gettext.NullTranslations):
    def __init__(self, translated: dict[Text, str]) -> None:
        super().__init__()
        self._translated = {str(text): words for text, words in translated.items()}

    def pgettext(self, context: str, message: str) -> str:
        """The translation where there is one."""
        return self._translated.get(message, message)


def measuring_language(code: str) -> Language:
    """A language that has just these texts, with its real dates."""
    return Language(LanguageEntry(code, code, "ltr", code, "", ""), _Measuring(MEASURES[code]))
