"""The best of all codings: what it costs beside one scan, and what one pass over the text gains.

The law of this file: all thirteen languages may always be used, and both kernels are asked through
the seam's functions themselves where it says `choose`. One scan is the kernel's `measure` in the
coding that was chosen: every character looked up in one table, units and parts counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import ModuleType

import smscore
from benchmarks import corpora, kernels, messages
from benchmarks.references import each
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from smscore.coding import (
    Alphabet,
    Coding,
    NationalLanguage,
    as_languages,
    coding_of,
    part_limits,
    part_rooms,
)

CORPORA = ("A", "B", "C", "E", *messages.CORPORA)
COUNT = 200
NAIVE_COUNT = 20
NAIVE_ROUNDS = 5
REFERENCE_BITS = 8

LANGUAGES = tuple(NationalLanguage)
IDENTIFIERS = as_languages(LANGUAGES)
ROOMS = part_rooms(REFERENCE_BITS)

TEXTS: Mapping[str, str] = {
    "nothing": "",
    "English, 19": "Your code is 123456",
    "English, 380": "Your parcel is on its way. " * 14,
    "Turkish, 20": "Kodunuz 4821, şimdi.",
    "Turkish, 400": "Yarın öğleden sonra, iyi günler dileriz. " * 10,
    "Spanish, 71": "¡Últimos días! El calzado está a mitad de precio, ¿cuándo vendrá usted?",
    "Hindi, 23": "यह कोड किसी को न बताएँ।",
    "Hindi, 400": "आपका पार्सल कल तक पहुँच जाएगा, घर पर रहें। " * 9,
    "Tamil, capitals, 400": "உங்கள் ORDER நாளை மாலைக்குள் வந்து சேரும். " * 9,
    "Hindi and Urdu, 400": "कल सुबह पानी बंद रहेगा। پانی بند رہے گا۔ " * 10,
    "Chinese, 21": "您的订单已经发货，预计今天下午送到，谢谢。",
    "Chinese, 400": "您的订单已经发货，预计今天下午送到，谢谢。" * 19,
    "emoji, 400": "See you tomorrow at the shop \U0001f600 " * 13,
    # Two candidates are so close that both have to be walked: no kind of text known is dearer.
    "Gujarati prices, 300": "€૪૫૧૪" * 60,
    "a long one": "Yarın öğleden sonra, {iyi} günler dileriz. " * 500,
}
"""Single texts, and about how many characters each has."""

Choice = tuple[str, bytes, tuple[int, ...]]
Scan = tuple[str, int, tuple[int, int, int, int]]
Answer = tuple[int, int, int]


def draw_texts(name: str, count: int) -> list[str]:
    """List the first texts of a corpus of either module.

    >>> [len(draw_texts(name, 3)) for name in ("A", "tr")]
    [3, 3]
    """
    if name in messages.CORPORA:
        return messages.texts(name, count)
    return corpora.texts(name, count)


def each_call(function: Callable[..., object], calls: Iterable[tuple[object, ...]]) -> None:
    """Call a function with each tuple of arguments: both sides of a ratio unpack them."""
    for call in calls:
        function(*call)


def each_coding(texts: Iterable[tuple[str, Coding]]) -> None:
    """Measure each text in the coding that goes with it."""
    measure = smscore.measure
    for text, coding in texts:
        measure(text, coding=coding)


def each_choice(texts: Iterable[str]) -> None:
    """Measure each text in the best of all codings."""
    measure = smscore.measure
    for text in texts:
        measure(text, languages=LANGUAGES)


def list_choices(texts: Iterable[str]) -> list[Choice]:
    """List the arguments of the kernel's `choose` for each text."""
    return [(text, IDENTIFIERS, ROOMS) for text in texts]


def list_scans(kernel: ModuleType, texts: Iterable[str]) -> list[Scan]:
    """List the arguments of the kernel's `measure` for each text, in the coding that is best."""
    numbers = ((text, kernel.choose(text, IDENTIFIERS, ROOMS)[0]) for text in texts)
    return [
        (text, number, part_limits(REFERENCE_BITS, coding_of(number))) for text, number in numbers
    ]


def list_candidates() -> list[Coding]:
    """List every coding that there is, from the plainest on; among equals the first is chosen."""
    gsm7 = partial(Coding, Alphabet.GSM7)
    locking = [language for language in NationalLanguage if language.has_locking]
    mixed = [gsm7(one, other) for one in locking for other in NationalLanguage if one != other]
    return [
        gsm7(),
        Coding(Alphabet.UCS2),
        *(gsm7(None, language) for language in NationalLanguage),
        *map(gsm7, locking),
        *(gsm7(language, language) for language in locking),
        *mixed,
    ]


