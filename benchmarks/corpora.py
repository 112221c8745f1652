"""The benchmarks' texts: five corpora, seeded, the same on every machine and every Python.

The law of this file: the standard library only, and of `random` only what is promised to stay:
seeding with an integer, and `random()`. A corpus is a stream: its first thousand texts are the same
whether a thousand are drawn or a million. Words and sentences are our own, and mean nothing; every
number is one that its country keeps for fiction and never assigns.

| corpus | what | mean octets in UTF-8 |
|---|---|---:|
| A | English in ASCII, all of it in the GSM alphabet | 109 |
| B | Western European; 30 % with characters outside GSM, some with extension characters | 119 |
| C | Russian, Arabic, Hindi and Chinese by turns of chance | 248 |
| D | English; 15 % with emoji: ZWJ sequences, flags and skin tones among them | 111 |
| E | 70 % as A, 15 % as B, 10 % as C, 5 % as D | 124 |
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from math import exp
from pathlib import Path
from random import Random
from statistics import NormalDist

SEED = 2026
CORPORA = ("A", "B", "C", "D", "E")
COLUMNS = ("id", "phone", "message")

SHORTEST, LONGEST = 20, 400
LONGEST_WORD = 28

FACT_SHARE = 0.1
"""How many words of a text are a figure: a code, a time, a link."""

OUTSIDE_SHARE = 0.3
EXTENSION_SHARE = 0.15
EMOJI_SHARE = 0.15
MIXED_SHARES = ((0.70, "A"), (0.85, "B"), (0.95, "C"), (1.0, "D"))

Draw = Callable[[], float]


def _lengths(mean: float, deviation: float) -> tuple[int, ...]:
    """Tabulate a lognormal distribution of lengths by a thousand of its quantiles.

    A table, because `Random.lognormvariate` may come to draw otherwise in a later Python.
    """
    bell = NormalDist(mean, deviation)
    quantiles = (bell.inv_cdf((place + 0.5) / 1000) for place in range(1000))
    # A text is finished with the word that reaches the length: leave room for a long one.
    return tuple(min(max(round(exp(q)), SHORTEST), LONGEST - LONGEST_WORD) for q in quantiles)


LENGTHS = _lengths(4.5, 0.58)


@dataclass(frozen=True, slots=True)
class Language:
    """Words of a language, and how they are put together to what looks like its sentences."""

    words: tuple[str, ...]
    facts: tuple[str, ...]
    openings: tuple[str, ...]
    space: str = " "
    comma: str = ", "
    stops: tuple[str, ...] = (". ", ". ", "! ", "? ")
    scale: float = 1.0

    @classmethod
    def make(
        cls,
        words: str,
        facts: str = "{4} {6} {1}:30 1{1}:15 {1}/{2} https://example.com/{6}",
        *,
        space: str = " ",
        comma: str = ", ",
        stops: tuple[str, ...] = (". ", ". ", "! ", "? "),
        scale: float = 1.0,
    ) -> Language:
        """Split the lists; what may open a sentence are the words in their capitalised form."""
        listed = tuple(words.split())
        openings = tuple(map(_capitalise, listed))
        return cls(listed, tuple(facts.split()), openings, space, comma, stops, scale)

    def write(self, draw: Draw, target: int) -> list[str]:
        """Write words, each with what follows it, until they are about so many characters."""
        words, openings, facts = self.words, self.openings, self.facts
        target = int(target * self.scale)
        pieces: list[str] = []
        length = 0
        until_stop = 0
        while True:
            # One draw serves twice: whether the word is a figure, and which word it is.
            chance = draw()
            if chance < FACT_SHARE:
                word = fill(facts[int(chance / FACT_SHARE * len(facts))], draw)
            else:
                place = int((chance - FACT_SHARE) / (1 - FACT_SHARE) * len(words))
                word = words[place] if until_stop else openings[place]
            if until_stop == 0:
                until_stop = 4 + int(draw() * 9)
            length += len(word)
            if length >= target:
                pieces.append(word + self.stops[int(draw() * len(self.stops))].rstrip())
                return pieces
            until_stop -= 1
            if until_stop == 0:
                after = self.stops[int(draw() * len(self.stops))]
            elif until_stop == 4:
                after = self.comma
            else:
                after = self.space
            length += len(after)
            pieces.append(word + after)


def _capitalise(word: str) -> str:
    # Small a, e, i, o, u with a grave are in the GSM alphabet, their capitals are not.
    return word if word[0] in "àèìòù" else word[0].upper() + word[1:]


def fill(template: str, draw: Draw) -> str:
    """Fill in a figure of so many digits where a template has their number in braces."""
    before, *slots = template.split("{")
    for slot in slots:
        smallest = 10 ** (int(slot[0]) - 1)
        before += str(smallest + int(draw() * 9 * smallest)) + slot[2:]
    return before


ENGLISH = Language.make(
    """your order is on its way and should arrive today between we have booked a table for two
    please bring the letter with you when collecting the parcel from our shop thank you for
    choosing us again this code expires in five minutes do not share it with anyone account
    payment received balance due reply yes to confirm or no to cancel appointment doctor dentist
    tomorrow morning afternoon evening at noon the driver is near you call back if late school
    closed because of snow bus train platform ticket flight gate changed boarding soon password
    reset requested sign in from new device was it you sale starts friday half price all shoes
    coats bags until sunday free delivery over members only club points ready to spend repair
    finished pick up any time before six garden water power back on tonight sorry survey how did
    we do tell us in one word game win next match score library book overdue renew online happy
    birthday from all of us team meeting moved to room see there keys under mat feed cat please""",
    "{4} {6} {1}:30 ${2}.50 {1}/{2} #{4} https://example.com/{6} {1}pm",
)

GERMAN = Language.make(
    """ihr paket kommt heute zwischen zehn und zwölf uhr bitte halten sie den ausweis bereit der
    termin beim arzt ist bestätigt wir freuen uns auf ihren besuch vielen dank für die bestellung
    rechnung fällig konto gebühr straße grüße aus köln zug verspätung gleis geändert schöne feier
    morgen früh abend nächste woche nur noch wenige plätze jetzt sichern prüfen lösen müssen"""
)
GERMAN_OUTSIDE = "„Frühling“ – … ‚morgen‘ Café’s 20 °C".split()

FRENCH = Language.make(
    """votre commande est en route elle arrive demain avant midi merci de votre visite le colis
    vous attend au point relais près de la gare rendez-vous confirmé avec le dentiste à huit
    heures facture payée réglée solde compte code valable dix minutes ne le donnez à personne
    réponse souhaitée déjà très été première dernière là où après bébé école météo pluie soleil"""
)
FRENCH_OUTSIDE = "reçu être août français bientôt dû œuvre l’heure «promo» fenêtre là-bas…".split()

SPANISH = Language.make(
    """su pedido sale hoy y llega el lunes por la tarde gracias por comprar con nosotros la cita
    con el doctor queda para las nueve traiga el carnet por favor pago recibido saldo pendiente
    de la cuenta mañana señor año niño otoño ¡oferta! ¿puede venir? café solo para socios del
    club entrada gratis hasta el domingo tienda abierta cerrada obra en la calle sin agua"""
)
SPANISH_OUTSIDE = "código más día aquí está número próximo envío atención últimas según".split()

ITALIAN = Language.make(
    """il suo ordine è partito oggi e arriva domani mattina grazie per la visita il pacco aspetta
    al negozio fino a sabato più tardi però già così città caffè perché lunedì martedì giovedì
    appuntamento con il medico alle nove porti la tessera pagamento ricevuto saldo del conto
    codice valido cinque minuti non lo dica a nessuno offerta solo per i soci ingresso libero"""
)
ITALIAN_OUTSIDE = "l’ordine dell’anno un’ora «sconto» È… qualità’ –".split()

PORTUGUESE = Language.make(
    """o seu pedido foi enviado hoje e chega na segunda de tarde obrigado por comprar com a gente
    a consulta com o dentista ficou para as nove traga o documento por favor pagamento recebido
    saldo da conta dinheiro vale por cinco minutos nunca mostre a senha para outra pessoa oferta
    de natal entrada livre para os clientes da loja aberta todo dia menos domingo chuva sol"""
)
PORTUGUESE_OUTSIDE = "não código você amanhã promoção até três já número informação está".split()

SWEDISH = Language.make(
    """ditt paket är på väg och kommer i morgon före lunch tack för att du handlar hos oss hämta
    det i butiken senast fredag ta med legitimation tiden hos läkaren är bokad möte flyttat till
    måndag räkning betald saldo på kontot koden gäller i fem minuter ge den inte till någon snö
    tåget är försenat spår åtta öppet hela helgen rea på skor jackor väskor välkommen åter hälsar"""
)
SWEDISH_OUTSIDE = "”rea” – idé’n … ’klart’".split()

WESTERN = (
    (GERMAN, GERMAN_OUTSIDE),
    (FRENCH, FRENCH_OUTSIDE),
    (SPANISH, SPANISH_OUTSIDE),
    (ITALIAN, ITALIAN_OUTSIDE),
    (PORTUGUESE, PORTUGUESE_OUTSIDE),
    (SWEDISH, SWEDISH_OUTSIDE),
)

EXTENSIONS = "{2},50€ €{2} [{4}] {3}€ ~{2} {1}^2 a|b".split()
"""Figures with characters of the extension table, two septets each."""

RUSSIAN = Language.make(
    """ваш заказ уже в пути и прибудет сегодня после обеда спасибо за покупку посылка ждёт вас в
    пункте выдачи до субботы запись к врачу подтверждена возьмите паспорт оплата получена остаток
    на счёте код действует пять минут никому его не сообщайте завтра утром вечером скидка только
    для друзей клуба вход свободный магазин открыт закрыт вода свет ремонт дороги поезд опоздал""",
    scale=1.17,
)
ARABIC = Language.make(
    """طلبك في الطريق وسيصل اليوم بعد الظهر شكرا لزيارتكم الطرد جاهز في المتجر حتى يوم السبت
    موعد الطبيب مؤكد يرجى إحضار البطاقة تم استلام الدفع رصيد الحساب الرمز صالح خمس دقائق لا
    تخبر به أحدا غدا صباحا مساء عرض خاص للأعضاء فقط الدخول مجاني المحل مفتوح مغلق ماء كهرباء""",
    comma="، ",
    stops=(". ", ". ", "! ", "؟ "),
    scale=1.17,
)
HINDI = Language.make(
    """आपका ऑर्डर रास्ते में है और आज दोपहर तक पहुँच जाएगा धन्यवाद पार्सल दुकान पर शनिवार तक रखा रहेगा
    डॉक्टर से मिलने का समय पक्का हो गया कृपया पहचान पत्र साथ लाएँ भुगतान मिल गया खाते में शेष कोड पाँच
    मिनट तक मान्य किसी को न बताएँ कल सुबह शाम छूट केवल सदस्यों के लिए प्रवेश मुफ़्त बिजली पानी बंद""",
    stops=("। ", "। ", "! ", "? "),
    scale=1.17,
)
CHINESE = Language.make(
    """您的 订单 已经 发货 预计 今天 下午 送到 谢谢 光临 包裹 在 门店 等您 取 请 带好 证件 预约
    成功 医生 明天 上午 晚上 付款 收到 账户 余额 验证码 五分钟 内 有效 不要 告诉 别人 会员 专享
    免费 入场 周六 周日 停水 停电 列车 晚点 站台 更改 生日 快乐 新品 上市 全场 半价 欢迎 再来
    回复 确认 取消 客服 电话""",
    "{4} {6} {1}:30 {1}月1{1}日",
    space="",
    comma="，",
    stops=("。", "。", "！", "？"),
    scale=0.94,
)

FOREIGN = (RUSSIAN, ARABIC, HINDI, CHINESE)

EMOJI = (
    "\U0001f600",  # grinning face
    "\U0001f389",  # party popper
    "\U0001f69a",  # delivery truck
    "\u2705",  # check mark, of the BMP
    "\u2764\ufe0f",  # red heart and variation selector 16
    "1\ufe0f\u20e3",  # keycap 1
    "\U0001f44d\U0001f3fd",  # thumbs up, medium skin tone
    "\U0001f64f\U0001f3ff",  # folded hands, dark skin tone
    "\U0001f1eb\U0001f1f7",  # flag: France
    "\U0001f1ef\U0001f1f5",  # flag: Japan
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # family: man, woman, girl
    "\U0001f9d1\U0001f3fe\u200d\U0001f373",  # cook, medium-dark skin tone
    "\U0001f3f3\ufe0f\u200d\U0001f308",  # rainbow flag
)


def iterate_texts(name: str, seed: int = SEED) -> Iterator[str]:
    """Write the texts of a corpus, one after the other, without end; ValueError for its name."""
    if name not in CORPORA:
        raise ValueError(f"a corpus is one of {', '.join(CORPORA)}, not {name!r}")
    draw = start(seed, CORPORA.index(name))
    return map(_WRITERS[name], repeat(draw))


def texts(name: str, count: int, seed: int = SEED) -> list[str]:
    """List the first texts of a corpus.

    >>> texts("A", 2)[0] == texts("A", 1000)[0]
    True
    """
    return list(islice(iterate_texts(name, seed), count))


def iterate_numbers(seed: int = SEED) -> Iterator[str]:
    """Draw fictional phone numbers in E.164 form, without end; they come again in time."""
    return map(_number, repeat(start(seed, len(CORPORA))))


def numbers(count: int, seed: int = SEED) -> list[str]:
    """List the first fictional phone numbers.

    >>> all(number.startswith("+") for number in numbers(100))
    True
    """
    return list(islice(iterate_numbers(seed), count))


def write_csv(
    path: str | os.PathLike[str], corpus: str = "E", rows: int = 20_000, seed: int = SEED
) -> None:
    """Write a campaign of so many rows, id, phone and message, row by row: it may be of any size.

    It is UTF-8 without a byte order mark, comma separated, each line ended by LF; a message is
    quoted where it needs to be.
    """
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        streams = range(1, rows + 1), iterate_numbers(seed), iterate_texts(corpus, seed)
        writer.writerows(zip(*streams, strict=False))


def write_deck(path: str | os.PathLike[str]) -> None:
    """Write a small rate deck that prices every number of this file; its prices are invented."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("country", "prefix", "price", "currency"))
        writer.writerows(RATES)


