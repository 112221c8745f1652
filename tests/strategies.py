"""Texts that are hard to count: what hypothesis is to draw where the rules have their edges.

The law of this file: a strategy leans to where the answer changes. Capacities stand here as the
literals of TS 23.040 clause 9.2.3.24; the characters come from the oracle's two tables, and what is
in neither is written out. `sendable_texts` has no faults; `texts` also has lone surrogates.
"""

import oracle
import oracle_languages
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

PLAIN = sorted(oracle.ONE_SEPTET)
EXTENSION = sorted(oracle.TWO_SEPTETS)

# One of each size of a str in memory (PEP 393): ASCII, Latin-1, 16-bit, 32-bit.
ASCII = [chr(point) for point in range(0x80)]
LATIN_1 = [chr(point) for point in range(0x80, 0x100)]
BMP = [
    *"яж中あ한ا؟ΔΩ€…“”‘’–—•™",
    "\u0100",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "\uffff",
    "\ud7ff",
    "\ue000",
]
ASTRAL = [*"😀👩👍🏽𝒳🀄", "\U00010000", "\U000e0067", "\U0010ffff"]

# What grapheme clusters are made of: marks, joiners, selectors, flags, syllables, a line break.
JOINING = [
    "\u0301", "\u0308", "\u20e3", "\ufe0e", "\ufe0f", "\u200d", "\u200c", "\u0600", "\u0903",
    "\u094d", "\u0915", "\u1100", "\u1161", "\u11a8", "\U0001f3fd", "\U000e007f",
    "🇩", "🇪", "🇫", "\r", "\n", "\r\n",
]  # fmt: skip

CONTROLS = ["\r", "\n", "\f", "\r\n", "\t", "\v", "\x00", "\x1b", "\x85", "\xa0", "\u200b"]

# They look as if the GSM 7 bit default alphabet had them; it does not.
LOOK_ALIKES = [*"`´çÁá¨¸ŠАВЕОΑΒΕΙ𝐀", "\u2126", "\u212b", "\u2206", "\uff21", "\u03b2", "\u2215"]

SURROGATES = ["\ud83d", "\ude00", "\ud800", "\udbff", "\udc00", "\udfff", "\ud83d\ude00", "\udc80"]

# TS 23.040 clause 9.2.3.24: an only part, and one, two and three of several.
GSM7_EDGES = [160, 153, 306, 459, 152, 304, 456]
UCS2_EDGES = [70, 67, 134, 201, 66, 132, 198]

GSM7_FILLERS = ["a", "é", "€", "[|"]
UCS2_FILLERS = ["я", "😀", "\r\n", "e\u0301", "🇩🇪", "👩\u200d👩", "c\u0327"]

CHARACTERS = [
    *PLAIN, *EXTENSION * 4, *BMP, *ASTRAL, *LATIN_1[0x20:], *JOINING, *CONTROLS, *LOOK_ALIKES,
]  # fmt: skip


def texts_of(characters: list[str], most: int = 40) -> SearchStrategy[str]:
    """Draw a text of these strings, repeated up to so many times, to reach past one part."""
    some = st.lists(st.sampled_from(characters), max_size=most).map("".join)
    return st.builds(lambda text, times: text * times, some, st.sampled_from([1, 1, 1, 2, 5, 12]))


