"""Messages in national languages, and English as word processors write it: corpora of sentences.

The law of this file: that of `corpora.py`. Every sentence is our own; a message is some sentences
of one language, of 40 to 400 characters in all.

| corpus | what | mean octets in UTF-8 |
|---|---|---:|
| tr | Turkish | 149 |
| es | Spanish | 143 |
| pt | Portuguese | 148 |
| hi | Hindi, some words of it in Latin letters | 324 |
| ta | Tamil | 338 |
| ur | Urdu | 217 |
| mix | 70 % one of these; 15 % two, 15 % one and English, in turns | 220 |
| curly | English with curly quotes, dashes and ellipses in four sentences of five | 142 |
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat

from benchmarks.corpora import LENGTHS, SEED, Draw, fill, start

SHORTEST, LONGEST = 40, 400

ONE_SHARE, TWO_SHARE = 0.70, 0.85
"""Of the mixed corpus: one language; up to here two of them; past it one of them and English."""

SENTENCES: dict[str, tuple[str, ...]] = {
    "tr": (
        "Siparişiniz kargoya verildi, yarın öğleden sonra elinizde olacak.",
        "Takip numaranız {8}, ayrıntılar için: https://example.com/{6}",
        "Doğrulama kodunuz {6}. Bu kodu kimseyle paylaşmayın.",
        "Randevunuz {1} Eylül saat 1{1}:30 olarak kaydedildi; gelemezseniz lütfen haber verin.",
        "Faturanızın son ödeme günü cuma, tutarı {3} TL.",
        "Bugün akşama kadar bütün ayakkabılarda yüzde {2} indirim var, kaçırmayın!",
        "Şubemiz hafta sonu kapalıdır, pazartesi görüşmek üzere.",
        "Yağmur yüzünden otobüs seferleri gecikebilir, yola erken çıkın.",
        "Paketiniz komşunuza bırakıldı, iyi günler dileriz.",
        "İptal etmek için HAYIR yazıp bu numaraya yanıt gönderin.",
        "Hesabınıza {4} TL yatırıldı. Bu işlem sizin değilse bizi arayın.",
        "Kütüphaneden aldığınız kitabın süresi doluyor, uzatmak ister misiniz?",
        "Doğum gününüz kutlu olsun, bugün kahveniz bizden.",
    ),
    "es": (
        "Su pedido ya salió del almacén y llegará mañana por la tarde.",
        "El código de verificación es {6}. No lo comparta con nadie.",
        "Su cita quedó confirmada para el miércoles a las 1{1}:15; si no puede venir, avísenos.",
        "¿Cómo fue su última visita? Responda con un número del 1 al 5.",
        "La factura de este mes es de {2},50 € y vence el día 2{1}.",
        "¡Últimos días! Todo el calzado está a mitad de precio hasta el sábado.",
        "El tren de las {1}:40 saldrá con retraso del andén {1}.",
        "Mañana no habrá agua entre las nueve y las doce por obras en su calle.",
        "Recibimos su pago de {3} €, gracias por su confianza.",
        "Siga su envío aquí: https://example.com/{6}",
        "Su habitación está lista, pase por recepción cuando quiera.",
        "Añadimos {2} puntos a su cuenta, ¡felicidades!",
        "El técnico pasará el jueves; deje el teléfono encendido, por favor.",
    ),
    "pt": (
        "A sua encomenda já saiu do armazém e chega amanhã até às 1{1}h.",
        "O código de confirmação é {6}. Não o mostre a ninguém.",
        "A sua consulta está marcada para terça-feira às {1}:30; se não puder vir, avise-nos.",
        "Promoção só até domingo: calções, sapatos e malas pela metade do preço.",
        "A fatura deste mês é de {2},90 € e o pagamento é até ao dia 1{1}.",
        "O comboio das {1}:10 está atrasado; a ligação será feita na estação seguinte.",
        "Amanhã não haverá água na sua rua entre as nove e as doze horas.",
        "Acompanhe a entrega em https://example.com/{6}",
        "Recebemos o seu pedido de informação e responderemos em dois dias úteis.",
        "Parabéns! Já tem pontos para três cafés, venha buscá-los quando quiser.",
        "A reunião de pais será na quinta-feira; o portão abre às 1{1}h.",
        "Então, como foi a sua visita? Responda de 1 a 5, a sua opinião é importante.",
    ),
    "hi": (
        "आपका पार्सल कल दोपहर तक पहुँच जाएगा, कृपया घर पर रहें।",
        "आपका सत्यापन कोड {6} है। इसे किसी को न बताएँ।",
        "डॉक्टर से आपकी मुलाक़ात सोमवार को {1}:30 बजे तय है।",
        "बिजली का बिल {3} रुपये है, भुगतान की आख़िरी तारीख़ 1{1} है।",
        "आज शाम पाँच बजे तक सभी जूतों पर आधी क़ीमत!",
        "रेलगाड़ी एक घंटा देर से चल रही है, असुविधा के लिए खेद है।",
        "Order {6} रास्ते में है, track करने के लिए यहाँ देखें: https://example.com/{6}",
        "आपके खाते में {4} रुपये जमा हुए। यदि यह आपने नहीं किया तो हमें फ़ोन करें।",
        "कल सुबह छह से नौ बजे तक पानी नहीं आएगा।",
        "जन्मदिन की हार्दिक शुभकामनाएँ! दुकान पर एक उपहार आपकी प्रतीक्षा में है।",
        "पुस्तकालय की किताब लौटाने का समय हो गया है।",
        "अभिभावक बैठक शनिवार को है, समय पर आएँ।",
    ),
    "ta": (
        "உங்கள் பொருள் நாளை மாலைக்குள் வந்து சேரும், வீட்டில் இருங்கள்.",
        "உங்கள் குறியீடு {6}. இதை யாரிடமும் சொல்ல வேண்டாம்.",
        "மருத்துவரைச் சந்திக்கும் நேரம் திங்கள் {1}:30 மணி.",
        "மின்கட்டணம் {3} ரூபாய், கடைசி நாள் 1{1}.",
        "இன்று மட்டும் எல்லா காலணிகளுக்கும் பாதி விலை!",
        "ரயில் ஒரு மணி நேரம் தாமதமாக வருகிறது.",
        "மேலும் அறிய: https://example.com/{6}",
        "உங்கள் கணக்கில் {4} ரூபாய் சேர்க்கப்பட்டது.",
        "நாளை காலை தண்ணீர் வராது, முன்பே சேமித்து வையுங்கள்.",
        "பிறந்தநாள் வாழ்த்துகள்! கடையில் உங்களுக்கு ஒரு பரிசு காத்திருக்கிறது.",
        "நூலகப் புத்தகத்தைத் திருப்பித் தரும் நாள் வந்துவிட்டது.",
        "பெற்றோர் கூட்டம் சனிக்கிழமை நடைபெறும், தவறாமல் வாருங்கள்.",
    ),
    "ur": (
        "آپ کا پارسل کل دوپہر تک پہنچے گا، براہ کرم گھر پر رہیں۔",
        "آپ کا تصدیقی کوڈ {6} ہے۔ اسے کسی کو نہ دیں۔",
        "ڈاکٹر سے ملاقات کا وقت پیر کو {1}:30 بجے ہے۔",
        "بجلی کا بل {3} روپے ہے، آخری تاریخ 1{1} ہے۔",
        "آج شام تک تمام جوتوں پر آدھی قیمت!",
        "ریل گاڑی ایک گھنٹہ دیر سے چل رہی ہے، معذرت۔",
        "مزید معلومات: https://example.com/{6}",
        "آپ کے کھاتے میں {4} روپے جمع ہیں۔",
        "کل صبح چھ سے نو بجے تک پانی بند رہے گا۔",
        "سالگرہ مبارک! دکان پر ایک تحفہ آپ کا انتظار کر رہا ہے۔",
        "کتب خانے کی کتاب واپس کرنے کا وقت آ گیا ہے۔",
        "والدین کا اجلاس ہفتے کو ہے، وقت پر آئیں۔",
    ),
    "curly": (
        "It’s ready: we’ve put your parcel behind the counter.",
        "“Half price” means half price – this Friday only…",
        "We couldn’t reach you, so we’ll try again at {1}:30.",
        "Don’t share the code {6} – not even with us.",
        "Your table’s booked for two; see you at 1{1}:15.",
        "The train’s late again… platform {1}, not {1}.",
        "Reply “yes” to confirm or “no” to cancel.",
        "That’s {2}.50 in all – thanks for coming by!",
        "Your driver is ten minutes away, please have the letter with you.",
        "Everything that we know is at https://example.com/{6}",
    ),
    "en": (
        "Your parcel is on its way and should be with you before noon.",
        "The code is {6}. Never tell it to anyone, whoever asks.",
        "Your table for {1} is booked, see you on Friday at 1{1}:30.",
        "Track it here: https://example.com/{6}",
        "We have received your payment of {3}.50, thank you.",
        "The water will be off tomorrow between nine and noon.",
    ),
}
"""The sentences of each language; a figure of so many digits is where the number is in braces."""

LANGUAGES = ("tr", "es", "pt", "hi", "ta", "ur")
CORPORA = (*LANGUAGES, "mix", "curly")


def iterate_texts(name: str, seed: int = SEED) -> Iterator[str]:
    """Write the messages of a corpus, one after the other, without end; ValueError for its name."""
    if name not in CORPORA:
        raise ValueError(f"a corpus of messages is one of {', '.join(CORPORA)}, not {name!r}")
    # Past the eight streams of every seed of `corpora.py` that anybody takes.
    draw = start(seed << 32, CORPORA.index(name))
    return map(_write_mix if name == "mix" else _write_one, repeat(draw), repeat(name))


def texts(name: str, count: int, seed: int = SEED) -> list[str]:
    """List the first messages of a corpus.

    >>> texts("tr", 2)[0] == texts("tr", 1000)[0]
    True
    """
    return list(islice(iterate_texts(name, seed), count))


def _write_one(draw: Draw, name: str) -> str:
    return _write(draw, [SENTENCES[name]])


def _write_mix(draw: Draw, _name: str) -> str:
    chance = draw()
    place = int(draw() * len(LANGUAGES))
    kinds = [SENTENCES[LANGUAGES[place]]]
    if ONE_SHARE <= chance < TWO_SHARE:
        # Any of the others, each as likely.
        place += 1 + int(draw() * (len(LANGUAGES) - 1))
        kinds.append(SENTENCES[LANGUAGES[place % len(LANGUAGES)]])
    elif chance >= TWO_SHARE:
        kinds.append(SENTENCES["en"])
    return _write(draw, kinds)


def _write(draw: Draw, kinds: list[tuple[str, ...]]) -> str:
    """Write sentences, of each kind in turn, until they are about so long as was drawn."""
    target = max(LENGTHS[int(draw() * 1000)], SHORTEST)
    places = [int(draw() * len(kind)) for kind in kinds]
    written: list[str] = []
    length = -1
    while length < target or len(written) < len(kinds):
        turn = len(written) % len(kinds)
        kind = kinds[turn]
        # Never the same sentence twice in a row.
        places[turn] = (places[turn] + 1 + int(draw() * (len(kind) - 1))) % len(kind)
        sentence = fill(kind[places[turn]], draw)
        if length + 1 + len(sentence) > LONGEST:
            break
        written.append(sentence)
        length += 1 + len(sentence)
    return " ".join(written)