RATES = (
    ("US", "", "0.0079", "EUR"),
    ("CA", "", "0.0091", "EUR"),
    ("GB", "", "0.0382", "EUR"),
    ("", "447", "0.0345", "EUR"),
    ("FR", "", "0.0512", "EUR"),
    ("FR", "336", "0.0448", "EUR"),
    ("DE", "", "0.0725", "EUR"),
    ("DE", "4917", "0.0688", "EUR"),
    ("DE", "49176", "0.06945", "EUR"),
    ("SE", "", "0.0533", "EUR"),
    ("SE", "467", "0.04915", "EUR"),
    ("IE", "", "0.0601", "EUR"),
    ("AU", "", "0.0398", "EUR"),
)

AREAS = "201 212 303 312 404 415 503 602 617 713 808 902".split()
"""Of area codes, 555-0100 to 555-0199 ring nowhere (North American Numbering Plan)."""

RANGES = (
    # What stands before, how many digits follow, the first such figure, and how many there are.
    ("+447700900", 3, 0, 1000),  # Ofcom, mobile
    ("+442079460", 3, 0, 1000),  # Ofcom, London
    ("+3363998", 4, 0, 10_000),  # Arcep
    ("+4917139200", 2, 0, 100),  # Bundesnetzagentur
    ("+49176040690", 2, 0, 100),
    ("+467017406", 2, 5, 95),  # PTS
    ("+3532091", 5, 0, 100_000),  # ComReg
    ("+61491570", 3, 156, 4),  # ACMA: 156 to 159
)