@st.composite
def edge_texts(draw: DrawFn, fillers: list[str], edges: list[int], specials: list[str]) -> str:
    """Draw a filler up to near an edge, something special there, and perhaps a rest."""
    filler: str = draw(st.sampled_from(fillers))
    near: int = draw(st.sampled_from(edges)) + draw(st.integers(-2, 2))
    # What it takes is not computed by the rules under test: too much or too little is a text too.
    takes: int = draw(st.sampled_from([len(filler), len(filler.encode("utf-16-le")) // 2]))
    if filler in EXTENSION:
        takes *= draw(st.sampled_from([1, 2, 2]))
    odd: str = fillers[0] * draw(st.integers(0, takes))
    special: str = "".join(draw(st.lists(st.sampled_from(specials), max_size=3)))
    rest: str = draw(st.sampled_from(fillers)) * draw(st.sampled_from([0, 1, 2, 60, 150]))
    return odd + filler * ((near - len(odd)) // takes) + special + rest


gsm7_edge_texts = edge_texts(GSM7_FILLERS, GSM7_EDGES, [*EXTENSION, "a", "\r\n"])
ucs2_edge_texts = edge_texts(
    UCS2_FILLERS, UCS2_EDGES, [*ASTRAL, *JOINING, *CONTROLS, *LOOK_ALIKES, *EXTENSION]
)
turned_texts = edge_texts(GSM7_FILLERS, [*GSM7_EDGES, *UCS2_EDGES], [*LOOK_ALIKES, *CONTROLS])

gsm7_texts = texts_of([*PLAIN, *EXTENSION * 6])

sendable_texts: SearchStrategy[str] = st.one_of(
    gsm7_edge_texts,
    gsm7_edge_texts,
    ucs2_edge_texts,
    ucs2_edge_texts,
    turned_texts,
    gsm7_texts,
    texts_of(ASCII),
    texts_of([*LATIN_1, *ASCII]),
    texts_of([*BMP, *JOINING]),
    texts_of([*ASTRAL, *JOINING, *UCS2_FILLERS]),
    texts_of(CHARACTERS),
    st.text(),
)


@st.composite
def spoiled_texts(draw: DrawFn) -> str:
    """Draw a text with half characters at one or two places."""
    text = draw(sendable_texts)
    for surrogates in draw(st.lists(st.sampled_from(SURROGATES), min_size=1, max_size=2)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + surrogates + text[place:]
    return text


texts: SearchStrategy[str] = st.one_of(
    sendable_texts, sendable_texts, sendable_texts, spoiled_texts()
)

capacities = st.one_of(st.integers(2, 200), st.sampled_from([2, 3, 66, 67, 70, 149, 152, 153, 160]))


@st.composite
def breaks_of(draw: DrawFn, text: str) -> list[int] | None:
    """Draw rising offsets where a text may be cut; None is anywhere."""
    if draw(st.booleans()):
        return None
    offsets = draw(st.sets(st.integers(0, len(text) + 2), max_size=30))
    step = draw(st.sampled_from([0, 0, 1, 2, 3, 7, 50]))
    return sorted({*offsets, *(range(0, len(text), step) if step else ())})


# The national languages: TS 23.038 annex A, identifiers 1 to 13; 2 has no locking shift table.
LANGUAGES = list(range(1, 14))

# TS 23.040 clauses 9.2.3.24.15 and .16: with one shift and with two, an only part, and one and two
# of several.
NATIONAL_EDGES = [155, 149, 298, 148, 296, 152, 146, 292, 145, 290]

national_codings: SearchStrategy[tuple[int | None, int | None]] = st.tuples(
    st.sampled_from([None, *(language for language in LANGUAGES if language != 2)]),
    st.sampled_from([None, *LANGUAGES]),
)

language_lists: SearchStrategy[list[int]] = st.one_of(
    st.just(LANGUAGES),
    st.permutations(LANGUAGES),
    st.lists(st.sampled_from(LANGUAGES), max_size=5, unique=True),
)


def one_septet_of(language: int | None) -> list[str]:
    """List the characters of a locking shift table, or of the default alphabet without one."""
    locking = language if language in oracle_languages.LOCKING else None
    return sorted(oracle_languages.LOCKING[locking].values())


def two_septets_of(language: int | None) -> list[str]:
    """List the characters of a single shift table, or of the extension table for None."""
    return sorted(oracle_languages.SINGLE[language].values())


def coded_texts(coding: tuple[int | None, int | None]) -> SearchStrategy[str]:
    """Draw a text that a pair of shifts (locking, single) can carry."""
    locking, single = coding
    return texts_of([*one_septet_of(locking), *two_septets_of(single) * 2])


@st.composite
def national_texts(draw: DrawFn) -> str:
    """Draw a text in one language, as its locking or single shift or both would carry it."""
    language = draw(st.sampled_from(LANGUAGES))
    own = [*one_septet_of(language), *two_septets_of(language)]
    kinds = [own, [*PLAIN, *two_septets_of(language)], [*own, *PLAIN], [*own, *BMP]]
    return draw(texts_of(draw(st.sampled_from(kinds))))


@st.composite
def mixed_texts(draw: DrawFn) -> str:
    """Draw a text with a few characters of one, two or three languages' tables, often repeated."""
    characters: list[str] = []
    for language in draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3)):
        table = draw(st.sampled_from([one_septet_of(language), two_septets_of(language), PLAIN]))
        characters += draw(st.lists(st.sampled_from(table), min_size=1, max_size=4))
    runs = st.tuples(st.sampled_from(characters), st.sampled_from([1, 1, 1, 2, 7, 40, 150]))
    return "".join(text * times for text, times in draw(st.lists(runs, max_size=8)))


@st.composite
def national_edge_texts(draw: DrawFn) -> str:
    """Draw one character up to near an edge, there escape pairs of a language, perhaps a rest."""
    language, other = draw(st.sampled_from(LANGUAGES)), draw(st.sampled_from([None, *LANGUAGES]))
    singles = [*two_septets_of(language), *two_septets_of(other)]
    fillers = [*one_septet_of(language), "a", "\n"]
    filler = draw(st.sampled_from(draw(st.sampled_from([fillers, fillers, singles]))))
    near = draw(st.sampled_from([*NATIONAL_EDGES, *GSM7_EDGES, *UCS2_EDGES]))
    # As if each took one septet, or two: which of them is so, is what the rules under test decide.
    count = near // draw(st.sampled_from([1, 1, 2])) + draw(st.integers(-3, 2))
    special = "".join(draw(st.lists(st.sampled_from([*singles, *fillers]), max_size=4)))
    rest = draw(st.sampled_from([*singles, *fillers])) * draw(
        st.sampled_from([0, 0, 1, 2, 80, 150])
    )
    return filler * count + special + rest


language_texts: SearchStrategy[str] = st.one_of(
    national_texts(),
    mixed_texts(),
    mixed_texts(),
    national_codings.flatmap(coded_texts),
    national_edge_texts(),
    national_edge_texts(),
    sendable_texts,
)

# Codes as a receiver may meet them: many escapes, also two in a row and one at the end.
septet_runs: SearchStrategy[bytes] = st.lists(
    st.one_of(st.just(0x1B), st.integers(0, 0x7F)), max_size=40
).map(bytes)