CANDIDATES = [
    (
        coding.number,
        part_limits(REFERENCE_BITS, coding),
        coding.header_octets(),
        coding.header_octets(REFERENCE_BITS),
        coding,
    )
    for coding in list_candidates()
]


def choose_naively(kernel: ModuleType, text: str) -> Answer:
    """Choose a coding by measuring the text in each: coding, units and parts as `choose` has them.

    Octets are only counted where parts are equal. ValueError for a text that no coding has.

    >>> choose_naively(kernels.require("pure"), "ş" * 71)
    (256, 71, 1)
    """
    best: tuple[int, int] | None = None
    answer = (0, 0, 0)
    for number, limits, header_alone, header, coding in CANDIDATES:
        _, units, parts, fault = kernel.measure(text, number, limits)
        if fault >= 0 or (best is not None and parts > best[0]):
            continue
        if parts == 1:
            octets = coding.count_octets(units, header_alone)
        else:
            capacity = limits[3] if coding.alphabet is Alphabet.UCS2 else limits[1]
            _, held = kernel.cut(text, number, capacity, None, parts)
            octets = sum(coding.count_octets(each_held, header) for each_held in held)
        if best is None or (parts, octets) < best:
            best, answer = (parts, octets), (number, units, parts)
    if best is None:
        raise ValueError("no coding has every character of the text")
    return answer


def compare_codings(rounds: int) -> Iterator[str]:
    """Hold the choice among all codings against one scan, one measure, and one measure of each."""
    yield "## The best of all codings"
    yield ""
    yield from write_table(
        [
            "corpus",
            "kernel",
            "`choose` ÷ one scan",
            "`measure(languages)` ÷ `measure`",
            "÷ `measure(coding)`",
            "measuring each ÷ `choose`",
        ],
        (row for name in CORPORA for row in _compare_corpus(name, rounds)),
        words=2,
    )
    yield ""
    yield f"All {len(LANGUAGES)} languages may be used. One scan is the kernel's `measure` in the"
    yield "coding that was chosen, and `measure(coding)` is the public one; `measure` alone chooses"
    yield "between the default alphabet and UCS-2. Measuring each is one `measure` for each of"
    yield f"{len(CANDIDATES)} codings, the best taken."
    yield ""
    yield "### Single texts: `choose` ÷ one scan"
    yield ""
    built = kernels.built()
    yield from write_table(
        ["text", "best coding", *built],
        (_compare_text(name, text, built, rounds) for name, text in TEXTS.items()),
        words=2,
    )


def _compare_corpus(name: str, rounds: int) -> Iterator[Row]:
    texts = draw_texts(name, COUNT)
    for kernel in kernels.built():
        module = kernels.require(kernel)
        scans = list_scans(module, texts)
        codings = [(text, coding_of(number)) for text, number, _ in scans]
        cases = {
            "choose": Case(partial(each_call, module.choose, list_choices(texts))),
            "scan": Case(partial(each_call, module.measure, scans)),
            "best": Case(partial(each_choice, texts), kernel),
            "plain": Case(partial(each, smscore.measure, texts), kernel),
            "coded": Case(partial(each_coding, codings), kernel),
        }
        turns = take_turns(cases, rounds)
        few = texts[:NAIVE_COUNT]
        naive = take_turns(
            {
                "choose": Case(partial(each_call, module.choose, list_choices(few))),
                "naive": Case(partial(each, partial(choose_naively, module), few)),
            },
            min(rounds, NAIVE_ROUNDS),
        )
        ratios = [
            turns.ratio("choose", "scan"),
            turns.ratio("best", "plain"),
            turns.ratio("best", "coded"),
            naive.ratio("naive", "choose"),
        ]
        yield [name, kernel, *map(show_ratio, ratios)]


def _compare_text(name: str, text: str, built: Sequence[str], rounds: int) -> Row:
    ratios: list[str] = []
    coding = smscore.detect(text, languages=LANGUAGES)
    for kernel in built:
        module = kernels.require(kernel)
        # Many in a loop, so that what the loop costs is what it costs elsewhere.
        cases = {
            "choose": Case(partial(each_call, module.choose, list_choices([text] * 10))),
            "scan": Case(partial(each_call, module.measure, list_scans(module, [text] * 10))),
        }
        ratios.append(show_ratio(take_turns(cases, rounds).ratio("choose", "scan")))
    return [name, str(coding), *ratios]