def start(seed: int, stream: int) -> Draw:
    """Start a stream of draws from 0 to 1; a seed has eight, and six are taken here."""
    return Random(seed * 8 + stream).random  # noqa: S311  # nothing here is a secret


def _write_a(draw: Draw) -> str:
    return "".join(ENGLISH.write(draw, LENGTHS[int(draw() * 1000)]))


def _write_b(draw: Draw) -> str:
    language, outside = WESTERN[int(draw() * len(WESTERN))]
    pieces = language.write(draw, LENGTHS[int(draw() * 1000)])
    if draw() < EXTENSION_SHARE:
        figure = fill(EXTENSIONS[int(draw() * len(EXTENSIONS))], draw)
        pieces.insert(int(draw() * len(pieces)), figure + " ")
    if draw() < OUTSIDE_SHARE:
        for _ in range(1 + int(draw() * 3)):
            word = outside[int(draw() * len(outside))]
            pieces.insert(int(draw() * len(pieces)), word + " ")
    return "".join(pieces)


def _write_c(draw: Draw) -> str:
    language = FOREIGN[int(draw() * len(FOREIGN))]
    return "".join(language.write(draw, LENGTHS[int(draw() * 1000)]))


def _write_d(draw: Draw) -> str:
    pieces = ENGLISH.write(draw, LENGTHS[int(draw() * 1000)])
    if draw() < EMOJI_SHARE:
        for _ in range(1 + int(draw() * 3)):
            emoji = EMOJI[int(draw() * len(EMOJI))]
            place = int(draw() * (len(pieces) + 1))
            pieces.insert(place, emoji + " " if place < len(pieces) else " " + emoji)
    return "".join(pieces)


def _write_e(draw: Draw) -> str:
    chance = draw()
    return next(_WRITERS[name] for share, name in MIXED_SHARES if chance < share)(draw)


_WRITERS: dict[str, Callable[[Draw], str]] = {
    "A": _write_a,
    "B": _write_b,
    "C": _write_c,
    "D": _write_d,
    "E": _write_e,
}


def _number(draw: Draw) -> str:
    # As many of North America as of all the others: their prefixes are the longest to look up.
    if draw() < 0.5:
        return f"+1{AREAS[int(draw() * len(AREAS))]}55501{int(draw() * 100):02}"
    before, digits, first, count = RANGES[int(draw() * len(RANGES))]
    return f"{before}{first + int(draw() * count):0{digits}}"
